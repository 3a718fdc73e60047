"""From a pick to a settlement: every fact in money, nothing lost, everything reversible."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from costing import selectors
from costing.models import CostElement, CostVersion, Entry, ItemCost, Period, Posting, Settlement, Valuation
from costing.services.entries import Draft, Line, write
from execution.models import PickList
from execution.services.finish import end, finish
from execution.services.pick import pick
from execution.services.release import release
from execution.services.report import report
from execution.services.undo import undo
from p2p.core import clock
from p2p.core.facts import Refused
from planning.models import ProductionOrder
from strategies.models import Item, Site
from tests.factories import (
    make_cost_category,
    make_group,
    make_item,
    make_order,
    make_reason,
    make_site,
    make_stock,
    make_user,
)

pytestmark = pytest.mark.django_db


class Shop:
    """A stool of three legs at 2.00 and half an hour at 30.00; standard 6.00 material and 15.00 labour."""

    def __init__(self) -> None:
        self.by = make_user("supervisor")
        self.site: Site = make_site("SHOP")
        self.store = self.site.locations.get(code="STORE")
        self.leg, self.stool = make_item("LEG"), make_item("STOOL")
        self.material = CostElement.objects.create(code="mat", name="Material", kind="material")
        self.labour = CostElement.objects.create(code="lab", name="Labour", kind="labour")
        self.category = make_cost_category("BENCH")
        self.version = CostVersion.objects.create(
            code="STD", name="Standard", site=self.site, state="active", valid_from=date(2026, 1, 1)
        )
        self.version.rates.create(category=self.category, element=self.labour, per_hour=D(30))
        self._cost(self.leg, self.material, D(2))
        self._cost(self.stool, self.material, D(6))
        self._cost(self.stool, self.labour, D(15))
        make_stock(self.leg, 100, self.store)

    def _cost(self, item: Item, element: CostElement, cost: D) -> None:
        ItemCost.objects.create(version=self.version, item=item, element=element, this_level=cost)

    def order(self, quantity: int = 10) -> ProductionOrder:
        group = make_group(self.site, cost_category=self.category)
        step = {"group": group, "setup_seconds": 0, "run_seconds": 1800 * quantity}
        order = make_order(self.stool, quantity, site=self.site, operations=[step], materials={self.leg: 3})
        release(orders=[order], by=self.by)
        order.refresh_from_db()
        return order

    def wip(self, order: ProductionOrder) -> D:
        return sum(selectors.wip_of([order.pk])[order.pk].values(), D(0))


@pytest.fixture
def shop() -> Shop:
    return Shop()


def _balance(account: str) -> D:
    return Posting.objects.filter(account=account).aggregate(sum=Sum("amount"))["sum"] or D(0)


def _pick(order: ProductionOrder, shop: Shop) -> None:
    pick(pick_list=PickList.objects.get(order=order), by=shop.by)


def test_opening_stock_is_worth_its_standard(shop: Shop) -> None:
    assert _balance("inventory") == D(200)
    assert _balance("opening") == D(-200)
    assert Valuation.objects.get().amount == D(200)


def test_an_order_at_standard_ends_without_variance(shop: Shop) -> None:
    order = shop.order()
    _pick(order, shop)
    assert shop.wip(order) == D(60)
    report(operation=order.operations.get(), good=D(10), seconds=5 * 3600, by=shop.by)
    assert shop.wip(order) == D(0)
    assert _balance("inventory") == D(200) - D(60) + D(210)
    finish(orders=[order], by=shop.by)
    end(orders=[order], by=shop.by)
    settled = Settlement.objects.get(order=order)
    assert (settled.standard, settled.actual, settled.variances.count()) == (D(210), D(210), 0)


def test_scrap_and_slow_work_are_named_and_add_up_to_the_cent(shop: Shop) -> None:
    order = shop.order()
    _pick(order, shop)
    operation = order.operations.get()
    report(operation=operation, good=D(9), scrap=D(1), reason=make_reason(), seconds=6 * 3600, by=shop.by)
    finish(orders=[order], by=shop.by)
    end(orders=[order], by=shop.by)
    settled = Settlement.objects.get(order=order)
    named = {one.kind: D(0) for one in settled.variances.all()}
    for one in settled.variances.all():
        named[one.kind] += one.amount
    # One stool scrapped took 3 legs and half an hour; six hours were booked where five were allowed.
    assert named == {"scrap": D(6) + D(15), "efficiency": D(30)}
    assert sum(named.values()) == settled.actual - settled.standard
    assert shop.wip(order) == D(0)


def test_undoing_a_report_takes_its_money_back(shop: Shop) -> None:
    order = shop.order()
    _pick(order, shop)
    before = {account: _balance(account) for account in Posting.Account.values}
    row = report(operation=order.operations.get(), good=D(4), seconds=3600, by=shop.by)
    assert {account: _balance(account) for account in Posting.Account.values} != before
    undo(report=row, by=shop.by)
    assert {account: _balance(account) for account in Posting.Account.values} == before


def test_an_order_cannot_end_without_a_standard(shop: Shop) -> None:
    order = shop.order()
    _pick(order, shop)
    report(operation=order.operations.get(), good=D(10), seconds=0, by=shop.by)
    finish(orders=[order], by=shop.by)
    CostVersion.objects.update(state="retired")
    with pytest.raises(Refused, match="SHOP has no active standard cost version: activate one before ending"):
        end(orders=[order], by=shop.by)
    order.refresh_from_db()
    assert order.state == "finished"


def test_the_database_refuses_an_entry_that_does_not_balance_and_any_change(shop: Shop) -> None:
    entry = Entry.objects.first()
    assert entry is not None
    with pytest.raises(DatabaseError, match="does not balance"), transaction.atomic():
        Posting.objects.create(entry=entry, account="wip", amount=D(1))
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE costing_posting SET amount = 0")
    with pytest.raises(Refused, match="does not balance"):
        lines = (Line("wip", D(1)), Line("inventory", D(-2)))
        write(drafts=[Draft(site=shop.site, kind="issue", effective_at=clock.now(), lines=lines)], by=None)


def test_what_happened_in_a_closed_period_is_posted_on_the_first_open_day(shop: Shop) -> None:
    moment = clock.now()
    day = moment.date()
    Period.objects.create(
        site=shop.site, name="closed", first_day=day.replace(day=1), last_day=day, state="closed"
    )
    lines = (Line("wip", D(1)), Line("inventory", D(-1)))
    entry = write(drafts=[Draft(site=shop.site, kind="issue", effective_at=moment, lines=lines)], by=None)[0]
    assert entry.posted_on == date.fromordinal(day.toordinal() + 1)
    assert entry.effective_at == moment


def test_the_ledger_sums_to_zero_whatever_happened(shop: Shop) -> None:
    order = shop.order()
    _pick(order, shop)
    report(
        operation=order.operations.get(),
        good=D(7),
        scrap=D(2),
        reason=make_reason(),
        seconds=4000,
        by=shop.by,
    )
    finish(orders=[order], by=shop.by)
    end(orders=[order], by=shop.by)
    assert sum((line.amount for line in selectors.trial_balance()), D(0)) == 0
    assert selectors.wip_value(shop.site) == 0
