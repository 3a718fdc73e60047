"""At which sites a record lies: its own, or those of the records it is a part of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import models

from p2p.core import access

DEEPEST = 4


@cache
def paths(model: type[models.Model], deepest: int = DEEPEST) -> tuple[str, ...]:
    """The look-ups from a record to its sites' codes; none for records that belong to every site.

    A column that points at a site decides alone; a model may name its paths in `site_paths`. Otherwise it is where
    the records are that it cannot be without, and first of all those that take it with them when they go.
    """
    named: Sequence[str] | None = getattr(model, "site_paths", None)
    if named is not None:
        return tuple(named)
    keys = [each for each in model._meta.concrete_fields if isinstance(each, models.ForeignKey)]
    own = [each for each in keys if _points_at_site(each)]
    if own:
        return tuple(f"{each.name}__code" for each in own)
    if not deepest:
        return ()
    wholes = [each for each in keys if each.remote_field.on_delete is models.CASCADE]
    needed = [each for each in keys if not each.null]
    return _behind(wholes, deepest) or _behind(needed, deepest)


def _points_at_site(key: models.ForeignKey[Any, Any]) -> bool:
    return key.related_model._meta.model_name == "site"


def _behind(keys: Sequence[models.ForeignKey[Any, Any]], deepest: int) -> tuple[str, ...]:
    return tuple(f"{each.name}__{path}" for each in keys for path in paths(each.related_model, deepest - 1))


def codes_of(rows: models.QuerySet[Any]) -> set[str]:
    """The codes of the sites of these records, in one query; those that belong to every site add none."""
    model: type[models.Model] = rows.model
    wanted = paths(model)
    found = rows.order_by().values_list(*wanted).distinct() if wanted else ()
    return {code for row in found for code in row if code}


def require_at(user: Any, rows: models.QuerySet[Any], *roles: str) -> None:
    """PermissionDenied unless the user holds one of the roles at every site of these records. No query for who
    holds one everywhere.
    """
    if access.sites_of(user, *roles) is None:
        return
    for code in sorted(codes_of(rows)):
        access.require(user, *roles, site=code)


def require_at_record(user: Any, record: models.Model, *roles: str) -> None:
    """The same for one record."""
    require_at(user, type(record)._base_manager.filter(pk=record.pk), *roles)
