"""What quality's lists can be narrowed to."""

from __future__ import annotations

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from quality.models import ControlPlan, Inspection, NonConformance
from strategies.models import Site


class InspectionFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.MultipleChoiceFilter(label=_("State"), choices=Inspection.State.choices)
    plan = filters.CharFilter(label=_("Plan"), field_name="plan__code", lookup_expr="iexact")
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    site = filters.ModelChoiceFilter(label=_("Site"), field_name="plan__site", queryset=Site.objects.all())
    at = filters.ChoiceFilter(
        label=_("When"), field_name="plan__trigger", choices=ControlPlan.Trigger.choices
    )
    vendor = filters.CharFilter(
        label=_("Vendor"), field_name="replenishment__vendor__number", lookup_expr="iexact"
    )
    opened = filters.DateFromToRangeFilter(label=_("Opened"), field_name="opened_at")

    class Meta:
        model = Inspection
        fields = ("state", "at", "plan", "item", "vendor", "site", "opened")


class PlanFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.MultipleChoiceFilter(label=_("State"), choices=ControlPlan.State.choices)
    trigger = filters.ChoiceFilter(label=_("When"), choices=ControlPlan.Trigger.choices)
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    vendor = filters.CharFilter(label=_("Vendor"), field_name="vendor__number", lookup_expr="iexact")

    class Meta:
        model = ControlPlan
        fields = ("state", "trigger", "item", "vendor")


class NonConformanceFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.MultipleChoiceFilter(label=_("State"), choices=NonConformance.State.choices)
    disposition = filters.ChoiceFilter(label=_("Decision"), choices=NonConformance.Disposition.choices)
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    site = filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all())

    class Meta:
        model = NonConformance
        fields = ("state", "disposition", "item", "site")
