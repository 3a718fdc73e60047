"""A part of a move is taken back: the whole is reversed, and what stays is posted again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.inventory.models import Move
from p2p.inventory.services.checks import check_quantity
from p2p.inventory.services.ledger import MoveLine


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
