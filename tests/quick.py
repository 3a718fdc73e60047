"""What makes the suite quick without changing what it proves: how its database is made, and how it is emptied."""

from __future__ import annotations

import time
from typing import Any

from django.core.management import CommandError
from django.db import OperationalError, connections
from django.db.backends.base.creation import BaseDatabaseCreation
from django.db.migrations.state import ProjectState
from django.test import TransactionTestCase

MADE_BY_MIGRATIONS = ("django_migrations", "django_content_type", "auth_permission")
LARGE = 4_000_000  # bytes of a table from which on its dead rows are in the way: it is truncated
TIMES = 5
TABLES = """
    SELECT quote_ident(relname) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1
"""
# As truncating does: what a table held in another test says nothing of how many rows it will have.
UNKNOWN = """
    UPDATE pg_class SET reltuples = -1, relpages = 0
    WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace AND reltuples >= 0;
"""
PATIENCE = 60  # seconds until a session that others left at work is an error


def install() -> None:
    """For the whole run, before the database is made."""
    TransactionTestCase._fixture_teardown = _empty_databases
    BaseDatabaseCreation.create_test_db = _create_test_db
    ProjectState.add_model = _add_model


def _create_test_db(creation: Any, *given: Any, **named: Any) -> str:
    """A test holds its rows in a transaction that only it sees: whoever counts a table meanwhile finds none, and every
    later join of that test is planned for none. So nobody counts by himself."""
    made: str = CREATE(creation, *given, **named)
    with creation.connection.cursor() as cursor:
        cursor.execute(TABLES)
        for (one,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {one} SET (autovacuum_enabled = false)")
    return made


def _empty_databases(case: Any) -> None:
    """After a test that commits: instead of truncating 200 tables, delete from the few that have rows."""
    for name in case._databases_names(include_mirrors=False):
        for _ in range(TIMES):
            _wait_for_others(name)
            if _emptied(case, name):
                break
        else:
            raise AssertionError("the test left sessions at work that write again and again")


def _emptied(case: Any, name: str) -> bool:
    """Whether nothing is left. A browser's last request may be under way still: it may write a row meanwhile, and
    truncating may wait for it in a circle."""
    try:
        if not _deleted(name):
            FLUSH(case)
    except (OperationalError, CommandError) as error:
        if "deadlock detected" not in str(error.__cause__ or error):
            raise
        return False
    with connections[name].cursor() as cursor:
        return not filled(cursor)


def _wait_for_others(name: str) -> None:
    """What another session commits later would stay for the next test."""
    sentence = (
        "SELECT pid, state, query FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'"
    )
    end = time.monotonic() + PATIENCE
    with connections[name].cursor() as cursor:
        while True:
            cursor.execute(sentence)
            if not (left := cursor.fetchall()):
                return
            assert time.monotonic() < end, f"the test left sessions at work: {left}"
            time.sleep(0.02)


def _deleted(name: str) -> bool:
    """Whether deleting was possible: triggers and constraints are passed over, which only a superuser may."""
    with connections[name].cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        if cursor.fetchone()[0] != "on":
            return False
        tables = filled(cursor)
        if any(size > LARGE for size in tables.values()):
            return False
        deletes = "".join(f"DELETE FROM {one};" for one in tables)
        cursor.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {deletes} {UNKNOWN} COMMIT")
    return True


def filled(cursor: Any) -> dict[str, int]:
    """Tables that have rows, and their sizes. Most of 200 have no page at all, which is quickly said."""
    cursor.execute(
        "SELECT quote_ident(relname), pg_relation_size(oid) FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s) AND pg_relation_size(oid) > 0",
        [list(MADE_BY_MIGRATIONS)],
    )
    sizes = dict(cursor.fetchall())
    if not sizes:
        return {}
    cursor.execute(" UNION ALL ".join(f"SELECT '{one}' WHERE EXISTS (SELECT FROM {one})" for one in sizes))
    return {one: sizes[one] for (one,) in cursor.fetchall()}


def _add_model(state: ProjectState, model_state: Any) -> None:
    """A model that is new changes no other: Django draws up all that are related to it anew, for each of 200."""
    key = model_state.app_label, model_state.name_lower
    drawn_up = "apps" in state.__dict__
    known = key in state.models
    state.models[key] = model_state
    if state._relations is not None:
        state.resolve_model_relations(key)
    if drawn_up and known:
        state.reload_model(*key)
    elif drawn_up:
        state.apps.render_multiple([model_state])


CREATE = BaseDatabaseCreation.create_test_db
FLUSH = TransactionTestCase._fixture_teardown
