"""The suite itself: nothing of a test stays for the next, and no wait is without end."""

from __future__ import annotations

import re
import threading

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.postgresql.psycopg_any import errors

from strategies.models import Item
from tests import quick
from tests.conftest import ROOT, WithoutEnd, an_end
from tests.factories import make_item

pytestmark = pytest.mark.django_db(transaction=True)


class Case:
    """What the emptying of databases reads of a test case."""

    available_apps, serialized_rollback = None, False

    def _databases_names(self, include_mirrors: bool = True) -> list[str]:
        return ["default"]


def left() -> set[str]:
    """Tables that have rows."""
    with connection.cursor() as cursor:
        return set(quick.filled(cursor))


@pytest.mark.parametrize("large", [quick.LARGE, -1], ids=["deleted", "truncated"])
def test_nothing_is_left_of_what_a_test_commits_and_of_its_history(
    monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    Item.objects.filter(pk=make_item().pk).update(name="Changed")
    assert {"strategies_item", "strategies_itemevent"} <= left()
    monkeypatch.setattr(quick, "LARGE", large)
    quick._empty_databases(Case())
    assert left() == set()


def test_a_session_that_a_test_left_at_work_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "PATIENCE", 0.2)
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT 4711")
        with pytest.raises(AssertionError, match=r"left sessions at work: .*idle in transaction.*4711"):
            quick._empty_databases(Case())
    finally:
        other.close()


def test_whoever_waits_for_a_lock_is_told_after_a_while() -> None:
    """A test that locks itself out fails, and does not hold up all others."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("1min",)
    other = connections.create_connection("default")
    try:
        with transaction.atomic(), connection.cursor() as mine, other.cursor() as theirs:
            mine.execute("LOCK TABLE strategies_item")
            theirs.execute("SET lock_timeout = '50ms'")
            with pytest.raises(OperationalError) as told:
                theirs.execute("SELECT FROM strategies_item")
    finally:
        other.close()
    assert isinstance(told.value.__cause__, errors.LockNotAvailable)


def test_a_wait_without_end_fails_and_says_where_each_thread_stands() -> None:
    go = threading.Event()
    waiter = threading.Thread(target=go.wait, args=(60,), name="the one who waits")
    waiter.start()
    try:
        with pytest.raises(WithoutEnd, match="within 1 s") as told, an_end(1):
            waiter.join(50)
    finally:
        go.set()
        waiter.join(20)
    assert "the one who waits" in str(told.value) and "waiter.join(50)" in str(told.value)


def test_every_wait_in_the_tests_has_an_end() -> None:
    """A thread that waits for ever would even keep the program from ending after the watch has failed its test."""
    endless = [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for file in sorted((ROOT / "tests").rglob("*.py"))
        for text in [file.read_text()]
        for line in text.splitlines()
        if re.search(r"\.(join|communicate)\(\)", line)
        or (re.search(r"\.wait\(\)", line) and not re.search(r"Barrier\(.*timeout=", text))
    ]
    assert endless == []
