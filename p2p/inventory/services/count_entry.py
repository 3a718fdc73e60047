"""Entering what lies at a place of a count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.facts import tell
from p2p.core.refusal import Refused
from p2p.inventory.facts import Counted
from p2p.inventory.models import Balance, CountLine, CountPlace, HandlingUnit, Lot, Serial
from p2p.inventory.models.count import PLACE_FLOW
from p2p.inventory.selectors.counts import Key, Part, parts
from p2p.inventory.services.catch import check_pieces
from p2p.inventory.services.checks import LARGEST, check_digits
from p2p.inventory.services.count_again import check_open, concerned
from p2p.inventory.services.counting import KEY_ORDER, lock_open
from strategies.models import Item, ReasonCode

if TYPE_CHECKING:
    from datetime import datetime

    from p2p.core.models import User

Lying = tuple[Decimal, Decimal | None]
"""Quantity, and pieces of what is weighed and counted."""

ZERO, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Found:
    """`quantity` (the item's unit, 0 or more) of an item, lot, serial or in a handling unit at a place;
    `catch_quantity` pieces, of an item that is weighed and counted."""

    item: Item
    quantity: Decimal
    lot: Lot | None = None
    serial: Serial | None = None
    handling_unit: HandlingUnit | None = None
    reason: ReasonCode | None = None
    catch_quantity: Decimal | None = None

    @property
    def key(self) -> Key:
        parts = (self.lot, self.serial, self.handling_unit)
        lot, serial, unit = (part.pk if part else None for part in parts)
        return self.item.pk, lot, serial, unit


@dataclass(frozen=True, kw_only=True)
class Entry:
    """All that was found at a place; nothing means that the place is empty."""

    place: CountPlace
    found: Sequence[Found]


@transaction.atomic
def enter(*, entries: Sequence[Entry], by: User | None) -> list[CountPlace]:
    """What was found at these places, each whole: what should be there and is not named was not found. Where only a
    part is counted again, that part: the rest stays.

    What should be there is read at this moment, with the balances locked: what moves later is no difference. Who
    entered a place may enter it once more until the count is submitted; somebody else may not.

    Refused: a place counted by somebody else, a recount by who counted first (where the count says so), another
    item than the place is counted for, what stays as it was counted, a lot or serial of another item or missing, the
    same piece twice, also at two places of the count, digits the unit does not have.
    """
    places = _lock(entries)
    again = parts(places)
    for entry in entries:
        place = places[entry.place.pk]
        _check_turn(place, by)
        check_found(place, entry.found, again.get(place.pk))
    _check_serials(entries, places)
    moment = clock.now()
    there = _expected(places.values())
    CountLine.objects.filter(place__in=places, attempt=F("place__attempt"), kept=False).delete()
    lines = [
        line
        for entry in entries
        for line in _lines(
            places[entry.place.pk],
            entry.found,
            concerned(there[entry.place.pk], [one.key for one in entry.found], again.get(entry.place.pk)),
            moment,
            by,
        )
    ]
    CountLine.objects.bulk_create(lines)
    PLACE_FLOW.take_many(CountPlace.objects.filter(pk__in=places), "enter", counted_by=by, counted_at=moment)
    done = list(places.values())
    for place in done:
        place.state, place.counted_by, place.counted_at = CountPlace.State.COUNTED, by, moment
    _tell(done, by)
    return done


def _lock(entries: Sequence[Entry]) -> dict[int, CountPlace]:
    keys = sorted({entry.place.pk for entry in entries})
    if len(keys) != len(entries):
        raise Refused(_("A place is named twice."), code="place_twice")
    counts = CountPlace.objects.filter(pk__in=keys).order_by("count").values_list("count", flat=True)
    lock_open(sorted(set(counts)))
    rows = CountPlace.objects.filter(pk__in=keys).select_related(
        "count__site", "location", "item", "counted_by"
    )
    return {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",))}


def _check_turn(place: CountPlace, by: User | None) -> None:
    first = place.counted_by_id
    who = {"place": place.location.code, "who": str(place.counted_by or "")}
    if place.state == CountPlace.State.COUNTED and (by is None or first != by.pk):
        raise Refused(
            _("{place} was counted by {who} already: ask a supervisor for a recount."),
            code="counted_already",
            field="place",
            about=place.count,
            **who,
        )
    again = place.state == CountPlace.State.RECOUNT and place.count.recount_by_other
    if again and by is not None and first == by.pk:
        raise Refused(
            _("{who} counted {place} before: somebody else counts it again."),
            code="same_counter",
            field="place",
            about=place.count,
            **who,
        )


def check_found(place: CountPlace, found: Sequence[Found], part: Part | None = None) -> None:
    """Refused when something that is named cannot lie at the place, or not so, or stays as it was counted."""
    check_open(place, [(one.key, one.item.number) for one in found], part)
    seen: set[Key] = set()
    for one in found:
        if place.item_id is not None and one.item.pk != place.item_id:
            raise Refused(
                _("At {place} only {wanted} is counted, not {item}."),
                field="item",
                place=place.location.code,
                wanted=place.item.number if place.item else "",
                item=one.item.number,
            )
        _check_quantity(one)
        _check_piece(one)
        if one.key in seen:
            raise _twice(one, place.location.code)
        seen.add(one.key)


def _check_quantity(one: Found) -> None:
    if not one.quantity.is_finite() or one.quantity < 0:
        raise Refused(
            _("What was found of {item} cannot be less than nothing."), field="quantity", item=one.item.number
        )
    if one.quantity >= LARGEST:
        raise Refused(_("So much of {item} cannot lie at one place."), field="quantity", item=one.item.number)
    check_digits(one.item, one.quantity)
    if one.item.catch_unit_id and one.quantity:
        check_pieces(one.item, one.quantity, one.catch_quantity)
    elif one.catch_quantity:
        raise Refused(
            _("{item} was found without a weight in its unit: leave the pieces empty."),
            field="catch_quantity",
            item=one.item.number,
        )


def _check_piece(one: Found) -> None:
    item, tracking = one.item, one.item.tracking
    missing: dict[str, tuple[Any, Any, str]] = {
        Item.Tracking.LOT: (one.lot, _("{item} is tracked by lot: name the lot that was found."), "lot"),
        Item.Tracking.SERIAL: (
            one.serial,
            _("{item} is tracked by serial number: name each one that was found."),
            "serial",
        ),
    }
    piece, sentence, field = missing.get(tracking, (True, "", ""))
    if piece is None:
        raise Refused(sentence, code="piece_missing", field=field, about=item, item=item.number)
    if tracking == Item.Tracking.NONE and (one.lot or one.serial):
        raise Refused(
            _("{item} is not tracked: name no lot or serial number."),
            field="lot",
            about=item,
            item=item.number,
        )
    for each in (one.lot, one.serial):
        if each is not None and each.item_id != item.pk:
            raise Refused(
                _("{piece} does not belong to {item}."), field="lot", piece=each.number, item=item.number
            )
    if one.serial and one.quantity > ONE:
        raise Refused(_("{serial} is one piece."), field="quantity", serial=one.serial.number)


def _twice(one: Found, place: str) -> Refused:
    piece = one.serial or one.lot
    which = f"{one.item.number} {piece.number}" if piece else one.item.number
    if one.serial:
        sentence = _("{item} was counted at {place} already: a serial number is in one place only.")
        return Refused(sentence, code="serial_twice", field="serial", item=which, place=place)
    return Refused(
        _("{item} is named twice at {place}: add the two up."),
        code="twice",
        field="item",
        item=which,
        place=place,
    )


def _check_serials(entries: Sequence[Entry], places: dict[int, CountPlace]) -> None:
    """A serial number is found once in a count. Its row is locked, so that two who enter it see each other."""
    named: dict[int, tuple[Found, CountPlace]] = {}
    for entry in entries:
        for one in entry.found:
            if one.serial is None or not one.quantity:
                continue
            if one.serial.pk in named:
                raise _twice(one, named[one.serial.pk][1].location.code)
            named[one.serial.pk] = one, places[entry.place.pk]
    if not named:
        return
    list(Serial.objects.filter(pk__in=named).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    counts = {place.count_id for place in places.values()}
    elsewhere = CountLine.objects.filter(
        place__count__in=counts, attempt=F("place__attempt"), serial__in=named, counted__gt=0
    ).exclude(place__in=places, kept=False)
    for serial, code in elsewhere.order_by("pk").values_list("serial", "place__location__code"):
        raise _twice(named[serial][0], code)


def _expected(places: Iterable[CountPlace]) -> dict[int, dict[Key, Lying]]:
    """Place -> what the books say lies there now. Locks the balances in key order: a move that is under way is
    waited for, the next one waits for this entry."""
    rows = list(places)
    asked = Q(location__in={row.location_id for row in rows if row.item_id is None})
    alone = {(row.location_id, row.item_id) for row in rows if row.item_id is not None}
    asked |= Q(location__in={place for place, _item in alone}, item__in={item for _place, item in alone})
    by_place: dict[tuple[int, int | None], dict[Key, Lying]] = defaultdict(dict)
    found = Balance.objects.filter(asked).order_by(*KEY_ORDER).select_for_update(no_key=True)
    for place, item, lot, serial, unit, quantity, pieces in found.values_list(
        "location_id", "item_id", "lot_id", "serial_id", "handling_unit_id", "quantity", "catch_quantity"
    ):
        if quantity:
            key = (item, lot, serial, unit)
            by_place[place, None][key] = by_place[place, item][key] = quantity, pieces
    return {row.pk: by_place.get((row.location_id, row.item_id), {}) for row in rows}


def _lines(
    place: CountPlace, found: Sequence[Found], there: dict[Key, Lying], moment: datetime, by: User | None
) -> list[CountLine]:
    named = {one.key: one for one in found}
    lines = []
    for key in [*named, *(key for key in there if key not in named)]:
        item, lot, serial, unit = key
        one = named.get(key)
        expected, pieces = there.get(key, (ZERO, None))
        weighed = pieces is not None or (one is not None and bool(one.item.catch_unit_id))
        lines.append(
            CountLine(
                place=place,
                attempt=place.attempt,
                item_id=item,
                lot_id=lot,
                serial_id=serial,
                handling_unit_id=unit,
                expected=expected,
                counted=one.quantity if one else ZERO,
                expected_catch=(pieces or ZERO) if weighed else None,
                counted_catch=((one.catch_quantity if one else None) or ZERO) if weighed else None,
                reason=one.reason if one else None,
                counted_by=by,
                counted_at=moment,
            )
        )
    return lines


def _tell(places: Sequence[CountPlace], by: User | None) -> None:
    by_count: dict[int, list[CountPlace]] = defaultdict(list)
    for place in places:
        by_count[place.count_id].append(place)
    for rows in by_count.values():
        tell(Counted(count=rows[0].count, places=tuple(rows), by=by))
