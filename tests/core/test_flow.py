"""State tables: legal moves only, one winner, in one statement."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from p2p.core import runs
from p2p.core.flow import Flow, document
from p2p.core.refusal import Refused
from strategies.models import ImportRun
from tests.factories import make_user

FLOW = runs.Run.FLOW


def make_run(**also):
    return ImportRun.objects.create(**{"title": "a file", **also})


@pytest.mark.django_db
def test_a_step_moves_the_row_and_the_record_in_hand_with_further_columns():
    run = make_run()
    FLOW.take(run, "begin", phase="reading")
    assert (run.state, run.phase) == ("running", "reading")
    run.refresh_from_db()
    assert (run.state, run.phase) == ("running", "reading")


@pytest.mark.django_db
def test_a_step_from_another_state_is_refused_in_a_sentence_and_changes_nothing():
    run = make_run(state="done")
    with pytest.raises(Refused) as no:
        FLOW.take(run, "cancel", phase="gone")
    assert str(no.value) == "a file is done: cannot cancel."
    assert no.value.code == "wrong_state"
    run.refresh_from_db()
    assert (run.state, run.phase) == ("done", "")


@pytest.mark.django_db
def test_the_row_decides_not_the_stale_record_in_hand():
    run = make_run()
    ImportRun.objects.filter(pk=run.pk).update(state="cancelled")
    with pytest.raises(Refused, match="is cancelled"):
        FLOW.take(run, "begin")
    assert run.state == "cancelled"


@pytest.mark.django_db
def test_many_rows_move_in_two_statements_and_the_others_stay(django_assert_num_queries):
    waiting = [make_run(scope=str(number)) for number in range(30)]
    over = make_run(state="done", scope="x")
    with django_assert_num_queries(2):
        moved = FLOW.take_many(ImportRun.objects.all(), "begin", phase="go")
    assert moved == len(waiting)
    over.refresh_from_db()
    assert over.state == "done"
    assert ImportRun.objects.filter(state="running", phase="go").count() == 30


@pytest.mark.django_db
def test_many_rows_may_be_chosen_across_relations():
    user = make_user()
    make_run(asked_by=user)
    make_run(scope="other")
    assert FLOW.take_many(ImportRun.objects.filter(asked_by__username=user.username), "begin") == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_of_many_racing_callers_exactly_one_wins():
    run, start, outcomes = make_run(), threading.Barrier(8, timeout=30), []

    def press():
        mine = ImportRun.objects.get(pk=run.pk)
        start.wait()
        try:
            FLOW.take(mine, "begin")
            outcomes.append("won")
        except Refused as no:
            outcomes.append(no.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["won", *["wrong_state"] * 7]


@pytest.mark.django_db
def test_open_steps_and_refusals_agree():
    run = make_run(state="running")
    assert FLOW.open_to(run) == ["finish", "fail", "requeue", "cancel"]
    assert [name for name in FLOW.steps if FLOW.refusal(run, name) is None] == FLOW.open_to(run)


def test_the_table_knows_its_states_and_what_can_be_reached():
    flow = Flow("state", go=({"a", "b"}, "c"), back=("c", "a"), lost=("x", "y"))
    assert flow.states() == {"a", "b", "c", "x", "y"}
    assert flow.reachable("b") == {"b", "c", "a"}


def test_the_document_lists_every_move():
    flow = Flow("state", go=({"b", "a"}, "c"))
    assert document(flow).splitlines()[2:] == ["| a | go | c |", "| b | go | c |"]
