"""A trace as JSON: nodes and edges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from p2p.core.digits import whole
from p2p.core.fields import plain
from p2p.core.numbers import decimal_of
from p2p.inventory.engine.tracing import Band, Key, Reach
from p2p.inventory.selectors.trace import Node, Trace
from p2p.inventory.selectors.whereabouts import Spot
from p2p.inventory.trace_facts import OnOrder
from strategies.models import Item


def shown(trace: Trace, nodes: Mapping[Key, Node]) -> dict[str, Any]:
    """The whole trace. Quantities are decimal texts; `exact` says whether they are known or shared out."""
    return {
        "starts": [nodes[key].code for key in trace.starts if key in nodes],
        "cut": trace.cut,
        "nodes": [_node(nodes[key], trace) for key in trace.keys if key in nodes],
        "edges": [
            {"way": way, **_edge(band)}
            for way, spread in (("up", trace.up), ("down", trace.down))
            for band in spread.bands
            if band.giver in nodes and band.taker in nodes
        ],
    }


def _node(node: Node, trace: Trace) -> dict[str, Any]:
    return {
        "id": node.code,
        "kind": node.key[0],
        "item": node.item.number,
        "name": node.item.name,
        "number": node.name,
        "vendor_lot": node.vendor_lot,
        "unit": node.item.unit.code,
        "made": plain(node.total),
        "held": bool(node.holds),
        "up": _reach(trace.up.reaches.get(node.key)),
        "down": _reach(trace.down.reaches.get(node.key)),
        "whereabouts": [_spot(spot) for spot in node.spots],
    }


def _reach(reach: Reach | None) -> dict[str, Any] | None:
    if reach is None:
        return None
    return {"depth": reach.depth, "quantity": text(reach.quantity), "exact": reach.exact}


def _edge(band: Band) -> dict[str, Any]:
    return {
        "from": ":".join(map(str, band.giver)),
        "to": ":".join(map(str, band.taker)),
        "quantity": plain(band.quantity),
        "of_start": text(band.share),
        "exact": band.exact,
        "loop": band.loop,
        "moves": list(band.receipts),
    }


def _spot(spot: Spot) -> dict[str, Any]:
    return {
        "where": spot.where,
        "quantity": plain(spot.quantity),
        "site": spot.location.site.code if spot.location else "",
        "place": spot.location.code if spot.location else "",
        "party": spot.party,
        "document": spot.document,
        "note": spot.note,
    }


def to_come(ordered: Mapping[int, Sequence[OnOrder]], items: Iterable[Item]) -> list[dict[str, Any]]:
    """What is on order of these items, the earliest first."""
    known = {item.pk: item.number for item in items}
    rows = sorted((one for key in known for one in ordered.get(key, ())), key=lambda one: one.due_on)
    return [
        {
            "item": known[one.item],
            "quantity": plain(one.quantity),
            "what": one.what,
            "document": one.document,
            "site": one.site,
            "due_on": one.due_on.isoformat(),
            "party": one.party,
            "number": one.number,
            "note": one.note,
        }
        for one in rows
    ]


def text(quantity: Fraction) -> str:
    """A fraction as a decimal text of at most twelve digits behind the point."""
    return plain(decimal_of(quantity, 12))


def way_of(word: str) -> tuple[bool, ...]:
    """`up`, `down` or both."""
    known = {"": (True, False), "both": (True, False), "up": (True,), "down": (False,)}
    if word not in known:
        raise serializers.ValidationError({"way": _("A way is up, down or both.")})
    return known[word]


def steps_of(word: str) -> int | None:
    """How deep; all when nothing is said."""
    if not word:
        return None
    steps = whole(word, least=1, most=50)
    if steps is None:
        raise serializers.ValidationError({"depth": _("The depth is a number from 1 to 50.")})
    return steps
