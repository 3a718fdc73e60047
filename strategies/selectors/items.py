"""What the pages of an item and a vendor show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q

from strategies.engine.units import MissingConversion
from strategies.models import (
    BomVersion,
    Item,
    OutsourcingPolicy,
    RouteVersion,
    Site,
    UnitConversion,
    Vendor,
    VendorPrice,
)
from strategies.models.version import VersionState
from strategies.selectors.outside import gaps
from strategies.selectors.units import conversions


@dataclass(frozen=True)
class Asked:
    """A vendor's price, and whether its unit leads to the item's: without that it cannot be used."""

    price: VendorPrice
    usable: bool


def bom_versions(item: Item) -> list[BomVersion]:
    return list(
        BomVersion.objects.filter(item=item).select_related("item", "site").order_by("-version", "pk")
    )


def route_versions(item: Item) -> list[RouteVersion]:
    return list(
        RouteVersion.objects.filter(item=item).select_related("item", "site").order_by("-version", "pk")
    )


def route_of(item: Item, *, day: date, site: Site | None = None) -> RouteVersion | None:
    """The active version that holds on a day: one for the site before one for all sites. One query."""
    rows = RouteVersion.objects.filter(item=item, state=VersionState.ACTIVE).select_related("item", "site")
    rows = rows.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day))
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    rows = rows.filter(Q(site=site) | Q(site__isnull=True)) if site else rows
    return rows.order_by(F("site_id").asc(nulls_last=True), "from_quantity", "-version").first()


def prices_of(item: Item) -> list[Asked]:
    """What vendors ask for an item, lowest quantity first."""
    rows = item.vendor_prices.select_related("vendor", "unit", "currency", "item__unit")
    return _asked(list(rows.order_by("operation_number", "minimum_quantity", "price", "pk")))


def prices_from(vendor: Vendor) -> list[Asked]:
    """What a vendor asks, by item."""
    rows = vendor.prices.select_related("vendor", "unit", "currency", "item__unit")
    return _asked(list(rows.order_by("item__number", "operation_number", "minimum_quantity", "pk")))


def _asked(prices: list[VendorPrice]) -> list[Asked]:
    ways = conversions()
    found = []
    for price in prices:
        try:
            ways.factor(price.unit.code, price.item.unit.code, price.item.number)
            found.append(Asked(price, True))
        except MissingConversion:
            found.append(Asked(price, False))
    return found


def outsourcing_of(item: Item, day: date) -> list[OutsourcingPolicy]:
    """What goes out of an item, with `gap`: what keeps work of an overflow policy inside."""
    rows = item.outsourcing_policies.select_related("site", "vendor", "item")
    return _with_gaps(list(rows.order_by("operation_number", "pk")), day)


def outsourcing_at(vendor: Vendor, day: date) -> list[OutsourcingPolicy]:
    """What goes out to a vendor, by item; `gap` as above."""
    rows = OutsourcingPolicy.objects.filter(vendor=vendor).select_related("site", "item", "vendor")
    return _with_gaps(list(rows.order_by("item__number", "operation_number", "pk")), day)


def _with_gaps(rows: list[OutsourcingPolicy], day: date) -> list[OutsourcingPolicy]:
    found = gaps(rows, day)
    for row in rows:
        row.gap = found.get(row.pk)  # type: ignore[attr-defined]
    return rows


def conversions_of(item: Item) -> list[UnitConversion]:
    """An item's own ways between units."""
    return list(item.conversions.select_related("source", "target").order_by("source__code", "target__code"))
