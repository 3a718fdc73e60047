"""What is measured, money, number series, item groups, reasons."""

from __future__ import annotations

from p2p.core.access import Role
from strategies import serializers as shapes
from strategies.api.base import BUYERS, EDITORS
from strategies.api.whole import WholeViewSet
from strategies.models import Characteristic, Currency, ExchangeRate, ItemGroup, NumberSeries, ReasonCode
from strategies.services import characteristics, itemgroups, money, numbering, reasons


class Characteristics(WholeViewSet):
    """What is measured, judged or noted of lots, at inspection points and in steps of an instruction."""

    queryset, serializer_class = Characteristic.objects.all(), shapes.CharacteristicRecord
    sheet = "characteristics"
    filters = {"kind": "kind"}
    searches, order = ("code", "name"), ("code",)
    write_roles = (*EDITORS, Role.INSPECTOR)
    adds = changes = staticmethod(characteristics.save_characteristic)
    removes = staticmethod(characteristics.delete_characteristic)


class Currencies(WholeViewSet):
    """Currencies and their minor digits."""

    queryset, serializer_class, sheet = Currency.objects.all(), shapes.CurrencyRecord, "currencies"
    searches, order = ("code", "name"), ("code",)
    adds = changes = staticmethod(money.save_currency)
    removes = staticmethod(money.delete_currency)


class ExchangeRates(WholeViewSet):
    """What one of a currency costs in another, from a day until the next rate."""

    queryset, serializer_class = ExchangeRate.objects.all(), shapes.ExchangeRateRecord
    sheet = "exchange_rates"
    filters = {"source": "source__code", "target": "target__code", "from": "valid_from__gte"}
    order = ("id",)
    write_roles = (*BUYERS, Role.COST_ACCOUNTANT)
    adds = changes = staticmethod(money.save_exchange_rate)
    removes, record_name = staticmethod(money.delete_exchange_rate), "exchangerate"


class Series(WholeViewSet):
    """Where the running numbers of documents stand."""

    queryset, serializer_class, sheet = NumberSeries.objects.all(), shapes.SeriesRecord, "number_series"
    site_path = "site__code"
    filters = {"code": "code", "site": "site__code"}
    order = ("id",)
    adds = changes = staticmethod(numbering.save_number_series)


class ItemGroups(WholeViewSet):
    """Groups of items, one within another."""

    queryset, serializer_class, sheet = ItemGroup.objects.all(), shapes.ItemGroupRecord, "item_groups"
    filters = {"parent": "parent__code"}
    searches, order = ("code", "name"), ("code",)
    adds = changes = staticmethod(itemgroups.save_item_group)
    removes = staticmethod(itemgroups.delete_item_group)


class Reasons(WholeViewSet):
    """Why something was scrapped, stopped, held or adjusted."""

    queryset, serializer_class, sheet = ReasonCode.objects.all(), shapes.ReasonRecord, "reason_codes"
    key = ("kind", "code")
    filters = {"kind": "kind", "active": "active"}
    searches, order = ("code", "name"), ("kind", "code")
    write_roles = (*EDITORS, Role.SUPERVISOR)
    adds = changes = staticmethod(reasons.save_reason)
    removes = staticmethod(reasons.delete_reason)
