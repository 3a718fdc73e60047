"""Whatever is taken, given back, kept, picked by scan, found short and undone, in whatever order: stock, order and
lists agree, and all of it taken back is as if it had never been."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Q, Sum

from execution.models import Adjustment, MaterialMove, PickLine, Report
from execution.services.adjust import adjust, undo_adjustment
from execution.services.by_scan import pick_line, pick_short, put_line_back
from execution.services.chosen import ANYTHING, InHand
from execution.services.keep import keep, let_go
from execution.services.release import release
from execution.services.report import report
from execution.services.undo import undo
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Reservation
from planning.models import Material, Operation
from tests.execution.conftest import Plant
from tests.factories import make_location, make_lot, make_reason, make_stock

pytestmark = pytest.mark.django_db
D = Decimal
LIE = {("L1", "STORE"): 18, ("L1", "RACK"): 14, ("L2", "STORE"): 16, ("L2", "RACK"): 12}


class Day:
    """Sixty wheels, two lots at two places; a released order of ten wants twenty of them."""

    def __init__(self, plant: Plant, flushing: str, seed: int) -> None:
        self.dice, self.wheel, self.worker = random.Random(seed), plant.wheel, plant.worker
        self.why = make_reason("BROKEN", kind="adjustment")
        self.wheel.tracking = "lot"
        self.wheel.save()
        self.lots = {name: make_lot(self.wheel, name) for name in ("L1", "L2")}
        rack = make_location(plant.site, code="RACK", kind="store")
        self.places = {"STORE": plant.places["STORE"], "RACK": rack}
        for (lot, place), much in LIE.items():
            make_stock(self.wheel, much, self.places[place], lot=self.lots[lot])
        for item in (plant.frame, plant.paint):
            make_stock(item, 1000, self.places["STORE"])
        self.order = plant.order(10)
        Material.objects.filter(order=self.order, item=self.wheel).update(flushing=flushing)
        release(orders=[self.order], by=self.worker)
        self.done: list[str] = []

    @property
    def material(self) -> Material:
        return Material.objects.get(order=self.order, item=self.wheel)

    def named(self) -> InHand:
        lot, place = (self.dice.choice([None, *known.values()]) for known in (self.lots, self.places))
        return InHand(lot=lot, location=place) if lot or place else ANYTHING

    def one_of(self, rows: Any) -> Any:
        return self.dice.choice(list(rows.order_by("pk")) or [None])

    def standing(self, model: Any) -> Any:
        return model.objects.filter(reverses=None, reversed_by=None)

    def adjust(self, sign: int) -> Any:
        much = D(sign * self.dice.randint(1, 9))
        return adjust(material=self.material, quantity=much, named=self.named(), reason=self.why, by=None)

    def take(self) -> Any:
        return self.adjust(1)

    def give_back(self) -> Any:
        return self.adjust(-1)

    def undo(self) -> Any:
        row = self.one_of(self.standing(Adjustment))
        return row and undo_adjustment(adjustment=row, by=None)

    def keep(self) -> Any:
        return keep(material=self.material, quantity=D(self.dice.randint(1, 9)), named=self.named(), by=None)

    def let_go(self) -> Any:
        return let_go(
            material=self.material, quantity=D(self.dice.randint(1, 4)), named=self.named(), by=None
        )

    def pick(self) -> Any:
        line, much = self.line(), D(self.dice.randint(1, 9))
        return line and pick_line(line=line, quantity=much, named=self.named(), by=None)

    def short(self) -> Any:
        line, much = self.line(), D(self.dice.randint(0, 3))
        return line and pick_short(line=line, quantity=much, reason=self.why, by=None)

    def put_back(self) -> Any:
        line = self.line()
        return line and put_line_back(line=line, by=None)

    def line(self) -> PickLine | None:
        return self.one_of(PickLine.objects.filter(material__item=self.wheel).select_related("material"))

    def report(self) -> Any:
        first = Operation.objects.filter(order=self.order).order_by("number").first()
        return report(operation=first, good=D(self.dice.randint(1, 3)), by=self.worker)

    def take_report_back(self) -> Any:
        row = self.one_of(self.standing(Report))
        return row and undo(report=row, by=self.worker)

    def step(self) -> None:
        acts: list[Callable[[], Any]] = [
            self.take, self.take, self.give_back, self.undo, self.keep, self.let_go, self.pick, self.short,
            self.put_back, self.report, self.take_report_back,
        ]  # fmt: skip
        act = self.dice.choice(acts)
        try:
            act()
        except Refused as no:
            self.done.append(f"{act.__name__}: {no}")
        else:
            self.done.append(act.__name__)

    def all_back(self) -> None:
        """The latest first, as far as it still stands."""
        for row in self.standing(Report).order_by("-pk"):
            undo(report=row, by=self.worker)
        while row := self.standing(Adjustment).order_by("-pk").first():
            try:
                undo_adjustment(adjustment=row, by=None)
            except Refused:  # what it gave back went out by a pick, what it took was given back in part
                break
        material = self.material
        left = material.issued_quantity
        if left:
            adjust(material=material, quantity=-left, reason=self.why, by=None)

    def lies(self) -> dict[tuple[str, str], Decimal]:
        rows = Balance.objects.filter(item=self.wheel, quantity__gt=0).order_by("pk")
        return {
            (lot, place): much
            for lot, place, much in rows.values_list("lot__number", "location__code", "quantity")
        }

    def agrees(self) -> None:
        said = "\n".join(self.done)
        assert problems() == [], said
        assert sum(self.lies().values()) + self.material.issued_quantity == sum(LIE.values()), said
        for line in PickLine.objects.filter(material__item=self.wheel).select_related("reservation"):
            held, left = line.reservation, line.quantity - line.picked_quantity
            assert held is None or (held.quantity, held.lot_id, held.location_id) == (
                left,
                line.lot_id,
                line.location_id,
            ), said
        kept = Reservation.objects.filter(item=self.wheel).aggregate(all=Sum("quantity", default=0))["all"]
        # What was given back and taken again went out beside the lists, which may have filled the gap meanwhile.
        rows = Adjustment.objects.filter(Q(beyond__gt=0) | Q(reverses__isnull=False))
        more = sum((abs(row.quantity) for row in rows), D(0))
        assert kept <= max(0, self.material.quantity + more - self.material.issued_quantity), said


@pytest.mark.parametrize("flushing", ["manual", "operation"])
@pytest.mark.parametrize("seed", range(3))
def test_stock_order_and_lists_agree_after_each_step_and_all_goes_back(
    plant: Plant, flushing: str, seed: int
) -> None:
    day = Day(plant, flushing, seed)
    for _step in range(18):
        day.step()
        day.agrees()
    day.all_back()
    day.agrees()
    assert day.lies() == LIE, "\n".join(day.done)
    assert not MaterialMove.objects.filter(
        material=day.material, move__reverses=None, move__reversed_by=None
    ).exists()
