"""What quality does when the areas on its left act: it opens inspections and guards the gates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from execution.facts import (
    Ending,
    Finishing,
    FinishingOperation,
    Released,
    Reported,
    Reporting,
    Unreleased,
)
from outsourcing.facts import Received
from p2p.core.facts import Refused, listen
from p2p.core.models import User
from p2p.inventory.facts import Moved
from p2p.inventory.trace_facts import Reviewing
from planning.arrival_facts import Arriving, Notice, TakenIn
from planning.facts import Cancelled
from planning.models import Output, ProductionOrder
from quality import tracing
from quality.models import Inspection, Result
from quality.services import blocking, decide, gate, goods, open
from strategies.facts import CharacteristicChanging


def open_at_release(fact: Released) -> None:
    """Control plans for operations ask for their inspections."""
    open.open_for_orders(orders=fact.orders, by=fact.by)


def open_at_receipt(fact: Received) -> None:
    """Control plans for receipts ask for theirs; a receipt taken back calls its inspections off."""
    if fact.receipt.reverses_id is None:
        open.open_for_receipt(lines=fact.lines, by=fact.by)
        return
    _call_off(
        Inspection.objects.filter(receipt_line__receipt=fact.receipt.reverses_id),
        _("{receipt} was taken back").format(receipt=fact.receipt.reverses),
        fact.by,
    )


def open_at_goods(fact: TakenIn) -> None:
    """The same for what was bought; a receipt taken back ends its inspections."""
    goods.open_for_goods(receipts=[row for row in fact.receipts if not row.move.reverses_id], by=fact.by)
    goods.close_for_goods(receipts=[row for row in fact.receipts if row.move.reverses_id], by=fact.by)


def tell_of_goods(asked: Arriving) -> Notice | None:
    """Who receives knows beforehand what goes to inspection."""
    wanted = goods.plans_of(asked.orders)
    if not wanted:
        return None
    words = ngettext("{count} line goes to inspection.", "{count} lines go to inspection.", len(wanted))
    return Notice(tuple(wanted), words.format(count=len(wanted)), _("Inspection"))


def hold_in_quarantine(fact: Moved) -> None:
    """What is put into quarantine before its verdict waits there."""
    goods.follow(moves=fact.moves, by=fact.by)


def hold_what_came_out(fact: Reported) -> None:
    """Lots that an order puts into stock wait on hold while an inspection of it has not passed. What nobody planned is
    inspected from when it came; taken back whole, its inspection is called off."""
    if fact.report.reverses_id is not None:
        _call_off_added(fact)
        return
    added = [(one.output, one.quantity) for one in fact.variations if not one.output.planned]
    open.open_for_outputs(operation=fact.operation, outputs=added, by=fact.by)
    lots = {one.move.lot.pk: one.move.lot for one in fact.output_moves if one.move.lot}
    if not lots:
        return
    standing = gate.standing().filter(Q(operation__order=fact.order)).select_related("item").order_by("pk")
    for inspection in standing:
        blocking.hold_lots(inspection=inspection, lots=list(lots.values()), by=fact.by)


def _call_off_added(fact: Reported) -> None:
    """Nothing is left of what the report had added."""
    gone = Output.objects.filter(
        pk__in={one.output_id for one in fact.output_moves if not one.output.planned}, received_quantity=0
    )
    if items := list(gone.values_list("item", flat=True)):
        rows = Inspection.objects.filter(operation=fact.operation, item__in=items)
        _call_off(rows, _("{report} was taken back").format(report=fact.report.reverses), fact.by)


def call_off_for_orders(fact: Unreleased | Cancelled) -> None:
    """Nothing is left to inspect."""
    orders: tuple[ProductionOrder, ...] = fact.orders
    _call_off(
        Inspection.objects.filter(operation__order__in=[order.pk for order in orders]),
        _("The order was taken back or cancelled"),
        fact.by,
    )


def _call_off(inspections: Iterable[Inspection], note: str, by: User | None) -> None:
    decide.call_off(inspections=inspections, note=note, by=by)


def read_already(asked: CharacteristicChanging) -> Iterator[Refused]:
    """What was read stays what it was read as. One query."""
    named = {one.pk: one for one in asked.characteristics}
    read = Result.objects.filter(characteristic__in=named).order_by("characteristic").distinct()
    for key in read.values_list("characteristic", flat=True):
        yield Refused(
            _("{characteristic} stays as it is: there are readings of it. Make a new one."),
            code="read",
            field="kind",
            about=named[key],
            characteristic=named[key].code,
        )


def guard_reporting(fact: Reporting) -> list[Refused]:
    """What came from a vendor is inspected before the next operation works with it."""
    return gate.against_successors(fact.operations)


def guard_operations(fact: FinishingOperation) -> list[Refused]:
    return gate.against_operations(fact.operations)


def guard_orders(fact: Finishing | Ending) -> list[Refused]:
    return gate.against_orders(fact.orders)


def wire() -> None:
    """Called once by AppConfig.ready."""
    listen("tell", Released, open_at_release)
    listen("tell", Unreleased, call_off_for_orders)
    listen("tell", Cancelled, call_off_for_orders)
    listen("tell", Received, open_at_receipt)
    listen("tell", TakenIn, open_at_goods)
    listen("tell", Moved, hold_in_quarantine)
    listen("tell", Reported, hold_what_came_out)
    listen("ask", CharacteristicChanging, read_already)
    listen("ask", Reporting, guard_reporting)
    listen("ask", FinishingOperation, guard_operations)
    listen("ask", Finishing, guard_orders)
    listen("ask", Ending, guard_orders)
    listen("gather", Reviewing, tracing.inspected)
    listen("gather", Arriving, tell_of_goods)
