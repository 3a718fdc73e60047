"""Goods between sites, in money: each site's books, what is on the road, and what is left when all is said."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from costing.models import CostElement, CostVersion, Entry, ItemCost, Posting, Valuation
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from planning.models import ReplenishmentMove, ShipmentMove
from planning.services import receipts, shipments
from planning.services.receive import ReceiptLine, receive_lines
from planning.services.replenishment import close, create_replenishment
from planning.services.transfer import ShipLine, ship
from strategies.models import ExchangeRate
from tests.factories import (
    make_currency,
    make_item,
    make_location,
    make_reason,
    make_site,
    make_stock,
    make_unit,
)

pytestmark = pytest.mark.django_db


class Trade:
    """BOLT costs 3.333 (material 2.333, labour 1.00) at FAR and 4.00 (material) at HOME; ten of it lie at FAR."""

    def __init__(self, *, currency: Any = None) -> None:
        self.home = make_site("HOME")
        self.far = make_site("FAR", **({"currency": currency} if currency else {}))
        make_location(self.home, code="ROAD", kind="transit", nettable=False)
        self.bolt = make_item("BOLT")
        self.material = CostElement.objects.create(code="mat", name="Material", kind="material")
        self.labour = CostElement.objects.create(code="lab", name="Labour", kind="labour")
        self.standard(self.far, self.material, "2.333")
        self.standard(self.far, self.labour, "1")
        self.standard(self.home, self.material, "4")
        make_stock(self.bolt, 10, self.far.locations.get(code="STORE"))
        self.order = create_replenishment(
            site=self.home,
            item=self.bolt,
            quantity=D(10),
            due_on=date(2099, 1, 1),
            from_location=self.far.locations.get(code="STORE"),
            by=None,
        )
        self.before = self.books()

    def standard(self, site: Any, element: CostElement, cost: str) -> None:
        version, _made = CostVersion.objects.get_or_create(
            code=f"STD-{site.code}", name="Standard", site=site, state="active", valid_from=date(2000, 1, 1)
        )
        ItemCost.objects.create(version=version, item=self.bolt, element=element, this_level=D(cost))

    def books(self) -> dict[tuple[str, str], D]:
        found: dict[tuple[str, str], D] = defaultdict(D)
        for site, account, amount in Posting.objects.values_list("entry__site__code", "account", "amount"):
            found[site, account] += amount
        return found

    def changed(self) -> dict[tuple[str, str], D]:
        """What is booked beyond the opening stock, without zeros."""
        now = self.books()
        found = {key: now[key] - self.before.get(key, D(0)) for key in now}
        return {key: amount for key, amount in found.items() if amount}

    def send(self, quantity: int) -> list[ShipmentMove]:
        known = list(ShipmentMove.objects.values_list("pk", flat=True))
        ship(lines=[ShipLine(order=self.order, quantity=D(quantity))], by=None)
        return list(ShipmentMove.objects.exclude(pk__in=known))

    def take_in(self, quantity: int) -> list[ReplenishmentMove]:
        return receive_lines(lines=[ReceiptLine(order=self.order, quantity=D(quantity))], by=None)


@pytest.fixture
def trade() -> Trade:
    return Trade()


def test_what_leaves_is_worth_its_standard_there_until_it_arrives(trade: Trade) -> None:
    trade.send(10)
    assert trade.changed() == {
        ("FAR", "inventory"): D("-33.33"),
        ("FAR", "between"): D("33.33"),
        ("HOME", "between"): D("-33.33"),
        ("HOME", "transit"): D("33.33"),
    }
    assert Valuation.objects.order_by("-move").first().amount == D("33.33")  # type: ignore[union-attr]
    trade.take_in(10)
    assert trade.changed() == {
        ("FAR", "inventory"): D("-33.33"),
        ("FAR", "between"): D("33.33"),
        ("HOME", "between"): D("-33.33"),
        ("HOME", "inventory"): D("40"),
        ("HOME", "transfer"): D("-6.67"),
    }


def test_parts_take_their_share_and_the_last_one_the_cents(trade: Trade) -> None:
    trade.send(10)
    left = []
    for _part in range(3):
        trade.take_in(3)
        left.append(trade.changed()["HOME", "transit"])
    trade.take_in(1)
    assert left == [D("23.33"), D("13.33"), D("3.33")]
    assert ("HOME", "transit") not in trade.changed()
    assert trade.changed()["HOME", "inventory"] == 40
    assert trade.changed()["HOME", "transfer"] == D("-6.67")


def test_everything_taken_back_leaves_no_cent_behind(trade: Trade) -> None:
    sent = trade.send(7)
    first, second = trade.take_in(2), trade.take_in(3)
    ItemCost.objects.update(this_level=D(100))
    lost = shipments.lose(order=trade.order, quantity=D(1), reason=make_reason(kind="scrap"), by=None)
    receipts.take_back(receipts=first, by=None)
    shipments.take_back(shipments=lost, by=None)
    receipts.take_back(receipts=second, by=None)
    shipments.take_back(shipments=sent, by=None)
    assert trade.changed() == {}
    assert sum(Valuation.objects.exclude(move__kind="opening").values_list("amount", flat=True)) == 0
    assert problems() == []


def test_a_part_that_turns_back_takes_its_share_home(trade: Trade) -> None:
    sent = trade.send(10)
    shipments.take_back(shipments=sent, quantity=D(4), by=None)
    assert trade.changed() == {
        ("FAR", "inventory"): D("-20"),
        ("FAR", "between"): D("20"),
        ("HOME", "between"): D("-20"),
        ("HOME", "transit"): D("20"),
    }


def test_what_is_lost_on_the_road_is_scrap_at_what_it_was_worth_when_it_left(trade: Trade) -> None:
    trade.send(10)
    shipments.lose(order=trade.order, quantity=D(4), reason=make_reason(kind="scrap"), by=None)
    now = trade.changed()
    assert (now["HOME", "scrap"], now["HOME", "transit"]) == (D("13.33"), D("20"))
    trade.take_in(6)
    now = trade.changed()
    assert ("HOME", "transit") not in now
    assert (now["HOME", "inventory"], now["HOME", "transfer"], now["HOME", "scrap"]) == (24, -4, D("13.33"))


def test_what_is_lost_is_valued_at_what_was_carried_of_it(trade: Trade) -> None:
    trade.send(10)
    (lost,) = shipments.lose(order=trade.order, quantity=D(4), reason=make_reason(kind="scrap"), by=None)
    worth = Valuation.objects.get(move=lost.move)
    assert (worth.amount, worth.unit_cost) == (D("13.33"), D("3.3325"))


def test_shares_that_round_to_nothing_leave_no_cent_on_the_road(trade: Trade) -> None:
    ItemCost.objects.filter(version__site=trade.far).update(this_level=D("0.004"))
    trade.send(10)
    assert trade.changed()["HOME", "transit"] == D("0.08")
    for _piece in range(10):
        trade.take_in(1)
    assert ("HOME", "transit") not in trade.changed()
    assert problems() == []


def test_a_shipment_taken_back_after_a_dearer_one_arrived_in_part_leaves_nothing_on_the_road(
    trade: Trade,
) -> None:
    first = trade.send(4)
    ItemCost.objects.filter(version__site=trade.far).update(this_level=D(5))
    second = trade.send(4)
    came = trade.take_in(4)
    shipments.take_back(shipments=first, by=None)
    assert ("HOME", "transit") not in trade.changed()
    assert problems() == []
    receipts.take_back(receipts=came, by=None)
    shipments.take_back(shipments=second, by=None)
    assert trade.changed() == {}


def test_what_is_fetched_without_a_shipment_changes_books_at_once(trade: Trade) -> None:
    rows = trade.take_in(10)
    assert trade.changed() == {
        ("FAR", "inventory"): D("-33.33"),
        ("FAR", "between"): D("33.33"),
        ("HOME", "between"): D("-33.33"),
        ("HOME", "inventory"): D("40"),
        ("HOME", "transfer"): D("-6.67"),
    }
    receipts.take_back(receipts=rows, by=None)
    assert trade.changed() == {}


def test_another_currency_is_changed_at_the_rate_of_the_day() -> None:
    trade = Trade(currency=make_currency("EUR"))
    with pytest.raises(Refused, match="no exchange rate from [A-Z]+ into USD"):
        trade.send(10)
    ExchangeRate.objects.create(
        source=trade.far.currency, target=trade.home.currency, valid_from=date(2000, 1, 1), rate=D("1.5")
    )
    trade.send(10)
    assert trade.changed() == {
        ("FAR", "inventory"): D("-33.33"),
        ("FAR", "between"): D("33.33"),
        ("HOME", "between"): D("-50"),
        ("HOME", "transit"): D("50"),
    }
    trade.take_in(10)
    assert trade.changed()["HOME", "transfer"] == 10


def test_between_two_places_of_one_site_no_money_moves_but_what_is_lost(trade: Trade) -> None:
    shelf = make_location(trade.home, code="SHELF")
    make_stock(trade.bolt, 10, shelf)
    trade.before = trade.books()
    trade.order = create_replenishment(
        site=trade.home,
        item=trade.bolt,
        quantity=D(10),
        due_on=date(2099, 1, 1),
        from_location=shelf,
        price=D(9),
        by=None,
    )
    trade.send(5)
    trade.take_in(4)
    assert trade.changed() == {}
    shipments.lose(order=trade.order, quantity=D(1), reason=make_reason(kind="scrap"), by=None)
    assert trade.changed() == {("HOME", "inventory"): D("-4"), ("HOME", "scrap"): D("4")}


def test_every_entry_balances_and_names_its_order(trade: Trade) -> None:
    trade.send(10)
    trade.take_in(10)
    entries = Entry.objects.filter(kind="transfer")
    assert [entry.reference for entry in entries] == [trade.order.number] * 3
    assert [sum(row.amount for row in entry.postings.all()) for entry in entries] == [0, 0, 0]


def test_the_check_names_the_order_whose_road_is_not_worth_what_travels(trade: Trade) -> None:
    trade.send(10)
    assert problems() == []
    trade.order.refresh_from_db()
    type(trade.order).objects.update(shipped_quantity=4)
    rules = {found.rule: found.sentence for found in problems()}
    assert "no more is carried in transit for an order than travels" in rules
    type(trade.order).objects.update(shipped_quantity=0)
    rules = {found.rule for found in problems()}
    assert "nothing is carried in transit for an order when nothing travels" in rules
    assert any(rule.startswith("shipped for a transfer") for rule in rules)


def test_the_check_names_the_order_that_one_site_gave_and_no_other_got(trade: Trade) -> None:
    trade.send(10)
    entry = Entry.objects.get(site=trade.far, kind="transfer")
    Posting.objects.bulk_create(
        Posting(entry=entry, account=account, amount=amount)
        for account, amount in (("between", D(1)), ("inventory", D(-1)))
    )
    assert {found.rule for found in problems()} == {
        "what one site gave another one got, where both have one currency"
    }


def weighed(trade: Trade) -> None:
    """The item is weighed and counted: 10 kg in two pieces."""
    trade.bolt = make_item(
        "HAM", unit=make_unit("KG", digits=3), catch_unit=make_unit("PC"), catch_least=D(4), catch_most=D(6)
    )
    ItemCost.objects.update(item=trade.bolt)
    store = trade.far.locations.get(code="STORE")
    make_stock(trade.bolt, 20, store, catch_quantity=D(4))
    trade.order = create_replenishment(
        site=trade.home,
        item=trade.bolt,
        quantity=D(20),
        due_on=date(2099, 1, 1),
        from_location=store,
        by=None,
    )
    trade.before = trade.books()


def test_what_weighs_less_when_it_arrives_is_received_and_what_was_carried_of_it_adjusted(
    trade: Trade,
) -> None:
    weighed(trade)
    ship(lines=[ShipLine(order=trade.order, quantity=D(10), catch_quantity=D(2))], by=None)
    sent = trade.changed()
    line = ReceiptLine(order=trade.order, quantity=D(9), catch_quantity=D(2))
    came = receive_lines(lines=[line], by=None)
    assert trade.changed() == {
        ("FAR", "inventory"): D("-33.33"),
        ("FAR", "between"): D("33.33"),
        ("HOME", "between"): D("-33.33"),
        ("HOME", "adjustment"): D("3.33"),
        ("HOME", "inventory"): D("36"),
        ("HOME", "transfer"): D("-6"),
    }
    assert problems() == []
    receipts.take_back(receipts=came, by=None)
    assert trade.changed() == sent
    assert problems() == []
    receive_lines(lines=[line], by=None)
    (order,) = close(orders=[trade.order], by=None)
    assert order.state == "closed"
