"""Reservations of an order that lie elsewhere than where its component is taken from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from execution.services.reserve import Part, free_standing
from p2p.core.fields import plain
from p2p.core.refusal import Refused
from p2p.inventory.services.needs import Need
from p2p.inventory.services.reservations import draw

ZERO = Decimal(0)


def misplaced(needs: Sequence[Need], parts: Sequence[Part], missing: Mapping[int, Decimal]) -> Refused | None:
    """Why needs (by their index) lack so much, when `parts`, reserved for the same order, lie at other places; None
    when none does."""
    part = next((part for part in parts if missing.get(part.index)), None)
    if part is None:
        return None
    need, place = needs[part.index], needs[part.index].location
    return Refused(
        _(
            "{quantity} {unit} of {item} are reserved for {order} at {elsewhere}, but are taken from {place}, where too"
            " little is free: bring them there, or give the reservation back."
        ),
        code="reserved_elsewhere",
        field="quantity",
        about=need.item,
        quantity=plain(min(part.quantity, missing[part.index])),
        unit=need.item.unit.code,
        item=need.item.number,
        order=need.reference,
        elsewhere=part.reservation.location.code,
        place=place.code if place else need.site.code,
    )


def give_surplus_back(*, parts: Sequence[Part], still: Mapping[tuple[str, int], Decimal]) -> None:
    """What `parts` hold beyond what the order `still` wants of the item ((order, item) -> quantity) is free again: it
    was taken from another place instead. The caller has locked the balances. One query, none without parts."""
    if not parts:
        return
    rows = free_standing(sorted({part.reservation.reference for part in parts})).order_by()
    sums = rows.values_list("reference", "item_id").annotate(total=Sum("quantity"))
    surplus = {(number, item): total - still.get((number, item), ZERO) for number, item, total in sums}
    freed = []
    for part in parts:
        key = (part.reservation.reference, part.reservation.item_id)
        quantity = min(part.quantity, surplus.get(key, ZERO))
        if quantity > 0:
            freed.append((part.reservation, quantity))
            surplus[key] -= quantity
    draw(parts=freed)
