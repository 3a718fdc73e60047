"""Units and the ways between them."""

from __future__ import annotations

from fractions import Fraction

from strategies.engine.units import Conversion, Conversions
from strategies.models import UnitConversion


def conversions() -> Conversions:
    """Every conversion, by the codes of units and the numbers of items. One query."""
    rows = UnitConversion.objects.order_by("pk").values_list(
        "source__code", "target__code", "numerator", "denominator", "item__number"
    )
    return Conversions(
        Conversion(source, target, Fraction(numerator, denominator), item or "")
        for source, target, numerator, denominator, item in rows
    )
