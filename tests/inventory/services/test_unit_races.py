"""Handling units while several people work with them: what is put in meanwhile goes along, nobody waits in a circle."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, HandlingUnit
from p2p.inventory.services import unit_moves
from p2p.inventory.services.packing import Packing, pack
from p2p.inventory.services.transfer import Carry, transfer
from p2p.inventory.services.units import create_units, move_unit, nest
from strategies.models import Location
from tests.factories import make_item, make_location, make_site, make_stock
from tests.inventory.services.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def store() -> Location:
    return make_site("MAIN").locations.get(code="STORE")


def test_a_box_put_onto_a_pallet_just_before_it_moves_goes_along(
    store: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    nut = make_item("NUT")
    make_stock(nut, 10, store)
    pallet, box = create_units(location=store, count=2, by=None)
    pack(unit=box, lines=[Packing(item=nut)], by=None)
    read = unit_moves._locked_units

    def meanwhile(keys: Any) -> Any:
        """Somebody else's box was put on after the list was read, before the pallet was locked."""
        if box.pk not in keys:
            at_once([lambda: nest(unit=box, parent=pallet, by=None)])
        return read(keys)

    monkeypatch.setattr(unit_moves, "_locked_units", meanwhile)
    shelf = make_location(store.site, code="SHELF")
    move_unit(unit=pallet, location=shelf, by=None)
    assert set(HandlingUnit.objects.values_list("location", flat=True)) == {shelf.pk}
    assert Balance.objects.get(handling_unit=box, quantity__gt=0).location == shelf
    assert problems() == []


def test_what_is_carried_into_a_unit_waits_for_the_unit_before_it_takes_stock(store: Location) -> None:
    """Who packs holds the unit and then wants the stock: who carries must not hold the stock meanwhile."""
    nut = make_item("NUT")
    make_stock(nut, 10, store)
    dock = make_location(store.site, code="DOCK")
    make_stock(nut, 10, dock)
    (pallet,) = create_units(location=store, by=None)
    inside = threading.Event()

    def hold_then_pack() -> Any:
        with transaction.atomic():
            HandlingUnit.objects.select_for_update(no_key=True).get(pk=pallet.pk)
            inside.set()
            _until_somebody_waits()
            return pack(unit=pallet, lines=[Packing(item=nut, quantity=Decimal(2))], by=None)

    def carry() -> Any:
        inside.wait(10)
        return transfer(
            carry=Carry(item=nut, source=dock, target=store, quantity=Decimal(3), into_unit=pallet),
            by=None,
        )

    jobs: list[Callable[[], Any]] = [hold_then_pack, carry]
    results = at_once(jobs)
    assert [one for one in results if isinstance(one, Exception)] == []
    assert Balance.objects.get(handling_unit=pallet).quantity == 5
    assert problems() == []


def _until_somebody_waits() -> None:
    for _turn in range(100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT FROM pg_stat_activity"
                " WHERE datname = current_database() AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone() is not None:
                return
        time.sleep(0.05)
