"""Where untracked goods of a move may lie now: wherever stock of their item went on to from the place they came to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import TypeAlias

from django.db.models import Sum
from django.utils.translation import gettext as _

from p2p.inventory.models import Balance, Move, RecallLine
from p2p.inventory.selectors.whereabouts import Spot
from strategies.models import Location

ZERO = Decimal(0)
AT = RecallLine.Where
Kind = Location.Kind
_OUT = {
    Kind.CUSTOMER: AT.SHIPPED,
    Kind.PRODUCTION: AT.CONSUMED,
    Kind.ADJUSTMENT: AT.CONSUMED,
    Kind.SUPPLIER: AT.RETURNED,
    Kind.SCRAP: AT.SCRAPPED,
}
"""The ways out, the gravest first: of untracked goods nobody knows which of them went which way."""
_Later: TypeAlias = tuple[int, int, int, int, str]
"""A later move: its number, its item, source, target and the target's kind."""


def untracked_spots(moves: Collection[Move]) -> dict[int, list[Spot]]:
    """Move -> places where up to so much of it (the item's unit) may lie, and how much of it lies nowhere any more.
    Goods follow every later move of their item out of a place they may lie at. Four queries, however many moves."""
    began = [move for move in moves if move.target.holds_stock]
    if not began:
        return {}
    later = _later(began)
    reached = {move.pk: _reached(move, later[move.item_id]) for move in began}
    there = _there(began)
    places = {place for found, _out in reached.values() for place in found}
    known = Location.objects.select_related("site", "vendor").in_bulk(places)
    return {move.pk: _spots(move, *reached[move.pk], there, known) for move in began}


def _later(began: Collection[Move]) -> dict[int, list[_Later]]:
    # What was taken back went nowhere: the goods of others that lie there are none of these.
    rows = Move.objects.filter(
        item__in={move.item_id for move in began},
        pk__gt=min(move.pk for move in began),
        lot=None,
        serial=None,
        reverses=None,
        reversed_by=None,
    )
    found: dict[int, list[_Later]] = defaultdict(list)
    columns = rows.order_by("pk").values_list("pk", "item_id", "source_id", "target_id", "target__kind")
    for row in columns.iterator(chunk_size=5000):
        found[row[1]].append(row)
    return found


def _reached(move: Move, later: Iterable[_Later]) -> tuple[dict[int, None], set[str]]:
    """The places it may have come to, in that order, and the kinds of places outside it may have left for."""
    places, out = {move.target_id: None}, set()
    for number, _item, source, target, kind in later:
        if number <= move.pk or source not in places:
            continue
        if kind in _OUT:
            out.add(kind)
        else:
            places.setdefault(target)
    return places, out


def _there(began: Collection[Move]) -> dict[tuple[int, int], Decimal]:
    rows = Balance.objects.filter(item__in={move.item_id for move in began}, lot=None, serial=None)
    sums = rows.order_by().values_list("item", "location").annotate(whole=Sum("quantity"))
    return {(item, place): whole for item, place, whole in sums}


def _spots(
    move: Move,
    places: Iterable[int],
    out: Collection[str],
    there: dict[tuple[int, int], Decimal],
    known: dict[int, Location],
) -> list[Spot]:
    lie = {place: there.get((move.item_id, place), ZERO) for place in places}
    lie = {place: quantity for place, quantity in lie.items() if quantity > 0}
    note = _("untracked: cannot be told from the rest of its item there")
    if len(lie) > 1:
        note = _("untracked: up to so much of it may lie here")
    found = []
    for place, quantity in lie.items():
        at = known[place]
        where = AT.VENDOR if at.kind == Kind.VENDOR else AT.STOCK
        party = at.vendor.name if at.kind == Kind.VENDOR and at.vendor else ""
        found.append(Spot(where, min(quantity, move.quantity), at, party, move.reference, note))
    gone = move.quantity - sum(lie.values(), ZERO)
    if gone > 0:
        where = next((at for kind, at in _OUT.items() if kind in out), AT.CONSUMED)
        words = _("untracked: at least so much of it has left; which way cannot be told for sure")
        found.append(Spot(where, gone, document=move.reference, note=words))
    return found
