"""A material plan back into rows: proposals, pegs and messages, each table with one COPY."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from p2p.core.fields import plain
from planning.copying import NULL, copy_lines, escaped, take_keys
from planning.engine.mrp import Message as Said
from planning.engine.mrp import Peg as Pegged
from planning.engine.mrp import Plan
from planning.models import Message, Peg, PlanRun, ProductionOrder, Proposal, ReplenishmentOrder
from planning.snapshot import keys
from planning.snapshot.material import Notice, Snapshot
from strategies.models import BomVersion, Item, RouteVersion

LEVELS = {
    "advance": "action",
    "cancel": "action",
    "postpone": "action",
    "demand_overdue": "warning",
    "late": "problem",
    "loop": "problem",
    "no_bom": "warning",
    "no_conversion": "problem",
    "no_phantom_bom": "problem",
    "no_source": "problem",
    "overflow": "action",
    "overflow_kept": "warning",
    "short": "problem",
    "start_overdue": "warning",
    "stopped": "problem",
    "too_many_ways": "problem",
    "unknown_component": "problem",
    "unknown_item": "problem",
}
PROPOSAL = (
    "id", "run_id", "number", "kind", "need", "state", "site_id", "item_id", "quantity", "good_quantity",
    "start_on", "due_on", "need_on", "level", "priority", "vendor_id", "bom_id", "route_id", "named",
    "for_demand_id", "for_proposal_id", "for_material_id",
)  # fmt: skip
FOR_ALL = "\\N\t\\N\t\\N"
PEG = (
    "run_id", "quantity", "item_id", "supply_stock", "supply_proposal_id", "supply_order_id",
    "supply_replenishment_id", "need_safety", "need_demand_id", "need_proposal_id", "need_material_id",
)  # fmt: skip
MESSAGE = ("run_id", "level", "code", "item_id", "proposal_id", "demand_id", "facts")


@dataclass(frozen=True, slots=True)
class Stored:
    """How many rows of each kind were written."""

    proposals: int
    pegs: int
    messages: int


def write(
    run: PlanRun,
    snapshot: Snapshot,
    plan: Plan,
    overflow: Mapping[int, Sequence[Mapping[str, Any]]] | None = None,
) -> Stored:
    """COPY the plan of a run into its tables and look all references up at once. Call inside `storing(run)`.
    overflow: what is said of operations of the nth order that go to a vendor, or would have.

    Proposal n of the engine gets the nth key, so that pegs and messages can name it.
    """
    rows = take_keys(Proposal, len(plan.orders))
    copy_lines(Proposal._meta.db_table, PROPOSAL, _proposals(run, snapshot, plan, rows))
    copy_lines(Peg._meta.db_table, PEG, _pegs(run, plan, rows))
    labels = _labels(plan)  # asked before: the server takes no question in the middle of a COPY
    said = [*_messages(run, snapshot, plan, rows, labels), *_overflow(run, plan, rows, overflow or {})]
    copy_lines(Message._meta.db_table, MESSAGE, said)
    check(run)
    return Stored(len(plan.orders), len(plan.pegs), len(said))


def _overflow(
    run: PlanRun, plan: Plan, rows: list[int], overflow: Mapping[int, Sequence[Mapping[str, Any]]]
) -> Iterator[str]:
    for place, said in overflow.items():
        item, proposal = keys.made_from(plan.orders[place].item)[0], str(rows[place])
        for facts in said:
            code = "overflow_kept" if "kept" in facts else "overflow"
            yield _line(run, code, item, proposal, NULL, dict(facts))


def _proposals(run: PlanRun, snapshot: Snapshot, plan: Plan, rows: list[int]) -> Iterator[str]:
    days: dict[date, str] = {}
    site = run.site_id
    tied = _tied(plan, rows)
    for key, order in zip(rows, plan.orders, strict=True):
        item, named = order.item, ""
        bom = route = NULL
        if isinstance(item, str):
            item, *versions = keys.made_from(item)
            named = keys.named_by(*versions)
        if order.source in ("make", "subcontract"):
            bom, route = (_or_null(version) for version in snapshot.made_from(order)[1:])
        vendor = _or_null(snapshot.vendors.get(item))
        yield (
            f"{key}\t{run.pk}\t{order.number}\t{order.source}\t{order.kind}\tproposed\t{site}\t{item}\t"
            f"{order.quantity}\t{order.good}\t{_day(days, order.start)}\t{_day(days, order.due)}\t"
            f"{_day(days, order.need_on)}\t{order.level}\t{max(0, min(order.priority, 100))}\t"
            f"{vendor}\t{bom}\t{route}\t{named}\t{tied.get(order.number, FOR_ALL)}\n"
        )


def _tied(plan: Plan, rows: list[int]) -> dict[int, str]:
    """Number of a planned order -> the one need that it is for, as COPY wants it."""
    return {
        int(peg.supply or 0): _need(peg, rows)[2:]
        for peg in plan.pegs
        if peg.supply_kind == "order" and keys.is_tied(peg.item)
    }


def _or_null(key: int | None) -> str:
    return NULL if key is None else str(key)


def _day(known: dict[date, str], day: date) -> str:
    text = known.get(day)
    if text is None:
        text = known[day] = day.isoformat()
    return text


def _pegs(run: PlanRun, plan: Plan, rows: list[int]) -> Iterator[str]:
    start = f"{run.pk}\t"
    for peg in plan.pegs:
        item = peg.item if isinstance(peg.item, int) else keys.made_from(peg.item)[0]
        yield f"{start}{peg.quantity}\t{item}\t{_supply(peg, rows)}\t{_need(peg, rows)}\n"


def _supply(peg: Pegged, rows: list[int]) -> str:
    if peg.supply_kind == "stock":
        return "t\t\\N\t\\N\t\\N"
    if peg.supply_kind == "order":
        return f"f\t{rows[int(peg.supply or 0) - 1]}\t\\N\t\\N"
    table, key = keys.split(str(peg.supply))
    return f"f\t\\N\t{key}\t\\N" if table == keys.ORDER else f"f\t\\N\t\\N\t{key}"


def _need(peg: Pegged, rows: list[int]) -> str:
    if peg.need_kind == "safety_stock":
        return "t\t\\N\t\\N\t\\N"
    if peg.need_kind == "order":
        return f"f\t\\N\t{rows[int(peg.need or 0) - 1]}\t\\N"
    table, key = keys.split(str(peg.need))
    return f"f\t{key}\t\\N\t\\N" if table == keys.DEMAND else f"f\t\\N\t\\N\t{key}"


def _messages(
    run: PlanRun, snapshot: Snapshot, plan: Plan, rows: list[int], labels: dict[str, str]
) -> Iterator[str]:
    for said in plan.messages:
        yield _line(run, said.code, keys.made_from(said.item)[0], *_about(said, rows), _facts(said, labels))
    for notice in snapshot.notices:
        yield _notice(run, notice)


def _labels(plan: Plan) -> dict[str, str]:
    """Numbers of the orders and items that messages name, because a sentence must not speak of keys."""
    subjects = {said.subject for said in plan.messages if isinstance(said.subject, str)}
    labels: dict[str, str] = {}
    for letter, model in ((keys.ORDER, ProductionOrder), (keys.REPLENISHMENT, ReplenishmentOrder)):
        wanted = [keys.split(one)[1] for one in subjects if one.startswith(letter)]
        rows = model.objects.filter(pk__in=wanted).values_list("pk", "number")
        labels |= {f"{letter}{key}": number for key, number in rows}
    return labels | _names({step for said in plan.messages if said.code == "loop" for step in said.path})


def _names(steps: Collection[str]) -> dict[str, str]:
    """Key of an item as the engine names it -> `BIKE`, or `BIKE v2` where a certain bill is named, which is the one
    to correct; so with a route. Three queries, none for no steps."""
    if not steps:
        return {}
    made = {step: keys.made_from(step) for step in steps}
    items = dict(Item.objects.filter(pk__in={one[0] for one in made.values()}).values_list("pk", "number"))
    bills = BomVersion.objects.filter(pk__in={one[1] for one in made.values()})
    routes = RouteVersion.objects.filter(pk__in={one[2] for one in made.values()})
    bill = dict(bills.values_list("pk", "version"))
    route = dict(routes.values_list("pk", "version"))
    names = {}
    for step, (item, from_bill, on_route) in made.items():
        parts = [items.get(item, step)]
        if from_bill in bill:
            parts.append(f"v{bill[from_bill]}")
        if on_route in route:
            parts.append(_("on route v{version}").format(version=route[on_route]))
        names[step] = " ".join(parts)
    return names


def _notice(run: PlanRun, notice: Notice) -> str:
    table, key = keys.split(notice.facts["subject"]) if "subject" in notice.facts else ("", 0)
    demand = str(key) if table == keys.DEMAND else NULL
    return _line(run, notice.code, notice.item, NULL, demand, notice.facts)


def _line(run: PlanRun, code: str, item: int, proposal: str, demand: str, facts: dict[str, Any]) -> str:
    text = escaped(json.dumps(facts, separators=(",", ":")))
    return f"{run.pk}\t{LEVELS.get(code, 'warning')}\t{code}\t{item}\t{proposal}\t{demand}\t{text}\n"


def _about(said: Said, rows: list[int]) -> tuple[str, str]:
    """The proposal and the demand line a message is about, as COPY wants them."""
    if isinstance(said.subject, int):
        known = 0 < said.subject <= len(rows) and said.code in ("start_overdue", "short")
        return (str(rows[said.subject - 1]) if known else NULL), NULL
    if isinstance(said.subject, str) and said.subject.startswith(keys.DEMAND):
        return NULL, str(keys.split(said.subject)[1])
    return NULL, NULL


def _facts(said: Said, labels: dict[str, str]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if said.quantity:
        facts["quantity"] = plain(Decimal(said.quantity))
    if said.days:
        facts["days"] = said.days
    if said.day is not None:
        facts["day"] = said.day.isoformat()
    if said.subject is not None:
        facts["subject"] = said.subject
        if str(said.subject) in labels:
            facts["supply"] = labels[str(said.subject)]
    if said.path and said.code != "short":
        facts["path"] = list(said.path)
        if said.code == "loop":
            facts["path"] = [str(keys.made_from(step)[0]) for step in said.path]
            facts["names"] = [labels.get(step, step) for step in said.path]
    return facts


# One look at all references of a run, in place of a look-up for each row as it is written.
_DANGLING = """
    SELECT 'proposal', count(*) FROM planning_proposal p
      LEFT JOIN strategies_item i ON i.id = p.item_id
      LEFT JOIN strategies_vendor v ON v.id = p.vendor_id
      LEFT JOIN strategies_bomversion b ON b.id = p.bom_id
      LEFT JOIN strategies_routeversion r ON r.id = p.route_id
     WHERE p.run_id = %(run)s
       AND (i.id IS NULL OR (v.id IS NULL AND p.vendor_id IS NOT NULL)
            OR (b.id IS NULL AND p.bom_id IS NOT NULL) OR (r.id IS NULL AND p.route_id IS NOT NULL))
    UNION ALL
    SELECT 'peg', count(*) FROM planning_peg g
      LEFT JOIN strategies_item i ON i.id = g.item_id
      LEFT JOIN planning_proposal sp ON sp.id = g.supply_proposal_id
      LEFT JOIN planning_productionorder so ON so.id = g.supply_order_id
      LEFT JOIN planning_replenishmentorder sr ON sr.id = g.supply_replenishment_id
      LEFT JOIN planning_demand nd ON nd.id = g.need_demand_id
      LEFT JOIN planning_proposal np ON np.id = g.need_proposal_id
      LEFT JOIN planning_material nm ON nm.id = g.need_material_id
     WHERE g.run_id = %(run)s
       AND (i.id IS NULL OR (sp.id IS NULL AND g.supply_proposal_id IS NOT NULL)
            OR (so.id IS NULL AND g.supply_order_id IS NOT NULL)
            OR (sr.id IS NULL AND g.supply_replenishment_id IS NOT NULL)
            OR (nd.id IS NULL AND g.need_demand_id IS NOT NULL)
            OR (np.id IS NULL AND g.need_proposal_id IS NOT NULL)
            OR (nm.id IS NULL AND g.need_material_id IS NOT NULL))
"""


class Dangling(Exception):
    """A row that the plan refers to vanished while it was being made."""


def check(run: PlanRun) -> None:
    """Raise Dangling when any proposal or peg of the run names a row that is not there."""
    with connection.cursor() as cursor:
        # The rows are so new that the server counts none of them: left to its guess it would join by loops.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(_DANGLING, {"run": run.pk})
        found = cursor.fetchall()
        cursor.execute("SET LOCAL enable_nestloop = on")
        for table, count in found:
            if count:
                raise Dangling(f"{count} {table} rows of {run} name rows that are gone")
