"""The plant of the reports benchmark: a database of its own, who reports into it, and the same rows as bare SQL.

Run by `reports.py` as `python -m p2p.bench.floor <part> <arguments>`, each part a process; prints JSON.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from p2p.bench.bare import BARE
from p2p.bench.parts import main, repeat

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


if __name__ == "__main__":
    parts: dict[str, Callable[..., dict[str, object]]] = {
        "prepare": prepare,
        "service": service,
        "bare": bare,
        "client": client,
        "through": through,
        "check": check,
    }
    main(parts, sys.argv[1:])
