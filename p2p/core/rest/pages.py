"""Keyset pages: the next page starts after the last row's values, so that row 1,000,000 costs what row 1 does."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework import exceptions

from p2p.core.carry import shorten
from p2p.core.digits import whole

PAGE = 50
LARGEST = 1000


@dataclass(frozen=True)
class Column:
    """One column of an order: its path, direction, and the model field it ends at."""

    path: str
    descending: bool
    field: Field[Any, Any]

    def order(self) -> Any:
        """NULLs last in both directions; said aloud, because the keyset condition relies on it."""
        column = F(self.path)
        return column.desc(nulls_last=True) if self.descending else column.asc(nulls_last=True)

    def beyond(self, value: Any) -> Q:
        """Rows behind `value` in this column alone."""
        if value is None:
            return Q(pk__in=[])
        past = Q(**{f"{self.path}__{'lt' if self.descending else 'gt'}": value})
        return past | Q(**{f"{self.path}__isnull": True}) if self._may_be_empty() else past

    def _may_be_empty(self) -> bool:
        # A calculated column has no say about it; a related one may lack its record.
        return self.field.null or "__" in self.path or getattr(self.field, "model", None) is None

    def same(self, value: Any) -> Q:
        """Rows equal to `value` in this column."""
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})

    def of(self, record: Model) -> Any:
        """The record's value in this column."""
        value: Any = record
        for name in self.path.split("__"):
            value = getattr(value, name, None)
        return value


def field_at(model: type[Model], path: str) -> Field[Any, Any]:
    """The model field a path like `item__number` ends at."""
    *steps, last = path.split("__")
    for step in steps:
        related = model._meta.get_field(step).related_model
        if not isinstance(related, type):
            raise FieldDoesNotExist(path)
        model = related
    found = model._meta.pk if last == "pk" else model._meta.get_field(last)
    if not isinstance(found, Field):
        raise FieldDoesNotExist(path)
    return found


def field_of(rows: QuerySet[Any], path: str) -> Field[Any, Any]:
    """The same for a list, which may also calculate columns (annotations)."""
    computed = rows.query.annotations.get(path)
    if computed is not None:
        field: Field[Any, Any] = computed.output_field
        return field
    return field_at(rows.model, path)


def columns(rows: QuerySet[Any], order: list[str]) -> list[Column]:
    """The columns of an order, made stable: the primary key decides between equals."""
    plain = [name.lstrip("-") for name in order]
    names = [*order] if {"pk", "id"} & set(plain) else [*order, "pk"]
    return [
        Column(name.lstrip("-"), name.startswith("-"), field_of(rows, name.lstrip("-"))) for name in names
    ]


def after(rows: QuerySet[Any], order: list[Column], cursor: str) -> QuerySet[Any]:
    """The rows behind the cursor, in order."""
    rows = rows.order_by(*[column.order() for column in order])
    if not cursor:
        return rows
    beyond, equal = Q(pk__in=[]), Q()
    for column, value in zip(order, _read(order, cursor), strict=True):
        beyond |= equal & column.beyond(value)
        equal &= column.same(value)
    return rows.filter(beyond)


def mark(order: list[Column], last: Model) -> str:
    """The cursor that stands behind this row."""
    values = [shorten(column.of(last)) for column in order]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _read(order: list[Column], cursor: str) -> list[Any]:
    try:
        raw = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(raw, list) or len(raw) != len(order):
            raise ValueError
        return [column.field.to_python(value) for column, value in zip(order, raw, strict=True)]
    except (ValueError, binascii.Error, ValidationError, UnicodeDecodeError):
        raise exceptions.ValidationError(
            {"cursor": _("This cursor does not belong to this list and order; begin again without it.")}
        ) from None


def page_size(given: str) -> int:
    """How many rows were asked for; 1 to 1000."""
    if not given:
        return PAGE
    size = whole(given, least=1, most=LARGEST)
    if size is None:
        raise exceptions.ValidationError(
            {"limit": _("It must be a number from 1 to {most}.").format(most=LARGEST)}
        )
    return size
