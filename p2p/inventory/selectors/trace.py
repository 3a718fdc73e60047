"""Traces: where lots, serials and moves went and what they were made of, with quantities, and what each node is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from p2p.core.fields import plain
from p2p.inventory.engine.tracing import Band, Key, Spread, spread
from p2p.inventory.models import Hold, Lot, Move, Serial
from p2p.inventory.selectors import genealogy
from p2p.inventory.selectors.whereabouts import Spot, made, spots
from strategies.models import Item

ZERO = Decimal(0)
Piece = Lot | Serial | Move


def key_of(piece: Piece) -> Key:
    """The node a lot, serial or move belongs to: a move of tracked stock belongs to its lot or serial."""
    if isinstance(piece, Lot):
        return ("lot", piece.pk)
    if isinstance(piece, Serial):
        return ("serial", piece.pk)
    if piece.serial_id:
        return ("serial", piece.serial_id)
    return ("lot", piece.lot_id) if piece.lot_id else ("move", piece.pk)


def keys_of(pieces: Iterable[Piece]) -> list[Key]:
    """The nodes of several pieces, each once; a lot stands for its serial numbers, too. One query at most."""
    found = [key_of(piece) for piece in pieces]
    lots = [number for kind, number in found if kind == "lot"]
    if lots:
        inside = Serial.objects.filter(lot__in=lots).order_by("pk").values_list("pk", flat=True)
        found += [("serial", number) for number in inside]
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Trace:
    """Both ways from the starts. `up` is where they went, `down` what they were made of; `totals` all that came of a
    node. `measured`: quantities up are in the unit of the starts, which only starts of one item have."""

    starts: tuple[Key, ...]
    up: Spread
    down: Spread
    totals: dict[Key, Decimal]
    cut: str = ""

    @property
    def keys(self) -> list[Key]:
        """Every node, the nearest first, those above before those below."""
        return list(dict.fromkeys([*self.up.reaches, *self.down.reaches]))


def trace(
    starts: Collection[Key],
    *,
    ways: Sequence[bool] = (True, False),
    depth: int | None = None,
    limit: int = genealogy.LIMIT,
) -> Trace:
    """Where the starts went (True) and what they were made of (False), at most `depth` steps and about `limit` nodes
    each way; `cut` then says so in a sentence. Two queries."""
    first = tuple(dict.fromkeys(starts))
    rows = genealogy.links(first, ways=ways, limit=limit)
    every = {*first, *(end for link in (*rows.up, *rows.down) for end in (link.giver, link.taker))}
    totals = {key: made(flows) for key, flows in genealogy.flows(every).items()}
    totals |= _of_moves(every, rows)
    up = spread(starts=first, links=rows.up, totals=totals, up=True)
    down = spread(starts=first, links=rows.down, totals=totals, up=False)
    said = _("More than {limit} lots, serial numbers and moves hang together here: the nearest are shown.")
    cut = said.format(limit=limit) if rows.cut else ""
    if depth is not None:
        deepest = max((reach.depth for way in (up, down) for reach in way.reaches.values()), default=0)
        up, down = _shallow(up, depth), _shallow(down, depth)
        if deepest > depth and not cut:
            cut = _("The trace goes {deepest} steps deep: {depth} are shown.").format(
                deepest=deepest, depth=depth
            )
    return Trace(first, up, down, totals, cut)


def _of_moves(keys: Collection[Key], rows: genealogy.Rows) -> dict[Key, Decimal]:
    """An untracked move is what it moved, whichever way it went."""
    found = {link.taker: link.came for link in (*rows.up, *rows.down) if link.taker[0] == "move"}
    lone = [number for kind, number in keys if kind == "move" and (kind, number) not in found]
    if lone:
        known = Move.objects.filter(pk__in=lone).values_list("pk", "quantity")
        found |= {("move", number): quantity for number, quantity in known}
    return found


def _shallow(way: Spread, depth: int) -> Spread:
    reaches = {key: reach for key, reach in way.reaches.items() if reach.depth <= depth}
    return Spread(reaches, [band for band in way.bands if band.giver in reaches and band.taker in reaches])


# ---- what each node is


@dataclass(frozen=True)
class Gist:
    """All of a node that is at one kind of whereabouts; `at` names the only place or says how many there are."""

    where: str
    words: str
    quantity: Decimal
    at: str


@dataclass(frozen=True)
class Node:
    """A lot, serial number or untracked move, for people: what it is, where it is, whether it is held."""

    key: Key
    piece: Piece
    total: Decimal = ZERO
    holds: tuple[Hold, ...] = ()
    spots: tuple[Spot, ...] = field(default=())

    @property
    def item(self) -> Item:
        return self.piece.item

    @property
    def name(self) -> str:
        """How the tree and the picture call it."""
        if isinstance(self.piece, Move):
            return self.piece.reference or _("Move {number}").format(number=self.piece.pk)
        return str(self.piece.number)

    @property
    def code(self) -> str:
        return f"{self.key[0]}:{self.key[1]}"

    @property
    def url(self) -> str:
        return f"{reverse('inventory:trace')}?of={self.code}"

    @property
    def tracked(self) -> bool:
        return self.key[0] != "move"

    @property
    def vendor_lot(self) -> str:
        return self.piece.vendor_lot if isinstance(self.piece, Lot) else ""

    @property
    def at(self) -> datetime:
        return self.piece.effective_at if isinstance(self.piece, Move) else self.piece.created_at

    def amount(self, *where: str) -> Decimal:
        """How much of it is at these whereabouts."""
        return sum((spot.quantity for spot in self.spots if spot.where in where), ZERO)

    @property
    def gist(self) -> list[Gist]:
        """How much is at each kind of whereabouts; where that is one place, customer or document, which."""
        found = []
        for where in dict.fromkeys(spot.where for spot in self.spots):
            same = [spot for spot in self.spots if spot.where == where]
            names = {spot.party or (spot.location.code if spot.location else spot.document) for spot in same}
            one = names.pop() if len(names) == 1 else _("{number} lines").format(number=len(same))
            found.append(Gist(where, same[0].words, self.amount(where), one))
        return found

    @property
    def says(self) -> str:
        """The node in one line, for those who hear the picture."""
        parts = [f"{plain(each.quantity)} {self.item.unit.code} {each.words}" for each in self.gist]
        return f"{self.item.number} {self.name}: " + (", ".join(parts) or "–")


def pieces(keys: Collection[Key]) -> dict[Key, Piece]:
    """The records behind keys, with item and unit, each item read once. Four queries at most."""
    wanted: dict[str, list[int]] = {"lot": [], "serial": [], "move": []}
    for kind, number in keys:
        wanted[kind].append(number)
    models: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
        ("lot", Lot, ("vendor",)),
        ("serial", Serial, ("lot",)),
        ("move", Move, ("source__site", "target__site")),
    )
    found: dict[Key, Piece] = {
        (kind, record.pk): record
        for kind, model, related in models
        if wanted[kind]
        for record in model.objects.select_related(*related).filter(pk__in=wanted[kind])
    }
    items = Item.objects.select_related("unit").in_bulk({record.item_id for record in found.values()})
    for record in found.values():
        record.item = items[record.item_id]
    return found


def describe(trace: Trace, keys: Collection[Key] | None = None) -> dict[Key, Node]:
    """The nodes of a trace with their records, holds and whereabouts: a fixed number of queries."""
    chosen = trace.keys if keys is None else list(keys)
    records = pieces(chosen)
    where = spots([key for key in chosen if key in records])
    held = holds_on(records.values())
    return {
        key: Node(key, records[key], trace.totals.get(key, ZERO), tuple(held.get(key, ())), tuple(where[key]))
        for key in chosen
        if key in records
    }


def holds_on(records: Iterable[Piece]) -> dict[Key, list[Hold]]:
    """Standing holds that name the lots or serials among these. One query."""
    keys = {key_of(record) for record in records}
    lots = [number for kind, number in keys if kind == "lot"]
    serials = [number for kind, number in keys if kind == "serial"]
    found: dict[Key, list[Hold]] = {}
    rows = Hold.objects.filter(Q(lot__in=lots, serial=None) | Q(serial__in=serials), released_at__isnull=True)
    for hold in rows.select_related("reason").order_by("pk"):
        key: Key = ("serial", hold.serial_id) if hold.serial_id else ("lot", hold.lot_id or 0)
        found.setdefault(key, []).append(hold)
    return found


def bands_by(bands: Iterable[Band], *, up: bool) -> dict[Key, list[Band]]:
    """Key -> the ways that lead on from it."""
    found: dict[Key, list[Band]] = {}
    for band in bands:
        found.setdefault(band.giver if up else band.taker, []).append(band)
    return found
