"""`column__in=keys` with thousands of keys is sent as one array.

Django writes a placeholder for each value of a list and looks at each of them in Python several times over: a file of
100,000 items asks some twenty such questions, and 40 % of the time it took to read it in went there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models.fields.related import ForeignObject
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In

LONG = 200
"""Values from which on they go as an array; below, statements stay as everybody knows them."""
LARGEST = 2**63 - 1


class _AsArray(In):
    """Of whole numbers, or of words; every other list is left to Django."""

    def process_rhs(self, compiler: Any, connection: Any) -> tuple[Any, Any]:
        # What JSON holds is compared as JSON, whatever Python calls it.
        long = self.rhs_is_direct_value() and len(self.rhs) >= LONG
        plain = not isinstance(self.lhs.output_field, models.JSONField)
        values = _distinct(self.rhs) if long and plain else []
        if (
            values
            and all(type(each) is int for each in values)
            and -LARGEST <= min(values) <= max(values) <= LARGEST
        ):
            return "%s::bigint[]", ["{" + ",".join(map(str, values)) + "}"]
        if (
            values
            and isinstance(self.lhs.output_field, models.CharField)
            and all(type(each) is str for each in values)
        ):
            return "%s::text[]", [values]
        found: tuple[Any, Any] = super().process_rhs(compiler, connection)
        return found

    def get_rhs_op(self, connection: Any, rhs: Any) -> str:
        return f"= ANY({rhs})" if str(rhs).endswith("[]") else str(super().get_rhs_op(connection, rhs))


class LongIn(_AsArray):
    pass


class LongRelatedIn(_AsArray, RelatedIn):
    pass


def _distinct(values: Sequence[Any]) -> list[Any]:
    """Each once, and no None: nothing equals it. Empty where they cannot be told apart."""
    try:
        return [each for each in dict.fromkeys(values) if each is not None]
    except TypeError:
        return []


def register() -> None:
    """In place of Django's own."""
    models.Field.register_lookup(LongIn)
    ForeignObject.register_lookup(LongRelatedIn)
