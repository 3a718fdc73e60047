"""What one piece of an item is reckoned at in a bill: its standard cost, or of a phantom that has none what its own
bill takes, since nobody ever costs what is never made by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q

from p2p.core.numbers import decimal_of
from p2p.core.refusal import Refused
from strategies.models import BomLine, BomVersion, Item, PlanningCost, Site
from strategies.selectors.bom import taken_of
from strategies.selectors.bom_rules import Node, Rules
from strategies.selectors.outwork import ProcuredLines
from strategies.selectors.versions import Versions

DEEPEST = 40
MOST = 5000
"""Phantoms in different quantities that are opened for one bill; what is below more of them stays unknown."""


class Key(NamedTuple):
    """A phantom as a line takes it: the version and the route that the line names, and how many pieces."""

    item: int
    bom: int | None
    route: int | None
    quantity: Fraction


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the cost of one piece; `missing`: numbers of the items below that no cost is known of, or no
    conversion into their unit, each once."""

    cost: Fraction
    missing: tuple[str, ...] = ()


def unit_costs(items: Iterable[int], *, day: date, site: Site | None) -> dict[int, Known]:
    """What one piece costs by the version that was activated last before the day, and what that did not know. One
    query."""
    if site is None:
        return {}
    rows = PlanningCost.objects.filter(item__in=set(items), site=site, valid_from__lte=day)
    latest = rows.order_by("item", "-valid_from").distinct("item")
    return {
        item: Known(Fraction(cost), tuple(missing))
        for item, cost, missing in latest.values_list("item", "unit_cost", "missing")
    }


def key_of(line: BomLine, quantity: Fraction) -> Key:
    return Key(line.component_id, line.component_bom_id, line.component_route_id, quantity)


def phantom_costs(
    taken: Mapping[BomLine, Fraction], costs: Mapping[int, Known], *, day: date, site: Site | None
) -> dict[int, Known]:
    """Line -> what the materials of one piece cost, of the phantoms among these lines (with how many pieces an order
    takes of each) that no cost is known of. Up to a dozen queries for each level of phantoms in phantoms, none
    without such a line.

    Bill and route are those for that quantity, as in orders, plans and standards, and what a phantom needs once is
    once for all of it.
    """
    keys = {
        line.pk: key_of(line, quantity)
        for line, quantity in taken.items()
        if quantity and line.kind == BomLine.Kind.PHANTOM and line.component_id not in costs
    }
    if site is None or not keys:
        return {}
    walk = _Walk(day, site, dict(costs))
    wanted = set(keys.values())
    for _level in range(DEEPEST):
        if not wanted or len(walk.needs) > MOST:
            break
        wanted = walk.open(wanted)
    return {line: walk.known(key) for line, key in keys.items()}


@dataclass
class _Walk:
    """The bills of phantoms, opened level by level."""

    day: date
    site: Site
    costs: dict[int, Known]
    needs: dict[Key, list[tuple[BomLine, Fraction | None]]] = field(default_factory=dict)
    found: dict[Key, Known] = field(default_factory=dict)

    def open(self, keys: Collection[Key]) -> set[Key]:
        """Read the bills of these; the phantoms in them that were not seen yet."""
        bills = self._bills(keys)
        rows: dict[int, list[BomLine]] = {}
        held = BomLine.objects.filter(bom__in=set(bills.values())).exclude(kind=BomLine.Kind.VENDOR)
        held = held.filter(Q(valid_from=None) | Q(valid_from__lte=self.day))
        held = held.filter(Q(valid_to=None) | Q(valid_to__gte=self.day))
        for line in held.select_related("component__unit", "unit", "bom").order_by("pk"):
            rows.setdefault(line.bom_id, []).append(line)
        every = [line for lines in rows.values() for line in lines]
        self.costs |= unit_costs(
            {line.component_id for line in every} - set(self.costs), day=self.day, site=self.site
        )
        own = [(line.bom.item_id, taken) for line in every if (taken := taken_of(line)) is not None]
        rules = Rules(self.site, self.day, own)
        procured = ProcuredLines(self.site, self.day, {key.item for key in keys})
        for key in keys:
            lines = rows.get(bills.get(key, 0), [])
            node = (key.item, key.route)
            ours = [line for line in lines if not procured.at(node, key.quantity, line.operation_number)]
            self.needs[key] = [(line, _need(rules, key, line)) for line in ours]
            if lines and not ours:
                self.found[key] = Known(Fraction(0))
        return {below for key in keys for below in self._below(key)} - set(self.needs)

    def _below(self, key: Key) -> Iterator[Key]:
        for line, need in self.needs[key]:
            if need and line.kind == BomLine.Kind.PHANTOM and line.component_id not in self.costs:
                yield key_of(line, need)

    def _bills(self, keys: Collection[Key]) -> dict[Key, int]:
        """The version that a line names, as far as it may be used, else the one that holds for the quantity."""
        named = {key.bom for key in keys if key.bom is not None}
        usable = BomVersion.objects.filter(pk__in=named, state__in=("active", "approved"))
        may_be_used = set(usable.values_list("pk", flat=True)) if named else set()
        holding = Versions(BomVersion, self.site.pk, {key.item for key in keys})
        found = {}
        for key in keys:
            version = holding.on(key.item, self.day, decimal_of(key.quantity)) if key.bom is None else key.bom
            if version is not None and (key.bom is None or version in may_be_used):
                found[key] = version
        return found

    def known(self, key: Key) -> Known:
        """Of one piece. A phantom without a bill, or that leads back to itself, is missing itself."""
        if key not in self.found:
            self.found[key] = Known(Fraction(0), (self._numbers[key.item],))
            if self.needs.get(key):
                self.found[key] = self._sum(key)
        return self.found[key]

    def _sum(self, key: Key) -> Known:
        total, missing = Fraction(0), dict[str, None]()
        for line, need in self.needs[key]:
            if need is None or line.component_id not in self.costs and line.kind != BomLine.Kind.PHANTOM:
                missing[line.component.number] = None
            elif need:
                below = self.costs.get(line.component_id) or self.known(key_of(line, need))
                total += need * below.cost
                missing |= dict.fromkeys(below.missing)
        return Known(total / key.quantity, tuple(missing))

    @cached_property
    def _numbers(self) -> dict[int, str]:
        rows = Item.objects.filter(pk__in={key.item for key in self.needs} | self._unseen())
        return dict(rows.values_list("pk", "number"))

    def _unseen(self) -> set[int]:
        return {below.item for key in self.needs for below in self._below(key)}


def _need(rules: Rules, key: Key, line: BomLine) -> Fraction | None:
    """What all pieces of the key take; None without a conversion. More is started where less comes out."""
    taken, bom = taken_of(line), line.bom
    if taken is None:
        return None
    try:
        rule = rules.of(
            taken, line.component, bom.batch_quantity, Node(bom.item_id, None, key.route), key.quantity
        )
    except Refused:
        return None
    return rule.needed(key.quantity / Fraction(bom.yield_fraction))
