"""Demand by the hundred thousand: an import as one COPY and one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.characters import called, hidden
from p2p.core.facts import Refused, tell
from planning.copying import copy_lines, text_of
from planning.facts import DemandImported
from planning.measures import Measures
from planning.models import Demand
from planning.services.demand import check_line, due_before_order
from planning.services.made_for import set_free
from planning.services.surplus import of_demands
from planning.services.wanted import Wanted, check_versions
from strategies.models import Item

if TYPE_CHECKING:
    from p2p.core.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandRow:
    """One demand line with its references resolved to keys; quantity in `unit`."""

    number: str
    line: int = 1
    kind: str = Demand.Kind.SALES
    site: int
    item: int
    unit: int
    quantity: Decimal
    ordered_on: date
    due_on: date
    promised_on: date | None = None
    priority: int = 50
    customer: int | None = None
    bom_version: int | None = None
    route_version: int | None = None
    source_system: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "number", called(self.number))


@dataclass(frozen=True, slots=True)
class PutResult:
    """How many lines were new, how many changed, how many were the same already; and each, in order."""

    created: int
    changed: int
    same: int
    statuses: list[str] = field(default_factory=list, compare=False)


@transaction.atomic
def put_demand(*, rows: Sequence[DemandRow], by: User | None) -> PutResult:
    """Enter or change many lines at once, by source system, kind, number and line: one COPY, one statement.

    All lines go in or none. Lines that are the same already are left alone, so that a second import changes
    nothing. Refused, naming the first line, for quantities that make no sense and lines given twice; and for a number
    with a character that nobody sees.
    """
    _check_rows(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE demand_coming ON COMMIT DROP AS SELECT {_NAMED} FROM planning_demand LIMIT 0"
        )
        copy_lines("demand_coming", _COLUMNS, text_of(_values(row) for row in rows))
        cursor.execute(_ELSEWHERE)
        elsewhere = [key for (key,) in cursor.fetchall()]
        cursor.execute(_MERGE)
        put = {row[:4]: "added" if row[4] else "changed" for row in cursor.fetchall()}
        cursor.execute(_KEPT)
        kept = [key for (key,) in cursor.fetchall()]
        cursor.execute("DROP TABLE demand_coming")
    statuses = [put.get((row.source_system, row.kind, row.number, row.line), "unchanged") for row in rows]
    created, changed = statuses.count("added"), statuses.count("changed")
    if put:
        source = rows[0].source_system if rows else ""
        tell(DemandImported(created=created, changed=changed, source_system=source, by=by))
    _follow(elsewhere, kept, by)
    return PutResult(created, changed, len(rows) - created - changed, statuses)


def _follow(elsewhere: Sequence[int], kept: Sequence[int], by: User | None) -> None:
    """What is made for lines that want another item now, or the same at another site, is everybody's; what is reserved
    beyond what they want, too."""
    if elsewhere:
        set_free(demands=list(Demand.objects.filter(pk__in=elsewhere)), by=by)
    if kept:
        of_demands(demands=list(Demand.objects.filter(pk__in=kept)), by=by)


_COLUMNS = (
    "number", "line", "kind", "site_id", "item_id", "unit_id", "quantity", "ordered_on", "due_on",
    "promised_on", "priority", "customer_id", "source_system", "bom_version_id",
    "route_version_id",
)  # fmt: skip
_MAY_CHANGE = (
    "site_id", "item_id", "unit_id", "quantity", "ordered_on", "due_on", "promised_on", "priority",
    "customer_id", "bom_version_id", "route_version_id",
)  # fmt: skip
_NAMED = ", ".join(_COLUMNS)
_SAME = "(d.source_system, d.kind, d.number, d.line) = (c.source_system, c.kind, c.number, c.line)"
# Lines that will want another item, or want it elsewhere.
_ELSEWHERE = f"""
        SELECT d.id FROM planning_demand d JOIN demand_coming c ON {_SAME}
        WHERE d.state = 'open' AND (d.item_id, d.site_id) IS DISTINCT FROM (c.item_id, c.site_id)
        ORDER BY d.id
"""
# Lines for which stock is reserved.
_KEPT = f"""
        SELECT d.id FROM planning_demand d JOIN demand_coming c ON {_SAME}
        WHERE d.number || '/' || d.line IN (SELECT reference FROM inventory_reservation)
        ORDER BY d.id
"""
# xmax is 0 on a row that was inserted and not on one that was updated.
_MERGE = f"""
        INSERT INTO planning_demand AS known ({_NAMED}, state, delivered_quantity, short_reason, revision)
        SELECT {_NAMED}, 'open', 0, '', 1 FROM demand_coming
        ON CONFLICT (source_system, kind, number, line) DO UPDATE
        SET {", ".join(f"{one} = excluded.{one}" for one in _MAY_CHANGE)}, revision = known.revision + 1
        WHERE known.state = 'open'
          AND ({", ".join(f"known.{one}" for one in _MAY_CHANGE)})
              IS DISTINCT FROM ({", ".join(f"excluded.{one}" for one in _MAY_CHANGE)})
        RETURNING known.source_system, known.kind, known.number, known.line, xmax = 0
"""


def _values(row: DemandRow) -> list[object]:
    return [getattr(row, column.removesuffix("_id")) for column in _COLUMNS]


def _check_rows(rows: Sequence[DemandRow]) -> None:
    seen: set[tuple[str, str, str, int]] = set()
    measures = Measures({row.item for row in rows})
    items = {item.pk: item for item in Item.objects.filter(pk__in={row.item for row in rows})}
    for row in rows:
        line = f"{row.number}/{row.line}"
        key = (row.source_system, row.kind, row.number, row.line)
        if key in seen:
            raise Refused(_("Demand {line} is given twice."), code="twice", field="number", line=line)
        seen.add(key)
        if why := hidden(row.number):
            raise Refused(why, code="hidden", field="number")
        if row.due_on < row.ordered_on:
            raise due_before_order(line, row.ordered_on, row.due_on)
        check_line(items[row.item], row.quantity, row.unit, measures, line=line)
    check_versions([_wanted(row) for row in rows if row.bom_version or row.route_version])


def _wanted(row: DemandRow) -> Wanted:
    return Wanted(
        line=f"{row.number}/{row.line}",
        item=row.item,
        site=row.site,
        ordered_on=row.ordered_on,
        due_on=row.due_on,
        bom=row.bom_version,
        route=row.route_version,
    )


def upsert_demand(*, rows: Sequence[Mapping[str, Any]], by: User | None) -> list[str]:
    """The same for rows with records in place of keys, as the API's bulk upsert has them; a status for each."""
    today = clock.today()
    lines = [
        DemandRow(
            number=row["number"],
            line=row.get("line", 1),
            kind=row.get("kind", Demand.Kind.SALES),
            site=row["site"].pk,
            item=row["item"].pk,
            unit=row["unit"].pk if row.get("unit") else row["item"].unit_id,
            quantity=row["quantity"],
            ordered_on=row.get("ordered_on") or min(today, row["due_on"]),
            due_on=row["due_on"],
            promised_on=row.get("promised_on"),
            priority=row.get("priority", 50),
            customer=row["customer"].pk if row.get("customer") else None,
            bom_version=row["bom_version"].pk if row.get("bom_version") else None,
            route_version=row["route_version"].pk if row.get("route_version") else None,
            source_system=row.get("source_system", ""),
        )
        for row in rows
    ]
    return put_demand(rows=lines, by=by).statuses
