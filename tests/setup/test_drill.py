"""Everything is killed once, under load: database, worker in the middle of a plan, web. Nothing is lost or doubled."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from p2p.setup import postgres
from tests.setup.conftest import ROOT, Program, kept, said, until
from tests.setup.drill_client import Client, Wish, ask, endless
from tests.setup.drill_plant import CLAIMERS, MOVERS, RELEASES, REPORTERS

pytestmark = [pytest.mark.slow, pytest.mark.broker]


class House:
    """The plant on one data folder: its web program, its worker and its database, each known by its own pid."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = postgres.Server(folder)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        self.tokens: dict[str, str] = json.loads(
            self._run("seed").communicate(timeout=60)[0].splitlines()[-1]
        )
        self.web = self._run("serve", str(self.port))

    def _run(self, *words: str) -> Program:
        told = {"P2P_DATA": str(self.folder), "DJANGO_SETTINGS_MODULE": "tests.setup.drill_settings"}
        with open(self.folder / "web.log", "ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.setup.drill_plant", *words],
                cwd=ROOT, env={**kept(), **told, "P2P_NO_BOOTSTRAP": "1"}, text=True, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip

    def answers(self) -> bool:
        assert self.web.poll() is None, "the web program ended by itself"
        try:
            return self.ask("planner", "planning/plan-runs/")[0] == 200
        except OSError:
            return False

    def ask(self, role: str, path: str, body: Any = None, *, key: str = "") -> tuple[int, Any]:
        return ask(self.port, self.tokens[role], path, body, key=key)

    def kill_database(self) -> None:
        pid = self.server.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    def kill_worker(self) -> int:
        """The worker and its children, which are in its process group; its pid."""
        pid = int((self.folder / "worker.pid").read_text().split()[0])
        os.killpg(pid, signal.SIGKILL)
        return pid

    def kill_web(self) -> None:
        self.web.kill()
        self.web.communicate()

    def serve_again(self) -> None:
        self.web = self._run("serve", str(self.port))

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.line() as line, line.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    def line(self) -> Any:
        return psycopg2.connect(dbname=postgres.PLANT, **self.server.ensure())

    def end(self) -> None:
        if self.web.poll() is None:
            self.web.send_signal(signal.SIGTERM)
        try:
            self.web.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill_web()
        self.server.leave()


@pytest.fixture
def house(plant: Path) -> Iterator[House]:
    made = House(plant)
    yield made
    made.end()


def crowd(house: House, stop: threading.Event) -> list[Client]:
    """Who works: each reporter on its own order, each mover and claimer with its own item, one who releases."""

    def moving(item: str) -> Any:
        line = {"site": "MAIN", "item": item, "source": "STORE", "target": "AISLE", "kind": "transfer"}
        return lambda _number: ("inventory/moves/post-lines/", {"lines": [{**line, "quantity": "1"}]})

    def reporting(order: str) -> Any:
        return lambda _number: (f"execution/operations/{order}~10/report/", {"good": "1"})

    def claiming(item: str) -> Any:
        return lambda _number: (
            "inventory/soft-reservations/",
            {"site": "MAIN", "item": item, "quantity": "1"},
        )

    releases: list[Wish] = [(f"execution/orders/MO-R{number}/release/", {}) for number in range(RELEASES)]
    given = [(each, "operator", endless(reporting(each))) for each in REPORTERS]
    given += [(each, "integrator", endless(moving(each))) for each in MOVERS]
    given += [(each, "integrator", endless(claiming(each))) for each in CLAIMERS]
    clients = [Client(name, house.port, house.tokens[role], wishes, stop) for name, role, wishes in given]
    return [
        *clients,
        Client("release", house.port, house.tokens["supervisor"], iter(releases), stop, pause=0.3),
    ]


def acknowledged(clients: list[Client]) -> int:
    return sum(1 for client in clients for sent in client.sent if sent.answer is not None)


def goes_on(house: House, clients: list[Client], what: str) -> None:
    """Every client has been answered again."""
    before = {client.name: acknowledged([client]) for client in clients}
    until(
        lambda: all(
            client.wrong or acknowledged([client]) > before[client.name] or len(client.sent) == RELEASES
            for client in clients
        ),
        f"all clients are answered {what}",
    )
    assert not [wrong for client in clients for wrong in client.wrong]


def start_plan(house: House) -> int:
    """Ask for a plan; its run's row."""
    wish = {"site": "MAIN", "from_date": "2026-01-01", "to_date": "2027-12-31"}
    status, answer = house.ask("planner", "planning/plan-runs/start/", wish, key="plan")
    assert status == 202, answer
    return int(house.query("select max(id) from planning_planrun")[0][0])


def state_of(house: House, run: int) -> str:
    return str(house.query("select state from planning_planrun where id = %s", run)[0][0])


def worker_dies_while_it_plans(house: House) -> int:
    """A lock holds the plan where it stores its result, so that the worker is killed in the middle for sure."""
    line = house.line()
    with line.cursor() as cursor:
        cursor.execute("lock table planning_proposal in share mode")
        run = start_plan(house)
        until(lambda: state_of(house, run) == "running", "the plan runs")
        waiting = (
            "select count(*) from pg_locks where not granted and relation = 'planning_proposal'::regclass"
        )
        until(lambda: house.query(waiting)[0][0], "the plan stores its result")
        first = house.kill_worker()
    line.close()
    until(lambda: str(first) not in (house.folder / "worker.pid").read_text(), "another worker is there")
    return run


def check(house: House, clients: list[Client]) -> None:
    """Each acknowledged request once; each given-up one at most once; nothing besides."""
    for client in clients:
        sure = [sent for sent in client.sent if sent.answer is not None]
        perhaps = len(client.sent) - len(sure)
        there = effects(house, client.name, [sent.answer for sent in sure])
        assert len(sure) <= there <= len(sure) + perhaps, (client.name, len(sure), there, perhaps)
        assert len(sure) >= 3, client.name


def effects(house: House, name: str, answers: list[Any]) -> int:
    """How often the client's wish came true, after looking that each answer names a row of its own."""
    if name in REPORTERS:
        rows = house.query(
            "select r.number from execution_report r join planning_operation o on o.id = r.operation_id"
            " join planning_productionorder p on p.id = o.order_id where p.number = %s",
            name,
        )
        named = [answer["number"] for answer in answers]
    elif name in CLAIMERS:
        rows = house.query(
            "select s.id from inventory_softreservation s join strategies_item i on i.id = s.item_id"
            " where i.number = %s",
            name,
        )
        named = [answer["id"] for answer in answers]
    elif name in MOVERS:
        rows = house.query(
            "select m.id from inventory_move m join strategies_item i on i.id = m.item_id"
            " where i.number = %s and m.kind = 'transfer'",
            name,
        )
        named = [answer[0]["id"] for answer in answers]
        there = house.query(
            "select b.quantity from inventory_balance b join strategies_item i on i.id = b.item_id"
            " join strategies_location l on l.id = b.location_id where i.number = %s and l.code = 'AISLE'",
            name,
        )
        assert there[0][0] == len(rows)
    else:
        rows = house.query(
            "select p.number from execution_picklist k join planning_productionorder p on p.id = k.order_id"
            " where p.number like 'MO-R%%' and p.state = 'released'"
        )
        named = [answer["number"] for answer in answers]
    assert len(named) == len(set(named))
    assert len(rows) == len(set(rows))
    assert {(each,) for each in named} <= set(rows)
    return len(rows)


def test_a_plant_whose_parts_are_all_killed_keeps_every_answer_it_gave_exactly_once(
    house: House, start: Any
) -> None:
    until(house.answers, "the plant answers")
    rows = [
        {"number": "SO-1", "line": line, "kind": "sales", "source_system": "shop", "site": "MAIN", "item": "TRIKE",
         "unit": "EA", "quantity": "5", "ordered_on": "2026-03-01", "due_on": "2026-12-20"}
        for line in range(1, 40)
    ]  # fmt: skip
    assert house.ask("planner", "planning/demand/bulk/", rows, key="demand")[0] == 200
    stop = threading.Event()
    clients = crowd(house, stop)
    threads = [threading.Thread(target=client.work, name=client.name) for client in clients]
    for thread in threads:
        thread.start()
    try:
        until(lambda: acknowledged(clients) > 60, "the clients work")
        house.kill_database()
        goes_on(house, clients, "after the database was killed")
        run = worker_dies_while_it_plans(house)
        goes_on(house, clients, "after the worker was killed")
        house.kill_web()
        time.sleep(0.5)
        house.serve_again()
        goes_on(house, clients, "after the web program was killed")
        until(lambda: state_of(house, run) == "done", "the plan is finished by another worker")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not [wrong for client in clients for wrong in client.wrong]
    attempts, summary = house.query("select attempt, summary from planning_planrun where id = %s", run)[0]
    assert attempts == 2
    made = house.query("select count(*) from planning_proposal where run_id = %s", run)[0][0]
    assert made == summary["proposals"] > 0
    status, replayed = house.ask("planner", "planning/plan-runs/start/", {
        "site": "MAIN", "from_date": "2026-01-01", "to_date": "2027-12-31"}, key="plan")  # fmt: skip
    assert (status, house.query("select count(*) from planning_planrun")) == (202, [(1,)]), replayed
    check(house, clients)
    ledger = start("check_ledger")
    words = said(ledger)
    assert ledger.returncode == 0, words
    assert "The ledger is sound" in words
