"""What planning's own documents moved is taken back on them, never behind their back."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused
from p2p.inventory.facts import Moved, Reversing
from p2p.inventory.models import Move
from planning.models import DemandMove, ReplenishmentMove, ReplenishmentOrder
from strategies.models import Location


def moved_for_a_document(asked: Reversing) -> Iterator[Refused]:
    """Receipts, shipments of transfers, deliveries and returns. Three queries."""
    moves = {move.pk: move for move in asked.moves}
    found: dict[int, str] = {}
    for key, number in ReplenishmentMove.objects.filter(move__in=moves).values_list("move", "order__number"):
        found[key] = number
    for key, number, line in DemandMove.objects.filter(move__in=moves).values_list(
        "move", "demand__number", "demand__line"
    ):
        found[key] = f"{number}/{line}"
    travelling = Q(
        kind=ReplenishmentOrder.Kind.TRANSFER, number__in=[move.reference for move in moves.values()]
    )
    known = set(ReplenishmentOrder.objects.filter(travelling).values_list("number", flat=True))
    for key, move in moves.items():
        if move.kind == Move.Kind.TRANSFER and move.reference in known:
            found.setdefault(key, move.reference)
    for key, number in found.items():
        yield Refused(
            _("Move {move} belongs to {document}: take it back there."),
            code="of_a_document",
            about=moves[key],
            move=key,
            document=number,
        )


OF_TRANSFERS = (Move.Kind.TRANSFER, Move.Kind.SCRAP)


def only_for_its_order(fact: Moved) -> None:
    """What travels is received, taken back or lost on its transfer order, never moved past it. One query where
    something comes onto the road or leaves it, else none."""
    moves = [move for move in fact.moves if _on_or_off_the_road(move)]
    if not moves:
        return
    rows = ReplenishmentOrder.objects.filter(
        kind=ReplenishmentOrder.Kind.TRANSFER, number__in=[move.reference for move in moves if move.reference]
    )
    known = set(rows.values_list("number", "item"))
    for move in moves:
        ours = move.kind in OF_TRANSFERS or _weighed_otherwise(move)
        if not ours or (move.reference, move.item_id) not in known:
            road = move.source if move.source.kind == Location.Kind.TRANSIT else move.target
            raise Refused(
                _(
                    "What is at {place} travels for a transfer order: receive it there, take the shipment of {item}"
                    " back or report it lost."
                ),
                code="in_transit",
                about=move.item,
                place=road.code,
                item=move.item.number,
            )


def _weighed_otherwise(move: Move) -> bool:
    """The last pieces weigh less than what left: a difference without pieces, or one taken back."""
    off = move.source.kind == Location.Kind.TRANSIT or move.reverses_id is not None
    return off and move.kind == Move.Kind.ADJUSTMENT and move.catch_quantity == 0


def _on_or_off_the_road(move: Move) -> bool:
    ends = [place.kind == Location.Kind.TRANSIT for place in (move.source, move.target)]
    return any(ends) and not all(ends) and move.kind != Move.Kind.OPENING
