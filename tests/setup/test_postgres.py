"""The life of the embedded server: started once, found again, recovered, stopped by the last one out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg2
import pytest

from p2p.setup import binaries, leases, postgres
from p2p.setup.trouble import Trouble
from tests.setup.conftest import ROOT, Program, said, until

pytestmark = pytest.mark.slow

USE_IT = "import sys, pathlib as p; from p2p.setup import holding; holding.address(p.Path(sys.argv[1]))"


def ask(server: postgres.Server, statement: str) -> object:
    line = psycopg2.connect(dbname=postgres.PLANT, **server.ensure())
    try:
        with line, line.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        line.close()


def use_elsewhere(data: Path) -> None:
    """Another program connects, and exits."""
    subprocess.run([sys.executable, "-c", USE_IT, str(data)], cwd=ROOT, check=True, timeout=120)


def test_a_second_caller_finds_the_server_that_the_first_one_started(data: Path) -> None:
    first = postgres.Server(data)
    where = first.ensure()
    assert first.pid() is not None
    second = postgres.Server(data)
    assert second.ensure() == where
    assert second.pid() == first.pid()


def test_rows_survive_a_killed_server_and_the_next_caller_starts_it_again(data: Path) -> None:
    server = postgres.Server(data)
    ask(server, "create table kept as select 42 as answer")
    killed = server.pid()
    assert killed
    os.kill(killed, signal.SIGKILL)
    until(lambda: server.running() is None, "the killed server is gone")
    assert ask(server, "select answer from kept") == 42
    assert server.pid() != killed


def test_the_last_one_out_stops_the_server_and_nobody_before(data: Path) -> None:
    server = postgres.Server(data)
    server.ensure()
    use_elsewhere(data)
    assert server.running(), "another program left, and took the server with it"
    server.leave()
    assert server.running() is None
    assert server.pid() is None


def test_a_newcomer_waits_until_a_server_on_its_way_down_is_down(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = postgres.Server(data)
    first.ensure()
    stopping, stop = threading.Event(), postgres.Server._stop

    def slowly(server: postgres.Server) -> None:
        stopping.set()
        time.sleep(1)
        stop(server)

    monkeypatch.setattr(postgres.Server, "_stop", slowly)
    last_out = threading.Thread(target=first.leave)
    last_out.start()
    assert stopping.wait(30)
    where = postgres.Server(data).ensure()
    last_out.join(60)
    psycopg2.connect(dbname=postgres.PLANT, **where).close()


def test_a_program_that_started_the_server_stops_it_when_it_exits(data: Path) -> None:
    use_elsewhere(data)
    server = postgres.Server(data)
    assert server.version() is not None
    assert server.pid() is None


def test_the_lease_of_a_killed_program_does_not_keep_the_server_running(data: Path) -> None:
    server = postgres.Server(data)
    server.ensure()
    sleeper = subprocess.Popen(
        [sys.executable, "-c", f"{USE_IT}; input()", str(data)], cwd=ROOT, stdin=subprocess.PIPE
    )
    until(lambda: sleeper.pid in leases.alive(server.users), "the other program has its lease")
    sleeper.kill()
    sleeper.communicate(timeout=30)
    server.leave()
    assert server.pid() is None


def test_data_of_another_major_version_are_refused_and_left_as_they_are(data: Path) -> None:
    server = postgres.Server(data)
    server.ensure()
    server.stop()
    note = server.cluster / "PG_VERSION"
    note.write_text("13\n")
    with pytest.raises(
        Trouble, match=r"belong to PostgreSQL 13, but the programs .* are PostgreSQL \d+: set P2P_PG_BIN"
    ):
        postgres.Server(data).ensure()
    assert note.read_text() == "13\n"
    assert (server.cluster / "base").is_dir()


def test_a_half_made_cluster_is_made_anew(data: Path) -> None:
    server = postgres.Server(data)
    for name in ("cluster", "cluster.draft"):
        (server.folder / name / "base").mkdir(parents=True)
    assert ask(server, "select 1") == 1


def test_a_server_whose_start_was_interrupted_is_taken_over(data: Path) -> None:
    server = postgres.Server(data)
    server.ensure()
    server.told.unlink()  # as when the starter was killed before it wrote the address down
    assert ask(server, "select 1") == 1


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_below_a_private_folder_root_finds_another_place_and_opens_nothing(data: Path) -> None:
    home = data.parent / "home"
    home.mkdir(mode=0o700)
    server = postgres.Server(home / "plant" / "data")
    try:
        assert ask(server, "select 1") == 1
        assert home.stat().st_mode & 0o777 == 0o700
        assert home not in server.folder.parents
        owner = psutil.Process(server.pid()).uids().real
        assert owner != 0
    finally:
        server.remove()


def test_p2p_pg_bin_is_asked_first_and_named_when_it_is_wrong(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P2P_PG_BIN", "/nowhere/bin")
    with pytest.raises(Trouble, match="P2P_PG_BIN names /nowhere/bin"):
        binaries.find()


def test_a_deep_data_folder_gets_its_socket_elsewhere(data: Path) -> None:
    deep = data / ("d" * 60) / ("e" * 60)
    server = postgres.Server(deep)
    try:
        assert ask(server, "select 1") == 1
        assert not server.sockets.is_relative_to(deep)
    finally:
        server.remove()


def test_loading_the_settings_and_the_models_starts_nothing(data: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=ROOT,
        env={**kept, "P2P_DATA": str(data), "DJANGO_SETTINGS_MODULE": "p2p.settings"},
        check=True,
        timeout=120,
    )
    assert sorted(path.name for path in data.iterdir()) == ["secret-key"]
    assert (data / "secret-key").stat().st_mode & 0o077 == 0


def test_a_dump_is_taken_with_the_tools_that_came_along(data: Path, start: Callable[..., Program]) -> None:
    ask(postgres.Server(data), "create table kept as select 'a row to keep' as told")
    dump = data.parent / "plant.sql"
    program = start("pg", "dump", "--file", str(dump))
    assert (said(program), program.returncode) == ("", 0)
    assert "a row to keep" in dump.read_text()
