"""Pieces between operations go by the name of the half-finished item that the operation before leaves: on the order,
on paper, in the trace, over REST; and of such an item one asks how many stand where."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from execution import paper
from execution.half_finished import between
from execution.models import OutputMove, WipMove
from execution.services import wip
from execution.services.finish import finish
from execution.services.release import release
from execution.services.report import report
from execution.tracing import _piles, reported
from p2p.inventory.trace_facts import Reviewing
from planning.models import ProductionOrder
from strategies.models import Item
from tests.core.paper.reading import pages
from tests.execution.conftest import Plant, operations
from tests.factories import make_item, make_location, make_order, make_user, make_vendor

pytestmark = pytest.mark.django_db
BASE = "/api/v1/execution"


@pytest.fixture
def raw() -> Item:
    return make_item("BIKE-RAW", name="Bike, raw")


def welded(plant: Plant, raw: Item, number: str, good: int) -> ProductionOrder:
    """Ten ordered, `good` of them welded; a third of that painted later."""
    steps = [{"group": plant.groups[0], "name": "Weld", "half_finished": raw}, {"group": plant.groups[1]}]
    order = make_order(plant.product, 10, site=plant.site, number=number, operations=steps)
    release(orders=[order], by=plant.worker)
    report(operation=operations(order)[0], good=Decimal(good), by=plant.worker)
    return order


def at_vendor(plant: Plant, order: ProductionOrder, pieces: int) -> None:
    vendor = make_vendor(name="Zinc Bros")
    place = make_location(plant.site, code="V-ZINC", kind="vendor", vendor=vendor)
    kind = WipMove.Kind.DISPATCHED
    wip.carry(
        operation=operations(order)[0],
        quantity=Decimal(pieces),
        source=None,
        target=place,
        kind=kind,
        by=None,
    )


def test_how_many_stand_behind_which_operation_and_where(
    plant: Plant, raw: Item, django_assert_num_queries
) -> None:
    first, second = welded(plant, raw, "MO-1", 6), welded(plant, raw, "MO-2", 4)
    at_vendor(plant, second, 3)
    report(operation=operations(first)[1], good=Decimal(5), by=plant.worker)
    with django_assert_num_queries(1):
        found = [(one.order, one.operation, one.where, one.pieces) for one in between(raw)]
    assert found == [
        ("MO-1", 10, "", Decimal(1)),
        ("MO-2", 10, "Zinc Bros", Decimal(3)),
        ("MO-2", 10, "", Decimal(1)),
    ]
    # What stayed in a finished order went into what it made.
    finish(orders=[first], by=plant.worker)
    assert {one.order for one in between(raw)} == {"MO-2"}
    assert between(raw, make_user("operator", site=plant.site))
    elsewhere = make_user("operator", site=make_location().site)
    assert between(raw, elsewhere) == [] and between(plant.product) == []


def test_the_page_of_the_item_adds_them_up(client: Client, plant: Plant, raw: Item) -> None:
    order = welded(plant, raw, "MO-1", 6)
    at_vendor(plant, order, 2)
    client.force_login(make_user("planner"))
    assert "Between operations" in client.get("/strategies/items/BIKE-RAW/").content.decode()
    assert "Between operations" not in client.get("/strategies/items/BIKE/").content.decode()
    section = client.get(reverse("execution:item-between", args=[raw.pk])).content.decode()
    for said in (order.get_absolute_url(), "Weld", "Zinc Bros", "In all"):
        assert said in section
    assert section.split("In all")[1].split("</td>")[0].endswith('6 <span class="u">EA</span>')
    none = client.get(reverse("execution:item-between", args=[make_item().pk])).content.decode()
    assert "None stands between operations." in none


def test_rest_says_it_of_moves_and_of_what_stands(plant: Plant, raw: Item) -> None:
    welded(plant, raw, "MO-1", 6)
    api = APIClient()
    api.force_authenticate(make_user("planner"))
    moves = api.get(f"{BASE}/wip-moves/?half_finished=BIKE-RAW").json()["results"]
    assert [(one["operation"], one["half_finished"], one["quantity"]) for one in moves] == [
        (10, "BIKE-RAW", "6")
    ]
    assert api.get(f"{BASE}/wip-moves/?half_finished=BIKE").json()["results"] == []
    whole = {"item": "BIKE-RAW", "name": "Bike, raw", "unit": "EA", "quantity": "6"}
    pile = {"order": "MO-1", "operation": 10, "name": "Weld", "site": "MAIN", "location": "", "vendor": ""}
    assert api.get(f"{BASE}/wip-moves/standing/").json() == {"results": [whole]}
    assert api.get(f"{BASE}/wip-moves/standing/?item=BIKE-RAW").json() == {
        "results": [whole | {"standing": [pile | {"quantity": "6"}]}]
    }
    wrong = api.get(f"{BASE}/wip-moves/standing/?item=NOBODY")
    assert (wrong.status_code, "There is no item NOBODY." in wrong.content.decode()) == (400, True)
    steps = api.get("/api/v1/planning/orders/MO-1/?expand=operations").json()["operations"]
    assert [one["half_finished"] for one in steps] == ["BIKE-RAW", None]


def test_the_pages_of_the_order_and_of_the_report_call_the_pieces_so(
    client: Client, plant: Plant, raw: Item
) -> None:
    order = welded(plant, raw, "MO-1", 6)
    client.force_login(make_user("planner"))
    floor = client.get(reverse("execution:order-floor", args=[order.pk])).content.decode()
    standing = floor.split("Pieces between operations")[1].split("</table>")[0]
    assert "BIKE-RAW" in standing and "Bike, raw" in standing
    steps = client.get(reverse("planning:order-operations", args=[order.pk])).content.decode()
    assert "leaves as" in steps and "BIKE-RAW" in steps
    brought = client.get("/execution/reports/" + wip_report(order) + "/?tab=moves").content.decode()
    assert "BIKE-RAW" in brought


def wip_report(order: ProductionOrder) -> str:
    number = WipMove.objects.filter(operation__order=order).values_list("report__number", flat=True).first()
    return str(number)


def test_the_traveller_says_what_each_operation_leaves(plant: Plant, raw: Item) -> None:
    order = welded(plant, raw, "MO-1", 6)
    assert "Leaves as BIKE-RAW Bike, raw" in " ".join(pages(paper.traveller(order)))


def test_a_trace_says_what_stands_there_and_what_was_reported(plant: Plant, raw: Item) -> None:
    order = welded(plant, raw, "MO-1", 6)
    assert _piles([order.pk]) == {order.pk: [("", "6 BIKE-RAW behind operation 10")]}
    at_vendor(plant, order, 6)
    assert _piles([order.pk]) == {order.pk: [("Zinc Bros", "6 BIKE-RAW behind operation 10 at Zinc Bros")]}
    plant.fill()
    report(operation=operations(order)[1], good=Decimal(6), by=plant.worker)
    moves = OutputMove.objects.filter(output__order=order).values_list("move", flat=True)
    assert [one.said.split(" · ")[0] for one in reported(Reviewing(moves=tuple(moves)))] == [
        "6 good",
        "6 good as BIKE-RAW",
    ]
