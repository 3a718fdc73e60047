"""Tasks that were booked with another one's handling unit are taken back with it: all of it, or nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, HandlingUnit, StockTask
from p2p.inventory.services import task_work
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.packing import Packing, pack
from p2p.inventory.services.tasks import Work
from p2p.inventory.services.tasks import create as create_tasks
from p2p.inventory.services.units import create_units, nest
from strategies.models import Item, Location
from tests.factories import make_item, make_location, make_site, make_stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Location:
    return make_site("MAIN").locations.get(code="STORE")


@pytest.fixture
def pallet(store: Location) -> HandlingUnit:
    """Ten nuts on a pallet in the store."""
    nut = make_item("NUT")
    make_stock(nut, 10, store)
    (unit,) = create_units(number="PAL", location=store, by=None)
    pack(unit=unit, lines=[Packing(item=nut)], by=None)
    return unit


class TestTakenBackTogether:
    """A pallet with nuts and a box of bolts on it, and a task for each."""

    @pytest.fixture
    def tasks(self, pallet: HandlingUnit, store: Location) -> list[StockTask]:
        bolt, line = make_item("BOLT"), make_location(store.site, code="LINE")
        make_stock(bolt, 4, store)
        (box,) = create_units(number="BOX", location=store, by=None)
        pack(unit=box, lines=[Packing(item=bolt)], by=None)
        nest(unit=box, parent=pallet, by=None)
        works = [
            Work(kind="put_away", site=store.site, item=pile.item, quantity=pile.quantity, source=store, target=line,
                 handling_unit=pile.handling_unit)
            for pile in Balance.objects.filter(handling_unit__isnull=False, quantity__gt=0).order_by("pk")
        ]  # fmt: skip
        return create_tasks(works=works, by=None)

    def stands(self) -> set[tuple[str, str]]:
        piles = Balance.objects.filter(handling_unit__isnull=False, quantity__gt=0)
        lying = set(piles.values_list("handling_unit__number", "location__code"))
        assert lying == set(HandlingUnit.objects.values_list("number", "location__code"))
        return lying

    @pytest.mark.parametrize("named", [0, 1])
    def test_whichever_task_is_undone_the_pallet_comes_back_whole(
        self, tasks: list[StockTask], named: int
    ) -> None:
        task_work.do(task=tasks[0], by=None)
        assert self.stands() == {("PAL", "LINE"), ("BOX", "LINE")}
        task_work.undo(task=tasks[named], by=None)
        assert self.stands() == {("PAL", "STORE"), ("BOX", "STORE")}
        states = StockTask.objects.order_by("pk").values_list("state", "done_quantity")
        assert list(states) == [("open", 0), ("open", 0)]
        assert HandlingUnit.objects.get(number="BOX").parent is not None
        with pytest.raises(Refused, match="Nothing was done for"):
            task_work.undo(task=tasks[1 - named], by=None)
        assert problems() == []

    def test_what_went_on_from_there_leaves_both_as_they_are(
        self, pallet: HandlingUnit, tasks: list[StockTask], store: Location
    ) -> None:
        task_work.do(task=tasks[0], by=None)
        bolt = Item.objects.get(number="BOLT")
        line = Location.objects.get(code="LINE")
        gone = MoveLine(
            item=bolt, source=line, target=store.site.locations.get(code="PRODUCTION"), quantity=Decimal(1),
            kind="issue", handling_unit=HandlingUnit.objects.get(number="BOX"),
        )  # fmt: skip
        post(lines=[gone], by=None)
        with pytest.raises(Refused):
            task_work.undo(task=tasks[0], by=None)
        assert self.stands() == {("PAL", "LINE"), ("BOX", "LINE")}
        assert set(StockTask.objects.values_list("state", flat=True)) == {"done"}
        assert problems() == []

    def test_a_pallet_that_was_scanned_for_a_task_that_named_none_comes_back(
        self, pallet: HandlingUnit, store: Location
    ) -> None:
        item = Balance.objects.get(handling_unit=pallet, quantity__gt=0).item
        line = make_location(store.site, code="LINE")
        work = Work(kind="move", site=store.site, item=item, quantity=Decimal(10), source=store, target=line)
        (task,) = create_tasks(works=[work], by=None)
        task_work.do(task=task, handling_unit=pallet, by=None)
        task_work.undo(task=task, by=None)
        assert self.stands() == {("PAL", "STORE")}
        assert problems() == []
