"""What the last operation brings into stock: the product, with lot or serial numbers, and what comes
beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from execution.engine.proposal import propose
from execution.prepared import Prepared
from execution.services.job import Job
from p2p.core.models import User
from p2p.core.numbers import Rounding
from p2p.core.refusal import Refused
from p2p.inventory.models import HandlingUnit, Move
from p2p.inventory.services.ledger import MoveLine
from p2p.inventory.services.lots import Arrival, Piece, lots_for_receipt
from p2p.inventory.services.units import plate_at
from planning.models import Output, ProductionOrder
from planning.services import progress
from strategies.models import Item


@dataclass(frozen=True)
class Coming:
    """A line for the ledger and the output it belongs to."""

    output: Output
    line: MoveLine


@dataclass(frozen=True, kw_only=True)
class Naming:
    """What a report says of its product: a `lot` or `serials` by hand, the license `plate` it is put on. What is
    left empty follows from the rules; without a plate it lies loose."""

    lot: str = ""
    serials: tuple[str, ...] = ()
    plate: str = ""
    catch_quantity: Decimal | None = None

    @property
    def says(self) -> bool:
        return bool(self.lot or self.serials or self.plate or self.catch_quantity)


def coming(job: Job, good: Decimal, at: datetime, naming: Naming, by: User | None) -> list[Coming]:
    """The lines for the good pieces of a report of the last operation, and for co- and by-products in
    proportion. Only the product goes onto the plate.
    """
    outputs = _outputs(job.order)
    main = next((each for each in outputs if each.kind == Output.Kind.MAIN), None)
    if main is None:
        raise Refused(_("{order} has no product to receive."), about=job.order, order=job.order.number)
    wanted = [(main, good)]
    wanted += [(beside, _share(beside, main, good)) for beside in outputs if beside is not main]
    made = [(output, quantity) for output, quantity in wanted if quantity > 0]
    arrivals = [_arrival(job, output, quantity, naming) for output, quantity in made]
    pieces = lots_for_receipt(arrivals=arrivals, at=at, by=by)
    unit = plate_at(number=naming.plate, location=job.output_place, by=by) if naming.plate else None
    return [
        Coming(output, _line(job, output.item, one, at, unit, naming.catch_quantity))
        if output is main
        else Coming(output, _line(job, output.item, one, at))
        for (output, _quantity), several in zip(made, pieces, strict=True)
        for one in several
    ]


def _arrival(job: Job, output: Output, quantity: Decimal, naming: Naming) -> Arrival:
    own = naming if output.kind == Output.Kind.MAIN else Naming()
    return Arrival(
        item=output.item,
        site=job.order.site,
        quantity=quantity,
        made=True,
        order=job.order.number,
        lot=own.lot,
        serials=own.serials,
    )


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


def _line(
    job: Job,
    item: Item,
    piece: Piece,
    at: datetime,
    unit: HandlingUnit | None = None,
    catch_quantity: Decimal | None = None,
) -> MoveLine:
    return MoveLine(
        item=item,
        source=job.production,
        target=job.output_place,
        quantity=piece.quantity,
        kind=Move.Kind.OUTPUT,
        lot=piece.lot,
        serial=piece.serial,
        into_unit=unit,
        reference=job.order.number,
        effective_at=at,
        catch_quantity=catch_quantity,
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
