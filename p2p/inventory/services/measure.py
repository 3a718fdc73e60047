"""Units at the edge of stock: what is typed in any unit becomes the item's own, exactly or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.numbers import decimal_of
from p2p.core.refusal import Refused
from p2p.inventory.services.checks import check_digits
from strategies.engine.units import Conversion, Conversions, MissingConversion
from strategies.models import Item, Unit, UnitConversion

SHOWN = 6
"""Digits after the point of a quantity that cannot be written out in full."""


def in_item_unit(item: Item, quantity: Decimal, unit: Unit | None) -> Decimal:
    """`quantity` of `unit` (the item's own when None) in the item's unit.

    Refused, by name: more digits than the unit it is typed in allows, no conversion known, a result that the
    item's unit cannot hold. Nothing is rounded: what is booked is what was typed.
    """
    return in_item_units([(item, quantity, unit)])[0]


def in_item_units(typed: Sequence[tuple[Item, Decimal, Unit | None]]) -> list[Decimal]:
    """The same for many lines. One query when one of them is in another unit, else none."""
    others = [item.pk for item, _quantity, unit in typed if unit is not None and unit.pk != item.unit_id]
    known = _conversions(others) if others else None
    found = []
    for item, quantity, unit in typed:
        if known is None or unit is None or unit.pk == item.unit_id:
            if quantity.is_finite():
                check_digits(item, quantity)
            found.append(quantity)
        else:
            found.append(_converted(item, quantity, unit, known))
    return found


def _conversions(items: Sequence[int]) -> Conversions:
    rows = UnitConversion.objects.filter(Q(item__isnull=True) | Q(item__in=items))
    return Conversions(
        Conversion(str(source), str(target), Fraction(top, bottom), str(item or ""))
        for item, source, target, top, bottom in rows.values_list(
            "item_id", "source_id", "target_id", "numerator", "denominator"
        )
    )


def _converted(item: Item, quantity: Decimal, unit: Unit, known: Conversions) -> Decimal:
    _check_typed(item, quantity, unit)
    try:
        exact = known.convert(quantity, str(unit.pk), str(item.unit_id), str(item.pk))
    except MissingConversion as gap:
        raise Refused(
            _("Item {item} has no conversion from {source} to {target}: enter it, 1 to 1 is never assumed."),
            code="no_conversion",
            field="unit",
            about=item,
            item=item.number,
            source=unit.code,
            target=item.unit.code,
        ) from gap
    if exact * 10**item.unit.digits % 1:
        raise Refused(
            _(
                "{quantity} {unit} of {item} is {result} {own}, and {own} takes {digits} digits after the point:"
                " enter it in {own}."
            ),
            code="too_many_digits",
            field="quantity",
            about=item,
            quantity=plain(quantity),
            unit=unit.code,
            item=item.number,
            result=_shown(exact),
            own=item.unit.code,
            digits=item.unit.digits,
        )
    return decimal_of(exact, item.unit.digits)


def _check_typed(item: Item, quantity: Decimal, unit: Unit) -> None:
    if not quantity.is_finite() or quantity != round(quantity, unit.digits):
        raise Refused(
            _("{quantity} {unit} of {item} has more digits than {unit} allows ({digits})."),
            code="too_many_digits",
            field="quantity",
            about=item,
            quantity=plain(quantity),
            unit=unit.code,
            item=item.number,
            digits=unit.digits,
        )


def _shown(exact: Fraction) -> str:
    near = decimal_of(exact, SHOWN)
    return plain(near) if Fraction(near) == exact else f"≈ {plain(near)}"
