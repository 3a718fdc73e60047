"""Which outsourcing policy holds, the one rule of the house: that of the operation, else that of the whole item, the
latest of those that hold on the day. And what vendors procure themselves by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

from p2p.core.numbers import decimal_of
from strategies.models import OutsourcingPolicy, RouteOperation, RouteVersion, Site
from strategies.selectors.versions import Versions

DAY = timedelta(days=1)
Rule, Supply = OutsourcingPolicy.Rule, OutsourcingPolicy.Supply
Wanted = Callable[[OutsourcingPolicy], bool]


class OutsideRules:
    """The outsourcing policies of some items at a site, in one query."""

    def __init__(self, site: Site, items: Collection[int] | None = None) -> None:
        """items: None for all that have a policy."""
        self._known: dict[tuple[int, int | None], list[OutsourcingPolicy]] = defaultdict(list)
        rows = OutsourcingPolicy.objects.filter(site=site).select_related("vendor")
        if items is not None:
            rows = rows.filter(item__in=items)
        for policy in rows.order_by("-valid_from", "pk"):
            self._known[policy.item_id, policy.operation_number].append(policy)

    def on(self, item: int, number: int, day: date, *, vendor: int | None = None) -> OutsourcingPolicy | None:
        """The policy that decides of an operation on a day. vendor: what is agreed with this one alone, where it is
        known already who does the work."""
        for key in ((item, number), (item, None)):
            for policy in self._known.get(key, ()):
                holds = policy.valid_from <= day and (policy.valid_to is None or day <= policy.valid_to)
                if holds and vendor in (None, policy.vendor_id):
                    return policy
        return None

    def supply(self, item: int, number: int, day: date, vendor: int | None) -> str:
        """Who brings the components of an operation that this vendor does: we send them where nothing else is agreed
        with it."""
        policy = self.on(item, number, day, vendor=vendor) if vendor else None
        return Supply.SEND.value if policy is None or policy.rule == Rule.MAKE else policy.supply

    @cached_property
    def overflowing(self) -> set[int]:
        """Items of which an operation may go out on overload or downtime."""
        return self._items(lambda policy: policy.rule == Rule.OVERFLOW)

    @cached_property
    def procuring(self) -> set[int]:
        """Items of which a vendor that always does an operation procures the components."""
        return self._items(procures)

    def _items(self, wanted: Wanted) -> set[int]:
        return {item for (item, _number), each in self._known.items() if any(map(wanted, each))}

    def cuts(self, item: int) -> set[date]:
        """Days on which another policy of the item may begin to hold."""
        found = set()
        for (owner, _number), each in self._known.items():
            if owner == item:
                found |= {one.valid_from for one in each}
                found |= {one.valid_to + DAY for one in each if one.valid_to and one.valid_to < date.max}
        return found


def procures(policy: OutsourcingPolicy) -> bool:
    """Whether the vendor brings what the operation takes, of every order. What goes out by overload does so by the
    order."""
    return policy.rule == Rule.VENDOR and policy.supply == Supply.VENDOR


class Procured:
    """Which lines of a bill the vendors of the operations procure. One query more where there are any."""

    def __init__(self, rules: OutsideRules) -> None:
        self._rules, self.items = rules, rules.procuring
        self._routes: dict[int, tuple[int, list[int]]] = {}
        if not self.items:
            return
        rows = RouteOperation.objects.filter(
            route__item__in=self.items, route__state__in=("active", "approved"), alternate_of=None
        )
        for route, item, number in rows.order_by("route", "number").values_list(
            "route_id", "route__item_id", "number"
        ):
            self._routes.setdefault(route, (item, []))[1].append(number)

    def at(self, route: int | None, number: int | None, day: date) -> bool:
        """Whether a line is the vendor's: it goes into an operation of a route, into the first where it names none.
        An order without a route has nothing outside by a policy."""
        item, numbers = self._routes.get(route or 0, (0, []))
        if not numbers:
            return False
        policy = self._rules.on(item, number if number in numbers else numbers[0], day)
        return policy is not None and procures(policy)

    def cuts(self, item: int) -> set[date]:
        """Days on which it may change who procures for an item."""
        return self._rules.cuts(item) if item in self.items else set()


class ProcuredLines:
    """What vendors procure of bills on a day, by the routes that orders of so many would take. One query; up to three
    more where vendors procure anything."""

    def __init__(self, site: Site | None, day: date, items: Collection[int]) -> None:
        self._day, self._procured = day, Procured(OutsideRules(site, items)) if site else None
        self._routes: Versions | None = None
        if site is not None and self._procured is not None and self._procured.items:
            self._routes = Versions(RouteVersion, site.pk, self._procured.items)

    def at(self, node: tuple[int, int | None], quantity: Fraction, operation: int | None) -> bool:
        """Whether a line that goes into an operation of an item, made by a route (None: by the one that holds), is the
        vendor's."""
        item, route = node
        if self._routes is None or self._procured is None or item not in self._procured.items:
            return False
        route = route or self._routes.on(item, self._day, decimal_of(quantity))
        return self._procured.at(route, operation, self._day)
