"""Engines are plain Python: no framework, no clock, no chance but a seed."""

from __future__ import annotations

import ast
import subprocess
import sys

from tests.architecture.source import ROOT, Source, apps, dotted, report
from tests.architecture.test_direction import imported

FORBIDDEN = ("django", "rest_framework", "celery", "psycopg2", "kombu", "pghistory", "p2p.core.models")
CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.datetime.now",
    "date.today",
    "datetime.date.today",
    "time.time",
    "time.monotonic",
    "time.perf_counter",
    "timezone.now",
    "clock.now",
    "now",
    "monotonic",
    "perf_counter",
    "uuid4",
    "uuid.uuid4",
    "random.random",
    "random.choice",
    "random.shuffle",
    "random.randint",
    "os.urandom",
    "np.random.rand",
    "numpy.random.rand",
}


def engines() -> list[Source]:
    """Every file of an engine."""
    return [source for source in apps() if "engine" in source.rooms]


def framework_in(source: Source) -> list[str]:
    """Imports of the framework, the database or a worker."""
    return [
        source.at(node, f"imports {name}") for node, name in imported(source) if name.startswith(FORBIDDEN)
    ]


def clock_in(source: Source) -> list[str]:
    """Calls that give another answer every time."""
    return [
        source.at(node, f"calls {dotted(node.func)}()")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and dotted(node.func) in CLOCKS
    ]


def test_engines_import_no_framework():
    assert len(engines()) > 5
    offences = [offence for source in engines() for offence in framework_in(source)]
    assert not offences, report(offences)


def test_engines_ask_no_clock_and_no_dice():
    offences = [offence for source in engines() for offence in clock_in(source)]
    assert not offences, report(offences)


def test_engines_load_where_the_framework_is_not_installed():
    modules = [source.module for source in engines()]
    blocked = "import sys\nfor name in ('django', 'rest_framework', 'celery', 'psycopg2'): sys.modules[name] = None\n"
    script = f"{blocked}import importlib\nfor name in {modules!r}: importlib.import_module(name)\n"
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]


def test_a_framework_a_clock_and_a_die_are_seen():
    bad = Source(
        "planning/engine/x.py", "from django.db import models\nt = datetime.now()\nr = random.random()"
    )
    assert len(framework_in(bad)) == 1
    assert len(clock_in(bad)) == 2
    good = Source("planning/engine/x.py", "import random\nr = random.Random(7).random()\nsay('now')")
    assert framework_in(good) == clock_in(good) == []
