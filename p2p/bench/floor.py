"""The plant of the reports benchmark: a database of its own, who reports into it, and the same rows as bare SQL.

Run by `reports.py` as `python -m p2p.bench.floor <part> <arguments>`, each part a process; prints JSON.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

PARTS, HOT, ORDERS, COMPONENTS, QUANTITY = 4000, 300, 2000, 8, 100_000


def prepare() -> dict[str, object]:
    """Orders of one operation and eight components, half of them from 300 hot parts, released; and a token."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from p2p.core.models import Grant, User
    from p2p.core.services.tokens import issue
    from p2p.inventory.services.ledger import MoveLine, post
    from strategies.models import Currency, Item, Location, ResourceGroup, Site, Unit

    chance = random.Random(1)
    by = User.objects.create_user(username="bench", password=None)
    Grant.objects.create(user=by, role="operator", scope="")
    site = Site.objects.create(
        code="BENCH",
        name="Bench",
        currency=Currency.objects.create(code="USD", name="Dollar"),
        may_go_negative=False,
    )
    kinds = {"STORE": "store", "MAKE": "production", "SCRAP": "scrap", "FIX": "adjustment"}
    places = {
        code: Location.objects.create(site=site, code=code, name=code, kind=kind)
        for code, kind in kinds.items()
    }
    unit = Unit.objects.create(code="EA", name="Each")
    items = Item.objects.bulk_create(
        Item(number=f"PART-{number:05d}", name="Part", unit=unit) for number in range(PARTS)
    )
    group = ResourceGroup.objects.create(site=site, code="LINE", name="Line")
    for item in items:
        item.unit = unit
    lines = [
        MoveLine(
            item=item, source=places["FIX"], target=places["STORE"], quantity=Decimal(10**8), kind="opening"
        )
        for item in items
    ]
    post(lines=lines, by=by)
    _orders(site, items, unit, group, places["STORE"], chance)
    _token, secret = issue(user=by, title="bench", power="write", by=by)
    return {"token": secret}


def _orders(site: Any, items: list[Any], unit: Any, group: Any, store: Any, chance: random.Random) -> None:
    from django.db import connection

    from planning.models import Material, Operation, Output, ProductionOrder

    day = {"start_on": "2026-01-05", "due_on": "2026-01-30", "need": "independent"}
    orders = ProductionOrder.objects.bulk_create(
        ProductionOrder(
            number=f"MO-{number:06d}", state="released", site=site, item=items[number % PARTS], unit=unit,
            quantity=QUANTITY, output_location=store, **day,
        )
        for number in range(ORDERS)
    )  # fmt: skip
    operations = Operation.objects.bulk_create(
        Operation(order=order, number=10, name="Make", state="released", group=group, quantity=QUANTITY)
        for order in orders
    )
    Output.objects.bulk_create(
        Output(order=order, item_id=order.item_id, unit=unit, quantity=QUANTITY) for order in orders
    )
    rows = []
    for order, operation in zip(orders, operations, strict=True):
        half = COMPONENTS // 2
        chosen = chance.sample(items[:HOT], half) + chance.sample(items[HOT:], COMPONENTS - half)
        rows += [
            Material(
                order=order, position=place, item=item, unit=unit, operation=operation, flushing="operation",
                quantity_per=2, quantity=2 * QUANTITY,
            )
            for place, item in enumerate(chosen, start=1)
        ]  # fmt: skip
    Material.objects.bulk_create(rows, batch_size=5000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def repeat(seconds: float, act: Callable[[], None]) -> dict[str, object]:
    """Do it until the time is over; how often, and how long each took (seconds, sorted)."""
    act()
    began = time.perf_counter()
    took: list[float] = []
    while (now := time.perf_counter()) - began < seconds:
        act()
        took.append(time.perf_counter() - now)
    return {"count": len(took), "seconds": time.perf_counter() - began, "took": sorted(took)}


def service(seconds: str, seed: str) -> dict[str, object]:
    """Reports through the service, orders drawn at random."""
    from execution.services.report import report
    from p2p.core.models import User
    from planning.models import Operation

    operations, by = list(Operation.objects.all()), User.objects.get(username="bench")
    chance = random.Random(int(seed))
    return repeat(
        float(seconds), lambda: void(report(operation=chance.choice(operations), good=Decimal(1), by=by))
    )


def void(_result: object) -> None:
    """Throw a result away."""


def bare(seconds: str, seed: str) -> dict[str, object]:
    """The same rows in the same tables, journal and valuation included, as set-based statements by psycopg2."""
    from django.db import connection

    connection.ensure_connection()
    link: Any = connection.connection
    cursor, chance = link.cursor(), random.Random(int(seed))
    cursor.execute("SELECT array_agg(id) FROM planning_productionorder")
    orders = cursor.fetchone()[0]
    link.commit()
    link.autocommit = False

    def act() -> None:
        for statement in BARE:
            cursor.execute(statement, {"order": chosen()})
        link.commit()
        picked.clear()

    picked: list[int] = []

    def chosen() -> int:
        if not picked:
            picked.append(chance.choice(orders))
        return picked[0]

    return repeat(float(seconds), act)


_MOVE = """item_id, source_id, target_id, quantity, kind, reference, effective_at, posted_at, by_id"""
BARE = (
    "SELECT * FROM planning_productionorder WHERE id = %(order)s FOR NO KEY UPDATE",
    "SELECT * FROM planning_material m JOIN strategies_item i ON i.id = m.item_id WHERE order_id = %(order)s",
    """SELECT b.* FROM inventory_balance b WHERE b.item_id IN (
           SELECT item_id FROM planning_material WHERE order_id = %(order)s
           UNION SELECT item_id FROM planning_productionorder WHERE id = %(order)s)
       ORDER BY b.item_id, b.location_id FOR NO KEY UPDATE OF b""",
    """INSERT INTO execution_report (number, operation_id, good, scrap, seconds, finishes, vendor_receipt, note,
           effective_at, posted_at)
       SELECT 'B' || txid_current(), id, 1, 0, 0, false, '', '', now(), now()
       FROM planning_operation WHERE order_id = %(order)s""",
    f"""WITH v AS (
           INSERT INTO inventory_move ({_MOVE})
           SELECT m.item_id, s.id, p.id, 2, 'issue', o.number, now(), now(), NULL::bigint
           FROM planning_material m JOIN planning_productionorder o ON o.id = m.order_id
           JOIN strategies_location s ON s.code = 'STORE' JOIN strategies_location p ON p.code = 'MAKE'
           WHERE m.order_id = %(order)s
           UNION ALL
           SELECT o.item_id, p.id, s.id, 1, 'output', o.number, now(), now(), NULL::bigint
           FROM planning_productionorder o
           JOIN strategies_location s ON s.code = 'STORE' JOIN strategies_location p ON p.code = 'MAKE'
           WHERE o.id = %(order)s
           RETURNING id, item_id, kind
       ), materials AS (
           INSERT INTO execution_materialmove (material_id, move_id, report_id)
           SELECT m.id, v.id, currval('execution_report_id_seq') FROM planning_material m
           JOIN v ON v.item_id = m.item_id AND v.kind = 'issue' WHERE m.order_id = %(order)s
       ), outputs AS (
           INSERT INTO execution_outputmove (output_id, move_id, report_id)
           SELECT o.id, v.id, currval('execution_report_id_seq') FROM planning_output o, v
           WHERE o.order_id = %(order)s AND v.kind = 'output'
       ), edges AS (
           INSERT INTO inventory_consumed (issue_id, receipt_id, quantity)
           SELECT v.id, r.id, 2 FROM v JOIN v r ON r.kind = 'output' WHERE v.kind = 'issue'
       )
       INSERT INTO costing_valuation (move_id, unit_cost, amount) SELECT v.id, 0, 0 FROM v""",
    """INSERT INTO execution_wipmove (operation_id, quantity, kind, report_id, reference, effective_at, posted_at)
       SELECT p.id, k.quantity, k.kind, currval('execution_report_id_seq'), '', now(), now()
       FROM planning_operation p, (VALUES (1, 'reported'), (-1, 'received')) AS k(quantity, kind)
       WHERE p.order_id = %(order)s""",
    "UPDATE planning_material SET issued_quantity = issued_quantity + 2 WHERE order_id = %(order)s",
    "UPDATE planning_output SET received_quantity = received_quantity + 1 WHERE order_id = %(order)s",
    """UPDATE planning_operation SET state = 'started', good_quantity = good_quantity + 1,
           began_at = coalesce(began_at, now()), revision = revision + 1 WHERE order_id = %(order)s""",
    """UPDATE planning_productionorder SET state = 'started', good_quantity = good_quantity + 1,
           started_at = coalesce(started_at, now()), revision = revision + 1 WHERE id = %(order)s""",
    """INSERT INTO core_journal (at, fact, record_type, record_id, record_key, scope, payload)
       SELECT now(), f, 'planning.operation', p.id, '', 'BENCH', '{"good": "1", "scrap": "0"}'
       FROM planning_operation p, unnest(ARRAY['execution.Reported', 'inventory.Moved']) AS f
       WHERE p.order_id = %(order)s""",
)


def web(port: str, threads: str) -> dict[str, object]:
    """Serve until standard input ends."""
    import threading

    import waitress

    from p2p.wsgi import application

    server = waitress.create_server(application, host="127.0.0.1", port=int(port), threads=int(threads))
    threading.Thread(target=server.run, daemon=True).start()
    sys.stdin.read()
    return {}


def client(port: str, token: str, seconds: str, seed: str) -> dict[str, object]:
    """Report over REST on one connection, every request with a key of its own; anything but 200 counts as trouble."""
    import http.client

    chance, trouble, count = random.Random(int(seed)), [], 0
    link = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)

    def act() -> None:
        nonlocal count
        count += 1
        path = f"/api/v1/execution/operations/MO-{chance.randrange(ORDERS):06d}~10/report/"
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"bench-{os.getpid()}-{count}",
        }
        link.request("POST", path, body=b'{"good": "1"}', headers=headers)
        answer = link.getresponse()
        body = answer.read()
        if answer.status != 200:
            trouble.append(f"{answer.status} {body[:200]!r}")

    return {**repeat(float(seconds), act), "trouble": trouble[:5]}


def through(count: str) -> dict[str, object]:
    """Orders with eight picked components each, all the way: release together, pick and report one by one, finish."""
    from execution.services.finish import finish
    from execution.services.pick import pick
    from execution.services.release import release
    from execution.services.report import report
    from p2p.core.models import User
    from planning.models import Material, Operation, Output, ProductionOrder

    by, pattern = User.objects.get(username="bench"), ProductionOrder.objects.order_by("pk")[0]
    patterns = list(Material.objects.filter(order=pattern))
    day = {"start_on": pattern.start_on, "due_on": pattern.due_on, "need": "independent"}
    orders = ProductionOrder.objects.bulk_create(
        ProductionOrder(
            number=f"WAY-{number:06d}", site_id=pattern.site_id, item_id=pattern.item_id, unit_id=pattern.unit_id,
            quantity=10, output_location_id=pattern.output_location_id, **day,
        )
        for number in range(int(count))
    )  # fmt: skip
    operations = Operation.objects.bulk_create(
        Operation(order=order, number=10, name="Make", quantity=10) for order in orders
    )
    Output.objects.bulk_create(
        Output(order=order, item_id=order.item_id, unit_id=order.unit_id, quantity=10) for order in orders
    )
    Material.objects.bulk_create(
        Material(
            order=order, position=one.position, item_id=one.item_id, unit_id=one.unit_id, operation=operation,
            quantity_per=2, quantity=20,
        )
        for order, operation in zip(orders, operations, strict=True)
        for one in patterns
    )  # fmt: skip
    began = time.perf_counter()
    for pick_list in release(orders=orders, by=by):
        pick(pick_list=pick_list, by=by)
    for operation in operations:
        report(operation=operation, good=Decimal(10), finish=True, by=by)
    finish(orders=orders, by=by)
    return {"orders": len(orders), "seconds": time.perf_counter() - began}


def check() -> dict[str, object]:
    """What contradicts the ledger, and how many reports there are."""
    from execution.models import Report
    from p2p.inventory.checking import problems

    return {"problems": [finding.sentence for finding in problems()][:5], "reports": Report.objects.count()}


def main(part: str, *arguments: str) -> None:
    """Run one part and print what it found."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "p2p.settings")
    import django

    django.setup()
    parts: dict[str, Callable[..., dict[str, object]]] = {
        "prepare": prepare,
        "service": service,
        "bare": bare,
        "web": web,
        "client": client,
        "through": through,
        "check": check,
    }
    json.dump(parts[part](*arguments), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
