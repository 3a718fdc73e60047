"""The thin purchase order, from entry to the last part received."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from p2p.core.facts import heard
from p2p.core.refusal import Refused
from p2p.inventory.selectors import on_hand
from planning.facts import Replenished
from planning.services import replenishment
from planning.services.receive import receive
from strategies.services.numbering import save_number_series
from tests.factories import make_item, make_site, make_stock, make_user, make_vendor

pytestmark = pytest.mark.django_db


def order(site, **also):
    values = {"item": make_item(), "quantity": Decimal(10), "due_on": date(2026, 3, 20), "by": None, **also}
    if "from_location" not in values:
        values.setdefault("vendor", make_vendor())
    return replenishment.create_replenishment(site=site, **values)


def test_goods_come_in_parts_and_the_last_one_closes_the_gap():
    site = make_site()
    bought = order(site, price=Decimal("2.5"))
    replenishment.send(orders=[bought], by=None)
    replenishment.confirm(order=bought, promised_at=datetime(2026, 3, 25, tzinfo=UTC), by=None)
    with heard(Replenished) as said:
        part = receive(order=bought, quantity=Decimal(4), by=None)
        assert (part.state, part.received_quantity) == ("confirmed", 4)
        full = receive(order=bought, quantity=Decimal(6), price=Decimal(3), by=None)
    assert (full.state, full.received_quantity) == ("received", 10)
    assert on_hand(site) == {bought.item_id: Decimal(10)}
    assert [(fact.price, [move.quantity for move in fact.moves]) for fact in said] == [
        (Decimal("2.5"), [4]), (Decimal(3), [6])
    ]  # fmt: skip
    with pytest.raises(Refused, match="is Received"):
        receive(order=bought, quantity=Decimal(1), by=None)


def test_an_order_with_goods_received_is_closed_not_cancelled():
    bought = order(make_site())
    receive(order=bought, quantity=Decimal(4), by=None)
    with pytest.raises(Refused, match="4 received already: close it instead"):
        replenishment.cancel_replenishment(orders=[bought], by=None)
    assert replenishment.close(orders=[bought], by=None)[0].state == "closed"


def test_a_transfer_takes_the_goods_from_the_other_place():
    site, item = make_site(), make_item()
    store = site.locations.get(code="STORE")
    make_stock(item, 10, store)
    other = site.locations.create(code="LINE", name="Line", kind="line_side")
    moved = order(site, item=item, from_location=store, to_location=other)
    with pytest.raises(Refused):
        receive(order=moved, quantity=Decimal(11), by=None)
    receive(order=moved, quantity=Decimal(10), by=None)
    assert on_hand(site) == {item.pk: Decimal(10)}


def test_purchases_and_transfers_are_numbered_each_by_a_series_of_their_own():
    site = make_site()
    store = site.locations.get(code="STORE")
    save_number_series(code="TO", prefix="UML-", width=4, next_value=7, by=make_user())
    numbers = [
        order(site).number,
        order(site, from_location=store).number,
        order(site).number,
        order(site, from_location=store, number="PO-000009").number,
        order(site, from_location=store).number,
    ]
    assert numbers == ["PO-000001", "UML-0007", "PO-000002", "PO-000009", "UML-0008"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"quantity": Decimal(0)}, "above 0"),
        ({"quantity": Decimal("0.5")}, "more digits"),
        ({"vendor": None}, "Name a vendor"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(wrong, sentence):
    with pytest.raises(Refused, match=sentence):
        order(make_site(), **wrong)
