"""What the floor's lists can be narrowed to."""

from __future__ import annotations

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from execution.models import Downtime, PickList, Report
from planning.models import Operation, ProductionOrder
from strategies.models import ReasonCode, Resource, ResourceGroup, Site


def _scrap(_request: object) -> object:
    return ReasonCode.objects.filter(kind=ReasonCode.Kind.SCRAP)


def _stops(_request: object) -> object:
    return ReasonCode.objects.filter(kind=ReasonCode.Kind.DOWNTIME)


class ReleaseFilter(filters.FilterSet):  # type: ignore[misc]
    site = filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all())
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    state = filters.ChoiceFilter(
        label=_("State"), choices=(("firm", _("Firm")), ("scheduled", _("Scheduled")))
    )
    start_on = filters.DateFromToRangeFilter(label=_("Start"))

    class Meta:
        model = ProductionOrder
        fields = ("site", "item", "state", "start_on")


class DispatchFilter(filters.FilterSet):  # type: ignore[misc]
    group = filters.ModelChoiceFilter(
        label=_("Work centre"), queryset=ResourceGroup.objects.filter(active=True).select_related("site")
    )
    state = filters.ChoiceFilter(
        label=_("State"), choices=(("released", _("Released")), ("started", _("Started")))
    )
    order = filters.CharFilter(label=_("Order"), field_name="order__number", lookup_expr="iexact")
    item = filters.CharFilter(label=_("Item"), field_name="order__item__number", lookup_expr="iexact")
    starts_at = filters.DateFromToRangeFilter(label=_("Starts"))

    class Meta:
        model = Operation
        fields = ("group", "state", "order", "item", "starts_at")


class PickListFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.MultipleChoiceFilter(label=_("State"), choices=PickList.State.choices)
    order = filters.CharFilter(label=_("Order"), field_name="order__number", lookup_expr="iexact")
    site = filters.ModelChoiceFilter(label=_("Site"), field_name="order__site", queryset=Site.objects.all())

    class Meta:
        model = PickList
        fields = ("state", "order", "site")


class ReportFilter(filters.FilterSet):  # type: ignore[misc]
    order = filters.CharFilter(label=_("Order"), field_name="operation__order__number", lookup_expr="iexact")
    item = filters.CharFilter(
        label=_("Item"), field_name="operation__order__item__number", lookup_expr="iexact"
    )
    group = filters.ModelChoiceFilter(
        label=_("Work centre"), field_name="operation__group", queryset=ResourceGroup.objects.all()
    )
    reason = filters.ModelChoiceFilter(label=_("Reason"), queryset=_scrap)
    scrapped = filters.BooleanFilter(label=_("With scrap"), method="with_scrap")
    effective_at = filters.DateFromToRangeFilter(label=_("When"))

    class Meta:
        model = Report
        fields = ("order", "item", "group", "reason", "scrapped", "effective_at")

    def with_scrap(self, rows: object, _name: str, wanted: bool) -> object:
        return rows.exclude(scrap=0) if wanted else rows.filter(scrap=0)  # type: ignore[attr-defined]


class DowntimeFilter(filters.FilterSet):  # type: ignore[misc]
    resource = filters.ModelChoiceFilter(label=_("Resource"), queryset=Resource.objects.filter(active=True))
    reason = filters.ModelChoiceFilter(label=_("Reason"), queryset=_stops)
    going_on = filters.BooleanFilter(label=_("Still down"), field_name="ended_at", lookup_expr="isnull")
    began_at = filters.DateFromToRangeFilter(label=_("Began"))

    class Meta:
        model = Downtime
        fields = ("resource", "reason", "going_on", "began_at")
