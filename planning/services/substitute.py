"""An approved alternate takes the place of a component of one order, in one action."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused, tell
from p2p.core.numbers import decimal_of
from planning.facts import Substituted
from planning.measures import Measures
from planning.models import Material, ProductionOrder
from strategies.models import BomAlternate

if TYPE_CHECKING:
    from p2p.core.models import User


@dataclass(frozen=True)
class Possible:
    """What may stand in: `quantity` of it, in its own unit, for all that is not issued yet."""

    material: Material
    alternate: BomAlternate
    quantity: Decimal


def possible(order: ProductionOrder) -> list[Possible]:
    """Approved alternates for the components an order has not drawn yet, best first. Four queries."""
    materials = Material.objects.filter(
        order=order, quantity__gt=F("issued_quantity"), bom_line__isnull=False
    )
    rows = list(materials.select_related("bom_line", "item__unit").order_by("position"))
    alternates = _approved(order).filter(line__in={row.bom_line_id for row in rows})
    by_line: dict[int, list[BomAlternate]] = {}
    for other in alternates:
        by_line.setdefault(other.line_id, []).append(other)
    if not by_line:
        return []
    measures = Measures({row.item_id for row in rows})
    return list(_pairs(rows, by_line, measures))


def _pairs(
    rows: list[Material], by_line: dict[int, list[BomAlternate]], measures: Measures
) -> Iterator[Possible]:
    for row in rows:
        assert row.bom_line is not None
        if row.bom_line.component_id != row.item_id:
            continue
        for other in by_line.get(row.bom_line_id or 0, ()):
            yield Possible(row, other, _instead(row, other, row.quantity - row.issued_quantity, measures))


def _approved(order: ProductionOrder) -> QuerySet[BomAlternate]:
    day = order.start_on
    rows = BomAlternate.objects.filter(approved_at__isnull=False, component__active=True)
    rows = rows.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day))
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    return rows.select_related("component__unit", "line").order_by("line", "priority", "pk")


def _instead(row: Material, other: BomAlternate, quantity: Decimal, measures: Measures) -> Decimal:
    """The ratio is for one of the BOM line's unit; rounded once, up, to the alternate's unit."""
    return measures.up(_exact(row, other, quantity, measures), other.component.unit_id)


def _exact(row: Material, other: BomAlternate, quantity: Decimal, measures: Measures) -> Fraction:
    assert row.bom_line is not None
    factor = measures.factor(row.item_id, row.bom_line.unit_id, row.unit_id)
    return Fraction(quantity) / factor * Fraction(other.ratio)


@transaction.atomic
def substitute(*, material: Material, alternate: BomAlternate, by: User | None) -> Material:
    """Take the alternate for all of the component that is not issued yet; returns the row that takes it.

    The rule of the house: nothing takes an alternate by itself; a supervisor decides, order by order, and from
    then on the order wants the alternate, in the quantity the ratio says. What was issued stays as it is, in a
    row of its own. Refused unless the alternate is approved, holds on the order's start, and belongs to the line
    the material came from; and when nothing is left to issue or the order is over. Tells Substituted.
    """
    order = ProductionOrder.objects.select_for_update(of=("self",)).get(pk=material.order_id)
    row = (
        Material.objects.select_for_update(of=("self",))
        .select_related("bom_line", "item__unit", "operation")
        .get(pk=material.pk)
    )
    other = _checked(order, row, alternate)
    measures = Measures({row.item_id})
    left = row.quantity - row.issued_quantity
    before = row.item
    taken = _row_for(row) if row.issued_quantity else row
    taken.quantity_per = decimal_of(_exact(row, other, row.quantity_per, measures), 12)
    taken.quantity = _instead(row, other, left, measures)
    taken.item, taken.unit = other.component, other.component.unit
    taken.flushing = _flushing(row, other)
    taken.save()
    if taken is not row:
        row.quantity = row.issued_quantity
        row.save(update_fields=["quantity"])
    tell(Substituted(order=order, material=taken, instead_of=row, before=before, by=by))
    return taken


def _flushing(row: Material, other: BomAlternate) -> str:
    """The line's own way, else the alternate's."""
    assert row.bom_line is not None
    return row.bom_line.flushing or other.component.flushing


def _row_for(row: Material) -> Material:
    last = Material.objects.filter(order=row.order_id).aggregate(last=Max("position"))["last"] or 0
    return Material(
        order_id=row.order_id,
        position=last - last % 10 + 10,
        bom_line=row.bom_line,
        operation=row.operation,
        kind=row.kind,
        constant=row.constant,
        ends=row.ends,
        scrap_fraction=row.scrap_fraction,
        location_id=row.location_id,
    )


def _checked(order: ProductionOrder, row: Material, alternate: BomAlternate) -> BomAlternate:
    if order.state not in ProductionOrder.OPEN:
        raise Refused(
            _("{order} is {state}: its components stay."),
            code="wrong_state",
            about=order,
            order=order.number,
            state=order.get_state_display(),
        )
    if row.quantity <= row.issued_quantity:
        raise Refused(
            _("All of {item} is issued to {order} already."),
            code="issued",
            item=row.item.number,
            order=order.number,
        )
    other: BomAlternate | None = _approved(order).filter(pk=alternate.pk, line=row.bom_line_id).first()
    if other is None or row.bom_line is None or row.bom_line.component_id != row.item_id:
        raise Refused(
            _("{other} may not stand in for {item} here: it is not an approved alternate on {day}."),
            code="not_approved",
            field="alternate",
            other=alternate.component.number,
            item=row.item.number,
            day=order.start_on,
        )
    return other
