"""Putting goods away: where they go, the tasks that say so, and the rules behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Sum

from p2p.core.facts import gather
from p2p.core.models import User
from p2p.inventory.engine.put_away import Goods, Shelf, Store, Wanted, propose
from p2p.inventory.models import Balance, HandlingUnit, Lot, Move, PutAwayRule, Serial, StockTask
from p2p.inventory.services.tasks import Work, create
from p2p.inventory.task_facts import CrossDocking
from strategies.models import Item, ItemGroup, Location

ZERO = Decimal(0)
URGENT, NORMAL = 10, 50
"""Priority of what somebody waits for, and of the rest."""
Kind = Location.Kind


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """`quantity` (the item's unit) that lies at `place` and is to be put away."""

    item: Item
    place: Location
    quantity: Decimal
    lot: Lot | None = None
    serial: Serial | None = None
    unit: HandlingUnit | None = None
    reference: str = ""


def places_for(arrivals: Sequence[Arrived]) -> list[list[tuple[Location | None, Decimal, str]]]:
    """For each arrival where its parts go: (place, quantity, who waits for it). Reads only, however many there are in
    the same few queries. A place of None: no rule and no empty store; whoever puts it away says where."""
    if not arrivals:
        return []
    goods = _goods(arrivals)
    puts = propose(goods, _store(goods))
    known = Location.objects.select_related("site").in_bulk(
        {put.place for each in puts for put in each if put.place}
    )
    return [
        [(known[put.place] if put.place else None, put.quantity, put.reference) for put in each]
        for each in puts
    ]


def _goods(arrivals: Sequence[Arrived]) -> list[Goods]:
    above = dict(ItemGroup.objects.values_list("pk", "parent"))
    return [
        Goods(
            item=one.item.pk,
            site=one.place.site_id,
            place=one.place.pk,
            quantity=one.quantity,
            groups=_chain(one.item.group_id, above),
            step=Decimal(1).scaleb(-one.item.unit.digits),
            whole=one.unit is not None,
        )
        for one in arrivals
    ]


def _chain(group: int | None, above: dict[int, int | None]) -> tuple[int, ...]:
    found: list[int] = []
    while group is not None and group not in found:
        found.append(group)
        group = above.get(group)
    return tuple(found)


def _store(goods: Sequence[Goods]) -> Store:
    items = sorted({one.item for one in goods})
    sites = sorted({one.site for one in goods})
    rules = PutAwayRule.objects.filter(
        Q(item__in=items) | Q(item=None), site__in=sites, location__active=True
    )
    rows = list(rules.order_by("sequence", "location__walk_order", "location__code", "pk"))
    shelves = [
        Shelf(
            site=row.site_id,
            place=row.location_id,
            item=row.item_id,
            group=row.group_id,
            capacity=row.capacity,
            only_same_item=row.only_same_item,
        )
        for row in rows
    ]
    lying, homes = _lying(items, sites, {shelf.place for shelf in shelves})
    waits = [one for answer in gather(CrossDocking(items=tuple(items), sites=tuple(sites))) for one in answer]
    return Store(
        lying=lying,
        shelves=shelves,
        homes=homes,
        empties=_empties(sites, len(goods)),
        wanted=[Wanted(**vars(one)) for one in waits],
    )


def _lying(
    items: Sequence[int], sites: Sequence[int], places: Iterable[int]
) -> tuple[dict[int, dict[int, Decimal]], dict[tuple[int, int], list[int]]]:
    """What lies at the rules' places or is on its way there, and the stores in which the items lie."""
    lying: dict[int, dict[int, Decimal]] = {}
    homes: dict[tuple[int, int], list[int]] = {}
    stores = Q(item__in=items, location__site__in=sites, location__kind=Kind.STORE, location__nettable=True)
    rows = Balance.objects.filter(
        Q(location__in=list(places)) | stores, location__active=True, quantity__gt=0
    )
    found = rows.values_list("location", "item", "location__site", "location__kind").annotate(
        whole=Sum("quantity")
    )
    for place, item, site, kind, whole in found.order_by("location__walk_order", "location__code", "item"):
        lying.setdefault(place, {})[item] = whole
        if kind == Kind.STORE and item in items:
            homes.setdefault((site, item), []).append(place)
    coming = StockTask.objects.filter(state__in=("open", "started"), site__in=sites, target__isnull=False)
    sums = coming.values_list("target", "item").annotate(whole=Sum(F("quantity") - F("done_quantity")))
    for place, item, whole in sums.order_by("target", "item"):
        there = lying.setdefault(place, {})
        there[item] = there.get(item, ZERO) + max(whole, ZERO)
    return lying, homes


def _empties(sites: Sequence[int], most: int) -> dict[int, list[int]]:
    """Empty stores of the sites, in walk order: nothing lies there, nothing is on its way, no rule keeps them."""
    stock = Balance.objects.filter(location=OuterRef("pk"), quantity__gt=0)
    coming = StockTask.objects.filter(target=OuterRef("pk"), state__in=("open", "started"))
    kept = PutAwayRule.objects.filter(location=OuterRef("pk"))
    parts = Location.objects.filter(parent=OuterRef("pk"))
    rows = Location.objects.filter(site__in=sites, kind=Kind.STORE, active=True, nettable=True)
    rows = rows.filter(~Exists(stock), ~Exists(coming), ~Exists(kept), ~Exists(parts))
    found: dict[int, list[int]] = {site: [] for site in sites}
    for key, site in rows.order_by("walk_order", "code").values_list("pk", "site")[: most * len(sites)]:
        found[site].append(key)
    return found


@transaction.atomic
def put_away(*, arrivals: Sequence[Arrived], by: User | None) -> list[StockTask]:
    """Write the tasks that put the arrivals away, one for each part of each; urgent where somebody waits for it."""
    works = [
        Work(
            kind=StockTask.Kind.PUT_AWAY,
            site=one.place.site,
            item=one.item,
            quantity=quantity,
            source=one.place,
            target=place,
            lot=one.lot,
            serial=one.serial,
            handling_unit=one.unit,
            reference=reference or one.reference,
            priority=URGENT if reference else NORMAL,
        )
        for one, parts in zip(arrivals, places_for(arrivals), strict=True)
        for place, quantity, reference in parts
    ]
    return create(works=works, by=by)


# ---- tasks that follow the ledger


def arrivals(moves: Sequence[Move]) -> list[Arrived]:
    """What came into a receiving place, or out of production to a line's end where a rule says otherwise: it is to be
    put away. No query when nothing of that is among the moves."""
    came = [move for move in moves if _comes(move)]
    made = [move for move in moves if _leaves_line(move)]
    if made:
        came += _ruled(made)
    return _joined(came)


def _comes(move: Move) -> bool:
    return (
        move.target.kind == Kind.RECEIVING
        and move.source.kind != Kind.RECEIVING
        and move.reverses_id is None
        and move.kind not in (Move.Kind.OPENING, Move.Kind.COUNT)
    )


def _leaves_line(move: Move) -> bool:
    return move.kind == Move.Kind.OUTPUT and move.target.kind == Kind.LINE_SIDE and move.reverses_id is None


def _ruled(moves: Sequence[Move]) -> list[Move]:
    """Those whose item has a rule of its own, or of its group, at the site: it is not kept at the line."""
    rules = PutAwayRule.objects.filter(site__in={move.target.site_id for move in moves})
    rows = rules.filter(Q(item__isnull=False) | Q(group__isnull=False)).values_list("site", "item", "group")
    items, groups = (
        {(site, item) for site, item, _group in rows},
        {(site, group) for site, _item, group in rows},
    )
    return [
        move
        for move in moves
        if (move.target.site_id, move.item_id) in items
        or (move.item.group_id is not None and (move.target.site_id, move.item.group_id) in groups)
    ]


def _joined(moves: Sequence[Move]) -> list[Arrived]:
    """One arrival for what belongs together: pieces with serial numbers are counted, not listed."""
    sums: dict[tuple[int, int, int | None, int | None, str], Arrived] = {}
    for move in moves:
        key = (move.item_id, move.target_id, move.lot_id, move.into_unit_id, move.reference)
        before = sums[key].quantity if key in sums else ZERO
        sums[key] = Arrived(
            item=move.item,
            place=move.target,
            quantity=before + move.quantity,
            lot=move.lot,
            unit=move.into_unit,
            reference=move.reference,
        )
    return list(sums.values())
