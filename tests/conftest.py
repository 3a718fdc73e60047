"""What every test may rely on: a data folder of its own, quick passwords, shared cases, perhaps a browser."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.internal.conjecture import engine as shrinking

# A busy machine draws its examples slowly; that says nothing about what is tested.
hypothesis_settings.register_profile("p2p", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("p2p")
# A counterexample that is still long after a minute is told as it is: it was searched on for five.
shrinking.MAX_SHRINKING_SECONDS = 60

LOCK_PATIENCE, LIMIT, SLOW_LIMIT = 60, 240, 480  # seconds: for a lock, for a test, for one marked slow

ROOT = Path(__file__).resolve().parent.parent


def chromium() -> str | None:
    """P2P_CHROMIUM, then PATH."""
    named = os.environ.get("P2P_CHROMIUM")
    if named:
        return named
    return next(
        (
            found
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (found := shutil.which(name))
        ),
        None,
    )


def pytest_configure(config: pytest.Config) -> None:
    """Attachments, messages to workers and the embedded database of tests stay away from a real plant's."""
    from django.conf import settings

    own = Path(tempfile.mkdtemp(prefix="p2p-test-"))
    config.add_cleanup(lambda: shutil.rmtree(own, ignore_errors=True))
    if not settings.DATABASE_URL:
        # in the environment too: for pytest's own processes, and for workers that tests start
        folder = os.environ.setdefault("P2P_TEST_DATA", str(settings.P2P_DATA / "test"))
        os.environ["P2P_DATA"] = folder
        settings.P2P_DATA, settings.P2P_DURABLE = Path(folder), False
    settings.MEDIA_ROOT = own / "attachments"
    if not settings.REDIS_URL:
        from p2p.settings import folder_broker

        settings.CELERY_BROKER_TRANSPORT_OPTIONS = folder_broker(own)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    options = settings.DATABASES["default"]["OPTIONS"]
    options["options"] = f"{options.get('options', '')} -c lock_timeout={LOCK_PATIENCE}s".strip()
    from tests import quick

    quick.install()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """No test waits for ever: it fails, and says where each of its threads stands."""
    with an_end(SLOW_LIMIT if item.get_closest_marker("slow") else LIMIT):
        return (yield)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What one test's plant left in this process is not the next one's: its time zone made the evening's day another.
    A cache in Redis is shared with the queue and with other processes, and stays."""
    from django.conf import settings
    from django.core.cache import cache

    if not settings.REDIS_URL:
        cache.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if chromium() is None:
        missing = pytest.mark.skip(reason="no Chromium: set P2P_CHROMIUM or install one")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(missing)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where a browser is required, a journey that was skipped has failed."""
    report = yield
    if report.skipped and os.environ.get("P2P_BROWSER") == "required" and item.get_closest_marker("browser"):
        report.outcome, report.longrepr = "failed", f"skipped, though P2P_BROWSER=required: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference cases; P2P_SHARED names another of the same shape."""
    folder = Path(os.environ.get("P2P_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        pytest.skip(f"no reference cases at {folder}")
    return folder


class WithoutEnd(BaseException):
    """Not caught by what catches every Exception, or goes on to look for a simpler one."""


@contextmanager
def an_end(seconds: int) -> Iterator[None]:
    """After so many seconds the main thread fails, whatever it does or waits for in Python."""

    def stop(_signal: int, _frame: object) -> None:
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        stacks = [
            f"--- {names.get(ident, ident)}\n{''.join(traceback.format_stack(frame))}"
            for ident, frame in sys._current_frames().items()
        ]
        raise WithoutEnd(f"this does not come to an end within {seconds} s\n{''.join(stacks)}")

    was = signal.signal(signal.SIGALRM, stop)
    before = signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, was)
        signal.alarm(before)


@pytest.fixture
def comes_to_an_end() -> Iterator[None]:
    """Whoever walks millions of ways fails here, and does not hold up all other tests."""
    with an_end(120):
        yield
