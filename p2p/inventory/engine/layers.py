"""Where the nodes of a flow picture stand: columns from left to right, few crossings, bands as wide as what flows.

What the start was made of stands to its left, where it went to its right. A node is as high as the share of the start
that passes through it, and never lower than its words; ways that come back (loops) are drawn, but move nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from p2p.inventory.engine.tracing import Band, Key, Spread

FULL, LEAST, GAP = 220.0, 34.0, 10.0
WIDTH, STEP = 178.0, 268.0
MARGIN = 12.0
SWEEPS = 4


@dataclass(frozen=True)
class Box:
    """A node on the picture; `x`, `y` is its upper left corner."""

    key: Key
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class Ribbon:
    """A band from the right side of one box to the left side of another, as high as its flow at either end."""

    band: Band
    x1: float
    y1: float
    x2: float
    y2: float
    height: float


@dataclass(frozen=True)
class Picture:
    boxes: list[Box]
    ribbons: list[Ribbon]
    width: float
    height: float
    left_out: int


def arrange(
    *, up: Spread, down: Spread, starts: Collection[Key], items: Mapping[Key, int], most: int = 300
) -> Picture:
    """Place the nearest `most` nodes. `items`: the item of each node; a node's ingredients share its height by item,
    lots of one item by what they gave."""
    kept = _nearest(up, down, most)
    left_out = len({*up.reaches, *down.reaches}) - len(kept)
    columns, flows, bands = _columns(up, down, starts, items, kept)
    heights = {key: max(LEAST, flow * FULL) for key, flow in flows.items()}
    rows = _rows(columns, bands)
    boxes = _boxes(rows, heights)
    width = max((box.x for box in boxes.values()), default=0.0) + WIDTH + MARGIN
    height = max((box.y + box.height for box in boxes.values()), default=0.0) + MARGIN
    ribbons = _ribbons(bands, boxes)
    return Picture(list(boxes.values()), ribbons, width, height, left_out)


def _nearest(up: Spread, down: Spread, most: int) -> set[Key]:
    depth = {**{key: reach.depth for key, reach in down.reaches.items()}}
    for key, reach in up.reaches.items():
        depth[key] = min(reach.depth, depth.get(key, reach.depth))
    return set(sorted(depth, key=lambda key: (depth[key], key))[:most])


Drawn = list[tuple[Band, float]]


def _columns(
    up: Spread, down: Spread, starts: Collection[Key], items: Mapping[Key, int], kept: Collection[Key]
) -> tuple[dict[Key, int], dict[Key, float], Drawn]:
    """Each node's column (0 is the starts), its flow (1 is all of the starts), and each band with its flow."""
    columns = dict.fromkeys((key for key in starts if key in kept), 0)
    flows: dict[Key, float] = dict.fromkeys(columns, 1.0 / max(1, len(columns)))
    bands: Drawn = []
    for spread, way in ((up, 1), (down, -1)):
        inside = [band for band in spread.bands if band.giver in kept and band.taker in kept]
        straight = [band for band in inside if not band.loop]
        for key in _layered(straight, starts, way == 1):
            ahead = [band for band in straight if (band.giver if way == 1 else band.taker) == key]
            shares = _shares(spread, key, ahead, items, way == 1)
            onward = [
                (band, band.taker if way == 1 else band.giver, flows.get(key, 0.0) * share)
                for band, share in zip(ahead, shares, strict=True)
            ]
            for band, far, width in (one for one in onward if one[1] not in starts):
                flows[far] = flows.get(far, 0.0) + width
                columns[far] = way * max(way * columns.get(far, 0), way * columns[key] + 1)
                bands.append((band, width))
        bands += [(band, 0.0) for band in inside if band.loop]
    return columns, flows, bands


def _layered(bands: Sequence[Band], starts: Collection[Key], up: bool) -> list[Key]:
    """Nodes in an order in which each comes behind all that lead to it."""
    waiting: dict[Key, int] = defaultdict(int)
    after: dict[Key, list[Key]] = defaultdict(list)
    for band in bands:
        near, far = (band.giver, band.taker) if up else (band.taker, band.giver)
        after[near].append(far)
        waiting[far] += far not in starts
    order = sorted(key for key in {*after, *waiting} if not waiting[key])
    for key in order:
        for far in after[key]:
            waiting[far] -= 1
            if not waiting[far]:
                order.append(far)
    return order


def _shares(
    spread: Spread, key: Key, ahead: Sequence[Band], items: Mapping[Key, int], up: bool
) -> list[float]:
    """How a node's flow divides among the bands ahead of it; what stays with it goes nowhere."""
    if up:
        whole = spread.reaches[key].quantity
        return [float(band.share / whole) if whole else 0.0 for band in ahead]
    of_item: dict[int, Fraction] = defaultdict(Fraction)
    for band in ahead:
        of_item[items.get(band.giver, 0)] += band.share
    kinds = len(of_item)
    return [
        float(band.share / of_item[items.get(band.giver, 0)]) / kinds
        if of_item[items.get(band.giver, 0)]
        else 0.0
        for band in ahead
    ]


def _rows(columns: Mapping[Key, int], bands: Drawn) -> dict[int, list[Key]]:
    """The nodes of each column from top to bottom: near the middle of what they hang on."""
    rows: dict[int, list[Key]] = defaultdict(list)
    for key in sorted(columns, key=lambda one: (columns[one], one)):
        rows[columns[key]].append(key)
    near: dict[Key, list[Key]] = defaultdict(list)
    for band, _flow in bands:
        if band.giver in columns and band.taker in columns and not band.loop:
            near[band.giver].append(band.taker)
            near[band.taker].append(band.giver)
    for sweep in range(SWEEPS):
        place = {key: index for row in rows.values() for index, key in enumerate(row)}
        for column in sorted(rows, reverse=bool(sweep % 2)):
            rows[column].sort(
                key=lambda key: (
                    sum(place[one] for one in near[key]) / len(near[key]) if near[key] else place[key],
                    key,
                )
            )
            place |= {key: index for index, key in enumerate(rows[column])}
    return dict(rows)


def _boxes(rows: Mapping[int, list[Key]], heights: Mapping[Key, float]) -> dict[Key, Box]:
    first = min(rows, default=0)
    tall = {column: sum(heights[key] + GAP for key in keys) - GAP for column, keys in rows.items()}
    highest = max(tall.values(), default=0.0)
    boxes: dict[Key, Box] = {}
    for column, keys in rows.items():
        y = MARGIN + (highest - tall[column]) / 2
        for key in keys:
            boxes[key] = Box(key, MARGIN + (column - first) * STEP, y, heights[key])
            y += heights[key] + GAP
    return boxes


def _ribbons(bands: Drawn, boxes: Mapping[Key, Box]) -> list[Ribbon]:
    """Bands leave and enter their boxes one below the other, in the order of where they lead."""
    inside = [(band, flow) for band, flow in bands if band.giver in boxes and band.taker in boxes]
    out: dict[Key, float] = {}
    into: dict[Key, float] = {}
    ends: dict[tuple[Key, Key], list[float]] = {}
    for band, flow in sorted(inside, key=lambda one: (boxes[one[0].taker].y, one[0].taker)):
        ends[band.giver, band.taker] = [out.get(band.giver, boxes[band.giver].y), 0.0]
        out[band.giver] = ends[band.giver, band.taker][0] + flow * FULL
    for band, flow in sorted(inside, key=lambda one: (boxes[one[0].giver].y, one[0].giver)):
        ends[band.giver, band.taker][1] = into.get(band.taker, boxes[band.taker].y)
        into[band.taker] = ends[band.giver, band.taker][1] + flow * FULL
    return [
        Ribbon(
            band,
            boxes[band.giver].x + WIDTH,
            ends[band.giver, band.taker][0],
            boxes[band.taker].x,
            ends[band.giver, band.taker][1],
            max(1.5, flow * FULL),
        )
        for band, flow in inside
    ]
