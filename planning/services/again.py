"""A part of a move is taken back: the whole is reversed, and what stays is posted again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.inventory.models import Move
from p2p.inventory.services.checks import check_quantity
from p2p.inventory.services.ledger import MoveLine
from planning.models import ReplenishmentMove, ShipmentMove

Travelled = TypeVar("Travelled", ShipmentMove, ReplenishmentMove)


def check_part(moves: Sequence[Move], quantity: Decimal | None) -> Decimal | None:
    """The part of the one move that is taken back; None for all of what there is.

    Refused: a part of several moves, more than the move brought, or a part of what left in its handling unit: the unit
    cannot stand at both ends.
    """
    if quantity is None:
        return None
    if len(moves) != 1:
        raise Refused(_("Take parts back one by one."), code="several", field="quantity")
    (move,) = moves
    check_quantity(move.item, quantity)
    if quantity > move.quantity:
        raise Refused(
            _("{there} {unit} of {item} went: {quantity} cannot be taken back."),
            code="more_than_went",
            field="quantity",
            about=move.item,
            there=plain(move.quantity),
            unit=move.item.unit.code,
            item=move.item.number,
            quantity=plain(quantity),
        )
    if quantity == move.quantity:
        return None
    if move.into_unit is not None and move.into_unit_id == move.handling_unit_id:
        raise Refused(
            _(
                "{item} left in {unit}: take all {there} {measure} of it back, or receive the unit and send the part"
                " back."
            ),
            code="left_whole",
            field="quantity",
            about=move.item,
            item=move.item.number,
            unit=move.into_unit.number,
            there=plain(move.quantity),
            measure=move.item.unit.code,
        )
    return quantity


def with_their_units(rows: Sequence[Travelled]) -> list[Travelled]:
    """These, and what went in the same handling units in the same booking: a unit cannot stand at both ends. One query
    where one went in a unit, by its keys."""
    went = [
        row.move
        for row in rows
        if row.move.into_unit_id and row.move.into_unit_id == row.move.handling_unit_id
    ]
    if not went:
        return list(rows)
    beside = Q()
    for move in went:
        beside |= Q(
            move__handling_unit=move.handling_unit_id,
            move__into_unit=move.into_unit_id,
            move__source=move.source_id,
            move__target=move.target_id,
            move__posted_at=move.posted_at,
        )
    found = type(rows[0])._default_manager.filter(beside, move__reverses=None, move__reversed_by=None)
    known = {row.pk: row for row in found.select_related("move")} | {row.pk: row for row in rows}
    return [known[key] for key in sorted(known)]


def posted_again(move: Move, part: Decimal, pieces: Decimal | None, at: datetime | None) -> MoveLine:
    """The same move without the part that is taken back, and without the `pieces` of it."""
    counted = move.catch_quantity
    return MoveLine(
        item=move.item,
        source=move.source,
        target=move.target,
        quantity=move.quantity - part,
        kind=move.kind,
        lot=move.lot,
        serial=move.serial,
        handling_unit=move.handling_unit,
        into_unit=move.into_unit,
        reason=move.reason,
        reference=move.reference,
        effective_at=at,
        catch_quantity=counted - pieces if counted is not None and pieces is not None else None,
    )
