"""Runs: one at a time, alive or swept, cancelled when asked, stored once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from p2p.core import clock, runs
from p2p.core.facts import heard
from p2p.core.models import Journal, Notification, SavedView
from p2p.core.refusal import Refused
from p2p.core.runs import RunEnded, performing, sweeping
from strategies.models import ImportRun
from tests.core import jobs
from tests.factories import make_user

LABEL = "strategies.importrun"


@pytest.fixture(autouse=True)
def inline(settings, monkeypatch):
    settings.RUNS = "inline"
    jobs.begun.clear()
    jobs.may_go_on.clear()
    jobs.order.clear()
    monkeypatch.setattr(ImportRun, "job", "tests.core.jobs.count")


@pytest.fixture
def sent(settings, monkeypatch):
    """With workers, but the messages end up in this list."""
    settings.RUNS = "celery"
    messages: list[tuple[str, int]] = []

    def note(task, label, key, queue):
        messages.append((label, key))
        return True

    monkeypatch.setattr("p2p.core.runs.starting.send", note)
    monkeypatch.setattr("p2p.core.runs.performing.send", note)
    monkeypatch.setattr("p2p.core.runs.sweeping.send", note)
    return messages


def use(monkeypatch, job):
    monkeypatch.setattr(ImportRun, "job", f"tests.core.jobs.{job}")


def queued(**also):
    return ImportRun.objects.create(
        **{"title": "f", "asked_by": make_user(), "heartbeat_at": clock.now(), **also}
    )


def in_thread(act):
    def body():
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=body)
    thread.start()
    return thread


@pytest.mark.django_db
def test_a_run_starts_when_the_transaction_commits_and_ends_with_its_summary(
    django_capture_on_commit_callbacks,
):
    user = make_user()
    with heard(RunEnded) as ended, django_capture_on_commit_callbacks(execute=True):
        run = runs.start(run=ImportRun(title="stock.csv"), by=user)
        assert run.state == "queued"
    run.refresh_from_db()
    assert (run.state, run.phase, run.done, run.total) == ("done", "counting", 3, 3)
    assert run.summary == {"counted": 3, "attempt": 1, "hours": "1.50", "day": "2026-03-02"}
    assert run.began_at <= run.ended_at
    assert [fact.state for fact in ended] == ["done"]
    assert list(Journal.objects.values_list("fact", flat=True)) == ["core.RunAsked", "core.RunEnded"]


@pytest.mark.django_db
def test_a_failure_is_one_sentence_for_people_and_a_trace_kept_apart(monkeypatch):
    use(monkeypatch, "fail")
    run = queued()
    runs.perform(LABEL, run.pk)
    run.refresh_from_db()
    assert run.state == "failed"
    assert run.problem.startswith(
        "The calculation stopped on an unexpected error: ZeroDivisionError: by nought"
    )
    assert "Traceback" in run.trace and "Traceback" not in run.problem


@pytest.mark.django_db
@pytest.mark.parametrize(("until", "state", "attempt"), [(3, "done", 3), (9, "failed", 3)])
def test_what_the_database_ended_is_begun_again_three_times_in_all(monkeypatch, until, state, attempt):
    use(monkeypatch, "stumble")
    run = queued(settings={"until": until})
    runs.perform(LABEL, run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempt) == (state, attempt)
    assert "deadlock detected" in run.trace


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_a_connection_lost_while_thinking_is_made_anew_for_storing(settings, monkeypatch):
    settings.RUNS = "celery"
    monkeypatch.setattr(performing, "send", lambda *_args, **_options: True)
    use(monkeypatch, "lose_connection")
    run = queued()
    in_thread(lambda: runs.perform(LABEL, run.pk)).join(60)
    run.refresh_from_db()
    assert (run.state, run.attempt) == ("done", 1)
    assert SavedView.objects.count() == 1


@pytest.mark.django_db
def test_who_asked_for_a_run_that_failed_finds_it_in_the_inbox_in_their_language(monkeypatch):
    use(monkeypatch, "refuse")
    run = queued()
    runs.perform(LABEL, run.pk)
    (line,) = Notification.objects.all()
    assert (line.to, line.kind) == (run.asked_by, "run")
    assert "There is no calendar for NORTH." in line.text


@pytest.mark.django_db
def test_a_run_that_ended_well_while_one_looked_on_leaves_no_line(monkeypatch):
    runs.perform(LABEL, queued().pk)
    assert not Notification.objects.exists()
    with clock.frozen(clock.now() - timedelta(minutes=5)):
        long = queued(asked_at=clock.now())
    runs.perform(LABEL, long.pk)
    assert Notification.objects.count() == 1


@pytest.mark.django_db
def test_a_refusal_is_told_in_its_own_words(monkeypatch):
    use(monkeypatch, "refuse")
    run = queued()
    runs.perform(LABEL, run.pk)
    run.refresh_from_db()
    assert (run.state, run.problem, run.trace) == ("failed", "There is no calendar for NORTH.", "")


@pytest.mark.django_db
def test_a_run_waits_for_the_one_of_its_scope_and_not_for_others(sent):
    first, second, other = queued(scope="N"), queued(scope="N"), queued(scope="S")
    assert performing.claim(ImportRun, "N") == first
    assert performing.claim(ImportRun, "N") is None
    assert performing.claim(ImportRun, "S") == other
    second.refresh_from_db()
    assert second.state == "queued"


@pytest.mark.django_db
def test_waiting_runs_are_done_one_after_the_other_oldest_first():
    one, two, three = queued(title="1"), queued(title="2"), queued(title="3")
    runs.perform(LABEL, three.pk)
    assert jobs.order == [str(one), str(two), str(three)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_many_workers_racing_for_a_scope_do_every_run_once_and_never_two_at_once():
    for number in range(6):
        queued(title=str(number))
    key = ImportRun.objects.first().pk
    threads = [in_thread(lambda: runs.perform(LABEL, key)) for _ in range(6)]
    for thread in threads:
        thread.join(60)
    spans = sorted(ImportRun.objects.values_list("began_at", "ended_at"))
    assert ImportRun.objects.filter(state="done", attempt=1).count() == 6
    assert all(before[1] <= after[0] for before, after in zip(spans, spans[1:], strict=False))


@pytest.mark.django_db
def test_the_next_in_line_is_offered_when_a_run_ends(sent):
    one, two = queued(), queued()
    monkey = pytest.MonkeyPatch()
    monkey.setattr(performing.Progress, "__enter__", lambda self: self)
    monkey.setattr(performing.Progress, "__exit__", lambda self, *_: None)
    runs.perform(LABEL, one.pk)
    monkey.undo()
    assert sent == [(LABEL, two.pk)]


@pytest.mark.django_db
def test_a_message_that_arrives_twice_does_nothing_the_second_time():
    run = queued()
    runs.perform(LABEL, run.pk)
    runs.perform(LABEL, run.pk)
    runs.perform(LABEL, 10**9)
    run.refresh_from_db()
    assert run.attempt == 1


@pytest.mark.django_db
def test_a_waiting_run_is_cancelled_at_once():
    run, user = queued(), make_user()
    assert runs.cancel(run=run, by=user).state == "cancelled"
    runs.perform(LABEL, run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempt) == ("cancelled", 0)
    with pytest.raises(Refused, match="nothing to cancel"):
        runs.cancel(run=run, by=user)


@pytest.mark.django_db(transaction=True)
def test_a_running_run_hears_the_request_to_stop_when_it_next_speaks(settings, monkeypatch):
    settings.RUNS = "celery"
    monkeypatch.setattr(performing, "send", lambda *_args, **_options: True)
    use(monkeypatch, "wait")
    run = queued()
    worker = in_thread(lambda: runs.perform(LABEL, run.pk))
    assert jobs.begun.wait(20)
    assert runs.cancel(run=run, by=None).cancel_asked
    until_beaten(run)
    jobs.may_go_on.set()
    worker.join(30)
    run.refresh_from_db()
    assert run.state == "cancelled"


def until_beaten(run, seconds=20):
    """Wait until the heart has written twice more: it has then seen what was changed before."""
    for _ in range(2):
        run.refresh_from_db()
        before, pause = run.heartbeat_at, threading.Event()
        for _ in range(seconds * 10):
            pause.wait(0.1)
            run.refresh_from_db()
            if run.heartbeat_at != before:
                break


@pytest.mark.django_db(transaction=True)
def test_a_run_that_says_nothing_for_long_still_has_a_heartbeat(settings, monkeypatch):
    settings.RUNS = "celery"
    monkeypatch.setattr(performing, "send", lambda *_args, **_options: True)
    use(monkeypatch, "wait")
    run = queued(heartbeat_at=clock.ago(hours=1))
    worker = in_thread(lambda: runs.perform(LABEL, run.pk))
    assert jobs.begun.wait(20)
    run.refresh_from_db()
    first = run.heartbeat_at
    until_beaten(run)
    assert run.heartbeat_at > first
    jobs.may_go_on.set()
    worker.join(30)


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_a_worker_that_was_taken_for_dead_cannot_store(monkeypatch):
    use(monkeypatch, "store")
    run = queued()
    worker = in_thread(lambda: runs.perform(LABEL, run.pk))
    assert jobs.begun.wait(20)
    ImportRun.objects.filter(pk=run.pk).update(attempt=2)  # another worker has it now
    jobs.may_go_on.set()
    worker.join(30)
    run.refresh_from_db()
    assert (run.state, run.stored_at) == ("running", None)
    assert not SavedView.objects.exists()


@pytest.mark.django_db
def test_a_cancelled_run_does_not_store(monkeypatch):
    run = queued(state="running", attempt=1, cancel_asked=True)
    with pytest.raises(runs.Cancelled), runs.storing(run):
        SavedView.objects.create(owner=run.asked_by, page="p", title="t")
    assert not SavedView.objects.exists()


@pytest.mark.django_db
def test_what_was_stored_is_not_stored_again_when_the_worker_died_before_saying_so(monkeypatch):
    use(monkeypatch, "fail")
    run = queued(stored_at=clock.now(), summary={"stored": True})
    runs.perform(LABEL, run.pk)
    run.refresh_from_db()
    assert (run.state, run.summary) == ("done", {"stored": True})


@pytest.mark.django_db
def test_a_silent_run_goes_back_in_line_and_is_offered_again(sent):
    run = queued(state="running", attempt=1, heartbeat_at=clock.ago(minutes=5))
    fresh = queued(state="running", scope="other", attempt=1)
    assert runs.sweep() == 2
    run.refresh_from_db()
    fresh.refresh_from_db()
    assert (run.state, fresh.state) == ("queued", "running")
    assert sent == [(LABEL, run.pk)]
    assert runs.sweep() == 0


@pytest.mark.django_db
def test_a_run_that_killed_three_workers_fails_with_a_sentence(sent):
    run = queued(state="running", attempt=3, heartbeat_at=clock.ago(minutes=5))
    runs.sweep()
    run.refresh_from_db()
    assert run.state == "failed"
    assert run.problem.startswith("Its worker stopped 3 times while calculating")
    assert sent == []


@pytest.mark.django_db
def test_a_silent_run_that_was_asked_to_stop_is_cancelled_not_repeated(sent):
    run = queued(state="running", attempt=1, cancel_asked=True, heartbeat_at=clock.ago(minutes=5))
    runs.sweep()
    run.refresh_from_db()
    assert run.state == "cancelled"


@pytest.mark.django_db
def test_a_lost_message_is_sent_again_but_not_every_few_seconds(sent):
    run = queued(heartbeat_at=clock.ago(minutes=5))
    runs.sweep()
    runs.sweep()
    assert sent == [(LABEL, run.pk)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_the_sweeper_leaves_a_run_alone_that_is_just_being_closed(sent):
    run = queued(state="running", attempt=3, heartbeat_at=clock.ago(minutes=5))
    held, go = threading.Event(), threading.Event()

    def close():
        with transaction.atomic():
            ImportRun.objects.select_for_update().get(pk=run.pk)
            held.set()
            go.wait(20)

    holder = in_thread(close)
    assert held.wait(20)
    assert runs.sweep() == 0
    go.set()
    holder.join(20)


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_rows_changed_since_the_snapshot_are_found_whatever_changed_them():
    users = [make_user() for _ in range(4)]
    model, keys = type(users[0]), [user.pk for user in users]
    seen = runs.revisions(model.objects.all())
    model.objects.filter(pk=keys[1]).update(first_name="Ann")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_user SET first_name = 'Bob' WHERE id = %s", [keys[2]])
    users[3].delete()
    with transaction.atomic():
        assert runs.changed(model, seen) == {*keys[1:]}
        assert runs.changed(model, {}) == set()


@pytest.mark.django_db
def test_runs_of_all_kinds_are_one_list_in_one_query(django_assert_num_queries):
    for number in range(5):
        queued(title=str(number))
    with django_assert_num_queries(1):
        lines = runs.recent_runs(limit=3)
    assert len(lines) == 3
    assert lines[0].number.startswith("import-")
    assert lines[0].pk > lines[1].pk
    assert runs.recent_runs(kind="import", state="done") == []
    assert runs.find_run(lines[0].number).pk == lines[0].pk
    assert runs.find_run("import-x") is None and runs.find_run("nonsense") is None


@pytest.mark.django_db
def test_a_run_that_does_not_exist_is_refused_by_its_name():
    with pytest.raises(Refused, match="no run import-77"):
        runs.run_of("import", 77)


def test_silence_is_far_longer_than_the_heartbeat(settings):
    assert sweeping.silence() >= timedelta(seconds=performing.BEAT * 5)
