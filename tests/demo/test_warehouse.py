"""The demo's morning in the store: goods in receiving, lines that call for parts, a way through the store."""

from __future__ import annotations

import io

import pytest

from p2p.demo import adventureworks, warehouse
from p2p.demo.load import make_people
from p2p.inventory.checking import problems
from p2p.inventory.models import PutAwayRule, StockTask, SupplyRule
from strategies.models import Item, Location
from strategies.services.importer import take_in
from strategies.services.importer.reading import tables
from tests.factories import make_stock

BIG = {"customers", "demand", "opening_stock"}


@pytest.mark.django_db
def test_the_store_has_work_of_each_kind_and_its_books_are_right():
    make_people(lambda *_said: None)
    plant = [one for one in tables(io.BytesIO(adventureworks.archive()), "plant.zip") if one.name not in BIG]
    take_in(plant, by=None)
    places = {place.code: place for place in Location.objects.all()}
    parts = list(Item.objects.filter(tracking="none", kind="material").order_by("number")[:8])
    for part in parts[:4]:
        make_stock(part, 100, places["6"])
    for part, code in zip(parts[4:], ("50", "50", "60", "60"), strict=True):
        make_stock(part, 30, places[code])
        make_stock(part, 30, places["7"])
    warehouse.open_store(lambda *_said: None)
    kinds = list(StockTask.objects.values_list("kind", "target__code").order_by("id"))
    assert kinds.count(("put_away", "6")) == 4
    assert sorted(kinds[4:]) == [("supply", "50"), ("supply", "50"), ("supply", "60"), ("supply", "60")]
    assert PutAwayRule.objects.count() == 4 and SupplyRule.objects.count() == 4
    assert Location.objects.filter(walk_order__gt=0).count() >= 14
    assert warehouse.is_open() and problems() == []
