"""What the last operation brings into stock: the product, with lot or serial numbers, and what comes
beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from execution.prepared import Prepared
from execution.services.beside import Beside, Yielded, yielded
from execution.services.job import Job
from p2p.core.models import User
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
    left empty follows from the rules; without a plate it lies loose. `beside` is what it says of co- and
    by-products."""

    lot: str = ""
    serials: tuple[str, ...] = ()
    plate: str = ""
    catch_quantity: Decimal | None = None
    beside: tuple[Beside, ...] = ()

    def of(self, item: Item) -> Beside:
        """The same of the product itself."""
        return Beside(
            item=item,
            lot=self.lot,
            serials=self.serials,
            plate=self.plate,
            catch_quantity=self.catch_quantity,
        )

    @property
    def says(self) -> bool:
        return bool(self.lot or self.serials or self.plate or self.catch_quantity)


@dataclass(frozen=True)
class Brought:
    """What a report brings into stock, line by line, and what came of each output."""

    lines: Sequence[Coming] = ()
    outputs: Sequence[Yielded] = ()


def coming(job: Job, good: Decimal, at: datetime, naming: Naming, by: User | None) -> Brought:
    """The lines for the good pieces of a report of the last operation, and for co- and by-products in
    proportion or as the report says.
    """
    outputs = _outputs(job.order)
    main = next((each for each in outputs if each.kind == Output.Kind.MAIN), None)
    if main is None:
        raise Refused(_("{order} has no product to receive."), about=job.order, order=job.order.number)
    others = [each for each in outputs if each is not main]
    found = [Yielded(main, good, good, naming.of(main.item))]
    found += yielded(job=job, main=main, others=others, good=good, said=naming.beside, by=by)
    made = [one for one in found if one.quantity > 0]
    pieces = lots_for_receipt(arrivals=[_arrival(job, one) for one in made], at=at, by=by)
    plates = _plates(job, made, by)
    lines = [
        Coming(one.output, _line(job, one, piece, at, plates.get(one.output.pk)))
        for one, several in zip(made, pieces, strict=True)
        for piece in several
    ]
    return Brought(lines, found)


def _arrival(job: Job, one: Yielded) -> Arrival:
    return Arrival(
        item=one.output.item,
        site=job.order.site,
        quantity=one.quantity,
        made=True,
        order=job.order.number,
        lot=one.said.lot if one.said else "",
        serials=one.said.serials if one.said else (),
    )


def _plates(job: Job, made: Sequence[Yielded], by: User | None) -> dict[int, HandlingUnit]:
    """Output -> the license plate it is put on; taken in the order of their numbers, so that nobody waits in a
    circle."""
    named = sorted((one.said.plate, one.output.pk) for one in made if one.said and one.said.plate)
    return {key: plate_at(number=number, location=job.output_place, by=by) for number, key in named}


_read = Prepared(lambda order: Output.objects.filter(order=order).order_by("pk"))


def _outputs(order: ProductionOrder) -> list[Output]:
    """Mostly the product alone, whose item is at hand."""
    outputs = _read(order.pk)
    beside = [each.item_id for each in outputs if each.item_id != order.item_id]
    items = Item.objects.select_related("unit").in_bulk(beside) if beside else {}
    for each in outputs:
        each.item = items.get(each.item_id, order.item)
    return outputs


def _line(job: Job, one: Yielded, piece: Piece, at: datetime, unit: HandlingUnit | None) -> MoveLine:
    return MoveLine(
        item=one.output.item,
        source=job.production,
        target=job.output_place,
        quantity=piece.quantity,
        kind=Move.Kind.OUTPUT,
        lot=piece.lot,
        serial=piece.serial,
        into_unit=unit,
        reference=job.order.number,
        effective_at=at,
        catch_quantity=one.said.catch_quantity if one.said else None,
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
