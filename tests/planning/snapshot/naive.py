"""Who gets what where demand names versions: a slow reckoning of one item, for tests to compare with."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from planning.engine.mrp import Demand, Item
from planning.snapshot.keys import made_from, named_of, of_version

TODAY = date(2026, 3, 2)
ZERO = Decimal(0)


def serves(key: Any, bom: Any, route: Any, made_for: Any = (None, None)) -> bool:
    _item, wanted_bom, wanted_route = made_from(key)
    if made_for == (wanted_bom, wanted_route):
        return True
    return wanted_bom in (None, bom) and wanted_route in (None, route)


@dataclass
class Lot:
    """Supply of a small plant while it is given away; the place says which was read first."""

    name: Any
    day: date
    place: int
    left: Decimal
    bom: int | None = None
    route: int | None = None
    made_for: Any = (None, None)


class Naive:
    """One item that goes into nothing: each demand in turn looks at all supply there is and takes the best of it, again
    and again; then those of one version share what they got, first come first served. Sums of Decimals."""

    def __init__(self, plant: Any, key: int) -> None:
        self.key, self.item = key, plant.items[key]
        wants = [one for one in plant.demands if made_from(one.item)[0] == key]
        self.wants = sorted(wants, key=lambda one: (one.day, one.priority, plant.demands.index(one)))
        self.named = {made_from(one.item)[1:] for one in wants} - {(None, None)}
        self.lots = _lots(plant, self.item)
        self.in_force = plant.in_force
        self.lacking = {one.id: one.quantity for one in wants}
        self.share: dict[Any, list[Lot]] = defaultdict(list)

    def until(self, one: Demand) -> date:
        return max(one.day, TODAY + timedelta(days=self.item.lead_days))

    def give(self, one: Demand, rank: Any, until: date) -> None:
        while self.lacking[one.id]:
            fit = [lot for lot in self.lots if lot.left and lot.day <= until and rank(one, lot) is not None]
            if not fit:
                return
            best = min(fit, key=lambda lot: (rank(one, lot), lot.day, lot.place))
            used = min(best.left, self.lacking[one.id])
            best.left -= used
            self.lacking[one.id] -= used
            self.share[one.item].append(replace(best, left=used))

    def first(self, one: Demand, lot: Lot) -> int | None:
        mine = made_from(one.item)[1:]
        if lot.made_for in self.named:
            return 0 if lot.made_for == mine else None
        if mine != (None, None):
            return 1 if serves(one.item, lot.bom, lot.route) else None
        wanted = any(serves(of_version(self.key, *each), lot.bom, lot.route) for each in self.named)
        bom, route = self.in_force
        strange = lot.bom not in (None, bom) or lot.route not in (None, route)
        return None if wanted and strange else int(wanted)

    def own(self, one: Demand, lot: Lot) -> int | None:
        return 0 if lot.made_for == made_from(one.item)[1:] else None

    def rest(self, one: Demand, lot: Lot) -> int | None:
        return 0 if serves(one.item, lot.bom, lot.route, lot.made_for) else None

    def reckon(self) -> dict[Any, Decimal]:
        """(demand, supply) -> quantity."""
        named = [one for one in self.wants if one.item != self.key]
        for one in self.wants:
            self.give(one, self.first, self.until(one))
        for one in named:
            self.give(one, self.own, date.max)
        for one in named:
            self.give(one, self.rest, self.until(one))
        self.share[self.key] += [lot for lot in self.lots if lot.left]
        return _first_come(self.wants, self.share, self.until)


def _lots(plant: Any, item: Item) -> list[Lot]:
    lots, left = [], max(item.on_hand, ZERO)
    for one in plant.stock:
        if one.item == item.id:
            used = min(one.quantity, left)
            left -= used
            lots.append(Lot(None, date.min, len(lots), used, one.bom, one.route, one.made_for))
    lots.append(Lot(None, date.min, len(lots), left))
    for receipt in plant.receipts:
        if receipt.item == item.id:
            bom, route, named = plant.origins[str(receipt.id)]
            made_for = named_of(bom, route, named)
            lots.append(Lot(receipt.id, receipt.day, len(lots), receipt.quantity, bom, route, made_for))
    return lots


def _first_come(wants: list[Demand], share: Any, until: Any) -> dict[Any, Decimal]:
    found: dict[Any, Decimal] = defaultdict(Decimal)
    for one in wants:
        left = one.quantity
        for lot in sorted(share[one.item], key=lambda lot: (lot.day, lot.place)):
            if lot.day <= until(one):
                used = min(lot.left, left)
                lot.left -= used
                left -= used
                found[one.id, lot.name or "stock"] += used
        found[one.id, "new"] += left
    return {pair: quantity for pair, quantity in found.items() if quantity}
