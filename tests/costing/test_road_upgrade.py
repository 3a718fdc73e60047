"""Goods that travelled before transfers were valued: an upgrade brings the books to what they would be."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal as D
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from costing.models import CostVersion, Entry, ItemCost, Period, Posting, Valuation
from costing.services import post, transfers
from p2p.core import clock
from p2p.inventory.checking import problems
from planning.services import receipts, shipments
from strategies.models import ExchangeRate
from tests.costing.services.test_transfers import Trade
from tests.factories import make_currency, make_reason

pytestmark = pytest.mark.django_db
MIGRATION = import_module("costing.migrations.0004_road")


@contextmanager
def before_valuation() -> Any:
    """Nobody posts transfers; what is lost on the way goes out of stock in money."""
    known = post._against
    with pytest.MonkeyPatch.context() as old:
        for name in ("post_transfer", "post_weighed"):
            old.setattr(transfers, name, lambda **_given: [])
        old.setattr(post, "_against", lambda move: "scrap" if move.kind == "scrap" else known(move))
        yield


def upgrade() -> None:
    with connection.schema_editor() as editor:
        MIGRATION.value_the_road(apps, editor)


@pytest.fixture
def trade() -> Trade:
    return Trade()


def test_what_is_on_the_road_is_worth_what_it_cost_where_it_left(trade: Trade) -> None:
    with before_valuation():
        trade.send(10)
    assert [found.rule for found in problems()] == ["what travels between sites is valued"]
    ItemCost.objects.filter(version__site=trade.home).update(this_level=D(5))
    upgrade()
    assert trade.changed() == {
        ("FAR", "inventory"): D("-33.33"),
        ("FAR", "between"): D("33.33"),
        ("HOME", "between"): D("-33.33"),
        ("HOME", "transit"): D("33.33"),
    }
    assert {entry.why for entry in Entry.objects.filter(kind="transfer")} == {"upgrade"}
    assert problems() == []
    trade.take_in(10)
    assert trade.changed()["HOME", "transfer"] == D("-16.67")
    assert ("HOME", "transit") not in trade.changed()


def test_a_second_upgrade_posts_nothing(trade: Trade) -> None:
    with before_valuation():
        trade.send(4)
    upgrade()
    count = Entry.objects.count()
    upgrade()
    assert Entry.objects.count() == count


def test_the_standard_is_that_of_the_day_it_left(trade: Trade) -> None:
    with before_valuation():
        trade.send(10)
    old = CostVersion.objects.get(site=trade.far)
    CostVersion.objects.filter(pk=old.pk).update(state="retired")
    new = CostVersion.objects.create(
        code="STD-NEW", name="New", site=trade.far, state="active", valid_from=date(2001, 1, 1),
        activated_at=clock.now() + timedelta(seconds=1),
    )  # fmt: skip
    ItemCost.objects.create(version=new, item=trade.bolt, element=trade.material, this_level=D(9))
    upgrade()
    assert trade.changed()["HOME", "transit"] == D("33.33")
    assert Valuation.objects.order_by("-move").first().version == old  # type: ignore[union-attr]


def test_what_arrived_or_was_lost_before_leaves_the_road_too(trade: Trade) -> None:
    with before_valuation():
        trade.send(10)
        trade.take_in(4)
        shipments.lose(order=trade.order, quantity=D(1), reason=make_reason(kind="scrap"), by=None)
    upgrade()
    now = trade.changed()
    # 10 left at 33.33; 4 came in at 16.00; 1 was scrapped at the standard of 4.00; 5 are carried at half.
    assert (now["FAR", "inventory"], now["HOME", "inventory"]) == (D("-33.33"), D("16"))
    assert now["HOME", "transit"] == D("16.67")
    assert (now["HOME", "scrap"], now["HOME", "transfer"]) == (D("4"), D("-3.34"))
    assert problems() == []
    trade.take_in(5)
    assert ("HOME", "transit") not in trade.changed()


def test_what_came_in_for_nothing_since_takes_its_share(trade: Trade) -> None:
    with before_valuation():
        trade.send(10)
    trade.take_in(6)
    assert trade.changed()["HOME", "transfer"] == -24
    upgrade()
    now = trade.changed()
    assert (now["HOME", "transit"], now["HOME", "transfer"]) == (D("13.33"), D("-4.00"))
    assert [entry.why for entry in Entry.objects.filter(kind="transfer").order_by("pk")][-1] == "cleared"
    assert problems() == []


def test_what_was_taken_back_before_needs_nothing(trade: Trade) -> None:
    with before_valuation():
        shipments.take_back(shipments=trade.send(10), by=None)
    upgrade()
    assert trade.changed() == {}


def test_what_was_fetched_without_a_shipment_changes_books(trade: Trade) -> None:
    with before_valuation():
        trade.take_in(10)
    upgrade()
    assert trade.changed() == {
        ("FAR", "inventory"): D("-33.33"),
        ("FAR", "between"): D("33.33"),
        ("HOME", "between"): D("-33.33"),
        ("HOME", "inventory"): D("40"),
        ("HOME", "transfer"): D("-6.67"),
    }


def test_cents_stuck_in_transit_are_cleared_by_name(trade: Trade) -> None:
    trade.send(10)
    trade.take_in(10)
    entry = Entry.objects.filter(site=trade.home, kind="transfer").latest("pk")
    Posting.objects.bulk_create(
        Posting(entry=entry, account=account, amount=amount, item=trade.bolt)
        for account, amount in (("transit", D("0.02")), ("inventory", D("-0.02")))
    )
    assert [found.rule for found in problems()] == [
        "nothing is carried in transit for an order when nothing travels"
    ]
    upgrade()
    assert problems() == []
    assert Entry.objects.latest("pk").why == "cleared"


def test_a_receipt_taken_back_after_the_upgrade_leaves_nothing_behind(trade: Trade) -> None:
    with before_valuation():
        sent = trade.send(10)
    came = trade.take_in(10)
    upgrade()
    receipts.take_back(receipts=came, by=None)
    shipments.take_back(shipments=sent, by=None)
    assert ("HOME", "transit") not in trade.changed()
    assert problems() == []


def test_a_closed_period_is_not_written_into(trade: Trade) -> None:
    with before_valuation():
        trade.send(10)
    today = clock.now().date()
    Period.objects.create(site=trade.far, name="P", first_day=date(2000, 1, 1), last_day=today + timedelta(days=3),
                          state="closed")  # fmt: skip
    upgrade()
    days = dict(Entry.objects.filter(kind="transfer").values_list("site__code", "posted_on"))
    assert days["FAR"] == today + timedelta(days=4)
    assert days["HOME"] <= today + timedelta(days=1)


@pytest.mark.parametrize(("rate", "worth"), [(D("1.5"), D("50")), (None, D("40"))])
def test_another_currency_is_changed_or_else_worth_the_standard_here(rate: D | None, worth: D) -> None:
    trade = Trade(currency=make_currency("EUR"))
    with before_valuation():
        trade.send(10)
    if rate is not None:
        ExchangeRate.objects.create(
            source=trade.far.currency, target=trade.home.currency, valid_from=date(2000, 1, 1), rate=rate
        )
    upgrade()
    assert trade.changed()["HOME", "transit"] == worth
