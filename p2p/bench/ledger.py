"""Moves posted beside the bare insert under the same constraints, and 10,000 soft reservations allocated at once
beside one statement of window functions that gives the same stock to the same lines.

Its parts run as `python -m p2p.bench.ledger <part> <arguments>`, each in a process of its own.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from p2p.bench.apart import Apart, apart, setting
from p2p.bench.parts import main, queries, repeat
from p2p.bench.rows import Row

PARTS = "p2p.bench.ledger"
SECONDS, CLIENTS, BATCH = 8.0, 4, 1000
ITEMS, LOTS, LINES = 500, 10, 10_000
TARGET = 3.0
"""Seconds in which a warehouse expects its morning's lines to be allocated."""


def bench_ledger() -> list[Row]:
    """Make a database of its own, measure in it, prove its ledger, drop it."""
    with apart(PARTS) as own:
        own.run("prepare")
        rows = [*_moves(own), *_allocation(own)]
        found = own.run("check")
    if found["problems"]:
        raise RuntimeError(f"The ledger is not exact after the benchmark: {found['problems'][0]}")
    note = f"every rule of check_ledger holds; fsync {setting('fsync')}"
    return [*rows, Row("moves written, ledger exact", float(found["moves"]), "moves", note=note)]


def _moves(own: Apart) -> list[Row]:
    rows = []
    for lines, clients in ((1, 1), (1, CLIENTS), (BATCH, 1)):
        bare, ours = (
            own.together([(part, str(lines), str(SECONDS), str(seed)) for seed in range(clients)])
            for part in ("bare", "service")
        )
        many = f"{clients} processes" if clients > 1 else "1 process"
        size = f"{lines:,} moves a posting" if lines > 1 else "one move a posting"
        limit = f"bare INSERT of the same rows, same triggers, {many}"
        rows.append(
            Row(
                f"moves posted, {size}, {many}",
                _rate(ours, lines),
                "moves/s",
                limit,
                _rate(bare, lines),
                _p95(ours),
            )
        )
    return rows


def _rate(found: Sequence[dict[str, Any]], lines: int) -> float:
    return sum(one["count"] * lines / one["seconds"] for one in found)


def _p95(found: Sequence[dict[str, Any]]) -> str:
    took = sorted(one for each in found for one in each["took"])
    return f"p95 {1000 * took[int(0.95 * (len(took) - 1))]:.1f} ms"


def _allocation(own: Apart) -> list[Row]:
    said = own.run("allocation")
    note = f"{said['queries']} statements; {said['lots']:,} lots of {ITEMS} items; all {LINES:,} lines served in full"
    return [
        Row(
            f"{LINES:,} soft reservations allocated",
            said["ours"],
            "s",
            "one INSERT … SELECT with window functions, same triggers",
            said["bare"],
            note,
        ),
        Row(f"{LINES:,} soft reservations allocated", said["ours"], "s", "target", TARGET),
    ]


# ---- the parts


def prepare() -> dict[str, object]:
    """A site with two stores, items by lot, and plenty of each."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from p2p.core.models import User
    from p2p.inventory.models import Lot
    from p2p.inventory.services.ledger import MoveLine, post
    from strategies.models import Currency, Item, Location, Site, Unit

    by = User.objects.create_user(username="bench", password=None)
    site = Site.objects.create(
        code="BENCH", name="Bench", currency=Currency.objects.create(code="USD", name="Dollar")
    )
    store, aisle, outside = (
        Location.objects.create(site=site, code=code, name=code, kind=kind)
        for code, kind in (("STORE", "store"), ("AISLE", "store"), ("FIX", "adjustment"))
    )
    unit = Unit.objects.create(code="EA", name="Each")
    items = Item.objects.bulk_create(
        Item(number=f"PART-{number:05d}", name="Part", unit=unit, tracking="lot") for number in range(ITEMS)
    )
    lots = Lot.objects.bulk_create(
        Lot(item=item, number=f"L{number}") for item in items for number in range(LOTS)
    )
    lines = [
        MoveLine(
            item=lot.item, source=outside, target=store, quantity=Decimal(10**7), kind="opening", lot=lot
        )
        for lot in lots
    ]
    post(lines=lines, by=by)
    return {"aisle": aisle.pk}


def _known() -> tuple[Any, list[Any], Any, Any]:
    from p2p.core.models import User
    from p2p.inventory.models import Lot
    from strategies.models import Location

    places = {place.code: place for place in Location.objects.select_related("site")}
    lots = list(Lot.objects.select_related("item__unit"))
    return User.objects.get(username="bench"), lots, places["STORE"], places["AISLE"]


def service(lines: str, seconds: str, seed: str) -> dict[str, object]:
    """Transfers by the service, so many in a posting."""
    from p2p.inventory.services.ledger import MoveLine, post

    by, lots, store, aisle = _known()
    chance = random.Random(int(seed))

    def act() -> None:
        chosen = chance.choices(lots, k=int(lines))
        wanted = [
            MoveLine(item=lot.item, source=store, target=aisle, quantity=Decimal(1), kind="transfer", lot=lot)
            for lot in chosen
        ]
        post(lines=wanted, by=by)

    return repeat(float(seconds), act)


def bare(lines: str, seconds: str, seed: str) -> dict[str, object]:
    """The same rows by one INSERT; constraints and triggers of the ledger are the same."""
    from django.db import connection

    by, lots, store, aisle = _known()
    chance = random.Random(int(seed))
    rows = [(lot.item_id, lot.pk) for lot in lots]
    link: Any = connection.connection
    cursor = link.cursor()

    def act() -> None:
        items, pieces = zip(*chance.choices(rows, k=int(lines)), strict=True)
        cursor.execute(
            """
            INSERT INTO inventory_move (item_id, lot_id, source_id, target_id, quantity, kind, reference, effective_at,
                                        posted_at, by_id)
            SELECT u.item, u.lot, %s, %s, 1, 'transfer', '', now(), now(), %s
            FROM unnest(%s::bigint[], %s::bigint[]) AS u(item, lot)""",
            [store.pk, aisle.pk, by.pk, list(items), list(pieces)],
        )

    return repeat(float(seconds), act)


# Each line of an item takes from where the lines before it have stopped: ranges of running sums that overlap.
_WINDOWS = """
    INSERT INTO inventory_reservation (location_id, item_id, lot_id, serial_id, handling_unit_id, quantity, reference,
                                       reserved_at)
    SELECT p.location_id, p.item_id, p.lot_id, NULL, NULL,
           least(p.upto, w.upto) - greatest(p.upto - p.free, w.upto - w.quantity), w.reference, now()
    FROM (
        SELECT b.*, b.quantity - b.reserved AS free,
               sum(b.quantity - b.reserved) OVER (PARTITION BY b.item_id ORDER BY t.created_at, b.id) AS upto
        FROM inventory_balance b JOIN strategies_location l ON l.id = b.location_id AND l.nettable
        JOIN inventory_lot t ON t.id = b.lot_id WHERE b.quantity > b.reserved
    ) p
    JOIN (
        SELECT c.*, sum(c.quantity) OVER (PARTITION BY c.item_id ORDER BY c.priority, c.needed_at, c.id) AS upto
        FROM inventory_softreservation c
    ) w ON w.item_id = p.item_id AND w.upto > p.upto - p.free AND p.upto > w.upto - w.quantity
"""


def allocation() -> dict[str, object]:
    """Seconds of allocating all soft reservations, by the service and by one statement; each is rolled back."""
    from django.db import connection, transaction

    from p2p.inventory.models import Reservation, SoftReservation
    from p2p.inventory.services.allocation import allocate

    lots = _claims()
    said = 0

    def ours() -> None:
        nonlocal said
        with queries() as asked:
            lines = allocate(claims=SoftReservation.objects.all(), by=None)
        said = len(asked)
        assert all(not line.missing for line in lines)

    def windows() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_WINDOWS)
            cursor.execute("DELETE FROM inventory_softreservation")

    found: dict[str, list[float]] = {"ours": [], "bare": []}
    for name, act in [("ours", ours), ("bare", windows)] * 3:
        with transaction.atomic():
            began = time.perf_counter()
            act()
            found[name].append(time.perf_counter() - began)
            assert sum(Reservation.objects.values_list("quantity", flat=True)) == 3 * LINES
            transaction.set_rollback(True)
    took = {name: statistics.median(seconds) for name, seconds in found.items()}
    return {**took, "queries": said, "lots": lots}


def _claims() -> int:
    """Soft reservations of three pieces each over all items, in lots of forty free pieces; how many lots."""
    from django.db import connection

    from p2p.inventory.models import SoftReservation
    from p2p.inventory.services.ledger import MoveLine, post

    by, lots, store, _aisle = _known()
    outside = type(store).objects.select_related("site").get(code="FIX")
    with connection.cursor() as cursor:
        cursor.execute("SELECT lot_id, location_id, quantity - 40 FROM inventory_balance WHERE quantity > 40")
        rows = cursor.fetchall()
    places = type(store).objects.select_related("site").in_bulk()
    of_key = {lot.pk: lot for lot in lots}
    post(
        lines=[
            MoveLine(
                item=of_key[lot].item, source=places[place], target=outside, quantity=more, kind="adjustment",
                lot=of_key[lot],
            )
            for lot, place, more in rows
        ],
        by=by,
    )  # fmt: skip
    chance = random.Random(1)
    SoftReservation.objects.bulk_create(
        SoftReservation(
            site=store.site, item=lots[LOTS * (number % ITEMS)].item, quantity=3, priority=chance.randrange(100),
            reference=f"SO-{number}",
        )
        for number in range(LINES)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return len(lots)


def check() -> dict[str, object]:
    """What contradicts the ledger, and how many moves there are."""
    from p2p.inventory.checking import problems
    from p2p.inventory.models import Move

    return {"problems": [one.sentence for one in problems()][:5], "moves": Move.objects.count()}


if __name__ == "__main__":
    main(
        {"prepare": prepare, "service": service, "bare": bare, "allocation": allocation, "check": check},
        sys.argv[1:],
    )
