"""An alternate is taken on the floor: reservations and the pick list follow."""

from __future__ import annotations

from decimal import Decimal

import pytest

from execution.models import PickLine
from execution.services.release import release
from p2p.core import clock
from p2p.inventory.models import Reservation
from planning.services.substitute import substitute
from strategies.models import BomAlternate
from tests.factories import make_bom, make_item, make_order, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db


def test_the_open_pick_list_takes_the_alternate_and_frees_the_old_component():
    site, by = make_site(), make_user("supervisor")
    store = site.locations.get(code="STORE")
    bike, tube, steel = make_item("BIKE"), make_item("TUBE"), make_item("STEEL")
    bom = make_bom(bike, {tube: 2})
    other = BomAlternate.objects.create(
        line=bom.lines.get(), component=steel, ratio=Decimal("1.5"), approved_by=by, approved_at=clock.now()
    )
    make_stock(tube, 100, store)
    make_stock(steel, 10, store)
    order = make_order(bike, 5, site=site, materials={tube: 2})
    order.materials.update(bom_line=bom.lines.get())
    release(orders=[order], by=by)
    assert [row.item for row in Reservation.objects.all()] == [tube]
    substitute(material=order.materials.get(), alternate=other, by=by)
    assert [(row.item, row.quantity) for row in Reservation.objects.all()] == [(steel, 10)]
    rows = PickLine.objects.order_by("location").values_list(
        "material__item__number", "quantity", "location__code"
    )
    assert sorted(rows, key=str) == [("STEEL", 10, "STORE"), ("STEEL", 5, None)]
