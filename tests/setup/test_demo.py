"""`manage.py demo` when something is in its way, and when it is stopped at a bad moment."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from p2p.setup import locks, postgres
from tests.setup.conftest import Program, family, said, until

pytestmark = pytest.mark.slow

Start = Callable[..., Program]


def stopped(data: Path) -> bool:
    return postgres.Server(data).pid() is None


def started_worker(data: Path, program: Program) -> None:
    until(
        lambda: (data / "worker.pid").exists() or program.poll() is not None,
        "the demo has started its worker",
    )
    assert program.poll() is None, said(program)


def test_a_taken_port_is_said_before_anything_is_started(data: Path, start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        program = start("demo", "--port", str(port))
        words = said(program)
    assert (
        words.strip()
        == f"Port {port} on 127.0.0.1 is taken or not allowed: choose another, for example --port {port + 1}."
    )
    assert program.returncode == 1
    assert not (data / "postgres").exists()


def test_a_second_demo_on_the_same_folder_says_so(data: Path, start: Start) -> None:
    with locks.held(data / "demo.lock", wait=0, busy=""):
        (data / "worker.pid").write_text("1 0.00")
        program = start("demo", "--exit")
        words = said(program)
    assert (data / "worker.pid").read_text() == "1 0.00"  # the worker of the first is still known
    assert words.startswith(f"A demo already works in {data}")
    assert len(words.splitlines()) == 1
    assert program.returncode == 1


def test_ctrl_c_leaves_no_child_and_no_server_behind(plant: Path, start: Start) -> None:
    program = start("demo", "--port", "0")
    started_worker(plant, program)
    children = family(program.pid)[1:]
    assert children, "the worker runs"
    os.kill(program.pid, signal.SIGINT)
    words = said(program)
    if "Open http" in words:  # it was quicker, and stopping what serves is no failure
        assert (program.returncode, words.rstrip().endswith("Stopped.")) == (0, True), words
    else:
        assert program.returncode == 130, words
        assert words.rstrip().endswith("Stopped. The same command goes on from here.")
    assert "Traceback" not in words
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert stopped(plant)
    assert not (plant / "worker.pid").exists()


def test_a_killed_demo_takes_its_worker_and_its_server_with_it(plant: Path, start: Start) -> None:
    program = start("demo", "--port", "0")
    started_worker(plant, program)
    worker = psutil.Process(int((plant / "worker.pid").read_text().split()[0]))
    until(
        lambda: "Watching" in (plant / "worker.log").read_text() or len(worker.children()) >= 2,
        "the worker is up",
    )
    program.kill()
    program.wait(60)
    until(
        lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE,
        "the worker ended by itself",
    )
    until(lambda: stopped(plant), "the last one out stopped the server")


def test_the_doctor_names_the_folder_and_finds_nothing_wrong_before_the_first_start(
    data: Path, start: Start
) -> None:
    program = start("doctor")
    words = said(program)
    assert program.returncode == 0, words
    assert str(data) in words
    assert "Nothing is wrong." in words


def test_the_doctor_fails_when_the_tables_are_not_there(data: Path, start: Start) -> None:
    postgres.Server(data).ensure()
    program = start("doctor")
    words = said(program)
    assert program.returncode == 1, words
    assert "to apply: run 'manage.py migrate'" in words
    assert "attention" in words


def test_ctrl_c_while_tables_are_made_is_one_sentence_and_the_next_start_goes_on(
    data: Path, start: Start
) -> None:
    server = postgres.Server(data)
    program = start("demo", "--port", "0")
    until(server.running, "the database runs")
    os.killpg(program.pid, signal.SIGINT)  # as the terminal does: to everything in the foreground
    words = said(program)
    assert program.returncode == 130, words
    assert words.rstrip().endswith("Stopped. The same command goes on from here.")
    assert "Traceback" not in words
    assert stopped(data)
    assert server.version() is not None
    migrated = start("migrate", "--verbosity", "0")
    assert (said(migrated), migrated.returncode) == ("", 0)
    assert stopped(data)


def test_a_killed_worker_is_started_again_and_none_of_its_children_stay(plant: Path, start: Start) -> None:
    program = start("demo", "--port", "0")
    started_worker(plant, program)
    note = plant / "worker.pid"
    first = psutil.Process(int(note.read_text().split()[0]))
    until(lambda: len(first.children()) >= 2, "the worker has its own children")
    children = first.children()
    first.kill()
    until(lambda: note.read_text().split()[0] != str(first.pid), "another worker took its place")
    until(
        lambda: not [child for child in children if child.is_running()], "the children of the first are gone"
    )
    second = int(note.read_text().split()[0])
    os.kill(program.pid, signal.SIGTERM)
    said(program)
    assert not psutil.pid_exists(second)
    assert stopped(plant)
