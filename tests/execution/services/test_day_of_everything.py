"""A day of everything: people do all that a plant does with the same few items and pallets at the same time. Nobody is
told of a deadlock, and afterwards the books are true.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Q, Sum

from execution.models import Report
from execution.services.release import release
from execution.services.report import report
from execution.services.undo import undo
from p2p.core.access import Role
from p2p.core.outbox import deliver as deliver_later
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Count, HandlingUnit, Move, Reservation, StockTask
from p2p.inventory.services import task_work
from p2p.inventory.services.by_hand import Act, HandLine, book_by_hand
from p2p.inventory.services.claims import claim
from p2p.inventory.services.count_entry import Entry, Found, enter
from p2p.inventory.services.count_review import submit_count
from p2p.inventory.services.counting import cancel_count, create_count
from p2p.inventory.services.packing import Packing, pack, unpack
from p2p.inventory.services.reservations import Need, give_back, reserve
from p2p.inventory.services.units import create_units
from planning.models import DemandMove, ReplenishmentMove, ShipmentMove
from planning.services import delivered, receipts, shipments
from planning.services.delivery import DeliveryLine, deliver
from planning.services.demand import create_customer, create_demand
from planning.services.receive import ReceiptLine, receive_lines
from planning.services.replenishment import create_replenishment
from planning.services.shipping_units import ship_units
from planning.services.transfer import ShipLine, ship
from strategies.models import Location
from tests.execution.conftest import build_plant, operations
from tests.factories import make_location, make_site, make_stock, make_user, make_vendor
from tests.inventory.services.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

PEOPLE = 8
SECONDS = float(os.environ.get("P2P_DAY_SECONDS", "3"))


def few(chance: random.Random, most: int = 4) -> Decimal:
    return Decimal(chance.randint(1, most))


class Day:
    """Two items that are bought, moved, counted, sent, sold and built into a third; three pallets; two sites."""

    def __init__(self) -> None:
        self.plant = plant = build_plant()
        site = plant.site
        self.boss = make_user(Role.SUPERVISOR)
        self.items = [plant.frame, plant.wheel]
        self.dock = make_location(site, code="DOCK", kind="receiving")
        self.places = [plant.places["STORE"], make_location(site, code="SHELF"), self.dock]
        make_location(site, code="ROAD", kind="transit", nettable=False)
        self.far = make_site("FAR").locations.get(code="STORE")
        plant.fill(10_000)
        for item in self.items:
            make_stock(item, 10_000, self.far)
        self.pallets = create_units(location=self.places[0], count=3, by=None)
        for pallet in self.pallets:
            pack(
                unit=pallet, lines=[Packing(item=item, quantity=Decimal(50)) for item in self.items], by=None
            )
        orders = [plant.order(500, flushing="operation") for _number in range(3)]
        release(orders=orders, by=plant.worker)
        self.operations = [each for order in orders for each in operations(order)]
        vendor = make_vendor()
        bought = {"site": site, "quantity": Decimal(9_000), "due_on": date(2099, 1, 1), "by": None}
        self.purchases = [create_replenishment(item=item, vendor=vendor, **bought) for item in self.items]
        self.transfers = [
            create_replenishment(item=item, from_location=self.far, **bought) for item in self.items
        ]
        self.back = [
            create_replenishment(item=item, from_location=self.places[0], **{**bought, "site": self.far.site})
            for item in self.items
        ]
        make_location(self.far.site, code="ROAD", kind="transit", nettable=False)
        customer = create_customer(number="C1", name="Acme", by=None)
        self.demands = [
            create_demand(
                site=site,
                item=item,
                quantity=Decimal(9_000),
                due_on=date(2099, 1, 1),
                number=f"SO-{item.number}",
                customer=customer,
                by=None,
            )
            for item in self.items
        ]

    # ---- what people do, each one wish in a transaction of its own

    def receive(self, chance: random.Random) -> Any:
        orders = chance.sample(self.purchases, 2)
        lines = [ReceiptLine(order=order, quantity=few(chance)) for order in orders]
        return receive_lines(lines=lines, by=None)

    def arrive(self, chance: random.Random) -> Any:
        line = ReceiptLine(order=chance.choice(self.transfers), quantity=few(chance))
        return receive_lines(lines=[line], by=None)

    def take_receipt_back(self, chance: random.Random) -> Any:
        rows = ReplenishmentMove.objects.filter(move__reverses=None, move__reversed_by=None)
        return receipts.take_back(receipts=self.some(rows, chance), by=None)

    def send(self, chance: random.Random) -> Any:
        orders = chance.sample([*self.transfers, *self.back], 2)
        return ship(lines=[ShipLine(order=order, quantity=few(chance)) for order in orders], by=None)

    def send_pallets(self, chance: random.Random) -> Any:
        return ship_units(units=chance.sample(self.pallets, 2), order=chance.choice(self.back), by=None)

    def take_shipment_back(self, chance: random.Random) -> Any:
        rows = ShipmentMove.objects.filter(move__reverses=None, move__reversed_by=None)
        return shipments.take_back(shipments=self.some(rows, chance), by=None)

    def sell(self, chance: random.Random) -> Any:
        demands = chance.sample(self.demands, 2)
        return deliver(lines=[DeliveryLine(demand=one, quantity=few(chance)) for one in demands], by=None)

    def take_delivery_back(self, chance: random.Random) -> Any:
        rows = DemandMove.objects.filter(move__reverses=None, move__reversed_by=None)
        return delivered.take_back(deliveries=self.some(rows, chance), by=None)

    def carry(self, chance: random.Random) -> Any:
        source, target = chance.sample(self.places, 2)
        lines = [
            HandLine(item=item, quantity=few(chance), place=source, to=target)
            for item in chance.sample(self.items, 2)
        ]
        return book_by_hand(act=Act.TRANSFER, lines=lines, by=None)

    def carry_pallet(self, chance: random.Random) -> Any:
        unit = chance.choice(self.pallets)
        return task_work.carry_unit(unit=unit, target=chance.choice(self.places), by=None)

    def repack(self, chance: random.Random) -> Any:
        lines = [Packing(item=item, quantity=few(chance)) for item in chance.sample(self.items, 2)]
        return chance.choice([pack, unpack])(unit=chance.choice(self.pallets), lines=lines, by=None)

    def do_task(self, chance: random.Random) -> Any:
        (task,) = self.some(StockTask.objects.filter(state__in=("open", "started")), chance)
        part = chance.choice([None, Decimal(1)])
        return task_work.do(task=task, quantity=part, target=task.target or self.places[1], by=None)

    def undo_task(self, chance: random.Random) -> Any:
        (task,) = self.some(StockTask.objects.exclude(done_quantity=0), chance)
        return task_work.undo(task=task, by=None)

    def count(self, chance: random.Random) -> Any:
        item, place = chance.choice(self.items), chance.choice(self.places)
        count = create_count(
            site=place.site, kind="spot", places=[place], items=[item],
            frozen=chance.random() < 0.3, by=self.boss,
        )  # fmt: skip
        piles = Balance.objects.filter(item=item, location=place, quantity__gt=0)
        found = [
            Found(item=item, quantity=pile.quantity, handling_unit=pile.handling_unit)
            for pile in piles.select_related("handling_unit")
        ]
        try:
            enter(entries=[Entry(place=count.places.get(), found=found)], by=self.plant.worker)
            submit_count(count=count, by=self.boss)
        finally:
            if Count.objects.get(pk=count.pk).state != "posted":
                cancel_count(count=count, by=self.boss)

    def make(self, chance: random.Random) -> Any:
        operation = chance.choice(self.operations)
        why = chance.choice(["", "Counted"])
        return report(operation=operation, good=few(chance), despite=why, by=self.boss)

    def unmake(self, chance: random.Random) -> Any:
        (row,) = self.some(Report.objects.filter(reverses=None, reversed_by=None, made_up_for=None), chance)
        return undo(report=row, by=self.boss)

    def promise(self, chance: random.Random) -> Any:
        needs = [
            Need(item=item, quantity=few(chance), site=self.plant.site, reference="SO-X")
            for item in chance.sample(self.items, 2)
        ]
        return (claim if chance.random() < 0.5 else reserve)(needs=needs, partial=True, by=None)

    def release_promise(self, chance: random.Random) -> Any:
        rows = Reservation.objects.filter(reference="SO-X")
        return give_back(reservations=self.some(rows, chance), by=None)

    def some(self, rows: Any, chance: random.Random) -> list[Any]:
        keys = list(rows.order_by("-pk").values_list("pk", flat=True)[:6])
        if not keys:
            raise Refused("nothing there")
        return list(rows.model.objects.filter(pk=chance.choice(keys)))

    @property
    def wishes(self) -> list[Callable[[random.Random], Any]]:
        return [
            self.receive, self.arrive, self.take_receipt_back, self.send, self.send_pallets,
            self.take_shipment_back, self.sell, self.take_delivery_back, self.carry, self.carry_pallet,
            self.repack, self.do_task, self.undo_task, self.count, self.make, self.unmake, self.promise,
            self.release_promise,
        ]  # fmt: skip


def test_everything_at_once_leaves_true_books_and_nobody_hears_of_a_deadlock() -> None:
    day, done, trouble = Day(), Counter[str](), list[str]()
    until = time.monotonic() + SECONDS

    def well() -> int:
        return sum(count for name, count in done.copy().items() if not name.startswith("no "))

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _turn in range(400):
            if time.monotonic() > until and well() > PEOPLE:
                return
            wish = chance.choice(day.wishes)
            try:
                wish(chance)
                done[wish.__name__] += 1
            except Refused as no:
                done[f"no {wish.__name__}: {no}"[:110]] += 1
            except Exception as error:  # a deadlock would come out here
                trouble.append(f"{wish.__name__}: {error!r}")

    at_once([lambda seed=seed: work(seed) for seed in range(PEOPLE)])  # type: ignore[misc]
    if os.environ.get("P2P_DAY_SECONDS"):
        print("\n".join(f"{count:5} {name}" for name, count in sorted(done.items())))
    assert trouble == []
    deliver_later()
    assert problems() == []
    assert well() > PEOPLE
    lying = Q(target__kind__in=Location.OUTSIDE)
    for item in day.items:
        came = Move.objects.filter(item=item).exclude(lying).aggregate(all=Sum("quantity"))["all"]
        gone = Move.objects.filter(item=item).exclude(source__kind__in=Location.OUTSIDE)
        there = Balance.objects.filter(item=item).aggregate(all=Sum("quantity"))["all"]
        assert there == came - (gone.aggregate(all=Sum("quantity"))["all"] or 0)
    for unit in HandlingUnit.objects.all():
        stands = Balance.objects.filter(handling_unit=unit, quantity__gt=0).values_list("location", flat=True)
        assert set(stands) <= {unit.location_id}
