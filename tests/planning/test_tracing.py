"""What planning knows of moves that a trace meets."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from p2p.core.clock import now
from p2p.core.refusal import Refused
from p2p.inventory.models import Move, RecallLine
from p2p.inventory.selectors import key_of
from p2p.inventory.selectors.starts import Suspicion, began
from p2p.inventory.selectors.whereabouts import spots
from p2p.inventory.views.trace import readings
from planning.models import ReplenishmentMove, ReplenishmentOrder
from planning.services.delivery import DeliveryLine, deliver
from planning.services.demand import create_customer, create_demand
from tests.factories import make_item, make_locations, make_lot, make_site, make_stock, make_vendor

pytestmark = pytest.mark.django_db


@pytest.fixture
def bought():
    """A lot without a vendor's name on it, from a purchase of a day ago."""
    site, vendor = make_site(), make_vendor(name="Acme Steel")
    places = make_locations(site)
    lot = make_lot(make_item(tracking="lot"))
    move = Move.objects.create(
        item=lot.item,
        lot=lot,
        source=places["SUPPLIER"],
        target=places["STORE"],
        quantity=5,
        kind="receipt",
        effective_at=now() - timedelta(days=1),
    )
    today = now().date()
    order = ReplenishmentOrder.objects.create(
        number="PO-1", site=site, item=lot.item, vendor=vendor, quantity=5, ordered_on=today, due_on=today
    )
    ReplenishmentMove.objects.create(order=order, move=move, delivery_note="DN-9")
    return lot, vendor


def test_the_purchase_and_its_vendor_stand_along_the_way(bought):
    (found,) = readings([key_of(bought[0])])
    assert (found.title, found.said) == ("PO-1", "Acme Steel · DN-9")


def test_what_was_delivered_is_with_its_customer_on_its_note(bought):
    lot, _vendor = bought
    site = make_site("MAIN")
    make_stock(lot.item, 4, site.locations.get(code="STORE"), lot=lot)
    customer = create_customer(number="C1", name="Acme Bikes", by=None)
    demand = create_demand(
        number="SO-1", site=site, item=lot.item, quantity=Decimal(3), due_on=date(2099, 1, 1),
        customer=customer, by=None,
    )  # fmt: skip
    deliver(lines=[DeliveryLine(demand=demand, quantity=Decimal(3))], delivery_note="DN-5", by=None)
    (gone,) = [one for one in spots([key_of(lot)])[key_of(lot)] if one.where == RecallLine.Where.SHIPPED]
    assert (gone.quantity, gone.party, gone.document) == (3, "Acme Bikes", f"SO-1/{demand.line}")
    assert "DN-5" in gone.note


def test_a_vendor_is_suspected_of_what_its_purchases_brought_in_the_time(bought):
    lot, vendor = bought
    assert began(Suspicion(vendor=vendor)).keys == (key_of(lot),)
    assert began(Suspicion(vendor=vendor, since=now() - timedelta(days=2))).keys == (key_of(lot),)
    for late in (
        Suspicion(vendor=vendor, since=now() - timedelta(hours=1)),
        Suspicion(vendor=vendor, until=now() - timedelta(days=3)),
        Suspicion(vendor=make_vendor()),
    ):
        with pytest.raises(Refused, match="Nothing was found that this touches"):
            began(late)
