"""What only shows when all rows of a sheet are seen together: loops, frozen versions, units without a way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeAlias

from django.db import connection
from django.db.models import Model, OuterRef, Subquery
from django.utils.translation import gettext as _

from strategies.engine.levels import low_level_codes
from strategies.engine.units import MissingConversion
from strategies.models import (
    BomAlternate,
    BomLine,
    BomVersion,
    Item,
    ItemPolicy,
    Resource,
    RouteLink,
    RouteOperation,
    RouteVersion,
    Unit,
)
from strategies.models.version import VersionState
from strategies.selectors.units import conversions
from strategies.services.bom_loops import loop_refused, take_turn
from strategies.services.importer.sheets import Problem, Review, Row
from strategies.services.importer.spool import portions

PAGE = 10_000
"""Rows fetched at a time where all of a table are looked through."""


def lines_may_change(sheet: str, model: type[Model], parent: str) -> Review:
    """Guard: lines of a version that is in use are changed in a new version only. A version that has no lines
    yet takes its first ones in any state, so that an import can bring a finished bill."""

    def look(rows: Sequence[Row]) -> Iterator[Problem]:
        for some in portions(rows):
            yield from look_at(some)

    def look_at(rows: Sequence[Row]) -> Iterator[Problem]:
        used = {row.values[parent] for row in rows}
        kept = model._base_manager.filter(**{f"{parent}__in": used}).exclude(**{f"{parent}__state": "draft"})
        columns = list(rows[0].values)
        fields = [model._meta.get_field(name).attname for name in columns]  # type: ignore[union-attr]
        key = columns.index(parent)
        before: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
        for values in kept.values_list(*fields):
            before[values[key]].append(values)
        for row in rows:
            known = before.get(row.values[parent])
            if known and tuple(row.values.values()) not in known:
                text = _("This version is no draft any more: change its lines in a new version.")
                yield Problem(sheet, text, row.line, "version", code="frozen")

    return look


def units_convert(sheet: str, item: str, level: str) -> Review:
    """Review: a quantity or price in a unit that does not lead to the item's own."""

    def look(rows: Sequence[Row]) -> Iterator[Problem]:
        own = dict(Item.objects.order_by().values_list("pk", "unit_id").iterator(PAGE))
        odd = [row for row in rows if row.values["unit"] != own[row.values[item]]]
        if not odd:
            return
        known, codes = conversions(), dict(Unit.objects.values_list("pk", "code"))
        numbers = dict(
            Item.objects.filter(pk__in={row.values[item] for row in odd}).values_list("pk", "number")
        )
        for row in odd:
            given, wanted = codes[row.values["unit"]], codes[own[row.values[item]]]
            number = numbers[row.values[item]]
            try:
                known.factor(given, wanted, number)
            except MissingConversion:
                yield Problem(
                    sheet, _missing(number, given, wanted, level), row.line, "unit", level, "no_conversion"
                )

    return look


def _missing(number: str, given: str, wanted: str, level: str) -> str:
    if level == "error":
        text = _("{item} is counted in {wanted}, and nothing says how many {wanted} one {given} is.")
    else:
        text = _(
            "The price of {item} is per {given}, and nothing says how many {wanted} one {given} is: "
            "it is kept, but not used until that conversion is entered."
        )
    return text.format(item=number, given=given, wanted=wanted)


def bills_have_no_loop(rows: Sequence[Row]) -> Iterator[Problem]:
    """Review of bom_lines and bom_alternates: an item goes into itself, or would through what may stand in. The
    path is named at the last line that closes it."""
    loops = _loops()
    if not loops:
        return
    closing = {edge for loop in loops for edge in zip(loop, loop[1:], strict=False)}
    sheet, lines = _edges(rows, closing)
    numbers = Item.objects.in_bulk({item for loop in loops for item in loop})
    for loop in loops:
        guilty = [lines[edge] for edge in zip(loop, loop[1:], strict=False) if edge in lines]
        if guilty:
            path = " → ".join(numbers[item].number for item in loop)
            text = _("An item goes into itself: {path}.").format(path=path)
            yield Problem(sheet, text, max(guilty), "component", code="loop")


def bills_stay_without_loop(rows: Sequence[Row], _by: Any) -> Iterator[Problem]:
    """Settle of bom_lines and bom_alternates: nobody has closed a loop from the other end meanwhile. The turn is
    taken here, with the rows held and just before all is stored, so that others wait for moments only. Refused,
    with the path: nothing of the file is saved then."""
    take_turn()
    loops = _loops()
    closing = {edge for loop in loops for edge in zip(loop, loop[1:], strict=False)}
    edges = _edges(rows, closing)[1] if loops else {}
    for loop in loops:
        if not edges.keys().isdisjoint(zip(loop, loop[1:], strict=False)):
            numbers = Item.objects.in_bulk(loop)
            raise loop_refused([numbers[item].number for item in loop])
    return iter(())


def _loops() -> Sequence[Sequence[int]]:
    """Items that go into themselves, over all bills that are not retired. Two queries."""
    # Lists and one integer for each item: sets of half a million components would be the most of an import's memory.
    below: dict[int, list[int]] = defaultdict(list)
    one: dict[int, int] = {}
    for edges in (
        BomLine.objects.exclude(bom__state=VersionState.RETIRED).values_list("bom__item_id", "component_id"),
        BomAlternate.objects.exclude(line__bom__state=VersionState.RETIRED).values_list(
            "line__bom__item_id", "component_id"
        ),
    ):
        for parent, component in edges.order_by().iterator(PAGE):
            below[one.setdefault(parent, parent)].append(one.setdefault(component, component))
    return low_level_codes((), below).loops


Edge: TypeAlias = tuple[int, int]
"""An item and a component of it."""


def _edges(rows: Sequence[Row], wanted: Collection[Edge]) -> tuple[str, dict[Edge, int]]:
    """The sheet these rows are of, and the line of the file that says each of the wanted edges; the last one where
    several do."""
    sheet, column = ("bom_lines", "bom") if "bom" in rows[0].values else ("bom_alternates", "line")
    kept = (
        BomVersion.objects.values_list("pk", "item_id")
        if column == "bom"
        else BomLine.objects.values_list("pk", "bom__item_id")
    )
    items = dict(kept.filter(pk__in={row.values[column] for row in rows}))
    edges = (((items[row.values[column]], row.values["component"]), row.line) for row in rows)
    return sheet, {edge: line for edge, line in edges if edge in wanted}


def routes_have_no_loop(rows: Sequence[Row]) -> Iterator[Problem]:
    """Review of route_links: an operation waits for itself."""
    lines = {(row.values["before"], row.values["after"]): row.line for row in rows}
    below: dict[int, set[int]] = defaultdict(set)
    links = RouteLink.objects.filter(route__in={row.values["route"] for row in rows}).order_by()
    for before, after in links.values_list("before_id", "after_id"):
        below[before].add(after)
    loops = low_level_codes((), below).loops
    numbers = dict(
        RouteOperation.objects.filter(pk__in={one for loop in loops for one in loop}).values_list(
            "pk", "number"
        )
    )
    for loop in loops:
        guilty = [lines[edge] for edge in zip(loop, loop[1:], strict=False) if edge in lines]
        if guilty:
            path = " → ".join(str(numbers[one]) for one in loop)
            text = _("An operation waits for itself: {path}.").format(path=path)
            yield Problem("route_links", text, max(guilty), "after", code="loop")


def alternates_have_no_links(rows: Sequence[Row]) -> Iterator[Problem]:
    """Review of route_links: an alternate stands where the operation stands that it may replace."""
    ends = {row.values[column] for row in rows for column in ("before", "after")}
    found = RouteOperation.objects.filter(pk__in=ends, alternate_of__isnull=False)
    alternates = dict(found.order_by().values_list("pk", "number"))
    for row in rows:
        for column in ("before", "after"):
            number = alternates.get(row.values[column])
            if number is not None:
                text = _(
                    "Operation {number} is an alternate: it takes the place of the other and has no links."
                )
                yield Problem("route_links", text.format(number=number), row.line, column, code="alternate")


# Operations follow each other by number where nobody has drawn another graph.
_CHAIN = """
    INSERT INTO strategies_routelink (route_id, before_id, after_id, hard)
    SELECT route_id, before_id, id, false
      FROM (SELECT id, route_id, lag(id) OVER (PARTITION BY route_id ORDER BY number) AS before_id
              FROM strategies_routeoperation
             WHERE route_id = ANY(%s) AND alternate_of_id IS NULL
               AND route_id NOT IN (SELECT route_id FROM strategies_routelink WHERE route_id = ANY(%s))) AS
               chain WHERE before_id IS NOT NULL
"""


def chain_operations(routes: Sequence[int]) -> int:
    """Link the operations of routes that have no links by number; how many links were made. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, [list(routes), list(routes)])
        return int(cursor.rowcount)


def link_operations(rows: Sequence[Row]) -> Iterator[Problem]:
    """Finish of route_operations: chain routes without links, and name operations that nothing is linked
    to."""
    routes = {row.values["route"] for row in rows}
    chain_operations(sorted(routes))
    # Two plain questions: a join may be planned by how few rows there were before the import.
    links = RouteLink.objects.filter(route__in=routes).values_list("before_id", "after_id")
    linked = {one for pair in links for one in pair}
    operations = RouteOperation.objects.filter(route__in=routes, alternate_of=None).order_by("pk")
    rows_there = operations.values_list("pk", "route_id", "number")
    loose = [(route, number) for key, route, number in rows_there if key not in linked]
    counts: dict[int, int] = defaultdict(int)
    for row in rows:
        counts[row.values["route"]] += 1
    lines = {(row.values["route"], row.values["number"]): row.line for row in rows}
    for key in loose:
        if key in lines and counts[key[0]] > 1:
            text = _("Operation {number} is linked to no other.").format(number=key[1])
            yield Problem("route_operations", text, lines[key], "number", "warning", "loose_operation")


def scrap_comes_with_the_resource(model: type[Model], parent: str, key: str) -> Review:
    """Finish of sheets of operations: a file that has no column of scrap takes that of the resources it names. parent,
    key: columns that a row is known by."""

    def look(rows: Sequence[Row]) -> Iterator[Problem]:
        silent = [row for row in rows if "scrap_fraction" not in row.given and row.values["resource"]]
        named = {(row.values[parent], row.values[key]) for row in silent}
        lossy = model._default_manager.filter(scrap_fraction=0, resource__scrap_fraction__gt=0)
        lossy = lossy.filter(**{f"{parent}__in": {one for one, _key in named}})
        known = lossy.order_by("pk").values_list("pk", parent, key)
        chosen = [pk for pk, *said in known if tuple(said) in named]
        losing = Resource.objects.filter(pk=OuterRef("resource")).values("scrap_fraction")
        model._default_manager.filter(pk__in=chosen).update(scrap_fraction=Subquery(losing))
        return iter(())

    return look


def made_items_can_be_made(rows: Sequence[Row]) -> Iterator[Problem]:
    """Finish of item_policies: what is made needs a bill and a route; planners want to know what lacks
    them."""
    made = {row.values["item"]: row.line for row in rows if row.values["supply"] == ItemPolicy.Supply.MAKE}
    for model, code, words in (
        (
            BomVersion,
            "made_without_bom",
            _("{item} is made here, but has no active BOM: nothing is planned below it."),
        ),
        (
            RouteVersion,
            "made_without_route",
            _("{item} is made here, but has no active route: it takes its lead time."),
        ),
    ):
        has = model._base_manager.filter(item__in=made, state=VersionState.ACTIVE).values_list(
            "item_id", flat=True
        )
        lacking = Item.objects.filter(pk__in=set(made) - set(has)).values_list("pk", "number", "name")
        for item, number, name in lacking:
            text = words.format(item=f"{number} {name}")
            yield Problem("item_policies", text, made[item], "supply", "warning", code)
