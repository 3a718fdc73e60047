"""What one piece of an item is reckoned at in a bill: its standard cost, or of a phantom that has none what its own
bill takes, since nobody ever costs what is never made by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q

from p2p.core.refusal import Refused
from strategies.models import BomLine, BomVersion, PlanningCost, Site
from strategies.selectors.bom import taken_of
from strategies.selectors.bom_rules import Node, Rules
from strategies.selectors.versions import Versions

DEEPEST = 40
Key = tuple[int, int | None]
"""A phantom: its item, and the version its line names."""


def unit_costs(items: Iterable[int], *, day: date, site: Site | None) -> dict[int, Decimal]:
    """What one piece costs by the version that was activated last before the day. One query."""
    if site is None:
        return {}
    rows = PlanningCost.objects.filter(item__in=set(items), site=site, valid_from__lte=day)
    latest = rows.order_by("item", "-valid_from").distinct("item")
    return dict(latest.values_list("item", "unit_cost"))


def key_of(line: BomLine) -> Key:
    return (line.component_id, line.component_bom_id)


def phantom_costs(
    lines: Collection[BomLine], costs: Mapping[int, Decimal], *, day: date, site: Site | None
) -> dict[Key, Fraction]:
    """What the materials of one piece cost, of the phantoms among these lines that no cost is known of; left out is
    one below which a cost or a conversion is missing. Up to a dozen queries for each level of phantoms in phantoms,
    none without such a line."""
    wanted = _unpriced(lines, costs)
    if site is None or not wanted:
        return {}
    walk = _Walk(day, site, dict(costs))
    for _level in range(DEEPEST):
        if not wanted:
            break
        wanted = walk.open(wanted)
    return {key: cost for key in _unpriced(lines, costs) if (cost := walk.cost_of(key)) is not None}


def _unpriced(lines: Iterable[BomLine], costs: Mapping[int, Decimal]) -> set[Key]:
    phantoms = (line for line in lines if line.kind == BomLine.Kind.PHANTOM)
    return {key_of(line) for line in phantoms if line.component_id not in costs}


@dataclass
class _Walk:
    """The bills of phantoms, opened level by level."""

    day: date
    site: Site
    costs: dict[int, Decimal]
    needs: dict[Key, list[tuple[BomLine, Fraction | None]]] = field(default_factory=dict)
    found: dict[Key, Fraction | None] = field(default_factory=dict)

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
        new = {line.component_id for line in every} - set(self.costs)
        self.costs |= unit_costs(new, day=self.day, site=self.site)
        taken = self._needs(every)
        for key in keys:
            self.needs[key] = [(line, taken[line.pk]) for line in rows.get(bills.get(key, 0), ())]
        return _unpriced(every, self.costs) - set(self.needs)

    def _bills(self, keys: Collection[Key]) -> dict[Key, int]:
        """The version that a line names if it may be used, else the one that holds for one piece."""
        named = {bom for _item, bom in keys if bom is not None}
        usable = set(
            BomVersion.objects.filter(pk__in=named, state__in=("active", "approved")).values_list(
                "pk", flat=True
            )
            if named
            else ()
        )
        holding = Versions(BomVersion, self.site.pk, {item for item, _bom in keys})
        found = {}
        for item, bom in keys:
            version = bom if bom in usable else holding.on(item, self.day, Decimal(1))
            if version is not None:
                found[item, bom] = version
        return found

    def _needs(self, lines: Sequence[BomLine]) -> dict[int, Fraction | None]:
        """Line -> what one piece takes when one batch is made; None without a conversion."""
        own = [(line, taken) for line in lines if (taken := taken_of(line)) is not None]
        rules = Rules(self.site, self.day, [(line.bom.item_id, taken) for line, taken in own])
        found: dict[int, Fraction | None] = {}
        for line, taken in own:
            bom = line.bom
            batch = Fraction(bom.batch_quantity)
            try:
                rule = rules.of(taken, line.component, bom.batch_quantity, Node(bom.item_id), batch)
            except Refused:
                found[line.pk] = None
                continue
            found[line.pk] = rule.needed(batch) / (batch * Fraction(bom.yield_fraction))
        return found

    def cost_of(self, key: Key) -> Fraction | None:
        """Of one piece; None where something below is without a cost, or leads back to it."""
        if key not in self.found:
            self.found[key] = None
            self.found[key] = self._sum(self.needs.get(key, ()))
        return self.found[key]

    def _sum(self, lines: Sequence[tuple[BomLine, Fraction | None]]) -> Fraction | None:
        total = Fraction(0)
        for line, need in lines:
            each = self._each(line)
            if need is None or each is None:
                return None
            total += need * each
        return total if lines else None

    def _each(self, line: BomLine) -> Fraction | None:
        if line.component_id in self.costs:
            return Fraction(self.costs[line.component_id])
        return self.cost_of(key_of(line)) if line.kind == BomLine.Kind.PHANTOM else None
