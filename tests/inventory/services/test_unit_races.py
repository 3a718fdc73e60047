"""Handling units while several people work with them: what is put in meanwhile goes along, nobody waits in a circle."""

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
from p2p.inventory.models import Balance, HandlingUnit, StockTask, TaskMove
from p2p.inventory.services import task_work, unit_moves
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.packing import Packing, pack
from p2p.inventory.services.reservations import Need, reserve
from p2p.inventory.services.tasks import Work
from p2p.inventory.services.tasks import create as create_tasks
from p2p.inventory.services.transfer import Carry, transfer
from p2p.inventory.services.units import create_units, move_unit, nest
from strategies.models import Location
from tests.factories import make_item, make_location, make_site, make_stock
from tests.inventory.services.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def store() -> Location:
    return make_site("MAIN").locations.get(code="STORE")


def test_a_box_put_onto_a_pallet_just_before_it_moves_goes_along(
    store: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    nut = make_item("NUT")
    make_stock(nut, 10, store)
    pallet, box = create_units(location=store, count=2, by=None)
    pack(unit=box, lines=[Packing(item=nut)], by=None)
    read = unit_moves.locked_rows

    def meanwhile(keys: Any) -> Any:
        """Somebody else's box was put on after the list was read, before the pallet was locked."""
        if box.pk not in keys:
            at_once([lambda: nest(unit=box, parent=pallet, by=None)])
        return read(keys)

    monkeypatch.setattr(unit_moves, "locked_rows", meanwhile)
    shelf = make_location(store.site, code="SHELF")
    move_unit(unit=pallet, location=shelf, by=None)
    assert set(HandlingUnit.objects.values_list("location", flat=True)) == {shelf.pk}
    assert Balance.objects.get(handling_unit=box, quantity__gt=0).location == shelf
    assert problems() == []


def test_what_is_carried_into_a_unit_waits_for_the_unit_before_it_takes_stock(store: Location) -> None:
    """Who packs holds the unit and then wants the stock: who carries must not hold the stock meanwhile."""
    nut = make_item("NUT")
    make_stock(nut, 10, store)
    dock = make_location(store.site, code="DOCK")
    make_stock(nut, 10, dock)
    (pallet,) = create_units(location=store, by=None)
    inside = threading.Event()

    def hold_then_pack() -> Any:
        with transaction.atomic():
            HandlingUnit.objects.select_for_update(no_key=True).get(pk=pallet.pk)
            inside.set()
            until_somebody_waits()
            return pack(unit=pallet, lines=[Packing(item=nut, quantity=Decimal(2))], by=None)

    def carry() -> Any:
        inside.wait(60)
        return transfer(
            carry=Carry(item=nut, source=dock, target=store, quantity=Decimal(3), into_unit=pallet),
            by=None,
        )

    jobs: list[Callable[[], Any]] = [hold_then_pack, carry]
    results = at_once(jobs)
    assert [one for one in results if isinstance(one, Exception)] == []
    assert Balance.objects.get(handling_unit=pallet).quantity == 5
    assert problems() == []


@pytest.fixture
def pallet(store: Location) -> HandlingUnit:
    """Ten nuts on a pallet in the store."""
    nut = make_item("NUT")
    make_stock(nut, 10, store)
    (unit,) = create_units(number="PAL", location=store, by=None)
    pack(unit=unit, lines=[Packing(item=nut)], by=None)
    return unit


class Slow:
    """One thread stops at a point until another waits for what it holds; that one starts when it is there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
        self.there, self.mine = threading.Event(), threading.local()
        real = getattr(module, name)

        def slowly(*args: Any, **named: Any) -> Any:
            if getattr(self.mine, "slow", False):
                self.mine.slow = False
                self.there.set()
                until_somebody_waits()
            return real(*args, **named)

        monkeypatch.setattr(module, name, slowly)

    def race(self, slow: Callable[[], Any], quick: Callable[[], Any]) -> list[Any]:
        def first() -> Any:
            self.mine.slow = True
            return slow()

        def second() -> Any:
            assert self.there.wait(60)
            return quick()

        return at_once([first, second])


def test_two_people_bring_a_pallet_from_one_place_and_the_later_one_is_told(
    pallet: HandlingUnit, store: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, other = (make_location(store.site, code=code) for code in ("LINE", "OTHER"))
    went, told = Slow(monkeypatch, task_work, "create").race(
        lambda: task_work.carry_unit(unit=pallet, target=line, seen_at=store, by=None),
        lambda: task_work.carry_unit(unit=pallet, target=other, seen_at=store, by=None),
    )
    assert went.state == "done"
    assert isinstance(told, Refused) and told.code == "moved_meanwhile"
    assert "PAL is not at STORE any more but at LINE" in str(told)
    pallet.refresh_from_db()
    assert pallet.location == line
    assert problems() == []


def test_nothing_is_put_onto_a_pallet_where_it_stood_a_moment_ago(
    pallet: HandlingUnit, store: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, bolt = make_location(store.site, code="LINE"), make_item("BOLT")
    make_stock(bolt, 5, store)
    onto = MoveLine(
        item=bolt, source=store, target=store, quantity=Decimal(5), kind="regroup", into_unit=pallet
    )
    went, told = Slow(monkeypatch, task_work, "create").race(
        lambda: task_work.carry_unit(unit=pallet, target=line, by=None),
        lambda: post(lines=[onto], by=None),
    )
    assert went.state == "done"
    assert str(told) == "PAL stands at LINE: nothing can be put into it at STORE."
    pallet.refresh_from_db()
    assert pallet.location == line
    assert problems() == []


def test_a_carried_pallet_is_taken_back_while_somebody_carries_it_on(
    pallet: HandlingUnit, store: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, other = (make_location(store.site, code=code) for code in ("LINE", "OTHER"))
    task = task_work.carry_unit(unit=pallet, target=line, by=None)
    assert task is not None
    back, told = Slow(monkeypatch, task_work, "stand").race(
        lambda: task_work.undo(task=task, by=None),
        lambda: task_work.carry_unit(unit=pallet, target=other, seen_at=line, by=None),
    )
    assert back.state == "cancelled"
    assert isinstance(told, Refused) and "not at LINE any more but at STORE" in str(told)
    assert Balance.objects.get(handling_unit=pallet, quantity__gt=0).location == store
    assert problems() == []


def put_away_tasks(pallet: HandlingUnit, target: Location, *quantities: int) -> list[StockTask]:
    item = Balance.objects.get(handling_unit=pallet, quantity__gt=0).item
    return create_tasks(
        works=[
            Work(
                kind="put_away",
                site=target.site,
                item=item,
                quantity=Decimal(quantity),
                source=pallet.location,
                target=target,
                handling_unit=pallet,
            )
            for quantity in quantities
        ],
        by=None,
    )


@pytest.mark.parametrize("first", ["carry", "do"])
def test_a_pallet_is_carried_unasked_while_somebody_does_the_task_for_it(
    pallet: HandlingUnit, store: Location, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    line, other = (make_location(store.site, code=code) for code in ("LINE", "OTHER"))
    (task,) = put_away_tasks(pallet, line, 10)
    jobs: list[Callable[[], Any]] = [
        lambda: task_work.carry_unit(unit=pallet, target=other, seen_at=store, by=None),
        lambda: task_work.do(task=task, by=None),
    ]
    if first == "do":
        jobs.reverse()
    name = "create" if first == "carry" else "transfer_unit"
    results = Slow(monkeypatch, task_work, name).race(*jobs)
    # Whoever does the task afterwards brings it where the task says; whoever carries it afterwards had seen it before.
    assert [isinstance(one, Refused) for one in results] == [False, first == "do"]
    assert [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)] == []
    task.refresh_from_db()
    pallet.refresh_from_db()
    assert (task.state, task.done_quantity) == ("done", 10)
    assert pallet.location == line
    assert problems() == []


def test_two_people_do_two_tasks_for_one_pallet_and_it_goes_once(
    pallet: HandlingUnit, store: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, newer = put_away_tasks(pallet, make_location(store.site, code="LINE"), 10, 10)
    went, told = Slow(monkeypatch, task_work, "must_be_open").race(
        lambda: task_work.do(task=newer, by=None),
        lambda: task_work.do(task=older, by=None),
    )
    assert went.state == "done"
    assert isinstance(told, Refused)
    assert TaskMove.objects.count() == 1
    assert problems() == []


@pytest.mark.parametrize("way", ["unit", "loose"])
def test_who_carries_unasked_has_the_stock_before_the_number_of_his_task(
    pallet: HandlingUnit, store: Location, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Goods that come in take the number of their put-away task while they hold stock; so does everybody."""
    shelf = make_location(store.site, code="SHELF")
    nut = Balance.objects.get(handling_unit=pallet, quantity__gt=0).item
    make_stock(nut, 5, store)
    work = Work(kind="move", site=store.site, item=nut, quantity=Decimal(1), source=store, target=shelf)

    def take_then_number() -> Any:
        with transaction.atomic():
            reserve(needs=[Need(item=nut, quantity=Decimal(1), site=store.site)], by=None)
            return create_tasks(works=[work], by=None)

    def carry() -> Any:
        if way == "unit":
            return task_work.carry_unit(unit=pallet, target=shelf, by=None)
        return task_work.carry_now(item=nut, quantity=Decimal(2), source=store, target=shelf, by=None)

    results = Slow(monkeypatch, task_work, "_do_unit" if way == "unit" else "do").race(
        carry, take_then_number
    )
    assert [one for one in results if isinstance(one, Exception)] == []
    assert problems() == []


def until_somebody_waits() -> None:
    """At most for so long that a busy machine gets there: where nobody has to wait, nobody does."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT FROM pg_stat_activity"
                " WHERE datname = current_database() AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone() is not None:
                return
        time.sleep(0.02)
