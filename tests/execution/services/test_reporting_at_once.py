"""Eight people report at once on orders that share components and feed each other: exact, and no deadlock."""

from __future__ import annotations

import random
import threading
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from execution.models import Report
from execution.services.beside import Beside
from execution.services.release import release
from execution.services.report import report
from execution.services.undo import undo
from p2p.core.access import Role
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from planning.models import Material, Operation, Output, ProductionOrder
from planning.services import progress
from tests.execution.conftest import build_plant, operations
from tests.factories import make_item, make_order, make_user
from tests.inventory.services.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

PEOPLE, ROUNDS = 8, 12


def test_people_reporting_on_shared_components_get_exact_figures_and_no_deadlock() -> None:
    plant = build_plant()
    plant.fill(10_000)
    bikes = [plant.order(50, flushing="operation") for _ in range(3)]
    # Wheels are made of frames and frames of wheels elsewhere: who locks without order waits in a circle here.
    wheels = make_order(plant.wheel, 50, site=plant.site, materials={plant.frame: 1, plant.paint: 1})
    frames = make_order(plant.frame, 50, site=plant.site, materials={plant.wheel: 1, plant.paint: 1})
    Material.objects.update(flushing="operation")
    orders: list[ProductionOrder] = [*bikes, wheels, frames]
    release(orders=orders, by=plant.worker)
    chosen: list[list[Operation]] = [operations(order) for order in orders]
    said: list[Report] = []
    trouble: list[BaseException] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(ROUNDS):
                operation = chance.choice(chance.choice(chosen))
                try:
                    row = report(operation=operation, good=Decimal(chance.randint(1, 3)), by=plant.worker)
                    said.append(row)
                    if chance.random() < 0.25:
                        undo(report=row, by=plant.worker)
                        said.remove(row)
                except Refused:
                    continue
        except BaseException as error:  # a deadlock would come out here
            trouble.append(error)
        finally:
            connection.close()

    assert at_once([lambda seed=seed: work(seed) for seed in range(PEOPLE)]) == [None] * PEOPLE  # type: ignore[misc]
    assert trouble == []
    assert problems() == []
    standing = Report.objects.filter(reverses=None, reversed_by=None)
    assert sorted(standing.values_list("pk", flat=True)) == sorted(row.pk for row in said)
    made = {
        order.pk: sum(row.good for row in said if row.operation_id == steps[-1].pk)
        for order, steps in zip(orders, chosen, strict=True)
    }
    assert {order.pk: order.good_quantity for order in ProductionOrder.objects.all()} == made
    assert plant.there(plant.product) == sum(made[bike.pk] for bike in bikes)


def test_co_products_typed_by_several_people_at_once_are_exact() -> None:
    plant = build_plant()
    plant.fill(10_000)
    order = make_order(plant.wheel, 60, site=plant.site, materials={plant.frame: 1})
    Material.objects.update(flushing="operation")
    chips, dust = make_item("CHIPS", tracking="lot"), make_item("DUST")
    for item in (dust, chips):
        Output.objects.create(order=order, item=item, unit=item.unit, kind="by", quantity=30, cost_share=0)
    release(orders=[order], by=plant.worker)
    (only,) = operations(order)
    typed: list[int] = []
    trouble: list[BaseException] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(5):
                chip = chance.randint(0, 4)
                # Each names them in an order of their own, and puts them onto plates that others use, too.
                said = [
                    Beside(item=chips, quantity=Decimal(chip), plate="LP-1" if chip else ""),
                    Beside(item=dust),
                ]
                chance.shuffle(said)
                row = report(operation=only, good=Decimal(1), outputs=said, by=plant.worker)
                typed.append(chip)
                if chance.random() < 0.3:
                    undo(report=row, by=plant.worker)
                    typed.remove(chip)
        except BaseException as error:  # a deadlock would come out here
            trouble.append(error)
        finally:
            connection.close()

    assert at_once([lambda seed=seed: work(seed) for seed in range(PEOPLE)]) == [None] * PEOPLE  # type: ignore[misc]
    assert trouble == []
    assert problems() == []
    received = dict(Output.objects.filter(order=order).values_list("item__number", "received_quantity"))
    assert received["CHIPS"] == sum(typed)
    # A report that is taken back takes what it brought along, a whole piece of dust or none: the last one brings what
    # is due in all.
    rest = order.quantity - len(typed)
    report(operation=only, good=rest, outputs=[Beside(item=dust)], by=plant.worker)
    assert Output.objects.get(order=order, item=dust).received_quantity == 30
    assert problems() == []


def test_supervisors_who_make_up_pieces_in_opposite_order_never_wait_in_a_circle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One order takes frames first and paint at its second operation, the other the other way round: whoever locks
    stock report by report holds what the other one wants."""
    plant = build_plant()
    plant.fill(10_000)
    boss = make_user(Role.SUPERVISOR)
    orders = [plant.order(50, flushing="operation", number=number) for number in ("MO-1", "MO-2")]
    for order, wanted in zip(orders, ((plant.frame, plant.paint), (plant.paint, plant.frame)), strict=True):
        Material.objects.filter(order=order).exclude(item__in=wanted).delete()
        for item, operation in zip(wanted, operations(order), strict=True):
            Material.objects.filter(order=order, item=item).update(operation=operation)
    release(orders=orders, by=plant.worker)
    lasts = [operations(order)[-1] for order in orders]
    # Both have posted what they make up before either posts what it says.
    posted = threading.Barrier(2)
    book = progress.book

    def slowly(**named: Any) -> None:
        book(**named)
        if not named["last"]:
            with suppress(threading.BrokenBarrierError):
                posted.wait(1)

    monkeypatch.setattr(progress, "book", slowly)

    def work(last: Operation) -> Report:
        return report(operation=last, good=Decimal(2), despite="Counted", by=boss)

    rows = at_once([lambda last=last: work(last) for last in lasts])  # type: ignore[misc]
    assert [row for row in rows if not isinstance(row, Report)] == []
    assert plant.there(plant.product) == 4
    backs = at_once([lambda row=row: undo(report=row, by=boss) for row in rows])  # type: ignore[misc]
    assert [row for row in backs if not isinstance(row, Report)] == []
    assert (plant.there(plant.frame), plant.there(plant.paint)) == (10_000, 10_000)
    assert problems() == []
