"""What the floor knows of moves that a trace meets, and how it keeps still what is recalled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from execution.models import Clocking, MaterialMove, OutputMove, Report, WipMove
from execution.services.job import lock_job
from p2p.core.fields import plain
from p2p.inventory.models import RecallLine
from p2p.inventory.trace_facts import (
    Locating,
    Reading,
    Recalled,
    Recalling,
    RecallLifted,
    Reviewing,
    Sighting,
    Suspecting,
    Suspects,
)
from planning.models import Operation, ProductionOrder
from planning.services.block import NewBlock, close_blocks, open_blocks
from strategies.models import Location, Worker

SOURCE = "recall"
AT_WORK = ("released", "started")
MOST = 200
"""Reports that one answer has at most, the latest."""


def in_process(asked: Locating) -> list[Sighting]:
    """The orders that issues went into, and where their pieces stand. Two queries."""
    rows = MaterialMove.objects.filter(move__in=asked.moves).values_list(
        "move", "material__order", "material__order__number", "material__order__state"
    )
    issued = list(rows.order_by("move"))
    piles = _piles({order for _move, order, _number, _state in issued})
    found = []
    for move, order, number, state in issued:
        stands = piles.get(order, [])
        outside = [(vendor, words) for vendor, words in stands if vendor]
        away = bool(outside) and len(outside) == len(stands)
        found.append(
            Sighting(
                move=move,
                where=RecallLine.Where.VENDOR if away else RecallLine.Where.PROCESS,
                document=number,
                party=", ".join(sorted({vendor for vendor, _words in outside})),
                note="; ".join(words for _vendor, words in stands),
                ended=state not in AT_WORK,
            )
        )
    return found


def _piles(orders: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """Order -> (vendor or "", what stands where) of its pieces between operations. One query."""
    rows = (
        WipMove.objects.filter(operation__order__in=list(orders))
        .values_list(
            "operation__order",
            "operation__number",
            "operation__half_finished__number",
            "location__code",
            "location__kind",
            "location__vendor__name",
        )
        .annotate(pieces=Sum("quantity"))
        .order_by("operation__order", "operation__number", "location__code")
    )
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for order, operation, half, place, kind, vendor, pieces in rows:
        if pieces <= 0:
            continue
        at_vendor = kind == Location.Kind.VENDOR
        said = (
            _("{pieces} {item} behind operation {operation}")
            if half
            else _("{pieces} behind operation {operation}")
        )
        words = said.format(pieces=plain(pieces), item=half, operation=operation)
        if place:
            words = _("{words} at {place}").format(
                words=words, place=vendor if at_vendor and vendor else place
            )
        found[order].append((vendor or place if at_vendor else "", words))
    return found


def reported(asked: Reviewing) -> list[Reading]:
    """The reports of the orders behind these moves: machine, worker, pieces, time. Two queries."""
    brought: dict[int, int] = dict(
        OutputMove.objects.filter(move__in=asked.moves).values_list("output__order", "move").order_by("move")
    )
    rows = (
        Report.objects.filter(operation__order__in=brought, reverses__isnull=True, reversed_by__isnull=True)
        .select_related("operation__order", "operation__half_finished", "resource", "worker", "by")
        .order_by("-effective_at", "-pk")
    )
    return [_reading(row, brought[row.operation.order_id]) for row in rows[:MOST]]


def _reading(row: Report, move: int) -> Reading:
    who = row.worker.name if row.worker else str(row.by or "")
    half = row.operation.half_finished
    good = _("{good} good as {item}") if half else _("{good} good")
    words = [good.format(good=plain(row.good), item=half)]
    words += [_("{scrap} scrap").format(scrap=plain(row.scrap))] if row.scrap else []
    words += [each for each in (row.resource.code if row.resource else "", who, row.vendor_receipt) if each]
    return Reading(
        kind="report",
        title=f"{row.operation} {row.operation.name}",
        said=" · ".join(words),
        move=move,
        tone="warn" if row.scrap else "",
        at=row.effective_at,
    )


# ---- what a machine, a worker or an order had in hands


def worked_on(asked: Suspecting) -> Suspects | None:
    """What came of, and what is issued to, the orders a machine or worker worked on in the time. At most five
    queries. Pieces of an earlier operation may be in all that its order brought from then on."""
    if not (asked.resource or asked.worker or asked.order or asked.site):
        return None
    since = _since(asked)
    outputs = OutputMove.objects.filter(
        output__order__in=since, move__reverses__isnull=True, move__reversed_by__isnull=True
    ).values_list("move", "output__order", "move__effective_at")
    issues = MaterialMove.objects.filter(
        material__order__in=since,
        material__order__state__in=AT_WORK,
        move__reverses__isnull=True,
        move__reversed_by__isnull=True,
    )
    return Suspects(
        brought=tuple(
            sorted(move for move, order, at in outputs if since[order] is None or at >= since[order])
        ),
        issues=tuple(issues.order_by("move").values_list("move", flat=True)),
    )


def _since(asked: Suspecting) -> dict[int, datetime | None]:
    """Order -> since when it is suspect (None: from the beginning)."""
    if asked.order:
        named = ProductionOrder.objects.filter(number__iexact=asked.order)
        return dict.fromkeys(named.values_list("pk", flat=True))
    reports = Q(reverses__isnull=True, reversed_by__isnull=True)
    clocks = Q()
    if asked.site:
        reports &= Q(operation__order__site=asked.site)
        clocks &= Q(operation__order__site=asked.site)
    if asked.resource:
        reports &= Q(resource=asked.resource)
        clocks &= Q(resource=asked.resource)
    if asked.worker:
        user = Worker.objects.filter(pk=asked.worker).values_list("user", flat=True).first()
        reports &= Q(worker=asked.worker) | (Q(worker=None, by=user) if user else Q(pk=None))
        clocks &= Q(by=user) if user else Q(pk=None)
    if asked.since:
        reports &= Q(effective_at__gte=asked.since)
        clocks &= Q(ended_at__gte=asked.since) | Q(ended_at=None)
    if asked.until:
        reports &= Q(effective_at__lte=asked.until)
        clocks &= Q(began_at__lte=asked.until)
    found: dict[int, datetime | None] = {}
    rows = [
        *Report.objects.filter(reports).values_list("operation__order", "effective_at"),
        *Clocking.objects.filter(clocks).values_list("operation__order", "began_at"),
    ]
    for order, at in rows:
        before = found.get(order)
        found[order] = at if before is None else min(before, at)
    return found


# ---- keeping still what is recalled


def keep_still(fact: Recalling) -> None:
    """Wait for work under way on orders that hold what is recalled, and let nobody begin before it is blocked."""
    for order in _orders(fact.issues):
        lock_job(order)


def block(fact: Recalled) -> None:
    """Operations of these orders that are not finished may not go on."""
    operations = (
        Operation.objects.filter(order__in=_orders(fact.issues), order__state__in=AT_WORK)
        .exclude(state="finished")
        .select_related("order")
        .order_by("pk")
    )
    sentence = _("Recalled by {recall}: {title}").format(recall=fact.recall.number, title=fact.recall.title)
    open_blocks(
        blocks=[
            NewBlock(operation=each, source=SOURCE, reference=fact.recall.number, sentence=sentence)
            for each in operations
        ],
        by=fact.by,
    )


def unblock(fact: RecallLifted) -> None:
    close_blocks(source=SOURCE, reference=fact.recall.number, by=fact.by)


def _orders(issues: Iterable[int]) -> list[int]:
    rows = MaterialMove.objects.filter(move__in=list(issues)).order_by("material__order")
    return list(rows.values_list("material__order", flat=True).distinct())
