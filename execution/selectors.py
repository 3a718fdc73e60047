"""Every read of the floor that more than one edge needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from execution.models import (
    Clocking,
    Downtime,
    MaterialMove,
    OutputMove,
    PickLine,
    PickList,
    PrintedDocument,
    Report,
    WipMove,
)
from execution.prepared import MARK, TEXT, Prepared
from p2p.core.digits import whole
from planning.models import Block, Material, Operation, ProductionOrder
from planning.sequence import directly_before
from strategies.models import BomLine, ResourceGroup

Flushing = BomLine.Flushing
PICKED = (Flushing.MANUAL, Flushing.ARRIVAL)
"""Components that somebody brings: they are reserved at release and stand on the pick list."""
FLUSHED = (Flushing.START, Flushing.OPERATION, Flushing.FINISH)
"""Components that are taken by themselves when work is started, reported or finished."""
OPEN = ("released", "started")
ZERO = Decimal(0)
EVERY_PIECE = _("Every piece is reported: finish the operation.")


def standing_moves() -> Exists:
    """Whether an order has a component move that was not taken back."""
    return Exists(
        MaterialMove.objects.filter(
            material__order=OuterRef("pk"), move__reverses__isnull=True, move__reversed_by__isnull=True
        )
    )


def standing_reports() -> Exists:
    """Whether an order has a report that was not taken back."""
    return Exists(
        Report.objects.filter(
            operation__order=OuterRef("pk"), reverses__isnull=True, reversed_by__isnull=True
        )
    )


def touched(orders: Sequence[ProductionOrder]) -> list[ProductionOrder]:
    """The orders for which something was picked or reported that still stands."""
    rows = ProductionOrder.objects.filter(pk__in=[order.pk for order in orders])
    return list(rows.filter(standing_moves() | standing_reports()).order_by("pk"))


# ---- what to do next


def operations() -> QuerySet[Operation]:
    """Operations with what decides whether they can be worked on, all in one query.

    `ready_from` is how many pieces the operations before have made (None at the first), `block` the sentence of the
    oldest open block, `lacking` whether a component that is picked by hand is not all there, `workers` whether
    somebody is clocked on, `down` whether its resource is down.
    """
    before = directly_before().values("order")
    block = Block.objects.filter(operation=OuterRef("pk"), closed_at__isnull=True).order_by("pk")
    lacking = Material.objects.filter(
        operation=OuterRef("pk"),
        flushing__in=PICKED,
        kind__in=BomLine.FROM_STOCK,
        issued_quantity__lt=F("quantity"),
    )
    return Operation.objects.select_related(
        "order__item__unit", "order__site", "group", "resource", "vendor", "half_finished"
    ).annotate(
        ready_from=Subquery(before.annotate(least=Min("good_quantity")).values("least")),
        block=Subquery(block.values("sentence")[:1]),
        lacking=Exists(lacking),
        workers=Exists(Clocking.objects.filter(operation=OuterRef("pk"), ended_at__isnull=True)),
        down=Exists(Downtime.objects.filter(resource=OuterRef("resource"), ended_at__isnull=True)),
    )


named_operation = Prepared(
    lambda order, number: Operation.objects.filter(order__number=order, number=number).select_related(
        "order__site"
    ),
    (TEXT, MARK),
)
"""`named_operation("MO-000123", 10)`: that operation with its order and site, or an empty list."""


def dispatch_list(group: ResourceGroup | None = None) -> QuerySet[Operation]:
    """Open operations (of one work centre), in the order in which they should be worked on. One query."""
    rows = operations().filter(state__in=OPEN, order__state__in=OPEN)
    if group is not None:
        rows = rows.filter(group=group)
    return rows.order_by(F("starts_at").asc(nulls_last=True), "order__priority", "order__number", "number")


@dataclass(frozen=True)
class Readiness:
    """Whether an operation can be worked on now: `state` is running, ready, waiting, down, blocked or outside.

    `words` fit into a badge, `sentence` says why not, `pieces` is how many could be worked on.
    """

    state: str
    words: str
    sentence: str
    pieces: Decimal


def readiness(operation: Operation) -> Readiness:
    """What `operations()` has read, put into one word and one sentence."""
    seen: dict[str, object] = vars(operation)
    done = operation.good_quantity + operation.scrap_quantity
    made = seen.get("ready_from")
    ready = max(ZERO, (operation.quantity if made is None else Decimal(str(made))) - done)
    blocked = str(seen.get("block") or "")
    known: tuple[tuple[object, str, object, object], ...] = (
        (blocked, "blocked", _("Blocked"), blocked),
        (operation.outside, "outside", _("At vendor"), _("Done by a vendor.")),
        (seen.get("down"), "down", _("Down"), _("The machine is down.")),
        (seen.get("workers"), "running", _("Running"), ""),
        (done >= operation.quantity, "done", _("All reported"), EVERY_PIECE),
        (
            made is not None and not ready,
            "waiting",
            _("Waits for pieces"),
            _("The operation before has made no more."),
        ),
        (not ready, "done", _("All reported"), EVERY_PIECE),
        (seen.get("lacking"), "waiting", _("Waits for parts"), _("Components are not all picked yet.")),
    )
    for holds, state, words, sentence in known:
        if holds:
            return Readiness(state, str(words), str(sentence), ready)
    return Readiness("ready", str(_("Ready")), "", ready)


# ---- before release


def releasable() -> QuerySet[ProductionOrder]:
    """Firm and scheduled orders, the first to start first."""
    rows = ProductionOrder.objects.filter(state__in=("firm", "scheduled")).select_related(
        "item__unit", "site"
    )
    return rows.order_by("start_on", "priority", "number")


# ---- documents


def orders() -> QuerySet[ProductionOrder]:
    """Production orders as the floor sees them."""
    return ProductionOrder.objects.select_related("item__unit", "site", "unit").order_by("-id")


def pick_lists() -> QuerySet[PickList]:
    """Pick lists, newest first, with how many lines are left on each and how many have no place."""
    left = Sum("lines__quantity") - Sum("lines__picked_quantity")
    return (
        PickList.objects.select_related("order__item__unit", "order__site", "picked_by")
        .annotate(
            left=left, homeless=Exists(PickLine.objects.filter(pick_list=OuterRef("pk"), location=None))
        )
        .order_by("-id")
    )


def pick_lines(pick_list: PickList) -> QuerySet[PickLine]:
    """The lines of a list in the order of walking: by place, then item. Without those that want nothing any more."""
    rows = PickLine.objects.filter(pick_list=pick_list, quantity__gt=0)
    rows = rows.select_related("material__item__unit", "material__item__catch_unit", "material__operation")
    walk = F("location__code").asc(nulls_last=True), "material__item__number", "id"
    return rows.select_related("location", "lot", "serial").order_by(*walk)


def reports() -> QuerySet[Report]:
    """Reports, newest first; `undone` says that another report takes it back."""
    undone = Exists(Report.objects.filter(reverses=OuterRef("pk")))
    related = (
        "operation__order__item__unit", "operation__order__site", "operation__group", "reason", "resource", "worker",
        "device", "reverses", "made_up_for", "by",
    )  # fmt: skip
    return Report.objects.select_related(*related).annotate(undone=undone).order_by("-id")


def downtimes() -> QuerySet[Downtime]:
    """Stops, the latest first."""
    related = ("resource__site", "resource__group", "reason", "by")
    return Downtime.objects.select_related(*related).order_by("-began_at", "-id")


def material_moves(order: ProductionOrder) -> QuerySet[MaterialMove]:
    """Every issue and return of components of an order, newest first."""
    rows = MaterialMove.objects.filter(material__order=order)
    related = (
        "material__item__unit",
        "move__source",
        "move__lot",
        "move__serial",
        "move__by",
        "report",
        "pick_line__pick_list",
    )
    return rows.select_related(*related).order_by("-id")


def pieces_behind(order: ProductionOrder) -> list[tuple[Operation, str, Decimal]]:
    """Where the order's pieces stand now: (behind which operation, at which place, how many)."""
    rows = (
        WipMove.objects.filter(operation__order=order)
        .values_list("operation_id", "location__code")
        .annotate(pieces=Sum("quantity"))
        .order_by("operation__number", "location__code")
    )
    operations = Operation.objects.filter(order=order).select_related("order__item", "half_finished")
    known = {each.pk: each for each in operations}
    return [(known[operation], place or "", pieces) for operation, place, pieces in rows if pieces]


def scanned(code: str) -> ProductionOrder | Operation | None:
    """What a scanned code means: `MO-000123` is an order, `MO-000123-10` its operation 10. None when unknown."""
    text = code.strip()
    if (order := orders().filter(number__iexact=text).first()) is not None:
        return order
    number, _dash, step = text.rpartition("-")
    if (place := whole(step, most=10**9)) is None:
        return None
    return operations().filter(Q(order__number__iexact=number), number=place).first()


def output_moves(report: Report) -> QuerySet[OutputMove]:
    """What one report brought into stock."""
    related = ("output__item__unit", "move__target", "move__lot", "move__serial")
    return OutputMove.objects.filter(report=report).select_related(*related).order_by("id")


def wip_moves(report: Report) -> QuerySet[WipMove]:
    """The steps of pieces of one report."""
    rows = WipMove.objects.filter(report=report).order_by("id")
    return rows.select_related("operation__order", "operation__half_finished", "location")


def printed(order: ProductionOrder) -> QuerySet[PrintedDocument]:
    """Which papers of an order were printed, latest first."""
    return PrintedDocument.objects.filter(order=order).select_related("by").order_by("-id")
