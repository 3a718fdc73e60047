"""What must be true of a line before it reaches the ledger. What depends on stock is the database's to
refuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import plain
from p2p.core.refusal import Refused
from p2p.inventory.models import HandlingUnit, Move
from strategies.models import Item, Unit

if TYPE_CHECKING:
    from p2p.inventory.services.ledger import MoveLine

LARGEST = Decimal(10) ** 11
"""numeric(24,12) ends at 12 digits before the point; sums must fit too."""


def check_lines(lines: Sequence[MoveLine]) -> None:
    """Refuse the first line that cannot be. One query at most, for units that were not read along."""
    _units_of([line.item for line in lines])
    for line in lines:
        check_quantity(line.item, line.quantity)
        _check_places(line)
        _check_tracking(line)
        if line.catch_quantity is not None and line.item.catch_unit_id is None:
            raise Refused(
                _("{item} is not counted beside its {unit}: leave the pieces empty."),
                field="catch_quantity",
                about=line.item,
                item=line.item.number,
                unit=line.item.unit.code,
            )
    _check_units([line for line in lines if _puts_into(line)])


def _puts_into(line: MoveLine) -> bool:
    """Whether something comes to lie in a unit: out of another, out of none, or at another place without it."""
    if line.into_unit is None:
        return False
    return line.into_unit != line.handling_unit or (line.source != line.target and not line.with_unit)


def _units_of(items: Sequence[Item]) -> None:
    unread = [item for item in items if "unit" not in item._state.fields_cache]
    if unread:
        units = Unit.objects.in_bulk({item.unit_id for item in unread})
        for item in unread:
            item.unit = units[item.unit_id]


def check_quantity(item: Item, quantity: Decimal) -> None:
    """Positive, no more digits than the item's unit allows, and not beyond what a ledger can hold."""
    if not quantity.is_finite() or quantity <= 0:
        raise Refused(
            _("The quantity of {item} must be more than zero."),
            field="quantity",
            about=item,
            item=item.number,
        )
    if quantity >= LARGEST:
        raise Refused(
            _("{quantity} {unit} of {item} is more than can be booked at once."),
            field="quantity",
            about=item,
            quantity=plain(quantity),
            unit=item.unit.code,
            item=item.number,
        )
    check_digits(item, quantity)


def check_digits(item: Item, quantity: Decimal) -> None:
    """No more digits after the point than the item's unit allows."""
    if (
        quantity == quantity.to_integral_value()
        or -int(quantity.normalize().as_tuple().exponent) <= item.unit.digits
    ):
        return
    raise Refused(
        _("{quantity} {unit} of {item} has more digits than {unit} allows ({digits})."),
        code="too_many_digits",
        field="quantity",
        about=item,
        quantity=plain(quantity),
        unit=item.unit.code,
        item=item.number,
        digits=item.unit.digits,
    )


def _check_places(line: MoveLine) -> None:
    if line.source == line.target and line.handling_unit == line.into_unit:
        raise Refused(
            _("{item} cannot move from {place} to itself."), item=line.item.number, place=line.source.code
        )
    if not line.source.holds_stock and not line.target.holds_stock:
        raise Refused(
            _("{item} would move from {source} to {target}, and neither holds stock."),
            item=line.item.number,
            source=line.source.code,
            target=line.target.code,
        )
    if line.item.kind == Item.Kind.SERVICE:
        raise Refused(_("{item} is a service and has no stock."), about=line.item, item=line.item.number)


CORRECTING = (Move.Kind.ADJUSTMENT, Move.Kind.COUNT, Move.Kind.REGROUP)
"""Say what lies in a unit, also in a closed one: nothing is put into it."""


def lock_units(units: Sequence[HandlingUnit | None]) -> dict[int, HandlingUnit]:
    """The rows as they are now, locked in the order of keys: units come before the balances in them. None when there
    are none, else one query, without a join: one that was waited for would come joined with its old place."""
    keys = {unit.pk for unit in units if unit is not None}
    if not keys:
        return {}
    rows = HandlingUnit.objects.select_for_update(no_key=True).filter(pk__in=keys)
    return {row.pk: row for row in rows.order_by("pk")}


def _check_units(lines: Sequence[MoveLine]) -> None:
    """What is put into a handling unit lies where that stands; one that stands nowhere yet comes to its first
    content."""
    units = lock_units([line.into_unit for line in lines])
    for line in lines:
        unit = units[line.into_unit.pk if line.into_unit else 0]
        _check_open(unit, line)
        if unit.location_id is None:
            unit.location = line.target
            HandlingUnit.objects.filter(pk=unit.pk).update(location=line.target)
        elif unit.location_id != line.target.pk:
            raise Refused(
                _("{unit} stands at {place}: nothing can be put into it at {target}."),
                code="unit_elsewhere",
                field="into_unit",
                unit=unit.number,
                place=unit.location.code if unit.location else "",
                target=line.target.code,
            )


def _check_open(unit: HandlingUnit, line: MoveLine) -> None:
    if unit.state == HandlingUnit.State.RETIRED:
        raise Refused(_("{unit} is not in use any more."), field="into_unit", about=unit, unit=unit.number)
    if unit.state != HandlingUnit.State.OPEN and line.kind not in CORRECTING:
        raise Refused(
            _("{unit} is {state}: open it first."),
            code="not_open",
            field="into_unit",
            about=unit,
            unit=unit.number,
            state=unit.get_state_display(),
        )


def _check_tracking(line: MoveLine) -> None:
    item, tracking = line.item, line.item.tracking
    if tracking == Item.Tracking.NONE and (line.lot or line.serial):
        raise Refused(
            _("{item} is not tracked: name no lot or serial number."),
            field="lot",
            about=item,
            item=item.number,
        )
    if tracking == Item.Tracking.LOT and not line.lot:
        raise Refused(_("{item} is tracked by lot: name one."), field="lot", about=item, item=item.number)
    if tracking == Item.Tracking.SERIAL and not line.serial:
        raise Refused(
            _("{item} is tracked by serial number: name one."), field="serial", about=item, item=item.number
        )
    for piece in (line.lot, line.serial):
        if piece is not None and piece.item_id != item.pk:
            raise Refused(
                _("{piece} does not belong to {item}."),
                field="lot",
                about=item,
                piece=piece.number,
                item=item.number,
            )
    if line.serial and line.quantity != 1:
        raise Refused(_("{serial} is one piece."), field="quantity", about=item, serial=line.serial.number)
    _check_expiry(line)


def _check_expiry(line: MoveLine) -> None:
    """Past its last day a lot may be moved, scrapped and counted, but neither used nor delivered."""
    lot = line.lot
    if lot is None or line.kind not in {Move.Kind.ISSUE, Move.Kind.DELIVERY}:
        return
    if lot.retest_on is None and lot.expires_on is None:
        return
    zone = ZoneInfo(line.source.site.time_zone)
    day = (line.effective_at or now()).astimezone(zone).date()
    if lot.retest_on is not None and lot.retest_on < day:
        raise Refused(
            _("Lot {lot} of {item} was to be tested again by {day}: it is used after that only."),
            code="retest",
            field="lot",
            about=line.item,
            lot=lot.number,
            item=line.item.number,
            day=lot.retest_on,
        )
    if lot.expires_on is not None and lot.expires_on < day:
        raise Refused(
            _("Lot {lot} of {item} expired on {day}."),
            code="expired",
            field="lot",
            about=line.item,
            lot=lot.number,
            item=line.item.number,
            day=lot.expires_on,
        )
