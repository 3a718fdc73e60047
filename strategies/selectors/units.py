"""Units and the ways between them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from p2p.core.numbers import Rounding, rounded
from p2p.core.refusal import Refused
from strategies.engine.units import Conversion, Conversions, MissingConversion
from strategies.models import Item, Unit, UnitConversion


def conversions() -> Conversions:
    """Every conversion, by the codes of units and the numbers of items. One query."""
    rows = UnitConversion.objects.order_by("pk").values_list(
        "source__code", "target__code", "numerator", "denominator", "item__number"
    )
    return Conversions(
        Conversion(source, target, Fraction(numerator, denominator), item or "")
        for source, target, numerator, denominator, item in rows
    )


@dataclass(frozen=True)
class Converted:
    """A quantity in another unit: exact, rounded as that unit rounds, and by which units."""

    exact: Fraction
    rounded: Decimal
    path: tuple[str, ...]


def converted(quantity: Decimal, source: Unit, target: Unit, item: Item | None = None) -> Converted:
    """A quantity of one unit in another; Refused, naming both, where nothing leads there. One query."""
    ways, number = conversions(), item.number if item else ""
    try:
        exact = ways.convert(quantity, source.code, target.code, number)
    except MissingConversion:
        raise Refused(
            _(
                "Nothing says how many {target} one {source} is: enter the conversion, 1 to 1 is never assumed."
            ),
            code="no_conversion",
            source=source.code,
            target=target.code,
        ) from None
    step = Decimal(1).scaleb(-target.digits)
    path = ways.path(source.code, target.code, number)
    return Converted(exact, rounded(exact, step, Rounding(target.rounding)), path)
