"""Why operations may not proceed: opened and closed by the apps on the right, read by lists and the Gantt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from p2p.core import clock
from p2p.core.facts import tell
from p2p.core.models import User
from planning.facts import Blocked, Unblocked
from planning.models import Block, Operation


@dataclass(frozen=True, kw_only=True)
class NewBlock:
    """`sentence` is what a planner reads; `source` and `reference` name who blocks, by which document."""

    operation: Operation
    source: str
    reference: str
    sentence: str


@transaction.atomic
def open_blocks(*, blocks: Sequence[NewBlock], by: User | None) -> list[Block]:
    """Block operations; what is blocked already by the same document stays as it is. Two statements."""
    if not blocks:
        return []
    now = clock.now()
    standing = set(
        Block.objects.filter(
            operation__in=[one.operation.pk for one in blocks],
            reference__in={one.reference for one in blocks},
            closed_at__isnull=True,
        ).values_list("operation_id", "source", "reference")
    )
    opened = Block.objects.bulk_create(
        [
            Block(
                operation=one.operation,
                source=one.source,
                reference=one.reference,
                sentence=one.sentence[:200],
                opened_at=now,
            )
            for one in blocks
            if (one.operation.pk, one.source, one.reference) not in standing
        ]
    )
    if opened:
        tell(Blocked(blocks=tuple(opened), by=by))
    return opened


def open_block(
    *, operation: Operation, source: str, reference: str, sentence: str, by: User | None
) -> list[Block]:
    """The same for one operation."""
    new = NewBlock(operation=operation, source=source, reference=reference, sentence=sentence)
    return open_blocks(blocks=[new], by=by)


@transaction.atomic
def close_blocks(*, source: str, reference: str | Iterable[str], by: User | None) -> list[Block]:
    """End what a document (or several of one source) blocks; none is no error."""
    references = [reference] if isinstance(reference, str) else list(reference)
    standing = list(
        Block.objects.filter(source=source, reference__in=references, closed_at__isnull=True)
        .select_related("operation__order__site")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    if standing:
        Block.objects.filter(pk__in=[one.pk for one in standing]).update(closed_at=clock.now())
        tell(Unblocked(blocks=tuple(standing), by=by))
    return standing
