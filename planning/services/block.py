"""What keeps an operation from going on: opened and closed for apps on the right, read by lists and Gantt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from p2p.core import clock
from p2p.core.facts import tell
from planning.facts import Blocked, Unblocked
from planning.models import Block, Operation

if TYPE_CHECKING:
    from p2p.core.models import User


@transaction.atomic
def open_block(*, operation: Operation, source: str, reference: str, sentence: str, by: User | None) -> Block:
    """Say why an operation may not proceed; the same source and document say it once, with the latest words."""
    row, fresh = Block.objects.select_for_update().get_or_create(
        operation=operation,
        source=source,
        reference=reference,
        closed_at=None,
        defaults={"sentence": sentence[:200]},
    )
    if not fresh and row.sentence != sentence[:200]:
        row.sentence = sentence[:200]
        row.save(update_fields=["sentence"])
    if fresh:
        tell(Blocked(blocks=(row,), by=by))
    return row


@dataclass(frozen=True, kw_only=True)
class NewBlock:
    """One block to be, for many at a time; the words are those of `open_block`."""

    operation: Operation
    source: str
    reference: str
    sentence: str


@transaction.atomic
def open_blocks(*, blocks: Sequence[NewBlock], by: User | None) -> list[Block]:
    """The same for many operations in three statements; what the same document blocks already is left alone."""
    if not blocks:
        return []
    standing = set(
        Block.objects.filter(
            operation__in=[one.operation.pk for one in blocks],
            reference__in={one.reference for one in blocks},
            closed_at__isnull=True,
        ).values_list("operation_id", "source", "reference")
    )
    moment = clock.now()
    rows = Block.objects.bulk_create(
        Block(
            operation=one.operation,
            source=one.source,
            reference=one.reference,
            sentence=one.sentence[:200],
            opened_at=moment,
        )
        for one in blocks
        if (one.operation.pk, one.source, one.reference) not in standing
    )
    if rows:
        tell(Blocked(blocks=tuple(rows), by=by))
    return rows


@transaction.atomic
def close_blocks(*, source: str, reference: str, by: User | None) -> list[Block]:
    """Take back everything that a document said; nothing happens where it said nothing."""
    rows = Block.objects.filter(source=source, reference=reference, closed_at__isnull=True)
    found = list(rows.select_for_update(of=("self",)).select_related("operation").order_by("pk"))
    if not found:
        return []
    moment = clock.now()
    rows.update(closed_at=moment)
    for block in found:
        block.closed_at = moment
    tell(Unblocked(blocks=tuple(found), by=by))
    return found
