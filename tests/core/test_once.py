"""A write with an Idempotency-Key takes effect once."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.test import Client

from p2p.core.models import IdempotencyKey
from p2p.core.rest import once as module
from strategies.models import Item
from tests.core import shop
from tests.factories import make_location, make_site, make_unit, make_user

pytestmark = pytest.mark.urls("tests.core.shop")
ITEMS = "/api/v1/shop/items/"


def body(number="N-1", name="New"):
    return {"number": number, "name": name, "unit": "EA"}


def post(client, given, key="k1"):
    return client.post(ITEMS, given, content_type="application/json", headers={"Idempotency-Key": key})


@pytest.fixture
def engineer(client, db):
    make_unit("EA")
    client.force_login(make_user("engineer"))
    return client


def test_the_same_request_again_gets_the_same_answer_and_has_no_effect(engineer):
    first, again = post(engineer, body()), post(engineer, body())
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again["Idempotent-Replay"] == "true" and not first.has_header("Idempotent-Replay")
    assert again["Content-Type"] == first["Content-Type"]
    assert Item.objects.count() == 1


def test_a_key_is_not_for_another_request(engineer):
    post(engineer, body())
    answer = post(engineer, body("N-2"))
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert answer["Content-Type"] == "application/problem+json"
    assert "k1" in answer.json()["detail"]
    assert Item.objects.count() == 1


def test_a_request_that_was_refused_changed_nothing_and_may_be_tried_again(engineer):
    assert post(engineer, body(name="refused")).status_code == 409
    assert not IdempotencyKey.objects.exists() and not Item.objects.exists()
    assert post(engineer, {"number": "N-1"}).status_code == 400
    assert post(engineer, body()).status_code == 201


def test_a_key_belongs_to_its_user(engineer):
    post(engineer, body())
    other = Client()
    other.force_login(make_user("engineer"))
    assert post(other, body("N-2")).status_code == 201


def test_a_run_is_started_once_and_its_address_is_repeated(client, db):
    client.force_login(make_user("planner"))

    def new():
        return client.post(
            "/api/v1/shop/jobs/new/", {}, content_type="application/json", headers={"Idempotency-Key": "r"}
        )

    first, again = new(), new()
    assert (first.status_code, again.status_code) == (202, 202)
    assert first["Location"] == again["Location"]


def test_an_endless_key_is_refused(engineer):
    assert post(engineer, body(), key="x" * 201).status_code == 422


def test_reading_takes_no_notice_of_a_key(engineer):
    assert engineer.get(ITEMS, headers={"Idempotency-Key": "k"}).status_code == 200
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_of_the_same_request_sent_at_once_by_many_one_takes_effect_and_all_get_its_answer():
    make_unit("EA")
    user, start, answers = make_user("engineer"), threading.Barrier(6, timeout=30), []

    def send():
        try:
            mine = Client()
            mine.force_login(user)
            start.wait()
            answers.append(post(mine, body()))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.content for answer in answers}) == 1
    assert sum(answer.has_header("Idempotent-Replay") for answer in answers) == 5
    assert Item.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_a_repetition_does_not_wait_for_ever_for_the_first(monkeypatch):
    monkeypatch.setattr(module, "WAIT", "100ms")
    make_unit("EA")
    user, held, go = make_user("engineer"), threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                IdempotencyKey.objects.create(user=user, key="k1", request_digest="")
                held.set()
                go.wait(20)
        finally:
            connection.close()

    first = threading.Thread(target=slow)
    first.start()
    assert held.wait(20)
    client = Client()
    client.force_login(user)
    answer = post(client, body())
    go.set()
    first.join(20)
    assert (answer.status_code, answer.json()["code"]) == (409, "in_progress")
    assert answer["Retry-After"] == "1"


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_a_deadlock_is_ended_by_the_database_and_the_request_done_again_without_the_user_noticing():
    site, user, answers = make_site("NORTH", locations=False), make_user("engineer"), []
    make_location(site, code="A"), make_location(site, code="B")
    shop.meeting.reset()
    shop.tried = 0

    def send(first, second):
        try:
            mine = Client()
            mine.force_login(user)
            headers = {"Idempotency-Key": first}
            address = f"/api/v1/shop/locations/NORTH~{first}/rename-with/"
            answers.append(
                mine.post(address, {"code": second}, content_type="application/json", headers=headers)
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=pair) for pair in (("A", "B"), ("B", "A"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert shop.tried > 2
    assert set(site.locations.values_list("name", flat=True)) == {"with A"} or set(
        site.locations.values_list("name", flat=True)
    ) == {"with B"}
