"""The tablet counts: the way through the store, scans and numbers, refusals that lose nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from p2p.inventory.models import Balance, Count, CountLine, HandlingUnit
from p2p.inventory.services.count_again import recount
from p2p.inventory.services.counting import cancel_count, create_count
from strategies.models import Location
from tests.factories import (
    make_item,
    make_locations,
    make_lot,
    make_serial,
    make_site,
    make_stock,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db
MENU = "/floor/stock/count/"


class Floor:
    def __init__(self) -> None:
        self.site = make_site("SHOP", locations=False)
        self.places = make_locations(self.site, "A-01", "A-02")
        for order, code in ((2, "A-01"), (1, "A-02")):
            Location.objects.filter(pk=self.places[code].pk).update(walk_order=order)
        self.boss = make_user("supervisor", site=self.site)
        self.olinda = make_user("operator", site=self.site, username="olinda")
        self.client = self.browser(self.olinda)

    def browser(self, user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    def count(self, **also: Any) -> Count:
        said = {"kind": "spot", "places": [self.places["A-01"], self.places["A-02"]], **also}
        return create_count(site=self.site, by=self.boss, **said)

    def url(self, count: Count, code: str) -> str:
        return f"{MENU}{count.number}/{count.places.get(location__code=code).pk}/"

    def say(self, url: str, client: Client | None = None, **said: Any) -> str:
        """Post and follow; the page that comes, also when it refuses."""
        answer = (client or self.client).post(url, said, follow=True)
        assert answer.status_code in (200, 409), answer.content.decode()
        return answer.content.decode()


@pytest.fixture
def floor() -> Floor:
    return Floor()


def test_a_walk_through_the_store_counts_places_in_their_order(floor: Floor) -> None:
    item = make_item("BOLT")
    make_stock(item, 10, floor.places["A-02"])
    count = floor.count()
    assert "2 to count" in floor.client.get("/floor/stock/").content.decode()
    first = floor.client.get(f"{MENU}{count.number}/")
    assert first.headers["Location"] == floor.url(count, "A-02")
    page = floor.say(floor.url(count, "A-02"), code="bolt")
    assert "How many are there?" in page
    page = floor.say(floor.url(count, "A-02"), item="BOLT", amount="9")
    assert "Done: 1 thing noted" in page
    page = floor.say(floor.url(count, "A-02"), done="1")
    assert "A-02 is counted." in page
    assert "A-01" in page
    page = floor.say(floor.url(count, "A-01"), nothing="1")
    assert "Submit the count" in page
    page = floor.say(f"{MENU}{count.number}/")
    assert "waits for a supervisor" in page
    count.refresh_from_db()
    assert count.state == "review"
    assert [(line.expected, line.counted) for line in CountLine.objects.all()] == [(10, 9)]


def test_a_blind_count_shows_nothing_that_is_expected(floor: Floor) -> None:
    make_stock(make_item("BOLT"), 4711, floor.places["A-01"])
    for blind in (True, False):
        count = floor.count(places=[floor.places["A-01"]], blind=blind)
        page = floor.client.get(floor.url(count, "A-01")).content.decode()
        assert ("4,711" in page) is not blind
        assert ("BOLT" in page) is not blind
        cancel_count(count=count, by=floor.boss)


def test_lots_serials_and_pallets_are_scanned(floor: Floor) -> None:
    by_lot, pieces = make_item("OIL", tracking="lot"), make_item("GEAR", tracking="serial")
    make_lot(by_lot, "LOT-7")
    make_serial(pieces, "SN-1")
    unit = HandlingUnit.objects.create(number="HU-9", location=floor.places["A-01"])
    url = floor.url(floor.count(), "A-01")
    assert "is counted by lot: scan the lot" in floor.say(url, code="OIL")
    assert "scan each serial number" in floor.say(url, code="GEAR")
    assert "1 thing noted" in floor.say(url, code="SN-1")
    assert "is noted already" in floor.say(url, code="SN-1")
    assert "Scan what is in HU-9" in floor.say(url, code="HU-9")
    assert "LOT-7" in floor.say(url, code="LOT-7", unit="HU-9")
    floor.say(url, item="OIL", piece="LOT-7", unit="HU-9", amount="3")
    floor.say(url, done="1")
    found = {(line.item.number, line.handling_unit, line.counted) for line in CountLine.objects.all()}
    assert found == {("GEAR", None, 1), ("OIL", unit, 3)}


def test_refusals_keep_what_was_noted_and_typed(floor: Floor) -> None:
    make_item("BOLT")
    url = floor.url(floor.count(), "A-01")
    floor.say(url, item="BOLT", amount="4")
    assert "NIX is nothing that can be counted" in floor.say(url, code="NIX")
    page = floor.say(url, item="BOLT", amount="1.5")
    assert "has more digits than EA allows" in page
    assert 'value="1.5"' in page
    other = floor.browser(make_user("operator", site=floor.site))
    floor.say(url, other, nothing="1")
    page = floor.say(url, done="1")
    assert "was counted by" in page
    assert "<b>4</b>" in floor.client.get(url).content.decode() or "has counted this place" in page
    assert not CountLine.objects.exists()


def test_who_counted_first_is_not_sent_to_the_recount(floor: Floor) -> None:
    count = floor.count(places=[floor.places["A-01"]])
    floor.say(floor.url(count, "A-01"), nothing="1")
    recount(places=list(count.places.all()), by=floor.boss)
    assert "counted again by somebody else" in floor.client.get(f"{MENU}{count.number}/").content.decode()
    other = floor.browser(make_user("operator", site=floor.site))
    assert other.get(f"{MENU}{count.number}/").headers["Location"] == floor.url(count, "A-01")


def test_of_a_place_only_what_is_counted_again_is_asked_and_taken(floor: Floor) -> None:
    for number in ("BOLT", "NUT"):
        make_stock(make_item(number), 10, floor.places["A-01"])
    count = floor.count(places=[floor.places["A-01"]])
    url = floor.url(count, "A-01")
    floor.say(url, item="BOLT", amount="7")
    floor.say(url, item="NUT", amount="8")
    floor.say(url, done="1")
    recount(lines=[CountLine.objects.get(item__number="NUT")], by=floor.boss)
    other = floor.browser(make_user("operator", site=floor.site))
    page = other.get(url).content.decode()
    assert "1 other line stays as it was counted" in page
    assert "NUT" in page
    assert "BOLT" not in page
    assert "only NUT is counted again" in floor.say(url, other, item="BOLT", amount="10")
    floor.say(url, other, item="NUT", amount="9")
    floor.say(url, other, done="1")
    lines = CountLine.objects.filter(attempt=2).order_by("item__number")
    assert [(line.item.number, line.counted) for line in lines] == [("BOLT", 7), ("NUT", 9)]
    desk = floor.browser(floor.boss).get(f"/inventory/counts/enter/{count.places.get().pk}").content.decode()
    assert 'value="NUT"' in desk
    assert 'value="BOLT"' not in desk


def test_a_scanned_place_leads_there_when_it_is_on_the_count(floor: Floor) -> None:
    count = floor.count(places=[floor.places["A-01"]])
    assert "This is A-01" in floor.say(floor.url(count, "A-01"), code="A-01")
    assert "A-02 is not on this count" in floor.say(floor.url(count, "A-01"), code="A-02")
    both = floor.count(places=[floor.places["A-02"]], items=[make_item("NUT")])
    answer = floor.client.post(floor.url(count, "A-01"), {"code": "A-02"})
    assert answer.status_code == 409
    assert both.places.count() == 1


def test_a_row_can_be_taken_off_and_counted_anew(floor: Floor) -> None:
    make_item("BOLT")
    url = floor.url(floor.count(), "A-01")
    floor.say(url, item="BOLT", amount="4")
    assert "<b>5</b>" in floor.say(url, item="BOLT", amount="5")
    assert "Nothing here" in floor.say(url, drop="0")
    assert not Balance.objects.exists()


def test_more_digits_than_a_key_has_mean_no_row_and_no_place(floor: Floor) -> None:
    make_item("BOLT")
    count = floor.count()
    url = floor.url(count, "A-01")
    floor.say(url, item="BOLT", amount="4")
    assert "<b>4</b>" in floor.say(url, drop="9" * 5000)
    answer = floor.client.get(f"{MENU}{count.number}/?later={'9' * 5000}")
    assert answer.status_code == 302


def test_people_of_other_sites_do_not_count_here(floor: Floor) -> None:
    count = floor.count()
    stranger = floor.browser(make_user("operator", site=make_site("ELSE")))
    assert stranger.get(floor.url(count, "A-01")).status_code == 404
    assert stranger.post(floor.url(count, "A-01"), {"nothing": "1"}).status_code == 404
    inspector = floor.browser(make_user("inspector", site=floor.site))
    assert inspector.post(floor.url(count, "A-01"), {"nothing": "1"}).status_code == 403


def test_nothing_noted_is_not_the_same_as_nothing_here(floor: Floor) -> None:
    count = floor.count(places=[floor.places["A-01"]])
    assert "tap Nothing here" in floor.say(floor.url(count, "A-01"), done="1")
    assert count.places.get().state == "open"
    assert Decimal(0) == sum((line.counted for line in CountLine.objects.all()), Decimal(0))


def test_where_one_item_is_counted_its_number_is_all_there_is_to_say(floor: Floor) -> None:
    item = make_item("BOLT")
    make_stock(item, 10, floor.places["A-01"])
    count = floor.count(places=[], items=[item])
    url = floor.url(count, "A-01")
    assert "How many are there?" in floor.client.get(url).content.decode()
    assert "How many are there?" not in floor.client.get(f"{url}?closed=1").content.decode()
    assert "Submit the count" in floor.say(url, item="BOLT", amount="9")
    assert [line.counted for line in CountLine.objects.all()] == [9]


def test_what_is_weighed_and_counted_is_noted_with_its_pieces(floor: Floor) -> None:
    weighed = {"catch_unit": make_unit("PC"), "catch_least": Decimal("4.5"), "catch_most": Decimal("5.5")}
    ham = make_item("HAM", unit=make_unit("KG", digits=3), **weighed)
    make_stock(ham, 50, floor.places["A-01"], catch_quantity=Decimal(10))
    count = floor.count(places=[], items=[ham])
    url = floor.url(count, "A-01")
    assert 'name="count"' in floor.client.get(url).content.decode()
    no = floor.say(url, item="HAM", amount="45.5", count="2")
    assert "cannot be 2 PC" in no
    assert 'value="45.5"' in no
    assert 'value="2"' in no
    floor.say(url, item="HAM", amount="45.5", count="9")
    assert [(line.counted, line.counted_catch) for line in CountLine.objects.all()] == [(Decimal("45.5"), 9)]
