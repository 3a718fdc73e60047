"""What of stock a document takes out: the pieces it names, what is reserved for it, else what its rule says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused
from p2p.inventory.engine.fitting import Reason
from p2p.inventory.models import Balance, HandlingUnit, Lot, Reservation, Serial
from p2p.inventory.services.claims import spend
from p2p.inventory.services.counted import counted
from p2p.inventory.services.needs import TRANSFER, Need, shortage
from p2p.inventory.services.reservations import consume, lock
from p2p.inventory.services.reserved_first import Key, Part, reserved_first, spent
from p2p.inventory.services.sharing import share_out
from strategies.models import Item, Location, Site


@dataclass(frozen=True, kw_only=True)
class Wish:
    """`quantity` (the item's unit) of `item` at `site`: of these `serials`, of `lot`, in `unit`, from `location`, when
    named. What is reserved under `reference` serves it first. `purpose` is one of services.needs'.
    """

    item: Item
    quantity: Decimal
    site: Site
    location: Location | None = None
    lot: Lot | None = None
    serials: Sequence[Serial] = ()
    unit: HandlingUnit | None = None
    reference: str = ""
    purpose: str = TRANSFER


@dataclass(frozen=True)
class Pile:
    """So much of an item (its unit) at one place, of this lot, piece and handling unit."""

    place: Location
    quantity: Decimal
    lot: Lot | None = None
    serial: Serial | None = None
    unit: HandlingUnit | None = None


@dataclass(frozen=True)
class Taken(Pile):
    """What a move takes out, and where; `reserved`: it was kept for the wish's document."""

    reserved: bool = False


def take(*, wishes: Sequence[Wish], targets: Sequence[tuple[Item, Location]] = ()) -> list[list[Taken]]:
    """For each wish what serves it, whole. Call it inside the transaction that posts the moves, before `post`.

    Locks in key order what it takes, and what lies at `targets`, where it goes; reservations it uses up are gone.
    Refused, by name: too little free stock, a lot or piece that is on hold, too old or not there. What a wish names
    down to place and lot is left for the ledger to refuse. A fixed number of statements.
    """
    named, left = _named(wishes)
    reserved, used = reserved_first(wishes, left, named)
    wanted = [index for index, quantity in enumerate(left) if quantity > 0]
    needs = [_need(replace(wishes[index], quantity=left[index])) for index in wanted]
    also = [(row.item, row.location) for row in used.rows]
    also += [(wishes[index].item, Location(pk=key[0])) for index, key, _quantity in named]
    also += targets
    if not needs and used.rows and (named or targets):
        _lock(wishes, [*named, *reserved], used.rows, targets)
    outcome = share_out(needs=needs, also=also)
    lacking = [index for index, lack in enumerate(outcome.missing) if lack]
    if lacking:
        raise lack(
            [(needs[index], outcome.missing[index]) for index in lacking], outcome.reasons.get(lacking[0])
        )
    consume(reservations=used.rows)
    Reservation.objects.bulk_create(used.rest)
    spend(spent(wishes, used, outcome.spent))
    shared: list[Part] = [
        (
            wanted[one.want],
            (one.pile.location, one.pile.lot, one.pile.serial, one.pile.unit),
            one.quantity,
        )
        for one in outcome.shares
    ]
    kept = [key[2] in used.lifted for _index, key, _quantity in named] + [True] * len(reserved)
    return _told(len(wishes), [*named, *reserved, *shared], kept + [False] * len(shared))


def _lock(
    wishes: Sequence[Wish],
    parts: Sequence[Part],
    rows: Sequence[Reservation],
    targets: Sequence[tuple[Item, Location]],
) -> None:
    """All that the reservations and the moves will touch in one go: the ledger would lock the rest out of turn. Where
    nothing is reserved, the ledger is the first to lock, and does so in key order."""
    pieces = {(wishes[index].item.pk, key) for index, key, _quantity in parts}
    ends = [(item, *key) for item, key in pieces]
    for item, place in targets:
        mine = [key for own, key in pieces if own == item.pk]
        ends += [(item.pk, place.pk, lot, serial, None) for _place, lot, serial, _unit in mine]
    held = [(row.item_id, row.location_id, row.lot_id, row.serial_id, row.handling_unit_id) for row in rows]
    lock([*ends, *held])


def _named(wishes: Sequence[Wish]) -> tuple[list[Part], list[Decimal]]:
    """What wishes name so exactly that there is nothing to choose, and how much each leaves open. Two queries."""
    pieces = _pieces_at(wishes)
    parts: list[Part] = []
    left = [wish.quantity for wish in wishes]
    for index, wish in enumerate(wishes):
        for serial in wish.serials:
            parts.append((index, pieces[serial.pk], Decimal(1)))
            left[index] -= 1
        check_pieces(wish.item, wish.quantity, wish.serials)
    for index, key in _loose(wishes).items():
        parts.append((index, key, left[index]))
        left[index] = Decimal(0)
    return parts, left


def check_pieces(item: Item, quantity: Decimal, serials: Sequence[Serial]) -> None:
    """Refused when pieces are named, but not as many different ones as the quantity says."""
    different = len({serial.pk for serial in serials})
    if serials and different != quantity:
        raise Refused(
            _("{count} pieces of {item} need {count} serial numbers, not {given}."),
            code="serial_count",
            field="serials",
            about=item,
            count=int(quantity),
            item=item.number,
            given=different,
        )


def _loose(wishes: Sequence[Wish]) -> dict[int, Key]:
    """Wishes that name place and lot (and the unit it is in): what is missing of it, or speaks against it, is for the
    ledger to tell. One query.
    """
    exact = {
        index: (wish, wish.location or (wish.unit.location if wish.unit else None))
        for index, wish in enumerate(wishes)
        if not wish.reference and not wish.serials
        if wish.lot is not None or wish.item.tracking == Item.Tracking.NONE
    }
    exact = {index: (wish, place) for index, (wish, place) in exact.items() if place is not None}
    if not exact:
        return {}
    rows = Balance.objects.filter(
        item__in={wish.item.pk for wish, _place in exact.values()},
        location__in={place for _wish, place in exact.values()},
        quantity__gt=0,
    )
    piles: dict[tuple[int, int, int | None], dict[int | None, Decimal]] = defaultdict(dict)
    names = ("item", "location", "lot", "handling_unit", "quantity")
    for item, place, lot, unit, quantity in rows.values_list(*names):
        piles[item, place, lot][unit] = quantity
    found: dict[int, Key] = {}
    for index, (wish, where) in exact.items():
        assert where is not None
        lot = wish.lot.pk if wish.lot else None
        inside = wish.unit.pk if wish.unit else None
        pile = piles[wish.item.pk, where.pk, lot]
        nothing_else = inside is None and not any(pile.keys() - {None})
        if nothing_else or pile.get(inside, Decimal(0)) >= wish.quantity:
            found[index] = (where.pk, lot, None, inside)
    return found


def _pieces_at(wishes: Sequence[Wish]) -> dict[int, Key]:
    """Serial number -> where it lies. One query."""
    asked = {serial.pk: (wish, serial) for wish in wishes for serial in wish.serials}
    if not asked:
        return {}
    rows = Balance.objects.filter(serial__in=asked, quantity__gt=0)
    names = ("serial", "location", "location__code", "location__site", "lot", "handling_unit")
    found: dict[int, Key] = {}
    for serial, place, code, site, lot, unit in rows.values_list(*names):
        wish, piece = asked[serial]
        if site != wish.site.pk or wish.location is not None and wish.location.pk != place:
            raise Refused(
                _("{item} {serial} is at {place}."),
                code="elsewhere",
                field="serials",
                about=wish.item,
                item=wish.item.number,
                serial=piece.number,
                place=code,
            )
        found[serial] = (place, lot, serial, unit)
    for key, (wish, piece) in asked.items():
        if key not in found:
            raise Refused(
                _("{item} {serial} is not in stock."),
                code="not_enough_stock",
                field="serials",
                about=wish.item,
                item=wish.item.number,
                serial=piece.number,
            )
    return found


def _need(wish: Wish) -> Need:
    return Need(
        item=wish.item,
        quantity=wish.quantity,
        site=wish.site,
        location=wish.location,
        lot=wish.lot,
        handling_unit=wish.unit,
        reference=wish.reference,
        purpose=wish.purpose,
    )


_WHY: Mapping[Reason, Any] = {
    Reason.HELD: _("What is left of {item} at {place} is on hold: {quantity} {unit} cannot be taken."),
    Reason.TOO_OLD: _(
        "What is left of {item} at {place} has expired or has too little shelf life left: {quantity} {unit} cannot"
        " be taken."
    ),
    Reason.SAME_LOT: _("No lot of {item} at {place} has {quantity} {unit}: one lot must serve it all."),
}


def lack(lacking: Sequence[tuple[Need, Decimal]], reason: Reason | None) -> Refused:
    """The sentence for needs that lack so much: the first one's reason, else what is short."""
    need, quantity = lacking[0]
    frozen = counted(lacking)
    if frozen is not None:
        return frozen
    if len(lacking) > 1 or reason is None or reason not in _WHY:
        return shortage(lacking)
    return Refused(
        _WHY[reason],
        code={Reason.HELD: "held", Reason.TOO_OLD: "expired"}.get(reason, "shortage"),
        field="lot" if need.lot else "quantity",
        about=need.item,
        item=f"{need.item.number} {need.lot.number}" if need.lot else need.item.number,
        place=need.location.code if need.location else need.site.code,
        quantity=format(need.quantity.normalize(), "f"),
        unit=need.item.unit.code,
    )


def _told(count: int, parts: Sequence[Part], kept: Sequence[bool]) -> list[list[Taken]]:
    """The parts with their records, and whether each was reserved. Four queries."""
    keys = [key for _index, key, _quantity in parts]
    places = Location.objects.select_related("site").in_bulk({key[0] for key in keys})
    lots = Lot.objects.in_bulk({key[1] for key in keys if key[1]})
    serials = Serial.objects.in_bulk({key[2] for key in keys if key[2]})
    units = HandlingUnit.objects.in_bulk({key[3] for key in keys if key[3]})
    found: list[list[Taken]] = [[] for _one in range(count)]
    for (index, (place, lot, serial, unit), quantity), reserved in zip(parts, kept, strict=True):
        found[index].append(
            Taken(
                places[place],
                quantity,
                lots[lot] if lot else None,
                serials[serial] if serial else None,
                units[unit] if unit else None,
                reserved,
            )
        )
    return found
