"""What outsourcing's lists can be narrowed to."""

from __future__ import annotations

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from outsourcing.models import Invoice, SubcontractOrder
from strategies.models import Vendor


def vendors(_request: object) -> object:
    return Vendor.objects.filter(subcontractor=True) | Vendor.objects.filter(
        pk__in=SubcontractOrder.objects.values("vendor")
    )


class OrderFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.MultipleChoiceFilter(label=_("State"), choices=SubcontractOrder.State.choices)
    vendor = filters.ModelChoiceFilter(label=_("Vendor"), queryset=vendors)
    item = filters.CharFilter(
        label=_("Item"),
        field_name="lines__operation__order__item__number",
        lookup_expr="iexact",
        distinct=True,
    )
    sent = filters.DateFromToRangeFilter(label=_("Sent"), field_name="sent_at")

    class Meta:
        model = SubcontractOrder
        fields = ("state", "vendor", "item", "sent")


class InvoiceFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.MultipleChoiceFilter(label=_("State"), choices=Invoice.State.choices)
    vendor = filters.ModelChoiceFilter(label=_("Vendor"), queryset=vendors)
    invoiced = filters.DateFromToRangeFilter(label=_("Date"), field_name="invoiced_on")

    class Meta:
        model = Invoice
        fields = ("state", "vendor", "invoiced")
