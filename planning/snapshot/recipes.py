"""What an order of an item takes and yields on its day: BOM lines with phantoms dissolved, route, policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from django.db.models import Q

from p2p.core.refusal import Refused
from planning.snapshot.forks import UNMADE
from planning.snapshot.overflow import Way, way_of
from planning.snapshot.parts import Bills, Unfolded
from planning.snapshot.reach import USABLE, Reach
from strategies.engine.need import Through
from strategies.engine.routing import Step
from strategies.engine.units import MissingConversion
from strategies.models import (
    BomVersion,
    Item,
    ItemPolicy,
    OutsourcingPolicy,
    RouteLink,
    RouteOperation,
    RouteVersion,
    Site,
    VendorPrice,
)
from strategies.selectors.needs import RouteScrap
from strategies.selectors.outwork import OutsideRules, Procured
from strategies.selectors.routes import Places, step_of
from strategies.selectors.settings import settings_at
from strategies.selectors.versions import Versions


class Recipes:
    """Everything firming looks up, read once for all the orders of a call: what they can be made from and on, and
    nothing else of the plant."""

    def __init__(self, site: Site, items: Collection[int]) -> None:
        """items: what is ordered, made or bought."""
        self.site = site
        reach = Reach(site, items)
        self.boms = Versions(BomVersion, site.pk, reach.made)
        self.routes = Versions(RouteVersion, site.pk, reach.made)
        self._read_routes(reach)
        self.rules = OutsideRules(site, reach.made)
        scrap, procured = RouteScrap(site, self._operations), Procured(self.rules)
        self.bills = Bills(site, reach, self.boms, self.routes, scrap, procured)
        self.measures = self.bills.measures
        self._policies = settings_at(site, items)
        self._read_work_prices(reach.made)

    def item(self, key: int) -> Item:
        return self.bills.item(key)

    def policy(self, item: int) -> ItemPolicy | None:
        """Of an item that is ordered."""
        return self._policies.get(item)

    # ---- route

    def _read_routes(self, reach: Reach) -> None:
        """Of the items and of their phantoms, which may be made on routes that are named."""
        mine = reach.made_here | Q(pk__in=reach.named_routes)
        routes = RouteVersion.objects.filter(mine, state__in=USABLE).order_by().values("pk")
        self._operations: dict[int, list[RouteOperation]] = defaultdict(list)
        self._links: dict[int, list[RouteLink]] = defaultdict(list)
        # An order takes the operation itself; alternates are for who reschedules it.
        rows = RouteOperation.objects.filter(route__in=routes, alternate_of=None).select_related(
            "group__input_location", "group__output_location", "route_group", "route"
        )
        for operation in rows.prefetch_related("route_group__phases").order_by("route", "number"):
            self._operations[operation.route_id].append(operation)
        for link in RouteLink.objects.filter(route__in=self._operations.keys()).order_by("pk"):
            self._links[link.route_id].append(link)

    def timed(self, operation: RouteOperation) -> Step:
        """Its times as its route group plans them, with the capacity of its resources."""
        return step_of(operation, self._places)

    def completed(self) -> Recipes:
        """Itself, with all that is otherwise read when it is first asked for."""
        _ = self._places
        return self

    @cached_property
    def _places(self) -> Places:
        steps = [step for each in self._operations.values() for step in each]
        groups = {step.group_id for step in steps if step.group_id}
        return Places(groups, {step.resource_id for step in steps if step.resource_id})

    def operations(self, route: int | None) -> list[RouteOperation]:
        return self._operations.get(route, []) if route else []

    def links(self, route: int | None) -> Iterator[tuple[int, int, bool]]:
        """(operation before, after, hard); a route without links runs in the order of its numbers."""
        if not route:
            return
        if route in self._links:
            for link in self._links[route]:
                yield link.before_id, link.after_id, link.hard
            return
        steps = self._operations.get(route, [])
        for before, after in zip(steps, steps[1:], strict=False):
            yield before.pk, after.pk, False

    @property
    def overflows(self) -> set[int]:
        """Items of which an operation may go out on overload or downtime."""
        return self.rules.overflowing

    def _read_work_prices(self, items: Collection[int]) -> None:
        self._work_prices: dict[tuple[int, int | None], list[VendorPrice]] = defaultdict(list)
        prices = VendorPrice.objects.filter(item__in=items, vendor__active=True)
        for price in prices.select_related("unit").order_by("-vendor__preferred", "price", "pk"):
            self._work_prices[price.item_id, price.operation_number].append(price)

    def outside(self, item: int, step: RouteOperation, day: date) -> tuple[bool, int | None, int]:
        """(done by a vendor, which one, calendar days there and back), for a start on a day. Overflow is decided
        elsewhere, by load: here it stays inside."""
        policy = self.rules.on(item, step.number, day)
        if policy is not None and policy.rule == OutsourcingPolicy.Rule.VENDOR:
            return True, policy.vendor_id, policy.lead_time_days
        if policy is not None:
            return False, None, 0
        if not step.outside:
            return False, None, 0
        price = next(self._valid(item, step.number, day), None)
        return (True, price.vendor_id, price.lead_time_days) if price else (True, None, 0)

    def step(self, key: int | None) -> RouteOperation | None:
        """An operation of a route by its key."""
        return self._steps.get(key or 0)

    def steps(self) -> Collection[RouteOperation]:
        """All operations that orders of the items may have."""
        return self._steps.values()

    @cached_property
    def _steps(self) -> dict[int, RouteOperation]:
        return {step.pk: step for each in self._operations.values() for step in each}

    def overflow(self, step: RouteOperation, day: date, quantity: Decimal) -> Way | None:
        """Where so many pieces go when the work centre is too full or does not work; None where the policy of the
        day says nothing of that."""
        item = step.route.item_id
        if item not in self.overflows:
            return None
        policy = self.rules.on(item, step.number, day)
        if policy is None or policy.rule != OutsourcingPolicy.Rule.OVERFLOW:
            return None
        prices = [(price, self._factor(price, item)) for price in self._valid(item, step.number, day)]
        return way_of(policy, prices, quantity, day)

    def _factor(self, price: VendorPrice, item: int) -> Fraction | None:
        try:
            return self.measures.factor(item, price.unit_id, self.item(item).unit_id)
        except MissingConversion:
            return None

    def _valid(self, item: int, operation: int | None, day: date) -> Iterator[VendorPrice]:
        for price in self._work_prices.get((item, operation), ()):
            if price.valid_from <= day and (price.valid_to is None or day <= price.valid_to):
                yield price

    def entering(self, step: RouteOperation, launch: Decimal, unit: int) -> Decimal:
        """Pieces that an operation starts with so that `launch` leave its route: what it and those after it lose is
        put on top, as for the components it takes; rounded up to the unit."""
        through = self.bills.scrap.at(step.route_id, step.number)
        if through == Through():
            return launch
        return self.measures.up(through.of(Fraction(launch)), unit)

    # ---- purchase

    def purchase_price(self, item: Item, vendor: int, quantity: Decimal, day: date) -> VendorPrice | None:
        """The vendor's price tier that this quantity reaches; None if it has none in a known unit."""
        best: VendorPrice | None = None
        for price in self._valid(item.pk, None, day):
            if price.vendor_id != vendor:
                continue
            try:
                factor = self.measures.factor(item.pk, price.unit_id, item.unit_id)
            except MissingConversion:
                continue
            reached = price.minimum_quantity * factor.numerator <= quantity * factor.denominator
            if reached and (best is None or price.minimum_quantity > best.minimum_quantity):
                best = price
        return best

    def vendor_of(self, item: int, day: date) -> int | None:
        """The policy's vendor, else the preferred or cheapest one with a price."""
        policy = self.policy(item)
        if policy is not None and policy.vendor_id:
            return policy.vendor_id
        price = next(self._valid(item, None, day), None)
        return price.vendor_id if price else None

    # ---- bill of material

    def unfolded(
        self,
        bom: int | None,
        route: int | None,
        day: date,
        quantity: Decimal,
        *,
        standing: bool = False,
    ) -> Unfolded:
        """Components of an order of `quantity` on a day, phantoms dissolved into what they are made of; refused as
        `Bills.unfolded` says."""
        return self.bills.unfolded(bom, route, day, Fraction(quantity), standing=standing)

    def why_unmade(self, bom: int | None, route: int | None, day: date, quantity: Decimal) -> str:
        """Why there can be no order for its phantoms' sake; "" where there can."""
        try:
            self.unfolded(bom, route, day, quantity)
        except Refused as no:
            if no.code not in UNMADE:
                raise
            return str(no)
        return ""
