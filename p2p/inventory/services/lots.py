"""Lots come into being: by hand, or with what is received and reported, as the item's rules say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.engine.patterns import LONGEST
from p2p.inventory.facts import LotsMade
from p2p.inventory.models import Lot, Serial, StockRule
from p2p.inventory.selectors.rules import Rule, rules_for
from p2p.inventory.services import numbering
from p2p.inventory.services.attributes import merged
from p2p.inventory.services.checks import check_quantity
from p2p.inventory.services.joining import Said, differing, join
from p2p.inventory.services.serials import NewSerials, serials_for
from strategies.models import Item, Site, Vendor

LotPer = StockRule.LotPer


@transaction.atomic
def create_lot(
    *,
    item: Item,
    number: str,
    vendor: Vendor | None = None,
    vendor_lot: str = "",
    made_on: date | None = None,
    expires_on: date | None = None,
    retest_on: date | None = None,
    attributes: Mapping[str, Any] | None = None,
    by: User | None,
) -> Lot:
    """A new lot of an item that is tracked by lot. Refused for other items, a number used before, or dates that
    contradict each other."""
    if item.tracking != Item.Tracking.LOT:
        raise Refused(_("{item} is not tracked by lot."), field="item", about=item, item=item.number)
    if made_on and expires_on and expires_on < made_on:
        raise Refused(_("Lot {lot} would expire before it was made."), field="expires_on", lot=number)
    if Lot.objects.filter(item=item, number=number).exists():
        raise Refused(_("{item} has a lot {lot} already."), field="number", item=item.number, lot=number)
    row = Lot.objects.create(
        item=item,
        number=number,
        vendor=vendor,
        vendor_lot=vendor_lot,
        made_on=made_on,
        expires_on=expires_on,
        retest_on=retest_on,
        attributes=dict(attributes or {}),
    )
    tell(LotsMade(lots=(row,), by=by))
    return row


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """`quantity` (the item's unit) of an item that comes in at a site, received or (`made`) reported.

    `lot` and `serials` are numbers given by hand; `order` is the document behind it. Days are those of the goods:
    unknown ones follow from the item's shelf life and retest days, counted from `made_on` or the day it comes.
    """

    item: Item
    site: Site
    quantity: Decimal
    made: bool = False
    order: str = ""
    lot: str = ""
    serials: Sequence[str] = ()
    vendor: Vendor | None = None
    vendor_lot: str = ""
    made_on: date | None = None
    expires_on: date | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Piece:
    """What one line of the ledger names: a lot, a serial number, or neither, and how much of it."""

    lot: Lot | None
    serial: Serial | None
    quantity: Decimal


@transaction.atomic
def lots_for_receipt(
    *, arrivals: Sequence[Arrival], at: datetime | None = None, by: User | None
) -> list[list[Piece]]:
    """What each arrival is booked as: one piece, of a lot that is made or found as the item's rule says, or a
    piece for each serial number. Call it once for all lines of a receipt.

    Where no rule says otherwise, what is made gets its order as its lot and a running number behind it as serial
    number; what is bought gets a new lot for each receipt. Refused: a pattern that cannot be read or asks for what
    is not known, a lot to be named by hand that is not, a lot that is there already and of which something else or
    nothing is known, goods with less shelf life than the rule wants, a serial number twice, broken pieces.
    """
    moment = at or now()
    rules = _rules_of(arrivals)
    pieces: dict[int, list[Piece]] = {}
    made: list[Lot] = []
    seen: set[int] = set()
    # Number series are locked item by item, in the order of keys, so that two receipts never wait in a circle.
    for index, one in sorted(enumerate(arrivals), key=lambda pair: (pair[1].item.pk, pair[0])):
        rule = rules.get((one.item.pk, one.site.pk))
        if rule is None:
            pieces[index] = [Piece(None, None, one.quantity)]
            continue
        check_quantity(one.item, one.quantity)
        day = moment.astimezone(ZoneInfo(one.site.time_zone)).date()
        if one.item.tracking == Item.Tracking.SERIAL:
            rows = serials_for(_block(one, rule, day))
            pieces[index] = [Piece(None, serial, Decimal(1)) for serial in rows]
            continue
        lot, new = _lot(one, rule, day)
        joined = join(item=one.item, lot=lot, said=_said(one), fresh=lot.pk not in seen, by=by)
        seen.add(lot.pk)
        made += [joined] if new else []
        pieces[index] = [Piece(joined, None, one.quantity)]
    if made:
        tell(LotsMade(lots=tuple(made), by=by))
    return [pieces[index] for index in range(len(arrivals))]


def _rules_of(arrivals: Sequence[Arrival]) -> dict[tuple[int, int], Rule]:
    """The rules of what is tracked; refused first, what names a lot or piece that cannot have one."""
    for one in arrivals:
        _check_tracking(one)
    return rules_for((one.item, one.site) for one in arrivals if one.item.tracking != Item.Tracking.NONE)


def _check_tracking(one: Arrival) -> None:
    wrong = {
        Item.Tracking.NONE: ("lot" if one.lot else "serials") if one.lot or one.serials else "",
        Item.Tracking.LOT: "serials" if one.serials else "",
        Item.Tracking.SERIAL: "lot" if one.lot else "",
    }[Item.Tracking(one.item.tracking)]
    if wrong:
        sentence = {
            Item.Tracking.NONE: _("{item} is not tracked: name no lot or serial number."),
            Item.Tracking.LOT: _("{item} is tracked by lot: name no serial numbers."),
            Item.Tracking.SERIAL: _("{item} is tracked by serial number: name no lot."),
        }[Item.Tracking(one.item.tracking)]
        raise Refused(sentence, code="not_tracked", field=wrong, about=one.item, item=one.item.number)


def _block(one: Arrival, rule: Rule, day: date) -> NewSerials:
    house = "{order}-{n:3}" if one.made and one.order else "{item}-{n:6}"
    return NewSerials(
        item=one.item,
        quantity=one.quantity,
        pattern=rule.serial_pattern or house,
        words=_words(one),
        day=day,
        named=one.serials,
        made_on=one.made_on or (day if one.made else None),
    )


def _words(one: Arrival) -> dict[str, str]:
    return {"site": one.site.code, "order": one.order, "vendor_lot": one.vendor_lot}


def _lot(one: Arrival, rule: Rule, day: date) -> tuple[Lot, bool]:
    """The lot and whether it is new."""
    wanted = _wanted(one, day)
    _check_life(one, rule, wanted, day)
    if one.lot:
        return _named(one, wanted, one.lot.strip())
    per = rule.lot_per or (LotPer.ORDER if one.made and one.order else LotPer.RECEIPT)
    if per == LotPer.HAND:
        raise Refused(
            _("Lots of {item} are named by hand: name the lot."),
            code="lot_missing",
            field="lot",
            about=one.item,
            item=one.item.number,
        )
    house = "{order}" if one.made and one.order else "{item}-{yy}{mm}{dd}-{n:3}"
    pattern = numbering.filled(
        rule.lot_pattern or house, item=one.item, day=day, words=_words(one), field="lot"
    )
    if not pattern.width:
        return _named(one, wanted, pattern.before)
    numbering.lock(model=Lot, item=one.item, pattern=pattern)
    wanted.made_for = {LotPer.ORDER: one.order, LotPer.DAY: f"{one.site.code} {day}"}.get(LotPer(per), "")
    found = _same(wanted) if wanted.made_for else None
    if found is not None and differing(item=one.item, lot=found, said=_said(one)) is None:
        return found, False
    (wanted.number,) = numbering.take(model=Lot, item=one.item, pattern=pattern, count=1)
    wanted.save(force_insert=True)
    return wanted, True


def _wanted(one: Arrival, day: date) -> Lot:
    """The lot as it would be new, without its number."""
    begins = one.made_on or day
    shelf, retest = one.item.shelf_life_days, one.item.retest_days
    return Lot(
        item=one.item,
        vendor=one.vendor,
        vendor_lot=one.vendor_lot,
        made_on=one.made_on or (day if one.made else None),
        expires_on=one.expires_on or (begins + timedelta(days=shelf) if shelf is not None else None),
        retest_on=begins + timedelta(days=retest) if retest is not None else None,
        attributes=merged(item=one.item, before={}, given=one.attributes),
    )


def _said(one: Arrival) -> Said:
    return Said(
        vendor=one.vendor,
        vendor_lot=one.vendor_lot,
        made_on=one.made_on,
        expires_on=one.expires_on,
        attributes=merged(item=one.item, before={}, given=one.attributes),
    )


def _check_life(one: Arrival, rule: Rule, lot: Lot, day: date) -> None:
    if lot.made_on and lot.expires_on and lot.expires_on < lot.made_on:
        raise Refused(
            _("The lot of {item} would expire before it was made."),
            code="dates",
            field="expires_on",
            item=one.item.number,
        )
    if one.made or lot.expires_on is None:
        return
    left = (lot.expires_on - day).days
    if left < rule.receipt_days or left < 0:
        raise Refused(
            _("{item} expired on {expires}: it is not taken in.")
            if left < 0
            else _("{item} expires on {expires}, in {left} days: at receipt at least {days} must be left."),
            code="expired",
            field="expires_on",
            about=one.item,
            item=one.item.number,
            expires=lot.expires_on,
            left=left,
            days=rule.receipt_days,
        )


def _same(wanted: Lot) -> Lot | None:
    """A lot made before for the same order or day, of the same goods."""
    return (
        Lot.objects.filter(
            item=wanted.item,
            made_for=wanted.made_for,
            vendor=wanted.vendor,
            vendor_lot=wanted.vendor_lot,
            expires_on=wanted.expires_on,
        )
        .select_related("item")
        .order_by("-pk")
        .first()
    )


def _named(one: Arrival, wanted: Lot, number: str) -> tuple[Lot, bool]:
    """The lot of that number, and whether it is new."""
    wanted.number, wanted.made_for = number, one.order
    if len(number) > LONGEST:
        raise Refused(_("A lot number has at most {longest} signs."), field="lot", longest=LONGEST)
    found = Lot.objects.filter(item=one.item, number=number).first()
    new = found is None
    if found is None:
        # Whoever makes the same lot at this moment is waited for.
        Lot.objects.bulk_create([wanted], ignore_conflicts=True)
        found = Lot.objects.get(item=one.item, number=number)
    found.item = one.item
    return found, new
