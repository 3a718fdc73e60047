"""Pieces that the operations before never reported: a supervisor accepts that they are there, and they are made up."""

from __future__ import annotations

from decimal import Decimal

from execution.services.job import Job
from planning.models import Operation

ZERO = Decimal(0)


def lacking_before(job: Job, operation: Operation, pieces: Decimal) -> list[tuple[Operation, Decimal]]:
    """What each operation before must have made, beyond what it reported, for `operation` to take `pieces` more: in
    the order in which it is made. Empty when all of it was reported."""
    wanted: dict[int, Decimal] = {operation.pk: pieces}
    for each in reversed(job.operations):
        if each.pk not in wanted:
            continue
        taken = each.good_quantity + each.scrap_quantity + wanted[each.pk]
        for before in job.before[each.pk]:
            lack = taken - before.good_quantity
            if lack > 0:
                wanted[before.pk] = max(lack, wanted.get(before.pk, ZERO))
    del wanted[operation.pk]
    return [(each, wanted[each.pk]) for each in job.operations if each.pk in wanted]
