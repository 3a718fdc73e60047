"""Overflow policies by which nothing can go out: the vendor has no price for the work, or nobody says how long it
takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategies.engine.units import Conversions, MissingConversion
from strategies.models import OutsourcingPolicy, RouteOperation, VendorPrice
from strategies.selectors.units import conversions

Want: TypeAlias = Literal["vendor", "no_price", "no_conversion", "no_days"]
WORDS = {
    "vendor": gettext_lazy(
        "{vendor} is not in use any more: operation {number} of {item} stays inside when it overflows."
    ),
    "no_price": gettext_lazy(
        "{vendor} has no price for operation {number} of {item} on {day}: it stays inside when it overflows."
    ),
    "no_conversion": gettext_lazy(
        "The unit in which {vendor} has a price for operation {number} of {item} has no conversion: it stays inside "
        "when it overflows."
    ),
    "no_days": gettext_lazy(
        "Neither the policy nor the price of {vendor} says how many days operation {number} of {item} takes: it stays "
        "inside when it overflows."
    ),
}
Prices: TypeAlias = dict[tuple[int, int, int | None], list[VendorPrice]]


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing for an operation of an item on a day."""

    want: Want
    vendor: str
    item: str
    number: int
    day: date

    def __str__(self) -> str:
        return _(str(WORDS[self.want])).format(
            vendor=self.vendor, item=self.item, number=self.number, day=date_format(self.day, "j N Y")
        )


def gaps(policies: Collection[OutsourcingPolicy], day: date) -> dict[int, Gap]:
    """Overflow policy -> the first thing that keeps its work inside, on the day or on the first one of the policy if
    that is later. A policy of the whole item is asked for each of its operations in use. Three queries for any number.
    """
    asked = [
        row
        for row in policies
        if row.rule == OutsourcingPolicy.Rule.OVERFLOW and not (row.valid_to and row.valid_to < day)
    ]
    if not asked:
        return {}
    prices, numbers, known = _prices(asked), _numbers(asked), conversions()
    found: dict[int, Gap] = {}
    for policy in asked:
        on = max(day, policy.valid_from)
        mine = [policy.operation_number] if policy.operation_number else numbers[policy.item_id]
        for number in mine:
            want = _want(policy, prices[policy.vendor_id, policy.item_id, number], on, known)
            if want is not None:
                found[policy.pk] = Gap(want, policy.vendor.name, policy.item.number, number, on)
                break
    return found


def _prices(policies: Collection[OutsourcingPolicy]) -> Prices:
    found: Prices = defaultdict(list)
    rows = VendorPrice.objects.filter(
        vendor__in={row.vendor_id for row in policies},
        item__in={row.item_id for row in policies},
        operation_number__isnull=False,
    )
    for price in rows.select_related("unit", "item__unit").order_by("pk"):
        found[price.vendor_id, price.item_id, price.operation_number].append(price)
    return found


def _numbers(policies: Collection[OutsourcingPolicy]) -> dict[int, list[int]]:
    """Item -> the numbers of its operations in use that have a work centre to overflow."""
    whole = {row.item_id for row in policies if not row.operation_number}
    found: dict[int, list[int]] = defaultdict(list)
    rows = RouteOperation.objects.filter(
        route__item__in=whole,
        route__state__in=("active", "approved"),
        group__isnull=False,
        alternate_of=None,
    )
    pairs = rows.order_by("route__item", "number").values_list("route__item", "number").distinct()
    for item, number in pairs if whole else ():
        found[item].append(number)
    return found


def _want(
    policy: OutsourcingPolicy, prices: Collection[VendorPrice], day: date, known: Conversions
) -> Want | None:
    there = [one for one in prices if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)]
    usable = list(_usable(there, known))
    if not policy.vendor.active:
        return "vendor"
    if not there:
        return "no_price"
    if not usable:
        return "no_conversion"
    if not policy.lead_time_days and not any(one.lead_time_days for one in usable):
        return "no_days"
    return None


def _usable(prices: Collection[VendorPrice], known: Conversions) -> Iterator[VendorPrice]:
    for one in prices:
        try:
            known.factor(one.unit.code, one.item.unit.code, one.item.number)
        except MissingConversion:
            continue
        yield one
