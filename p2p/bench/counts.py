"""A count of 5,000 locations: made, entered and posted by the services, beside the same rows as bare SQL.

Its parts run as `python -m p2p.bench.counts <part>`, each in a process of its own.
"""

from __future__ import annotations

import sys
import time
from decimal import Decimal
from typing import Any

from p2p.bench.apart import apart, setting
from p2p.bench.parts import main
from p2p.bench.rows import Row

PARTS = "p2p.bench.counts"
LOCATIONS, ITEMS, LINES = 5_000, 2_000, 3
"""Three items lie at each place; every fourth line differs."""

ROUND = 50
"""So many places are sent at once, as a list that was counted elsewhere would be."""


def bench_counts() -> list[Row]:
    """Once by the services, once as bare SQL, each on a plant of its own in the same database."""
    with apart(PARTS) as own:
        own.run("prepare")
        bare = own.run("bare")
        single = own.run("single")
        made = own.run("service")
        if made["problems"]:
            raise RuntimeError(f"The ledger is not exact after the count: {made['problems'][0]}")
        note = f"{made['lines']:,} lines, {made['moves']:,} differences posted; fsync {setting('fsync')}"
        same = "the same rows as bare SQL"
        return [
            Row("count of 5,000 locations: made", made["create"], "s", same, bare["create"], "every place frozen"),
            Row("count of 5,000 locations: entered", made["enter"], "s", same, bare["enter"], f"{ROUND} at once"),
            Row("count of 5,000 locations: submitted, decided, posted", made["post"], "s", same, bare["post"], note),
            Row("one place entered, p95", single["p95"] * 1000, "ms", "target: at once", 100.0,
                f"{single['count']} places one by one"),
        ]  # fmt: skip


def prepare() -> dict[str, object]:
    """Two sites of 5,000 places, three items at each."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from p2p.core.models import User
    from p2p.inventory.models import CountClass, StockRule
    from strategies.models import Currency, Item, Unit

    for name in ("boss", "counter"):
        User.objects.create_user(username=name, password=None)
    money = Currency.objects.create(code="USD", name="Dollar")
    unit = Unit.objects.create(code="EA", name="Each")
    items = Item.objects.bulk_create(
        Item(number=f"PART-{number:05d}", name="Part", unit=unit) for number in range(ITEMS)
    )
    for item in items:
        item.unit = unit
    StockRule.objects.create(
        count_class=CountClass.objects.create(code="A", name="A", tolerance_fraction=Decimal("0.01"))
    )
    for code in ("BARE", "OURS", "ONE"):
        _store(code, money, items)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {}


def _store(code: str, money: Any, items: list[Any]) -> None:
    """A site of 5,000 places, three items at each."""
    from p2p.inventory.services.ledger import MoveLine, post
    from strategies.models import Location, Site

    site = Site.objects.create(code=code, name=code, currency=money)
    fix = Location.objects.create(site=site, code="FIX", name="Fix", kind="adjustment")
    places = Location.objects.bulk_create(
        Location(site=site, code=f"B{number:04d}", name="Bin", walk_order=number)
        for number in range(LOCATIONS)
    )
    lines = [
        MoveLine(
            item=items[(number * LINES + turn) % ITEMS],
            source=fix,
            target=place,
            quantity=Decimal(100),
            kind="opening",
        )
        for number, place in enumerate(places)
        for turn in range(LINES)
    ]
    post(lines=lines, by=None)


def _found(place: Any, rows: list[Any]) -> Any:
    from p2p.inventory.services.count_entry import Entry, Found

    found = [Found(item=row.item, quantity=row.quantity - (3 if (row.pk % 4) == 0 else 0)) for row in rows]
    return Entry(place=place, found=found)


def _made(code: str) -> tuple[Any, list[Any], float]:
    from p2p.core.models import User
    from p2p.inventory.models import Balance, CountPlace
    from p2p.inventory.services.counting import create_count
    from strategies.models import Site

    site = Site.objects.get(code=code)
    began = time.perf_counter()
    count = create_count(site=site, kind="full", frozen=True, by=User.objects.get(username="boss"))
    took = time.perf_counter() - began
    lying: dict[int, list[Any]] = {}
    for row in Balance.objects.filter(location__site=site).select_related("item__unit"):
        lying.setdefault(row.location_id, []).append(row)
    places = CountPlace.objects.filter(count=count).select_related("location").order_by("pk")
    return count, [_found(place, lying[place.location_id]) for place in places], took


def single() -> dict[str, object]:
    """Places entered one by one, as people do."""
    from p2p.core.models import User
    from p2p.inventory.services.count_entry import enter

    by = User.objects.get(username="counter")
    _count, entries, _took = _made("ONE")
    took = []
    for entry in entries[:1000]:
        began = time.perf_counter()
        enter(entries=[entry], by=by)
        took.append(time.perf_counter() - began)
    took.sort()
    return {"p95": took[int(len(took) * 0.95)], "count": len(took)}


def service() -> dict[str, object]:
    """Made, entered, submitted, decided, posted."""
    from p2p.core.models import User
    from p2p.inventory.checking import problems
    from p2p.inventory.models import CountLine, Move
    from p2p.inventory.selectors.counts import current_lines
    from p2p.inventory.services.count_entry import enter
    from p2p.inventory.services.count_posting import decide, post_count
    from p2p.inventory.services.count_review import submit_count

    counter, boss = (User.objects.get(username=name) for name in ("counter", "boss"))
    count, entries, create = _made("OURS")
    began = time.perf_counter()
    for first in range(0, len(entries), ROUND):
        enter(entries=entries[first : first + ROUND], by=counter)
    entered = time.perf_counter()
    submit_count(count=count, by=counter)
    decide(lines=list(current_lines(count).filter(accepted=None)), accepted=True, by=boss)
    post_count(count=count, by=boss)
    ended = time.perf_counter()
    return {
        "create": create,
        "enter": entered - began,
        "post": ended - entered,
        "lines": CountLine.objects.filter(place__count=count).count(),
        "moves": Move.objects.filter(kind="count", reference=count.number).count(),
        "problems": [found.sentence for found in problems()][:3],
    }


_CREATE = (
    """INSERT INTO inventory_count (number, kind, state, site_id, blind, frozen, recount_by_other, planned_on, note,
           reference, created_at, revision)
       SELECT 'BARE', 'full', 'open', id, true, true, true, current_date, '', '', now(), 1
       FROM strategies_site WHERE code = 'BARE'""",
    """INSERT INTO inventory_countplace (count_id, location_id, state, attempt)
       SELECT c.id, l.id, 'open', 1 FROM inventory_count c JOIN strategies_location l ON l.site_id = c.site_id
       WHERE c.number = 'BARE' AND l.kind = 'store'""",
    """INSERT INTO inventory_hold (kind, blocks, location_id, note, reference, placed_at)
       SELECT 'count', 'touch', p.location_id, 'BARE', 'BARE', now() FROM inventory_countplace p
       JOIN inventory_count c ON c.id = p.count_id WHERE c.number = 'BARE'""",
)
_ENTER = (
    """WITH there AS (
           SELECT p.id AS place_id, b.item_id, b.quantity, b.id FROM inventory_balance b
           JOIN inventory_countplace p ON p.location_id = b.location_id
           JOIN inventory_count c ON c.id = p.count_id AND c.number = 'BARE'
           WHERE p.id > %(after)s AND p.id <= %(to)s
           ORDER BY b.item_id, b.location_id FOR NO KEY UPDATE OF b)
       INSERT INTO inventory_countline (place_id, attempt, item_id, expected, counted, counted_at, kept)
       SELECT place_id, 1, item_id, quantity, quantity - CASE WHEN id %% 4 = 0 THEN 3 ELSE 0 END, now(), false
       FROM there""",
    "UPDATE inventory_countplace SET state = 'counted', counted_at = now() WHERE id > %(after)s AND id <= %(to)s",
)
_POST = (
    """UPDATE inventory_countline n SET accepted = true FROM inventory_countplace p JOIN inventory_count c
           ON c.id = p.count_id AND c.number = 'BARE' WHERE p.id = n.place_id""",
    """INSERT INTO inventory_move (item_id, source_id, target_id, quantity, kind, reference, effective_at, posted_at)
       SELECT n.item_id, p.location_id, f.id, n.expected - n.counted, 'count', 'BARE', now(), now()
       FROM inventory_countline n JOIN inventory_countplace p ON p.id = n.place_id
       JOIN inventory_count c ON c.id = p.count_id AND c.number = 'BARE'
       JOIN strategies_location f ON f.site_id = c.site_id AND f.kind = 'adjustment'
       WHERE n.counted <> n.expected ORDER BY n.id""",
    """UPDATE inventory_countline n SET move_id = m.id FROM inventory_countplace p, inventory_move m
       WHERE p.id = n.place_id AND m.reference = 'BARE' AND m.source_id = p.location_id AND m.item_id = n.item_id""",
    "UPDATE inventory_hold SET released_at = now() WHERE reference = 'BARE'",
    "UPDATE inventory_count SET state = 'posted', posted_at = now() WHERE number = 'BARE'",
)


def bare() -> dict[str, object]:
    """The same rows, triggers of the ledger included, as statements and nothing else."""
    from django.db import connection, transaction

    def timed(statements: tuple[str, ...], given: list[dict[str, int]]) -> float:
        began = time.perf_counter()
        for one in given:
            with transaction.atomic(), connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement, one)
        return time.perf_counter() - began

    create = timed(_CREATE, [{}])
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) - 1, max(id) FROM inventory_countplace")
        first, last = cursor.fetchone()
    rounds = [{"after": after, "to": after + ROUND} for after in range(first, last, ROUND)]
    return {"create": create, "enter": timed(_ENTER, rounds), "post": timed(_POST, [{}])}


if __name__ == "__main__":
    main({"prepare": prepare, "bare": bare, "single": single, "service": service}, sys.argv[1:])
