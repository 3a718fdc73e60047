"""A lot lies at several sites: who holds a role at one of them lifts no hold and writes nothing at the others."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from p2p.core.models import Grant, User
from p2p.inventory.models import Hold, Lot, Serial
from p2p.inventory.services.holds import hold
from strategies.models import Item
from strategies.services.importer import Table, take_in
from tests.factories import (
    make_item,
    make_locations,
    make_lot,
    make_serial,
    make_site,
    make_stock,
    make_user,
)  # fmt: skip

pytestmark = pytest.mark.django_db
BASE = "/api/v1/inventory"


@pytest.fixture
def milk() -> Item:
    """Ten of lot L1 at each of two sites, one piece of S1 at the second."""
    item = make_item("MILK", tracking="lot")
    here, there = make_locations(make_site("HERE"), "STORE"), make_locations(make_site("THERE"), "STORE")
    lot = make_lot(item, "L1")
    make_stock(item, 10, here["STORE"], lot=lot)
    make_stock(item, 10, there["STORE"], lot=lot)
    bike = make_item("BIKE", tracking="serial")
    make_stock(bike, 1, there["STORE"], serial=make_serial(bike, "S1"))
    return item


def holder(role: str, *codes: str) -> User:
    user = make_user()
    Grant.objects.bulk_create(Grant(user=user, role=role, scope=code) for code in codes)
    return user


def api(user: User) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(user)
    return client


def held() -> list[Hold]:
    lot, piece = Lot.objects.get(), Serial.objects.get()
    return [
        hold(item=lot.item, kind="quality", lot=lot, by=None),
        hold(item=piece.item, kind="quality", serial=piece, by=None),
    ]


def test_a_hold_on_a_lot_is_lifted_by_who_holds_the_role_wherever_it_lies(milk: Item) -> None:
    for row in held():
        for user, page, answer in (
            (holder("inspector", "HERE"), 403, 403),
            (holder("inspector", "HERE", "THERE"), 200, 200),
        ):
            client = Client()
            client.force_login(user)
            assert client.get(f"/inventory/holds/{row.pk}/lift").status_code == page
            if answer == 403:
                assert client.post(f"/inventory/holds/{row.pk}/lift").status_code == 403
            assert api(user).post(f"{BASE}/holds/{row.pk}/lift/").status_code == answer
            row.refresh_from_db()
            assert (row.released_at is None) == (answer == 403)


def test_the_bulk_sheets_write_nothing_about_pieces_that_lie_at_other_sites(milk: Item) -> None:
    lot = {"item": "MILK", "lot": "L1", "vendor_lot": "X"}
    piece = {"item": "BIKE", "serial": "S1", "vendor_serial": "X"}
    here, both = (api(holder("inspector", *codes)) for codes in (("HERE",), ("HERE", "THERE")))
    for name, row in (("lots", lot), ("serials", piece)):
        refused = here.post(f"{BASE}/{name}/bulk/", [row], format="json")
        assert refused.status_code == 400, refused.content
        assert refused.json()["detail"] == "Line 1: This needs one of these roles at THERE: " + ROLES
    assert (Lot.objects.get().vendor_lot, Serial.objects.get().vendor_serial) == ("", "")
    new = here.post(f"{BASE}/lots/bulk/", [{"item": "MILK", "lot": "L2"}], format="json")
    assert new.status_code == 200, "what lies nowhere is anybody's to write down"
    for name, row in (("lots", lot), ("serials", piece)):
        assert both.post(f"{BASE}/{name}/bulk/", [row], format="json").status_code == 200
    assert Lot.objects.get(number="L1").vendor_lot == Serial.objects.get().vendor_serial == "X"


ROLES = "Supervisor, Integrator, Inspector."


def test_an_imported_file_is_asked_the_same(milk: Item) -> None:
    def take(user: User) -> Any:
        rows = [(2, ["MILK", "L1", "X"]), (3, ["MILK", "L3", "Y"])]
        return take_in([Table("lots", ["item", "lot", "vendor_lot"], rows)], by=user)

    outcome = take(holder("engineer", "HERE"))
    assert [(one.line, one.code) for one in outcome.problems] == [(2, "site")]
    assert not take(holder("engineer", "HERE", "THERE")).problems
