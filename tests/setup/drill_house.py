"""The plant of the drills as it is started and killed, those who work at it, and what has to be true in the end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2

from p2p.setup import postgres
from tests.setup.conftest import ROOT, Program, family, kept, until
from tests.setup.drill_client import Client, Wish, ask, endless
from tests.setup.drill_plant import CLAIMERS, MOVERS, RECEIVERS, RELEASES, REPORTERS


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
        assert self.web.poll() is None, self.log()
        try:
            return self.ask("planner", "planning/plan-runs/")[0] == 200
        except OSError:
            return False

    def log(self) -> str:
        """What the web program said last, for a failure."""
        return f"the web program ended by itself: {(self.folder / 'web.log').read_text()[-2000:]}"

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
        self.web.communicate(timeout=30)

    def kill_everything(self) -> None:
        """As when the power fails: database, worker and web with all that belongs to them, at the same moment."""
        database, worker = self.server.pid(), int((self.folder / "worker.pid").read_text().split()[0])
        assert database is not None
        running = {each.pid for pid in (database, worker, self.web.pid) for each in family(pid)}
        for pid in running:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.web.communicate(timeout=30)

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

    def receiving(order: str) -> Any:
        return lambda _number: (f"planning/replenishments/{order}/receive/", {"quantity": "1"})

    releases: list[Wish] = [(f"execution/orders/MO-R{number}/release/", {}) for number in range(RELEASES)]
    given = [(each, "operator", endless(reporting(each))) for each in REPORTERS]
    given += [(each, "integrator", endless(moving(each))) for each in MOVERS]
    given += [(each, "integrator", endless(claiming(each))) for each in CLAIMERS]
    given += [(each, "operator", endless(receiving(each))) for each in RECEIVERS]
    clients = [Client(name, house.port, house.tokens[role], wishes, stop) for name, role, wishes in given]
    return [
        *clients,
        Client("release", house.port, house.tokens["supervisor"], iter(releases), stop, pause=0.3),
    ]


@contextmanager
def working(house: House) -> Iterator[list[Client]]:
    """The crowd at work; afterwards it has stopped, and nobody was told anything wrong."""
    stop = threading.Event()
    clients = crowd(house, stop)
    threads = [threading.Thread(target=client.work, name=client.name, daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    try:
        until(lambda: acknowledged(clients) > 60, "the clients work")
        yield clients
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert not [thread.name for thread in threads if thread.is_alive()], "clients that do not stop"
    assert not [wrong for client in clients for wrong in client.wrong]


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


@contextmanager
def storing_a_plan(house: House) -> Iterator[int]:
    """A plan's run, held by a lock where it stores its result: its worker can be killed in the middle for sure."""
    line = house.line()
    with line.cursor() as cursor:
        cursor.execute("lock table planning_proposal in share mode")
        run = start_plan(house)
        until(lambda: state_of(house, run) == "running", "the plan runs")
        waiting = (
            "select count(*) from pg_locks where not granted and relation = 'planning_proposal'::regclass"
        )
        until(lambda: house.query(waiting)[0][0], "the plan stores its result")
        yield run
    line.close()


def state_of(house: House, run: int) -> str:
    return str(house.query("select state from planning_planrun where id = %s", run)[0][0])


def planned_once(house: House, run: int) -> None:
    """The second attempt made the plan, whole, and the key that asked for it asks for no other."""
    attempts, summary = house.query("select attempt, summary from planning_planrun where id = %s", run)[0]
    assert attempts == 2
    made = house.query("select count(*) from planning_proposal where run_id = %s", run)[0][0]
    assert made == summary["proposals"] > 0
    assert start_plan(house) == run
    assert house.query("select count(*) from planning_planrun") == [(1,)]


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
    elif name in RECEIVERS:
        # An answer names what has come in by then: each another piece of those that came.
        rows = house.query(
            "select row_number() over (order by r.id) from planning_replenishmentmove r"
            " join planning_replenishmentorder o on o.id = r.order_id where o.number = %s",
            name,
        )
        named = [int(answer["received_quantity"]) for answer in answers]
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
