"""The standards and rates in force."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, Max, OuterRef, QuerySet, Subquery, Sum

from costing.models import CostRate, CostVersion, ItemCost
from execution.prepared import Prepared
from strategies.models import CostCategory, Item, Site

Kind = CostCategory.Kind
Rate = tuple[int, Decimal]
"""Element id, money for one hour or piece."""


@dataclass(frozen=True)
class Rates:
    """What an hour and a piece cost in a version, and what comes on top of them."""

    hourly: Mapping[int, Rate]
    """Cost category id -> (element id, money per hour)."""
    surcharges: tuple[tuple[int, int, Decimal], ...]
    """(base element id, overhead element id, fraction)."""
    pieces: Mapping[int, Rate] = field(default_factory=dict)
    """Cost category id -> (element id, money per piece)."""
    kinds: Mapping[int, str] = field(default_factory=dict)
    """Cost category id -> its kind, of those above: that of pieces is what has a rate per piece."""

    def hour(self, category: int | None) -> Rate | None:
        """None where an hour of the category has no rate."""
        return self.hourly.get(category or 0)

    def piece(self, category: int | None) -> Rate | None:
        """None where a piece of the category has no rate."""
        return self.pieces.get(category or 0)


_active = Prepared(
    lambda site: (
        CostVersion.objects.filter(
            site_id=site, kind=CostVersion.Kind.STANDARD, state=CostVersion.State.ACTIVE
        )
        .select_related("site__currency")
        .order_by("pk")[:1]
    )
)
"""Read with every report: compiled once."""


def active_version(site: Site | int) -> CostVersion | None:
    """The standard that postings of a site are valued at; None when none was activated."""
    found = _active(site if isinstance(site, int) else site.pk)
    return found[0] if found else None


def standards(version: CostVersion | None, items: Collection[int]) -> dict[int, dict[int, Decimal]]:
    """Item id -> element id -> standard cost per one of the item's unit, all levels together. One query."""
    found: dict[int, dict[int, Decimal]] = {item: {} for item in items}
    if version is None or not items:
        return found
    rows = ItemCost.objects.filter(version=version, item__in=items).order_by("item_id", "element_id")
    for item, element, this, lower in rows.values_list("item_id", "element_id", "this_level", "lower_level"):
        if this + lower:
            found[item][element] = this + lower
    return found


def rates(version: CostVersion | None) -> Rates:
    """Every rate of a version, in one query."""
    if version is None:
        return Rates({}, ())
    hourly: dict[int, Rate] = {}
    pieces: dict[int, Rate] = {}
    kinds: dict[int, str] = {}
    surcharges: list[tuple[int, int, Decimal]] = []
    for rate in CostRate.objects.filter(version=version).select_related("category").order_by("pk"):
        if rate.category is not None:
            # A category may have become one of another kind since its rate was entered.
            said = rate.category.kind
            if rate.per_piece is None:
                hourly[rate.category.pk] = (rate.element_id, rate.per_hour)
                kinds[rate.category.pk] = Kind.RUN if said == Kind.QUANTITY else said
            else:
                pieces[rate.category.pk] = (rate.element_id, rate.per_piece)
                kinds[rate.category.pk] = Kind.QUANTITY
        elif rate.base_id is not None:
            surcharges.append((rate.base_id, rate.element_id, rate.surcharge_fraction))
    return Rates(hourly, tuple(surcharges), pieces, kinds)


def items_with_standard() -> QuerySet[Any]:
    """Items with `this_level`, `lower_level`, `standard` and `lot` of the active standard version."""
    active = CostVersion.State.ACTIVE
    costs = ItemCost.objects.filter(
        item=OuterRef("pk"), version__kind=CostVersion.Kind.STANDARD, version__state=active
    ).order_by()
    by_item = costs.values("item")
    money = DecimalField(max_digits=24, decimal_places=8)
    return (
        Item.objects.select_related("unit")
        .annotate(
            this_level=Subquery(
                by_item.annotate(sum=Sum("this_level")).values("sum")[:1], output_field=money
            ),
            lower_level=Subquery(
                by_item.annotate(sum=Sum("lower_level")).values("sum")[:1], output_field=money
            ),
            lot=Subquery(by_item.annotate(lot=Max("lot_size")).values("lot")[:1]),
        )
        .annotate(standard=F("this_level") + F("lower_level"))
        .filter(standard__isnull=False)
    )
