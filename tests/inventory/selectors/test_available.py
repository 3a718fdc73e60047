"""One meaning of available: every list, page, endpoint and promise says the same of the same stock."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from rest_framework.test import APIClient

from p2p.core.clock import now
from p2p.inventory.models import Balance, Hold, Reservation
from p2p.inventory.selectors import balances, stock_by_place, totals
from p2p.inventory.selectors.stock import available, levels
from p2p.inventory.selectors.stocklists import Figures, figures_of, items_in_stock, lots_in_stock
from p2p.inventory.services.claims import claim
from p2p.inventory.services.holds import hold
from p2p.inventory.services.needs import Need
from p2p.inventory.services.reservations import reserve
from planning.selectors.goods import free_stock
from strategies.models import Item, Location, Site
from tests.factories import make_item, make_locations, make_lot, make_site, make_stock, make_user

PLACES = {
    "STORE": {},
    "LINE": {},
    "QUARANTINE": {"kind": "quarantine", "nettable": False},
    "ROAD": {"kind": "transit", "nettable": False},
    "OLD": {"nettable": False},
}
PILES = st.lists(
    st.tuples(
        st.sampled_from(sorted(PLACES)),
        st.integers(0, 2),
        st.integers(1, 9),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=8,
)
"""Place, lot, quantity, how much of it is reserved."""
DAYS = st.lists(st.sampled_from([None, -1, 0, 30]), min_size=6, max_size=6)
"""Expiry and retest of each of three lots, in days from today."""
HOLDS = st.lists(
    st.tuples(
        st.sampled_from(["use", "touch", "delivery", "production"]),
        st.sampled_from([None, *sorted(PLACES)]),
        st.sampled_from([None, 0, 1, 2]),
        st.booleans(),
    ),
    max_size=3,
)
"""What is forbidden, at which place, of which lot, of the item or of everything."""


class Stock:
    """Random stock of one item at a site of its own."""

    def __init__(self, piles: Any, days: Any, holds: Any) -> None:
        self.site: Site = make_site(locations=False)
        self.places: dict[str, Location] = make_locations(self.site, *PLACES)
        for code, columns in PLACES.items():
            Location.objects.filter(pk=self.places[code].pk).update(**columns)
            self.places[code].refresh_from_db()
        self.item: Item = make_item(tracking="lot")
        today = now().date()
        self.lots = [
            make_lot(
                self.item, expires_on=_day(today, days[2 * one]), retest_on=_day(today, days[2 * one + 1])
            )
            for one in range(3)
        ]
        for code, lot, quantity, kept in piles:
            make_stock(self.item, quantity, self.places[code], lot=self.lots[lot])
            if kept:
                self._reserve(code, lot, min(kept, quantity))
        for blocks, place, lot, whole in holds:
            self._hold(blocks, place, lot, whole)

    def _reserve(self, code: str, lot: int, quantity: int) -> None:
        Reservation.objects.create(
            item=self.item, location=self.places[code], lot=self.lots[lot], quantity=quantity
        )

    def _hold(self, blocks: str, code: str | None, lot: int | None, whole: bool) -> None:
        place = self.places[code] if code else None
        named = {"location": place} if whole and place else {"item": self.item, "location": place}
        if "item" in named and lot is not None:
            named["lot"] = self.lots[lot]
        if named.get("location") or named.get("lot"):
            hold(kind="quality", blocks=blocks, by=None, **named)


def _day(today: Any, days: int | None) -> Any:
    return None if days is None else today + timedelta(days=days)


def by_hand(stock: Stock, purpose: str = "") -> Decimal:
    """What is available, row by row from the words of the definition."""
    stops = {"use", "touch", "delivery", "production"} if not purpose else {"use", "touch", purpose}
    today, whole = now().date(), Decimal(0)
    for row in Balance.objects.filter(item=stock.item).select_related("location", "lot"):
        holds = [
            one
            for one in row.lot.holds.all().union(_holds_at(row))
            if one.blocks in stops and one.location_id in (None, row.location_id)
        ]
        past = [day for day in (row.lot.expires_on, row.lot.retest_on) if day and day < today]
        if row.location.code in {"STORE", "LINE"} and not holds and not past:
            whole += row.quantity - row.reserved
    return whole


def _holds_at(row: Balance) -> Any:
    return Hold.objects.filter(location=row.location, lot=None, item__in=[row.item]).union(
        Hold.objects.filter(location=row.location, item=None)
    )


class Available(TestCase):
    @settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.generate))
    @given(piles=PILES, days=DAYS, holds=HOLDS, promised=st.integers(0, 12))
    def test_every_way_to_ask_agrees(self, piles: Any, days: Any, holds: Any, promised: int) -> None:
        stock = Stock(piles, days, holds)
        item, site = stock.item, stock.site
        there = by_hand(stock)
        need = Need(item=item, quantity=Decimal(promised or 1), site=site)
        claims = claim(needs=[need], partial=True, by=None) if promised else []
        left = there - sum((one.quantity for one in claims), Decimal(0))
        rows = balances().filter(item=item)
        assert sum(row.available for row in rows) == there
        assert sum(row.available for row in stock_by_place(item)) == there
        assert available(site, [item.pk]).get(item.pk, 0) == left
        assert sum(one.available for one in levels(site=site, items=[item.pk])) == left
        assert sum(one.available for one in levels(by=("location",), site=site, items=[item.pk])) == there
        assert sum(one.available for one in levels(by=("lot",), site=site, items=[item.pk])) == there
        assert figures_of(item, [site.code]).available == left
        assert [Figures(row).available for row in items_in_stock([site.code])] == [left]
        assert totals(item).available == left
        assert sum(Figures(row).available for row in lots_in_stock([site.code])) == there
        self._rest_agrees(item, there, left)
        self._promises_agree(stock, claims)

    def _rest_agrees(self, item: Item, there: Decimal, left: Decimal) -> None:
        client = APIClient()
        client.force_authenticate(make_user("planner"))
        rows = client.get(f"/api/v1/inventory/balances/?item={item.number}").json()["results"]
        assert sum(Decimal(row["available"]) for row in rows) == there
        card = client.get(f"/api/v1/inventory/stock-cards/{item.number}/").json()
        assert Decimal(card["available"]) == left

    def _promises_agree(self, stock: Stock, claims: list[Any]) -> None:
        """Whoever is promised all that is available gets exactly that much."""
        item, site = stock.item, stock.site
        assert free_stock([item.pk]).get((item.pk, site.pk), 0) == by_hand(stock, "delivery")
        for purpose in ("production", "delivery"):
            free = available(site, [item.pk], purpose=purpose).get(item.pk, Decimal(0))
            claimed = sum((one.quantity for one in claims), Decimal(0))
            assert free == by_hand(stock, purpose) - claimed
        if all(one.blocks in {"use", "touch"} for one in _open_holds(stock)):
            everything = Need(item=item, quantity=Decimal(10**6), site=site)
            got = sum(row.quantity for row in reserve(needs=[everything], partial=True, by=None))
            assert got == max(Decimal(0), free)


def _open_holds(stock: Stock) -> Any:
    return Hold.objects.filter(released_at=None)


@pytest.mark.django_db
def test_what_does_not_count_may_still_be_brought_elsewhere() -> None:
    stock = Stock([("QUARANTINE", 0, 5, 2)], [None] * 6, [])
    row = balances().get(item=stock.item)
    assert (row.quantity, row.available, row.movable) == (5, 0, 3)
