"""Forbidding the use of stock, and allowing it again."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.facts import Held, Unheld
from p2p.inventory.models import Balance, Hold, Lot, Serial
from p2p.inventory.services.recall_lines import count_again, recalls_behind
from strategies.models import Item, Location, ReasonCode


@transaction.atomic
def hold(
    *,
    item: Item | None = None,
    kind: str,
    blocks: str = Hold.Blocks.USE,
    lot: Lot | None = None,
    serial: Serial | None = None,
    location: Location | None = None,
    reason: ReasonCode | None = None,
    note: str = "",
    reference: str = "",
    by: User | None,
) -> Hold:
    """Hold stock of `item`: of a lot, a serial number or at a place; all that are named must fit. Without an item
    everything at the place is held, also what comes later.

    `blocks` says what is forbidden: every use, only delivery, only issue to production, or (for a place that is
    counted) every movement. Waits for moves of that stock that are under way. Refused when nothing is named, a lot is
    of another item, or the place holds no stock.
    """
    row = Hold(
        kind=kind,
        blocks=blocks,
        item=item,
        lot=lot,
        serial=serial,
        location=location,
        reason=reason,
        note=note,
        reference=reference,
    )
    return hold_each(holds=[row], by=by)[0]


@transaction.atomic
def hold_each(*, holds: Sequence[Hold], by: User | None) -> list[Hold]:
    """Place holds that are not written yet, each checked as `hold` does; one fact for all, three statements."""
    moment = now()
    for row in holds:
        _check(row.item, row.lot, row.serial, row.location)
        row.placed_at, row.placed_by = moment, by
    if not holds:
        return []
    _lock_stock(holds)
    rows = Hold.objects.bulk_create(holds)
    tell(Held(holds=tuple(rows), by=by))
    return rows


def _check(item: Item | None, lot: Lot | None, serial: Serial | None, location: Location | None) -> None:
    if location is not None and not location.holds_stock:
        raise Refused(
            _("{place} is outside our stock: there is nothing to hold."),
            field="location",
            place=location.code,
        )
    if item is None:
        if location is None or lot is not None or serial is not None:
            raise Refused(_("Say which item to hold, or a place to hold everything at."), field="item")
        return
    if lot is None and serial is None and location is None:
        raise Refused(
            _("Say what of {item} to hold: a lot, a serial number or a place."), about=item, item=item.number
        )
    for piece in (lot, serial):
        if piece is not None and piece.item_id != item.pk:
            raise Refused(
                _("{piece} does not belong to {item}."), about=item, piece=piece.number, item=item.number
            )


def _lock_stock(holds: Sequence[Hold]) -> None:
    """Wait for moves of this stock that are under way: of the serial numbers, of the lots, of what lies at the
    places."""
    pieces = [row.serial_id for row in holds if row.serial_id]
    lots = [row.lot_id for row in holds if row.lot_id and not row.serial_id]
    rows = Q(serial__in=pieces) | Q(lot__in=lots)
    for row in holds:
        if not row.lot_id and not row.serial_id:
            of_item = Q(item=row.item_id) if row.item_id else Q()
            rows |= of_item & Q(location=row.location_id)
    order = (
        "item_id", "location_id", F("lot_id").asc(nulls_first=True), F("serial_id").asc(nulls_first=True),
        F("handling_unit_id").asc(nulls_first=True),
    )  # fmt: skip
    list(Balance.objects.filter(rows).order_by(*order).select_for_update(no_key=True).values_list("pk"))


@transaction.atomic
def unhold(*, holds: Sequence[Hold], by: User | None) -> list[Hold]:
    """Lift holds; a recall that placed one counts anew how many still stand. Refused when one was lifted before."""
    recalls = recalls_behind(holds)
    keys = sorted(row.pk for row in holds)
    moment = now()
    lifted = Hold.objects.filter(pk__in=keys, released_at__isnull=True).update(
        released_at=moment, released_by=by
    )
    if lifted != len(set(keys)):
        raise Refused(_("One of these holds was already lifted."), code="changed_meanwhile")
    rows = list(Hold.objects.filter(pk__in=keys).select_related("item", "location").order_by("pk"))
    count_again(recalls)
    tell(Unheld(holds=tuple(rows), by=by))
    return rows
