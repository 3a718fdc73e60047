"""The trace page, its panels and files, and the same over REST."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse

from p2p.inventory.models import Hold
from tests.factories import make_user
from tests.inventory.selectors.test_trace import Plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def plant():
    return Plant()


@pytest.fixture
def way(plant):
    """Steel into tube into frame; 4 frames went to a customer."""
    steel = plant.bought(20)
    tube = plant.made(10, {steel: 10})
    frame = plant.made(5, {tube: 10})
    plant.move("delivery", "STORE", "CUSTOMER", 4, frame)
    return steel, tube, frame


@pytest.fixture
def page(client):
    client.force_login(make_user("inspector"))

    def get(**params):
        return client.get(reverse("inventory:trace"), params)

    return get


def code(lot):
    return f"lot:{lot.pk}"


def test_both_ways_stand_on_one_page_as_trees(page, way):
    steel, tube, frame = way
    shown = page(of=code(tube)).content.decode()
    assert shown.index("Where it went") < shown.index(frame.number)
    assert shown.rindex("What it was made of") < shown.rindex(steel.number)
    assert 'role="treegrid"' in shown and 'aria-expanded="true"' in shown


def test_the_rows_below_a_node_are_fetched_level_by_level(client, page, way):
    steel, tube, frame = way
    page(of=code(steel))
    rows = client.get(
        reverse("inventory:trace-rows"), {"of": code(steel), "way": "up", "node": code(tube), "level": "3"}
    ).content.decode()
    assert frame.number in rows and tube.number not in rows and 'aria-level="3"' in rows


def test_the_picture_has_a_box_for_each_lot_and_a_band_for_each_way(page, way):
    shown = page(of=code(way[0]), view="flow").content.decode()
    assert shown.count('class="t-node') == 3 and shown.count('class="t-band') == 2
    assert "10 EA of" in shown


def test_the_table_says_how_much_is_where(page, way):
    shown = page(of=code(way[0]), view="table").content.decode()
    assert shown.count("<tr>") == 4
    assert "went into" in shown


def test_a_filter_leaves_what_leads_to_what_it_finds(page, plant, way):
    steel, tube, frame = way
    aside = plant.made(1, {steel: 1})
    held = plant.made(1, {steel: 1})
    Hold.objects.create(kind="quality", item=held.item, lot=held)
    shipped = page(of=code(steel), view="table", only="shipped").content.decode()
    assert frame.number in shipped and tube.number in shipped and aside.number not in shipped
    on_hold = page(of=code(steel), view="table", only="held").content.decode()
    assert held.number in on_hold and frame.number not in on_hold


def test_a_number_is_found_whatever_it_names(page, plant):
    lot = plant.bought(5, vendor_lot="HEAT-77")
    assert lot.number in page(q="heat-77").content.decode()
    assert lot.number in page(q=lot.number.lower()).content.decode()
    move = f"#{lot.item.pk + 10**6}"
    assert "No lot, serial number or vendor&#x27;s lot is called" in page(q=move).content.decode()
    assert page(of="lot:999999").status_code == 404


def test_files_have_every_node_with_its_figures(page, way):
    answer = page(of=code(way[0]), export="csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["Step"], row["Number"]) for row in rows] == [
        (str(n), lot.number) for n, lot in enumerate(way)
    ]
    assert rows[2]["Shipped"] == "4" and rows[2]["How sure"] == "exact"
    assert page(of=code(way[0]), export="xlsx").status_code == 200
    assert page(of=code(way[0]), export="pdf").content.startswith(b"%PDF")


def test_what_is_known_of_a_node_opens_beside_it(client, page, way):
    page(of=code(way[2]))
    shown = client.get(reverse("inventory:trace-node"), {"of": code(way[2])}).content.decode()
    assert "Shipped" in shown and way[2].number in shown


def test_the_page_takes_the_same_queries_for_any_trace(page, plant, way, django_assert_max_num_queries):
    for _ in range(15):
        plant.made(1, {way[0]: 1})
    with django_assert_max_num_queries(32):
        assert page(of=code(way[0])).status_code == 200


def test_a_trace_over_rest_has_nodes_and_edges(client, way):
    steel, tube, frame = way
    client.force_login(make_user("integrator"))
    answer = client.get("/api/v1/inventory/traces/", {"lot": f"{steel.item.number}~{steel.number}"}).json()
    assert answer["starts"] == [code(steel)]
    assert [node["id"] for node in answer["nodes"]] == [code(steel), code(tube), code(frame)]
    assert answer["edges"][1] == {
        "way": "up",
        "from": code(tube),
        "to": code(frame),
        "quantity": "10",
        "of_start": "10",
        "exact": True,
        "loop": False,
        "moves": answer["edges"][1]["moves"],
    }
    shipped = [spot for spot in answer["nodes"][2]["whereabouts"] if spot["where"] == "shipped"]
    assert [spot["quantity"] for spot in shipped] == ["4"]


def test_a_trace_over_rest_says_what_is_wrong_with_the_question(client, way):
    client.force_login(make_user("integrator"))

    def said(**query):
        answer = client.get("/api/v1/inventory/traces/", query)
        return answer.status_code, str(answer.json())

    assert said()[0] == 409 and "Say where to begin" in said()[1]
    assert said(lot="X~Y")[0] == 400 and "There is no lot X~Y." in said(lot="X~Y")[1]
    assert said(move="1", way="sideways")[0] == 400
    assert said(colour="red")[0] == 400
