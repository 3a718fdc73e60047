"""At whose sites the rows of a file lie: who holds a role at one site does not change another's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from p2p.core import access, sites
from p2p.core.access import Role
from p2p.core.models import User
from strategies.models import Site
from strategies.services.importer.checking import Checked
from strategies.services.importer.sheets import Row, Sheet
from strategies.services.importer.spool import portions

EDITORS = (Role.ENGINEER, Role.BUYER, Role.INTEGRATOR)
"""Who may hand in files; each at the sites where the role is held."""


def refuse_other_sites(checked: Checked, by: User | None, roles: Sequence[str]) -> None:
    """Refuse the rows of sites where `by` holds none of the roles, naming the site; each site is asked for once.
    No query for who holds one everywhere, else one for each way from a row to a site and each portion of rows."""
    if by is None or access.sites_of(by, *roles) is None or not checked.rows:
        return
    names = ", ".join(str(Role(role).label) for role in roles)
    may: dict[str, bool] = {}
    lying = (each for rows in portions(checked.rows) for each in _sites(checked.sheet, rows))
    for row, codes in lying:
        for code in codes - may.keys():
            may[code] = access.may(by, *roles, site=code)
        wrong = min((code for code in codes if not may[code]), default=None)
        if wrong is not None:
            checked.refuse(row.line, _heading(checked.sheet), _sentence(wrong, names), "site")


def _sentence(code: str, names: str) -> str:
    if not code:
        text = _("This holds at all sites: it needs one of these roles at all of them: {roles}.")
        return text.format(roles=names)
    return _("This needs one of these roles at {site}: {roles}.").format(site=code, roles=names)


def _heading(sheet: Sheet) -> str:
    return "site" if "site" in sheet.headings else ""


def _sites(sheet: Sheet, rows: Sequence[Row]) -> list[tuple[Row, set[str]]]:
    """Each row with the codes of the sites it lies at, now and in future; "" is all sites."""
    if sheet.model is Site:
        return [(row, {row.values["code"]}) for row in rows]
    found: list[tuple[Row, set[str]]] = [(row, set()) for row in rows]
    targets = {one.target for one in sheet.fields}
    for path in sites.paths(sheet.model):
        head, _step, rest = path.partition("__")
        if head not in targets:
            continue
        codes = _codes_behind(sheet, head, rest, rows)
        stored = {} if head in sheet.key else _stored(sheet, path, rows)
        for row, mine in found:
            code = codes.get(row.values[head], sites.EVERYWHERE if head == "site" else None)
            mine.update(() if code is None else {code})
            mine.update(stored.get(_key(sheet, row), ()))
    for (_row, mine), lying in zip(found, sheet.lies(rows) if sheet.lies else (), strict=False):
        mine.update(lying)
    return found


def _codes_behind(sheet: Sheet, head: str, rest: str, rows: Sequence[Row]) -> dict[Any, str]:
    """Key of what the rows name -> code of its site, "" where it holds at all of them."""
    field: Any = sheet.model._meta.get_field(head)
    keys = {row.values[head] for row in rows if isinstance(row.values[head], int)}
    behind = field.related_model._base_manager.filter(pk__in=keys)
    return {key: code or sites.EVERYWHERE for key, code in behind.values_list("pk", rest)}


def _stored(sheet: Sheet, path: str, rows: Sequence[Row]) -> dict[tuple[Any, ...], set[str]]:
    """Key of rows that are there already -> where they lie now: nobody takes a worker away from another site."""
    kept = {one.name: one for one in sheet.model._meta.concrete_fields}
    if any(name not in kept for name in sheet.key):
        return {}
    wanted = {_key(sheet, row) for row in rows}
    first = {key[0] for key in wanted}
    there = sheet.model._base_manager.filter(**{f"{sheet.key[0]}__in": first})
    found: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for *key, code in there.values_list(*[kept[name].attname for name in sheet.key], path).order_by():
        if tuple(key) in wanted and (code or path == "site__code"):
            found[tuple(key)].add(code or sites.EVERYWHERE)
    return found


def _key(sheet: Sheet, row: Row) -> tuple[Any, ...]:
    return tuple(row.values[name] for name in sheet.key)
