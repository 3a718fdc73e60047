"""Sheets of vendors, their prices and what goes outside."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategies.models import Calendar, Currency, Item, OutsourcingPolicy, Site, Unit, Vendor, VendorPrice
from strategies.services.importer.definitions.bills import days_in_order
from strategies.services.importer.definitions.item_reviews import (
    one_policy_a_day,
    operations_exist,
    overflow_can_go,
)
from strategies.services.importer.definitions.reviews import units_convert
from strategies.services.importer.kinds import Choice, Day, Flag, Number, Text, Whole
from strategies.services.importer.sheets import Column, Reference, Row, Sheet

ZERO, ONE = Decimal(0), Decimal(1)
CURRENCY = Reference("currency", Currency, ("currency",), ("code",), required=True, example="USD")
VENDOR = Reference("vendor", Vendor, ("vendor",), ("number",), required=True, example="ADVANCED0001")
ITEM = Reference("item", Item, ("item",), ("number",), required=True, example="AR-5381")


def _mail_has_an_at(row: Row) -> Iterable[tuple[str, str]]:
    mail = row.values["email"]
    if mail and "@" not in mail:
        yield "email", _("“{mail}” is not a mail address.").format(mail=mail)


def _order_in_order(row: Row) -> Iterable[tuple[str, str]]:
    least, most = row.values["order_minimum"], row.values["order_maximum"]
    if least is not None and most is not None and most < least:
        yield "order_maximum", _("The most per order is less than the least.")


SHEETS = (
    Sheet(
        name="vendors",
        title=gettext_lazy("Vendors"),
        model=Vendor,
        key=("number",),
        checks=(_mail_has_an_at,),
        fields=(
            Column("number", Text(30), required=True, example="ADVANCED0001"),
            Column("name", Text(150), required=True, example="Advanced Bicycles"),
            CURRENCY,
            Reference("calendar", Calendar, ("calendar",), ("code",)),
            Column("email", Text(254)),
            Column("preferred", Flag(), example="yes"),
            Column("subcontractor", Flag(), example="no"),
            Column("source_system", Text(40)),
            Column("external_id", Text(60)),
            Column("active", Flag()),
        ),
    ),
    Sheet(
        name="vendor_prices",
        title=gettext_lazy("Vendor prices"),
        about=gettext_lazy("Price of one unit, for an item or for the work on one of its operations."),
        model=VendorPrice,
        key=("vendor", "item", "operation_number", "unit", "minimum_quantity", "valid_from"),
        checks=(days_in_order, _order_in_order),
        sentences={
            "vendor_price_no_overlap": gettext_lazy(
                "The vendor asks another price for the same quantity on some of these days: end that first."
            )
        },
        reviews=(units_convert("vendor_prices", "item", "warning"),),
        fields=(
            VENDOR,
            ITEM,
            Column("operation_number", Whole(1), help=gettext_lazy("empty: the item itself")),
            Reference("unit", Unit, ("unit",), ("code",), required=True, example="EA"),
            CURRENCY,
            Column("price", Number(at_least=ZERO, places=8), required=True, example="47.87"),
            Column("minimum_quantity", Number(at_least=ZERO), example="0"),
            Column("order_minimum", Number(at_least=ZERO)),
            Column("order_maximum", Number(at_least=ZERO)),
            Column("lead_time_days", Whole(0, 3650), example="17"),
            Column("valid_from", Day(), required=True, example="2026-01-01"),
            Column("valid_to", Day()),
        ),
    ),
    Sheet(
        name="outsourcing_policies",
        title=gettext_lazy("Outsourcing policies"),
        model=OutsourcingPolicy,
        key=("site", "item", "operation_number", "vendor", "valid_from"),
        checks=(days_in_order,),
        reviews=(one_policy_a_day,),
        finish=(operations_exist, overflow_can_go),
        fields=(
            Reference("site", Site, ("site",), ("code",), required=True, example="BOTHELL"),
            ITEM,
            Column("operation_number", Whole(1), help=gettext_lazy("empty: the whole item")),
            Column("rule", Choice(OutsourcingPolicy.Rule), example="vendor"),
            VENDOR,
            Column("supply", Choice(OutsourcingPolicy.Supply), example="send"),
            Column("lead_time_days", Whole(0, 3650), example="5"),
            Column("allowed_loss_fraction", Number(at_least=ZERO, below=ONE)),
            Column("overflow_load", Number(at_least=ZERO), help=gettext_lazy("0.9 = 90 %")),
            Column("overflow_on_downtime", Flag()),
            Column("valid_from", Day(), required=True, example="2026-01-01"),
            Column("valid_to", Day()),
        ),
    ),
)
