from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from p2p.core.refusal import Refused
from p2p.core.web import formats
from strategies.models import OutsourcingPolicy, Vendor, VendorPrice
from strategies.services import outsourcing, vendors
from tests.factories import (
    make_currency,
    make_item,
    make_policy,
    make_route,
    make_site,
    make_unit,
    make_user,
    make_vendor,
    make_vendor_price,
)

pytestmark = pytest.mark.django_db
JANUARY, JULY = date(2026, 1, 1), date(2026, 7, 1)


@pytest.fixture
def by():
    return make_user("buyer")


def price(vendor, item, **also):
    given = {
        "unit": item.unit,
        "currency": vendor.currency,
        "price": Decimal("1.5"),
        "valid_from": JANUARY,
        **also,
    }
    return {"vendor": vendor, "item": item, **given}


def test_a_vendor_is_made_changed_put_out_of_use_and_back(by):
    acme = vendors.create_vendor(number="ACME", name="Acme", currency=make_currency(), email="a@b.c", by=by)
    changed = vendors.change_vendor(vendor=acme, name="Acme Spokes", calendar=None, by=by)
    assert (changed.name, changed.email) == ("Acme Spokes", "a@b.c")
    assert not vendors.retire_vendor(vendor=acme, by=by).active
    assert vendors.restore_vendor(vendor=acme, by=by).active
    with pytest.raises(Refused, match="There is a vendor ACME already"):
        vendors.create_vendor(number="ACME", name="Other", currency=make_currency(), by=by)


def test_a_vendor_that_supplies_an_item_is_not_deleted(by):
    acme = make_vendor("ACME")
    make_policy(make_item("SPOKE"), vendor=acme)
    with pytest.raises(Refused, match="is used by item policy SPOKE"):
        vendors.delete_vendor(vendor=acme, by=by)
    assert Vendor.objects.filter(number="ACME").exists()


def test_two_prices_for_the_same_quantity_on_one_day_are_refused_with_the_first_named(by):
    acme, spoke = make_vendor("ACME"), make_item("SPOKE")
    first = vendors.add_price(**price(acme, spoke), by=by)
    with pytest.raises(
        Refused, match=f"for SPOKE from 0 EA on since {formats.day(date(2026, 1, 1))} already"
    ):
        vendors.add_price(**price(acme, spoke, valid_from=JULY), by=by)
    vendors.change_price(vendor_price=first, valid_to=date(2026, 6, 30), by=by)
    vendors.add_price(**price(acme, spoke, valid_from=JULY), by=by)
    vendors.add_price(**price(acme, spoke, minimum_quantity=Decimal(100)), by=by)
    vendors.add_price(**price(acme, spoke, operation_number=10), by=by)
    vendors.add_price(**price(acme, spoke, unit=make_unit("BOX")), by=by)
    with pytest.raises(Refused, match="end that price first"):
        vendors.change_price(vendor_price=first, valid_to=None, by=by)
    assert VendorPrice.objects.count() == 5
    vendors.remove_price(vendor_price=first, by=by)
    assert not VendorPrice.objects.filter(pk=first.pk).exists()


def test_the_table_itself_keeps_tiers_apart():
    acme, spoke = make_vendor(), make_item()
    make_vendor_price(acme, spoke, 1, valid_from=JANUARY)
    with pytest.raises(IntegrityError, match="vendor_price_no_overlap"), transaction.atomic():
        make_vendor_price(acme, spoke, 2, valid_from=JULY)


@pytest.mark.parametrize(
    ("also", "sentence"),
    [
        ({"valid_to": date(2025, 12, 31)}, "last day is before the first"),
        ({"order_minimum": Decimal(5), "order_maximum": Decimal(4)}, "most per order is less"),
        ({"price": Decimal(-1)}, "0 or more"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused(by, also, sentence):
    with pytest.raises(Refused, match=sentence):
        vendors.add_price(**price(make_vendor(), make_item(), **also), by=by)


def outside(**also):
    given = {
        "site": make_site(),
        "item": make_item("FRAME"),
        "vendor": make_vendor("PAINT"),
        "valid_from": JANUARY,
    }
    return {**given, **also}


def test_a_policy_of_outside_work_is_made_changed_and_removed(by):
    row = outsourcing.add_outsourcing(**outside(rule="overflow", overflow_load=Decimal("0.9")), by=by)
    changed = outsourcing.change_outsourcing(policy=row, rule="make", valid_to=JULY, by=by)
    assert (changed.rule, changed.valid_to, changed.overflow_load) == ("make", JULY, Decimal("0.9"))
    outsourcing.remove_outsourcing(policy=row, by=by)
    assert not OutsourcingPolicy.objects.exists()


def test_outside_work_that_cannot_be_is_refused(by):
    given = outside()
    make_route(given["item"], [{}, {}])
    for also, sentence in (
        ({"operation_number": 15}, "No route of FRAME has an operation 15"),
        ({"valid_to": date(2025, 1, 1)}, "last day is before the first"),
        ({"allowed_loss_fraction": Decimal(1)}, "less than 1"),
        ({"vendor": make_vendor("GONE", active=False)}, "GONE is not in use any more"),
    ):
        with pytest.raises(Refused, match=sentence):
            outsourcing.add_outsourcing(**{**given, **also}, by=by)
    outsourcing.add_outsourcing(**given, operation_number=10, by=by)
    with pytest.raises(Refused, match="begins on that day already, with PAINT"):
        outsourcing.add_outsourcing(**{**given, "vendor": make_vendor("ZINC")}, operation_number=10, by=by)
