"""Lots are split and merged: the stock moves from one lot to the other, and every trace passes through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.engine.patterns import LONGEST
from p2p.inventory.facts import Held, LotsMade, LotsRegrouped
from p2p.inventory.models import Balance, HandlingUnit, Hold, Lot, Move
from p2p.inventory.services.catch import only_number
from p2p.inventory.services.ledger import Edge, MoveLine, consumed, post_within
from p2p.inventory.services.reservations import lock
from strategies.models import Item, Location, ReasonCode


@dataclass(frozen=True, kw_only=True)
class Part:
    """`quantity` (the item's unit) of a lot, lying at `location` (in `unit`, or loose), that goes to another lot;
    `catch_quantity` pieces, of what is weighed and counted."""

    lot: Lot
    location: Location
    quantity: Decimal
    unit: HandlingUnit | None = None
    catch_quantity: Decimal | None = None


@transaction.atomic
def split(
    *,
    lot: Lot,
    location: Location,
    quantity: Decimal,
    number: str = "",
    unit: HandlingUnit | None = None,
    reason: ReasonCode | None = None,
    catch_quantity: Decimal | None = None,
    by: User | None,
) -> Lot:
    """A part of what lies of a lot at one place becomes a lot of its own, numbered `number`, or as the lot with a
    letter behind it. It lies where it lay, in the same handling unit.

    Days, vendor and attributes go along, and so do the holds: a held lot's part stays held. Refused: more than is
    there and free, all of it (nothing would be left), a number that is taken.
    """
    row = _locked([lot])[0]
    there = Balance.objects.filter(lot=row).values_list("quantity", flat=True)
    if sum(there, Decimal(0)) == quantity:
        raise Refused(
            _("That is all there is of lot {lot}: nothing would be left of it."),
            code="all_of_it",
            field="quantity",
            lot=row.number,
        )
    new = Lot(
        item=row.item,
        number=_free_number(row, number.strip()),
        vendor_id=row.vendor_id,
        vendor_lot=row.vendor_lot,
        made_on=row.made_on,
        expires_on=row.expires_on,
        retest_on=row.retest_on,
        attributes=row.attributes,
        made_for=row.made_for,
    )
    new.save(force_insert=True)
    tell(LotsMade(lots=(new,), by=by))
    pieces = catch_quantity or only_number(row.item, quantity)
    part = Part(lot=row, location=location, quantity=quantity, unit=unit, catch_quantity=pieces)
    moves = _across([part], new, reason, by)
    _carry_holds([row], new, by)
    tell(LotsRegrouped(out_of=(row,), into=(new,), moves=tuple(moves), by=by))
    return new


@transaction.atomic
def merge(
    *,
    lots: Sequence[Lot],
    number: str = "",
    location: Location | None = None,
    reason: ReasonCode | None = None,
    by: User | None,
) -> Lot:
    """All stock of these lots (at `location` only, when named) becomes one lot: the one of that `number` if it is
    among them, else a new one of it; without a number the first.

    It expires and is tested again when the first of them would; made on the first day of all; vendor, vendor's lot
    and attributes stay where they agree. All holds go along: what was merged with a held lot is held. Refused: fewer
    than two lots, lots of two items, a number that another lot has, nothing there.
    """
    rows = _locked(lots)
    if len(rows) < 2:
        raise Refused(_("Name two lots at least."), code="one_lot", field="lots")
    item = rows[0].item
    stranger = next((row for row in rows if row.item_id != item.pk), None)
    if stranger is not None:
        raise Refused(
            _("{one} is a lot of {item} and {two} one of {other}: only lots of one item are merged."),
            code="two_items",
            field="lots",
            one=rows[0].number,
            item=item.number,
            two=stranger.number,
            other=stranger.item.number,
        )
    into = _into(rows, number.strip(), by)
    others = [row for row in rows if row.pk != into.pk]
    parts = _lying(others, location)
    if not parts:
        raise Refused(
            _("Nothing lies there of the lots that would be merged into {lot}."),
            code="nothing",
            field="location",
            lot=into.number,
        )
    moves = _across(parts, into, reason, by)
    _describe(into, rows)
    _carry_holds(others, into, by)
    tell(LotsRegrouped(out_of=tuple(others), into=(into,), moves=tuple(moves), by=by))
    return into


def _locked(lots: Sequence[Lot]) -> list[Lot]:
    """In the order given, locked in the order of keys."""
    keys = [lot.pk for lot in dict.fromkeys(lots)]
    rows = Lot.objects.select_for_update(of=("self",), no_key=True).select_related("item__unit")
    found = {row.pk: row for row in rows.filter(pk__in=keys).order_by("pk")}
    return [found[key] for key in keys]


def _free_number(lot: Lot, wanted: str) -> str:
    if wanted:
        if len(wanted) > LONGEST:
            raise Refused(_("A lot number has at most {longest} signs."), field="number", longest=LONGEST)
        if Lot.objects.filter(item=lot.item, number=wanted).exists():
            raise Refused(
                _("{item} has a lot {lot} already."),
                code="exists",
                field="number",
                item=lot.item.number,
                lot=wanted,
            )
        return wanted
    stem = lot.number[: LONGEST - 4]
    taken = set(
        Lot.objects.filter(item=lot.item, number__startswith=f"{stem}-").values_list("number", flat=True)
    )
    return next(name for name in (f"{stem}-{_letters(turn)}" for turn in range(20_000)) if name not in taken)


def _letters(turn: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    text = ""
    while turn >= 0:
        text = chr(ord("A") + turn % 26) + text
        turn = turn // 26 - 1
    return text


def _into(rows: Sequence[Lot], number: str, by: User | None) -> Lot:
    if not number:
        return rows[0]
    same = next((row for row in rows if row.number == number), None)
    if same is not None:
        return same
    new = Lot(item=rows[0].item, number=_free_number(rows[0], number))
    new.save(force_insert=True)
    tell(LotsMade(lots=(new,), by=by))
    return new


def _lying(lots: Sequence[Lot], location: Location | None) -> list[Part]:
    rows = Balance.objects.filter(lot__in=lots, quantity__gt=0)
    rows = rows.filter(location=location) if location else rows
    named = {lot.pk: lot for lot in lots}
    found = rows.select_related("location__site", "handling_unit").order_by(
        "location", "lot", "handling_unit"
    )
    return [
        Part(
            lot=named[row.lot_id or 0],
            location=row.location,
            quantity=row.quantity,
            unit=row.handling_unit,
            catch_quantity=row.catch_quantity,
        )
        for row in found
    ]


def _across(parts: Sequence[Part], into: Lot, reason: ReasonCode | None, by: User | None) -> list[Move]:
    """Out of the old lot and into the new one, through the place outside that adjustments go through; a pair of
    moves for each part, and an edge of the trace between them."""
    outside = _outside([part.location for part in parts])
    item = into.item
    lock([key for part in parts for key in (_key(item, part, part.lot), _key(item, part, into))])
    lines = []
    for part in parts:
        said: dict[str, Any] = {
            "item": item,
            "quantity": part.quantity,
            "catch_quantity": part.catch_quantity,
            "kind": Move.Kind.REGROUP,
            "reason": reason,
            "reference": into.number,
        }
        away = outside[part.location.site_id]
        lines.append(
            MoveLine(source=part.location, target=away, lot=part.lot, handling_unit=part.unit, **said)
        )
        lines.append(MoveLine(source=away, target=part.location, lot=into, into_unit=part.unit, **said))
    moves = post_within(lines=lines, by=by)
    pairs = zip(moves[::2], moves[1::2], strict=True)
    consumed(edges=[Edge(out, back, out.quantity) for out, back in pairs])
    return moves


def _key(item: Item, part: Part, lot: Lot) -> tuple[int, int, int | None, int | None, int | None]:
    return item.pk, part.location.pk, lot.pk, None, part.unit.pk if part.unit else None


def _outside(places: Sequence[Location]) -> dict[int, Location]:
    sites = {place.site_id: place.site for place in places}
    rows = Location.objects.filter(site__in=sites, kind=Location.Kind.ADJUSTMENT, active=True).select_related(
        "site"
    )
    found = {row.site_id: row for row in rows.order_by("-pk")}
    for key, site in sites.items():
        if key not in found:
            raise Refused(
                _("{site} has no location of the kind adjustment: lots are regrouped through it."),
                code="no_outside",
                site=site.code,
            )
    return found


def _carry_holds(out_of: Sequence[Lot], into: Lot, by: User | None) -> None:
    """The same holds on the lot that got the stock; one that stands there already is not repeated."""
    kept = {_of_hold(row) for row in Hold.objects.filter(lot=into, released_at=None)}
    fresh: list[Hold] = []
    for row in Hold.objects.filter(Q(lot__in=out_of), released_at=None, serial=None).order_by("pk"):
        if _of_hold(row) in kept:
            continue
        kept.add(_of_hold(row))
        fresh.append(
            Hold(
                kind=row.kind,
                blocks=row.blocks,
                item_id=row.item_id,
                lot=into,
                location_id=row.location_id,
                reason_id=row.reason_id,
                note=row.note,
                reference=row.reference,
                placed_at=now(),
                placed_by=by,
            )
        )
    if fresh:
        Hold.objects.bulk_create(fresh)
        tell(Held(holds=tuple(fresh), by=by))


def _of_hold(row: Hold) -> tuple[object, ...]:
    return row.kind, row.blocks, row.location_id, row.reason_id, row.note, row.reference


def _describe(into: Lot, rows: Sequence[Lot]) -> None:
    into.expires_on = _first([row.expires_on for row in rows])
    into.retest_on = _first([row.retest_on for row in rows])
    into.made_on = _first([row.made_on for row in rows])
    for name in ("vendor_id", "vendor_lot"):
        values = {getattr(row, name) for row in rows}
        setattr(into, name, values.pop() if len(values) == 1 else ("" if name == "vendor_lot" else None))
    first, *others = rows
    into.attributes = {
        code: value
        for code, value in first.attributes.items()
        if all(row.attributes.get(code) == value for row in others)
    }
    into.revision += 1
    into.save()


def _first(days: Sequence[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)
