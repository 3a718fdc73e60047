"""A transfer raised by hand: the form proposes, either site may ask, lots are kept, and free when it is called off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from p2p.core import clock
from p2p.core.refusal import Refused
from p2p.inventory.models import Reservation
from p2p.inventory.services.doors import Doors
from p2p.inventory.services.holds import hold
from planning.models import ReplenishmentOrder
from planning.services.by_hand import raise_transfer
from planning.services.replenishment import cancel_replenishment, create_replenishment
from planning.services.transfer import ShipLine, ship
from tests.core.paper.reading import pages
from tests.factories import (
    make_item,
    make_location,
    make_lot,
    make_reason,
    make_site,
    make_stock,
    make_user,
    make_vendor,
)

pytestmark = pytest.mark.django_db
API = "/api/v1/planning/replenishments"


class Plant:
    """MAIN wants DOUGH, tracked by lot; at OTHER 6 of lot A and 9 of lot B lie at FAR, 3 of A at NEAR."""

    def __init__(self) -> None:
        self.main, self.other = make_site("MAIN"), make_site("OTHER")
        make_location(self.main, code="ROAD", kind="transit", nettable=False)
        self.far, self.near = (make_location(self.other, code=code) for code in ("FAR", "NEAR"))
        self.dough = make_item("DOUGH", tracking="lot")
        self.lots = {name: make_lot(self.dough, name) for name in ("A", "B")}
        for name, quantity, place in (("A", 6, self.far), ("B", 9, self.far), ("A", 3, self.near)):
            make_stock(self.dough, quantity, place, lot=self.lots[name])
        self.day = clock.now().date() + timedelta(days=2)

    def asked(self, quantity: int = 8, **also: Any) -> ReplenishmentOrder:
        given = {"source": self.far, "site": self.main, "due_on": self.day, "by": None, **also}
        return raise_transfer(item=self.dough, quantity=Decimal(quantity), **given)

    def typed(self, **also: Any) -> dict[str, Any]:
        return {"item": "DOUGH", "quantity": "8", "from_site": "OTHER", "source": "", "site": "MAIN", "target": "",
                "due_on": self.day.isoformat(), "lots": "", **also}  # fmt: skip


@pytest.fixture
def plant() -> Plant:
    return Plant()


def of(role: str, site: Any) -> Client:
    client = Client()
    client.force_login(make_user(role, site=site))
    return client


def kept(order: ReplenishmentOrder) -> dict[str, Decimal]:
    rows = Reservation.objects.filter(reference=order.number)
    return dict(rows.values_list("lot__number", "quantity"))


def test_lots_named_are_kept_in_their_turn_and_leave_with_it(plant: Plant) -> None:
    order = plant.asked(lots=["B", "A"], quantity=12)
    assert kept(order) == {"B": 9, "A": 3}
    moves = ship(lines=[ShipLine(order=order, quantity=Decimal(12))], by=None)
    assert {(move.lot.number, move.quantity) for move in moves if move.lot} == {("B", 9), ("A", 3)}


def test_what_is_kept_is_free_again_when_it_is_called_off(plant: Plant) -> None:
    order = plant.asked(lots=["A"], quantity=5)
    cancel_replenishment(orders=[order], by=None)
    assert kept(order) == {}


def test_within_a_site_it_does_not_go_to_where_it_lies_though_nobody_says_where(plant: Plant) -> None:
    door = Doors([plant.other]).receiving(plant.other)
    for also in ({}, {"target": door}):
        with pytest.raises(Refused, match=f"From {door.code} to {door.code}: name another place"):
            plant.asked(source=door, site=plant.other, **also)
    assert not ReplenishmentOrder.objects.exists()
    assert plant.asked(source=plant.far, site=plant.other).from_location == plant.far


def test_lots_that_have_not_so_much_there_are_refused_and_nothing_is_ordered(plant: Plant) -> None:
    with pytest.raises(Refused, match="At FAR 6 EA of A are free, not 8"):
        plant.asked(lots=["A"])
    assert not ReplenishmentOrder.objects.exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"source": "CUST"}, "CUST holds no stock"),
        ({"target": "NEAR"}, "NEAR is not at MAIN"),
        ({"site": "OTHER", "target": "FAR"}, "name another place"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    plant: Plant, given: dict[str, str], sentence: str
) -> None:
    make_location(plant.other, code="CUST", kind="customer")
    places = {one.code: one for one in plant.other.locations.all()}
    said: dict[str, Any] = {name: places[code] for name, code in given.items() if name != "site"}
    if "site" in given:
        said["site"] = plant.other
    with pytest.raises(Refused, match=sentence):
        plant.asked(**said)


def test_either_site_may_ask_and_no_third_one(plant: Plant) -> None:
    for site in (plant.main, plant.other):
        assert plant.asked(1, by=make_user("operator", site=site)).state == "firm"
    with pytest.raises(PermissionDenied):
        plant.asked(1, by=make_user("operator", site=make_site("THIRD")))


def test_the_form_proposes_where_it_lies_and_orders(plant: Plant) -> None:
    client = of("operator", plant.main)
    page = client.get(reverse("planning:transfer-of", args=[plant.dough.pk]))
    start = page.context["form"].initial
    assert (start["from_site"], start["source"], start["site"]) == ("OTHER", "FAR", "MAIN")
    bare = client.get(reverse("planning:transfer-new")).context["form"].initial
    assert (bare["from_site"], bare["site"]) == ("OTHER", "MAIN")
    there = client.get(reverse("planning:transfer-there"), {"item": "dough"}).context["there"]
    assert [(one.place.code, one.free) for one in there] == [("FAR", 15), ("NEAR", 3)]
    answer = client.post(reverse("planning:transfer-new"), plant.typed(lots="B"))
    order = ReplenishmentOrder.objects.get()
    assert answer.status_code == 303 and answer.url.endswith(f"/{order.number}/")
    assert (order.from_location, order.site, order.quantity) == (plant.far, plant.main, 8)
    assert kept(order) == {"B": 8}


def test_from_to_ship_it_leaves_the_own_site(plant: Plant) -> None:
    client = of("operator", plant.main)
    assert reverse("planning:transfer-out") in client.get(reverse("planning:to-ship")).content.decode()
    page = reverse("planning:transfer-out")
    start = client.get(page).context["form"].initial
    assert (start["from_site"], start["site"]) == ("MAIN", "OTHER")
    make_stock(plant.dough, 2, make_location(plant.main, code="HERE"), lot=plant.lots["A"])
    start = client.get(page, {"item": "DOUGH"}).context["form"].initial
    assert (start["from_site"], start["source"], start["site"]) == ("MAIN", "HERE", "OTHER")


def test_who_works_at_several_sites_sends_from_the_one_he_calls_his_own(plant: Plant) -> None:
    client = Client()
    client.force_login(make_user("operator", default_scope="OTHER"))
    start = client.get(reverse("planning:transfer-out")).context["form"].initial
    assert (start["from_site"], start["site"]) == ("OTHER", "MAIN")
    start = client.get(reverse("planning:transfer-new")).context["form"].initial
    assert (start["from_site"], start["site"]) == ("MAIN", "OTHER")


def test_the_form_that_ships_names_the_lots_that_are_kept(plant: Plant) -> None:
    free, order = plant.asked(1), plant.asked(8, lots=["B"])
    client = of("operator", plant.other)
    words = {
        one.pk: str(
            client.get(reverse("planning:replenishment-ship", args=[one.pk]))
            .context["form"]
            .fields["lot"]
            .help_text
        )
        for one in (free, order)
    }
    assert words[order.pk] == "Empty: the lots kept for it, B (8 EA); then by the item's rule."
    assert words[free.pk] == "Empty: what is kept for it, then by the item's rule."


def test_what_is_held_is_not_proposed(plant: Plant) -> None:
    hold(item=plant.dough, location=plant.far, kind="manual", reason=make_reason(kind="hold"), by=None)
    client = of("operator", plant.main)
    client.post(reverse("planning:transfer-new"), plant.typed(quantity="2"))
    assert ReplenishmentOrder.objects.get().from_location == plant.near


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"source": "NOWHERE"}, "source", "There is no place NOWHERE at OTHER."),
        ({"item": "NOTHING"}, "item", "There is no item NOTHING."),
        ({"from_site": "MAIN"}, "source", "No DOUGH is free at MAIN: name the place it will come from."),
        ({"quantity": "0"}, "quantity", "The quantity of DOUGH must be more than zero."),
    ],
)
def test_what_is_typed_wrong_stands_at_its_field(
    plant: Plant, given: dict[str, str], field: str, sentence: str
) -> None:
    answer = of("planner", plant.main).post(reverse("planning:transfer-new"), plant.typed(**given))
    assert answer.status_code in (409, 422)
    errors = answer.context["form"].errors
    assert sentence in str(errors.get(field))
    assert not ReplenishmentOrder.objects.exists()


def test_rest_raises_it_keeps_its_lots_and_calls_it_off(plant: Plant) -> None:
    client = of("operator", plant.main)
    body = {"item": "DOUGH", "quantity": "7", "from_site": "OTHER", "site": "MAIN", "due_on": plant.day.isoformat(),
            "lots": ["B"]}  # fmt: skip
    answer = client.post(f"{API}/transfer/", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    order = ReplenishmentOrder.objects.get()
    assert answer.json()["number"] == order.number and kept(order) == {"B": 7}
    wrong = client.post(f"{API}/transfer/", {**body, "source": "X"}, content_type="application/json")
    assert wrong.status_code == 400 and "There is no location X at OTHER" in wrong.content.decode()
    planner = of("planner", plant.main)
    assert planner.post(f"{API}/{order.number}/cancel/").status_code == 200
    assert kept(order) == {}


def test_the_paper_says_what_is_picked_where(plant: Plant) -> None:
    order = plant.asked(10, lots=["B", "A"])
    answer = of("operator", plant.other).get(reverse("planning:transfer-note", args=[order.pk]))
    text = "\n".join(pages(answer.content))
    for said in (order.number, "DOUGH", "FAR", "9 EA", "1 EA"):
        assert said in text


def test_it_is_called_off_on_its_page(plant: Plant) -> None:
    order = plant.asked()
    client = of("supervisor", plant.main)
    page = reverse("planning:replenishment", args=[order.number])
    assert "Cancel" in client.get(page).content.decode()
    client.post(reverse("core:act", args=["replenishment.actions", "cancel", order.pk]))
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_what_has_left_cannot_be_called_off_and_its_page_says_why(plant: Plant) -> None:
    order = plant.asked()
    ship(lines=[ShipLine(order=order, quantity=Decimal(3))], by=None)
    client = of("supervisor", plant.main)
    said = "Some of it has left: what is on its way is received first, or its shipment taken back."
    assert said in client.get(reverse("planning:replenishment", args=[order.number])).content.decode()
    with pytest.raises(Refused, match="in transit"):
        cancel_replenishment(orders=[order], by=None)


def test_a_purchase_is_called_off_by_those_who_buy_alone(plant: Plant) -> None:
    order = create_replenishment(
        site=plant.main,
        item=make_item("SALT"),
        quantity=Decimal(5),
        due_on=plant.day,
        vendor=make_vendor("V"),
        by=None,
    )
    page = reverse("planning:replenishment", args=[order.number])
    button = reverse("core:act", args=["replenishment.actions", "cancel-purchase", order.pk])
    supervisor, buyer = of("supervisor", plant.main), of("buyer", plant.main)
    assert button not in supervisor.get(page).content.decode()
    # The button of transfers is not offered for a purchase at all, and that of purchases not to a supervisor.
    for key, status in (("cancel", 303), ("cancel-purchase", 403)):
        answer = supervisor.post(reverse("core:act", args=["replenishment.actions", key, order.pk]))
        order.refresh_from_db()
        assert (answer.status_code, order.state) == (status, "firm")
    assert button in buyer.get(page).content.decode()
    buyer.post(button)
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_in_the_evening_a_transfer_is_proposed_for_the_day_of_the_plant(plant: Plant) -> None:
    plant.main.time_zone = "America/Los_Angeles"
    plant.main.save()
    with clock.frozen(datetime(2026, 11, 23, 2, 30, tzinfo=UTC)):
        shown = of("planner", plant.main).get(reverse("planning:transfer-new")).content.decode()
    assert 'value="2026-11-22"' in shown and "2026-11-23" not in shown
