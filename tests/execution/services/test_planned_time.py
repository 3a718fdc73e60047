"""Time that is booked without being typed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from execution.services.release import release
from execution.services.report import report
from planning.models import Operation
from strategies.models import RouteGroup
from tests.execution.conftest import Plant, operations
from tests.factories import make_item, make_route

pytestmark = pytest.mark.django_db


@pytest.fixture
def cut(plant: Plant) -> Operation:
    """The first operation of a released order of ten: 300 s setup, 1,000 s run planned, of a route group."""
    plant.fill(100)
    order = plant.order(10)
    release(orders=[order], by=plant.worker)
    first = operations(order)[0]
    group = RouteGroup.objects.create(code="AUTO", name="Books by itself")
    row = make_route(make_item(), [{"route_group": group}]).operations.get()
    first.route_operation, first.setup_seconds, first.run_seconds = row, 300, 1000
    first.save()
    return first


def spent(plant: Plant, cut: Operation, good: int, seconds: int = 0) -> int:
    return report(operation=cut, good=Decimal(good), seconds=seconds, by=plant.worker).seconds


@pytest.mark.parametrize(
    ("books", "first", "second"),
    [
        ({}, 0, 0),
        ({"books_run": True}, 400, 200),
        ({"books_setup": True}, 300, 0),
        ({"books_run": True, "books_setup": True}, 700, 200),
    ],
)
def test_the_planned_share_of_the_pieces_is_booked_where_the_route_group_says_so(
    plant: Plant, cut: Operation, books: dict[str, bool], first: int, second: int
) -> None:
    RouteGroup.objects.update(**books)
    assert (spent(plant, cut, 4), spent(plant, cut, 2)) == (first, second)


def test_time_that_is_typed_is_booked_as_typed(plant: Plant, cut: Operation) -> None:
    RouteGroup.objects.update(books_run=True, books_setup=True)
    assert spent(plant, cut, 4, seconds=77) == 77
