"""A production plant refuses settings that only suit a first look, and its commands run on real servers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from p2p.setup.processes import end_tree
from tests.deploy.test_compose import ROOT, words
from tests.setup.conftest import until

GOOD = {
    "P2P_PRODUCTION": "1",
    "P2P_SECRET_KEY": "a-secret-for-tests-that-is-long-enough-0123456789",
    "P2P_HOSTS": "plant.example",
    "DATABASE_URL": "postgres://p2p@127.0.0.1:5432/p2p",
    "P2P_NO_BOOTSTRAP": "1",
}
BARE = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith("P2P_") and name not in {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
}


def load(tmp_path: Path, **changed: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a program of their own."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "import p2p.settings as s; print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.ALLOWED_HOSTS)",
        ],
        cwd=ROOT,
        env={**BARE, **GOOD, "P2P_DATA": str(tmp_path), **changed},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_good_settings_are_taken_and_debug_pages_stay_off(tmp_path: Path) -> None:
    loaded = load(tmp_path, P2P_DEBUG="1")
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.strip() == "False True ['plant.example']"


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"P2P_SECRET_KEY": ""}, "P2P_SECRET_KEY"),
        ({"P2P_SECRET_KEY": "change-me"}, "P2P_SECRET_KEY"),
        ({"P2P_SECRET_KEY": "change-me" * 9}, "P2P_SECRET_KEY"),
        ({"P2P_SECRET_KEY": "too-short"}, "P2P_SECRET_KEY"),
        ({"P2P_HOSTS": ""}, "P2P_HOSTS"),
        ({"P2P_HOSTS": "*"}, "P2P_HOSTS"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:///plant.db"}, "DATABASE_URL"),
    ],
)
def test_settings_of_a_first_look_are_refused(tmp_path: Path, changed: dict[str, str], named: str) -> None:
    loaded = load(tmp_path, **changed)
    assert loaded.returncode != 0
    last = loaded.stderr.strip().splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured:")
    assert named in last


def test_the_demo_leaves_a_production_plant_alone(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "manage.py", "demo", "--exit"],
        cwd=ROOT,
        env={**BARE, **GOOD, "P2P_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert (
        ended.stderr.strip() == "This is a production plant (P2P_PRODUCTION=1): the demo does not touch it."
    )


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    with open(log, "wb") as output:
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield
        assert child.poll() is None, log.read_text()
    finally:
        end_tree(child.pid)
        child.wait(60)


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of docker-compose.yml, on the servers of this run and in a database of its own."""
    server, redis = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if not server or not redis:
        pytest.skip("needs a PostgreSQL and a Redis of its own: DATABASE_URL and REDIS_URL")
    address = server.rsplit("/", 1)[0]
    line = psycopg2.connect(f"{address}/postgres")
    line.autocommit = True
    with line.cursor() as cursor:
        cursor.execute("drop database if exists p2p_deploy with (force)")
        cursor.execute("create database p2p_deploy")
    yield {
        **BARE,
        **GOOD,
        "DATABASE_URL": f"{address}/p2p_deploy",
        "REDIS_URL": redis.rsplit("/", 1)[0] + "/9",
        "P2P_DATA": str(tmp_path / "data"),
        "P2P_STATIC": str(tmp_path / "static"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    with line.cursor() as cursor:
        cursor.execute("drop database if exists p2p_deploy with (force)")
    line.close()


def fetch(url: str, host: str, *, secure: bool = True) -> int:
    headers = {"Host": host, **({"X-Forwarded-Proto": "https"} if secure else {})}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@pytest.mark.broker
@pytest.mark.slow
def test_the_commands_of_the_compose_file_make_a_plant_that_answers(
    plant: dict[str, str], tmp_path: Path
) -> None:
    for command in ([sys.executable, "manage.py", "collectstatic", "--noinput"], words("migrate")):
        subprocess.run(command, cwd=ROOT, env=plant, check=True, timeout=180, capture_output=True)
    web = [word.replace("0.0.0.0:8000", "127.0.0.1:18437") for word in words("web")]
    base = "http://127.0.0.1:18437"
    with (
        running(web, plant, tmp_path / "web.log"),
        running(words("worker-light"), plant, tmp_path / "light.log"),
        running(words("worker-heavy"), plant, tmp_path / "heavy.log"),
        running([*words("beat")[:-2], f"--schedule={tmp_path}/beat"], plant, tmp_path / "beat.log"),
    ):
        until(lambda: fetch(f"{base}/healthz", "127.0.0.1", secure=False) == 200, "the web answers")
        until(lambda: fetch(f"{base}/login/", "plant.example") == 200, "the log-in page is served")
        assert fetch(f"{base}/login/", "elsewhere.example") == 400
        doctor = [sys.executable, "manage.py", "doctor"]
        end = time.monotonic() + 60
        while True:
            told = subprocess.run(
                doctor, cwd=ROOT, env=plant, capture_output=True, text=True, timeout=60, check=False
            )
            if "heavy@" in told.stdout and "light@" in told.stdout:
                break
            assert time.monotonic() < end, told.stdout + told.stderr
        assert told.returncode == 0, told.stdout
