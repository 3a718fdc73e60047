"""A new site can receive, keep, make and deliver at once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from p2p.core.refusal import Refused
from p2p.inventory.models import Balance
from p2p.inventory.services.by_hand import HandLine, book_by_hand
from strategies.models import Location, Site
from strategies.services.usual_places import USUAL, make_usual_places
from tests.factories import make_currency, make_item, make_location, make_site, make_user

pytestmark = pytest.mark.django_db
KINDS = [kind for _code, kind, _name in USUAL]


def kinds(site: Site) -> list[str]:
    return list(site.locations.order_by("pk").values_list("kind", flat=True))


def test_each_usual_place_is_made_once_and_what_is_there_stays():
    site, by = make_site("NEW", locations=False), make_user("engineer")
    make_location(site, code="HALL", kind="store")
    made = make_usual_places(site=site, by=by)
    assert sorted(kinds(site)) == sorted(KINDS) and len(made) == len(KINDS) - 1
    assert site.locations.get(kind="store").code == "HALL"
    assert set(site.locations.filter(nettable=False).values_list("kind", flat=True)) == {
        "quarantine",
        "transit",
    }
    assert make_usual_places(site=site, by=by) == []


def test_a_code_that_another_kind_has_is_named_and_nothing_is_made():
    site = make_site("NEW", locations=False)
    make_location(site, code="SHIPPING", kind="store")
    with pytest.raises(Refused, match="SHIPPING"):
        make_usual_places(site=site, by=make_user("engineer"))
    assert kinds(site) == ["store"]


def test_a_site_made_on_its_page_takes_goods_at_once(client):
    client.force_login(make_user("engineer"))
    page = client.get(reverse("strategies:new-site"))
    assert "The usual places come with it" in page.content.decode()
    given = {
        "code": "WEST", "name": "West", "time_zone": "UTC", "currency": make_currency().pk,
        "reserve_at": "release", "over_report_fraction": "0", "scrap_rule": "divisor", "active": "on",
    }  # fmt: skip
    assert client.post(reverse("strategies:new-site"), given).status_code == 303
    site = Site.objects.get(code="WEST")
    assert kinds(site) == KINDS
    line = HandLine(item=make_item("BOLT"), quantity=Decimal(5), place=site.locations.get(code="RECEIVING"))
    book_by_hand(act="receipt", lines=[line], by=make_user("supervisor"))
    assert Balance.objects.get(quantity=5).location.kind == "receiving"


def test_sites_that_came_otherwise_get_them_from_the_list_and_over_rest(client):
    client.force_login(make_user("engineer"))
    first, second = make_site("A", locations=False), make_site("B", locations=False)
    client.post(reverse("strategies:sites"), {"bulk": "places", "row": str(first.pk)})
    assert kinds(first) == KINDS and kinds(second) == []
    answer = client.post("/api/v1/strategies/sites/B/make-places/", {}, content_type="application/json")
    assert answer.status_code == 200 and kinds(second) == KINDS
    assert Location.objects.filter(site=second).count() == len(KINDS)
