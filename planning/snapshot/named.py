"""Items that demand wants of certain versions stand in a plan beside themselves, each with the supply that is of
them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import TypeVar

from planning.engine.allot import Key, Offer, Want, allot
from planning.engine.mrp import Demand, Item, Receipt
from planning.rules import Rules
from planning.snapshot.items import Stocked
from planning.snapshot.keys import made_from, named_of, of_version
from planning.snapshot.known import Known, known_stock
from strategies.models import Site
from strategies.selectors.versions import Versions

Origin = tuple[int | None, int | None, str]
"""Bill and route of an order, and which of them were asked for."""
ZERO = Decimal(0)


def set_apart(
    *,
    site: Site,
    rules: Rules,
    stocked: Stocked,
    items: Sequence[Item],
    demands: Sequence[Demand],
    receipts: Sequence[Receipt],
    origins: Mapping[str, Origin],
    routes: Versions,
) -> tuple[list[Item], list[Receipt]]:
    """Items and receipts anew: demand that names versions gets the stock and the open orders that are known to be of
    them (see `planning.engine.allot`), all other supply stays with the item itself. origins: of receipts that are made.

    Six queries at most; none where no demand names a version."""
    own = {made_from(demand.item)[0] for demand in demands if isinstance(demand.item, str)}
    found = known_stock(site, own) if rules.netting and own else []
    named = {int(item.id): item for item in items if item.id in own}
    parts = share(
        rules=rules,
        items=named,
        demands=demands,
        receipts=receipts,
        stock=found,
        origins=origins,
        in_force={
            item: (stocked.boms.on(item, rules.first, ZERO), routes.on(item, rules.first, ZERO))
            for item in own
        },
    )
    plain = [
        replace(item, on_hand=item.on_hand - parts.gone[int(item.id)]) if item.id in named else item
        for item in items
    ]
    beside = [
        stocked.of_version(named[item], key, bom, parts.stock[key])
        for key in sorted(parts.stock)
        for item, bom, _route in (made_from(key),)
    ]
    return [*plain, *beside], parts.receipts


@dataclass(slots=True)
class Parts:
    """stock: key of what demand names -> what lies there for it. gone: item -> the sum of that. receipts: all of them,
    cut where several have a part."""

    stock: dict[str, Decimal]
    gone: dict[int, Decimal]
    receipts: list[Receipt]


def share(
    *,
    rules: Rules,
    items: Mapping[int, Item],
    demands: Sequence[Demand],
    receipts: Sequence[Receipt],
    stock: Sequence[Known],
    origins: Mapping[str, Origin],
    in_force: Mapping[int, Key],
) -> Parts:
    """Cut stock and receipts of the items of which demand names versions. Quantities are in the items' units.
    in_force: the bill and the route by which each of them is made when nobody names any."""
    wants, coming = _by_item(demands), _by_item(receipts)
    there: dict[int, list[Known]] = defaultdict(list)
    for one in stock:
        there[one.item].append(one)
    keys = {demand.item for demand in demands if isinstance(demand.item, str)}
    parts = Parts(
        stock={key: ZERO for key in sorted(keys) if made_from(key)[0] in items},
        gone=defaultdict(Decimal),
        receipts=[one for one in receipts if one.item not in items],
    )
    sharing = _Sharing(rules, origins, in_force)
    for key in sorted(items):
        sharing.share(items[key], wants[key], coming[key], there[key], parts)
    return parts


@dataclass(frozen=True, slots=True)
class _Sharing:
    """One item after the other: who wants it, what there is, who gets what."""

    rules: Rules
    origins: Mapping[str, Origin]
    in_force: Mapping[int, Key]

    def share(
        self,
        item: Item,
        demands: Sequence[Demand],
        receipts: Sequence[Receipt],
        stock: Sequence[Known],
        into: Parts,
    ) -> None:
        usual = self.in_force[int(item.id)]
        offers = [*_in_store(item, stock, usual), *(self._offer(one, usual) for one in receipts)]
        first_receipt = len(offers) - len(receipts)
        given = allot([_want(one) for one in demands], offers, lambda day: self._until(item, day))
        kept: dict[int, Decimal] = defaultdict(Decimal)
        for (place, named), quantity in sorted(given.items(), key=lambda pair: (pair[0][0], str(pair[0][1]))):
            key = str(of_version(int(item.id), *named))
            if place < first_receipt:
                into.stock[key] += quantity
                into.gone[int(item.id)] += quantity
            else:
                into.receipts.append(replace(receipts[place - first_receipt], item=key, quantity=quantity))
                kept[place] += quantity
        for place, receipt in enumerate(receipts, first_receipt):
            if receipt.quantity > kept[place]:
                into.receipts.append(replace(receipt, quantity=receipt.quantity - kept[place]))

    def _offer(self, receipt: Receipt, usual: Key) -> Offer:
        bom, route, named = self.origins.get(str(receipt.id), (None, None, ""))
        return Offer(
            day=receipt.day,
            quantity=receipt.quantity,
            bom=bom,
            route=route,
            made_for=named_of(bom, route, named),
            usual=_is_usual(bom, route, usual),
        )

    def _until(self, item: Item, day: date) -> date:
        """The last day on which supply is as good as a new order, as the engine looks at it."""
        if not item.source or item.coverage == "manual":
            return date.max
        soonest = timedelta(days=item.lead_days if self.rules.lead_times else 0)
        return max(day, self.rules.first + soonest)


def _is_usual(bom: int | None, route: int | None, in_force: Key) -> bool:
    return bom in (None, in_force[0]) and route in (None, in_force[1])


def _in_store(item: Item, stock: Sequence[Known], usual: Key) -> list[Offer]:
    """What is known of the stock, and the rest, of which nobody knows the version."""
    left = max(item.on_hand, ZERO)
    step = Decimal(1).scaleb(-item.places)
    offers = []
    for known in stock:
        quantity = min(known.quantity.quantize(step, ROUND_FLOOR), left)
        if quantity > 0:
            left -= quantity
            offers.append(
                Offer(
                    day=date.min,
                    quantity=quantity,
                    bom=known.bom,
                    route=known.route,
                    made_for=known.made_for,
                    usual=_is_usual(known.bom, known.route, usual),
                )
            )
    return [*offers, Offer(day=date.min, quantity=left)]


Row = TypeVar("Row", Demand, Receipt)


def _by_item(rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[made_from(row.item)[0]].append(row)
    return found


def _want(demand: Demand) -> Want:
    _item, bom, route = made_from(demand.item)
    return Want(day=demand.day, priority=demand.priority, quantity=demand.quantity, bom=bom, route=route)
