"""What must not be booked: each is refused in one sentence that names item and place, and nothing is half-saved."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from p2p.core.clock import frozen, now
from p2p.core.facts import listening
from p2p.core.refusal import Refused
from p2p.core.web import formats
from p2p.inventory.checking import problems
from p2p.inventory.facts import BackDating
from p2p.inventory.models import Move
from p2p.inventory.services.by_hand import HandLine, book_by_hand
from p2p.inventory.services.holds import hold, unhold
from p2p.inventory.services.ledger import MoveLine, post, post_within, reverse
from p2p.inventory.services.measure import in_item_unit
from p2p.inventory.services.unit_moves import transfer_unit
from p2p.inventory.services.units import create_units
from strategies.models import Item, Location
from tests.factories import (
    make_item,
    make_locations,
    make_lot,
    make_serial,
    make_site,
    make_stock,
    make_unit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> dict[str, Location]:
    return make_locations(make_site("MAIN", locations=False), "STORE", "LINE")


def refusal(*lines: MoveLine) -> str:
    before = Move.objects.count()
    with pytest.raises(Refused) as no, transaction.atomic():
        post(lines=lines, by=None)
    assert Move.objects.count() == before
    return str(no.value)


def line(item: Item, source: Location, target: Location, quantity: Any, kind: str, **also: Any) -> MoveLine:
    return MoveLine(
        item=item, source=source, target=target, quantity=Decimal(str(quantity)), kind=kind, **also
    )


def test_a_serial_number_comes_in_once(places: dict[str, Location]) -> None:
    pump = make_item("PUMP", tracking="serial")
    one = make_serial(pump, "P-1")
    into = (pump, places["SUPPLIER"], places["STORE"], 1, "receipt")
    said = "PUMP P-1 is already in stock: a serial number can be in one place only."
    assert refusal(line(*into, serial=one), line(*into, serial=one)) == said
    make_stock(pump, 1, places["LINE"], serial=one)
    assert refusal(line(*into, serial=one)) == said


def test_an_untracked_item_has_no_lot(places: dict[str, Location]) -> None:
    nut = make_item("NUT")
    lot = make_lot(make_item("GLUE", tracking="lot"), "L1")
    said = refusal(line(nut, places["SUPPLIER"], places["STORE"], 1, "receipt", lot=lot))
    assert said == "NUT is not tracked: name no lot or serial number."


@pytest.mark.parametrize("kind", ["issue", "delivery"])
def test_a_lot_past_its_day_is_neither_used_nor_delivered_but_may_be_scrapped(
    places: dict[str, Location], kind: str
) -> None:
    glue = make_item("GLUE", tracking="lot")
    old = make_lot(glue, "L1", expires_on=date(2020, 1, 31))
    overdue = make_lot(glue, "L2", retest_on=date(2020, 2, 29))
    for lot in (old, overdue):
        make_stock(glue, 5, places["STORE"], lot=lot)
    away = (glue, places["STORE"], places["PRODUCTION" if kind == "issue" else "CUSTOMER"], 1, kind)
    assert refusal(line(*away, lot=old)) == f"Lot L1 of GLUE expired on {formats.day(date(2020, 1, 31))}."
    assert (
        refusal(line(*away, lot=overdue))
        == f"Lot L2 of GLUE was to be tested again by {formats.day(date(2020, 2, 29))}: it is used after that only."
    )
    scrap = [line(glue, places["STORE"], places["SCRAP"], 1, "scrap", lot=lot) for lot in (old, overdue)]
    assert len(post(lines=scrap, by=None)) == 2


def test_a_unit_without_a_conversion_is_no_unit_of_the_item() -> None:
    bolt, box = make_item("BOLT"), make_unit("BOX")
    with pytest.raises(Refused, match="BOLT") as no:
        in_item_unit(bolt, Decimal(1), box)
    assert "BOX" in str(no.value)


def test_a_unit_says_how_many_digits_there_are(places: dict[str, Location]) -> None:
    oil = make_item("OIL", unit=make_unit("L", digits=2))
    assert (
        refusal(line(oil, places["SUPPLIER"], places["STORE"], "0.125", "receipt"))
        == "0.125 L of OIL has more digits than L allows (2)."
    )


def test_nothing_moves_from_or_into_a_place_that_is_counted_but_its_count(
    places: dict[str, Location],
) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 5, places["STORE"])
    make_stock(bolt, 5, places["LINE"])
    frozen = hold(location=places["STORE"], kind="count", blocks="touch", note="CNT-1", by=None)
    said = "STORE is being counted (CNT-1): nothing moves there until the count is posted."
    assert refusal(line(bolt, places["STORE"], places["LINE"], 1, "transfer")) == said
    assert refusal(line(bolt, places["LINE"], places["STORE"], 1, "transfer")) == said
    assert refusal(line(bolt, places["SUPPLIER"], places["STORE"], 1, "receipt")) == said
    post(lines=[line(bolt, places["STORE"], places["ADJUSTMENT"], 1, "count")], by=None)
    unhold(holds=[frozen], by=None)
    assert post(lines=[line(bolt, places["STORE"], places["LINE"], 1, "transfer")], by=None)


def test_an_earlier_day_is_asked_about_unless_production_reports_late(places: dict[str, Location]) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 50, places["STORE"])
    asked: list[BackDating] = []
    late = now() - timedelta(days=3)
    move = (bolt, places["STORE"], places["LINE"], 1, "transfer")
    issue = (bolt, places["STORE"], places["PRODUCTION"], 1, "issue")

    def listener(fact: BackDating) -> None:
        asked.append(fact)

    with listening("ask", BackDating, listener):
        (moved,) = post(lines=[line(*move)], by=None)
        post(lines=[line(*move, effective_at=now())], by=None)
        with transaction.atomic():
            post_within(lines=[line(*issue, effective_at=late)], by=None)
        assert asked == []
        post(lines=[line(*issue, effective_at=late)], by=None)
        with transaction.atomic():
            post_within(lines=[line(*move, effective_at=late)], by=None)
        reverse(moves=[moved], at=late, by=None)
    assert [[(one.site.code, one.at) for one in fact.dates] for fact in asked] == [[("MAIN", late)]] * 3


def test_the_day_before_is_the_one_of_the_site(places: dict[str, Location]) -> None:
    site = places["STORE"].site
    site.time_zone = "America/Los_Angeles"
    site.save()
    for place in places.values():
        place.site = site
    bolt = make_item("BOLT")
    make_stock(bolt, 50, places["STORE"])
    asked: list[BackDating] = []
    move = (bolt, places["STORE"], places["LINE"], 1, "transfer")
    yesterday, today = (datetime(2099, 3, 2, hour, tzinfo=UTC) for hour in (7, 9))

    def listener(fact: BackDating) -> None:
        asked.append(fact)

    with listening("ask", BackDating, listener), frozen(datetime(2099, 3, 2, 10, tzinfo=UTC)):
        post(lines=[line(*move, effective_at=today)], by=None)
        assert asked == []
        post(lines=[line(*move, effective_at=yesterday)], by=None)
    assert [[(one.site.code, one.at) for one in fact.dates] for fact in asked] == [[("MAIN", yesterday)]]


def test_a_part_of_a_pallet_does_not_change_places_without_leaving_the_pallet(
    places: dict[str, Location],
) -> None:
    """The same unit at both ends is still a unit that stands at one place."""
    nut = make_item("NUT")
    (pallet,) = create_units(number="P-1", location=places["STORE"], by=None)
    make_stock(nut, 10, places["STORE"], into_unit=pallet)
    both = {"handling_unit": pallet, "into_unit": pallet}
    said = "P-1 stands at STORE: nothing can be put into it at LINE."
    assert refusal(line(nut, places["STORE"], places["LINE"], 4, "transfer", **both)) == said
    by = HandLine(
        item=nut, quantity=Decimal(4), place=places["STORE"], to=places["LINE"], unit=pallet, into_unit=pallet
    )
    with pytest.raises(Refused, match=said), transaction.atomic():
        book_by_hand(act="transfer", lines=[by], by=None)
    assert transfer_unit(unit=pallet, target=places["LINE"], by=None), "all of it goes with the pallet"
    assert problems() == []
