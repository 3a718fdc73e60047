"""The agreed price of work on an operation: price list rows become offers, the lowest one gets a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q
from django.utils.dateformat import format as spell
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outsourcing.engine.prices import Choice, Offer, lowest
from p2p.core.fields import plain
from p2p.core.web import formats
from planning.measures import Measures
from planning.models import Operation
from strategies.engine.units import MissingConversion
from strategies.models import Vendor, VendorPrice
from strategies.selectors.exchange import Exchange


@dataclass(frozen=True)
class Agreed:
    """A price for one of the item's unit in the vendor's currency, None when none is agreed, and why."""

    price: Decimal | None
    because: str


class PriceLists:
    """What vendors ask for work on these operations, read in a fixed number of queries."""

    def __init__(self, operations: Iterable[Operation], vendors: Iterable[Vendor]) -> None:
        wanted = list(operations)
        items = {operation.order.item_id for operation in wanted}
        numbers = {operation.number for operation in wanted}
        rows = (
            VendorPrice.objects.filter(vendor__in=list(vendors), item__in=items)
            .filter(Q(operation_number__in=numbers) | Q(operation_number__isnull=True))
            .select_related("currency", "unit")
            .order_by("id")
        )
        self._rows: dict[tuple[int, int, int | None], list[VendorPrice]] = {}
        for row in rows:
            self._rows.setdefault((row.vendor_id, row.item_id, row.operation_number), []).append(row)
        self._measures = Measures(items)
        self._rates = Exchange()

    def agreed(self, operation: Operation, vendor: Vendor, quantity: Decimal, on: date) -> Agreed:
        """The lowest price that qualifies for this quantity on that day, and where it comes from."""
        item = operation.order.item_id
        rows = self._rows.get((vendor.pk, item, operation.number), [])
        if operation.route_operation_id is None and not rows:
            # No route: the vendor makes the whole item, whose price is the price of the work.
            rows = self._rows.get((vendor.pk, item, None), [])
        offers = [self._offer(row, operation, vendor, on) for row in rows]
        choice = lowest(offers, quantity, on)
        if choice is None:
            return Agreed(None, _no_price(len(offers), vendor))
        row = next(row for row in rows if row.pk == choice.offer.key)
        return Agreed(choice.price, _reason(choice, row))

    def _offer(self, row: VendorPrice, operation: Operation, vendor: Vendor, on: date) -> Offer:
        item = operation.order.item
        try:
            factor: Fraction | None = self._measures.factor(item.pk, row.unit_id, item.unit_id)
        except MissingConversion:
            factor = None
        return offer_of(row, factor, self._rates.rate(row.currency_id, vendor.currency_id, on))


def offer_of(row: VendorPrice, factor: Fraction | None, rate: Fraction | None) -> Offer:
    """A line of a price list as an offer; `factor`: the item's unit in one of the price's, None when not known."""
    return Offer(
        key=row.pk,
        price=row.price,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        minimum_quantity=row.minimum_quantity,
        order_minimum=row.order_minimum,
        order_maximum=row.order_maximum,
        factor=factor,
        rate=rate,
    )


def _reason(choice: Choice, row: VendorPrice) -> str:
    listed = _("{price} {currency} per {unit}").format(
        price=formats.price(row.price), currency=row.currency, unit=row.unit
    )
    # The sentence is kept: its day has the year also in the year it is written.
    since = _("valid from {day}").format(day=spell(row.valid_from, "j M Y"))
    tier = _("from {quantity} {unit} on").format(quantity=plain(row.minimum_quantity), unit=row.unit)
    parts = [listed, tier if row.minimum_quantity else "", since]
    compared = ngettext(
        "the only price that qualifies",
        "the lowest of {count} prices that qualify",
        choice.qualifying,
    ).format(count=choice.qualifying)
    return f"{', '.join(filter(None, parts))}: {compared}"[:200]


def _no_price(offered: int, vendor: Vendor) -> str:
    if not offered:
        return _("{vendor} has no price for this operation.").format(vendor=vendor)[:200]
    return ngettext(
        "The price of {vendor} does not hold for this quantity and day.",
        "None of the {count} prices of {vendor} holds for this quantity and day.",
        offered,
    ).format(vendor=vendor, count=offered)[:200]
