"""A trace as people read it: rows of a tree, lines of a table, and what a filter leaves of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core.numbers import decimal_of
from p2p.core.web import formats
from p2p.core.web.columns import Column
from p2p.inventory.engine.tracing import Band, Key, Spread
from p2p.inventory.models import RecallLine
from p2p.inventory.selectors.on_order import coming
from p2p.inventory.selectors.trace import Node, Trace, bands_by
from p2p.inventory.trace_facts import OnOrder
from p2p.inventory.wording import amount, share_words

AT = RecallLine.Where
MOST_ROWS = 300
"""Rows that one answer of the tree has at most: a net that closes on itself is opened by hand."""


def found_by(only: str, trace: Trace, nodes: Mapping[Key, Node]) -> set[Key] | None:
    """Nodes that a filter finds, with everything that leads from the starts to them; None: no filter."""
    if not only:
        return None
    hits = {key for key, node in nodes.items() if _fits(only, node)}
    kept = set(hits)
    for spread, up in ((trace.up, True), (trace.down, False)):
        kept |= _leading_to(hits, spread, up)
    return kept | set(trace.starts)


def _leading_to(hits: Collection[Key], spread: Spread, up: bool) -> set[Key]:
    """All nodes that lie between the starts and these."""
    before = bands_by(spread.bands, up=not up)
    found: set[Key] = set()
    waiting = [key for key in hits if key in spread.reaches]
    while waiting:
        near = [band.giver if up else band.taker for band in before.get(waiting.pop(), ())]
        fresh = [key for key in near if key not in found]
        found.update(fresh)
        waiting += fresh
    return found


def _fits(only: str, node: Node) -> bool:
    if only == "held":
        return bool(node.holds)
    return node.amount(only) > 0


# ---- the tree


@dataclass(frozen=True)
class TreeRow:
    """A row of the tree: a node as it is reached from the row above."""

    node: Node
    level: int
    band: Band | None
    children: str
    opened: bool
    again: bool = False
    unit: str = ""

    @property
    def took(self) -> str:
        """What went this way, in the giver's unit."""
        return formats.number(self.band.quantity) if self.band else formats.number(self.node.total)

    @property
    def share(self) -> str:
        if self.band is None or self.band.loop:
            return formats.NONE
        return amount(self.band.share, exact=self.band.exact)

    @property
    def why(self) -> str:
        return share_words(self.band) if self.band else ""


def tree_rows(
    trace: Trace,
    nodes: Mapping[Key, Node],
    lit: Collection[Key] | None,
    *,
    up: bool,
    of: Sequence[Key],
    level: int,
    deep: bool,
    query: str,
) -> list[TreeRow]:
    """The rows of `of` and, below each, of what it leads to; all levels when `deep`."""
    ahead = bands_by((trace.up if up else trace.down).bands, up=up)
    rows: list[TreeRow] = []

    def leads(key: Key) -> list[Band]:
        return [
            band
            for band in ahead.get(key, ())
            if (far := band.taker if up else band.giver) in nodes and (lit is None or far in lit)
        ]

    def add(key: Key, depth: int, band: Band | None, path: tuple[Key, ...]) -> None:
        loop = band is not None and band.loop
        further = [] if loop or key in path else leads(key)
        opened = bool(further) and (not path or deep) and len(rows) < MOST_ROWS
        words = {"way": "up" if up else "down", "node": nodes[key].code, "level": depth + 1}
        address = f"{reverse('inventory:trace-rows')}?{query}&{urlencode(words)}" if further else ""
        unit = nodes[band.giver if band and band.giver in nodes else key].item.unit.code
        rows.append(TreeRow(nodes[key], depth, band, address, opened, loop, unit))
        for each in further if opened else ():
            add(each.taker if up else each.giver, depth + 1, each, (*path, key))

    for key in of:
        if key in nodes:
            add(key, level, None, ())
    return rows


# ---- the table


@dataclass(frozen=True)
class Line:
    """One node in one direction, for the table and for files."""

    way: str
    depth: int
    item: str
    name: str
    kind: str
    number: str
    vendor_lot: str
    unit: str
    made: Any
    share: Any
    exact: bool
    held: bool
    stock: Any
    process: Any
    vendor: Any
    returned: Any
    shipped: Any
    scrapped: Any
    consumed: Any
    on_order: Any
    of_it_on_order: Any
    parties: str
    documents: str
    url: str
    at: Any

    @property
    def sure(self) -> str:
        return _now("exact") if self.exact else _now("by proportion")


COLUMNS = (
    Column("way", _("Way")),
    Column("depth", _("Step"), kind="number"),
    Column("item", _("Item")),
    Column("name", _("Name")),
    Column("kind", _("Kind")),
    Column("number", _("Number")),
    Column("vendor_lot", _("Vendor's lot")),
    Column("made", _("Made"), kind="quantity"),
    Column("unit", _("Unit")),
    Column("share", _("Of the trace"), kind="quantity"),
    Column("sure", _("How sure")),
    Column("held", _("On hold"), kind="yes"),
    Column("stock", _("In stock"), kind="quantity"),
    Column("process", _("In process"), kind="quantity"),
    Column("vendor", _("At a vendor"), kind="quantity"),
    Column("returned", _("Returned to the vendor"), kind="quantity"),
    Column("shipped", _("Shipped"), kind="quantity"),
    Column("scrapped", _("Scrapped"), kind="quantity"),
    Column("consumed", _("Consumed"), kind="quantity"),
    Column("on_order", _("Item on order"), kind="quantity"),
    Column("of_it_on_order", _("Of it on order"), kind="quantity"),
    Column("parties", _("Customers and vendors")),
    Column("documents", _("Documents")),
    Column("at", _("When"), kind="time"),
)
KINDS = {"lot": _("Lot"), "serial": _("Serial number"), "move": _("Move")}


def lines(
    trace: Trace,
    nodes: Mapping[Key, Node],
    lit: Collection[Key] | None = None,
    ordered: Mapping[int, Sequence[OnOrder]] | None = None,
) -> list[Line]:
    """The starts, then where they went, then what they were made of: by steps. `ordered`: item -> what is to come."""
    more = ordered or {}
    found = [_line("", trace.up, nodes[key], more) for key in trace.starts if key in nodes]
    for way, spread in ((_now("went into"), trace.up), (_now("made of"), trace.down)):
        found += [
            _line(way, spread, nodes[key], more)
            for key in spread.reaches
            if key in nodes and key not in trace.starts and (lit is None or key in lit)
        ]
    return found


def of_it(one: OnOrder, node: Node) -> bool:
    """Whether what is to come is known to be of this lot or serial number itself."""
    return node.key in (("lot", one.lot), ("serial", one.serial))


def _line(way: str, spread: Spread, node: Node, ordered: Mapping[int, Sequence[OnOrder]]) -> Line:
    to_come = ordered.get(node.item.pk, ())
    reach = spread.reaches[node.key]
    gone = [spot for spot in node.spots if spot.where != AT.CONSUMED]
    return Line(
        way=way or _now("start"),
        depth=reach.depth,
        item=node.item.number,
        name=node.item.name,
        kind=str(KINDS[node.key[0]]),
        number=node.name,
        vendor_lot=node.vendor_lot,
        unit=node.item.unit.code,
        made=node.total,
        share=decimal_of(reach.quantity, 6),
        exact=reach.exact,
        held=bool(node.holds),
        **{where: node.amount(where) for where in AT.values},
        on_order=coming(to_come),
        of_it_on_order=coming([one for one in to_come if of_it(one, node)]),
        parties=", ".join(sorted({spot.party for spot in gone if spot.party})),
        documents=", ".join(sorted({spot.document for spot in gone if spot.document})),
        url=node.url,
        at=node.at,
    )
