"""Which operations of an order come directly before which: the one rule that reads and services share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from planning.models import Operation, OperationLink

CANCELLED = Operation.State.CANCELLED
TAKING = (
    "phases",
    "queue_seconds",
    "setup_seconds",
    "run_seconds",
    "queue_after_seconds",
    "transit_seconds",
)
"""What tells how long an operation takes capacity: as `phases.capacity` wants it."""


def directly_before() -> QuerySet[Operation]:
    """The operations directly before the operation of the query around; cancelled ones do not count.

    Links say it. In an order without any link each operation follows the next lower number. A route with several
    ends is finished by the end with the highest number, which waits for the others.
    """
    here = Operation.objects.exclude(state=CANCELLED).order_by().filter(order=OuterRef("order"))
    links = OperationLink.objects.order_by()
    linked = Exists(links.filter(after__order=OuterRef("order")))
    direct = Exists(links.filter(before=OuterRef("pk"), after=OuterRef(OuterRef("pk"))))
    lower = here.filter(number__lt=OuterRef(OuterRef("number"))).order_by("-number")
    end = ~Exists(links.filter(before=OuterRef("pk")).exclude(after__state=CANCELLED))
    last = here.filter(end).order_by("-number")
    by_number = Q(~linked, number=Subquery(lower.values("number")[:1]))
    other_end = Q(linked, end, number__lt=OuterRef("number")) & Q(
        Exists(Operation.objects.filter(pk=OuterRef(OuterRef("pk")), pk__in=Subquery(last.values("pk")[:1])))
    )
    return here.filter(direct | by_number | other_end)


def all_before(orders: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Operation -> those directly before it, by number, for every operation of the orders that is not cancelled: the
    rule of `directly_before` for many orders at once. Two queries, whatever their number."""
    rows = Operation.objects.exclude(state=CANCELLED).filter(order__in=orders).order_by("order", "number")
    drawn = OperationLink.objects.filter(after__order__in=orders).order_by("pk")
    links: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for order, before, after in drawn.values_list("after__order", "before", "after"):
        links[order].append((before, after))
    steps: dict[int, list[int]] = defaultdict(list)
    for order, key in rows.values_list("order", "pk"):
        steps[order].append(key)
    found: dict[int, tuple[int, ...]] = {}
    for order, keys in steps.items():
        found |= _before(keys, links.get(order, ()))
    return found


def _before(steps: list[int], links: Collection[tuple[int, int]]) -> dict[int, tuple[int, ...]]:
    """In one order: its operations by number, and its links, those of cancelled operations among them."""
    if not links:
        return {key: tuple(steps[place - 1 : place]) if place else () for place, key in enumerate(steps)}
    known = set(steps)
    found: dict[int, set[int]] = {key: set() for key in steps}
    leading = set()
    for before, after in links:
        if before in known and after in known:
            found[after].add(before)
            leading.add(before)
    ends = [key for key in steps if key not in leading]
    if ends:
        found[ends[-1]].update(ends[:-1])
    return {key: tuple(one for one in steps if one in each) for key, each in found.items()}
