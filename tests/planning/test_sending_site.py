"""A transfer is shipped by the people of the site it leaves and received by those of the site it is for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from p2p.core import clock
from p2p.inventory.models import Hold
from p2p.inventory.services.holds import hold
from planning.models import ReplenishmentOrder, ShipmentMove
from planning.services.replenishment import create_replenishment
from tests.factories import (
    make_item,
    make_location,
    make_reason,
    make_site,
    make_stock,
    make_user,
    make_vendor,
)

pytestmark = pytest.mark.django_db
API = "/api/v1/planning"


def of(site: Any, role: str = "operator") -> Client:
    client = Client()
    client.force_login(make_user(role, site=site))
    return client


def post(client: Client, path: str, body: Any, status: int = 200) -> Any:
    answer = client.post(f"{API}/{path}", body, content_type="application/json")
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


@pytest.fixture
def order() -> ReplenishmentOrder:
    """24 BOLT from OTHER to MAIN, of which 10 lie there free; a purchase of MAIN beside it."""
    main, other = make_site("MAIN"), make_site("OTHER")
    make_location(main, code="ROAD", kind="transit", nettable=False)
    far, bolt = make_location(other, code="FAR"), make_item("BOLT")
    make_stock(bolt, 10, far)
    due = clock.now().date() + timedelta(3)
    create_replenishment(site=main, item=bolt, quantity=Decimal(7), due_on=due, vendor=make_vendor(), by=None)
    return create_replenishment(
        site=main, item=bolt, quantity=Decimal(24), due_on=due, from_location=far, by=None
    )


def far_of(order: ReplenishmentOrder) -> Any:
    return order.from_location.site


def test_the_senders_clerk_opens_the_order_and_ships_it_and_does_nothing_else(order: Any) -> None:
    client, page = of(far_of(order)), reverse("planning:replenishment", args=[order.number])
    shown = client.get(page).content.decode()
    ship = reverse("planning:replenishment-ship", args=[order.pk])
    receive = reverse("planning:replenishment-receive", args=[order.pk])
    assert ship in shown and receive not in shown
    assert (
        client.get(reverse("core:journal", args=["planning.replenishmentorder", order.pk])).status_code == 200
    )
    assert client.post(ship, {"quantity": "4"}).status_code == 303
    order.refresh_from_db()
    assert order.shipped_quantity == 4
    client.post(receive, {"key": "k", f"{order.pk}-0-quantity": "4"})
    order.refresh_from_db()
    assert order.received_quantity == 0
    paper = reverse("planning:despatch-note", args=[ShipmentMove.objects.get().pk])
    assert client.get(paper)["Content-Type"] == "application/pdf"


def test_the_receivers_clerk_receives_and_does_not_ship(order: Any) -> None:
    client, page = of(order.site), reverse("planning:replenishment", args=[order.number])
    ship = reverse("planning:replenishment-ship", args=[order.pk])
    shown = client.get(page).content.decode()
    assert ship not in shown and reverse("planning:replenishment-receive", args=[order.pk]) in shown
    assert client.post(ship, {"quantity": "4"}).status_code == 403
    of(far_of(order)).post(ship, {"quantity": "4"})
    receive = reverse("planning:replenishment-receive", args=[order.pk])
    assert client.post(receive, {"key": "k", f"{order.pk}-0-quantity": "4"}).status_code == 303
    order.refresh_from_db()
    assert (order.shipped_quantity, order.received_quantity) == (4, 4)


def test_each_does_only_its_act_over_rest(order: Any) -> None:
    sender, receiver = of(far_of(order)), of(order.site)
    path = f"replenishments/{order.number}"
    post(receiver, f"{path}/ship/", {"quantity": "4"}, 403)
    assert post(sender, f"{path}/ship/", {"quantity": "4"})["shipped_quantity"] == "4"
    post(sender, f"{path}/receive/", {"quantity": "4"}, 403)
    assert post(receiver, f"{path}/receive/", {"quantity": "4"})["received_quantity"] == "4"
    for client, may in (
        (sender, {"ship": True, "receive": False}),
        (receiver, {"ship": False, "receive": True}),
    ):
        verbs = client.get(f"{API}/{path}/").json()["verbs"]
        assert {name: verbs[name]["allowed"] for name in may} == may
    assert of(make_site("THIRD")).get(f"{API}/{path}/").status_code == 404


def test_who_shipped_takes_it_back_and_who_waited_finds_what_was_lost(order: Any) -> None:
    sender, receiver = of(far_of(order), "supervisor"), of(order.site, "supervisor")
    path = f"replenishments/{order.number}"
    for _each in range(2):
        post(sender, f"{path}/ship/", {"quantity": "4"})
    first = ShipmentMove.objects.order_by("pk").first()
    tab = reverse("planning:replenishment", args=[order.number]) + "?tab=shipments"
    back = reverse("planning:shipment-take-back", args=[first.pk])
    assert back in sender.get(tab).content.decode() and back not in receiver.get(tab).content.decode()
    post(receiver, f"shipments/{first.pk}/take-back/", {}, 403)
    assert receiver.post(back, {}).status_code == 403
    post(sender, f"shipments/{first.pk}/take-back/", {})
    loss = {"quantity": "4", "reason": make_reason("FELL", kind="scrap").code}
    post(sender, f"{path}/lose/", loss, 403)
    post(receiver, f"{path}/lose/", loss)
    lost = ShipmentMove.objects.get(move__kind="scrap")
    post(sender, f"shipments/{lost.pk}/take-back/", {}, 403)
    post(receiver, f"shipments/{lost.pk}/take-back/", {})
    order.refresh_from_db()
    assert order.shipped_quantity == 4


def test_what_is_to_leave_stands_in_a_list_of_the_site_it_leaves(order: Any) -> None:
    where = reverse("planning:to-ship")
    shown = of(far_of(order)).get(where).content.decode()
    assert order.number in shown and "FAR" in shown and "24" in shown
    assert order.number not in of(order.site).get(where).content.decode()
    assert of(far_of(order)).get(where + "?counts=1").json() == {"late": "0", "today": "0", "week": "1"}
    wanted = [row["number"] for row in _to_ship(far_of(order))]
    assert wanted == [order.number]
    make_stock(order.item, 14, order.from_location)
    post(of(far_of(order)), f"replenishments/{order.number}/ship/", {"quantity": "24"})
    assert _to_ship(far_of(order)) == []
    assert order.number not in of(far_of(order)).get(where).content.decode()


def _to_ship(site: Any) -> Any:
    return of(site).get(f"{API}/replenishments/?to_ship=true&from_site={site.code}").json()["results"]


def test_the_list_knows_what_is_free_where_it_leaves(order: Any) -> None:
    from planning.selectors import to_ship

    (row,) = to_ship(today=clock.now().date())
    assert (row.left, row.free, row.enough) == (24, 10, False)
    make_stock(order.item, 14, order.from_location)
    (row,) = to_ship(today=clock.now().date())
    assert (row.free, row.enough) == (24, True)
    hold(item=order.item, kind=Hold.Kind.values[0], location=order.from_location, by=None)
    (row,) = to_ship(today=clock.now().date())
    assert (row.free, row.enough) == (0, False)
