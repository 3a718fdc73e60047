"""To go: ordered, less good, less scrap, and no more than the operations before can still bring."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest

from execution import selectors
from execution.services.finish import finish_operation
from execution.services.release import release
from execution.services.report import report
from p2p.pages.floor.figures import Figures, figures_of, job_now
from planning.models import OperationLink, ProductionOrder
from tests.factories import make_group, make_item, make_order, make_reason, make_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> ProductionOrder:
    """Ten through two operations, the second after the first."""
    site = make_site()
    group = make_group(site)
    made = make_order(make_item(), 10, site=site, operations=[{"group": group}, {"group": group}])
    release(orders=[made], by=None)
    assert OperationLink.objects.filter(before__order=made).count() == 1
    return made


def figures(order: ProductionOrder, number: int) -> Figures:
    row = selectors.operations().get(order=order, number=number)
    return figures_of(row, job_now(row))


def book(order: ProductionOrder, number: int, good: int, scrap: int = 0) -> None:
    reason: Any = make_reason() if scrap else None
    report(
        operation=order.operations.get(number=number), good=D(good), scrap=D(scrap), reason=reason, by=None
    )


def test_scrap_is_neither_good_nor_to_be_done_again(order: ProductionOrder) -> None:
    book(order, 10, 6, 1)
    now = figures(order, 10)
    assert (now.good, now.scrap, now.togo, now.over) == (D(6), D(1), D(3), D(0))


def test_what_was_scrapped_before_does_not_come(order: ProductionOrder) -> None:
    book(order, 10, 6, 1)
    assert (figures(order, 20).togo, figures(order, 20).there) == (D(9), D(6))
    book(order, 20, 4, 1)
    assert (figures(order, 20).togo, figures(order, 20).there) == (D(4), D(1))


def test_an_operation_finished_short_brings_no_more(order: ProductionOrder) -> None:
    book(order, 10, 6)
    finish_operation(operation=order.operations.get(number=10), by=None)
    assert (figures(order, 10).togo, figures(order, 20).togo) == (D(0), D(6))


def test_the_one_tap_for_all_takes_no_more_than_is_there(order: ProductionOrder) -> None:
    book(order, 10, 6)
    assert figures(order, 10).quick[-1] == ("All 4", "4")
    assert figures(order, 20).quick[-1] == ("All 6", "6")
    book(order, 20, 6)
    assert [words for words, _typed in figures(order, 20).quick] == ["+1", "+5", "+10"]


def test_beyond_the_order_nothing_is_to_go(order: ProductionOrder) -> None:
    order.site.over_report_fraction = D("0.5")
    order.site.save()
    book(order, 10, 12)
    now = figures(order, 10)
    assert (now.togo, now.over, now.limit) == (D(0), D(2), D(15))


def test_good_and_scrap_each_in_their_place_when_scrap_is_replaced(order: ProductionOrder) -> None:
    book(order, 10, 9, 1)
    assert figures(order, 10).togo == D(0)
    book(order, 10, 1)
    now = figures(order, 10)
    assert (now.good, now.scrap, now.togo, now.over) == (D(10), D(1), D(0), D(0))
