"""What planning's own documents moved is taken back on them, never behind their back."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused
from p2p.inventory.facts import Reversing
from p2p.inventory.models import Move
from planning.models import DemandMove, ReplenishmentMove, ReplenishmentOrder


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
