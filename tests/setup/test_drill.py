"""Everything is killed under load, one after the other and all at once. Nothing is lost or doubled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.setup.conftest import said, until
from tests.setup.drill_house import House, check, goes_on, planned_once, state_of, storing_a_plan, working

pytestmark = [pytest.mark.slow, pytest.mark.broker]


@pytest.fixture
def house(plant: Path) -> Iterator[House]:
    """With something to plan."""
    made = House(plant)
    try:
        until(made.answers, "the plant answers")
        rows = [
            {"number": "SO-1", "line": line, "kind": "sales", "source_system": "shop", "site": "MAIN",
             "item": "TRIKE", "unit": "EA", "quantity": "5", "ordered_on": "2026-03-01", "due_on": "2026-12-20"}
            for line in range(1, 40)
        ]  # fmt: skip
        assert made.ask("planner", "planning/demand/bulk/", rows, key="demand")[0] == 200
        yield made
    finally:
        made.end()


def worker_dies_while_it_plans(house: House) -> int:
    with storing_a_plan(house) as run:
        first = house.kill_worker()
    until(lambda: str(first) not in (house.folder / "worker.pid").read_text(), "another worker is there")
    return run


def the_ledger_is_sound(start: Any) -> None:
    ledger = start("check_ledger")
    words = said(ledger)
    assert ledger.returncode == 0, words
    assert "The ledger is sound" in words


def test_a_plant_whose_parts_are_all_killed_keeps_every_answer_it_gave_exactly_once(
    house: House, start: Any
) -> None:
    with working(house) as clients:
        house.kill_database()
        goes_on(house, clients, "after the database was killed")
        run = worker_dies_while_it_plans(house)
        goes_on(house, clients, "after the worker was killed")
        house.kill_web()
        time.sleep(0.5)
        house.serve_again()
        goes_on(house, clients, "after the web program was killed")
        until(lambda: state_of(house, run) == "done", "the plan is finished by another worker")
    planned_once(house, run)
    check(house, clients)
    the_ledger_is_sound(start)


def test_a_plant_that_loses_its_power_in_the_middle_of_work_goes_on_where_it_was(
    house: House, start: Any
) -> None:
    """Database, worker and web are killed at the same moment, with a plan half stored and requests under way."""
    with working(house) as clients:
        with storing_a_plan(house) as run:
            house.kill_everything()
        house.serve_again()
        until(house.answers, "the plant answers again")
        goes_on(house, clients, "after everything was killed")
        until(lambda: state_of(house, run) == "done", "the plan is finished by another worker")
    planned_once(house, run)
    for client in clients:
        client.repeat(5)
    check(house, clients)
    the_ledger_is_sound(start)
