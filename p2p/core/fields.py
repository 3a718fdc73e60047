"""Number columns with one meaning each, so that no model chooses its own digits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models


class _Fixed(models.DecimalField):  # type: ignore[type-arg]
    """A decimal whose digits belong to its kind, not to the model that uses it."""

    digits: ClassVar[int]
    places: ClassVar[int]

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        options["max_digits"], options["decimal_places"] = self.digits, self.places
        super().__init__(verbose_name, **options)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_digits")
        kwargs.pop("decimal_places")
        return name, path, args, kwargs


class QuantityField(_Fixed):
    """Pieces, kilograms, hours: numeric(24,12), wide enough for a quantity per unit that is an odd fraction."""

    digits, places = 24, 12


class PriceField(_Fixed):
    """Money for one unit: numeric(24,8)."""

    digits, places = 24, 8


class AmountField(_Fixed):
    """A posting, rounded to the minor unit of its currency: numeric(18,4)."""

    digits, places = 18, 4


class RateField(_Fixed):
    """A share, factor or exchange rate: numeric(24,12)."""

    digits, places = 24, 12


def plain(number: Decimal) -> str:
    """A decimal as people write it: no exponent, no zeros behind the last digit. `Decimal("5.0000")` is "5"."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def is_plain(number: Decimal) -> bool:
    """Whether a number that somebody typed may be written out: 1e-900000000 is short, but would fill the memory."""
    if not number.is_finite():
        return False
    exponent = number.as_tuple().exponent
    return abs(number.adjusted()) <= 15 and isinstance(exponent, int) and exponent >= -12
