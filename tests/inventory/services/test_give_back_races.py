"""Giving back and taking lock the same things in the same order: two that meet wait, and neither is thrown out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Reservation
from p2p.inventory.services.reservations import Need, consume, lock, reserve, unreserve
from tests.factories import make_item, make_locations, make_site, make_stock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def waits(pid: int) -> bool:
    """Whether that connection waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        return bool(cursor.fetchone()[0])


def meet(first: Callable[[], Any], then: Callable[[], Any], other: Callable[[], Any]) -> list[Any]:
    """One transaction does `first`, lets `other` begin in another, and does `then` as soon as that waits for it."""
    begun, answers = threading.Event(), [None, None]
    pids: list[int] = []

    def mine() -> None:
        with transaction.atomic():
            first()
            begun.set()
            end = time.monotonic() + 45
            while not (pids and waits(pids[0])):
                assert time.monotonic() < end, "nobody waited"
                time.sleep(0.01)
            then()

    def others() -> None:
        assert begun.wait(45)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pids.append(cursor.fetchone()[0])
            other()

    def run(index: int, job: Callable[[], None]) -> None:
        try:
            job()
        except Exception as error:
            answers[index] = error
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(index, job), name=job.__name__, daemon=True)
        for index, job in enumerate((mine, others))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [thread.name for thread in threads if thread.is_alive()] == [], "these never came to an end"
    return answers


def key_of(row: Reservation) -> Any:
    return row.item_id, row.location_id, row.lot_id, row.serial_id, row.handling_unit_id


def test_what_is_given_back_while_it_is_taken_waits_its_turn() -> None:
    """The one who takes it has its balance and wants its reservation; the other must not have it the other way."""
    site = make_site("MAIN")
    places = make_locations(site)
    item = make_item("BOLT")
    make_stock(item, 10, places["STORE"])
    (row,) = reserve(needs=[Need(item=item, quantity=Decimal(4), site=site)], by=None)
    answers = meet(
        lambda: lock([key_of(row)]),
        lambda: consume(reservations=[row]),
        lambda: unreserve(reservations=[row], by=None),
    )
    assert answers == [None, None]
    assert not Reservation.objects.exists()
    assert problems() == []


def test_of_two_who_take_the_same_reservation_the_second_is_told() -> None:
    site = make_site("MAIN")
    places = make_locations(site)
    item = make_item("BOLT")
    make_stock(item, 10, places["STORE"])
    (row,) = reserve(needs=[Need(item=item, quantity=Decimal(4), site=site)], by=None)
    answers = meet(
        lambda: lock([key_of(row)]),
        lambda: unreserve(reservations=[row], by=None),
        lambda: consume(reservations=[row]),
    )
    assert answers[0] is None
    assert isinstance(answers[1], Refused), answers
    assert "given to somebody else meanwhile" in str(answers[1])
    assert problems() == []


def test_several_are_given_back_in_the_order_in_which_others_take_them() -> None:
    """Reservations made in the wrong order: their keys run against those of their balances."""
    site = make_site("MAIN")
    places = make_locations(site)
    low, high = make_item(), make_item()
    for item in (low, high):
        make_stock(item, 10, places["STORE"])
    rows = [
        reserve(needs=[Need(item=item, quantity=Decimal(4), site=site)], by=None)[0] for item in (high, low)
    ]
    assert rows[0].item_id > rows[1].item_id and rows[0].pk < rows[1].pk
    answers = meet(
        lambda: lock([key_of(rows[1])]),
        lambda: lock([key_of(rows[0])]),
        lambda: unreserve(reservations=rows, by=None),
    )
    assert answers == [None, None]
    assert not Reservation.objects.exists()
