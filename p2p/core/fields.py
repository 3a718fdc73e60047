"""Columns with one meaning each: numbers, so that no model chooses its own digits, and what records are called by."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models

from p2p.core.characters import called, hidden
from p2p.core.refusal import Refused

if TYPE_CHECKING:
    _Text = models.CharField[str, str]
else:
    _Text = models.CharField


def all_seen(text: str) -> None:
    """Raises `ValidationError` for a code with a character that nobody sees."""
    if why := hidden(called(text)):
        raise ValidationError(why, code="hidden")


class CodeField(_Text):
    """What people and programs call a record by: an item's number, a code, a lot.

    Kept and looked for in one form of its letters and without blanks around it, whatever door it came through. What
    would look like another is refused when it is written; a record that has been called so for long can still be saved.
    """

    default_validators = [*models.CharField.default_validators, all_seen]

    def deconstruct(self) -> Any:
        # For the database it is a text like others: no migration knows of it.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return called(text) if isinstance(text, str) else text

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        given = super().pre_save(model_instance, add)
        if not isinstance(given, str):
            return given
        text = called(given)
        if text != given:
            setattr(model_instance, self.attname, text)
        why = hidden(text)
        if why and (add or not self._called_so(model_instance, text)):
            raise Refused(why, code="hidden", field=self.name)
        return text

    def _called_so(self, record: models.Model, text: str) -> bool:
        return type(record)._base_manager.filter(pk=record.pk, **{self.attname: text}).exists()


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
