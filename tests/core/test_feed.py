"""The change feed: nothing skipped, nothing twice."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError, ProgrammingError

from p2p.core import feed
from p2p.core.facts import tell
from p2p.core.models import Journal
from tests.core.facts import Painted
from tests.factories import make_site, make_user

URL = "/api/v1/core/events/"
pytestmark = pytest.mark.urls("tests.core.shop")


def paint(colour):
    with transaction.atomic():
        tell(Painted(colour=colour))


def colours(after=0):
    return [row.payload["colour"] for row in feed.events(after=after, until=feed.horizon())]


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_a_row_whose_transaction_is_still_open_holds_back_the_later_ones():
    paint("first")
    written, go = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                tell(Painted(colour="slow"))
                written.set()
                go.wait(20)
        finally:
            connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    assert written.wait(20)
    paint("fast")
    assert colours() == ["first"]
    cursor = feed.horizon()
    go.set()
    writer.join(20)
    assert colours(after=cursor) == ["slow", "fast"]
    assert colours() == ["first", "slow", "fast"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_a_reader_that_always_goes_on_from_the_horizon_sees_every_row_of_many_writers_once():
    stop, seen = threading.Event(), []

    def write(name):
        try:
            for number in range(25):
                with transaction.atomic():
                    tell(Painted(colour=f"{name}-{number}-a"))
                    tell(Painted(colour=f"{name}-{number}-b"))
        finally:
            connection.close()

    def read():
        position = 0
        try:
            while True:
                last_look = stop.is_set()
                until = feed.horizon()
                seen.extend(row.payload["colour"] for row in feed.events(after=position, until=until))
                position = max(position, until)
                if last_look:
                    return
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(name,)) for name in "wxyz"]
    reader = threading.Thread(target=read)
    for thread in [reader, *writers]:
        thread.start()
    for thread in writers:
        thread.join(60)
    stop.set()
    reader.join(60)
    assert len(seen) == len(set(seen)) == 4 * 25 * 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_the_first_row_of_a_new_database_is_not_final_before_its_commit():
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE core_journal RESTART IDENTITY CASCADE")
    assert feed.horizon() == 0
    with transaction.atomic():
        tell(Painted())
        assert feed.horizon() == 0
    assert feed.horizon() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("change", [lambda rows: rows.update(fact="other"), lambda rows: rows.delete()])
def test_the_journal_cannot_be_rewritten(change):
    tell(Painted())
    with pytest.raises((InternalError, ProgrammingError), match="append_only"), transaction.atomic():
        change(Journal.objects.all())


@pytest.mark.django_db(transaction=True)
def test_the_feed_pages_on_and_answers_not_modified_when_nothing_happened(client):
    client.force_login(make_user())
    for colour in ("red", "green", "blue"):
        paint(colour)
    first = client.get(URL, {"limit": 2})
    assert [row["payload"]["colour"] for row in first.json()["results"]] == ["red", "green"]
    assert first.json()["more"] is True
    rest = client.get(URL, {"after": first.json()["after"], "limit": 2})
    assert [row["payload"]["colour"] for row in rest.json()["results"]] == ["blue"]
    address = {"after": rest.json()["after"]}
    nothing = client.get(URL, address)
    assert nothing.json()["results"] == []
    again = client.get(URL, address, headers={"If-None-Match": nothing["ETag"]})
    assert again.status_code == 304 and again.content == b""
    paint("gold")
    news = client.get(URL, address, headers={"If-None-Match": nothing["ETag"]})
    assert [row["payload"]["colour"] for row in news.json()["results"]] == ["gold"]


@pytest.mark.django_db(transaction=True)
def test_a_reader_may_begin_now(client):
    client.force_login(make_user())
    paint("old")
    start = client.get(URL, {"after": "latest"}).json()
    assert start["results"] == []
    paint("new")
    assert len(client.get(URL, {"after": start["after"]}).json()["results"]) == 1


@pytest.mark.django_db(transaction=True)
def test_the_feed_is_filtered_by_fact_and_record(client):
    user = make_user()
    client.force_login(user)
    with transaction.atomic():
        tell(Painted(things=(user,), by=user))
        tell(Painted())
    (event,) = client.get(URL, {"record_type": "core.user", "record_id": user.pk}).json()["results"]
    assert (event["fact"], event["by"], event["record"]) == ("facts.Painted", user.username, str(user))
    assert event["at"].endswith("Z")
    assert len(client.get(URL, {"fact": "facts.*"}).json()["results"]) == 2
    assert client.get(URL, {"fact": "facts.Other,planning.*"}).json()["results"] == []


@pytest.mark.django_db(transaction=True)
def test_what_happened_at_another_site_is_not_shown(client):
    north, south = make_site("NORTH"), make_site("SOUTH")
    with transaction.atomic():
        tell(Painted(things=(north.locations.first(),), colour="n"))
        tell(Painted(things=(south.locations.first(),), colour="s"))
        tell(Painted(colour="everywhere"))
    client.force_login(make_user("operator", site=north))
    shown = [row["payload"]["colour"] for row in client.get(URL).json()["results"]]
    assert shown == ["n", "everywhere"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "field"), [({"after": "x"}, "after"), ({"afther": "1"}, "afther"), ({"limit": "0"}, "limit")]
)
def test_a_wrong_parameter_is_named(client, query, field):
    client.force_login(make_user())
    answer = client.get(URL, query)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["field"] == field
