"""Receiving at the desk says all that is wrong at once, keeps what was typed, and makes the pallet that is named."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from p2p.core import clock
from p2p.core.models import Grant, Journal
from p2p.core.refusal import Refused
from p2p.inventory.models import Balance, HandlingUnit, Move
from p2p.inventory.services.units import create_units
from planning.models import ReplenishmentMove, ReplenishmentOrder
from planning.services.receive import ReceiptLine, receive_lines
from planning.services.replenishment import create_replenishment
from strategies.models import Site
from tests.factories import make_item, make_location, make_site, make_stock, make_user, make_vendor

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN")


def bought(site: Site, item: Any, quantity: int = 10, **also: Any) -> ReplenishmentOrder:
    ends = also or {"vendor": make_vendor()}
    return create_replenishment(
        site=site, item=item, quantity=Decimal(quantity), due_on=clock.now().date(), by=None, **ends
    )


def receive(orders: list[ReplenishmentOrder], typed: dict[str, Any], status: int, user: Any = None) -> str:
    client = Client()
    client.force_login(user or make_user("operator"))
    where = reverse("planning:receive") + "?ids=" + ",".join(str(one.pk) for one in orders)
    answer = client.post(where, typed)
    assert answer.status_code == status, answer.content.decode()[:800]
    return str(answer.content.decode())


def test_all_blocks_say_at_once_what_is_wrong_with_them(site: Site) -> None:
    orders = [bought(site, make_item(f"ITEM-{n}")) for n in range(4)]
    typed = {
        f"{one.pk}-0-quantity": amount for one, amount in zip(orders, ("12", "3", "15", "4"), strict=True)
    }
    journal = Journal.objects.count()
    shown = receive(orders, typed, 409)
    assert "at most 10 more are taken in, not 12" in shown and "at most 10 more are taken in, not 15" in shown
    assert shown.index("ITEM-0") < shown.index("not 12") < shown.index("ITEM-1")
    assert shown.index("ITEM-2") < shown.index("not 15") < shown.index("ITEM-3")
    assert all(f'value="{amount}"' in shown for amount in ("12", "3", "15", "4"))
    assert not Move.objects.exists() and Journal.objects.count() == journal


def test_what_is_typed_wrong_and_what_is_refused_is_told_together(site: Site) -> None:
    first, second = (bought(site, make_item(f"ITEM-{n}")) for n in range(2))
    typed = {f"{first.pk}-0-quantity": "1", f"{first.pk}-0-location": "NO", f"{second.pk}-0-quantity": "12"}
    shown = receive([first, second], typed, 422)
    assert "There is no location NO" in shown and "not 12" in shown
    assert not Move.objects.exists()


def test_blocks_that_are_too_much_only_together_are_told_once(site: Site) -> None:
    order = bought(site, make_item())
    typed = {f"blocks-{order.pk}": "2", f"{order.pk}-0-quantity": "6", f"{order.pk}-1-quantity": "7"}
    shown = receive([order], typed, 409)
    assert shown.count("at most 10 more are taken in, not 13") >= 1
    assert not Move.objects.exists()


def test_goods_of_a_site_where_one_has_no_role_are_named_on_the_form_and_nothing_is_lost(site: Site) -> None:
    far, bolt = make_site("OTHER"), make_item("BOLT")
    make_stock(bolt, 10, far.locations.get(code="STORE"))
    transfer = bought(site, bolt, from_location=far.locations.get(code="STORE"))
    purchase = bought(site, make_item("NUT"))
    typed = {f"{transfer.pk}-0-quantity": "4", f"{purchase.pk}-0-quantity": "3", "delivery_note": "DN-7"}
    shown = receive([transfer, purchase], typed, 409, make_user("operator", site=site))
    assert "This needs one of these roles at OTHER" in shown
    text = strip_tags(shown)  # a token of the page may hold any three letters
    assert text.index("NUT") < text.index("BOLT") < text.index("at OTHER:")  # by number, PO before TO
    assert 'value="DN-7"' in shown and 'value="4"' in shown
    assert not ReplenishmentMove.objects.exists()


def test_orders_that_are_left_out_are_named(site: Site) -> None:
    mine, theirs = bought(site, make_item()), bought(make_site("OTHER"), make_item())
    user = make_user("operator", site=site)
    Grant.objects.create(user=user, role="inspector", scope="OTHER")
    client = Client()
    client.force_login(user)
    where = reverse("planning:receive") + f"?ids={mine.pk},{theirs.pk}"
    shown = client.get(where).content.decode()
    assert f"{theirs.number} is for OTHER: you do not receive there." in shown
    assert f"{mine.number} is for" not in shown


def test_a_new_number_makes_the_pallet_and_a_plus_the_next_of_the_series(site: Site) -> None:
    first, second = bought(site, make_item("BOLT")), bought(site, make_item("NUT"))
    typed = {
        f"{first.pk}-0-quantity": "4",
        f"{first.pk}-0-plate": "PAL-NEW",
        f"{second.pk}-0-quantity": "5",
        f"{second.pk}-0-plate": "+",
    }
    receive([first, second], typed, 303)
    units = {row.item.number: row.handling_unit.number for row in Balance.objects.exclude(handling_unit=None)}
    made = HandlingUnit.objects.exclude(number="PAL-NEW").get()
    assert units == {"BOLT": "PAL-NEW", "NUT": made.number} and made.number.startswith("HU")


def test_two_lines_stand_on_one_new_pallet(site: Site) -> None:
    orders = [bought(site, make_item(name)) for name in ("BOLT", "NUT")]
    receive_lines(lines=[ReceiptLine(order=one, quantity=Decimal(2), plate="P-1") for one in orders], by=None)
    assert Balance.objects.filter(handling_unit__number="P-1").count() == 2


def test_a_pallet_that_stands_elsewhere_is_refused_in_its_block_and_none_is_made(site: Site) -> None:
    make_location(site, code="SHELF")
    create_units(number="P-1", location=site.locations.get(code="SHELF"), by=None)
    first, second = bought(site, make_item("BOLT")), bought(site, make_item("NUT"))
    typed = {
        f"{first.pk}-0-quantity": "4",
        f"{first.pk}-0-plate": "P-NEW",
        f"{second.pk}-0-quantity": "5",
        f"{second.pk}-0-plate": "P-1",
    }
    shown = receive([first, second], typed, 409)
    text = strip_tags(shown)
    assert text.index("NUT") < text.index("P-1 stands at SHELF")
    assert not HandlingUnit.objects.filter(number="P-NEW").exists() and not Move.objects.exists()


def test_one_unit_is_named_one_way(site: Site) -> None:
    (unit,) = create_units(number="P-1", location=site.locations.get(code="STORE"), by=None)
    line = ReceiptLine(order=bought(site, make_item()), quantity=Decimal(1), into_unit=unit, plate="P-2")
    with pytest.raises(Refused, match="name one handling unit, P-1 or P-2"):
        receive_lines(lines=[line], by=None)


def test_rest_makes_the_pallet_too(site: Site) -> None:
    order = bought(site, make_item())
    client = Client()
    client.force_login(make_user("operator"))
    body = {"lines": [{"order": order.number, "quantity": "4", "plate": "PAL-9"}]}
    answer = client.post("/api/v1/planning/receipts/receive/", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert Balance.objects.get(handling_unit__number="PAL-9").quantity == 4
