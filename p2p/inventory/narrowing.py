"""What the pages of a long ledger and of added-up stock can be narrowed to.

Names are looked up first, so that the ledger is asked by key: its indexes know keys and times.
"""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.models import User
from p2p.inventory.models import Lot, Move, Serial
from p2p.inventory.selectors.stocklists import expiring
from strategies.models import Item, ItemGroup, Location, Site

MOST = 500
"""So many names at most that a word may begin."""


def _keys(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by().values_list("pk", flat=True)[:MOST])


class MoveFilter(filters.FilterSet):  # type: ignore[misc]
    q = filters.CharFilter(label=_("Find"), method="found")
    item = filters.CharFilter(label=_("Item"), method="of_item")
    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=Move.Kind.choices)
    reference = filters.CharFilter(label=_("Document"))
    place = filters.CharFilter(label=_("Place, from or to"), method="at_place")
    site = filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all(), method="at_site")
    lot = filters.CharFilter(label=_("Lot"), method="of_lot")
    serial = filters.CharFilter(label=_("Serial number"), method="of_serial")
    by = filters.CharFilter(label=_("By"), method="by_person")
    effective_at = filters.DateFromToRangeFilter(label=_("When"))

    class Meta:
        model = Move
        fields = ("q", "item", "kind", "reference", "place", "site", "lot", "serial", "by", "effective_at")

    def found(self, rows: QuerySet[Move], _name: str, value: str) -> QuerySet[Move]:
        """Each word begins an item's number, or is a lot, serial or document."""
        for word in value.split():
            names = sorted({word, word.upper()})
            rows = rows.filter(
                Q(item__in=_keys(Item.objects.filter(number__istartswith=word)))
                | Q(lot__in=_keys(Lot.objects.filter(number__in=names)))
                | Q(serial__in=_keys(Serial.objects.filter(number__in=names)))
                | Q(reference__in=names)
            )
        return rows

    def of_item(self, rows: QuerySet[Move], _name: str, value: str) -> QuerySet[Move]:
        return rows.filter(item__in=_keys(Item.objects.filter(number__iexact=value.strip())))

    def of_lot(self, rows: QuerySet[Move], _name: str, value: str) -> QuerySet[Move]:
        return rows.filter(lot__in=_keys(Lot.objects.filter(number__in={value, value.upper()})))

    def of_serial(self, rows: QuerySet[Move], _name: str, value: str) -> QuerySet[Move]:
        return rows.filter(serial__in=_keys(Serial.objects.filter(number__in={value, value.upper()})))

    def at_place(self, rows: QuerySet[Move], _name: str, value: str) -> QuerySet[Move]:
        keys = _keys(Location.objects.filter(code__iexact=value.strip()))
        return rows.filter(Q(source__in=keys) | Q(target__in=keys))

    def at_site(self, rows: QuerySet[Move], _name: str, value: Site) -> QuerySet[Move]:
        return rows.filter(Q(source__site=value) | Q(target__site=value))

    def by_person(self, rows: QuerySet[Move], _name: str, value: str) -> QuerySet[Move]:
        return rows.filter(by__in=_keys(User.objects.filter(username__iexact=value.strip())))


class ItemStockFilter(filters.FilterSet):  # type: ignore[misc]
    """`site` and `as_of` are read by the page itself: they say which stock is added up."""

    item = filters.CharFilter(label=_("Item"), field_name="number", lookup_expr="iexact")
    group = filters.ModelChoiceFilter(label=_("Group"), queryset=ItemGroup.objects.all())
    site = filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all(), method="read_elsewhere")
    as_of = filters.DateFilter(label=_("As it was at the end of"), method="read_elsewhere")

    class Meta:
        model = Item
        fields = ("item", "group", "site", "as_of")

    def read_elsewhere(self, rows: QuerySet[Any], _name: str, _value: Any) -> QuerySet[Any]:
        return rows


class LotStockFilter(filters.FilterSet):  # type: ignore[misc]
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    lot = filters.CharFilter(label=_("Lot"), field_name="number", lookup_expr="iexact")
    vendor_lot = filters.CharFilter(label=_("Vendor's lot"), lookup_expr="iexact")
    days = filters.NumberFilter(label=_("Expires or is retested within so many days"), method="soon")
    expires_on = filters.DateFromToRangeFilter(label=_("Expires"))
    site = filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all(), method="read_elsewhere")

    class Meta:
        model = Lot
        fields = ("item", "lot", "vendor_lot", "days", "expires_on", "site")

    def soon(self, rows: QuerySet[Lot], _name: str, value: Any) -> QuerySet[Lot]:
        days = max(-36_500, min(36_500, int(value)))
        return rows.filter(expiring(days, clock.today()))

    def read_elsewhere(self, rows: QuerySet[Any], _name: str, _value: Any) -> QuerySet[Any]:
        return rows
