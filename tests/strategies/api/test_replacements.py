from __future__ import annotations

import pytest
from django.test import Client

from strategies.models import BomLine, ReplaceRun
from tests.factories import make_bom, make_item, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/strategies/replacements/"


@pytest.fixture(autouse=True)
def _on_the_spot(settings):
    settings.RUNS = "inline"


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(make_user("engineer"))
    return client


@pytest.fixture
def bill():
    return make_bom(make_item("TOP"), {make_item("OLD"): 3}), make_item("NEW")


def post(client, address, body, key=""):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(address, body, content_type="application/json", headers=headers)


def test_a_preview_counts_and_names_and_writes_nothing(engineer, bill):
    bom, _new = bill
    answer = post(engineer, f"{ADDRESS}preview/", {"old": "OLD", "new": "NEW", "ratio": "2"})
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert (said["bills"], said["counts"]) == (1, {"swaps": 1})
    assert (said["lines"][0]["bom"], said["lines"][0]["new_quantity"]) == (bom.pk, "6")
    assert not ReplaceRun.objects.exists()
    assert bom.lines.get().component.number == "OLD"


def test_a_start_is_a_run_and_a_second_press_the_same_one(engineer, bill, django_capture_on_commit_callbacks):
    bom, _new = bill
    body = {"old": "OLD", "new": "NEW", "ratio": "2"}
    with django_capture_on_commit_callbacks(execute=True):
        first = post(engineer, ADDRESS, body, key="k1")
    again = post(engineer, ADDRESS, body, key="k1")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    run = ReplaceRun.objects.get()
    assert (bom.lines.get().component.number, bom.lines.get().quantity) == ("NEW", 6)
    told = engineer.get(f"{ADDRESS}{run.pk}/?expand=lines").json()
    assert (told["state"], told["summary"], told["lines"][0]["outcome"]) == (
        "done",
        {"bills": 1, "swaps": 1},
        "swaps",
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert post(engineer, f"{ADDRESS}{run.pk}/undo/", {}).status_code == 202
    assert BomLine.objects.get(bom=bom).component.number == "OLD"
    first, back = (engineer.get(f"{ADDRESS}{one.pk}/").json() for one in ReplaceRun.objects.order_by("pk"))
    assert (first["takes_back"], first["taken_back_by"]) == (None, back["id"])
    assert (back["takes_back"], back["taken_back_by"]) == (first["id"], None)


def test_what_cannot_be_meant_is_refused_with_its_field(engineer, bill):
    answer = post(engineer, ADDRESS, {"old": "OLD", "new": "OLD"})
    assert (answer.status_code, answer.json()["detail"]) == (409, "OLD cannot stand for itself.")
    assert post(engineer, ADDRESS, {"old": "OLD", "new": "GHOST"}).status_code == 400


def test_only_engineers_and_programs_replace(client, bill):
    client.force_login(make_user("operator"))
    assert post(client, ADDRESS, {"old": "OLD", "new": "NEW"}).status_code == 403
    assert post(client, f"{ADDRESS}preview/", {"old": "OLD", "new": "NEW"}).status_code == 403


def test_two_bills_are_compared_for_programs(engineer, bill):
    bom, new = bill
    other = make_bom(make_item("OTHER"), {new: 1, bom.lines.get().component: 5})
    told = engineer.get(f"/api/v1/strategies/boms/{other.pk}/compare/?with=TOP v1&levels=1").json()[
        "differences"
    ]
    said = {(each["part"], each["title"], each["difference"]): each for each in told}
    assert said["lines", "OLD OLD", "changed"]["changed"] == ["quantity"]
    assert said["lines", "OLD OLD", "changed"]["after"]["quantity"] == "5"
    assert ("sums", "NEW NEW", "added") in said
    assert engineer.get(f"/api/v1/strategies/boms/{other.pk}/compare/").status_code == 400
