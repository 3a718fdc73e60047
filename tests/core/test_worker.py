"""A real worker process behind the real broker: started on commit, killed in the middle, taken up again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from django.db import connection, transaction

from p2p.core import clock, runs
from p2p.core.models import Journal
from strategies.models import ImportRun
from tests.factories import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.broker, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def worker(settings, tmp_path):
    """A worker for the test's database, which performs imports by `die_once`."""
    settings.RUNS = "celery"
    where = {
        key: connection.settings_dict[key] for key in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")
    }
    broker = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    given = {"database": where, "broker": broker, "job": "tests.core.jobs.die_once"}
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "tests.core.worker_app",
        "worker",
        "-Q",
        "heavy,light",
        "-c",
        "1",
    ]
    env = {**os.environ, "P2P_TEST_WORKER": json.dumps(given), "P2P_PARENT": str(os.getpid())}
    with open(tmp_path / "worker.log", "wb") as log:
        child = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
    yield tmp_path / "worker.log"
    family = [child.pid, *(each.pid for each in psutil.Process(child.pid).children(recursive=True))]
    for pid in family:
        if psutil.pid_exists(pid):
            psutil.Process(pid).kill()
    child.wait(10)


def wait_for(run, seconds=60, **expected) -> None:
    """Until the row says so, or what the row says instead."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        run.refresh_from_db()
        if all(getattr(run, key) == value for key, value in expected.items()):
            return
        time.sleep(0.1)
    raise AssertionError(f"{run.state} attempt {run.attempt} {run.phase} {run.problem}, not {expected}")


def test_a_run_whose_worker_is_killed_is_taken_up_by_the_next_and_ends_well(worker, settings):
    with transaction.atomic():
        run = runs.start(run=ImportRun(title="f"), by=make_user())
    try:
        wait_for(run, state="running", attempt=1)
        settings.RUN_SILENCE = 3
        end = time.monotonic() + 60
        while run.attempt == 1 and run.state == "running" and time.monotonic() < end:
            time.sleep(0.3)
            runs.sweep()
            run.refresh_from_db()
        wait_for(run, state="done", attempt=2)
    except AssertionError as late:
        raise AssertionError(f"{late}\n{worker.read_text(errors='replace')[-3000:]}") from None
    assert run.summary["attempt"] == 2
    assert clock.machine_now() - run.heartbeat_at < timedelta(minutes=2)
    assert list(Journal.objects.order_by("id").values_list("fact", flat=True)) == [
        "core.RunAsked",
        "core.RunEnded",
    ]
