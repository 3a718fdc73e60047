"""Handling units: created in numbers, closed, opened, retired; one stands in another."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.engine.scan import sscc
from p2p.inventory.facts import UnitsHandled
from p2p.inventory.models import Balance, HandlingUnit, Move
from p2p.inventory.models.lot import UNIT_FLOW
from p2p.inventory.services.unit_moves import locked_rows, stand, transfer_unit
from strategies.models import Location
from strategies.services.numbering import take_numbers

MOST = 1_000
"""Units made at once."""


@transaction.atomic
def create_units(
    *,
    kind: str = HandlingUnit.Kind.PALLET,
    count: int = 1,
    location: Location | None = None,
    number: str = "",
    by: User | None,
) -> list[HandlingUnit]:
    """`count` empty units, numbered by the series HU (one may have a `number` of its own), standing at `location` or
    nowhere yet. With a GS1 company prefix in the settings each gets an SSCC from the series SSCC.

    Refused: none or too many, a number with more than one unit, a number that is taken, a prefix that is used up.
    """
    if not 0 < count <= MOST:
        raise Refused(
            _("Between 1 and {most} units are made at once, not {count}."),
            field="count",
            most=MOST,
            count=count,
        )
    number = number.strip()
    if number and (count > 1 or HandlingUnit.objects.filter(number=number).exists()):
        raise Refused(
            _("There is a handling unit {number} already.")
            if count == 1
            else _("One number cannot be given to {count} units: leave it empty."),
            code="exists",
            field="number",
            number=number,
            count=count,
        )
    if location is not None and not location.holds_stock:
        raise Refused(_("{place} holds no stock."), field="location", place=location.code)
    numbers = [number] if number else take_numbers(code="HU", count=count)
    units = HandlingUnit.objects.bulk_create(
        HandlingUnit(number=name, kind=kind, location=location, sscc=code)
        for name, code in zip(numbers, shipping_codes(count), strict=True)
    )
    tell(UnitsHandled(units=tuple(units), step="created", by=by))
    return units


NEW_PLATE = "+"
"""Said instead of a number: a new license plate by the series."""


@transaction.atomic
def plate_at(*, number: str, location: Location, by: User | None) -> HandlingUnit:
    """The license plate of that number or shipping code, open and standing at `location`: a new one when there is
    none of the number, or for "+". Refused when it is closed, retired, or stands elsewhere."""
    wanted = number.strip()
    if wanted == NEW_PLATE:
        return create_units(kind=HandlingUnit.Kind.PLATE, location=location, by=by)[0]
    same = Q(number=wanted) | (Q(sscc=wanted.removeprefix("00")) if len(wanted) >= 18 else Q(pk=None))
    found = HandlingUnit.objects.filter(same).order_by("pk").first()
    if found is None:
        return create_units(kind=HandlingUnit.Kind.PLATE, location=location, number=wanted, by=by)[0]
    row = locked([found])[found.pk]
    must_be_open(row)
    if row.location_id not in (None, location.pk):
        raise Refused(
            _("{unit} stands at {place}: nothing can be put onto it at {target}."),
            code="unit_elsewhere",
            field="plate",
            unit=row.number,
            place=row.location.code if row.location else "",
            target=location.code,
        )
    return row


def shipping_codes(count: int) -> list[str]:
    """The next SSCCs, or empty ones while the company has no prefix."""
    prefix = settings.GS1_PREFIX
    if not prefix:
        return [""] * count
    # The series counts; its own prefix is no part of the code.
    numbers = [int(text.rpartition("-")[2]) for text in take_numbers(code="SSCC", count=count)]
    try:
        return [sscc(prefix, number) for number in numbers]
    except ValueError as error:
        raise Refused(
            _("No shipping code can be made with the company prefix {prefix}: {why}"),
            code="prefix",
            prefix=prefix,
            why=str(error),
        ) from error


@transaction.atomic
def nest(*, unit: HandlingUnit, parent: HandlingUnit, by: User | None) -> HandlingUnit:
    """Put a unit with all that is in it into another one at the same place. One that stands nowhere yet comes to the
    other's place.

    Refused: into itself or into what stands in it, at another place, into a closed or retired one.
    """
    rows = locked([unit, parent])
    row, above = rows[unit.pk], rows[parent.pk]
    must_be_open(above)
    if row.state == HandlingUnit.State.RETIRED:
        raise Refused(_("{unit} is not in use any more."), about=row, unit=row.number)
    if row.location_id is not None and row.location_id != above.location_id:
        raise Refused(
            _("{unit} stands at {here} and {parent} at {there}: bring them together first."),
            code="two_places",
            field="parent",
            unit=row.number,
            here=row.location.code if row.location else "",
            parent=above.number,
            there=above.location.code if above.location else _("no place"),
        )
    try:
        with transaction.atomic():
            HandlingUnit.objects.filter(pk=row.pk).update(parent=above, revision=F("revision") + 1)
    except IntegrityError as error:
        raise _loop(row, above, error) from error
    if above.location is not None and row.location_id is None:
        stand(unit=row, place=above.location)
    row.refresh_from_db()
    tell(UnitsHandled(units=(row, above), step="nested", by=by))
    return row


def _loop(row: HandlingUnit, above: HandlingUnit, error: IntegrityError) -> Exception:
    rule = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    if rule not in ("handling_unit_no_loop", "handling_unit_not_in_itself"):
        return error
    return Refused(
        _("{unit} cannot stand in {parent}, which stands in it."),
        code="loop",
        field="parent",
        unit=row.number,
        parent=above.number,
    )


@transaction.atomic
def take_out(*, unit: HandlingUnit, by: User | None) -> HandlingUnit:
    """It stands beside the unit it stood in, at the same place. Refused when it stands in none."""
    row = locked([unit])[unit.pk]
    if row.parent is None:
        raise Refused(_("{unit} stands in no other unit."), about=row, unit=row.number)
    above = row.parent
    HandlingUnit.objects.filter(pk=row.pk).update(parent=None, revision=F("revision") + 1)
    row.refresh_from_db()
    tell(UnitsHandled(units=(row, above), step="taken_out", by=by))
    return row


@transaction.atomic
def move_unit(*, unit: HandlingUnit, location: Location, reference: str = "", by: User | None) -> list[Move]:
    """Bring it, with all that is in it, to another place of its site, as one set of moves; see `transfer_unit`."""
    moves = transfer_unit(unit=unit, target=location, reference=reference, by=by)
    tell(UnitsHandled(units=(unit,), step="moved", by=by))
    return moves


@transaction.atomic
def close_unit(*, unit: HandlingUnit, gross_weight: Decimal | None = None, by: User | None) -> HandlingUnit:
    """Nothing is packed or unpacked any more until it is opened again; `gross_weight` in kg. Refused when empty."""
    row = locked([unit])[unit.pk]
    if not _content(row) and not row.children.exists():
        raise Refused(_("{unit} is empty."), code="empty", about=row, unit=row.number)
    if gross_weight is not None and gross_weight <= 0:
        raise Refused(_("A weight is more than zero."), field="gross_weight")
    weight = row.gross_weight if gross_weight is None else gross_weight
    return _step(row, "close", "closed", by, gross_weight=weight)


@transaction.atomic
def open_unit(*, unit: HandlingUnit, by: User | None) -> HandlingUnit:
    """It may be packed and unpacked again."""
    return _step(locked([unit])[unit.pk], "open", "opened", by)


@transaction.atomic
def retire_unit(*, unit: HandlingUnit, by: User | None) -> HandlingUnit:
    """It is used no more. Refused while anything is in it."""
    row = locked([unit])[unit.pk]
    there = _content(row)
    if there:
        first = there[0]
        raise Refused(
            _("{quantity} {measure} of {item} are in {unit}: unpack it first."),
            code="not_empty",
            about=row,
            unit=row.number,
            quantity=plain(first.quantity),
            measure=first.item.unit.code,
            item=first.item.number,
        )
    child = row.children.order_by("number").first()
    if child is not None:
        raise Refused(
            _("{child} stands in {unit}: take it out first."),
            code="not_empty",
            about=row,
            unit=row.number,
            child=child.number,
        )
    return _step(row, "retire", "retired", by, parent=None, location=None)


@transaction.atomic
def reuse_unit(*, unit: HandlingUnit, by: User | None) -> HandlingUnit:
    """A retired one is used again, empty, standing nowhere yet."""
    return _step(locked([unit])[unit.pk], "reuse", "reused", by)


def _step(row: HandlingUnit, step: str, said: str, by: User | None, **also: Any) -> HandlingUnit:
    UNIT_FLOW.take(row, step, revision=F("revision") + 1, **also)
    tell(UnitsHandled(units=(row,), step=said, by=by))
    return row


def locked(units: Sequence[HandlingUnit]) -> dict[int, HandlingUnit]:
    """The rows as they are now, locked in the order of keys."""
    return {row.pk: row for row in locked_rows([unit.pk for unit in units])}


def must_be_open(row: HandlingUnit) -> None:
    """Refused when it is closed or retired."""
    if row.state != HandlingUnit.State.OPEN:
        raise Refused(
            _("{unit} is {state}: open it first."),
            code="not_open",
            about=row,
            unit=row.number,
            state=row.get_state_display(),
        )


def _content(row: HandlingUnit) -> list[Balance]:
    there = Balance.objects.filter(handling_unit=row).exclude(quantity=0).select_related("item__unit")
    return list(there.order_by("pk")[:1])
