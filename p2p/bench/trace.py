"""Traces over a ledger of a million moves: both ways with shares, with whereabouts, and beside the bare recursion.

Run by `bench_trace` as `python -m p2p.bench.trace <part> <arguments>`, each part a process on a database of its own.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from p2p.bench.apart import apart
from p2p.bench.parts import main
from p2p.bench.rows import Row

LEVELS, LOTS, STARTS = 9, 18_520, 200
"""Eight steps from the bought lot to the product; six moves a lot: in, put away, four issues or deliveries."""

_MOVE = "item_id, lot_id, source_id, target_id, quantity, kind, reference, effective_at, posted_at"
# Each lot is issued to four of the lots made around the same time one step later: they mix, split and meet again.
MAKE = (
    "ALTER TABLE inventory_move DISABLE TRIGGER USER",
    "ALTER TABLE inventory_consumed DISABLE TRIGGER USER",
    "ALTER TABLE inventory_balance DISABLE TRIGGER USER",
    """CREATE TEMP TABLE made AS
       SELECT id, item_id, split_part(number, '-', 2)::int AS n, substr(split_part(number, '-', 1), 2)::int AS l
       FROM inventory_lot""",
    "CREATE UNIQUE INDEX ON made (l, n)",
    """CREATE TEMP TABLE went AS
       SELECT g.id AS giver, g.item_id, g.l, g.n, t.id AS taker, j, row_number() OVER (ORDER BY g.l, g.n, j) AS r
       FROM made g CROSS JOIN generate_series(0, 3) j
       LEFT JOIN made t ON t.l = g.l + 1
           AND t.n = (g.n + ((g.n::bigint * 7919 + g.l * 104729 + j * 1299709) %% 13)::int - 6 + %(lots)s)
               %% %(lots)s""",
    f"""INSERT INTO inventory_move ({_MOVE})
       SELECT m.item_id, m.id, CASE WHEN m.l = 0 THEN s.id ELSE p.id END, t.id, 40,
              CASE WHEN m.l = 0 THEN 'receipt' ELSE 'output' END, 'MO-' || m.l || '-' || m.n, now(), now()
       FROM made m JOIN strategies_location s ON s.code = 'SUPPLIER' JOIN strategies_location p ON p.code = 'MAKE'
       JOIN strategies_location t ON t.code = 'STORE' ORDER BY m.l, m.n""",
    f"""INSERT INTO inventory_move ({_MOVE})
       SELECT m.item_id, m.id, s.id, t.id, 40, 'transfer', '', now(), now()
       FROM made m JOIN strategies_location s ON s.code = 'STORE' JOIN strategies_location t ON t.code = 'SHELF'
       ORDER BY m.l, m.n""",
    f"""INSERT INTO inventory_move ({_MOVE})
       SELECT w.item_id, w.giver, s.id, CASE WHEN w.taker IS NULL THEN c.id ELSE p.id END, 9,
              CASE WHEN w.taker IS NULL THEN 'delivery' ELSE 'issue' END, 'R' || w.r, now(), now()
       FROM went w JOIN strategies_location s ON s.code = 'SHELF' JOIN strategies_location p ON p.code = 'MAKE'
       JOIN strategies_location c ON c.code = 'CUSTOMER' ORDER BY w.r""",
    """INSERT INTO inventory_consumed (issue_id, receipt_id, quantity)
       SELECT i.id, o.id, 9 FROM went w JOIN inventory_move i ON i.reference = 'R' || w.r
       JOIN inventory_move o ON o.lot_id = w.taker AND o.kind = 'output' WHERE w.taker IS NOT NULL""",
    """INSERT INTO inventory_balance (item_id, location_id, lot_id, quantity, reserved, may_go_negative)
       SELECT m.item_id, t.id, m.id, 4, 0, false FROM made m JOIN strategies_location t ON t.code = 'SHELF'""",
    "ALTER TABLE inventory_move ENABLE TRIGGER USER",
    "ALTER TABLE inventory_consumed ENABLE TRIGGER USER",
    "ALTER TABLE inventory_balance ENABLE TRIGGER USER",
    "ANALYZE",
)
# What is found, and nothing else: no reversals, no untracked stock, no shares.
BARE = """
    WITH RECURSIVE up(id) AS (
        SELECT %(lot)s::bigint
        UNION
        SELECT o.lot_id FROM up JOIN inventory_move i ON i.lot_id = up.id
        JOIN inventory_consumed c ON c.issue_id = i.id JOIN inventory_move o ON o.id = c.receipt_id
    ), down(id) AS (
        SELECT %(lot)s::bigint
        UNION
        SELECT i.lot_id FROM down JOIN inventory_move o ON o.lot_id = down.id
        JOIN inventory_consumed c ON c.receipt_id = o.id JOIN inventory_move i ON i.id = c.issue_id
    )
    SELECT id FROM up UNION SELECT id FROM down
"""


def bench_trace() -> list[Row]:
    """Make a ledger of its own, trace two hundred lots both ways, drop it."""
    with apart(__name__) as own:
        told = own.run("prepare")
        found = own.run("measure")
    size = (
        f"{told['moves']:,} moves, {told['edges']:,} edges; {found['nodes']:,.0f} lots a trace, 8 steps deep"
    )
    bare = found["bare"]
    return [
        _row("trace both ways with shares", found["trace"], bare, size),
        _row("trace both ways with whereabouts and holds", found["described"], bare, size),
        Row("the bare recursion, median", bare["p50"], "ms", note="nodes only, no reversals, no shares"),
    ]


def _row(name: str, took: dict[str, float], bare: dict[str, float], size: str) -> Row:
    note = f"median {took['p50']:.0f} ms, bare SQL p95 {bare['p95']:.0f} ms; {size}"
    return Row(f"{name}, p95", took["p95"], "ms", "target", 200, note)


# ---- what runs inside


def prepare() -> dict[str, object]:
    """Nine items, a lot of each around the same time made of four of the one before, as set-based SQL."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from p2p.inventory.models import Consumed, Lot, Move
    from strategies.models import Currency, Item, Location, Site, Unit

    dollar = Currency.objects.create(code="USD", name="Dollar")
    site = Site.objects.create(code="BENCH", name="Bench", currency=dollar)
    kinds = {
        "STORE": "store",
        "SHELF": "store",
        "MAKE": "production",
        "SUPPLIER": "supplier",
        "CUSTOMER": "customer",
    }
    for code, kind in kinds.items():
        Location.objects.create(site=site, code=code, name=code, kind=kind)
    unit = Unit.objects.create(code="EA", name="Each")
    for level in range(LEVELS):
        item = Item.objects.create(number=f"STEP-{level}", name=f"Step {level}", unit=unit, tracking="lot")
        lots = (Lot(item=item, number=f"L{level}-{number}") for number in range(LOTS))
        Lot.objects.bulk_create(lots, batch_size=5000)
    with connection.cursor() as cursor:
        for statement in MAKE:
            values = {"lots": LOTS} if "%(" in statement else None
            cursor.execute(statement, values)
    return {"moves": Move.objects.count(), "edges": Consumed.objects.count()}


def measure() -> dict[str, object]:
    """Two hundred lots of any step, each traced three ways; the bare one beside, so that both meet the same load."""
    from django.db import connection

    from p2p.inventory.models import Lot
    from p2p.inventory.selectors import describe, trace

    chance = random.Random(4)
    every = list(Lot.objects.order_by("pk").values_list("pk", flat=True))
    starts = chance.sample(every, STARTS)
    took: dict[str, list[float]] = {"bare": [], "trace": [], "described": []}
    nodes = []
    trace([("lot", starts[0])])
    for lot in starts:
        with connection.cursor() as cursor:
            bare = _timed(took["bare"], lambda cursor=cursor, lot=lot: _walk(cursor, lot))  # type: ignore[misc]
        found = _timed(took["trace"], lambda lot=lot: trace([("lot", lot)]))  # type: ignore[misc]
        if {("lot", number) for number in bare} != set(found.keys) or found.cut:
            raise RuntimeError(f"Lot {lot}: the trace and the bare recursion do not find the same.")
        nodes.append(len(found.keys))
        _timed(took["described"], lambda lot=lot: _described(trace, describe, lot))  # type: ignore[misc]
    shown: dict[str, object] = {name: _figures(each) for name, each in took.items()}
    return {**shown, "nodes": statistics.mean(nodes)}


def _walk(cursor: Any, lot: int) -> set[int]:
    cursor.execute(BARE, {"lot": lot})
    return {row[0] for row in cursor.fetchall()}


def _described(trace: Any, describe: Any, lot: int) -> Any:
    return describe(trace([("lot", lot)]))


def _timed(into: list[float], act: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    answer = act()
    into.append((time.perf_counter() - began) * 1000)
    return answer


def _figures(took: Sequence[float]) -> dict[str, float]:
    ordered = sorted(took)
    return {"p50": statistics.median(ordered), "p95": ordered[int(len(ordered) * 0.95)]}


if __name__ == "__main__":
    main({"prepare": prepare, "measure": measure}, sys.argv[1:])
