"""At which sites a record lies: its own, or those of the records it is a part of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.db import models

from p2p.core import access
from p2p.core.places import Verb

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


EVERYWHERE = ""
"""The code that stands for all sites."""


def codes_of(rows: models.QuerySet[Any]) -> set[str]:
    """The codes of the sites of these records, in one query; one that could name a site and names none holds at all
    of them and adds "". Records that know no sites add none, nor do those whose whole is not there."""
    model: type[models.Model] = rows.model
    wanted = paths(model)
    if not wanted:
        return set()
    holders = [path.rpartition("__")[0].rpartition("__")[0] for path in wanted]
    asked = [*wanted, *(f"{holder}__pk" if holder else "pk" for holder in holders)]
    codes: set[str] = set()
    for row in rows.order_by().values_list(*asked).distinct():
        own = {code for code in row[: len(wanted)] if code}
        codes |= own or ({EVERYWHERE} if any(row[len(wanted) :]) else set())
    return codes


def require_at(user: Any, rows: models.QuerySet[Any], *roles: str) -> None:
    """PermissionDenied unless the user holds one of the roles at every site of these records, and without a limit
    where one of them holds at all sites. No query for who holds one everywhere.
    """
    if access.sites_of(user, *roles) is None:
        return
    for code in sorted(codes_of(rows)):
        access.require(user, *roles, site=code)


def require_at_record(user: Any, record: models.Model, *roles: str) -> None:
    """The same for one record."""
    require_at(user, _alone(record), *roles)


def may_at_record(user: Any, record: models.Model, *roles: str) -> bool:
    """Whether `require_at_record` lets the user pass."""
    if not access.may(user, *roles):
        return False
    free = access.sites_of(user, *roles) is None
    return free or all(access.may(user, *roles, site=code) for code in codes_of(_alone(record)))


def may_at(user: Any, record: Any, *roles: str) -> bool:
    """The same where there may be no record, or no role that is asked for."""
    if not roles:
        return True
    return (
        may_at_record(user, record, *roles) if isinstance(record, models.Model) else access.may(user, *roles)
    )


def verbs_for(user: Any, possible: Sequence[Verb], record: Any) -> list[Verb]:
    """Those the user may use on the record: the role is held where the verb asks for it, which is looked at once for
    verbs that ask alike."""
    held: dict[Any, bool] = {}
    for each in possible:
        if (each.roles, each.at) not in held:
            held[each.roles, each.at] = may_at(user, each.at(record) if each.at else record, *each.roles)
    return [
        each
        for each in possible
        if held[each.roles, each.at] or (each.anywhere and (not each.roles or access.may(user, *each.roles)))
    ]


def _alone(record: models.Model) -> models.QuerySet[Any]:
    return type(record)._base_manager.filter(pk=record.pk)


def codes_of_new(model: type[models.Model], given: Mapping[str, Any], *, partial: bool = False) -> set[str]:
    """Where a record that is made of this input will lie: at the sites of the wholes that the input names, at all of
    them where its own site may be empty and is. `partial`: a change, what is not given stays. One query a whole."""
    codes: set[str] = set()
    for path in paths(model):
        head, _step, rest = path.partition("__")
        if partial and head not in given:
            continue
        whole = given.get(head)
        if rest == "code":
            everywhere = whole is None and model._meta.get_field(head).null
            codes |= {whole.code} if whole is not None else {EVERYWHERE} if everywhere else set()
        elif isinstance(whole, models.Model):
            codes |= _codes_behind(whole, rest)
    # A part may name its whole in several ways: where one of them leads to a site, that is the place.
    return codes - {EVERYWHERE} or codes


def _codes_behind(whole: models.Model, path: str) -> set[str]:
    holder = path.rpartition("__")[0].rpartition("__")[0]
    found = _alone(whole).values_list(path, f"{holder}__pk" if holder else "pk").first()
    if not found or not found[1]:
        return set()
    return {found[0] or EVERYWHERE}
