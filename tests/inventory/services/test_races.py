"""Many people at once, on real connections: nobody gets what is not there, nobody sees a deadlock."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Reservation
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.reservations import Need, reserve
from strategies.models import Item
from tests.factories import make_item, make_locations, make_site, make_stock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def at_once(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Run every job in a thread of its own, all starting together; what each returned or raised."""
    barrier, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(index: int) -> None:
        barrier.wait()
        try:
            results[index] = jobs[index]()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
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
