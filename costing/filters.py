"""What the lists of costing can be narrowed to."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from costing.models import Entry, Posting
from strategies.models import Site


class EntryFilter(filters.FilterSet):  # type: ignore[misc]
    """Entries of the cost ledger. An account is that of a posting: an entry has at least two of them."""

    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=Entry.Kind.choices)
    account = filters.ChoiceFilter(label=_("Account"), choices=Posting.Account.choices, method="posted_to")
    ledger_account = filters.CharFilter(label=_("Ledger account"), method="posted_to")
    order = filters.CharFilter(label=_("Order"), field_name="order__number", lookup_expr="iexact")
    day = filters.DateFromToRangeFilter(label=_("Day"), field_name="posted_on")
    site = filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all())
    currency = filters.CharFilter(
        label=_("Currency"), field_name="site__currency__code", lookup_expr="iexact"
    )

    class Meta:
        model = Entry
        fields = ("kind", "account", "ledger_account", "order", "day", "site", "currency")

    def posted_to(self, rows: QuerySet[Entry], name: str, value: Any) -> QuerySet[Entry]:
        """A question beside the list: a join would add up its amounts once for each posting."""
        return rows.filter(pk__in=Posting.objects.filter(**{name: value}).order_by().values("entry"))
