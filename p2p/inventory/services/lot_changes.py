"""What is written about a lot or serial number changes; a lot is tested again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.facts import LotChanged, LotRetested
from p2p.inventory.models import Hold, Lot, Serial
from p2p.inventory.services.attributes import merged
from p2p.inventory.services.holds import hold
from strategies.models import Item, ReasonCode, Vendor
from strategies.services.keep import KEEP, Keep, check_revision

Piece = TypeVar("Piece", Lot, Serial)


@transaction.atomic
def change_lot(
    *,
    lot: Lot,
    item: Item | Keep = KEEP,
    number: str | Keep = KEEP,
    vendor: Vendor | Keep | None = KEEP,
    vendor_lot: str | Keep = KEEP,
    made_on: date | Keep | None = KEEP,
    expires_on: date | Keep | None = KEEP,
    retest_on: date | Keep | None = KEEP,
    attributes: Mapping[str, Any] | Keep = KEEP,
    revision: int | None = None,
    by: User | None,
) -> Lot:
    """Change what is given; of `attributes` those that are named. The journal keeps before and after.

    Refused: attributes as `merged` says, days that contradict each other, changed by somebody else meanwhile, another
    item, a number that is taken.
    """
    row = (
        Lot.objects.select_for_update(of=("self",), no_key=True)
        .select_related("item", "vendor")
        .get(pk=lot.pk)
    )
    check_revision(row, revision)
    _check_names(row, item, number)
    given: dict[str, Any] = {
        "number": number,
        "vendor": vendor,
        "vendor_lot": vendor_lot,
        "made_on": made_on,
        "expires_on": expires_on,
        "retest_on": retest_on,
    }
    if attributes is not KEEP:
        given["attributes"] = merged(item=row.item, before=row.attributes, given=attributes)
    after = {name: getattr(row, name) if value is KEEP else value for name, value in given.items()}
    if after["made_on"] and after["expires_on"] and after["expires_on"] < after["made_on"]:
        raise Refused(
            _("Lot {lot} would expire before it was made."), code="dates", field="expires_on", lot=row.number
        )
    return _write(row, given, by)


@transaction.atomic
def change_serial(
    *,
    serial: Serial,
    item: Item | Keep = KEEP,
    number: str | Keep = KEEP,
    vendor_serial: str | Keep = KEEP,
    made_on: date | Keep | None = KEEP,
    attributes: Mapping[str, Any] | Keep = KEEP,
    revision: int | None = None,
    by: User | None,
) -> Serial:
    """Change what is given, as `change_lot` does."""
    rows = Serial.objects.select_for_update(of=("self",), no_key=True).select_related("item")
    row = rows.get(pk=serial.pk)
    check_revision(row, revision)
    _check_names(row, item, number)
    given: dict[str, Any] = {"number": number, "vendor_serial": vendor_serial, "made_on": made_on}
    if attributes is not KEEP:
        given["attributes"] = merged(item=row.item, before=row.attributes, given=attributes)
    return _write(row, given, by)


def _check_names(row: Lot | Serial, item: Item | Keep, number: str | Keep) -> None:
    """A piece stays of its item; a number that was mistyped may be put right."""
    if item is not KEEP and item.pk != row.item_id:
        raise Refused(
            _("{piece} stays of {item}."), code="item", field="item", piece=row.number, item=row.item.number
        )
    if number is KEEP or number == row.number:
        return
    if not number.strip() or type(row)._default_manager.filter(item=row.item_id, number=number).exists():
        raise Refused(
            _("{item} has a {piece} already, or it is empty."),
            code="exists",
            field="number",
            item=row.item.number,
            piece=number,
        )


def _write(row: Piece, given: Mapping[str, Any], by: User | None) -> Piece:
    changes: dict[str, list[Any]] = {}
    for name, value in given.items():
        before = getattr(row, name)
        if value is not KEEP and value != before:
            changes[name] = [_said(before), _said(value)]
            setattr(row, name, value)
    if changes:
        row.revision += 1
        row.save(update_fields=[*changes, "revision"])
        tell(LotChanged(piece=row, changes=changes, by=by))
    return row


def _said(value: Any) -> Any:
    return value if isinstance(value, (dict, str)) or value is None else str(value)


@transaction.atomic
def retest(
    *,
    lot: Lot,
    passed: bool,
    until: date | None = None,
    reason: ReasonCode | None = None,
    note: str = "",
    attributes: Mapping[str, Any] | None = None,
    by: User | None,
) -> Lot:
    """Write down that a lot was tested again.

    Passed: it may be used until `until`, or for as many days from today as its item says. Failed: all of it goes on
    hold. Refused when it passed and nothing says until when, or that day is past or after the lot expires.
    """
    rows = Lot.objects.select_for_update(of=("self",), no_key=True).select_related("item")
    row = rows.get(pk=lot.pk)
    if attributes:
        row.attributes = merged(item=row.item, before=row.attributes, given=attributes)
    if passed:
        row.retest_on = _until(row, until)
    row.revision += 1
    row.save(update_fields=["retest_on", "attributes", "revision"])
    if not passed:
        hold(
            item=row.item,
            kind=Hold.Kind.QUALITY,
            lot=row,
            reason=reason,
            note=note or str(_("Failed its retest")),
            by=by,
        )
    tell(LotRetested(lot=row, passed=passed, note=note, by=by))
    return row


def _until(row: Lot, until: date | None) -> date:
    today = clock.today()
    days = row.item.retest_days
    if until is None and days is None:
        raise Refused(
            _("{item} has no retest days: say until when lot {lot} may be used."),
            code="no_day",
            field="until",
            item=row.item.number,
            lot=row.number,
        )
    day = until or min(today + timedelta(days=days or 0), row.expires_on or date.max)
    if day < today:
        raise Refused(
            _("Lot {lot} cannot be good until {day}, which is past."),
            code="past",
            field="until",
            lot=row.number,
            day=day,
        )
    if row.expires_on and day > row.expires_on:
        raise Refused(
            _("Lot {lot} expires on {day}: it cannot be good beyond."),
            code="past",
            field="until",
            lot=row.number,
            day=row.expires_on,
        )
    return day
