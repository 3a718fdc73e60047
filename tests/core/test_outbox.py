"""Facts told later arrive, in spite of failing listeners and deleted records."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from p2p.core import clock, outbox
from p2p.core.facts import later, listening
from p2p.core.models import OutboxRow
from tests.core.facts import Painted
from tests.factories import make_user

pytestmark = pytest.mark.django_db
taken: list[Painted] = []


@pytest.fixture(autouse=True)
def nothing_taken():
    taken.clear()


def take(fact):
    taken.append(fact)


def stumble(fact):
    raise ConnectionError("the other side is down")


def test_a_fact_told_later_arrives_whole_and_once():
    user = make_user()
    with listening("later", Painted, take):
        later(Painted(things=(user,), by=user))
        assert taken == []
        assert outbox.deliver() == 1
        assert outbox.deliver() == 0
    assert taken == [Painted(things=(user,), by=user)]


def test_what_is_rolled_back_was_never_told():
    with listening("later", Painted, take):
        with pytest.raises(LookupError), transaction.atomic():
            later(Painted())
            raise LookupError
        outbox.deliver()
    assert taken == []


def test_a_listener_that_fails_is_tried_again_with_growing_pauses_and_holds_nobody_up():
    with listening("later", Painted, stumble), listening("later", Painted, take):
        later(Painted())
        assert outbox.deliver() == 1
        row = OutboxRow.objects.get(done_at=None)
        assert (row.attempts, row.problem) == (1, "ConnectionError: the other side is down")
        assert outbox.deliver() == 0
        with clock.frozen(clock.now() + timedelta(seconds=6)):
            outbox.deliver()
        row.refresh_from_db()
        assert row.attempts == 2
        assert [outbox.pause(number) for number in (1, 2, 3, 20)] == [
            timedelta(seconds=5),
            timedelta(seconds=20),
            timedelta(seconds=80),
            timedelta(hours=6),
        ]


def test_after_the_last_attempt_it_lies_still_with_its_reason():
    with listening("later", Painted, stumble):
        later(Painted())
        OutboxRow.objects.update(attempts=outbox.ATTEMPTS - 1)
        outbox.deliver()
    assert OutboxRow.objects.get().dead_at


def test_a_fact_about_a_deleted_record_is_given_up_at_once():
    user = make_user()
    with listening("later", Painted, take):
        later(Painted(things=(user,)))
        user.delete()
        outbox.deliver()
    row = OutboxRow.objects.get()
    assert row.dead_at and "no longer exists" in row.problem


def test_a_listener_that_was_renamed_away_is_named():
    with listening("later", Painted, take):
        later(Painted())
    outbox.deliver()
    row = OutboxRow.objects.get()
    assert row.dead_at and "test_outbox.take" in row.problem
