"""Recalls on their pages and over REST: who may, what shows, what is refused."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse
from django.utils.timezone import localtime

from p2p.core import clock, paper
from p2p.inventory.models import Hold, Recall
from p2p.inventory.selectors.starts import Suspicion
from p2p.inventory.services import recall as service
from tests.core.paper.reading import pages
from tests.factories import make_site, make_user
from tests.inventory.selectors.test_trace import Plant
from tests.inventory.services.test_recall import sold

pytestmark = pytest.mark.django_db
API = "/api/v1/inventory/recalls"


@pytest.fixture
def plant():
    return Plant()


@pytest.fixture
def inspector(client):
    user = make_user("inspector")
    client.force_login(user)
    return user


@pytest.fixture
def way(plant):
    steel = plant.bought(20, vendor_lot="HEAT-7")
    tube = plant.made(10, {steel: 10})
    sold(plant, tube, 4)
    return steel, tube


@pytest.fixture
def recall(way, inspector):
    return service.draw_up(title="Cracked weld", suspicion=Suspicion(pieces=way[:1]), by=inspector)


def test_what_it_would_touch_shows_while_the_form_is_filled_in(client, way, inspector):
    preview = client.post(reverse("inventory:recall-preview"), {"numbers": "heat-7"}).content.decode()
    assert way[1].number in preview and "Shipped · Bike World" in preview and "Consumed" in preview
    nothing = client.post(reverse("inventory:recall-preview"), {"title": "x"}).content.decode()
    assert "what it touches shows here" in nothing and "p-note" not in nothing
    unknown = client.post(reverse("inventory:recall-preview"), {"numbers": "NOBODY"}).content.decode()
    assert "No lot, serial number or vendor&#x27;s lot is called NOBODY." in unknown
    assert not Recall.objects.exists()


def test_a_recall_is_drawn_up_held_lifted_closed_and_reopened_with_buttons(client, way, inspector):
    given = {"title": "Cracked weld", "numbers": way[0].number}
    answer = client.post(reverse("inventory:recall-new"), given)
    recall = Recall.objects.get()
    assert answer.status_code == 303 and answer["Location"] == recall.get_absolute_url()
    for step, state in (("hold", "held"), ("refresh", "held"), ("lift", "open")):
        assert client.post(reverse(f"inventory:recall-{step}", args=[recall.pk]), {}).status_code == 303
        recall.refresh_from_db()
        assert recall.state == state
    refused = client.post(reverse("inventory:recall-close", args=[recall.pk]), {"note": ""})
    assert refused.status_code == 422
    client.post(reverse("inventory:recall-close", args=[recall.pk]), {"note": "False alarm"})
    client.post(reverse("inventory:recall-reopen", args=[recall.pk]), {})
    recall.refresh_from_db()
    assert recall.state == "open" and recall.note == "False alarm"


def test_the_form_begins_with_what_the_trace_showed(client, way, inspector):
    shown = client.get(reverse("inventory:recall-new"), {"of": f"lot:{way[0].pk}"}).content.decode()
    assert way[0].number in shown


@pytest.mark.parametrize(
    ("tab", "words"),
    [("lines", "Consumed"), ("customers", "Bike World"), ("balance", "100.0"), ("journal", "History")],
)
def test_its_page_shows_lines_customers_and_what_is_accounted_for(client, recall, tab, words):
    shown = client.get(recall.get_absolute_url(), {"tab": tab})
    assert shown.status_code == 200 and words in shown.content.decode()


def test_the_list_and_its_lines_become_files(client, recall):
    assert recall.number in client.get(reverse("inventory:recalls")).content.decode()
    lines = reverse("inventory:recall-lines", args=[recall.pk])
    file = b"".join(client.get(lines, {"export": "csv", "where": "shipped"}).streaming_content).decode()
    assert "Bike World" in file and "Consumed" not in file
    assert client.get(lines, {"export": "xlsx"}).status_code == 200


def test_the_file_says_yes_or_no_to_what_is_on_hold(client, recall):
    steps = [
        reverse("inventory:recall-hold", args=[recall.pk]),
        reverse("inventory:recall-lift", args=[recall.pk]),
    ]
    for step, word in zip(steps, ("yes", "no"), strict=True):
        client.post(step, {})
        lines = reverse("inventory:recall-lines", args=[recall.pk])
        file = b"".join(client.get(lines, {"export": "csv"}).streaming_content).decode("utf-8-sig")
        assert {row["On hold"] for row in csv.DictReader(io.StringIO(file))} == {word}


def test_each_customer_gets_a_letter(client, recall, plant, way):
    answer = client.get(reverse("inventory:recall-letters", args=[recall.pk]))
    (letter,) = pages(answer.content)
    assert "Bike World" in letter and paper.day(localtime(clock.now()).date()) in letter
    assert "Recall ·" not in letter and "From" not in letter


def test_nobody_holds_at_a_site_where_they_have_no_say(client, recall):
    stranger = make_user("inspector", site=make_site())
    client.force_login(stranger)
    assert client.post(reverse("inventory:recall-hold", args=[recall.pk]), {}).status_code == 403
    assert client.post(f"{API}/{recall.number}/hold/").status_code == 403
    client.force_login(make_user("operator"))
    assert client.post(reverse("inventory:recall-new"), {}).status_code == 403
    assert not Hold.objects.exists()


def test_a_recall_of_nothing_is_refused_in_one_sentence(client, inspector):
    refused = client.post(reverse("inventory:recall-new"), {"title": "Something"})
    assert refused.status_code == 409
    assert refused.content.decode().count("Say where to begin") == 1
    assert not Recall.objects.exists()


def test_what_was_lifted_is_not_counted_as_held_any_more(client, recall):
    for step, holds in (("hold", 2), ("lift", 0)):
        client.post(reverse(f"inventory:recall-{step}", args=[recall.pk]), {})
        recall.refresh_from_db()
        assert recall.summary["holds"] == holds
        assert Hold.objects.filter(released_at=None).count() == holds


def test_the_page_leads_to_its_lines_as_files(client, recall):
    shown = client.get(recall.get_absolute_url()).content.decode()
    for kind in ("csv", "xlsx"):
        address = f"{reverse('inventory:recall-lines', args=[recall.pk])}?export={kind}"
        assert address in shown
        assert client.get(address).status_code == 200


def test_shift_needs_its_day_and_a_whole_site_its_time(client, plant, inspector):
    given = {"title": "Night shift", "everything": plant.site.pk}
    refused = client.post(reverse("inventory:recall-new"), given)
    assert refused.status_code == 409 and "Say from when to when" in refused.content.decode()
    half = client.post(reverse("inventory:recall-new"), {**given, "day": "2026-01-05"})
    assert half.status_code == 422 and "A shift needs the day" in half.content.decode()


def test_the_whole_of_it_works_over_rest(client, way, inspector):
    steel = way[0]
    begins = {"lots": [f"{steel.item.number}~{steel.number}"]}

    def post(path, body=None):
        return client.post(f"{API}/{path}", body or {}, content_type="application/json")

    lines = post("preview/", begins).json()
    assert {(line["lot"], line["where"]) for line in lines} >= {(way[1].number, "shipped")}
    recall = post("draw-up/", {**begins, "title": "Heat 7"}).json()
    number = recall["number"]
    assert post(f"{number}/hold/").json()["state"] == "held"
    assert post(f"{number}/refresh/").json()["summary"]["changes"]["new"] == 0
    found = client.get("/api/v1/inventory/recall-lines/", {"recall": number, "where": "stock"}).json()
    assert all(line["hold"] for line in found["results"])
    balance = client.get(f"{API}/{number}/balance/").json()["balances"][0]
    assert (balance["made"], balance["difference"]) == ("20", "0")
    assert post(f"{number}/lift/").json()["state"] == "open"
    assert post(f"{number}/close/", {"note": ""}).status_code == 409
    assert post(f"{number}/close/", {"note": "Done", "lift": True}).json()["state"] == "closed"
    assert post(f"{number}/hold/").status_code == 409
    assert post(f"{number}/reopen/").json()["state"] == "open"
    assert post("draw-up/", {"title": "Nothing"}).status_code == 409
    assert "There is no X~Y." in str(post("preview/", {"lots": ["X~Y"]}).json())
