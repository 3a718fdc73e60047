"""Several postings of one wish: what all of them touch is locked once, before the first."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from execution.models import MaterialMove, OutputMove, Report
from execution.services.flush import needs_of
from execution.services.job import Job
from p2p.inventory.models import Move
from p2p.inventory.services.ledger import lock_carried
from p2p.inventory.services.reservations import share_out
from strategies.models import BomLine, Item, Location


def lock_stock(
    *, job: Job, reports: Sequence[Report] = (), also: Sequence[tuple[Item, Location]] = ()
) -> None:
    """Lock the stock of the order's components, what came and went with `reports` that are taken back, and the balances
    of `also` (item, place): in one statement and in the order of keys. Who posts one after the other would hold the
    stock of the first and wait for that of the second, which somebody holds who waits for the first.

    Units that the reports brought are locked before. Nothing is chosen or taken here.
    """
    moves = _moves_of(reports)
    lock_carried(moves=moves)
    back = [(move.item, place) for move in moves for place in (move.source, move.target)]
    lines = [material for material in job.materials if material.kind in BomLine.FROM_STOCK]
    share_out(needs=needs_of(job, [(line, Decimal(0)) for line in lines]), also=[*also, *back], own=True)


def _moves_of(reports: Sequence[Report]) -> list[Move]:
    if not reports:
        return []
    related = ("move__item", "move__source", "move__target")
    return [
        row.move
        for rows in (MaterialMove.objects, OutputMove.objects)
        for row in rows.filter(report__in=reports).select_related(*related).order_by("pk")
    ]
