"""What the lists of stock can be narrowed to."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.inventory.models import (
    Balance,
    Hold,
    Lot,
    Recall,
    RecallLine,
    Reservation,
    Serial,
    SoftReservation,
    StockTask,
)
from strategies.models import Item, Location, Site

MOST = 2000
"""So many names at most are looked up beforehand; a word that is part of more of them is asked within the list."""


def _named(path: str, names: QuerySet[Any]) -> Q:
    """Rows whose `path`, a key or a name, is among these."""
    first = list(names[: MOST + 1])
    return Q(**{f"{path}__in": first if len(first) <= MOST else names})


def _keys(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by().values_list("pk", flat=True)


class BalanceFilter(filters.FilterSet):  # type: ignore[misc]
    q = filters.CharFilter(label=_("Find"), method="found")
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    site = filters.ModelChoiceFilter(
        label=_("Site"), field_name="location__site", queryset=Site.objects.all()
    )
    place = filters.CharFilter(label=_("Place"), field_name="location__code", lookup_expr="iexact")
    kind = filters.ChoiceFilter(
        label=_("Kind of place"),
        field_name="location__kind",
        choices=[one for one in Location.Kind.choices if one[0] not in Location.OUTSIDE],
    )
    lot = filters.CharFilter(label=_("Lot"), field_name="lot__number", lookup_expr="iexact")
    held = filters.BooleanFilter(label=_("On hold"))

    class Meta:
        model = Balance
        fields = ("q", "item", "site", "place", "kind", "lot", "held")

    def found(self, rows: QuerySet[Balance], _name: str, value: str) -> QuerySet[Balance]:
        """Each word is part of an item's number or name or of a place's code, or is a lot or serial number. Names are
        looked up first: the balances of a big store are then asked by key, those of items by the number that the list
        is sorted by, so that its first page needs the first items only."""
        for word in value.split():
            items = Item.objects.filter(Q(number__icontains=word) | Q(name__icontains=word))
            numbers = {word, word.upper()}
            rows = rows.filter(
                _named("item__number", items.order_by().values_list("number", flat=True))
                | _named("location", _keys(Location.objects.filter(code__icontains=word)))
                | _named("lot", _keys(Lot.objects.filter(number__in=numbers)))
                | _named("serial", _keys(Serial.objects.filter(number__in=numbers)))
            )
        return rows


class LotFilter(filters.FilterSet):  # type: ignore[misc]
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    expires_on = filters.DateFromToRangeFilter(label=_("Expires"))

    class Meta:
        model = Lot
        fields = ("item", "expires_on")


class HoldFilter(filters.FilterSet):  # type: ignore[misc]
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    kind = filters.ChoiceFilter(label=_("Kind"), choices=Hold.Kind.choices)
    standing = filters.BooleanFilter(label=_("Still on hold"), field_name="released_at", lookup_expr="isnull")

    class Meta:
        model = Hold
        fields = ("item", "kind", "standing")


class ClaimFilter(filters.FilterSet):  # type: ignore[misc]
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    site = filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all())
    reference = filters.CharFilter(label=_("Document"), lookup_expr="iexact")
    needed_at = filters.DateFromToRangeFilter(label=_("Needed"))

    class Meta:
        model = SoftReservation
        fields = ("item", "site", "reference", "needed_at")


class ReservationFilter(filters.FilterSet):  # type: ignore[misc]
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    place = filters.CharFilter(label=_("Place"), field_name="location__code", lookup_expr="iexact")
    lot = filters.CharFilter(label=_("Lot"), field_name="lot__number", lookup_expr="iexact")
    reference = filters.CharFilter(label=_("Document"), lookup_expr="iexact")

    class Meta:
        model = Reservation
        fields = ("item", "place", "lot", "reference")


class RecallFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.ChoiceFilter(label=_("State"), choices=Recall.State.choices)
    practice = filters.BooleanFilter(label=_("Exercise"))
    asked_at = filters.DateFromToRangeFilter(label=_("Drawn up"))

    class Meta:
        model = Recall
        fields = ("state", "practice", "asked_at")


class RecallLineFilter(filters.FilterSet):  # type: ignore[misc]
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    where = filters.MultipleChoiceFilter(label=_("Where"), choices=RecallLine.Where.choices)
    party = filters.CharFilter(label=_("Customer or vendor"), lookup_expr="icontains")
    free = filters.BooleanFilter(label=_("Not on hold"), field_name="hold", lookup_expr="isnull")

    class Meta:
        model = RecallLine
        fields = ("item", "where", "party", "free")


class TaskFilter(filters.FilterSet):  # type: ignore[misc]
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    site = filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all())
    kind = filters.ChoiceFilter(label=_("Kind"), choices=StockTask.Kind.choices)
    state = filters.MultipleChoiceFilter(label=_("State"), choices=StockTask.State.choices)
    open = filters.BooleanFilter(label=_("Still to do"), method="still_open")
    mine = filters.BooleanFilter(label=_("Mine"), method="of_person")
    source = filters.CharFilter(label=_("From"), field_name="source__code", lookup_expr="iexact")
    target = filters.CharFilter(label=_("To"), field_name="target__code", lookup_expr="iexact")
    reference = filters.CharFilter(label=_("Document"), lookup_expr="iexact")

    class Meta:
        model = StockTask
        fields = ("item", "site", "kind", "state", "open", "mine", "source", "target", "reference")

    def still_open(self, rows: QuerySet[StockTask], _name: str, value: bool) -> QuerySet[StockTask]:
        states = (StockTask.State.OPEN, StockTask.State.STARTED)
        return rows.filter(state__in=states) if value else rows.exclude(state__in=states)

    def of_person(self, rows: QuerySet[StockTask], _name: str, value: bool) -> QuerySet[StockTask]:
        mine = {"state": StockTask.State.STARTED, "started_by": self.request.user}
        return rows.filter(**mine) if value else rows.exclude(**mine)
