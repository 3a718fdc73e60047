"""What comes in, goes out and comes back without a production order, in money."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Any

import pytest

from costing.models import CostElement, CostVersion, ItemCost, Period, Posting
from p2p.core.refusal import Refused
from p2p.inventory.services.by_hand import HandLine, book_by_hand
from p2p.inventory.services.ledger import MoveLine, post
from planning.services.delivered import take_back as take_delivery_back
from planning.services.delivery import DeliveryLine, deliver
from planning.services.demand import create_demand
from planning.services.receipts import take_back
from planning.services.receive import ReceiptLine, receive_lines
from planning.services.replenishment import create_replenishment
from planning.services.returns import ReturnLine, return_goods
from tests.factories import make_item, make_location, make_reason, make_site, make_stock, make_vendor

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Any:
    site = make_site("SHOP")
    bolt = make_item("BOLT")
    material = CostElement.objects.create(code="mat", name="Material", kind="material")
    version = CostVersion.objects.create(
        code="STD", name="Standard", site=site, state="active", valid_from=date(2000, 1, 1)
    )
    ItemCost.objects.create(version=version, item=bolt, element=material, this_level=D(2))
    return site, bolt


def accounts() -> dict[str, D]:
    found: dict[str, D] = defaultdict(D)
    for account, amount in Posting.objects.values_list("account", "amount"):
        found[account] += amount
    return defaultdict(D, {account: amount for account, amount in found.items() if amount})


def test_a_receipt_is_worth_its_standard_and_its_price_is_the_variance(shop: Any) -> None:
    site, bolt = shop
    order = create_replenishment(
        site=site,
        item=bolt,
        quantity=D(10),
        due_on=date(2099, 1, 1),
        vendor=make_vendor(),
        price=D(3),
        by=None,
    )
    rows = receive_lines(lines=[ReceiptLine(order=order, quantity=D(4))], by=None)
    rows += receive_lines(lines=[ReceiptLine(order=order, quantity=D(6), price=D("2.5"))], by=None)
    assert accounts() == {"inventory": 20, "accrued": -27, "variance": 7}
    ItemCost.objects.update(this_level=D(100))
    take_back(receipts=rows[1:], by=None)
    assert accounts() == {"inventory": 8, "accrued": -12, "variance": 4}
    take_back(receipts=rows[:1], by=None)
    assert accounts() == {}


def test_goods_are_not_dated_into_books_that_are_closed(shop: Any) -> None:
    site, bolt = shop
    make_stock(bolt, 5, site.locations.get(code="STORE"))
    Period.objects.create(site=site, first_day=date(2020, 1, 1), last_day=date(2020, 1, 31), state="closed")
    then = datetime(2020, 1, 15, 12, tzinfo=UTC)
    order = create_replenishment(
        site=site, item=bolt, quantity=D(10), due_on=date(2099, 1, 1), vendor=make_vendor(), by=None
    )
    line = HandLine(item=bolt, quantity=D(1), place=site.locations.get(code="STORE"))
    reason = make_reason(kind="adjustment")
    with pytest.raises(Refused, match="books of SHOP are closed"):
        receive_lines(lines=[ReceiptLine(order=order, quantity=D(4))], at=then, by=None)
    with pytest.raises(Refused, match="books of SHOP are closed"):
        book_by_hand(act="issue", lines=[line], reason=reason, at=then, by=None)


def test_what_a_customer_gives_back_is_worth_what_it_was(shop: Any) -> None:
    site, bolt = shop
    make_location(site, code="QUAR", kind="quarantine")
    make_stock(bolt, 10, site.locations.get(code="STORE"))
    before = accounts()
    demand = create_demand(
        number="SO-1", site=site, item=bolt, quantity=D(10), due_on=date(2099, 1, 1), by=None
    )
    deliver(lines=[DeliveryLine(demand=demand, quantity=D(10))], by=None)
    assert accounts()["inventory"] == before["inventory"] - 20
    return_goods(lines=[ReturnLine(demand=demand, quantity=D(4))], reason=make_reason(kind="return"), by=None)
    now = accounts()
    assert (now["inventory"], now["sales"]) == (before["inventory"] - 12, 12)


def test_a_delivery_taken_back_leaves_no_money_behind(shop: Any) -> None:
    site, bolt = shop
    make_stock(bolt, 10, site.locations.get(code="STORE"))
    before = accounts()
    demand = create_demand(
        number="SO-1", site=site, item=bolt, quantity=D(10), due_on=date(2099, 1, 1), by=None
    )
    take_delivery_back(
        deliveries=deliver(lines=[DeliveryLine(demand=demand, quantity=D(10))], by=None), by=None
    )
    assert accounts() == before


@pytest.mark.parametrize(
    ("target", "kind", "account"),
    [
        ("SUPPLIER", "return", "accrued"),
        ("ADJUSTMENT", "issue", "adjustment"),
        ("ADJUSTMENT", "count", "adjustment"),
        ("SCRAP", "scrap", "scrap"),
    ],
)
def test_each_way_out_has_its_account(shop: Any, target: str, kind: str, account: str) -> None:
    site, bolt = shop
    store, outside = site.locations.get(code="STORE"), site.locations.get(code=target)
    make_stock(bolt, 10, store)
    before = accounts()
    post(lines=[MoveLine(item=bolt, source=store, target=outside, quantity=D(3), kind=kind)], by=None)
    now = accounts()
    assert now["inventory"] == before["inventory"] - 6
    assert now[account] == before[account] + 6
