"""How much of where a trace began is in each lot, serial or move it reaches: exact fractions, both ways.

A link says: so much of `giver` went into what `receipt` brought of `taker`. What a giver holds of the start is shared
out among its takers in proportion to what they took. Where every piece of the giver holds the same, or all of it went
one way, that is exact; where pieces differ and nobody knows which went where, it is the proportion and says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

Key: TypeAlias = tuple[str, int]
"""("lot", 12), ("serial", 7), or ("move", 9) for untracked items, which are known by their own edges only."""

NOTHING = Fraction(0)


@dataclass(frozen=True)
class Link:
    """`quantity` (the giver's unit) of `giver` went into move `receipt`, which brought `came` of `taker`.

    `blended`: the receipt took the same item from somewhere else, too.
    """

    giver: Key
    taker: Key
    receipt: int
    came: Decimal
    quantity: Decimal
    blended: bool = False


@dataclass(frozen=True)
class Reach:
    """What of the start is here (`up`), or what of this is in the start (`down`), and how sure that is."""

    quantity: Fraction
    exact: bool
    depth: int


@dataclass(frozen=True)
class Band:
    """One way between two nodes: all that went it, and what of that belongs to the trace."""

    giver: Key
    taker: Key
    quantity: Decimal
    share: Fraction
    exact: bool
    loop: bool
    receipts: tuple[int, ...]


@dataclass(frozen=True)
class Spread:
    """A trace in one direction: nodes in the order of their depth, and the ways between them."""

    reaches: dict[Key, Reach]
    bands: list[Band]


def spread(
    *, starts: Collection[Key], links: Sequence[Link], totals: Mapping[Key, Decimal], up: bool
) -> Spread:
    """Follow `links` from the starts, to the takers (`up`) or to the givers, and share quantities out.

    `totals`: all that ever came of a node, in its unit. Up, quantities are in the unit of the starts, which are one
    item then; down, in each node's own. A loop is cut where it comes back to; its band says `loop`.
    """
    ways = _joined(links)
    order, loops, depths = _ordered(starts, ways, up)
    walk = _Walk(starts, ways, loops, _less_loops(totals, ways, loops), up)
    for key in order:
        walk.reach(key)
    reaches = {
        key: Reach(walk.part[key], walk.sure[key], depths[key])
        for key in sorted(order, key=lambda one: (depths[one], one))
    }
    return Spread(reaches, [walk.band(pair) for pair in ways if pair[0] in depths and pair[1] in depths])


@dataclass
class _Way:
    """All links between one giver and one taker."""

    quantity: Decimal = Decimal(0)
    by_receipt: dict[int, tuple[Decimal, Decimal]] = field(default_factory=dict)
    blended: bool = False

    def add(self, link: Link) -> None:
        self.quantity += link.quantity
        self.blended |= link.blended
        _came, before = self.by_receipt.get(link.receipt, (link.came, Decimal(0)))
        self.by_receipt[link.receipt] = (link.came, before + link.quantity)

    def same_in_each(self, total: Decimal) -> bool:
        """Whether each piece of the taker got the same of the giver."""
        ratios = {Fraction(took) / Fraction(came) for came, took in self.by_receipt.values()}
        return not self.blended and len(ratios) == 1 and sum(c for c, _t in self.by_receipt.values()) == total


Pair: TypeAlias = tuple[Key, Key]


def _joined(links: Sequence[Link]) -> dict[Pair, _Way]:
    ways: dict[Pair, _Way] = defaultdict(_Way)
    for link in links:
        ways[link.giver, link.taker].add(link)
    return dict(ways)


def _ordered(
    starts: Collection[Key], ways: Mapping[Pair, _Way], up: bool
) -> tuple[list[Key], set[Pair], dict[Key, int]]:
    """Every node behind all it depends on; which ways close a loop; the fewest steps to each node."""
    after: dict[Key, list[Key]] = defaultdict(list)
    for giver, taker in sorted(ways):
        near, far = (giver, taker) if up else (taker, giver)
        after[near].append(far)
    depths = _depths(starts, after)
    waiting: dict[Key, int] = dict.fromkeys(depths, 0)
    loops: set[Pair] = set()
    for near, far in [(one, other) for one in depths for other in after[one]]:
        if near == far or far in starts:
            loops.add((near, far) if up else (far, near))
        else:
            waiting[far] += 1
    order: list[Key] = []
    ready = sorted(key for key, count in waiting.items() if not count)
    left = {key for key, count in waiting.items() if count}
    while ready or left:
        if not ready:
            first = min(left, key=lambda one: (depths[one], one))
            loops |= _cut(first, left, after, up)
            left.discard(first)
            ready.append(first)
        near = ready.pop()
        order.append(near)
        ahead = [
            far for far in after[near] if far in left and ((near, far) if up else (far, near)) not in loops
        ]
        for far in ahead:
            waiting[far] -= 1
        free = [far for far in ahead if not waiting[far]]
        left.difference_update(free)
        ready += free
    return order, loops, depths


def _cut(first: Key, left: Collection[Key], after: Mapping[Key, list[Key]], up: bool) -> set[Pair]:
    """The ways into `first` from nodes that are still waiting: they close loops."""
    back = {near for near in left if first in after.get(near, ())}
    return {(near, first) if up else (first, near) for near in back}


def _depths(starts: Collection[Key], after: Mapping[Key, list[Key]]) -> dict[Key, int]:
    depths = dict.fromkeys(sorted(starts), 0)
    edge, step = list(depths), 0
    while edge:
        step += 1
        reached = dict.fromkeys(far for near in edge for far in after.get(near, ()) if far not in depths)
        depths |= dict.fromkeys(reached, step)
        edge = list(reached)
    return depths


def _less_loops(
    totals: Mapping[Key, Decimal], ways: Mapping[Pair, _Way], loops: Collection[Pair]
) -> dict[Key, Decimal]:
    """What came out of a loop is no new stock: rework that gives a lot back to itself makes nothing."""
    net = dict(totals)
    for giver, taker in loops:
        if giver == taker and taker in net:
            net[taker] -= sum(came for came, _took in ways[giver, taker].by_receipt.values())
    return net


class _Walk:
    """Sharing out, node by node, in an order in which everything a node depends on comes first."""

    def __init__(
        self,
        starts: Collection[Key],
        ways: Mapping[Pair, _Way],
        loops: Collection[Pair],
        totals: Mapping[Key, Decimal],
        up: bool,
    ) -> None:
        self.starts, self.ways, self.loops, self.totals, self.up = starts, ways, loops, totals, up
        self.wholes: dict[Key, Fraction] = {}
        self.shares: dict[Pair, tuple[Fraction, bool]] = {}
        self.part: dict[Key, Fraction] = {}
        self.sure: dict[Key, bool] = {}
        self.even: dict[Key, bool] = {}
        self.before: dict[Key, list[Pair]] = defaultdict(list)
        for pair in ways:
            if pair not in loops:
                self.before[pair[1] if up else pair[0]].append(pair)

    def reach(self, key: Key) -> None:
        """What of the start is in `key`, or of `key` in the start."""
        if key in self.starts:
            self.part[key], self.sure[key], self.even[key] = self._total(key), True, True
            return
        pairs = [pair for pair in self.before[key] if self._near(pair) in self.part]
        shares = [self._share(pair) for pair in pairs]
        self.part[key] = sum((share for share, _sure in shares), NOTHING)
        self.sure[key] = all(sure for _share, sure in shares)
        self.even[key] = self.up and (key[0] == "serial" or self._even(key, pairs))

    def band(self, pair: Pair) -> Band:
        way, loop = self.ways[pair], pair in self.loops
        share, sure = (NOTHING, False) if loop or self._near(pair) not in self.part else self._share(pair)
        return Band(*pair, way.quantity, share, sure, loop, tuple(sorted(way.by_receipt)))

    def _near(self, pair: Pair) -> Key:
        return pair[0] if self.up else pair[1]

    def _total(self, key: Key) -> Fraction:
        whole = self.wholes.get(key)
        if whole is None:
            whole = self.wholes[key] = Fraction(self.totals.get(key, Decimal(0)))
        return whole

    def _share(self, pair: Pair) -> tuple[Fraction, bool]:
        """Asked for by the node and again by the band: what is near stands by then, so it is worked out once."""
        known = self.shares.get(pair)
        if known is None:
            known = self.shares[pair] = self._shared_out(pair)
        return known

    def _shared_out(self, pair: Pair) -> tuple[Fraction, bool]:
        way, near = self.ways[pair], self._near(pair)
        total, took = self._total(near), Fraction(way.quantity)
        if self.up:
            total = max(total, took)
            share = self.part[near] * took / total if total else NOTHING
            return share, self.sure[near] and (self.even[near] or took == total)
        share = took * self.part[near] / total if total else NOTHING
        whole = self.part[near] == total or near[0] == "serial"
        return share, self.sure[near] and (whole or way.same_in_each(self.totals.get(near, Decimal(0))))

    def _even(self, key: Key, pairs: Sequence[Pair]) -> bool:
        """Whether each piece that came of `key` holds the same of the start."""
        held: dict[int, Fraction] = defaultdict(Fraction)
        came: dict[int, Decimal] = {}
        for pair in pairs:
            way, giver = self.ways[pair], pair[0]
            if way.blended or not self.even[giver]:
                return False
            each = self.part[giver] / max(self._total(giver), Fraction(way.quantity))
            for receipt, (brought, took) in way.by_receipt.items():
                came[receipt] = brought
                held[receipt] += each * Fraction(took)
        ratios = {held[receipt] / Fraction(brought) for receipt, brought in came.items()}
        return len(ratios) == 1 and sum(came.values()) == self.totals.get(key)
