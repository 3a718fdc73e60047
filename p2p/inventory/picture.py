"""The flow picture of a trace as SVG: boxes for lots and serials, ribbons as wide as what flows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from p2p.core.web import formats
from p2p.inventory.engine.layers import WIDTH, Box, Ribbon, arrange
from p2p.inventory.engine.tracing import Key
from p2p.inventory.models import RecallLine
from p2p.inventory.selectors.trace import Node, Trace
from p2p.inventory.wording import share_words

LETTERS = 25
"""Letters that fit into a box."""
AT = RecallLine.Where


def picture(trace: Trace, nodes: Mapping[Key, Node], lit: Collection[Key] | None = None) -> dict[str, Any]:
    """What the template draws: the finished SVG, its size, and a sentence when nodes are left out. `lit`: the nodes a
    filter found; the others fade."""
    items = {key: node.item.pk for key, node in nodes.items()}
    drawn = arrange(up=trace.up, down=trace.down, starts=trace.starts, items=items)
    shown = {box.key for box in drawn.boxes if box.key in nodes}
    ribbons = [
        _ribbon(ribbon, trace, nodes, lit)
        for ribbon in sorted(drawn.ribbons, key=lambda one: -one.height)
        if ribbon.band.giver in shown and ribbon.band.taker in shown
    ]
    boxes = [_box(box, nodes[box.key], trace, lit) for box in drawn.boxes if box.key in shown]
    label = _("Flow from left to right: {nodes} lots, serial numbers and moves, {ways} ways between them")
    svg = format_html(
        '<svg class="t-flow" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="group" aria-label="{label}">'
        "{a}{b}</svg>",
        w=f"{drawn.width:.0f}",
        h=f"{drawn.height:.0f}",
        label=label.format(nodes=len(boxes), ways=len(ribbons)),
        a=_join(ribbons),
        b=_join(boxes),
    )
    said = _("{number} more, farther away, are not drawn: the table has them.")
    return {
        "svg": svg,
        "width": round(drawn.width),
        "height": round(drawn.height),
        "left_out": said.format(number=formats.number(drawn.left_out)) if drawn.left_out else "",
    }


def _join(parts: list[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _faded(key: Key, lit: Collection[Key] | None) -> bool:
    return lit is not None and key not in lit


def _ribbon(
    ribbon: Ribbon, trace: Trace, nodes: Mapping[Key, Node], lit: Collection[Key] | None
) -> SafeString:
    band = ribbon.band
    giver, taker = nodes[band.giver], nodes[band.taker]
    middle = (ribbon.x1 + ribbon.x2) / 2
    low, high = ribbon.y1 + ribbon.height, ribbon.y2 + ribbon.height
    if band.loop:
        middle = ribbon.x1 + 40
    path = (
        f"M{ribbon.x1:.1f} {ribbon.y1:.1f}C{middle:.1f} {ribbon.y1:.1f} {middle:.1f} {ribbon.y2:.1f} {ribbon.x2:.1f} "
        f"{ribbon.y2:.1f}V{high:.1f}C{middle:.1f} {high:.1f} {middle:.1f} {low:.1f} {ribbon.x1:.1f} {low:.1f}Z"
    )
    kinds = ["t-band"]
    kinds += ["loop"] if band.loop else ["guess"] if not band.exact else []
    kinds += ["fade"] if _faded(band.giver, lit) or _faded(band.taker, lit) else []
    tip = _("{quantity} {unit} of {giver} into {taker}").format(
        quantity=formats.number(band.quantity), unit=giver.item.unit.code, giver=giver.name, taker=taker.name
    )
    return format_html(
        '<path d="{}" class="{}"><title>{}</title></path>',
        path,
        " ".join(kinds),
        f"{tip}; {share_words(band)}",
    )


def _box(box: Box, node: Node, trace: Trace, lit: Collection[Key] | None) -> SafeString:
    kinds = ["t-node", f"is-{_state(node)}"]
    kinds += ["start"] if node.key in trace.starts else []
    kinds += ["fade"] if _faded(node.key, lit) else []
    return format_html(
        '<g class="{}" transform="translate({} {})" tabindex="0" role="button" data-node="{}" aria-label="{}">'
        '<rect width="{}" height="{}" rx="4"></rect><rect class="edge" width="4" height="{}" rx="2"></rect>'
        '<text x="12" y="14" class="item">{}</text><text x="12" y="28">{}</text>{}<title>{}</title></g>',
        " ".join(kinds),
        f"{box.x:.1f}",
        f"{box.y:.1f}",
        node.code,
        node.says,
        f"{WIDTH:.0f}",
        f"{box.height:.1f}",
        f"{box.height:.1f}",
        _cut(node.item.number),
        _cut(node.name),
        _third(box, node),
        node.says,
    )


def _third(box: Box, node: Node) -> SafeString:
    """Where it is, when the box is high enough for a third line."""
    if box.height < 46:
        return SafeString("")
    words = ", ".join(
        f"{formats.number(each.quantity)} {node.item.unit.code} {each.words}" for each in node.gist[:2]
    )
    return format_html('<text x="12" y="42" class="soft">{}</text>', _cut(words, LETTERS + 3))


def _state(node: Node) -> str:
    """The one thing about a node that its colour says."""
    if node.holds:
        return "held"
    for where, state in (
        (AT.SHIPPED, "shipped"),
        (AT.STOCK, "stock"),
        (AT.PROCESS, "process"),
        (AT.VENDOR, "vendor"),
    ):
        if node.amount(where) > 0:
            return state
    return "gone"


def _cut(words: str, letters: int = LETTERS) -> str:
    return words if len(words) <= letters else words[: letters - 1] + "…"
