"""What a vendor's work on an operation costs in the standard, and which operations are a vendor's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outsourcing.engine.prices import Obstacle, Offer, exact_price, lowest, obstacle
from outsourcing.pricing import offer_of
from p2p.core.refusal import Refused
from planning.measures import Measures
from strategies.engine.units import MissingConversion
from strategies.models import OutsourcingPolicy, Site, VendorPrice
from strategies.selectors.exchange import Exchange
from strategies.selectors.needs import RouteScrap
from strategies.selectors.outwork import OutsideRules

Rule = OutsourcingPolicy.Rule


class Decided(NamedTuple):
    """Who works on an operation: a vendor (None: whoever has a price), or we."""

    outside: bool
    vendor: int | None


class VendorWork(NamedTuple):
    """Pieces that go to a vendor for an operation of one order, and those that are paid: rejected ones are not."""

    sent: Fraction
    paid: Fraction

    @classmethod
    def of(cls, scrap: RouteScrap, route: int | None, number: int, launch: Fraction) -> VendorWork:
        """Of an order of `launch` pieces: what later operations lose is sent and paid as well."""
        return cls(scrap.at(route, number).of(launch), scrap.leaving(route, number, launch))


class WorkPrices:
    """Policies and prices of some items at a site on one day, in two queries and those of the units."""

    def __init__(self, site: Site, day: date, items: Collection[int]) -> None:
        self._site, self._day = site, day
        holds = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))
        self._rules = OutsideRules(site, items)
        rows = VendorPrice.objects.filter(holds, item__in=items, operation_number__isnull=False)
        rows = rows.select_related("currency", "item", "unit", "vendor")
        self._prices: dict[tuple[int, int], list[VendorPrice]] = defaultdict(list)
        for row in rows.order_by("-vendor__preferred", "price", "pk"):
            self._prices[row.item_id, row.operation_number or 0].append(row)
        self._measures, self._exchange = Measures(items), Exchange()

    def decided(self, item: int, number: int, by_route: bool) -> Decided:
        """As planning decides it on the day: the policy of the operation, else of the whole item, else the route.
        What goes out on overload or downtime is ours: that is an exception of the day."""
        policy = self._rules.on(item, number, self._day)
        if policy is None:
            return Decided(by_route, None)
        return Decided(policy.rule == Rule.VENDOR, None if policy.rule == Rule.MAKE else policy.vendor_id)

    def fee(self, item: int, number: int, vendor: int | None, lot: Decimal) -> Fraction | None:
        """Money of the site per piece, by the rates of the day, for `lot` sent at once: the lowest of the vendor's
        prices that hold for it, as an order would agree it; of a lot smaller than all of them the one from the smallest
        quantity. Without a vendor that of the preferred, else the cheapest. None: no price. Refused where a price is in
        money without a rate."""
        rows = self._prices.get((item, number), [])
        if vendor is None:
            able = [row for row in rows if row.vendor.active]
            vendor = min(able, key=self._rank).vendor_id if able else None
        mine = [row for row in rows if row.vendor_id == vendor]
        if mine:
            # An order sends whole ones.
            lot = self._measures.up(lot, mine[0].item.unit_id)
        offers = [self._offer(row) for row in mine]
        choice = lowest(offers, lot, self._day)
        if choice is not None:
            return exact_price(choice.offer)
        known = [offer for offer in offers if obstacle(offer, lot, self._day) is not Obstacle.NO_CONVERSION]
        return exact_price(min(known, key=lambda one: one.minimum_quantity)) if known else None

    def _rank(self, row: VendorPrice) -> tuple[bool, Fraction, int]:
        return (not row.vendor.preferred, Fraction(row.price) * self._rate(row), row.pk)

    def _rate(self, row: VendorPrice) -> Fraction:
        rate = self._exchange.rate(row.currency_id, self._site.currency_id, self._day)
        if rate is None:
            raise Refused(
                _("The price of {vendor} for {item} is in {currency}: enter an exchange rate first."),
                code="no_rate",
                vendor=row.vendor,
                item=row.item,
                currency=row.currency,
            )
        return rate

    def _offer(self, row: VendorPrice) -> Offer:
        try:
            factor: Fraction | None = self._measures.factor(row.item_id, row.unit_id, row.item.unit_id)
        except MissingConversion:
            factor = None
        return offer_of(row, factor, self._rate(row))
