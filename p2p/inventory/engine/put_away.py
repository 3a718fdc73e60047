"""Where goods are put: to who waits for them, by rule, where the item lies already, or into an empty place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Goods:
    """`quantity` of an item at one site, lying at `place`. `groups`: its item group and those above, nearest first.
    It is split into multiples of `step`; `whole` goods (a pallet) are not split."""

    item: int
    site: int
    place: int
    quantity: Decimal
    groups: tuple[int, ...] = ()
    step: Decimal = Decimal(1)
    whole: bool = False


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Somebody waits for `quantity` of the item at `place`: `reference` is the document."""

    item: int
    site: int
    place: int
    quantity: Decimal
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A put-away rule: a place for an item, a group or (both None) anything; `capacity` of one item, None: any."""

    site: int
    place: int
    item: int | None = None
    group: int | None = None
    capacity: Decimal | None = None
    only_same_item: bool = False


@dataclass(frozen=True)
class Put:
    """`quantity` goes to `place`; None where no place is known. `reference` names who waits for it."""

    place: int | None
    quantity: Decimal
    reference: str = ""


@dataclass
class Store:
    """What the proposal reads and, in its own copy, fills up.

    lying: place -> item -> quantity, with what is on its way there. homes: (site, item) -> places where it lies, in
    walk order. empties: site -> empty places, in walk order. shelves in the order of their sequence.
    """

    lying: dict[int, dict[int, Decimal]] = field(default_factory=dict)
    shelves: Sequence[Shelf] = ()
    homes: Mapping[tuple[int, int], Sequence[int]] = field(default_factory=dict)
    empties: dict[int, list[int]] = field(default_factory=dict)
    wanted: Sequence[Wanted] = ()


def propose(goods: Sequence[Goods], store: Store) -> list[list[Put]]:
    """For each of the goods where its parts go; together they are its quantity. Deterministic: the same input gives
    the same places, and earlier goods take the room of later ones.

    Cross-dock first (who waits, in the order given), then rules of the item, of its nearest group, of any; by
    sequence while there is room; then where the item lies; then the first empty place.
    """
    left = [one.quantity for one in store.wanted]
    return [_places(one, store, left) for one in goods]


def _places(one: Goods, store: Store, wanted: list[Decimal]) -> list[Put]:
    puts: list[Put] = []
    rest = one.quantity
    for index, need in enumerate(store.wanted):
        if need.item == one.item and need.site == one.site and need.place != one.place:
            part = _part(one, rest, wanted[index])
            if part > 0:
                puts.append(Put(need.place, part, need.reference))
                wanted[index] -= part
                rest -= part
    for place, room in _rooms(one, store):
        part = _part(one, rest, room)
        if part > 0:
            puts.append(Put(place, part))
            _fill(store, one, place, part)
            rest -= part
    if rest > 0:
        puts.append(Put(None, rest))
    return puts


def _part(one: Goods, rest: Decimal, room: Decimal | None) -> Decimal:
    """How much of the rest fits: nothing of a pallet that does not fit whole."""
    if rest <= 0 or room is None or room >= rest:
        return rest
    if one.whole or room <= 0:
        return ZERO
    return (room / one.step).to_integral_value(ROUND_DOWN) * one.step


def _fill(store: Store, one: Goods, place: int, part: Decimal) -> None:
    there = store.lying.setdefault(place, {})
    there[one.item] = there.get(one.item, ZERO) + part
    empties = store.empties.get(one.site, [])
    if place in empties:
        empties.remove(place)


def _rooms(one: Goods, store: Store) -> Iterable[tuple[int, Decimal | None]]:
    """(place, room; None: any), in the order in which places are tried. Read lazily: rooms shrink on the way."""
    tried = {one.place}
    for shelf in _shelves(one, store.shelves):
        if shelf.place not in tried:
            tried.add(shelf.place)
            yield shelf.place, _room(one, shelf, store)
    for place in store.homes.get((one.site, one.item), ()):
        if place not in tried:
            tried.add(place)
            yield place, None
    for place in list(store.empties.get(one.site, ()))[:1]:
        if place not in tried:
            yield place, None


def _shelves(one: Goods, shelves: Sequence[Shelf]) -> list[Shelf]:
    """The rules that fit, the most specific first, each kind in the order given."""
    own = [each for each in shelves if each.site == one.site]
    found = [each for each in own if each.item == one.item]
    for group in one.groups:
        found += [each for each in own if each.item is None and each.group == group]
    return found + [each for each in own if each.item is None and each.group is None]


def _room(one: Goods, shelf: Shelf, store: Store) -> Decimal | None:
    there = store.lying.get(shelf.place, {})
    if shelf.only_same_item and any(quantity > 0 for item, quantity in there.items() if item != one.item):
        return ZERO
    return None if shelf.capacity is None else shelf.capacity - there.get(one.item, ZERO)
