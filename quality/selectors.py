"""Reads that more than one edge of quality needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from p2p.inventory.models import Balance, Lot
from planning.models import Operation
from quality.engine.verdict import Tally, Verdict, overall
from quality.models import ControlPlanLine, Inspection, NonConformance, Result
from strategies.models import Item, Location, Site


@dataclass(frozen=True)
class Found:
    """One line of the plan with what was read of it, piece by piece."""

    line: ControlPlanLine
    tally: Tally
    results: dict[int, Result] = field(default_factory=dict)

    @property
    def values(self) -> list[Decimal]:
        return [one.value for _piece, one in sorted(self.results.items()) if one.value is not None]


def in_force(inspection: Inspection) -> QuerySet[Result]:
    """The results that count: those no later reading has superseded."""
    return inspection.results.filter(superseded=False)


def findings(inspection: Inspection) -> list[Found]:
    """Every line of the plan with its results, in the order of the plan. Two queries."""
    by_characteristic: dict[int, dict[int, Result]] = {}
    for result in in_force(inspection).select_related("by").order_by("sample"):
        by_characteristic.setdefault(result.characteristic_id, {})[result.sample] = result
    lines = inspection.plan.lines.select_related("characteristic__unit").order_by("position")
    return [_found(inspection, line, by_characteristic.get(line.characteristic_id, {})) for line in lines]


def _found(inspection: Inspection, line: ControlPlanLine, results: dict[int, Result]) -> Found:
    tally = Tally(
        key=line.pk,
        sample_size=inspection.sample_size,
        read=len(results),
        nonconforming=sum(not result.conforms for result in results.values()),
        accept_number=line.accept_number,
    )
    return Found(line, tally, results)


def verdict(inspection: Inspection) -> Verdict:
    """What the results say so far."""
    return overall(found.tally for found in findings(inspection))


def verdicts(inspections: Iterable[Inspection]) -> dict[int, Verdict]:
    """The same for a list: primary key -> verdict, in two queries."""
    wanted = {inspection.pk: inspection for inspection in inspections}
    counted: dict[tuple[int, int], tuple[int, int]] = {}
    rows = (
        Result.objects.filter(inspection__in=wanted.keys(), superseded=False)
        .values_list("inspection_id", "characteristic_id")
        .annotate(read=Count("pk"), bad=Count("pk", filter=Q(conforms=False)))
        .order_by()
    )
    for inspection, characteristic, read, bad in rows:
        if inspection is not None:
            counted[inspection, characteristic] = (read, bad)
    lines: dict[int, list[ControlPlanLine]] = {}
    for line in ControlPlanLine.objects.filter(plan__in={one.plan_id for one in wanted.values()}):
        lines.setdefault(line.plan_id, []).append(line)
    return {
        key: overall(
            Tally(
                key=line.pk,
                sample_size=one.sample_size,
                read=counted.get((key, line.characteristic_id), (0, 0))[0],
                nonconforming=counted.get((key, line.characteristic_id), (0, 0))[1],
                accept_number=line.accept_number,
            )
            for line in lines.get(one.plan_id, ())
        )
        for key, one in wanted.items()
    }


def inspections() -> QuerySet[Inspection]:
    """Inspections with everything their lists and pages name, and how many values they still want."""
    read = Count("results", filter=Q(results__superseded=False), distinct=True)
    asked = Count("plan__lines", distinct=True)
    return Inspection.objects.select_related(
        "plan__site",
        "operation__order__site",
        "operation__group",
        "replenishment__vendor",
        "replenishment__site",
        "item__unit",
        "lot",
        "decided_by",
    ).annotate(read=read, asked=asked)


def queue() -> QuerySet[Inspection]:
    """What inspectors have to do, the oldest first."""
    return inspections().filter(state=Inspection.State.OPEN).order_by("opened_at", "id")


def found_at(*, item: Item, operation: Operation | None = None, lot: Lot | None = None) -> Site | None:
    """The site of what does not conform when nobody names it: the operation's; else the only one where the lot
    (or, without a lot, the item) lies; else the only site there is. None when several come into question."""
    if operation is not None:
        return operation.order.site
    stock = Balance.objects.filter(item=item, quantity__gt=0).exclude(location__kind__in=Location.OUTSIDE)
    if lot is not None:
        stock = stock.filter(lot=lot)
    for rows in (
        Site.objects.filter(pk__in=stock.values("location__site")),
        Site.objects.filter(active=True),
    ):
        first = list(rows.order_by("pk")[:2])
        if first:
            return first[0] if len(first) == 1 else None
    return None


def nonconformances() -> QuerySet[NonConformance]:
    return NonConformance.objects.select_related(
        "site",
        "inspection__plan__site",
        "inspection__replenishment",
        "operation__order__site",
        "item__unit",
        "lot",
        "move",
        "reason",
        "decided_by",
        "report",
        "rework_order",
    )


def undecided(inspection: Inspection) -> bool:
    """Whether a nonconformance raised from this inspection still waits for its decision."""
    return inspection.nonconformances.filter(state=NonConformance.State.OPEN).exists()


def first_pass(rows: QuerySet[Inspection]) -> tuple[int, int]:
    """(accepted at once, decided) of these inspections: first-pass yield is their quotient."""
    once_rejected = Exists(NonConformance.objects.filter(inspection=OuterRef("pk")))
    decided = rows.exclude(state__in=[Inspection.State.OPEN, Inspection.State.CANCELLED])
    good = decided.filter(state=Inspection.State.ACCEPTED).exclude(once_rejected)
    return good.count(), decided.count()
