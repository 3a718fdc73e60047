"""Places are written with their turn on the way, by form, over REST and by sheet; stock keeps its side and site."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from p2p.core.refusal import Refused
from strategies.models import Location
from strategies.services.importer import take_rows
from strategies.services.locations import delete_location, save_location
from tests.factories import make_item, make_location, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db


def test_a_place_is_made_and_its_turn_changed() -> None:
    site, by = make_site("MAIN"), make_user("engineer")
    shelf = save_location(site=site, code=" A-01 ", name="Shelf", walk_order=10, by=by)
    assert (shelf.code, shelf.kind, shelf.walk_order) == ("A-01", "store", 10)
    same = save_location(
        location=shelf, site=site, code="A-01", name="Shelf", walk_order=20, active=False, by=by
    )
    assert Location.objects.get(pk=same.pk).walk_order == 20 and not same.active


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"kind": "vendor"}, "names the vendor"),
        ({"walk_order": -1}, "0 or more"),
        ({"code": "STORE"}, "There is a location STORE already"),
        ({"parent": "AWAY"}, "is at another site"),
    ],
)
def test_what_is_no_place_is_refused(said: dict[str, Any], sentence: str) -> None:
    site = make_site("MAIN")
    if said.get("parent"):
        said = {"parent": make_location(make_site("AWAY"), code="X")}
    with pytest.raises(Refused, match=sentence):
        save_location(**{"site": site, "code": "A-01", "name": "Shelf", "by": make_user(), **said})
    assert not Location.objects.filter(code="A-01").exists()


def test_a_place_keeps_its_site_its_side_and_its_stock() -> None:
    site, by = make_site("MAIN"), make_user()
    store = site.locations.get(code="STORE")
    shelf = save_location(site=site, code="A-01", name="Shelf", parent=store, by=by)
    whole = {"location": store, "code": "STORE", "name": "Store", "by": by}
    with pytest.raises(Refused, match="stays at its site"):
        save_location(**whole, site=make_site("AWAY"))
    with pytest.raises(Refused, match="does not become one outside"):
        save_location(**whole, site=site, kind="scrap")
    with pytest.raises(Refused, match="does not lie within itself"):
        save_location(**whole, site=site, parent=shelf)
    make_stock(make_item(), 1, shelf)
    with pytest.raises(Refused, match="is used by"):
        delete_location(location=shelf, by=by)
    spare = make_location(site)
    delete_location(location=spare, by=by)
    assert not Location.objects.filter(pk=spare.pk).exists()


def test_over_rest_by_sheet_and_in_a_form_the_turn_is_kept(client: Client) -> None:
    site = make_site("MAIN")
    by = make_user("supervisor", site=site)
    api = APIClient()
    api.force_authenticate(by)
    url = "/api/v1/strategies/locations/"
    said = {"site": "MAIN", "code": "A-01", "name": "Shelf", "walk_order": 10, "parent": "STORE"}
    assert api.post(url, said, format="json").status_code == 201
    changed = api.patch(f"{url}MAIN~A-01/", {"walk_order": 11}, format="json").json()
    assert (changed["walk_order"], changed["parent"]) == (11, "STORE")
    rows = [{"site": "MAIN", "code": "A-01", "name": "Shelf", "walk_order": "12"}]
    assert take_rows(sheet="locations", rows=rows, roles=(), by=None).saved
    assert Location.objects.get(code="A-01").walk_order == 12
    client.force_login(by)
    shelf = Location.objects.get(code="A-01")
    page = client.get(f"/strategies/change/location/{shelf.pk}/").content.decode()
    assert "Turn on the way" in page and 'value="12"' in page
    form = {
        "site": site.pk,
        "code": "A-01",
        "name": "Shelf",
        "kind": "store",
        "walk_order": "13",
        "active": "on",
    }
    assert client.post(f"/strategies/change/location/{shelf.pk}/", form).status_code == 303
    shelf.refresh_from_db()
    assert shelf.walk_order == 13
    client.force_login(make_user("supervisor", site=make_site("AWAY")))
    assert client.post(f"/strategies/change/location/{shelf.pk}/", form).status_code in (403, 404)


def test_what_is_in_transit_never_counts_in_planning() -> None:
    site, by = make_site("MAIN"), make_user()
    assert not save_location(site=site, code="ROAD", name="Road", kind="transit", by=by).nettable
    rows = [{"site": "MAIN", "code": "SEA", "name": "Sea", "kind": "transit", "nettable": "yes"}]
    assert take_rows(sheet="locations", rows=rows, roles=(), by=None).saved
    assert not Location.objects.get(code="SEA").nettable
