"""Picking from a list with the hand-held: by scan and pad, in parts, from elsewhere, short with a reason, undone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from execution.models import PickLine, PickList
from p2p.core.models import Journal
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Reservation
from planning.models import Material
from tests.factories import (
    make_item,
    make_location,
    make_lot,
    make_reason,
    make_serial,
    make_site,
    make_stock,
    make_unit,
    make_user,
)
from tests.pages.shopfloor import wanting

pytestmark = pytest.mark.django_db


class Store:
    """Ten of STEEL are on the list PK of MO-1: lot OLD at A-01; lot NEW lies at B-01."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.site = make_site("MAIN")
        self.a, self.b = make_location(self.site, code="A-01"), make_location(self.site, code="B-01")
        client.force_login(make_user("operator", site=self.site))
        make_reason("LOST", kind="adjustment", name="Not found")

    def fill(self, tracking: str = "lot") -> Any:
        item = make_item("STEEL", tracking=tracking)
        for number, place in (("OLD", self.a), ("NEW", self.b)):
            also = {"lot": make_lot(item, number)} if tracking == "lot" else {}
            make_stock(item, 10, place, **also)
        return item

    def listed(self, item: Any, each: Any = 1) -> PickLine:
        self.order = wanting(item, self.site, each=each, number="MO-1")
        return PickLine.objects.order_by("pk").first()

    def url(self, line: PickLine, name: str = "line") -> str:
        return reverse(f"pages:floor-pick-{name}", args=[line.pick_list.number, line.pk])

    def send(self, url: str, status: int = 302, **typed: str) -> str:
        answer = self.client.post(url, typed)
        assert answer.status_code == status, answer.content.decode()
        return answer.url if status == 302 else answer.content.decode()

    def page(self, url: str) -> str:
        answer = self.client.get(url, follow=True)
        assert answer.status_code == 200
        return answer.content.decode()


@pytest.fixture
def store(client: Client) -> Store:
    return Store(client)


def issued() -> Decimal:
    return Material.objects.get().issued_quantity


def test_the_menu_leads_to_the_list_and_a_scan_of_the_order_opens_it(store: Store) -> None:
    line = store.listed(store.fill())
    menu = reverse("pages:floor-pick")
    assert menu in store.page(reverse("pages:floor-stock"))
    assert line.pick_list.number in store.page(menu)
    to = store.send(menu, code="MO-1", scanned="1")
    assert to == reverse("pages:floor-pick-list", args=[line.pick_list.number])
    assert "WHAT" in store.send(menu, 409, code="WHAT", scanned="1")


def test_place_then_lot_then_quantity_picks_in_parts(store: Store) -> None:
    line = store.listed(store.fill())
    here = reverse("pages:floor-pick-list", args=[line.pick_list.number])
    to = store.send(here, code="A-01", scanned="1")
    assert to == store.url(line) + "?place=A-01"
    to = store.send(store.url(line), code="OLD", scanned="1", place="A-01")
    assert "lot=OLD" in to
    assert "Pick 10 EA" in store.page(to)
    store.send(store.url(line, "do"), place="A-01", lot="OLD", quantity="4")
    line.refresh_from_db()
    assert (line.picked_quantity, line.reservation.quantity, issued()) == (4, 6, 4)
    shown = store.page(here)
    assert "4 EA of STEEL picked" in shown
    store.send(store.url(line, "do"), quantity="6")
    assert PickList.objects.get().state == "picked"
    assert "All of it is picked" in store.page(here)
    assert problems() == []


def test_another_lot_than_the_reserved_one_serves_the_line_and_frees_it(store: Store) -> None:
    line = store.listed(store.fill())
    store.send(store.url(line, "do"), place="B-01", lot="NEW", quantity="10")
    assert Balance.objects.get(lot__number="NEW", location=store.b).quantity == 0
    assert not Reservation.objects.exists()
    assert Balance.objects.get(lot__number="OLD", location=store.a).quantity == 10


def test_more_than_the_line_says_is_refused_and_keeps_what_was_scanned(store: Store) -> None:
    line = store.listed(store.fill())
    said = store.send(store.url(line, "do"), 409, lot="OLD", quantity="11")
    assert "more than the 10 left" in said
    assert 'value="OLD"' in said
    assert issued() == 0


def test_what_is_not_there_is_sought_elsewhere_with_the_reason_in_the_journal(store: Store) -> None:
    line = store.listed(store.fill())
    assert "choose a reason" in store.send(store.url(line, "short"), 409, quantity="7")
    assert issued() == 0
    store.send(store.url(line, "short"), quantity="7", reason="LOST")
    rest = PickLine.objects.get(picked_quantity=0)
    assert (rest.location, rest.lot.number, rest.quantity, rest.reservation.quantity) == (
        store.b,
        "NEW",
        3,
        3,
    )
    line.refresh_from_db()
    assert (line.quantity, line.picked_quantity, line.reservation) == (7, 7, None)
    told = Journal.objects.get(fact="execution.PickedShort")
    assert (told.payload["missing"], told.payload["place"], told.payload["reason"]) == (
        "3",
        "A-01",
        "Not found",
    )
    assert problems() == []


def test_nothing_there_and_nothing_elsewhere_stays_on_the_list_without_a_place(store: Store) -> None:
    item = make_item("BOLT")
    make_stock(item, 10, store.a)
    line = store.listed(item)
    store.send(store.url(line, "short"), reason="LOST")
    line.refresh_from_db()
    assert (line.location, line.reservation, line.quantity) == (None, None, 10)
    assert not Reservation.objects.exists()
    assert issued() == 0


def test_a_line_that_is_all_there_is_not_short(store: Store) -> None:
    line = store.listed(store.fill())
    assert "nothing is missing" in store.send(store.url(line, "short"), 409, quantity="10", reason="LOST")
    assert issued() == 0


def test_what_was_picked_last_is_put_back_and_wanted_again(store: Store) -> None:
    line = store.listed(store.fill())
    store.send(store.url(line, "do"), quantity="10", key="k")
    store.send(store.url(line, "undo"), key="u")
    line.refresh_from_db()
    assert (line.picked_quantity, line.reservation.quantity, issued()) == (0, 10, 0)
    assert PickList.objects.get().state == "open"
    store.send(store.url(line, "undo"), key="v")
    assert issued() == 0
    assert problems() == []


def test_a_form_that_is_sent_twice_picks_once(store: Store) -> None:
    line = store.listed(store.fill())
    for _time in range(3):
        store.send(store.url(line, "do"), quantity="3", key="k-1")
    assert issued() == 3


def test_serial_numbers_open_their_line_and_a_double_is_named(store: Store) -> None:
    pump = make_item("PUMP", tracking="serial")
    for number in ("SN-1", "SN-2", "SN-3"):
        make_stock(pump, 1, store.a, serial=make_serial(pump, number))
    line = store.listed(pump, Decimal("0.2"))
    here = reverse("pages:floor-pick-list", args=[line.pick_list.number])
    to = store.send(here, code=line.serial.number, scanned="1")
    shown = store.page(to)
    assert line.serial.number in shown
    assert "is scanned already" in store.send(store.url(line), 409, code=line.serial.number, scanned="1")
    store.send(store.url(line, "do"))
    assert issued() == 1
    assert f" · {line.serial.number}" in store.page(here)
    other = store.send(here, code="SN-3", scanned="1")
    store.page(other)
    second = PickLine.objects.get(picked_quantity=0)
    store.send(store.url(second, "do"))
    assert Balance.objects.get(serial__number="SN-3").quantity == 0
    assert issued() == 2


def test_what_is_weighed_is_picked_with_its_pieces(store: Store) -> None:
    meat = make_item(
        "MEAT", unit=make_unit("KG", digits=3), catch_unit=make_unit("PC"), catch_least=Decimal("0.5"),
        catch_most=Decimal(2),
    )  # fmt: skip
    make_stock(meat, 20, store.a, catch_quantity=Decimal(20))
    line = store.listed(meat)
    to = store.send(store.url(line), amount="3.5 KG", count="4")
    assert "count=4" in to
    store.send(store.url(line, "do"), quantity="3.5", count="4")
    assert Balance.objects.get(item=meat, location=store.a).catch_quantity == 16


def test_what_the_list_does_not_want_is_named_and_opens_nothing(store: Store) -> None:
    line = store.listed(store.fill())
    make_item("NUT")
    here = reverse("pages:floor-pick-list", args=[line.pick_list.number])
    assert "is to be picked with NUT" in store.send(here, 409, code="NUT", scanned="1")
    assert "WHAT is nothing that is known" in store.send(here, 409, code="WHAT", scanned="1")


def test_lists_of_other_sites_are_not_there(store: Store, client: Client) -> None:
    line = store.listed(store.fill())
    client.force_login(make_user("operator", site=make_site("OTHER")))
    assert client.get(store.url(line)).status_code == 404
    assert client.post(store.url(line, "do"), {"quantity": "1"}).status_code == 404
    assert issued() == 0
