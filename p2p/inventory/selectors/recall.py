"""What a recall touches: every lot, serial and untracked move behind its starts, where it is, and how much of it is
accounted for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from p2p.core.fields import plain
from p2p.inventory.engine.tracing import Key
from p2p.inventory.models import Lot, Move, Recall, RecallLine, Serial
from p2p.inventory.selectors.genealogy import LIMIT
from p2p.inventory.selectors.starts import Began, Suspicion, began
from p2p.inventory.selectors.trace import Node, Trace, describe, key_of, pieces, trace
from p2p.inventory.selectors.untracked import untracked_spots
from p2p.inventory.selectors.whereabouts import Spot, spots
from strategies.models import Item, Location, Resource, Site, Vendor, Worker

ZERO = Decimal(0)
AT = RecallLine.Where
MOST = 10 * LIMIT
"""A recall must not leave anything out: it reaches ten times as far as a page shows."""


@dataclass(frozen=True)
class Touched:
    """One line of a recall to be: so much of a node at one whereabouts."""

    depth: int
    item: Item
    where: str
    quantity: Decimal
    lot: Lot | None = None
    serial: Serial | None = None
    location: Location | None = None
    party: str = ""
    document: str = ""
    note: str = ""


@dataclass(frozen=True)
class Scope:
    """All that a suspicion touches now. `issues`: moves into production whose product has not come yet."""

    start: Began
    trace: Trace
    nodes: dict[Key, Node]
    depths: dict[Key, int]
    lines: list[Touched]
    issues: tuple[int, ...]

    @property
    def working(self) -> set[str]:
        """The documents whose work has some of it in process."""
        standing = [spot for node in self.nodes.values() for spot in node.spots if _waits(spot)]
        loose = [line.document for line in self.lines if line.where in (AT.PROCESS, AT.VENDOR)]
        return {spot.document for spot in standing} | set(loose)


def scope(suspicion: Suspicion, *, upstream: bool = False) -> Scope:
    """What the suspicion touches: all that its starts went into, and with `upstream` all they were made of. A fixed
    number of queries. Refused when it names nothing or has touched nothing."""
    start = began(suspicion)
    found = trace(start.keys, ways=(True, False) if upstream else (True,), limit=MOST)
    depths = {key: reach.depth for key, reach in found.up.reaches.items()}
    if upstream:
        depths |= {key: reach.depth for key, reach in found.down.reaches.items() if key not in depths}
    nodes = describe(found, list(depths))
    moves = [node.piece for key in depths if (node := nodes.get(key)) and isinstance(node.piece, Move)]
    spread = untracked_spots(moves)
    lines = [line for key in depths if key in nodes for line in _lines(nodes[key], depths[key], spread)]
    loose, issues = _in_process(start.issues, nodes)
    return Scope(start, found, nodes, depths, [*lines, *loose], issues)


def _lines(node: Node, depth: int, untracked: Mapping[int, list[Spot]]) -> list[Touched]:
    piece = node.piece
    found = untracked.get(piece.pk, []) if isinstance(piece, Move) else _settled(node.spots)
    lot = piece if isinstance(piece, Lot) else None
    serial = piece if isinstance(piece, Serial) else None
    return [
        Touched(
            depth,
            node.item,
            spot.where,
            spot.quantity,
            lot,
            serial,
            spot.location,
            spot.party,
            spot.document,
            spot.note,
        )
        for spot in found
    ]


def _settled(found: Iterable[Spot]) -> list[Spot]:
    """Spots without those that came back: they lessen what went the same way, the same party first."""
    lines = sorted(found, key=lambda spot: spot.quantity)
    back = [spot for spot in lines if spot.quantity < 0]
    kept = [spot for spot in lines if spot.quantity > 0]
    for spot in back:
        left = -spot.quantity
        same = [one for one in kept if one.where == spot.where]
        for one in sorted(same, key=lambda other: other.party != spot.party):
            part = min(left, one.quantity)
            kept[kept.index(one)] = replace(one, quantity=one.quantity - part)
            left -= part
    order = {where: place for place, where in enumerate(AT.values)}
    return sorted(
        (one for one in kept if one.quantity), key=lambda one: (order[one.where], one.party, one.document)
    )


def _in_process(issues: Collection[int], nodes: Mapping[Key, Node]) -> tuple[list[Touched], tuple[int, ...]]:
    """Lines for suspect issues of orders in process, and every issue that must not go on."""
    held = {move for node in nodes.values() for spot in node.spots if _waits(spot) for move in spot.moves}
    moves = pieces([("move", number) for number in issues if number not in held])
    keys = {key_of(move) for move in moves.values()} - set(nodes)
    found = spots(list(keys)) if keys else {}
    lines = [
        Touched(
            0, move.item, spot.where, spot.quantity, move.lot, move.serial, None, spot.party, spot.document, spot.note
        )
        for move in moves.values()
        if isinstance(move, Move)
        for spot in found.get(key_of(move), ())
        if _waits(spot) and move.pk == min(set(spot.moves) & set(issues), default=None)
    ]  # fmt: skip
    waiting = {
        move
        for each in found.values()
        for spot in each
        if _waits(spot)
        for move in spot.moves
        if move in set(issues)
    }
    return lines, tuple(sorted(held | waiting))


def _waits(spot: Spot) -> bool:
    """Whether pieces of an order that is not ended hold it."""
    return spot.where in (AT.PROCESS, AT.VENDOR) and spot.location is None


# ---- how much is accounted for


@dataclass(frozen=True)
class Balance:
    """The mass balance of one start, or of all nodes of one item: what was made against what is known."""

    item: Item
    number: str
    made: Decimal
    stock: Decimal
    process: Decimal
    vendor: Decimal
    returned: Decimal
    shipped: Decimal
    scrapped: Decimal
    consumed: Decimal

    @property
    def known(self) -> Decimal:
        inside = self.stock + self.process + self.vendor
        return inside + self.returned + self.shipped + self.scrapped + self.consumed

    @property
    def difference(self) -> Decimal:
        """What nobody can account for: lost in counts, adjusted away, or more than was made."""
        return self.made - self.known

    @property
    def share(self) -> Decimal | None:
        """1 is everything; None where nothing was made."""
        return min(self.known, self.made) / self.made if self.made else None


def balances(found: Scope) -> list[Balance]:
    """How much of each start is accounted for; untracked moves cannot be followed and are left out."""
    rows = [found.nodes[key] for key in found.trace.starts if key in found.nodes and key[0] != "move"]
    return [
        Balance(node.item, node.name, node.total, **{where: node.amount(where) for where in AT.values})
        for node in rows
    ]


# ---- a recall's own


def suspicion_of(recall: Recall) -> Suspicion:
    """What a recall began with, read again from what it kept."""
    kept: Mapping[str, Any] = recall.starts
    keys = [(kind, int(number)) for kind, number in (code.split(":") for code in kept.get("pieces", ()))]
    named = pieces(keys)
    return Suspicion(
        pieces=tuple(named[key] for key in keys if key in named),
        vendor=Vendor.objects.filter(pk=kept.get("vendor")).first() if kept.get("vendor") else None,
        vendor_lot=kept.get("vendor_lot", ""),
        resource=Resource.objects.filter(pk=kept.get("resource")).first() if kept.get("resource") else None,
        worker=Worker.objects.filter(pk=kept.get("worker")).first() if kept.get("worker") else None,
        order=kept.get("order", ""),
        site=Site.objects.filter(pk=kept.get("site")).first() if kept.get("site") else None,
        since=_moment(kept.get("since")),
        until=_moment(kept.get("until")),
    )


def _moment(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


def kept(suspicion: Suspicion) -> dict[str, Any]:
    """A suspicion as a recall keeps it."""
    return {
        "pieces": [":".join(map(str, key_of(piece))) for piece in suspicion.pieces],
        "vendor": suspicion.vendor.pk if suspicion.vendor else None,
        "vendor_lot": suspicion.vendor_lot,
        "resource": suspicion.resource.pk if suspicion.resource else None,
        "worker": suspicion.worker.pk if suspicion.worker else None,
        "order": suspicion.order,
        "site": suspicion.site.pk if suspicion.site else None,
        "since": suspicion.since.isoformat() if suspicion.since else None,
        "until": suspicion.until.isoformat() if suspicion.until else None,
        "said": said(suspicion),
    }


def said(suspicion: Suspicion) -> str:
    """A suspicion in words."""
    words = [
        f"{piece.item.number} {piece if not isinstance(piece, Move) else f'#{piece.pk}'}"
        for piece in suspicion.pieces[:5]
    ]
    if len(suspicion.pieces) > 5:
        words.append(_("and {number} more").format(number=len(suspicion.pieces) - 5))
    for label, value in (
        (_("vendor"), suspicion.vendor),
        (_("vendor's lot"), suspicion.vendor_lot),
        (_("machine"), suspicion.resource),
        (_("worker"), suspicion.worker),
        (_("order"), suspicion.order),
        (_("all of site"), suspicion.site),
    ):
        words += [f"{label} {value}"] if value else []
    for label, at in ((_("from"), suspicion.since), (_("to"), suspicion.until)):
        words += [f"{label} {at:%Y-%m-%d %H:%M}"] if at else []
    return ", ".join(words)


def recalls() -> QuerySet[Recall]:
    """Recalls, newest first, with what a list shows."""
    return Recall.objects.select_related("asked_by", "closed_by", "site").order_by("-id")


def lines_of(recall: Recall) -> QuerySet[RecallLine]:
    """A recall's lines as they were last drawn up."""
    related = ("item__unit", "lot", "serial", "location__site", "hold", "recall")
    return RecallLine.objects.filter(recall=recall).select_related(*related).order_by("depth", "id")


def by_party(recall: Recall) -> dict[str, list[RecallLine]]:
    """Customer -> what was shipped to them."""
    found: dict[str, list[RecallLine]] = defaultdict(list)
    for line in lines_of(recall).filter(where=AT.SHIPPED):
        found[line.party or _("unknown customer")].append(line)
    return dict(sorted(found.items()))


def sites_touched(recall: Recall) -> set[str]:
    """The codes of the sites where something of it lies, and of who leads it. One query."""
    rows = RecallLine.objects.filter(recall=recall, location__isnull=False)
    codes = set(rows.values_list("location__site__code", flat=True).distinct())
    return codes | ({recall.site.code} if recall.site else set())


def summary(lines: Iterable[Touched]) -> dict[str, Any]:
    """The figures of a recall: how many lines where, and of how many lots, serials and customers."""
    found = list(lines)
    where = {key: sum(1 for line in found if line.where == key) for key in AT.values}
    return {
        "lines": len(found),
        "where": where,
        "pieces": len({(line.lot and line.lot.pk, line.serial and line.serial.pk) for line in found}),
        "items": len({line.item.pk for line in found}),
        "customers": len({line.party for line in found if line.where == AT.SHIPPED and line.party}),
        "shipped": plain(sum((line.quantity for line in found if line.where == AT.SHIPPED), ZERO)),
    }
