"""A bulk component is weighed into an order: what the scale says is issued, more or less than planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from execution.models import MaterialMove, PickLine, PickList
from execution.services.pick import Picked, pick
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.services.catch_parts import parted
from p2p.inventory.services.taking import Taken
from p2p.inventory.services.weighing import Limits, check_within, limits, net_weight
from planning.models import Material, ProductionOrder
from planning.services import progress
from strategies.models import Item, Location, ReasonCode


def allowed_for(material: Material, order: ProductionOrder) -> Limits:
    """What is still to be weighed in, and how far it may be off: the site's tolerance of reports to both sides."""
    left: Decimal = max(material.quantity - material.issued_quantity, Decimal(0))
    return limits(left, order.site.over_report_fraction)


@transaction.atomic
def weigh_in(
    *,
    material: Material,
    weighings: str,
    pick_list: PickList | None = None,
    tare: str = "",
    more_comes: bool = False,
    reason: ReasonCode | None = None,
    catch_quantity: Decimal | None = None,
    at: datetime | None = None,
    by: User | None,
) -> list[MaterialMove]:
    """Issue what was weighed (`net_weight`) of a component on `pick_list`, else on the order's first open one; the
    moves keep `reason`.

    `catch_quantity` counts what is weighed and counted, on all lines together (`parted`). Refused without a reason when
    it is out of tolerance (`more_comes`: it is not all yet), when the component is on no open list, when nobody knows
    which pieces are of which line, or by what `pick` refuses.
    """
    (order,) = progress.lock(orders=[material.order_id])
    row = Material.objects.select_related("item__unit").get(pk=material.pk)
    weight = net_weight(item=row.item, weighings=weighings, tare=tare)
    if reason is not None and reason.kind != ReasonCode.Kind.ADJUSTMENT:
        raise Refused(_("{reason} is no reason for a difference."), field="reason", reason=reason.name)
    check_within(
        item=row.item, weight=weight, allowed=allowed_for(row, order), more_comes=more_comes, reason=reason
    )
    listed = PickLine.objects.filter(
        material=row, pick_list__state=PickList.State.OPEN, picked_quantity__lt=F("quantity")
    )
    if pick_list is not None:
        listed = listed.filter(pick_list=pick_list)
    related = ("pick_list", "location", "lot", "serial", "handling_unit")
    lines = list(listed.select_related(*related).order_by("pick_list", "pk"))
    if not lines:
        raise Refused(
            _("{item} is on no open pick list of {order}: nothing of it is weighed in."),
            code="not_listed",
            about=row,
            item=row.item.number,
            order=order.number,
        )
    mine = [line for line in lines if line.pick_list_id == lines[0].pick_list_id]
    chosen = _counted(row.item, _shared(mine, weight), catch_quantity)
    return pick(pick_list=lines[0].pick_list, lines=chosen, weighed=True, reason=reason, at=at, by=by)


def _shared(lines: list[PickLine], weight: Decimal) -> list[Picked]:
    """Line after line; the last takes what is over."""
    chosen, left = [], weight
    for line in lines:
        part = left if line is lines[-1] else min(left, line.quantity - line.picked_quantity)
        if part > 0:
            chosen.append(Picked(line=line, quantity=part))
            left -= part
    return chosen


def _counted(item: Item, chosen: list[Picked], pieces: Decimal | None) -> list[Picked]:
    """Each line with its own of the pieces that were counted on the scale."""
    # A line that has no place yet takes free stock: its pile is not known before it is chosen.
    parts = [
        Taken(
            one.line.location or Location(),
            one.quantity,
            one.line.lot,
            one.line.serial,
            one.line.handling_unit,
        )
        for one in chosen
    ]
    counts = parted(item=item, pieces=pieces, parts=parts)
    return [replace(one, catch_quantity=count) for one, count in zip(chosen, counts, strict=True)]
