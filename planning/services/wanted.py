"""Versions that customers want: which bill and route a demand line may name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused
from planning.snapshot.reach import USABLE
from strategies.models import BomVersion, ItemPolicy, RouteVersion, Site
from strategies.models.version import Version
from strategies.selectors.settings import settings_at

MADE = (ItemPolicy.Supply.MAKE, ItemPolicy.Supply.SUBCONTRACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A demand line by keys; `line` is how its sentences name it."""

    line: str
    item: int
    site: int
    ordered_on: date
    due_on: date
    bom: int | None
    route: int | None


def check_versions(rows: Sequence[Wanted]) -> None:
    """Refused, naming the line, for a version of another item or site, one that may not be used, one that does not
    hold between order and due day, and for an item that is not made at the site. Two queries and the settings of each
    site, none where no line names a version."""
    named = [row for row in rows if row.bom or row.route]
    if not named:
        return
    boms = BomVersion.objects.select_related("item", "site").in_bulk({row.bom for row in named if row.bom})
    routes = RouteVersion.objects.select_related("item", "site").in_bulk(
        {row.route for row in named if row.route}
    )
    for row in named:
        if row.bom:
            _check(row, boms[row.bom], "bom_version")
        if row.route:
            _check(row, routes[row.route], "route_version")
    _check_made(named)


def _check(row: Wanted, version: Version, column: str) -> None:
    said: dict[str, Any] = {"line": row.line, "version": version, "site": version.site}
    if version.item_id != row.item:
        raise _no(column, _("Demand {line}: {version} is a version of another item."), said)
    if version.site_id not in (None, row.site):
        raise _no(column, _("Demand {line}: {version} is for {site} only."), said)
    if version.state not in USABLE:
        said["state"] = version.get_state_display()
        raise _no(
            column, _("Demand {line}: {version} is {state}; approved and active ones can be wanted."), said
        )
    if version.valid_from and version.valid_from > row.due_on:
        said["day"] = version.valid_from
        raise _no(column, _("Demand {line}: {version} holds from {day} on, after the line is due."), said)
    if version.valid_to and version.valid_to < row.ordered_on:
        said["day"] = version.valid_to
        raise _no(column, _("Demand {line}: {version} held until {day}, before the line was ordered."), said)


def _check_made(rows: Sequence[Wanted]) -> None:
    for site in Site.objects.filter(pk__in={row.site for row in rows}).order_by("pk"):
        mine = [row for row in rows if row.site == site.pk]
        policies = settings_at(site, {row.item for row in mine})
        for row in mine:
            policy = policies.get(row.item)
            if policy is not None and policy.supply not in MADE:
                said = {"line": row.line, "item": policy.item, "site": site}
                column = "bom_version" if row.bom else "route_version"
                raise _no(
                    column, _("Demand {line}: {item} is not made at {site}, a version says nothing."), said
                )


def _no(column: str, sentence: Any, said: dict[str, Any]) -> Refused:
    return Refused(sentence, code="version_not_usable", field=column, **said)
