"""Paging by the last row's keys, so that page 1,000 costs what page 1 costs; counts that do not count all."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DataError
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

from p2p.core.web.columns import follow

COUNT_UP_TO = 10_000


@dataclass(frozen=True)
class Key:
    """One part of the order: an ORM path, its direction, and whether it can be null."""

    path: str
    down: bool
    nullable: bool

    def by(self, *, backwards: bool) -> OrderBy:
        down = self.down != backwards
        field = F(self.path)
        if not self.nullable:
            return field.desc() if down else field.asc()
        # Nothing known stands last in both directions, so that an empty due date never hides the urgent rows.
        last = not backwards
        return (
            field.desc(nulls_last=last or None, nulls_first=backwards or None)
            if down
            else field.asc(nulls_last=last or None, nulls_first=backwards or None)
        )


@dataclass(frozen=True)
class Slice:
    """A page of rows, where it stands, and the tokens of its neighbours ("" at an end)."""

    rows: list[Any]
    start: int
    previous: str
    next: str


def keys_of(model: type[Model], order: Sequence[str]) -> list[Key]:
    """The order with the primary key behind it, so that it is total."""
    keys = [Key(path.lstrip("-"), path.startswith("-"), _nullable(model, path.lstrip("-"))) for path in order]
    if not any(key.path in ("pk", "id") for key in keys):
        keys.append(Key("pk", keys[-1].down if keys else False, False))
    return keys


def _nullable(model: type[Model], path: str) -> bool:
    for step in path.split("__"):
        try:
            field: Any = model._meta.pk if step == "pk" else model._meta.get_field(step)
        except FieldDoesNotExist:
            return True
        if getattr(field, "null", True):
            return True
        model = field.related_model or model
    return False


def page(rows: QuerySet[Any], keys: Sequence[Key], *, token: str, size: int) -> Slice:
    """The page that `token` names; the first one when the token is empty, stale or made up."""
    try:
        return _page(rows, keys, _read(token), size)
    except (ValidationError, ValueError, TypeError, KeyError, DataError):
        return _page(rows, keys, None, size)


def _page(rows: QuerySet[Any], keys: Sequence[Key], mark: dict[str, Any] | None, size: int) -> Slice:
    backwards = bool(mark and mark["d"] == "b")
    ordered = rows.order_by(*(key.by(backwards=backwards) for key in keys))
    if mark:
        ordered = ordered.filter(_beyond(keys, mark["k"], backwards=backwards))
    found = list(ordered[: size + 1])
    more, found = len(found) > size, found[:size]
    start = int(mark["i"]) if mark else 0
    if backwards:
        found.reverse()
        start = max(0, start - len(found)) if more else 0
    before = _write(found[0], keys, "b", start) if found and (more if backwards else bool(mark)) else ""
    after = _write(found[-1], keys, "a", start + len(found)) if found and (backwards or more) else ""
    return Slice(found, start, before, after)


def _beyond(keys: Sequence[Key], values: Sequence[Any], *, backwards: bool) -> Q:
    """Rows after the marked one: (a > x) or (a = x and b > y) ..., with nulls last."""
    if len(values) != len(keys):
        raise ValueError("The page mark belongs to another order.")
    any_of, equal = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        any_of |= equal & _past(key, value, backwards=backwards)
        equal &= Q(**{f"{key.path}__isnull": True}) if value is None else Q(**{key.path: value})
    return any_of


def _past(key: Key, value: Any, *, backwards: bool) -> Q:
    if value is None:
        return Q(**{f"{key.path}__isnull": False}) if backwards else Q(pk__in=[])
    sign = "lt" if key.down != backwards else "gt"
    past = Q(**{f"{key.path}__{sign}": value})
    return past | Q(**{f"{key.path}__isnull": True}) if key.nullable and not backwards else past


def _write(record: Any, keys: Sequence[Key], direction: str, start: int) -> str:
    values = [follow(record, key.path) for key in keys]
    # str keeps the microseconds of an instant and every digit of a decimal: the mark must equal its row.
    text = json.dumps({"k": values, "d": direction, "i": start}, default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(token: str) -> dict[str, Any] | None:
    if not token:
        return None
    padded = token + "=" * (-len(token) % 4)
    mark = json.loads(base64.urlsafe_b64decode(padded.encode()))
    return mark if isinstance(mark, dict) and isinstance(mark.get("k"), list) else None


def count(rows: QuerySet[Any]) -> tuple[int, bool]:
    """(how many, whether that is exact). Up to ten thousand it counts, beyond it asks the planner."""
    bare = rows.order_by().values(
        "pk"
    )  # a slice is counted with all its columns, and some are questions of their own
    first = bare[: COUNT_UP_TO + 1].count()
    if first <= COUNT_UP_TO:
        return first, True
    plan = json.loads(bare.explain(format="json"))
    return max(first, int(plan[0]["Plan"]["Plan Rows"])), False
