"""Many people at once, on real connections: nobody gets what is not there, nobody sees a deadlock."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Reservation, SoftReservation
from p2p.inventory.services.allocation import allocate
from p2p.inventory.services.by_hand import Act, HandLine, book_by_hand
from p2p.inventory.services.claims import claim, release
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.reservations import Need, reserve
from strategies.models import Item
from tests.factories import make_item, make_location, make_locations, make_lot, make_site, make_stock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


PATIENCE = 120  # seconds for all jobs together


def at_once(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Run every job in a thread of its own, all starting together; what each returned or raised."""
    barrier, results = threading.Barrier(len(jobs), timeout=60), [None] * len(jobs)

    def run(index: int) -> None:
        try:
            barrier.wait()
            results[index] = jobs[index]()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(index,), name=f"job {index}", daemon=True)
        for index in range(len(jobs))
    ]
    end = time.monotonic() + PATIENCE
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0, end - time.monotonic()))
    still = [thread.name for thread in threads if thread.is_alive()]
    assert still == [], "these never came to an end"
    return results


def test_two_people_take_the_last_piece_and_exactly_one_wins() -> None:
    site = make_site("MAIN")
    places = make_locations(site)
    item = make_item("LAST")
    make_stock(item, 1, places["STORE"])
    line = MoveLine(
        item=item, source=places["STORE"], target=places["PRODUCTION"], quantity=Decimal(1), kind="issue"
    )
    results = at_once([lambda: post(lines=[line], by=None)] * 2)
    losers = [one for one in results if isinstance(one, Exception)]
    assert len(losers) == 1
    assert str(losers[0]) == "Only 0 EA of LAST at STORE: 1 EA cannot be taken."
    assert problems() == []


@pytest.mark.parametrize("way", ["reserve", "issue"])
def test_twenty_people_after_ten_pieces_of_two_items_and_exactly_ten_win(way: str) -> None:
    site = make_site("MAIN")
    places = make_locations(site)
    one, other = make_item(), make_item()
    for item in (one, other):
        make_stock(item, 10, places["STORE"])

    def take(items: tuple[Item, Item]) -> None:
        if way == "reserve":
            reserve(needs=[Need(item=item, quantity=Decimal(1), site=site) for item in items], by=None)
            return
        post(
            lines=[
                MoveLine(
                    item=item,
                    source=places["STORE"],
                    target=places["PRODUCTION"],
                    quantity=Decimal(1),
                    kind="issue",
                )
                for item in items
            ],
            by=None,
        )

    # Half of them name the items the other way round: whoever locks as it comes waits in a circle.
    results = at_once([lambda: take((one, other)), lambda: take((other, one))] * 10)
    refused = [result for result in results if isinstance(result, Exception)]
    assert len(refused) == 10
    assert all(isinstance(result, Refused) for result in refused), refused
    taken = (
        Reservation.objects.count()
        if way == "reserve"
        else 20 - sum(int(row.quantity) for row in Balance.objects.all())
    )
    assert taken == 20
    assert problems() == []


def test_moves_that_make_balances_in_opposite_order_never_wait_in_a_circle() -> None:
    site = make_site("MAIN")
    places = make_locations(site, "A", "B", "C")
    items = [make_item() for _ in range(6)]
    for item in items:
        make_stock(item, 1000, places["A"])

    def shuffle(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(15):
            stops = chance.sample(["A", "B", "C"], 2)
            chosen = chance.sample(items, 4)
            lines = [
                MoveLine(
                    item=item,
                    source=places[stops[0]],
                    target=places[stops[1]],
                    quantity=Decimal(chance.randint(1, 3)),
                    kind="transfer",
                )
                for item in chosen
            ]
            try:
                with transaction.atomic():
                    post(lines=lines, by=None)
            except Refused:
                continue

    results = at_once([lambda seed=seed: shuffle(seed) for seed in range(8)])  # type: ignore[misc]
    assert [result for result in results if result is not None] == []
    assert problems() == []
    assert sum(row.quantity for row in Balance.objects.all()) == 6000


@pytest.mark.parametrize("way", ["issue", "reserve", "claim", "allocate"])
def test_twenty_clients_after_ten_pieces_wait_for_nobody_for_long(way: str) -> None:
    """`lock_timeout` makes the database refuse whoever waits longer than all others need: nobody does, and exactly
    ten win."""
    site = make_site("MAIN")
    places = make_locations(site)
    item = make_item("LAST")
    make_stock(item, 10, places["STORE"])
    need = Need(item=item, quantity=Decimal(1), site=site)
    line = MoveLine(
        item=item, source=places["STORE"], target=places["PRODUCTION"], quantity=Decimal(1), kind="issue"
    )

    def take() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '30s'")
        if way == "issue":
            return post(lines=[line], by=None)
        if way == "allocate":
            (given,) = allocate(needs=[need], by=None)
            return given if given.got else Refused("nothing left")
        return (reserve if way == "reserve" else claim)(needs=[need], by=None)

    results = at_once([take] * 20)
    others = [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert others == [], "somebody waited too long, or in a circle"
    assert len([one for one in results if isinstance(one, Refused)]) == 10
    assert problems() == []


def test_claims_and_allocations_in_opposite_order_never_wait_in_a_circle() -> None:
    site = make_site("MAIN")
    places = make_locations(site)
    items = [make_item() for _ in range(6)]
    for item in items:
        make_stock(item, 60, places["STORE"])

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for number in range(8):
            chosen = [
                Need(item=item, quantity=Decimal(chance.randint(1, 3)), site=site, reference=f"MO-{seed}")
                for item in chance.sample(items, 4)
            ]
            if number % 4 == 0:
                claim(needs=chosen, partial=True, by=None)
            elif number % 4 == 1:
                reserve(needs=chosen, partial=True, by=None)
            elif number % 4 == 2:
                allocate(claims=SoftReservation.objects.filter(item__in=chance.sample(items, 3)), by=None)
            else:
                release(claims=SoftReservation.objects.filter(reference=f"MO-{seed}"), by=None)

    results = at_once([lambda seed=seed: work(seed) for seed in range(8)])  # type: ignore[misc]
    assert [result for result in results if result is not None] == []
    assert problems() == []
    for row in Balance.objects.all():
        assert row.reserved <= row.quantity


def test_what_is_named_and_what_is_chosen_are_locked_in_one_order() -> None:
    """Half name the lot and half leave it to the rule: the item that is named comes before it in both."""
    store = make_site("MAIN").locations.get(code="STORE")
    shelf = make_location(store.site, code="SHELF")
    bolt, paint = make_item("BOLT"), make_item("PAINT", tracking="lot")
    make_stock(bolt, 1000, store)
    lot = make_lot(paint, "L-1")
    make_stock(paint, 1000, store, lot=lot)

    def move(number: str) -> None:
        for _turn in range(5):
            lines = [
                HandLine(item=bolt, quantity=Decimal(1), place=store, to=shelf),
                HandLine(item=paint, quantity=Decimal(1), place=store, to=shelf, lot=number),
            ]
            book_by_hand(act=Act.TRANSFER, lines=lines, by=None)

    results = at_once([lambda: move(""), lambda: move("L-1")] * 4)
    assert [one for one in results if one is not None] == []
    assert problems() == []
