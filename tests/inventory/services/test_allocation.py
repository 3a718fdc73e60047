"""Soft reservations and needs become reservations: who is served first, with which lots, and what is said of the
rest."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from p2p.core.clock import now
from p2p.core.facts import heard
from p2p.inventory.checking import problems
from p2p.inventory.facts import Allocated
from p2p.inventory.models import HandlingUnit, Lot, Reservation, SoftReservation, StockRule
from p2p.inventory.services.allocation import Allotted, allocate, summary
from p2p.inventory.services.claims import claim
from p2p.inventory.services.holds import hold
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.needs import Need
from strategies.models import Item, Location, Site
from tests.factories import make_item, make_locations, make_lot, make_site, make_stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN", locations=False)


@pytest.fixture
def places(site: Site) -> dict[str, Location]:
    return make_locations(site, "STORE", "LINE")


def need(item: Item, quantity: Any, site: Site, **also: Any) -> Need:
    return Need(item=item, quantity=Decimal(str(quantity)), site=site, **also)


def got(lines: list[Allotted]) -> list[tuple[int, int, str]]:
    return [(int(line.got), int(line.missing), line.why) for line in lines]


@pytest.fixture
def glue(site: Site, places: dict[str, Location]) -> Item:
    """Three lots of five: L1 came first, L2 expires first, L3 is red."""
    item = make_item("GLUE", tracking="lot")
    today = now().date()
    for number, ends, arrived, also in (
        ("L1", 90, 30, {"ph": "7.5", "colour": "blue"}),
        ("L2", 10, 20, {"ph": "6.0", "colour": "blue"}),
        ("L3", 60, 10, {"ph": "7.0", "colour": "red"}),
    ):
        lot = make_lot(item, number, expires_on=today + timedelta(days=ends), attributes=also)
        Lot.objects.filter(pk=lot.pk).update(created_at=now() - timedelta(days=arrived))
        make_stock(item, 5, places["STORE"], lot=lot)
    return item


def lots() -> list[str]:
    return list(Reservation.objects.order_by("pk").values_list("lot__number", flat=True))


def test_soft_reservations_become_hard_ones_and_are_gone(glue: Item, site: Site) -> None:
    rows = claim(needs=[need(glue, 7, site, reference="SO-1"), need(glue, 4, site)], by=None)
    with heard(Allocated) as told:
        lines = allocate(claims=rows, by=None)
    assert got(lines) == [(7, 0, ""), (4, 0, "")]
    assert [(fact.site, fact.lines, fact.full) for fact in told] == [(site, 2, 2)]
    assert not SoftReservation.objects.exists()
    assert sum(Reservation.objects.filter(reference="SO-1").values_list("quantity", flat=True)) == 7
    assert str(summary(lines)) == "2 lines are reserved in full."
    assert problems() == []


def test_priority_and_then_the_time_of_need_say_who_is_first(glue: Item, site: Site) -> None:
    late, soon = now() + timedelta(days=2), now() + timedelta(days=1)
    lines = allocate(
        needs=[
            need(glue, 6, site, reference="late", needed_at=late),
            need(glue, 6, site, reference="soon", needed_at=soon),
            need(glue, 6, site, reference="urgent", priority=1, needed_at=late),
        ],
        by=None,
    )
    assert [(line.need.reference, int(line.got), line.why) for line in lines] == [
        ("urgent", 6, ""),
        ("soon", 6, ""),
        ("late", 3, "short"),
    ]


@pytest.mark.parametrize(
    ("picking", "order"),
    [("fefo", ["L2", "L3", "L1"]), ("fifo", ["L1", "L2", "L3"]), ("lifo", ["L3", "L2", "L1"])],
)
def test_the_stock_rule_says_which_lot_goes_first(
    glue: Item, site: Site, picking: str, order: list[str]
) -> None:
    StockRule.objects.create(item=glue, picking=picking)
    allocate(needs=[need(glue, 15, site)], by=None)
    assert lots() == order


def test_a_rule_asks_for_one_lot_and_for_shelf_life(glue: Item, site: Site) -> None:
    rule = StockRule.objects.create(item=glue, picking="fefo", same_lot=True)
    assert got(allocate(needs=[need(glue, 6, site)], by=None)) == [(0, 6, "same_lot")]
    StockRule.objects.filter(pk=rule.pk).update(same_lot=False, minimum_days=30)
    assert got(allocate(needs=[need(glue, 11, site)], by=None)) == [(10, 1, "short")]
    assert lots() == ["L3", "L1"]
    assert got(allocate(needs=[need(glue, 1, site)], by=None)) == [(0, 1, "too_old")]


def test_shelf_life_is_counted_from_the_day_it_is_needed(glue: Item, site: Site) -> None:
    later = now() + timedelta(days=50)
    allocate(needs=[need(glue, 5, site, needed_at=later, minimum_days=5)], by=None)
    assert lots() == ["L3"]


def test_lots_are_chosen_by_their_attributes(glue: Item, site: Site) -> None:
    assert got(allocate(needs=[need(glue, 1, site, wanted={"colour": "red"})], by=None)) == [(1, 0, "")]
    allocate(needs=[need(glue, 1, site, wanted={"ph": {"min": 7.2}})], by=None)
    assert lots() == ["L3", "L1"]
    (line,) = allocate(needs=[need(glue, 1, site, wanted={"colour": "green"})], by=None)
    assert (line.why, str(line.sentence)) == ("attributes", "no lot has the properties asked for")


def test_a_lot_a_place_or_a_unit_is_named(glue: Item, site: Site, places: dict[str, Location]) -> None:
    lot = Lot.objects.get(number="L1")
    pallet = HandlingUnit.objects.create(number="P1", location=places["LINE"])
    box = HandlingUnit.objects.create(number="B1", kind="box", parent=pallet, location=places["LINE"])
    post(
        lines=[
            MoveLine(
                item=glue, source=places["STORE"], target=places["LINE"], quantity=Decimal(2), kind="transfer",
                lot=lot, into_unit=box,
            )
        ],
        by=None,
    )  # fmt: skip
    lines = allocate(
        needs=[
            need(glue, 9, site, lot=Lot.objects.get(number="L2")),
            need(glue, 1, site, location=places["LINE"]),
            need(glue, 9, site, handling_unit=pallet),
            need(glue, 9, site, location=places["LINE"]),
        ],
        by=None,
    )
    assert got(lines) == [(5, 4, "short"), (1, 0, ""), (1, 8, "short"), (0, 9, "short")]
    assert Reservation.objects.filter(handling_unit=box).count() == 2
    assert problems() == []


def test_what_is_held_is_said_to_be_held(glue: Item, site: Site) -> None:
    for lot in Lot.objects.all():
        hold(item=glue, lot=lot, kind="quality", by=None)
    assert got(allocate(needs=[need(glue, 1, site)], by=None)) == [(0, 1, "held")]
    assert got(allocate(needs=[need(make_item(), 1, site)], by=None)) == [(0, 1, "nothing")]


def test_a_claim_for_delivery_gets_nothing_that_may_not_be_delivered(glue: Item, site: Site) -> None:
    rows = claim(needs=[need(glue, 15, site, purpose="delivery")], by=None)
    for lot in Lot.objects.filter(number__in=("L1", "L2")):
        hold(item=glue, lot=lot, kind="customer", blocks="delivery", by=None)
    assert got(allocate(claims=rows, by=None)) == [(5, 10, "short")]
    assert lots() == ["L3"]


def test_a_claim_given_back_meanwhile_gets_nothing(glue: Item, site: Site) -> None:
    rows = claim(needs=[need(glue, 3, site), need(glue, 2, site)], by=None)
    SoftReservation.objects.filter(pk=rows[0].pk).delete()
    assert got(allocate(claims=rows, by=None)) == [(2, 0, "")]


def test_what_a_claim_lacks_stays_claimed(glue: Item, site: Site) -> None:
    (row,) = claim(needs=[need(glue, 15, site)], by=None)
    hold(item=glue, lot=Lot.objects.get(number="L3"), kind="quality", by=None)
    lines = allocate(claims=SoftReservation.objects.all(), by=None)
    assert got(lines) == [(10, 5, "short")]
    row.refresh_from_db()
    assert row.quantity == 5
    assert str(summary(lines)) == "0 of 1 lines are reserved in full. GLUE: too little of it is free"


def test_ten_thousand_lines_are_allocated_in_a_handful_of_statements(
    site: Site, places: dict[str, Location], django_assert_max_num_queries: Any
) -> None:
    items = [make_item(tracking="lot") for _ in range(20)]
    for item in items:
        for day in range(5):
            make_stock(item, 110, places["STORE"], lot=make_lot(item, expires_on=date(2090, 1, 1 + day)))
    StockRule.objects.create(item=items[0], picking="fifo")
    needs = [need(items[index % 20], 1, site, reference=f"SO-{index}") for index in range(10_000)]
    rows = claim(needs=needs, by=None)
    with django_assert_max_num_queries(12):
        lines = allocate(claims=rows, by=None)
    assert all(line.got == 1 for line in lines)
    assert Reservation.objects.count() == 10_000
    assert not SoftReservation.objects.exists()
    assert problems() == []
