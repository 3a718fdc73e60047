"""Lists of what is measured, of money, number series, item groups and reasons; a row opens its form."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role, at_sites
from p2p.core.web.columns import Column
from p2p.core.web.lists import Tab
from strategies import masterfilters as filters
from strategies.models import Characteristic, Currency, ExchangeRate, ItemGroup, NumberSeries, ReasonCode
from strategies.selectors import lists as selectors
from strategies.services import characteristics, itemgroups, money, reasons
from strategies.views.saving import changing, deleting
from strategies.views.worklists import CODE, NAME, FormList

INSPECTORS = (Role.ENGINEER, Role.INSPECTOR)
MONEY = (Role.ENGINEER, Role.BUYER, Role.COST_ACCOUNTANT)
SUPERVISORS = (Role.ENGINEER, Role.SUPERVISOR)


class Characteristics(FormList):
    model, title, slot, form = Characteristic, _("Characteristics"), "characteristics", "characteristic"
    search, order = ("code", "name"), ("code",)
    filterset_class = filters.CharacteristicFilter
    columns = (
        CODE,
        NAME,
        Column("get_kind_display", _("What it is"), width=140, order="kind"),
        Column("lower_limit", _("At least"), kind="quantity", unit="unit.code"),
        Column("target", _("Target"), kind="quantity", unit="unit.code"),
        Column("upper_limit", _("At most"), kind="quantity", unit="unit.code"),
        Column("digits", _("Digits"), kind="number", width=80, hidden=True),
    )
    bulk = (deleting(characteristics.delete_characteristic, "characteristic", INSPECTORS),)
    empty_title = _("No characteristic yet")
    empty_text = _("What is measured of lots, at inspection points and in steps of an instruction.")
    empty_icon = "ruler-measure"

    def rows(self) -> QuerySet[Any]:
        return Characteristic.objects.select_related("unit")


class Currencies(FormList):
    model, title, slot, form = Currency, _("Currencies"), "currencies", "currency"
    search, order = ("code", "name"), ("code",)
    columns = (CODE, NAME, Column("minor_digits", _("Digits after the point"), kind="number", width=180))
    bulk = (deleting(money.delete_currency, "currency"),)
    empty_title, empty_text = _("No currency yet"), _("Make one, or import the sheet currencies.")
    empty_icon = "coin"

    def rows(self) -> QuerySet[Any]:
        return Currency.objects.all()


class ExchangeRates(FormList):
    model, title, slot, form = ExchangeRate, _("Exchange rates"), "exchange_rates", "exchange-rate"
    list_url = "strategies:currencies"
    search, order = ("source__code", "target__code"), ("source__code", "target__code", "-valid_from")
    filterset_class = filters.ExchangeRateFilter
    columns = (
        Column("source.code", _("One of"), kind="code", link=True, width=120),
        Column("target.code", _("Costs in"), kind="code", width=120),
        Column("rate", _("Rate"), kind="quantity", width=160),
        Column("valid_from", _("From"), kind="date"),
    )
    bulk = (deleting(money.delete_exchange_rate, "exchangerate", MONEY),)
    empty_title = _("No exchange rate yet")
    empty_text = _("What a vendor asks in another currency is counted by the rate of its day.")
    empty_icon = "arrows-sort"

    def rows(self) -> QuerySet[Any]:
        return ExchangeRate.objects.select_related("source", "target")


class Series(FormList):
    model, title, slot, form = NumberSeries, _("Number series"), "number_series", "number-series"
    search, order = ("code", "prefix"), ("code", "site__code", "id")
    columns = (
        Column("code", _("Document"), kind="code", link=True, width=160),
        Column("site.code", _("Site"), width=120),
        Column("prefix", _("Begins with"), link=True),
        Column("width", _("Digits"), kind="number", width=88),
        Column("next_value", _("Next number"), kind="number", width=140),
    )
    empty_title = _("No number series yet")
    empty_text = _("Each document makes its own with its first number: MO-000001, PO-000001.")
    empty_icon = "hash"

    def rows(self) -> QuerySet[Any]:
        return at_sites(NumberSeries.objects.select_related("site"), self.request.user)


class ItemGroups(FormList):
    model, title, slot, form = ItemGroup, _("Item groups"), "item_groups", "item-group"
    list_url = "strategies:items"
    search, order = ("code", "name"), ("code",)
    columns = (
        Column("code", _("Code"), kind="code", link=True, width=200),
        NAME,
        Column("parent.name", _("Within"), width=220),
        Column("item_count", _("Items"), kind="number", width=88),
    )
    bulk = (deleting(itemgroups.delete_item_group, "itemgroup"),)
    empty_title, empty_text = _("No item group yet"), _("Make one, or import the sheet item_groups.")
    empty_icon = "sitemap"

    def rows(self) -> QuerySet[Any]:
        return ItemGroup.objects.select_related("parent").annotate(item_count=Count("items"))


class Reasons(FormList):
    model, title, slot, form = ReasonCode, _("Reason codes"), "reasons", "reason"
    search, order = ("code", "name"), ("kind", "code")
    filterset_class = filters.ReasonFilter
    columns = (
        CODE,
        NAME,
        Column("get_kind_display", _("Kind"), width=140, order="kind"),
        Column("parent.name", _("Within"), width=180),
        Column("get_cause_display", _("At fault"), width=140, order="cause"),
        Column("active", _("In use"), kind="yes", width=72),
    )
    tabs = (Tab("scrap", _("Scrap"), "kind=scrap"), Tab("downtime", _("Downtime"), "kind=downtime"))
    bulk = (changing("reason", SUPERVISORS), deleting(reasons.delete_reason, "reasoncode", SUPERVISORS))
    empty_title, empty_text = _("No reason code yet"), _("Make one, or import the sheet reason_codes.")
    empty_icon = "tags"

    def rows(self) -> QuerySet[Any]:
        return selectors.reasons()
