"""The lines of a recall: what it touches, as it was last drawn up, each with the hold that keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from p2p.core.clock import now
from p2p.inventory.models import Hold, Recall, RecallLine
from p2p.inventory.selectors import recall as reads
from p2p.inventory.selectors.recall import Scope, Touched

AT = RecallLine.Where
_Piece: TypeAlias = tuple[int | None, int | None, int | None, int | None]


def loose(line: Touched) -> bool:
    return line.lot is None and line.serial is None and line.location is not None and line.where == AT.STOCK


def write(recall: Recall, found: Scope, also: dict[str, Any]) -> None:
    """The recall's lines as they are now, each with the hold that keeps it. Four statements."""
    RecallLine.objects.filter(recall=recall).delete()
    holds = Hold.objects.filter(reference=recall.number, kind=Hold.Kind.RECALL, released_at__isnull=True)
    by_piece = {
        (row.item_id, row.lot_id, row.serial_id, row.location_id): row.pk for row in holds.order_by("pk")
    }
    RecallLine.objects.bulk_create(
        [
            RecallLine(
                recall=recall,
                depth=line.depth,
                item=line.item,
                lot=line.lot,
                serial=line.serial,
                where=line.where,
                location=line.location,
                party=line.party[:150],
                reference=line.document[:60],
                note=line.note[:200],
                quantity=line.quantity,
                hold_id=_kept_by(line, by_piece),
            )
            for line in found.lines
        ],
        batch_size=2000,
    )
    told = {**reads.summary(found.lines), "holds": len(by_piece), "cut": found.trace.cut, **also}
    recall.summary = told
    Recall.objects.filter(pk=recall.pk).update(summary=told, drawn_at=now())


def _kept_by(line: Touched, holds: dict[_Piece, int]) -> int | None:
    place = line.location.pk if line.location else None
    if line.lot is None and line.serial is None:
        return holds.get((line.item.pk, None, None, place)) if loose(line) else None
    return holds.get(
        (line.item.pk, line.lot.pk if line.lot else None, line.serial.pk if line.serial else None, None)
    )


def recalls_behind(holds: Sequence[Hold]) -> list[Recall]:
    """The recalls that placed these holds, locked: recalls come before their holds, whoever lifts one. No query where
    none did."""
    numbers = {row.reference for row in holds if row.kind == Hold.Kind.RECALL and row.reference}
    if not numbers:
        return []
    return list(
        Recall.objects.filter(number__in=numbers).select_for_update(of=("self",), no_key=True).order_by("pk")
    )


def count_again(recalls: Sequence[Recall]) -> None:
    """How many holds of each recall still stand, once some were lifted. Lines of lifted holds are held no more."""
    for recall in recalls:
        RecallLine.objects.filter(recall=recall, hold__released_at__isnull=False).update(hold=None)
        standing = Hold.objects.filter(
            reference=recall.number, kind=Hold.Kind.RECALL, released_at__isnull=True
        )
        recall.summary = {**recall.summary, "holds": standing.count()}
        Recall.objects.filter(pk=recall.pk).update(summary=recall.summary)


def pieces_of(recall: Recall) -> set[tuple[Any, ...]]:
    """Lines without their quantities: what is where."""
    return set(recall.lines.values_list("item", "lot", "serial", "where", "location", "party", "reference"))
