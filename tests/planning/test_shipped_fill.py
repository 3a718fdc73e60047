"""Receipts from before they had rows of their own: what was reversed counts no more."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from planning.models import ReplenishmentMove, ReplenishmentOrder
from planning.services.receipts import take_back
from planning.services.receive import ReceiptLine, receive_lines
from planning.services.replenishment import create_replenishment
from tests.factories import make_item, make_site, make_vendor

pytestmark = pytest.mark.django_db
FILL = import_module("planning.migrations.0005_shipped").FILL


def received(site: Any, item: Any) -> tuple[ReplenishmentOrder, list[ReplenishmentMove]]:
    order = create_replenishment(
        site=site, item=item, quantity=Decimal(10), due_on=date(2099, 1, 1), vendor=make_vendor(), by=None
    )
    parts = (4, 6)
    return order, receive_lines(
        lines=[ReceiptLine(order=order, quantity=Decimal(part)) for part in parts], by=None
    )


def test_what_was_reversed_before_is_expected_again() -> None:
    site, item = make_site("MAIN"), make_item("BOLT")
    (order, (first, _second)), (whole, _rows) = received(site, item), received(site, item)
    take_back(receipts=[first], by=None)
    # As it was: no rows, and a reversal did not count back.
    ReplenishmentMove.objects.all().delete()
    ReplenishmentOrder.objects.update(received_quantity=10, state="received")
    with connection.cursor() as cursor:
        cursor.execute(FILL)
    order.refresh_from_db()
    whole.refresh_from_db()
    assert (order.received_quantity, order.state, order.receipts.count()) == (6, "confirmed", 3)
    assert (whole.received_quantity, whole.state, whole.receipts.count()) == (10, "received", 2)
