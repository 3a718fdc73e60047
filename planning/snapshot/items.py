"""Items as the material engine wants them: how each is supplied at a site, in which lots, what lies there."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Q

from p2p.core.numbers import decimal_of
from p2p.inventory import selectors as stock
from planning.engine.mrp import Item, LotSize
from planning.measures import Measures
from planning.models.made_for import ORDERED, TO_ORDER
from strategies import models as strategies
from strategies.models import ItemPolicy
from strategies.selectors.settings import settings_at
from strategies.selectors.versions import Versions

if TYPE_CHECKING:
    from planning.rules import Rules

ZERO = Decimal(0)


def together(one: Decimal, other: Decimal) -> Decimal:
    """The least quantity that is a multiple of both; 0 asks for nothing."""
    if not one or not other:
        return one or other
    first, second = Fraction(one), Fraction(other)
    common = lcm(first.denominator, second.denominator)
    return decimal_of(Fraction(lcm(int(first * common), int(second * common)), common))


class Stocked:
    """The items of a site. `units` and `vendors` are filled as `items` goes along."""

    def __init__(self, site: strategies.Site, rules: Rules, measures: Measures, boms: Versions) -> None:
        self.site, self.rules, self.measures, self.boms = site, rules, measures, boms
        self.units: dict[int, int] = {}
        self.vendors: dict[int, int] = {}

    def items(self) -> Iterator[Item]:
        """Every item in use, in the order of its key; one without a policy has no source."""
        on_hand = stock.on_hand(self.site) if self.rules.netting else {}
        prices = self._vendor_prices()
        rows = strategies.Item.objects.filter(active=True).exclude(kind="service").order_by("pk")
        for key, unit in rows.values_list("pk", "unit_id"):
            self.units[key] = unit
            policy = self._policies.get(key)
            if policy is None:
                yield Item(id=key, source="", places=self.measures.places(unit))
                continue
            vendor, vendor_days = prices.get(key, (policy.vendor_id, 0))
            if policy.supply in ("buy", "subcontract") and vendor:
                self.vendors[key] = vendor
            version = self.boms.on(key, self.rules.first, ZERO)
            good, multiple = self._formulas[version] if version is not None else (Decimal(1), ZERO)
            planned = self._item(key, unit, policy, on_hand.get(key, ZERO), vendor_days, multiple)
            yield replace(planned, good_share=policy.yield_fraction * good)

    def of_version(self, base: Item, key: str, bom: int | None, on_hand: Decimal) -> Item:
        """An item as demand wants it of a certain version: ordered for that demand alone, with nothing in store."""
        policy = self._policies.get(int(base.id))
        plain = replace(
            base,
            id=key,
            on_hand=on_hand,
            safety_stock=ZERO,
            coverage="requirement",
            minimum_stock=ZERO,
            maximum_stock=ZERO,
        )
        if policy is None or bom is None or bom not in self._formulas:
            return plain
        good, multiple = self._formulas[bom]
        steps = self.measures.up(together(policy.multiple_quantity, multiple), self.units[policy.item_id])
        return replace(plain, good_share=policy.yield_fraction * good, lot=replace(base.lot, multiple=steps))

    @cached_property
    def to_order(self) -> frozenset[int]:
        """Items that are made or engineered to order: whoever needs one has supply of his own."""
        return self._with(TO_ORDER)

    @cached_property
    def ordered(self) -> frozenset[int]:
        """Items of which each line that a customer orders has supply of its own: those assembled to order, too."""
        return self._with(ORDERED)

    def _with(self, strategies: Collection[str]) -> frozenset[int]:
        return frozenset(key for key, policy in self._policies.items() if policy.strategy in strategies)

    @cached_property
    def _formulas(self) -> dict[int, tuple[Decimal, Decimal]]:
        """Version -> (good share, multiple that is made at a time)."""
        rows = strategies.BomVersion.objects.filter(state__in=("active", "approved"))
        return {
            key: (good, multiple)
            for key, good, multiple in rows.values_list("pk", "yield_fraction", "multiple_quantity")
        }

    def _item(
        self, key: int, unit: int, policy: ItemPolicy, on_hand: Decimal, vendor_days: int, multiple: Decimal
    ) -> Item:
        def up(name: str) -> Decimal:
            return self.measures.up(getattr(policy, name) or ZERO, unit)

        lots = LotSize(
            minimum=up("minimum_quantity"),
            maximum=up("maximum_quantity"),
            multiple=self.measures.up(together(policy.multiple_quantity, multiple), unit),
            fixed=up("fixed_quantity") if policy.lot_policy == "fixed" else ZERO,
        )
        coverage = {"period": "period", "min_max": "min_max"}.get(policy.lot_policy, "requirement")
        lowest = up("reorder_point")
        if coverage == "min_max":
            highest = max(lots.maximum, lowest)
            lots = LotSize(minimum=lots.minimum, multiple=lots.multiple)
        else:
            highest = lowest
        return Item(
            id=key,
            source=cast(Any, "" if policy.stopped else policy.supply),
            stopped=policy.stopped,
            places=self.measures.places(unit),
            lead_days=policy.lead_time_days or vendor_days,
            on_hand=self.measures.up(on_hand, unit),
            safety_stock=up("safety_stock"),
            coverage=cast(Any, coverage),
            period_days=max(1, policy.period_days),
            minimum_stock=lowest,
            maximum_stock=highest,
            lot=lots,
        )

    @cached_property
    def _policies(self) -> dict[int, ItemPolicy]:
        return settings_at(self.site)

    def _vendor_prices(self) -> dict[int, tuple[int, int]]:
        """Vendor and lead time for each bought item: the policy's vendor, else preferred, else cheapest."""
        named = {key: policy.vendor_id for key, policy in self._policies.items()}
        rows = strategies.VendorPrice.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=self.rules.first),
            operation_number__isnull=True,
            vendor__active=True,
        ).order_by("-vendor__preferred", "price", "pk")
        found: dict[int, tuple[int, int]] = {}
        for item, vendor, days in rows.values_list("item_id", "vendor_id", "lead_time_days"):
            if named.get(item) in (None, vendor):
                found.setdefault(item, (vendor, days))
        return found
