"""A ledger of many moves, made in blocks: what was interrupted goes on where it stopped.

Run by `inventory.py` as `python -m p2p.bench.millions <part> <arguments>`, each part a process; prints JSON.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from p2p.bench.looking import ITEMS, ask, pages, sums
from p2p.bench.parts import main

BINS, LINES, BLOCK = 5_000, 200, 500_000
SHARES = ((1, 2_000), (99, 300), (1_000, 60), (ITEMS - 1_100, 1))
"""So many items, each with so many of the moves of a round: one in a hundred moves is of the busiest item."""

ROUND = sum(items * share for items, share in SHARES)
STRIDE = 77_773
"""Has no factor in common with a round, so that every item's moves lie spread over it."""

# Ten moves of an item and nothing ever goes below zero: kind, from, to, how many.
STEPS = (
    ("receipt", "supplier", "bin", 130),
    ("transfer", "bin", "line", 60),
    ("issue", "line", "make", 20),
    ("issue", "line", "make", 20),
    ("output", "make", "bin", 10),
    ("transfer", "bin", "line", 30),
    ("issue", "line", "make", 30),
    ("delivery", "bin", "customer", 40),
    ("scrap", "bin", "scrap", 1),
    ("issue", "line", "make", 20),
)
OUTSIDE = {
    "SUPPLIER": "supplier",
    "CUSTOMER": "customer",
    "MAKE": "production",
    "GONE": "scrap",
    "FIX": "adjustment",
}

# What the blocks read: which item a place in the round belongs to, and where that item lies.
PLAN = f"""
    CREATE TABLE bench_item AS
    SELECT k, i.id AS item_id, i.tracking = 'lot' AS by_lot,
           b.id AS bin_id, l.id AS line_id, share.slots,
           sum(CASE WHEN i.tracking = 'lot' THEN share.slots * %(rounds)s / 10 + 1 ELSE 0 END) OVER (ORDER BY k)
               - CASE WHEN i.tracking = 'lot' THEN share.slots * %(rounds)s / 10 + 1 ELSE 0 END + 1 AS first_lot
    FROM generate_series(0, {ITEMS - 1}) AS k
    JOIN strategies_item i ON i.number = 'PART-' || lpad(k::text, 6, '0')
    JOIN strategies_location b ON b.code = 'B' || lpad((k %% {BINS})::text, 4, '0')
    JOIN strategies_location l ON l.code = 'L' || lpad((k %% {LINES})::text, 3, '0')
    CROSS JOIN LATERAL (SELECT CASE {{shares}} END AS slots) share;
    CREATE TABLE bench_slot AS
    SELECT place, item_id, by_lot, bin_id, line_id, slots, first_lot,
           row_number() OVER (PARTITION BY k ORDER BY place) - 1 AS turn
    FROM (
        SELECT b.*, ((row_number() OVER (ORDER BY k, s) - 1) * {STRIDE}) %% {ROUND} AS place
        FROM bench_item b, generate_series(1, b.slots) AS s
    ) spread;
    ALTER TABLE bench_slot ADD PRIMARY KEY (place);
    INSERT INTO inventory_lot (id, item_id, number, vendor_lot, made_for, attributes, created_at, revision)
    SELECT b.first_lot + n, b.item_id, 'L' || lpad(n::text, 5, '0'), '', '', '{{{{}}}}', now(), 1
    FROM bench_item b, generate_series(0, b.slots * %(rounds)s / 10) AS n WHERE b.by_lot;
    SELECT setval('inventory_lot_id_seq', (SELECT coalesce(max(id), 1) FROM inventory_lot));
    CREATE TABLE bench_state AS SELECT now() - interval '3 years' AS began_at, %(moves)s::bigint AS moves;
    ANALYZE bench_slot;
"""
MOVES = f"""
    INSERT INTO inventory_move
        (id, item_id, lot_id, source_id, target_id, quantity, kind, reference, effective_at, posted_at)
    SELECT n + 1, s.item_id, CASE WHEN s.by_lot THEN s.first_lot + o.turn / 10 END,
           CASE step.source WHEN 'bin' THEN s.bin_id WHEN 'line' THEN s.line_id ELSE step.source_id END,
           CASE step.target WHEN 'bin' THEN s.bin_id WHEN 'line' THEN s.line_id ELSE step.target_id END,
           step.quantity, step.kind, '', at, at
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
    JOIN bench_slot s ON s.place = n %% {ROUND}
    CROSS JOIN LATERAL (SELECT n / {ROUND} * s.slots + s.turn AS turn) o
    JOIN bench_step step ON step.place = o.turn %% 10
    CROSS JOIN bench_state state
    CROSS JOIN LATERAL (SELECT state.began_at + n * (interval '3 years' / state.moves::float8) AS at) w
    ORDER BY n
"""
# Session-wide, so that a block costs its rows alone; the balances come after the last block.
QUIET = "SET session_replication_role = replica"
BALANCES = """
    INSERT INTO inventory_balance
        (item_id, location_id, lot_id, serial_id, handling_unit_id, quantity, reserved, may_go_negative)
    SELECT item_id, location_id, lot_id, serial_id, unit_id, sum(quantity), 0, false
    FROM (
        SELECT item_id, target_id AS location_id, lot_id, serial_id, into_unit_id AS unit_id, quantity
        FROM inventory_move
        UNION ALL
        SELECT item_id, source_id, lot_id, serial_id, handling_unit_id, -quantity FROM inventory_move
    ) d
    WHERE location_id NOT IN (SELECT id FROM strategies_location WHERE kind IN
        ('supplier', 'customer', 'production', 'scrap', 'adjustment'))
    GROUP BY 1, 2, 3, 4, 5
"""
INDEXES = """
    SELECT i.relname, pg_get_indexdef(x.indexrelid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
    WHERE x.indrelid = 'inventory_move'::regclass AND NOT x.indisunique
"""


def prepare(moves: str) -> dict[str, object]:
    """Tables, a plant, and the plan of the blocks; what is there already stays."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from p2p.core.models import Grant, User
    from strategies.models import Site

    call_command("migrate", verbosity=0)
    if not Site.objects.filter(code="BENCH").exists():
        with transaction.atomic():
            by = User.objects.create_user(username="bench", password=None)
            Grant.objects.bulk_create(
                Grant(user=by, role=role, scope="") for role in ("supervisor", "operator")
            )
            _plant()
            with connection.cursor() as cursor:
                _plan(cursor, int(moves))
    return state()


def _plant() -> None:
    from strategies.models import Currency, Item, Location, Site, Unit

    money = Currency.objects.create(code="USD", name="Dollar")
    site = Site.objects.create(code="BENCH", name="Bench", currency=money, may_go_negative=False)
    unit = Unit.objects.create(code="EA", name="Each", digits=0)
    rows = [Location(site=site, code=code, name=code, kind=kind) for code, kind in OUTSIDE.items()]
    Location.objects.bulk_create(rows)
    aisles = Location.objects.bulk_create(
        Location(site=site, code=f"AISLE-{number:02d}", name=f"Aisle {number}", kind="store")
        for number in range(50)
    )
    Location.objects.bulk_create(
        Location(
            site=site,
            code=f"B{number:04d}",
            name=f"Bin {number}",
            parent=aisles[number // 100],
            walk_order=number,
        )
        for number in range(BINS)
    )
    Location.objects.bulk_create(
        Location(site=site, code=f"L{number:03d}", name=f"Line {number}", kind="line_side")
        for number in range(LINES)
    )
    Item.objects.bulk_create(
        (
            Item(
                number=f"PART-{number:06d}",
                name=f"Part {number}",
                unit=unit,
                tracking="lot" if number % 10 < 3 else "none",
            )
            for number in range(ITEMS)
        ),
        batch_size=10_000,
    )


def _plan(cursor: Any, moves: int) -> None:
    ends, cases = 0, []
    for items, share in SHARES:
        ends += items
        cases.append(f"WHEN k < {ends} THEN {share}")
    cursor.execute("ANALYZE strategies_item; ANALYZE strategies_location")
    cursor.execute(
        PLAN.format(shares=" ".join(cases)).replace("{{}}", "{}"),
        {"rounds": moves // ROUND + 1, "moves": moves},
    )
    places = {"supplier": "SUPPLIER", "customer": "CUSTOMER", "make": "MAKE", "scrap": "GONE"}
    cursor.execute(
        "CREATE TABLE bench_step (place int, kind text, source text, target text, quantity int,"
        " source_id bigint, target_id bigint)"
    )
    for place, (kind, source, target, quantity) in enumerate(STEPS):
        cursor.execute(
            "INSERT INTO bench_step SELECT %s, %s, %s, %s, %s, (SELECT id FROM strategies_location WHERE code = %s),"
            " (SELECT id FROM strategies_location WHERE code = %s)",
            [place, kind, source, target, quantity, places.get(source), places.get(target)],
        )


def state() -> dict[str, object]:
    """How many moves there are, how many there shall be, and whether balances and indexes are there."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT coalesce(max(id), 0) FROM inventory_move), moves FROM bench_state")
        there, wanted = cursor.fetchone()
        cursor.execute("SELECT EXISTS (SELECT FROM inventory_balance), to_regclass('bench_index') IS NULL")
        balanced, indexed = cursor.fetchone()
    return {"there": there, "wanted": wanted, "balanced": balanced, "indexed": indexed}


def proof() -> dict[str, object]:
    """The first blocks through the ledger's own triggers: what they make of them is what the sums make of them."""
    from django.db import connection, transaction

    columns = "item_id, location_id, lot_id, serial_id, unit_id, quantity"
    sums = f"SELECT * FROM ({BALANCES[BALANCES.index('SELECT') :]}) AS s({columns}, reserved, negative)"
    with transaction.atomic(), connection.cursor() as cursor:
        for first in range(0, 40_000, 4_000):
            cursor.execute(MOVES, {"first": first, "last": first + 3_999})
        cursor.execute(
            f"SELECT count(*), count(*) FILTER (WHERE b.id IS NULL) FROM ({sums}) x FULL JOIN inventory_balance b"
            " ON b.item_id = x.item_id AND b.location_id = x.location_id AND b.lot_id IS NOT DISTINCT FROM x.lot_id"
            " AND b.quantity = x.quantity"
        )
        count, missing = cursor.fetchone()
        transaction.set_rollback(True)
    return {"balances": count, "differences": missing}


def fill(at_most: str) -> dict[str, object]:
    """Blocks until the seconds are over or the ledger is full; each block is a transaction of its own."""
    from django.db import connection, transaction

    began, made = time.monotonic(), 0
    found = state()
    with connection.cursor() as cursor:
        cursor.execute(QUIET)
        _put_indexes_aside(cursor)
        while int(str(found["there"])) < int(str(found["wanted"])) and time.monotonic() - began < float(
            at_most
        ):
            first = int(str(found["there"]))
            last = min(first + BLOCK, int(str(found["wanted"]))) - 1
            with transaction.atomic():
                cursor.execute(MOVES, {"first": first, "last": last})
            made += last - first + 1
            found = state()
    return {**found, "made": made, "seconds": time.monotonic() - began}


def _put_indexes_aside(cursor: Any) -> None:
    cursor.execute("SELECT to_regclass('bench_index') IS NULL")
    if cursor.fetchone()[0]:
        cursor.execute(f"CREATE TABLE bench_index AS {INDEXES}")
    cursor.execute("SELECT relname FROM bench_index WHERE to_regclass(relname) IS NOT NULL")
    for (name,) in cursor.fetchall():
        cursor.execute(f'DROP INDEX "{name}"')


def finish() -> dict[str, object]:
    """Balances from the moves, the indexes back, statistics; each step once."""
    from django.db import connection, transaction

    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'; " + QUIET)
        if not state()["balanced"]:
            with transaction.atomic():
                cursor.execute(BALANCES)
        if not state()["indexed"]:
            cursor.execute(
                "SELECT relname, pg_get_indexdef FROM bench_index WHERE to_regclass(relname) IS NULL"
            )
            for _name, definition in cursor.fetchall():
                cursor.execute(definition)
            cursor.execute("DROP TABLE bench_index")
        cursor.execute("SELECT setval('inventory_move_id_seq', (SELECT max(id) FROM inventory_move))")
        cursor.execute("VACUUM ANALYZE inventory_move")
        cursor.execute("VACUUM ANALYZE inventory_balance")
    return {"seconds": time.monotonic() - began}


def check() -> dict[str, object]:
    """Every rule of check_ledger on what was made."""
    from django.db import connection

    from p2p.inventory.checking import problems

    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '256MB'")
    return {"problems": [found.sentence for found in problems()][:5]}


if __name__ == "__main__":
    known = (prepare, proof, fill, finish, sums, pages, ask, check)
    main({each.__name__: each for each in known}, sys.argv[1:])
