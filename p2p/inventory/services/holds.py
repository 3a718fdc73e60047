"""Forbidding the use of stock, and allowing it again."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.facts import Held, Unheld
from p2p.inventory.models import Balance, Hold, Lot, Serial
from strategies.models import Item, Location, ReasonCode


@transaction.atomic
def hold(
    *,
    item: Item,
    kind: str,
    lot: Lot | None = None,
    serial: Serial | None = None,
    location: Location | None = None,
    reason: ReasonCode | None = None,
    note: str = "",
    reference: str = "",
    by: User | None,
) -> Hold:
    """Hold stock of `item`: of a lot, a serial number or at a place; all that are named must fit.

    Waits for moves of that stock that are under way. Refused when nothing is named, or a lot of another item.
    """
    if lot is None and serial is None and location is None:
        raise Refused(
            _("Say what of {item} to hold: a lot, a serial number or a place."), about=item, item=item.number
        )
    for piece in (lot, serial):
        if piece is not None and piece.item_id != item.pk:
            raise Refused(
                _("{piece} does not belong to {item}."), about=item, piece=piece.number, item=item.number
            )
    _lock_stock(item, lot, serial, location)
    row = Hold.objects.create(
        kind=kind,
        item=item,
        lot=lot,
        serial=serial,
        location=location,
        reason=reason,
        note=note,
        reference=reference,
        placed_at=now(),
        placed_by=by,
    )
    tell(Held(holds=(row,), by=by))
    return row


def _lock_stock(item: Item, lot: Lot | None, serial: Serial | None, location: Location | None) -> None:
    rows = Q(item=item)
    rows &= Q(lot=lot) if lot else Q()
    rows &= Q(serial=serial) if serial else Q()
    rows &= Q(location=location) if location else Q()
    order = ("item_id", "location_id", "lot_id", "serial_id", "handling_unit_id")
    list(Balance.objects.filter(rows).order_by(*order).select_for_update(no_key=True).values_list("pk"))


@transaction.atomic
def unhold(*, holds: Sequence[Hold], by: User | None) -> list[Hold]:
    """Lift holds. Refused when one was lifted before."""
    keys = sorted(row.pk for row in holds)
    moment = now()
    lifted = Hold.objects.filter(pk__in=keys, released_at__isnull=True).update(
        released_at=moment, released_by=by
    )
    if lifted != len(set(keys)):
        raise Refused(_("One of these holds was already lifted."), code="changed_meanwhile")
    rows = list(Hold.objects.filter(pk__in=keys).select_related("item").order_by("pk"))
    tell(Unheld(holds=tuple(rows), by=by))
    return rows
