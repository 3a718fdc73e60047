"""Random allowed and refused steps over an order's life: no invariant ever breaks, and undoing all leaves nothing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from execution.models import PickList, Report, WipMove
from execution.services import downtime, finish, pick, release, start, undo
from execution.services.report import report
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Move, Reservation
from planning.models import Material, Output, ProductionOrder
from tests.execution.conftest import Plant, build_plant, operations
from tests.factories import make_reason, make_resource

pytestmark = pytest.mark.django_db

number = st.integers(0, 6)
reports = st.tuples(st.just("report"), st.integers(0, 1), number, st.integers(0, 2), st.booleans())
others = st.tuples(
    st.sampled_from(
        [
            "start",
            "stop",
            "unstart",
            "undo",
            "pick",
            "unpick",
            "finish",
            "reopen",
            "finish_op",
            "reopen_op",
            "down",
        ]
    ),
    number,
    number,
    st.just(0),
    st.booleans(),
)


class Life:
    """One order of six pieces and the people who work on it."""

    def __init__(self, flushing: str) -> None:
        self.plant: Plant = build_plant()
        self.plant.fill(20)
        self.machine = make_resource(self.plant.groups[0])
        self.stuck = make_reason(kind="downtime")
        self.order = self.plant.order(6, flushing=flushing)
        self.opening = {row.pk: row.quantity for row in Balance.objects.all()}
        release.release(orders=[self.order], by=self.plant.worker)

    def take(self, step: tuple[Any, ...]) -> None:
        kind, which, quantity, scrap, flag = step
        by, steps = self.plant.worker, operations(self.order)
        operation = steps[which % 2]
        standing = list(Report.objects.filter(reverses=None, reversed_by=None).order_by("pk"))
        lists = list(PickList.objects.order_by("pk"))
        acts: dict[str, Callable[[], Any]] = {
            "report": lambda: report(
                operation=operation,
                good=Decimal(quantity),
                scrap=Decimal(scrap),
                reason=self.plant.reason if scrap else None,
                finish=flag,
                by=by,
            ),
            "start": lambda: start.start(operation=operation, by=by),
            "stop": lambda: start.stop(operation=operation, by=by),
            "unstart": lambda: start.unstart(operation=operation, by=by),
            "undo": lambda: standing and undo.undo(report=standing[which % len(standing)], by=by),
            "pick": lambda: lists and pick.pick(pick_list=lists[which % len(lists)], by=by),
            "unpick": lambda: lists and pick.unpick(pick_list=lists[which % len(lists)], by=by),
            "finish": lambda: finish.finish(orders=[self.order], by=by),
            "reopen": lambda: finish.reopen(orders=[self.order], by=by),
            "finish_op": lambda: finish.finish_operation(operation=operation, by=by),
            "reopen_op": lambda: finish.reopen_operation(operation=operation, by=by),
            "down": lambda: (downtime.went_down if flag else downtime.came_up)(
                resource=self.machine, by=by, **({"reason": self.stuck} if flag else {})
            ),
        }
        acts[kind]()

    def take_everything_back(self) -> None:
        by = self.plant.worker
        self.order.refresh_from_db()
        if self.order.state == "finished":
            finish.reopen(orders=[self.order], by=by)
        for each in reversed(operations(self.order)):
            if each.state == "finished":
                finish.reopen_operation(operation=each, by=by)
        for row in Report.objects.filter(reverses=None, reversed_by=None).order_by(
            "-operation__number", "-pk"
        ):
            if row.finishes and row.operation.state == "started":
                pass
            undo.undo(report=row, by=by)
        for each in operations(self.order):
            if each.state == "started":
                start.unstart(operation=each, by=by)
        for each in PickList.objects.filter(state__in=["open", "picked"]).order_by("pk"):
            if any(line.picked_quantity for line in each.lines.all()):
                pick.unpick(pick_list=each, by=by)
        release.unrelease(orders=[self.order], by=by)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["manual", "operation", "start", "finish"]),
    st.lists(st.one_of(reports, reports, others), max_size=14),
)
def test_no_sequence_breaks_an_invariant_and_undoing_all_leaves_nothing(
    db: Any, flushing: str, steps: list[tuple[Any, ...]]
) -> None:
    with transaction.atomic():
        life = Life(flushing)
        for step in steps:
            try:
                with transaction.atomic():
                    life.take(step)
            except Refused:
                continue
            assert problems() == []
        life.take_everything_back()
        assert problems() == []
        order = ProductionOrder.objects.get(pk=life.order.pk)
        assert (order.state, order.good_quantity, order.scrap_quantity) == ("scheduled", 0, 0)
        assert {(each.state, each.good_quantity) for each in operations(order)} == {("planned", 0)}
        assert set(Material.objects.values_list("issued_quantity", flat=True)) == {0}
        assert Output.objects.get().received_quantity == 0
        assert not Reservation.objects.exists()
        now_there = {row.pk: row.quantity for row in Balance.objects.exclude(quantity=0)}
        assert now_there == {key: quantity for key, quantity in life.opening.items() if quantity}
        assert sum(row.quantity for row in WipMove.objects.all()) == 0
        assert not Move.objects.exclude(kind="opening").filter(reverses=None, reversed_by=None).exists()
        transaction.set_rollback(True)
