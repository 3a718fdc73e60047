"""Lines are kept supplied: a task for each empty bin, and up to the maximum when a place falls below its minimum."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest

from p2p.core.refusal import Refused
from p2p.inventory.models import StockTask, SupplyRule
from p2p.inventory.services import task_work
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.supply import Bring, bring, call, replenish
from tests.factories import (
    make_item,
    make_location,
    make_locations,
    make_lot,
    make_site,
    make_stock,
    make_user,
)
from tests.inventory.services.test_races import at_once

pytestmark = pytest.mark.django_db


class Line:
    def __init__(self) -> None:
        self.site = make_site("MAIN", locations=False)
        self.places = make_locations(self.site, "A-01", "A-02")
        self.line = make_location(self.site, code="LINE", kind="line_side")
        self.item = make_item("BOLT")
        self.by = make_user("operator")

    def kanban(self, **also: Any) -> SupplyRule:
        said = {"method": "kanban", "card": "KB-1", "bins": 3, "bin_quantity": D(20)}
        return SupplyRule.objects.create(item=self.item, location=self.line, **{**said, **also})

    def min_max(self, **also: Any) -> SupplyRule:
        said = {"minimum": D(10), "maximum": D(40)}
        return SupplyRule.objects.create(item=self.item, location=self.line, **{**said, **also})

    def issue(self, quantity: Any) -> None:
        production = self.places["PRODUCTION"]
        post(
            lines=[
                MoveLine(
                    item=self.item, source=self.line, target=production, quantity=D(quantity), kind="issue"
                )
            ],
            by=self.by,
        )


@pytest.fixture
def line(db: None) -> Line:
    return Line()


def test_the_card_of_an_empty_bin_makes_a_task_from_the_store_to_the_line(line: Line) -> None:
    rule = line.kanban()
    make_stock(line.item, 100, line.places["A-02"])
    task = call(card="kb-1/2", by=line.by)
    assert (task.kind, task.quantity, task.rule, task.reference) == ("supply", D(20), rule, "KB-1/2")
    assert (task.source, task.target) == (line.places["A-02"], line.line)
    assert task_work.do(task=task, by=line.by).state == "done"


def test_a_bin_that_is_scanned_twice_is_called_once_until_it_has_come(line: Line) -> None:
    line.kanban()
    make_stock(line.item, 100, line.places["A-01"])
    first = call(card="KB-1/1", by=line.by)
    assert call(card="KB-1/1", by=line.by).pk == first.pk
    assert StockTask.objects.count() == 1
    task_work.do(task=first, by=line.by)
    assert call(card="KB-1/1", by=line.by).pk != first.pk


def test_a_card_without_a_bin_calls_no_more_bins_than_there_are_and_becomes_urgent(line: Line) -> None:
    line.kanban()
    tasks = [call(card="KB-1", by=line.by) for _each in range(3)]
    assert [task.reference for task in tasks] == ["KB-1/1", "KB-1/2", "KB-1/3"]
    with pytest.raises(Refused, match="All 3 bins of BOLT at LINE are called for already"):
        call(card="KB-1", by=line.by)
    assert set(StockTask.objects.values_list("priority", flat=True)) == {0}


@pytest.mark.parametrize(
    ("card", "sentence"),
    [("KB-2", "no kanban card KB-2"), ("KB-1/4", "no bin 4"), ("KB-1/0", "no bin 0"), ("", "no kanban card")],
)
def test_a_card_or_bin_that_is_not_there_is_named(line: Line, card: str, sentence: str) -> None:
    line.kanban()
    with pytest.raises(Refused, match=sentence):
        call(card=card, by=line.by)
    assert not StockTask.objects.exists()


def test_the_card_of_another_site_or_out_of_use_is_not_known(line: Line) -> None:
    rule = line.kanban()
    with pytest.raises(Refused, match="no kanban card"):
        call(card="KB-1", site=make_site("AWAY"), by=line.by)
    SupplyRule.objects.filter(pk=rule.pk).update(active=False)
    with pytest.raises(Refused, match="no kanban card"):
        call(card="KB-1", by=line.by)


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_two_people_who_scan_one_bin_at_once_make_one_task() -> None:
    line = Line()
    line.kanban()
    found = at_once([lambda: call(card="KB-1/1", by=line.by)] * 2)
    assert found[0] == found[1] and StockTask.objects.count() == 1


def test_an_issue_below_the_minimum_fills_up_to_the_maximum_at_once(line: Line) -> None:
    line.min_max()
    make_stock(line.item, 15, line.line)
    make_stock(line.item, 100, line.places["A-01"])
    line.issue(5)
    assert not StockTask.objects.exists()
    line.issue(4)
    task = StockTask.objects.get()
    assert (task.quantity, task.source, task.priority) == (D(34), line.places["A-01"], 30)
    line.issue(1)
    assert StockTask.objects.count() == 1


def test_a_run_fills_every_place_that_is_below_and_running_twice_makes_nothing_twice(line: Line) -> None:
    line.min_max()
    other = make_item("NUT")
    full = make_location(line.site, code="FULL", kind="line_side")
    SupplyRule.objects.create(item=other, location=full, minimum=D(1), maximum=D(2))
    make_stock(other, 1, full)
    (task,) = replenish(site=line.site, by=line.by)
    assert (task.item, task.quantity, task.source, task.priority) == (line.item, D(40), None, 0)
    assert replenish(site=line.site, by=line.by) == []
    assert replenish(site=make_site("AWAY"), by=line.by) == []


def test_the_store_whose_stock_expires_first_serves_the_line_and_no_stock_twice(line: Line) -> None:
    oil = make_item("OIL", tracking="lot")
    make_stock(oil, 30, line.places["A-01"], lot=make_lot(oil, expires_on="2031-01-01"))
    make_stock(oil, 30, line.places["A-02"], lot=make_lot(oil, expires_on="2030-01-01"))
    wants = [Bring(item=oil, target=line.line, quantity=D(20), reference=f"MO-{each}") for each in (1, 2)]
    assert [task.source for task in bring(wants=wants, by=line.by)] == [
        line.places["A-02"],
        line.places["A-01"],
    ]


def test_what_lies_at_the_line_or_is_kept_there_by_a_rule_is_not_brought(line: Line) -> None:
    make_stock(line.item, 8, line.line)
    want = Bring(item=line.item, target=line.line, quantity=D(10), reference="MO-1")
    assert [task.quantity for task in bring(wants=[want], by=None)] == [D(2)]
    assert bring(wants=[want], by=None) == []
    StockTask.objects.all().delete()
    line.min_max()
    assert bring(wants=[want], by=None) == []


def test_the_nightly_task_fills_up_every_site(line: Line) -> None:
    from p2p.celery import app

    app.loader.import_default_modules()
    line.min_max()
    away = make_location(make_site("AWAY"), code="LINE", kind="line_side")
    SupplyRule.objects.create(item=line.item, location=away, minimum=D(1), maximum=D(2))
    (entry,) = [one for one in app.conf.beat_schedule.values() if one["task"] == "p2p.inventory.replenish"]
    app.tasks[entry["task"]]()
    assert sorted(StockTask.objects.values_list("target__site__code", "quantity")) == [
        ("AWAY", 2),
        ("MAIN", 40),
    ]
