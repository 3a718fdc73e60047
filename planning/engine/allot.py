"""Who gets supply that only some may take: demand that names versions beside demand that takes any."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """So much of an item on a day. bom and route: the versions it names; neither: any will do."""

    day: date
    priority: int
    quantity: Decimal
    bom: int | None = None
    route: int | None = None

    @property
    def key(self) -> Key:
        return self.bom, self.route


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """So much of the item, there from a day on. bom and route: the versions it was, or is being, made of; None where
    nobody knows. made_for: what the demand named that it was made for or is reserved for; nobody else has it before
    that demand has enough. usual: of the versions in force, as anything would be made that names none."""

    day: date
    quantity: Decimal
    bom: int | None = None
    route: int | None = None
    made_for: Key = (None, None)
    usual: bool = True

    def serves(self, key: Key) -> bool:
        """Whether it is of the versions that are named, each of which it has to be known to be of."""
        bom, route = key
        return self.made_for == key or (bom in (None, self.bom) and route in (None, self.route))


Key = tuple[int | None, int | None]
"""The bill and the route that are named."""
ANY: Key = (None, None)
Allotted = Mapping[tuple[int, Key], Decimal]
"""(position of the offer, what is named) -> how much of it; the rest of an offer is for demand that takes any."""


def allot(wants: Iterable[Want], offers: Sequence[Offer], until: Callable[[date], date]) -> Allotted:
    """Give each want in turn (by day, priority, as they come) what it may take: what was made for it first, then what
    is there first, if it is there `until` the day a new order could bring it. Wants of any version take first what no
    named one could use, and what of that is not usual only when those have enough. What was made for a want and comes
    later than that is still its own, if it lacks it; and what was made for others goes to it when those have enough.
    The same input gives the same answer."""
    asked = sorted(wants, key=lambda want: (want.day, want.priority))
    pool = _Pool(offers, {want.key for want in asked} - {ANY})
    lacking = [(want, pool.take(want.key, want.quantity, until(want.day))) for want in asked]
    named = [(want, left) for want, left in lacking if left and want.key != ANY]
    late = [(want, pool.take_own(want.key, left, date.max)) for want, left in named]
    for want, left in late:
        if left:
            pool.take_others(want.key, left, until(want.day))
    return pool.given


class _Pool:
    """What is left of the offers, and what was given of them to whom."""

    def __init__(self, offers: Sequence[Offer], named: set[Key]) -> None:
        self.given: dict[tuple[int, Key], Decimal] = defaultdict(Decimal)
        self._offers = offers
        self._left = [offer.quantity for offer in offers]
        turns = sorted(range(len(offers)), key=lambda place: (offers[place].day, place))
        own = {key: [place for place in turns if offers[place].made_for == key] for key in named}
        free = [place for place in turns if offers[place].made_for not in named]
        usable = [place for place in free if any(offers[place].serves(key) for key in named)]
        self._own = own
        self._free = {key: [[place for place in usable if offers[place].serves(key)]] for key in named}
        wanted = set(usable)
        self._free[ANY] = [
            [place for place in free if place not in wanted],
            [place for place in usable if offers[place].usual],
        ]
        self._others = {
            key: [
                place
                for place in turns
                if offers[place].made_for in named - {key} and offers[place].serves(key)
            ]
            for key in named
        }

    def take(self, key: Key, quantity: Decimal, until: date) -> Decimal:
        """Returns what is lacking after what was made for it and what anybody may have."""
        left = self.take_own(key, quantity, until)
        for places in self._free[key]:
            left = self._take(places, key, left, until)
        return left

    def take_own(self, key: Key, quantity: Decimal, until: date) -> Decimal:
        """Returns what is lacking after what was made for it."""
        return self._take(self._own.get(key, []), key, quantity, until)

    def take_others(self, key: Key, quantity: Decimal, until: date) -> Decimal:
        """Returns what is lacking after what was made for others who have enough."""
        return self._take(self._others[key], key, quantity, until)

    def _take(self, places: list[int], key: Key, quantity: Decimal, until: date) -> Decimal:
        while places and self._left[places[0]] <= 0:
            places.pop(0)
        for place in places:  # the earliest first
            if quantity <= 0 or self._offers[place].day > until:
                break
            used = min(self._left[place], quantity)
            self._left[place] -= used
            quantity -= used
            if used and key != ANY:
                self.given[place, key] += used
        return quantity
