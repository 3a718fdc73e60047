"""Units of measure as planning reckons with them: exact factors, one rounding, digits of a unit."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.core.numbers import Exact, Rounding, decimal_of, rounded
from strategies.engine.units import Conversion, Conversions, MissingConversion
from strategies.models import Item, Unit, UnitConversion

if TYPE_CHECKING:
    from planning.models import Demand


class Measures:
    """All units and the conversions of the items asked for (all items when None), read in two queries."""

    def __init__(self, items: Collection[int] | None = None) -> None:
        self.units: dict[int, Unit] = Unit.objects.in_bulk()
        rows = UnitConversion.objects.all()
        if items is not None:
            rows = rows.filter(Q(item__isnull=True) | Q(item__in=items))
        self._conversions = Conversions(
            Conversion(str(source), str(target), Fraction(top, bottom), str(item or ""))
            for item, source, target, top, bottom in rows.values_list(
                "item_id", "source_id", "target_id", "numerator", "denominator"
            )
        )

    def factor(self, item: int, source: int, target: int) -> Fraction:
        """Target units for one source unit of the item. Raises MissingConversion."""
        if source == target:
            return Fraction(1)
        return self._conversions.factor(str(source), str(target), str(item))

    def in_unit_of(self, item: Item, quantity: Exact, unit: int) -> Fraction:
        """A quantity in the item's own unit, exactly; Refused, by name, where no conversion is known."""
        try:
            return Fraction(quantity) * self.factor(item.pk, unit, item.unit_id)
        except MissingConversion as gap:
            raise self.refusal(item.number, gap) from gap

    def left(self, item: int, wanted: Exact, came: Exact, unit: int, own: int) -> Decimal:
        """What is still to come of a quantity, in the item's `own` unit: 0 where more came. What came is as many whole
        steps of that unit: a twelfth of a dozen is a piece, although it cannot be written as a decimal. Raises
        MissingConversion."""
        factor = self.factor(item, unit, own)
        there = decimal_of(Fraction(came) * factor, self.places(own))
        return max(self.up(Fraction(wanted) * factor, own) - there, Decimal(0))

    def left_of(self, demand: Demand) -> Decimal | None:
        """What is still to deliver of a line, in its item's unit; None where nothing converts to it any more."""
        own = demand.item.unit_id
        try:
            return self.left(demand.item_id, demand.quantity, demand.delivered_quantity, demand.unit_id, own)
        except MissingConversion:
            return None

    def refusal(self, item: str, gap: MissingConversion) -> Refused:
        """The sentence for a conversion that nobody has entered."""
        return Refused(
            _("Item {item} has no conversion from {source} to {target}: enter it, 1 to 1 is never assumed."),
            code="no_conversion",
            item=item,
            source=self.units[int(gap.source)].code,
            target=self.units[int(gap.target)].code,
        )

    def places(self, unit: int) -> int:
        return self.units[unit].digits

    def rounded(self, quantity: Exact, unit: int) -> Decimal:
        """Rounded once, as the unit says."""
        chosen = self.units[unit]
        return rounded(quantity, Decimal(1).scaleb(-chosen.digits), Rounding(chosen.rounding))

    def up(self, quantity: Exact, unit: int) -> Decimal:
        """Rounded up to the unit's digits: what a need is rounded to, so that nothing is short."""
        return rounded(quantity, Decimal(1).scaleb(-self.places(unit)), Rounding.UP)

    def check_digits(self, quantity: Decimal, unit: int, *, field: str = "quantity") -> None:
        """Refused when the quantity has more digits than the unit allows."""
        digits = self.places(unit)
        if quantity != round(quantity, digits):
            raise Refused(
                _("{quantity} {unit} has more digits than the unit allows ({digits} after the point)."),
                code="too_many_digits",
                field=field,
                quantity=plain(quantity),
                unit=self.units[unit].code,
                digits=digits,
            )
