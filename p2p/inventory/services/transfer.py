"""Bringing stock from one place of a site to another; what is reserved goes along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import Balance, HandlingUnit, Lot, Move, Reservation, Serial
from p2p.inventory.refusals import in_words
from p2p.inventory.selectors.stock import held_stock
from p2p.inventory.services.catch_parts import parted
from p2p.inventory.services.checks import check_quantity, lock_units
from p2p.inventory.services.ledger import MoveLine, post_within
from p2p.inventory.services.reservations import lock
from p2p.inventory.services.taking import Taken
from p2p.inventory.task_facts import ReservationsCarried
from strategies.models import Item, Location

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Carry:
    """`quantity` (the item's unit) of what lies at `source` goes to `target`.

    `catch_quantity` are its pieces, of an item that is weighed and counted.
    `lot`, `serial` and `unit` narrow what is taken; where they say nothing, what expires first goes first, then the
    older lot. `into_unit` is the handling unit it lies in afterwards; none: loose.
    """

    item: Item
    source: Location
    target: Location
    quantity: Decimal
    lot: Lot | None = None
    serial: Serial | None = None
    unit: HandlingUnit | None = None
    into_unit: HandlingUnit | None = None
    reference: str = ""
    catch_quantity: Decimal | None = None


@transaction.atomic
def transfer(*, carry: Carry, by: User | None) -> list[Move]:
    """Carry loose stock. One move for each lot, serial number or unit it is taken from; tells Moved.

    What is reserved goes along when too little is free: its reservations lie at the target afterwards. Refused when
    less lies there, it is on hold, a place is being counted, or the places are at two sites.
    """
    check_quantity(carry.item, carry.quantity)
    check_places(carry.source, carry.target)
    check_into(carry.into_unit, carry.target)
    chosen = _choose(carry)
    counts = counted_in(chosen, carry.catch_quantity)
    return carried(chosen, carry.target, carry.into_unit, carry.reference, by, counts=counts)


def check_places(source: Location, target: Location) -> None:
    if source.pk == target.pk:
        raise Refused(_("It lies at {place} already."), field="target", place=source.code)
    if source.site_id != target.site_id:
        raise Refused(
            _("{source} and {target} are at two sites: send it with a transfer order."),
            field="target",
            source=source.code,
            target=target.code,
        )
    for place in (source, target):
        if not place.holds_stock:
            raise Refused(
                _("{place} holds no stock: choose another place."), field="target", place=place.code
            )


def check_into(into_unit: HandlingUnit | None, target: Location) -> None:
    """Locks the unit, before any balance is. Refused when it stands elsewhere."""
    if into_unit is None:
        return
    unit = lock_units([into_unit])[into_unit.pk]
    if unit.location_id is None:
        HandlingUnit.objects.filter(pk=unit.pk).update(location=target)
    elif unit.location_id != target.pk:
        raise Refused(
            _("{unit} stands at {place}, not at {target}."),
            field="into_unit",
            unit=unit.number,
            place=unit.location.code if unit.location else "",
            target=target.code,
        )


ORDER = ("item_id", "location_id", "lot_id", "serial_id", "handling_unit_id")


RELATED = ("item__unit", "location__site", "lot", "serial", "handling_unit")


def _choose(carry: Carry) -> list[tuple[Balance, Decimal]]:
    """Which piles it is taken from: free ones before reserved ones, then first expired, first in."""
    rows = Balance.objects.filter(item=carry.item, location=carry.source, quantity__gt=0)
    for column, record in (("lot", carry.lot), ("serial", carry.serial), ("handling_unit", carry.unit)):
        rows = rows.filter(**{column: record}) if record else rows
    rows = rows.annotate(held=held_stock()).select_related(*RELATED)
    piles = sorted(rows, key=_turn)
    left, chosen = carry.quantity, []
    for wants_free in (True, False):
        for pile in piles:
            part = min(left, pile.quantity - pile.reserved if wants_free else pile.reserved)
            if part > 0 and not pile.held:
                chosen.append((pile, part))
                left -= part
    if left > 0:
        raise _too_little(carry, piles)
    return _joined(chosen)


def _turn(pile: Balance) -> tuple[bool, str, int, int]:
    expires = pile.lot.expires_on if pile.lot else None
    return (expires is None, expires.isoformat() if expires else "", pile.lot_id or 0, pile.pk)


def _joined(chosen: Sequence[tuple[Balance, Decimal]]) -> list[tuple[Balance, Decimal]]:
    parts: dict[int, tuple[Balance, Decimal]] = {}
    for pile, part in chosen:
        parts[pile.pk] = (pile, part + parts.get(pile.pk, (pile, ZERO))[1])
    return list(parts.values())


def _too_little(carry: Carry, piles: Sequence[Balance]) -> Refused:
    held = sum((pile.quantity for pile in piles if pile.held), ZERO)  # type: ignore[attr-defined]
    piece = carry.serial or carry.lot
    sentence = (
        _(
            "Only {there} {unit} of {item} at {place} may be taken, {held} are on hold: {wanted} {unit} cannot."
        )
        if held
        else _("Only {there} {unit} of {item} at {place}: {wanted} {unit} cannot be taken.")
    )
    return Refused(
        sentence,
        code="not_enough_stock",
        field="quantity",
        about=carry.item,
        item=f"{carry.item.number} {piece.number}" if piece else carry.item.number,
        place=carry.source.code,
        unit=carry.item.unit.code,
        there=plain(sum((pile.quantity for pile in piles), ZERO) - held),
        held=plain(held),
        wanted=plain(carry.quantity),
    )


def counted_in(chosen: Sequence[tuple[Balance, Decimal]], pieces: Decimal | None) -> Sequence[Decimal | None]:
    """How many of the `pieces`, all of one item, come out of each pile; none named: ()."""
    if pieces is None:
        return ()
    parts = [Taken(pile.location, part, pile.lot, pile.serial, pile.handling_unit) for pile, part in chosen]
    return parted(item=chosen[0][0].item, pieces=pieces, parts=parts)


def carried(
    chosen: Sequence[tuple[Balance, Decimal]],
    target: Location,
    into: HandlingUnit | None,
    reference: str,
    by: User | None,
    *,
    whole: bool = False,
    counts: Sequence[Decimal | None] = (),
) -> list[Move]:
    """Post the moves; with `whole` each pile stays in its own unit. `counts`: the pieces taken of each pile."""
    lines = [
        MoveLine(
            item=pile.item,
            source=pile.location,
            target=target,
            quantity=part,
            kind=Move.Kind.TRANSFER,
            lot=pile.lot,
            serial=pile.serial,
            handling_unit=pile.handling_unit,
            into_unit=pile.handling_unit if whole else into,
            with_unit=whole,
            reference=reference,
            catch_quantity=count,
        )
        for (pile, part), count in zip(chosen, counts or [None] * len(chosen), strict=True)
    ]
    lock(_keys(lines))
    lifted = _lift(chosen)
    moves = post_within(lines=lines, by=by)
    _put_down(lifted, target, into, whole=whole, by=by)
    return moves


def lock_ahead(
    *, piles: Iterable[Balance], target: Location, into: HandlingUnit | None = None, whole: bool = False
) -> None:
    """Lock what `carried` will, for a task that is written down just before: its number comes from a series, which
    everybody else takes while he holds stock. The unit that it is put into is locked here, too."""
    check_into(into, target)
    ends = []
    for pile in piles:
        lot, serial, unit = pile.lot_id, pile.serial_id, pile.handling_unit_id
        there = unit if whole else into.pk if into else None
        ends.append((pile.item_id, pile.location_id, lot, serial, unit))
        ends.append((pile.item_id, target.pk, lot, serial, there))
    lock(ends)


def _keys(lines: Sequence[MoveLine]) -> list[tuple[int, int, int | None, int | None, int | None]]:
    """Both ends of every line, as the ledger locks them."""
    ends = [(line, line.source, line.handling_unit) for line in lines]
    ends += [(line, line.target, line.into_unit) for line in lines]
    return [
        (
            line.item.pk,
            place.pk,
            line.lot.pk if line.lot else None,
            line.serial.pk if line.serial else None,
            unit.pk if unit else None,
        )
        for line, place, unit in ends
    ]


def _lift(chosen: Sequence[tuple[Balance, Decimal]]) -> list[Reservation]:
    """Reservations of what is taken beyond what is free, the latest first; they lie nowhere until put down."""
    fresh = Balance.objects.in_bulk([pile.pk for pile, _part in chosen])
    lifted: list[Reservation] = []
    for pile, part in chosen:
        over = part - (fresh[pile.pk].quantity - fresh[pile.pk].reserved)
        if over > 0 and fresh[pile.pk].reserved > 0:
            lifted += _standing(pile, over, part)
    if lifted:
        Reservation.objects.filter(pk__in=[row.pk for row in lifted])._raw_delete("default")
    return lifted


def _standing(pile: Balance, over: Decimal, part: Decimal) -> list[Reservation]:
    """Reservations of a pile that go along whole, until they cover `over`; together at most `part`. Where they do not
    cover it, one need's stock would be torn apart: the ledger then refuses, naming what is reserved."""
    same = {column: getattr(pile, column) for column in ORDER}
    rows, taken = [], ZERO
    for row in Reservation.objects.filter(**same).order_by("-pk").select_for_update(no_key=True):
        if taken < over and taken + row.quantity <= part:
            rows.append(row)
            taken += row.quantity
    return rows


def _put_down(
    lifted: Sequence[Reservation],
    target: Location,
    into: HandlingUnit | None,
    *,
    whole: bool,
    by: User | None,
) -> None:
    """The same reservations at the target, with their old keys, so that what points at them still does."""
    if not lifted:
        return
    for row in lifted:
        row.location = target
        if not whole:
            row.handling_unit = into
    with in_words():
        Reservation.objects.bulk_create(sorted(lifted, key=lambda row: row.pk))
    tell(ReservationsCarried(reservations=tuple(lifted), by=by))
