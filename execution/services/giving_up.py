"""What is left of a component is not expected any more: a report ended the picking list of its operation, or its line
ends with its first issue. Until that report or issue is taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from execution.models import GivenUp, MaterialMove, PickLine, PickList, Report
from execution.models.pick import PICK_FLOW
from execution.services.job import Job
from execution.services.lines import drop
from execution.services.reserve import free_standing
from p2p.core.clock import now
from p2p.core.models import User
from p2p.inventory.models import Reservation
from p2p.inventory.services.reservations import unreserve
from planning.models import Material, Operation, ProductionOrder
from planning.services import progress
from strategies.services.numbering import take_numbers

OPEN = PickList.State.OPEN


@transaction.atomic
def give_up(*, job: Job, operation: Operation, report: Report, by: User | None) -> list[GivenUp]:
    """Close what the operation's components still lack (those of no operation belong to the first one): the need
    ends, lines of pick lists go, reservations are lifted. Call it after the report has taken its own components.
    """
    mine = [
        material.pk
        for material in job.materials
        if material.operation_id == operation.pk or (material.operation_id is None and operation is job.first)
    ]
    return _give_up(job.order, dict.fromkeys(mine), report, by)


def line_ended(*, order: ProductionOrder, issued: Sequence[MaterialMove], by: User | None) -> list[GivenUp]:
    """Components whose line ends with its first issue are not expected any more. Call it after the issue. No query
    where none of them has such a line."""
    firsts: dict[int, MaterialMove | None] = {}
    for one in issued:
        if one.material.ends and one.move.reverses_id is None:
            firsts.setdefault(one.material_id, one)
    return _give_up(order, firsts, None, by) if firsts else []


def line_goes_on(*, issued: Sequence[MaterialMove], by: User | None) -> None:
    """An issue that ended its line is taken back: what was left is needed again. No query where no line ends."""
    back = [one.move.reverses_id for one in issued if one.material.ends and one.move.reverses_id is not None]
    if back:
        rows = GivenUp.objects.filter(issue__move__in=back).select_related("material")
        _expect(list(rows.order_by("pk")))


def _give_up(
    order: ProductionOrder,
    said: Mapping[int, MaterialMove | None],
    report: Report | None,
    by: User | None,
) -> list[GivenUp]:
    """`said`: key of a component -> the issue that ended it, None where `report` did."""
    rows = list(Material.objects.filter(pk__in=said, quantity__gt=F("issued_quantity")).order_by("pk"))
    if not rows:
        return []
    picked, promised = _off_the_lists(rows, by)
    given = GivenUp.objects.bulk_create(
        GivenUp(
            material=row,
            report=report,
            issue=said[row.pk],
            quantity=row.quantity - row.issued_quantity,
            picked=row.pk in picked,
        )
        for row in rows
    )
    progress.expect(quantities={one.material_id: -one.quantity for one in given})
    _let_go(order, rows, promised, by)
    return given


def _off_the_lists(materials: list[Material], by: User | None) -> tuple[set[int], list[Reservation]]:
    """Lines that were not picked leave their lists; a list on which nothing is left is done. Keys of the components
    that stood on one, and what was reserved for the lines."""
    lines = PickLine.objects.filter(
        material__in=materials, pick_list__state=OPEN, picked_quantity__lt=F("quantity")
    )
    found = list(lines.order_by("pk"))
    keys = [line.reservation_id for line in found if line.reservation_id]
    reservations = list(Reservation.objects.filter(pk__in=keys).order_by("pk"))
    lists = sorted({line.pick_list_id for line in found})
    drop([line for line in found if not line.picked_quantity])
    PickLine.objects.filter(pk__in=[line.pk for line in found if line.picked_quantity]).update(
        quantity=F("picked_quantity"), reservation=None
    )
    for row in PickList.objects.filter(pk__in=lists, state=OPEN).order_by("pk"):
        left = PickLine.objects.filter(pick_list=row, quantity__gt=0)
        if left.filter(picked_quantity__lt=F("quantity")).exists():
            continue
        if left.exists():
            PICK_FLOW.take(row, "pick", picked_at=now(), picked_by=by)
        else:
            PICK_FLOW.take(row, "cancel")
    return {line.material_id for line in found}, reservations


def _let_go(
    order: ProductionOrder, materials: list[Material], promised: list[Reservation], by: User | None
) -> None:
    """What was reserved for the lines (`promised`), and for the order beside its lists of items that nothing in it
    wants any more: given back in one go, so that its stock is locked in one order."""
    gone = {row.item_id for row in materials}
    wanted = Material.objects.filter(order=order, item__in=gone, quantity__gt=F("issued_quantity"))
    gone -= set(wanted.values_list("item", flat=True))
    beside = free_standing([order.number]).filter(item__in=gone)
    unreserve(reservations=list({row.pk: row for row in [*promised, *beside]}.values()), by=by)


@transaction.atomic
def expect_again(*, report: Report, by: User | None) -> None:
    """The report is taken back: the components are needed again. What stood on a pick list comes onto a new one,
    without a place: what was reserved may be somebody else's by now."""
    _expect(list(GivenUp.objects.filter(report=report).select_related("material").order_by("pk")))


def _expect(given: Sequence[GivenUp]) -> None:
    progress.expect(quantities={one.material_id: one.quantity for one in given})
    again = [one for one in given if one.picked]
    if not again:
        return
    (number,) = take_numbers(code="PK", count=1)
    row = PickList(number=number, order_id=again[0].material.order_id, created_at=now())
    row.save(force_insert=True)
    PickLine.objects.bulk_create(
        PickLine(pick_list=row, material=one.material, quantity=Decimal(one.quantity)) for one in again
    )
