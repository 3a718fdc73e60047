"""The order page shows what of stock is kept for it, and gives it back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from execution.models import PickLine
from execution.services.release import release
from p2p.inventory.models import Reservation, SoftReservation
from p2p.inventory.services.allocation import allocate
from p2p.inventory.services.claims import claim_one
from p2p.inventory.services.needs import Need
from planning.models import ProductionOrder
from tests.execution.conftest import Plant
from tests.factories import make_item, make_lot, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db


def browser(role: str, **also: object) -> Client:
    client = Client()
    client.force_login(make_user(role, **also))
    return client


def tab(client: Client, order: ProductionOrder) -> str:
    answer = client.get(reverse("execution:order-reserved", args=[order.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_order_shows_place_lot_and_quantity_and_a_reservation_is_given_back_there(plant: Plant) -> None:
    order = plant.order(10)
    glue = make_item("GLUE", tracking="lot")
    make_stock(glue, 9, plant.places["STORE"], lot=make_lot(glue, "G-7"))
    allocate(needs=[Need(item=glue, quantity=Decimal(6), site=plant.site, reference=order.number)], by=None)
    claim_one(site=plant.site, item=glue, quantity=Decimal(2), reference=order.number, by=None)
    boss = browser("supervisor")
    page = tab(boss, order)
    for word in ("GLUE", "G-7", "STORE", "Claimed, without a place yet", "Give back"):
        assert word in page
    assert "Give back" not in tab(browser("operator"), order)
    row, soft = Reservation.objects.get(), SoftReservation.objects.get()
    give, let_go = (
        f"/inventory/reservations/{row.pk}/give-back",
        f"/inventory/soft-reservations/{soft.pk}/give-back",
    )
    assert browser("operator").post(give).status_code == 403
    assert boss.post(give).status_code in {200, 204, 302}
    assert boss.post(let_go).status_code in {200, 204, 302}
    assert not Reservation.objects.exists() and not SoftReservation.objects.exists()
    assert "Nothing lies ready for this order" in tab(boss, order)


def test_what_stands_on_a_pick_list_names_it_and_stays(plant: Plant) -> None:
    plant.fill(100)
    order = plant.order(10)
    (found,) = release(orders=[order], by=plant.worker)
    boss = browser("supervisor")
    page = tab(boss, order)
    assert found.number in page and "Give back" not in page
    row = Reservation.objects.filter(pk__in=PickLine.objects.values("reservation")).first()
    answer = boss.post(f"/inventory/reservations/{row.pk}/give-back")
    assert Reservation.objects.filter(pk=row.pk).exists(), answer.content


def test_an_order_of_another_site_shows_nothing(plant: Plant) -> None:
    order = plant.order(10)
    stranger = browser("supervisor", site=make_site("OTHER"))
    assert stranger.get(reverse("execution:order-reserved", args=[order.pk])).status_code == 404
