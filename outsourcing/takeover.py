"""Going live, seen from outsourcing: the sheet of work at vendors, and what lies there afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import F, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outsourcing.models import SubcontractLine, SubcontractOrder
from outsourcing.services.takeover import OpenLine, take_subcontracts
from p2p.core.refusal import Refused
from planning.models import Operation, ProductionOrder
from planning.takeover import ABOVE, records
from strategies.facts import Figure, MeasuringCutOver, NamingMeasures
from strategies.models import Vendor
from strategies.services.importer import (
    Column,
    Day,
    Number,
    Problem,
    Reference,
    Row,
    Sheet,
    Tally,
    Text,
    Whole,
    register_sheet,
)

if TYPE_CHECKING:
    from p2p.core.models import User

SHEET = "open_subcontracts"
ZERO = Decimal(0)


def _adds_up(row: Row) -> Iterator[tuple[str, str]]:
    away = (row.values["received"] or ZERO) + (row.values["at_vendor"] or ZERO)
    if away > row.values["quantity"]:
        yield "at_vendor", _("More is back or at the vendor than was ordered.")


def _known(rows: Sequence[Row]) -> dict[tuple[int, int], Operation]:
    found = Operation.objects.filter(order__in={row.values["order"] for row in rows})
    return {(row.order_id, row.number): row for row in found.select_related("order__site", "vendor")}


def operations_are_outside(rows: Sequence[Row]) -> Iterator[Problem]:
    """Guard: the operation is there, done by a vendor, and on no order here yet; one vendor an order."""
    operations = _known(rows)
    ordered = set(
        SubcontractLine.objects.filter(operation__in=[one.pk for one in operations.values()], cancelled=False)
        .exclude(order__state=SubcontractOrder.State.DRAFT)
        .values_list("operation_id", flat=True)
    )
    vendors: dict[str, int] = {}
    for row in rows:
        operation = operations.get((row.values["order"], row.values["operation_number"]))
        if operation is None:
            text = _("The order has no such operation: see its route.")
            yield Problem(SHEET, text, row.line, "operation", code="no_operation")
        elif not operation.outside:
            text = _("This operation is done in house.")
            yield Problem(SHEET, text, row.line, "operation", code="not_outside")
        elif operation.pk in ordered:
            text = _("This operation is on an order here already.")
            yield Problem(SHEET, text, row.line, "operation", code="ordered_before")
        if vendors.setdefault(row.values["number"], row.values["vendor"]) != row.values["vendor"]:
            text = _("An order goes to one vendor; the lines before name another.")
            yield Problem(SHEET, text, row.line, "vendor", code="two_vendors")


def _store(rows: Sequence[Row], by: User | None) -> Tally:
    if by is None:
        raise Refused(gettext_lazy("Somebody has to take this over: sign in."), code="nobody")
    operations = _known(rows)
    vendors = records(rows, "vendor", Vendor.objects.select_related("currency"))
    lines = [
        OpenLine(
            number=row.values["number"],
            vendor=vendors[row.values["vendor"]],
            operation=operation,
            quantity=row.values["quantity"],
            received=row.values["received"] or ZERO,
            there=row.values["at_vendor"] or ZERO,
            price=row.values["price"],
            due_on=row.values["due_on"],
            promised_on=row.values["promised_on"],
            at=datetime.combine(row.values["sent_on"], time(0), ZoneInfo(operation.order.site.time_zone)),
        )
        for row in rows
        for operation in [operations[row.values["order"], row.values["operation_number"]]]
    ]
    take_subcontracts(lines=lines, by=by)
    return Tally(created=len(lines))


OPEN_SUBCONTRACTS = Sheet(
    opens=True,
    name=SHEET,
    title=gettext_lazy("Work at vendors"),
    about=gettext_lazy("Operations that vendors work on at the cut-over, and the pieces that lie there."),
    model=SubcontractLine,
    key=("order", "operation_number"),
    after=("open_orders", "open_materials", "open_operations", "vendors"),
    together=("number",),
    checks=(_adds_up,),
    guards=(operations_are_outside,),
    store=_store,
    fields=(
        Column("number", Text(40), required=True, example="SC-1007"),
        Reference("vendor", Vendor, ("vendor",), ("number",), required=True, example="ADVANCED0001"),
        Reference("order", ProductionOrder, ("order",), ("number",), required=True, example="MO-43659"),
        Column("operation", Whole(1), field="operation_number", required=True, example="30"),
        Column("quantity", ABOVE, required=True, example="40"),
        Column("received", Number(at_least=ZERO), example="0"),
        Column("at_vendor", Number(at_least=ZERO), example="40"),
        Column("price", Number(at_least=ZERO, places=8), required=True, example="4.20"),
        Column("sent_on", Day(), required=True, example="2026-06-25"),
        Column("due_on", Day(), required=True, example="2026-07-03"),
        Column("promised_on", Day()),
    ),
)


def measures(asked: NamingMeasures) -> tuple[str, ...]:
    """What `figures` knows."""
    return ("subcontracts.count", "subcontracts.pieces")


def figures(asked: MeasuringCutOver) -> list[Figure]:
    """Open orders at vendors, and how many pieces lie with each. Two queries."""
    closed = (SubcontractOrder.State.CLOSED, SubcontractOrder.State.CANCELLED, SubcontractOrder.State.DRAFT)
    orders = SubcontractOrder.objects.filter(site=asked.site).exclude(state__in=closed)
    lines = SubcontractLine.objects.filter(order__in=orders, cancelled=False)
    left = F("sent_quantity") - F("received_quantity") - F("rejected_quantity")
    found = [Figure("subcontracts.count", _("Orders at vendors"), "", Decimal(orders.count()))]
    for vendor, pieces in (
        lines.values_list("order__vendor__number").annotate(n=Sum(left)).order_by("order__vendor__number")
    ):
        found.append(Figure("subcontracts.pieces", _("Pieces at the vendor"), vendor, pieces))
    return found


def register() -> None:
    """Called once, when apps are ready."""
    register_sheet(OPEN_SUBCONTRACTS)
