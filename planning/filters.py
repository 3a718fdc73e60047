"""What planning's lists can be narrowed to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from planning import selectors
from planning.models import Demand, Message, PlanRun, ProductionOrder, Proposal, ReplenishmentOrder
from planning.words import CODES
from strategies.models import ResourceGroup, Site


class DemandFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.MultipleChoiceFilter(label=_("State"), choices=Demand.State.choices)
    kind = filters.ChoiceFilter(label=_("Kind"), choices=Demand.Kind.choices)
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    customer = filters.CharFilter(label=_("Customer"), field_name="customer__number", lookup_expr="iexact")
    due = filters.DateFromToRangeFilter(label=_("Due"), field_name="due_on")
    ordered = filters.DateFromToRangeFilter(label=_("Ordered"), field_name="ordered_on")
    site = filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all())

    class Meta:
        model = Demand
        fields = ("state", "kind", "item", "customer", "due", "ordered", "site")


class ProposalFilter(filters.FilterSet):  # type: ignore[misc]
    run = filters.ModelChoiceFilter(label=_("Plan"), queryset=PlanRun.objects.filter(state="done"))
    state = filters.MultipleChoiceFilter(label=_("State"), choices=Proposal.State.choices)
    kind = filters.ChoiceFilter(label=_("Kind"), choices=Proposal.Kind.choices)
    need = filters.ChoiceFilter(
        label=_("Need"), field_name="need", choices=Proposal._meta.get_field("need").choices
    )
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    start = filters.DateFromToRangeFilter(label=_("Start"), field_name="start_on")
    due = filters.DateFromToRangeFilter(label=_("Due"), field_name="due_on")

    class Meta:
        model = Proposal
        fields = ("run", "state", "kind", "need", "item", "start", "due")


class MessageFilter(filters.FilterSet):  # type: ignore[misc]
    run = filters.ModelChoiceFilter(label=_("Plan"), queryset=PlanRun.objects.filter(state="done"))
    level = filters.ChoiceFilter(label=_("Level"), choices=Message.Level.choices)
    code = filters.ChoiceFilter(label=_("Message"), choices=list(CODES.items()))
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")

    class Meta:
        model = Message
        fields = ("run", "level", "code", "item")


class OrderFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.MultipleChoiceFilter(label=_("State"), choices=ProductionOrder.State.choices)
    late = filters.BooleanFilter(label=_("Late"), field_name="late")
    blocked = filters.BooleanFilter(label=_("Blocked"), field_name="blocked")
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    due = filters.DateFromToRangeFilter(label=_("Due"), field_name="due_on")
    starts = filters.DateFromToRangeFilter(label=_("Starts"), field_name="starts_at")
    group = filters.ModelChoiceFilter(
        label=_("Work centre"), queryset=ResourceGroup.objects.all(), method="at_group"
    )
    site = filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all())

    class Meta:
        model = ProductionOrder
        fields = ("state", "late", "blocked", "item", "due", "starts", "group", "site")

    def at_group(self, rows, name, group):  # type: ignore[no-untyped-def]
        return rows.filter(operations__group=group).distinct()


class ReplenishmentFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.MultipleChoiceFilter(label=_("State"), choices=ReplenishmentOrder.State.choices)
    kind = filters.ChoiceFilter(label=_("Kind"), choices=ReplenishmentOrder.Kind.choices)
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    vendor = filters.CharFilter(label=_("Vendor"), field_name="vendor__number", lookup_expr="iexact")
    due = filters.DateFromToRangeFilter(label=_("Due"), field_name="due_on")

    class Meta:
        model = ReplenishmentOrder
        fields = ("state", "kind", "item", "vendor", "due")


class _When(filters.FilterSet):  # type: ignore[misc]
    """Late, today, or in the seven days from today on."""

    day = ""
    when = filters.ChoiceFilter(
        label=_("When"),
        method="by_when",
        choices=[("late", _("Late")), ("today", _("Today")), ("week", _("In seven days"))],
    )

    def by_when(self, rows: Any, name: str, when: str) -> Any:
        today = clock.today()
        asked = {
            "late": {"lt": today},
            "today": {"exact": today},
            "week": {"range": (today, today + timedelta(days=6))},
        }[when]
        return rows.filter(**{f"{self.day}__{how}": value for how, value in asked.items()})


class ExpectedFilter(_When):
    day = "expected_on"
    vendor = filters.CharFilter(label=_("Vendor"), field_name="vendor__number", lookup_expr="iexact")
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    kind = filters.ChoiceFilter(label=_("Kind"), choices=ReplenishmentOrder.Kind.choices)
    site = filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all())

    class Meta:
        model = ReplenishmentOrder
        fields = ("when", "vendor", "item", "kind", "site")


class ToShipFilter(_When):
    day = "goes_on"
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    site = filters.ModelChoiceFilter(label=_("To"), queryset=Site.objects.all())
    from_site = filters.ModelChoiceFilter(
        label=_("Site"), field_name="from_location__site", queryset=Site.objects.all()
    )

    class Meta:
        model = ReplenishmentOrder
        fields = ("when", "item", "site", "from_site")


class ToDeliverFilter(_When):
    day = "goes_on"
    enough = filters.BooleanFilter(label=_("Can go"), method="by_stock")
    customer = filters.CharFilter(label=_("Customer"), field_name="customer__number", lookup_expr="iexact")
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    site = filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all())

    class Meta:
        model = Demand
        fields = ("when", "enough", "customer", "item", "site")

    def by_stock(self, rows: Any, name: str, enough: bool) -> Any:
        goes = selectors.covered()
        return rows.filter(pk__in=goes) if enough else rows.exclude(pk__in=goes)
