"""Needs that have supply of their own stand in a plan beside their item, with what is kept and coming for them.

See decision 0016: tied is a pegged line of a bill, every need of what is made or engineered to order, and what
customers order of what is assembled to order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django.db.models import F, Sum

from p2p.inventory.models import Reservation, SoftReservation
from p2p.inventory.selectors.stock import NETTABLE
from planning.engine.mrp import Demand, Item, Receipt
from planning.measures import Measures
from planning.models import Demand as DemandLine
from planning.snapshot import keys
from strategies.models import Site

ZERO = Decimal(0)
Group = tuple[str, int]
"""Reference and item by which stock is reserved: several lines of an order may share what is reserved."""


@dataclass(slots=True)
class _Need:
    """What one need lacks still. `item` is how it stands in the plan; empty beyond its last day."""

    id: str
    left: Decimal
    item: str = ""


class Ties:
    """Filled while needs and supply are read; `share` deals out what belongs to whom."""

    def __init__(self, site: Site, ordered: frozenset[int], measures: Measures) -> None:
        """ordered: items of which every line that a customer orders is tied."""
        self.site = site
        self.groups: dict[str, Group] = {}
        """Need -> by what stock is reserved for it."""
        self.supply: dict[str, str] = {}
        """Open order -> the need that it is for."""
        self._beyond = dict(_lines(site, ordered, measures)) if ordered else {}
        for need, (group, _left) in self._beyond.items():
            self.groups[need] = group

    def made(self, receipt: str, demand: int | None, material: int | None) -> None:
        """An open order, and what it is made for."""
        if demand or material:
            self.supply[receipt] = f"{keys.MATERIAL}{material}" if material else f"{keys.DEMAND}{demand}"

    def share(
        self, items: Sequence[Item], demands: Sequence[Demand], receipts: Sequence[Receipt], twins: set[str]
    ) -> tuple[list[Item], list[Demand], list[Receipt], list[Receipt]]:
        """Items less what is kept of them, demands with what is kept for them, receipts for everybody, receipts for
        one need. twins: keys of items as tied needs want them. Two queries, none where nothing is tied."""
        if not (self.groups or self.supply):
            return list(items), list(demands), list(receipts), []
        needs = self._needs(demands)
        kept, gone = self._kept(items, needs)
        free: list[Receipt] = []
        own: list[Receipt] = []
        for receipt in receipts:
            self._deal(receipt, needs, twins, free, own)
        return (
            [
                replace(item, on_hand=item.on_hand - gone[item.id]) if item.id in gone else item
                for item in items
            ],
            [replace(one, kept=kept[one.id]) if one.id in kept else one for one in demands],
            free,
            own,
        )

    def _needs(self, demands: Sequence[Demand]) -> dict[Group, list[_Need]]:
        found: dict[Group, list[_Need]] = defaultdict(list)
        seen = set()
        for demand in demands:
            if keys.is_tied(demand.item):
                need = str(demand.id)
                seen.add(need)
                found[self.groups[need]].append(_Need(need, demand.quantity, str(demand.item)))
        for need, (group, left) in self._beyond.items():
            if need not in seen:
                found[group].append(_Need(need, left))
        return found

    def _kept(
        self, items: Sequence[Item], needs: dict[Group, list[_Need]]
    ) -> tuple[dict[Any, Decimal], dict[Any, Decimal]]:
        """(need -> what is reserved for it, item -> the sum of that): no more than lies there."""
        there = {item.id: item for item in items}
        kept: dict[Any, Decimal] = defaultdict(Decimal)
        gone: dict[Any, Decimal] = defaultdict(Decimal)
        for group, reserved in sorted(_reserved(self.site, needs).items()):
            item = there.get(group[1])
            if item is None:
                continue
            step = Decimal(1).scaleb(-item.places)
            left = min(reserved.quantize(step, ROUND_FLOOR), item.on_hand - gone[item.id])
            for need in needs[group]:
                used = max(min(left, need.left), ZERO)
                need.left -= used
                left -= used
                gone[item.id] += used
                if used and need.item:
                    kept[need.id] += used
        return kept, gone

    def _deal(
        self,
        receipt: Receipt,
        needs: dict[Group, list[_Need]],
        twins: set[str],
        free: list[Receipt],
        own: list[Receipt],
    ) -> None:
        """To the need it is for first, then to the others that share with it; the rest is for everybody."""
        made_for = self.supply.get(str(receipt.id), "")
        group = self.groups.get(made_for)
        left = receipt.quantity
        for need in sorted(needs.get(group, ()), key=lambda one: one.id != made_for) if group else ():
            used = min(left, need.left) if group and group[1] == receipt.item else ZERO
            need.left -= used
            left -= used
            if used and need.item:
                own.append(replace(receipt, item=need.item, quantity=used, made_for=need.id))
        twin = keys.tied(receipt.item)
        if made_for.startswith(keys.DEMAND) and twin in twins and (not group or group[1] != receipt.item):
            own.append(replace(receipt, item=twin, made_for=made_for))  # of a phantom that was ordered itself
        elif left > 0:
            free.append(replace(receipt, quantity=left))


def beside(items: Sequence[Item], demands: Sequence[Demand], twins: set[str]) -> list[Item]:
    """Items as tied needs want them: with what is kept for these alone, ordered need by need."""
    known = {keys.tied(item.id): item for item in items} if twins else {}
    kept: dict[Any, Decimal] = defaultdict(Decimal)
    for demand in demands:
        kept[demand.item] += demand.kept
    return [
        replace(
            known[key],
            id=key,
            on_hand=kept[key],
            safety_stock=ZERO,
            coverage="manual" if known[key].coverage == "manual" else "requirement",
            minimum_stock=ZERO,
            maximum_stock=ZERO,
            alone=True,
            rest=known[key].id,
        )
        for key in sorted(twins)
        if key in known
    ]


def untied(demand: Demand) -> Demand:
    """For those who deal out what no need has of its own: a tied need wants nothing of it."""
    return replace(demand, item=_plain(demand.item), quantity=ZERO) if keys.is_tied(demand.item) else demand


def _plain(key: int | str) -> int | str:
    """`t7` -> 7, `tn7/12/` -> `n7/12/`."""
    rest = str(key)[1:]
    return int(rest) if rest.isdigit() else rest


def _lines(
    site: Site, ordered: frozenset[int], measures: Measures
) -> Iterator[tuple[str, tuple[Group, Decimal]]]:
    """Open demand lines of these items, whenever they are due, with what is left of them. Forecasts order nothing."""
    rows = DemandLine.objects.filter(
        site=site, state="open", item__in=ordered, quantity__gt=F("delivered_quantity")
    ).exclude(kind=DemandLine.Kind.FORECAST)
    for row in rows.select_related("item").order_by("pk"):
        left = measures.left_of(row)
        if left is not None:
            yield f"{keys.DEMAND}{row.pk}", ((row.reference, row.item_id), left)


def _reserved(site: Site, needs: dict[Group, list[_Need]]) -> dict[Group, Decimal]:
    """What is reserved or claimed of stock that plans count. Two queries."""
    if not needs:
        return {}
    found: dict[Group, Decimal] = defaultdict(Decimal)
    references = {reference for reference, _item in needs}
    hard = Reservation.objects.filter(NETTABLE, location__site=site, reference__in=references)
    soft = SoftReservation.objects.filter(site=site, reference__in=references)
    for rows in (hard, soft):
        sums = rows.order_by().values_list("reference", "item_id").annotate(total=Sum("quantity"))
        for reference, item, total in sums:
            if (reference, item) in needs:
                found[reference, item] += total
    return found
