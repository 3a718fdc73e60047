"""A worker that is killed in the middle of an import leaves nothing half-saved, and the next one finishes it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.db import connection

from p2p.core import runs
from p2p.core.runs.performing import perform
from strategies.models import ImportRun, Item, Unit
from strategies.services.importer import import_file
from tests.factories import make_user

pytestmark = [pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[4]


def archive(lines: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as found:
        found.writestr("units.csv", "code,name\nEA,Each\n")
        rows = "".join(f"N{place},Part {place},EA\n" for place in range(lines))
        found.writestr("items.csv", "number,name,unit\n" + rows)
    return buffer.getvalue()


def test_an_import_whose_worker_is_killed_is_finished_by_the_next(settings):
    settings.RUNS = "celery"
    run = import_file(content=archive(3000), name="plant.zip", by=make_user("engineer"))
    where = {
        key: connection.settings_dict[key] for key in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")
    }
    told = {"database": where, "media": str(settings.MEDIA_ROOT)}
    worker = subprocess.run(
        [sys.executable, "-m", "tests.strategies.services.importer.dying", str(run.pk)],
        cwd=ROOT, env={**os.environ, "P2P_DYING": json.dumps(told)}, capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert worker.returncode == -signal.SIGKILL, worker.stderr.decode()[-2000:]
    run.refresh_from_db()
    assert (run.state, run.attempt) == ("running", 1)
    assert not Unit.objects.exists()
    assert not Item.objects.exists()

    settings.RUN_SILENCE = -1
    settings.RUNS = "inline"
    assert runs.sweep() > 0
    perform("strategies.importrun", run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempt, run.summary["saved"]) == ("done", 2, True)
    assert (Unit.objects.count(), Item.objects.count()) == (1, 3000)
    assert ImportRun.objects.count() == 1
