"""Who adds to what comes out of an order although nobody planned it, and what of it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from execution.models import Variation
from p2p.core.access import Role, may
from p2p.core.refusal import Refused
from planning.models import Output, ProductionOrder
from strategies.models import BomOutput, BomVersion

if TYPE_CHECKING:
    from execution.services.beside import Beside
    from execution.services.job import Job
    from p2p.core.models import User

ADDS = (Role.SUPERVISOR, Role.INTEGRATOR)
"""Who adds an output to an order of whose bill nothing is said to come out beside."""


def check_addable(job: Job, one: Beside, by: User | None) -> None:
    """An output that nobody planned: something of it came, it is no component, and somebody may add it."""
    order, words = job.order, {"item": one.item.number, "order": job.order.number}
    if not (one.quantity or one.scrap):
        raise Refused(_("Type how much of {item} came out."), field="quantity", about=one.item, **words)
    if not one.item.active:
        raise Refused(_("{item} is not in use any more."), field="item", about=one.item, **words)
    if one.kind not in ("", Output.Kind.CO, Output.Kind.BY):
        raise Refused(_("{item} comes out as a co-product or as a by-product."), field="kind", **words)
    if any(material.item_id == one.item.pk for material in job.materials):
        raise Refused(
            _("{item} is a component of {order}: give back what is left of it instead."),
            code="component",
            field="item",
            about=one.item,
            **words,
        )
    if not may_add(order, by):
        raise Refused(
            _("By its bill nothing comes out beside {order}: only a supervisor of {site} adds {item}."),
            code="supervisor",
            field="item",
            about=order,
            site=order.site.code,
            **words,
        )


def check_kind(order: ProductionOrder, output: Output, *, standing: bool, by: User | None) -> None:
    """A co-product becomes a by-product, or the other way round, only while nothing that stands was said of it, and by
    who adds outputs."""
    if standing or not may_add(order, by):
        raise Refused(
            _("{item} comes out of {order} as a {kind} already: it stays one."),
            code="other_kind",
            field="kind",
            about=order,
            item=output.item.number,
            order=order.number,
            kind=output.get_kind_display().lower(),
        )


def check_share(order: ProductionOrder, output: Output, one: Beside, by: User | None) -> None:
    """What was added before may come again, as it was said before (a report is corrected); only who adds outputs says
    another part of the cost that it carries."""
    if one.cost_share in (None, output.cost_share) or may_add(order, by):
        return
    if not Variation.objects.filter(output=output, cost_share=one.cost_share).exists():
        raise Refused(
            _("Only a supervisor of {site} changes what {item} carries of the cost of {order}."),
            code="supervisor",
            field="cost_share",
            about=order,
            site=order.site.code,
            item=one.item.number,
            order=order.number,
        )


def may_add(order: ProductionOrder, by: User | None) -> bool:
    """Whether somebody may report what nobody planned: everybody on the floor where the bill is a formula or lets
    something come out beside, elsewhere a supervisor of the site."""
    beside = BomOutput.objects.filter(bom=OuterRef("pk"))
    allows = Q(kind=BomVersion.Kind.FORMULA) | Q(Exists(beside))
    if order.bom_id is not None and BomVersion.objects.filter(pk=order.bom_id).filter(allows).exists():
        return True
    return by is not None and may(by, *ADDS, site=order.site)
