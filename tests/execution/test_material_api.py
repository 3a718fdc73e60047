"""Components are set right over REST: named by their codes, one effect per key, refused in a sentence, undone."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from execution.models import Adjustment
from execution.services.release import release
from p2p.inventory.models import Reservation
from planning.models import Material
from tests.execution.conftest import Plant
from tests.factories import make_item as item
from tests.factories import make_lot, make_order, make_reason, make_stock, make_user

pytestmark = pytest.mark.django_db
BASE = "/api/v1/execution"


def client_of(user: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def floor(plant: Plant) -> APIClient:
    return client_of(plant.worker)


@pytest.fixture
def steel(plant: Plant) -> Material:
    """Ten of a component with lots OLD and NEW, ten of each in the store, on the pick list of MO-1."""
    part = item("STEEL", tracking="lot")
    for number in ("OLD", "NEW"):
        make_stock(part, 10, plant.places["STORE"], lot=make_lot(part, number))
    order = make_order(plant.product, 10, site=plant.site, number="MO-1", materials={part: 1})
    release(orders=[order], by=plant.worker)
    return Material.objects.get(order=order)


def test_more_is_taken_and_some_given_back_and_both_undone(floor: APIClient, steel: Material) -> None:
    (row,) = floor.get(f"{BASE}/materials/?order_number=MO-1").json()["results"]
    assert (row["item"], row["quantity"], row["issued_quantity"]) == ("STEEL", "10", "0")
    url = f"{BASE}/materials/{row['id']}/"
    (taken,) = floor.post(f"{url}adjust/", {"quantity": "4", "lot": "NEW"}, format="json").json()
    assert (taken["item"], taken["quantity"], taken["undone"]) == ("STEEL", "4", False)
    (back,) = floor.post(f"{url}adjust/", {"quantity": "-1", "location": "STORE"}, format="json").json()
    assert floor.get(url).json()["issued_quantity"] == "3"
    for one in (back, taken):
        answer = floor.post(f"{BASE}/adjustments/{one['id']}/undo/", {}, format="json")
        assert (answer.status_code, answer.json()["reverses"]) == (200, one["id"])
    assert floor.get(url).json()["issued_quantity"] == "0"
    assert len(floor.get(f"{BASE}/adjustments/?order_number=MO-1").json()["results"]) == 4


def test_more_than_planned_names_a_reason(floor: APIClient, steel: Material) -> None:
    make_reason("SPILT", kind="adjustment")
    url = f"{BASE}/materials/{steel.pk}/adjust/"
    no = floor.post(url, {"quantity": "11"}, format="json")
    assert (no.status_code, no.json()["field"]) == (409, "reason")
    assert floor.post(url, {"quantity": "11", "reason": "SPILT"}, format="json").status_code == 200
    assert Adjustment.objects.get().reason.code == "SPILT"


def test_one_key_counts_once(floor: APIClient, steel: Material) -> None:
    for _time in range(2):
        floor.post(
            f"{BASE}/materials/{steel.pk}/adjust/",
            {"quantity": "1"},
            format="json",
            headers={"idempotency-key": "k1"},
        )
    assert Adjustment.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"lot": "NONE"}, "STEEL has no NONE"),
        ({"location": "NOWHERE"}, "There is no place NOWHERE"),
        ({"unit": "HU-9"}, "There is no handling unit HU-9"),
        ({"quantity": "0"}, ""),
        ({"quantity": "1.5"}, ""),
    ],
)
def test_what_is_not_known_is_named(
    floor: APIClient, steel: Material, given: dict[str, str], words: str
) -> None:
    answer = floor.post(f"{BASE}/materials/{steel.pk}/adjust/", {"quantity": "1", **given}, format="json")
    assert answer.status_code in (400, 409)
    assert words in answer.content.decode()
    assert not Adjustment.objects.exists()


def test_who_may_not_book_work_takes_nothing(plant: Plant, steel: Material) -> None:
    buyer = client_of(make_user("buyer"))
    assert (
        buyer.post(f"{BASE}/materials/{steel.pk}/adjust/", {"quantity": "1"}, format="json").status_code
        == 403
    )


def test_a_line_is_picked_by_its_number_found_short_and_put_back(floor: APIClient, steel: Material) -> None:
    make_reason("LOST", kind="adjustment")
    (line,) = floor.get(f"{BASE}/pick-lines/?order_number=MO-1&state=open").json()["results"]
    url = f"{BASE}/pick-lines/{line['id']}/"
    picked = floor.post(f"{url}pick/", {"quantity": "4", "lot": "OLD"}, format="json").json()
    assert (picked["picked_quantity"], picked["quantity"]) == ("4", "10")
    no = floor.post(f"{url}pick/", {"quantity": "7"}, format="json")
    assert (no.status_code, no.json()["code"]) == (409, "over_pick")
    back = floor.post(f"{url}put-back/", {}, format="json").json()
    assert back["picked_quantity"] == "0"
    less = floor.post(f"{url}short/", {"quantity": "-2", "reason": "LOST"}, format="json")
    assert (less.status_code, less.json()["field"]) == (409, "quantity")
    short = floor.post(f"{url}short/", {"quantity": "2", "reason": "LOST"}, format="json").json()
    assert (short["picked_quantity"], short["quantity"]) == ("2", "2")
    lines = floor.get(f"{BASE}/pick-lines/?order_number=MO-1").json()["results"]
    assert sorted((row["lot"], row["quantity"]) for row in lines) == [("NEW", "8"), ("OLD", "2")]


def test_a_lot_is_kept_for_it_in_exchange_and_let_go(floor: APIClient, steel: Material) -> None:
    url = f"{BASE}/materials/{steel.pk}/"
    done = floor.post(f"{url}keep/", {"quantity": "4", "lot": "NEW"}, format="json")
    assert done.status_code == 200
    assert done.json() == {
        "kept": [{"location": "STORE", "lot": "NEW", "serial": "", "unit": "", "quantity": "4"}],
        "freed": [{"location": "STORE", "lot": "OLD", "serial": "", "unit": "", "quantity": "4"}],
    }
    no = floor.post(f"{url}keep/", {"quantity": "11", "lot": "NEW"}, format="json")
    assert (no.status_code, no.json()["field"]) == (409, "quantity")
    back = floor.post(f"{url}let-go/", {"quantity": "4", "lot": "NEW"}, format="json")
    assert [one["lot"] for one in back.json()["freed"]] == ["NEW"]
    assert dict(Reservation.objects.values_list("lot__number", "quantity")) == {"OLD": 6}


def test_one_key_keeps_once_and_a_buyer_keeps_nothing(floor: APIClient, steel: Material) -> None:
    url = f"{BASE}/materials/{steel.pk}/let-go/"
    for _time in range(2):
        floor.post(url, {"quantity": "3"}, format="json", headers={"idempotency-key": "k2"})
    assert Reservation.objects.get().quantity == 7
    assert client_of(make_user("buyer")).post(url, {"quantity": "1"}, format="json").status_code == 403
