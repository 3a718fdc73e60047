"""What the last operation brings into stock: the product, with lot or serial numbers, and what comes
beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from execution.engine.proposal import propose
from execution.models import Report
from execution.prepared import Prepared
from execution.services.job import Job
from p2p.core.numbers import Rounding
from p2p.core.refusal import Refused
from p2p.inventory.models import Lot, Move, Serial
from p2p.inventory.services.ledger import MoveLine
from p2p.inventory.services.lots import Arrival, lots_for_receipt
from planning.models import Output, ProductionOrder
from planning.services import progress
from strategies.models import Item


@dataclass(frozen=True)
class Coming:
    """A line for the ledger and the output it belongs to."""

    output: Output
    line: MoveLine


def coming(job: Job, row: Report) -> list[Coming]:
    """The lines for the good pieces of a report of the last operation, and for co- and by-products in
    proportion.
    """
    outputs = _outputs(job.order)
    main = next((each for each in outputs if each.kind == Output.Kind.MAIN), None)
    if main is None:
        raise Refused(_("{order} has no product to receive."), about=job.order, order=job.order.number)
    lines = _lines(job, main, row.good, row)
    for beside in outputs:
        if beside is not main:
            lines += _lines(job, beside, _share(beside, main, row.good), row)
    return lines


_read = Prepared(lambda order: Output.objects.filter(order=order).order_by("pk"))


def _outputs(order: ProductionOrder) -> list[Output]:
    """Mostly the product alone, whose item is at hand."""
    outputs = _read(order.pk)
    beside = [each.item_id for each in outputs if each.item_id != order.item_id]
    items = Item.objects.select_related("unit").in_bulk(beside) if beside else {}
    for each in outputs:
        each.item = items.get(each.item_id, order.item)
    return outputs


def _share(beside: Output, main: Output, good: Decimal) -> Decimal:
    """What has come out beside the product by now, less what was received: never negative."""
    return propose(
        needed=beside.quantity,
        constant=False,
        processed=main.received_quantity + good,
        planned=main.quantity,
        issued=beside.received_quantity,
        step=Decimal(1).scaleb(-beside.item.unit.digits),
        rounding=Rounding.DOWN,
    ).remaining


def _lines(job: Job, output: Output, quantity: Decimal, row: Report) -> list[Coming]:
    """A line for the lot, or one for each serial number, as the item's rules say."""
    if quantity <= 0:
        return []
    item = output.item
    arrival = Arrival(item=item, site=job.order.site, quantity=quantity, made=True, order=job.order.number)
    (pieces,) = lots_for_receipt(arrivals=[arrival], at=row.effective_at, by=row.by)
    return [
        Coming(output, _line(job, item, one.quantity, row, lot=one.lot, serial=one.serial)) for one in pieces
    ]


def _line(
    job: Job,
    item: Item,
    quantity: Decimal,
    row: Report,
    *,
    lot: Lot | None = None,
    serial: Serial | None = None,
) -> MoveLine:
    return MoveLine(
        item=item,
        source=job.production,
        target=job.output_place,
        quantity=quantity,
        kind=Move.Kind.OUTPUT,
        lot=lot,
        serial=serial,
        reference=job.order.number,
        effective_at=row.effective_at,
    )


def count(rows: Sequence[Coming]) -> None:
    """Tell the order what it yielded."""
    totals: dict[int, Decimal] = {}
    outputs: dict[int, Output] = {}
    for row in rows:
        totals[row.output.pk] = totals.get(row.output.pk, Decimal(0)) + row.line.quantity
        outputs[row.output.pk] = row.output
    for key in sorted(totals):
        progress.receive(output=outputs[key], quantity=totals[key])
