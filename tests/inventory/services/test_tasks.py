"""Work with stock: one person has it, it is done whole or in parts, and what was done can be taken back."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest

from p2p.core.models import Journal
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, HandlingUnit, Reservation, StockTask, TaskMove
from p2p.inventory.services import task_work, tasks
from p2p.inventory.services.ledger import MoveLine, post, reverse
from p2p.inventory.services.reservations import Need, reserve
from p2p.inventory.services.tasks import Work
from tests.factories import make_item, make_location, make_lot, make_site, make_stock, make_user
from tests.inventory.services.test_races import at_once

pytestmark = pytest.mark.django_db


class Store:
    """Ten pieces in receiving, two shelves, a task to put them away and two people."""

    def __init__(self, quantity: int = 10, **item: Any) -> None:
        self.site = make_site("MAIN")
        self.dock = make_location(self.site, code="DOCK", kind="receiving")
        self.shelf = make_location(self.site, code="A-01")
        self.other = make_location(self.site, code="A-02")
        self.item = make_item("BOLT", **item)
        self.ann, self.bob = make_user("operator"), make_user("operator")
        if not item:
            make_stock(self.item, quantity, self.dock)
        StockTask.objects.all().delete()
        self.task = self.make(quantity)

    def make(self, quantity: Any, **also: Any) -> StockTask:
        said = {
            "kind": "move",
            "site": self.site,
            "item": self.item,
            "source": self.dock,
            "target": self.shelf,
        }
        return tasks.create(works=[Work(quantity=D(quantity), **{**said, **also})], by=self.ann)[0]

    def at(self, place: Any, **also: Any) -> D:
        rows = Balance.objects.filter(item=self.item, location=place, **also)
        return sum((row.quantity for row in rows), D(0))

    def do(self, by: Any = None, **also: Any) -> StockTask:
        return task_work.do(task=self.task, by=by or self.ann, **also)


@pytest.fixture
def store(db: None) -> Store:
    return Store()


def test_a_task_done_whole_moves_the_stock_and_is_closed(store: Store) -> None:
    done = store.do()
    assert (done.state, done.done_quantity, done.started_by) == ("done", D(10), store.ann)
    assert store.at(store.dock) == 0 and store.at(store.shelf) == 10
    link = TaskMove.objects.select_related("move").get(task=done)
    assert (link.move.kind, link.move.reference, link.move.by) == ("transfer", done.number, store.ann)
    assert Journal.objects.filter(fact="inventory.TaskDone").count() == 1


def test_a_task_is_done_in_parts_to_other_places_and_closes_with_the_last(store: Store) -> None:
    part = store.do(quantity=D(4), target=store.other)
    assert (part.state, part.done_quantity) == ("started", D(4))
    last = store.do()
    assert (last.state, store.at(store.other), store.at(store.shelf)) == ("done", D(4), D(6))


def test_less_than_asked_for_closes_it_when_the_person_says_so(store: Store) -> None:
    assert store.do(quantity=D(7), closes=True).state == "done"
    assert store.at(store.dock) == 3


def test_what_was_done_last_is_taken_back_and_the_task_is_open_again(store: Store) -> None:
    store.do(quantity=D(4))
    store.do()
    again = task_work.undo(task=store.task, by=store.ann)
    assert (again.state, again.done_quantity) == ("open", D(4))
    assert store.at(store.dock) == 6
    again = task_work.undo(task=store.task, by=store.ann)
    assert again.done_quantity == 0 and store.at(store.dock) == 10
    with pytest.raises(Refused, match="Nothing was done for"):
        task_work.undo(task=store.task, by=store.ann)
    assert problems() == []


def test_a_move_of_a_task_reversed_in_the_ledger_opens_the_task(store: Store) -> None:
    done = store.do()
    reverse(moves=[TaskMove.objects.get(task=done).move], by=store.bob)
    done.refresh_from_db()
    assert (done.state, done.done_quantity, done.started_by) == ("open", D(0), None)


def test_what_somebody_has_is_not_done_by_another(store: Store) -> None:
    (mine,) = tasks.start(tasks=[store.task], by=store.ann)
    assert (mine.state, mine.started_by) == ("started", store.ann)
    with pytest.raises(Refused, match=f"{store.ann} has {store.task.number}"):
        store.do(by=store.bob)
    with pytest.raises(Refused, match="take another"):
        tasks.start(tasks=[store.task], by=store.bob)
    tasks.put_back(tasks=[store.task], by=store.ann)
    assert store.do(by=store.bob).state == "done"


def test_a_done_task_is_neither_done_again_nor_cancelled_nor_assigned(store: Store) -> None:
    store.do()
    for attempt in (
        store.do,
        lambda: tasks.cancel(tasks=[store.task], by=store.ann),
        lambda: tasks.assign(tasks=[store.task], to=store.bob, by=store.ann),
        lambda: tasks.put_back(tasks=[store.task], by=store.ann),
    ):
        with pytest.raises(Refused, match=f"{store.task.number} is Done"):
            attempt()
    assert store.at(store.shelf) == 10


def test_many_tasks_are_assigned_or_cancelled_all_or_none(store: Store) -> None:
    more = store.make(1)
    rows = tasks.assign(tasks=[store.task, more], to=store.bob, by=store.ann)
    assert [row.started_by for row in rows] == [store.bob, store.bob]
    store.do(by=store.bob)
    with pytest.raises(Refused):
        tasks.cancel(tasks=[store.task, more], by=store.ann)
    more.refresh_from_db()
    assert more.state == "started"
    tasks.cancel(tasks=[more], by=store.ann)
    more.refresh_from_db()
    assert more.state == "cancelled" and more.done_at is not None


def test_stock_that_is_gone_meanwhile_is_said_in_one_sentence(store: Store) -> None:
    line = MoveLine(item=store.item, source=store.dock, target=store.other, quantity=D(7), kind="transfer")
    post(lines=[line], by=None)
    with pytest.raises(Refused) as no:
        store.do()
    assert str(no.value) == "Only 3 EA of BOLT at DOCK: 10 EA cannot be taken."
    store.task.refresh_from_db()
    assert (store.task.state, store.task.done_quantity) == ("open", D(0))


def test_held_stock_is_named_and_stays(store: Store) -> None:
    from p2p.inventory.services.holds import hold

    hold(item=store.item, kind="quality", location=store.dock, by=None)
    with pytest.raises(Refused, match="10 are on hold"):
        store.do()
    assert store.at(store.dock) == 10


def test_the_lot_that_expires_first_goes_first_and_a_named_one_instead() -> None:
    store = Store(6, tracking="lot")
    late = make_lot(store.item, "LATE", expires_on="2030-01-01")
    soon = make_lot(store.item, "SOON", expires_on="2029-01-01")
    for lot in (late, soon):
        make_stock(store.item, 5, store.dock, lot=lot)
    store.do(quantity=D(2), lot=late)
    assert store.at(store.shelf, lot=late) == 2
    store.do(quantity=D(4))
    assert store.at(store.shelf, lot=soon) == 4


def test_a_unit_goes_whole_with_all_that_lies_in_it_and_comes_back_whole() -> None:
    store = Store()
    pallet = HandlingUnit.objects.create(number="PAL-1", location=store.dock)
    box = HandlingUnit.objects.create(number="BOX-1", kind="box", location=store.dock, parent=pallet)
    nut = make_item("NUT")
    make_stock(store.item, 3, store.dock, into_unit=pallet)
    make_stock(nut, 5, store.dock, into_unit=box)
    one = store.make(3, handling_unit=pallet, kind="put_away")
    other = store.make(5, item=nut, handling_unit=pallet, kind="put_away")
    task_work.do(task=one, by=store.ann)
    for unit in (pallet, box):
        unit.refresh_from_db()
        assert unit.location == store.shelf
    assert store.at(store.shelf, handling_unit=pallet) == 3
    assert Balance.objects.get(item=nut, location=store.shelf).handling_unit == box
    other.refresh_from_db()
    assert (other.state, other.done_quantity) == ("done", D(5))
    task_work.undo(task=one, by=store.ann)
    pallet.refresh_from_db()
    other.refresh_from_db()
    assert pallet.location == store.dock and other.state == "open"
    assert store.at(store.dock, handling_unit=pallet) == 3
    assert problems() == []


def test_reserved_stock_takes_its_reservation_along(store: Store) -> None:
    (kept,) = reserve(needs=[Need(item=store.item, quantity=D(6), site=store.site)], by=None)
    store.do()
    row = Reservation.objects.get(pk=kept.pk)
    assert (row.location, row.quantity) == (store.shelf, D(6))
    assert Balance.objects.get(item=store.item, location=store.shelf).reserved == 6
    assert problems() == []


def test_free_stock_goes_before_reserved_and_a_need_is_not_torn_apart(store: Store) -> None:
    (kept,) = reserve(needs=[Need(item=store.item, quantity=D(6), site=store.site)], by=None)
    store.do(quantity=D(4))
    assert Reservation.objects.get(pk=kept.pk).location == store.dock
    with pytest.raises(Refused, match="6 of it reserved"):
        store.do(quantity=D(2))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"quantity": D(0)}, "must be more than zero"),
        ({"quantity": D("1.5")}, "more digits than EA allows"),
    ],
)
def test_what_is_no_task_is_refused(store: Store, said: dict[str, Any], sentence: str) -> None:
    before = StockTask.objects.count()
    with pytest.raises(Refused, match=sentence):
        store.make(**said)
    assert StockTask.objects.count() == before


def test_a_task_between_sites_or_into_the_air_is_refused(store: Store) -> None:
    away = make_location(make_site("AWAY"), code="X-01")
    with pytest.raises(Refused, match="X-01 is not a place of MAIN"):
        store.make(1, target=away)
    with pytest.raises(Refused, match="SCRAP holds no stock"):
        store.make(1, target=store.site.locations.get(code="SCRAP"))
    with pytest.raises(Refused, match="two sites"):
        store.do(target=away)
    with pytest.raises(Refused, match="Say where BOLT is put"):
        task_work.do(task=store.make(1, target=None), by=store.ann)


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_of_two_people_who_do_or_start_a_task_at_once_one_wins() -> None:
    store = Store()
    results = at_once([lambda: store.do(by=store.ann), lambda: store.do(by=store.bob)])
    (loser,) = [one for one in results if isinstance(one, Exception)]
    assert isinstance(loser, Refused) and "is Done" in str(loser)
    assert store.at(store.shelf) == 10 and TaskMove.objects.count() == 1
    task = store.make(1)
    results = at_once(
        [lambda: tasks.start(tasks=[task], by=store.ann), lambda: tasks.start(tasks=[task], by=store.bob)]
    )
    (loser,) = [one for one in results if isinstance(one, Exception)]
    assert isinstance(loser, Refused) and "take another" in str(loser)
