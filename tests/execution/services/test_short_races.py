"""What is missing at a place is counted: nobody waits in a circle for that, and no other place's count goes with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from execution.models import PickLine
from execution.services import by_scan
from execution.services.release import release
from p2p.inventory.checking import problems
from p2p.inventory.models import Count
from p2p.inventory.services.counting import create_count
from strategies.models import Location, ReasonCode, Site
from tests.factories import (
    make_group,
    make_item,
    make_location,
    make_lot,
    make_order,
    make_reason,
    make_site,
    make_stock,
)
from tests.inventory.services.test_races import at_once
from tests.inventory.services.test_unit_races import until_somebody_waits

D = Decimal


@pytest.fixture
def site() -> Site:
    return make_site("MAIN")


@pytest.fixture
def places(site: Site) -> list[Location]:
    return [make_location(site, code=code) for code in ("A-01", "B-01")]


@pytest.fixture
def lost() -> ReasonCode:
    return make_reason("LOST", kind="adjustment")


def listed(site: Site, places: list[Location], quantity: int) -> list[PickLine]:
    """Ten sheets of two lots, five at each place, of which an order wants so many."""
    sheet = make_item("SHEET", tracking="lot")
    for place in places:
        make_stock(sheet, 5, place, lot=make_lot(sheet, place.code))
    steps = [{"group": make_group(site)}]
    order = make_order(make_item("BOX"), quantity, site=site, operations=steps, materials={sheet: 1})
    release(orders=[order], by=None)
    return list(PickLine.objects.select_related("pick_list").order_by("location__code"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_who_counts_another_place_at_that_moment_waits_for_the_pick_and_not_the_pick_for_him(
    site: Site, places: list[Location], lost: ReasonCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """He has the number of his count and wants the stock; who picks has the stock and must not want a number then."""
    (line,) = listed(site, places, 5)
    seek, holding = by_scan._elsewhere, threading.Event()

    def slowly(*given: Any) -> None:
        holding.set()
        until_somebody_waits()
        seek(*given)

    monkeypatch.setattr(by_scan, "_elsewhere", slowly)

    def freeze() -> Count:
        holding.wait(60)
        other = next(place for place in places if place.pk != line.location_id)
        return create_count(site=site, kind="spot", places=[other], frozen=True, by=None)

    jobs: list[Callable[[], Any]] = [
        lambda: by_scan.pick_short(line=line, quantity=D(3), reason=lost, by=None),
        freeze,
    ]
    assert [one for one in at_once(jobs) if isinstance(one, Exception)] == []
    assert Count.objects.filter(frozen=True).count() == Count.objects.exclude(reference="").count() == 1
    assert problems() == []


@pytest.mark.django_db
def test_a_line_put_back_takes_back_the_count_of_its_own_place_alone(
    site: Site, places: list[Location], lost: ReasonCode
) -> None:
    first, second = listed(site, places, 10)
    by_scan.pick_short(line=first, quantity=D(3), reason=lost, by=None)
    by_scan.pick_line(line=second, quantity=D(5), by=None)
    by_scan.put_line_back(line=second, by=None)
    assert Count.objects.get().state == "open"
    by_scan.put_line_back(line=first, by=None)
    assert Count.objects.get().state == "cancelled"
