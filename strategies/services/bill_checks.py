"""What has to hold in a whole bill before anybody may use it."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.refusal import Refused
from strategies.models import BomLine, BomVersion
from strategies.models.version import VersionState
from strategies.services.phantom_weights import no_phantom_is_weighed

USABLE = (VersionState.APPROVED, VersionState.ACTIVE)


def check_bill(bom: BomVersion) -> None:
    """Refused: percents of percent-controlled lines that do not add up to 1, cost shares above 1, a step line
    without steps, a version named by a line that may not be used (any more), a phantom that is weighed
    and counted. Five queries."""
    percents = bom.lines.filter(formula=BomLine.Formula.PERCENT).aggregate(sum=Sum("percent"))["sum"]
    if percents is not None and percents != 1:
        raise Refused(
            _("The percents of {version} add up to {sum} %: they have to make 100 %."),
            code="percents",
            field="percent",
            about=bom,
            version=bom,
            sum=plain(percents * 100),
        )
    shares = bom.outputs.aggregate(sum=Sum("cost_share"))["sum"] or Decimal(0)
    if shares > 1:
        raise Refused(
            _(
                "The cost shares of co- and by-products add up to {share}, and no more than 1 can be shared out."
            ),
            code="cost_shares",
            field="cost_share",
            about=bom,
            share=plain(shares),
        )
    empty = bom.lines.filter(formula=BomLine.Formula.STEP, steps=None).select_related("component").first()
    if empty is not None:
        raise Refused(
            _("{item}: its table of steps is empty."), code="no_steps", about=bom, item=empty.component.number
        )
    _check_named(bom)
    no_phantom_is_weighed([bom.pk])


def _check_named(bom: BomVersion) -> None:
    line = (
        bom.lines.filter(
            Q(component_bom__isnull=False) & ~Q(component_bom__state__in=USABLE)
            | Q(component_route__isnull=False) & ~Q(component_route__state__in=USABLE)
        )
        .select_related("component_bom__item", "component_route__item", "component")
        .first()
    )
    if line is None:
        return
    named = line.component_bom if line.component_bom and line.component_bom.state not in USABLE else None
    wrong = named or line.component_route
    assert wrong is not None
    raise Refused(
        _("{item} names {version}, which is {state}: choose one that is approved or active."),
        code="version_not_usable",
        about=bom,
        item=line.component.number,
        version=wrong,
        state=wrong.get_state_display(),
    )
