"""Reading a list's query: only known names, typed values, one sentence for anything else."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BooleanField, DateTimeField, Field, Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework import exceptions

from p2p.core.rest.pages import field_of

LOOKUPS = ("lt", "lte", "gt", "gte", "isnull", "icontains", "istartswith", "in", "date", "exact")
RESERVED = frozenset({"search", "order", "cursor", "limit", "expand", "format"})


def split(path: str) -> tuple[str, str]:
    """`due_at__lte` -> (`due_at`, `lte`)."""
    head, _sep, tail = path.rpartition("__")
    return (head, tail) if head and tail in LOOKUPS else (path, "exact")


def apply(
    rows: QuerySet[Any], filters: Mapping[str, str], query: Mapping[str, str], asks: Collection[str] = ()
) -> QuerySet[Any]:
    """The rows that match `?name=value`; commas mean any of several. Unknown names are refused, not ignored; `asks` are
    read by the view itself."""
    unknown = sorted(set(query) - set(filters) - set(asks) - RESERVED)
    if unknown:
        known = ", ".join(sorted([*filters, *asks, "search", "order", "limit", "cursor", "expand"]))
        raise exceptions.ValidationError(
            {unknown[0]: _("This list cannot be filtered by it; it knows: {known}.").format(known=known)}
        )
    for name, path in filters.items():
        if query.get(name, "") != "":
            rows = rows.filter(_condition(rows, name, path, query[name]))
    return rows


def _condition(rows: QuerySet[Any], name: str, path: str, text: str) -> Q:
    head, lookup = split(path)
    try:
        field: Field[Any, Any] = field_of(rows, head)
    except FieldDoesNotExist:
        raise LookupError(f"{rows.model.__name__} has no {path}: the filter {name} is wrong") from None
    if lookup == "isnull":
        return Q(**{path: typed(BooleanField(), name, text)})
    if lookup in {"icontains", "istartswith"}:
        return Q(**{path: text})
    values = [typed(field, name, one.strip()) for one in text.split(",")] if lookup in {"exact", "in"} else []
    if values:
        return Q(**{f"{head}__in": values})
    return Q(**{path: typed(field, name, text)})


def typed(field: Field[Any, Any], name: str, text: str) -> Any:
    """The text as a value of the field, or one sentence that names the parameter."""
    if isinstance(field, BooleanField):
        text = {
            "1": "True",
            "true": "True",
            "yes": "True",
            "0": "False",
            "false": "False",
            "no": "False",
        }.get(text.lower(), text)
    try:
        if isinstance(field, DateTimeField) and len(text) > 10:
            instant = parse_datetime(text.replace(" ", "+"))
            if instant is None or instant.tzinfo is None:
                raise ValueError
            return instant
        value = field.to_python(text)
    except (ValidationError, ValueError, TypeError):
        raise exceptions.ValidationError({name: _wrong(field, text)}) from None
    if field.choices and not isinstance(field, BooleanField) and value not in dict(field.flatchoices):
        allowed = ", ".join(str(key) for key, _label in field.flatchoices)
        raise exceptions.ValidationError(
            {name: _("{text} is not one of: {allowed}.").format(text=text, allowed=allowed)}
        )
    return value


def _wrong(field: Field[Any, Any], text: str) -> str:
    if isinstance(field, DateTimeField):
        return _("{text} is not an instant like 2026-11-18T06:00:00Z.").format(text=text)
    return _("{text} is not a {kind}.").format(text=text, kind=str(field.description).split(" (")[0].lower())


def search(rows: QuerySet[Any], fields: Sequence[str], words: str) -> QuerySet[Any]:
    """Every word must be in one of the fields."""
    for word in words.split():
        hit = Q()
        for name in fields:
            hit |= Q(**{name if "__icontains" in name else f"{name}__icontains": word})
        rows = rows.filter(hit) if fields else rows.none()
    return rows


def orders(allowed: Sequence[str], given: str, default: Sequence[str]) -> list[str]:
    """The order asked for (`?order=-due_at,number`), or the default."""
    if not given:
        return list(default)
    names = [name.strip() for name in given.split(",") if name.strip()]
    for name in names:
        if name.lstrip("-") not in allowed:
            known = ", ".join(sorted(allowed)) or "-"
            raise exceptions.ValidationError(
                {
                    "order": _("This list cannot be ordered by {name}; it knows: {known}.").format(
                        name=name.lstrip("-"), known=known
                    )
                }
            )
    return names
