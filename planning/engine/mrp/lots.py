"""Cuts a shortage into orders; all quantities are integers in steps of the item's smallest quantity."""

from __future__ import annotations

from dataclasses import dataclass

from planning.engine.mrp.model import Item
from planning.engine.mrp.structure import scaled

MOST_LOTS = 1000
"""A shortage is never cut into more orders than this; the last one takes the rest."""


@dataclass(frozen=True, slots=True)
class Lots:
    """Lot sizes of an item as integers; a launch of q is expected to give floor(q x good_num / good_den)."""

    minimum: int = 0
    maximum: int = 0
    multiple: int = 0
    fixed: int = 0
    good_num: int = 1
    good_den: int = 1
    conflict: bool = False

    def good(self, launch: int) -> int:
        """Usable quantity expected from a launch, rounded down."""
        return launch * self.good_num // self.good_den

    def launch_for(self, good: int) -> int:
        """Smallest launch that is expected to give `good`."""
        return -(-good * self.good_den // self.good_num)


def lots_of(item: Item, *, limits: bool) -> Lots:
    """Lot sizes of an item in integers; without limits only the good share counts.

    Minimum and maximum are first brought to multiples (up and down). If no quantity satisfies all three, the
    maximum is dropped and `conflict` is set.
    """
    num, den = item.good_share.as_integer_ratio()
    if not limits:
        return Lots(good_num=num, good_den=den)
    lot, places = item.lot, item.places
    fixed, multiple = scaled(lot.fixed, places), scaled(lot.multiple, places)
    minimum, maximum = scaled(lot.minimum, places), scaled(lot.maximum, places)
    if multiple:
        minimum = -(-minimum // multiple) * multiple
        floored = maximum // multiple * multiple
    else:
        floored = maximum
    largest = fixed or floored
    conflict = bool(maximum and (not floored or floored < minimum))
    if conflict:
        largest = fixed
    if largest and not largest * num // den:
        conflict, largest, fixed = True, 0, 0
    return Lots(minimum, 0 if fixed else largest, multiple, fixed, num, den, conflict)


def cut(short: int, lots: Lots) -> list[int]:
    """Launch quantities that together give at least `short` good units.

    Per order: cut at the maximum, raised to the minimum, rounded up to the multiple, then the same for what
    is left (the order of steps of Business Central's "order modifiers"). A fixed quantity is repeated.
    """
    launches: list[int] = []
    left = short
    while left > 0:
        launch = lots.launch_for(left)
        last = len(launches) == MOST_LOTS - 1
        if lots.fixed:
            launch = -(-launch // lots.fixed) * lots.fixed if last else lots.fixed
        else:
            launch = _modified(launch, lots, capped=not last)
        launches.append(launch)
        left -= lots.good(launch)
    return launches


def _modified(launch: int, lots: Lots, *, capped: bool) -> int:
    if capped and lots.maximum and launch > lots.maximum:
        launch = lots.maximum
    launch = max(launch, lots.minimum)
    if lots.multiple:
        launch = -(-launch // lots.multiple) * lots.multiple
    return launch


def fill(position: int, minimum: int, maximum: int, multiple: int) -> int:
    """Quantity that tops a stock position up to its maximum, 0 if it is not below the minimum.

    With a multiple: the largest one that stays at or under the maximum, unless that leaves the position below
    the minimum; then the smallest one above (Dynamics 365, replenishment quantity modification).
    """
    if position >= minimum:
        return 0
    gap = maximum - position
    if not multiple:
        return gap
    under = gap // multiple * multiple
    if under and position + under >= minimum:
        return under
    return -(-gap // multiple) * multiple
