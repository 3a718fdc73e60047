"""What leaves a site, as the tablet ships it: a transfer to another site, or a line of a customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Sum
from django.urls import reverse

from p2p.core.refusal import Refused
from p2p.inventory.models import Balance, HandlingUnit, Lot, Move, Reservation, Serial
from p2p.inventory.services.pieces import Named, named
from p2p.pages.floor.names import Names, names_of
from planning import selectors
from planning.models import ShipmentMove
from planning.services import delivered, shipments
from planning.services.delivered import Ordered
from planning.services.delivery import DeliveryLine, deliver
from planning.services.shipping_units import all_in, ship_units
from planning.services.transfer import ShipLine, ship
from strategies.models import Item, Location, Site, Unit

TRANSFER, DEMAND = "transfer", "demand"


@dataclass(frozen=True, kw_only=True)
class Packed:
    """What was scanned and typed of it, read."""

    quantity: Decimal | None
    lot: str
    serials: list[str]
    unit: HandlingUnit | None
    place: Location | None
    count: Decimal | None
    note: str


class Out:
    """Base: `record` is an order or a line with what the lists say of it."""

    kind = ""
    whole_units = False
    """Whether a handling unit goes with all that stands in it."""

    def __init__(self, record: Any) -> None:
        self.record = record

    @property
    def item(self) -> Item:
        found: Item = self.record.item
        return found

    @property
    def unit(self) -> Unit:
        """Of what is left."""
        return self.item.unit

    @property
    def number(self) -> str:
        return str(self.record)

    @property
    def reference(self) -> str:
        """By which stock is reserved for it."""
        return self.number

    def kept(self, place: str = "") -> list[Reservation]:
        """What is reserved for it, at the place only where one was scanned, in the turn in which it goes. One query."""
        rows = Reservation.objects.filter(reference=self.reference, item=self.item)
        rows = rows.filter(location__code=place) if place else rows
        return list(rows.select_related("item__unit", "lot", "serial", "location").order_by("pk"))

    @property
    def day(self) -> date:
        found: date = self.record.goes_on
        return found

    @property
    def late(self) -> bool:
        return bool(self.record.late)

    @property
    def enough(self) -> bool:
        return bool(self.record.enough)

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.record.pk}"

    @property
    def url(self) -> str:
        return reverse("pages:floor-ship-one", args=[self.kind, self.record.pk])

    def in_unit(self, unit: HandlingUnit) -> Decimal:
        """How much of its item stands in a handling unit. Two queries."""
        rows = Balance.objects.filter(handling_unit__in=all_in([unit]), item=self.item)
        return rows.aggregate(whole=Sum("quantity"))["whole"] or Decimal(0)


class TransferOut(Out):
    kind = TRANSFER
    whole_units = True

    @property
    def left(self) -> Decimal:
        found: Decimal = self.record.left
        return found

    @property
    def to(self) -> str:
        return f"{self.record.site.code} · {self.record.site.name}"

    @property
    def source(self) -> Location | None:
        found: Location | None = self.record.from_location
        return found

    def book(self, packed: Packed, *, by: Any) -> list[Any]:
        if packed.unit is not None:
            return ship_units(units=[packed.unit], order=self.record, despatch_note=packed.note, by=by)
        line = ShipLine(
            order=self.record,
            quantity=packed.quantity or self.left,
            lot=packed.lot,
            serials=packed.serials,
            catch_quantity=packed.count,
        )
        moves = ship(lines=[line], despatch_note=packed.note, by=by)
        return list(ShipmentMove.objects.filter(move__in=moves).order_by("pk"))


class DemandOut(Out):
    kind = DEMAND

    def __init__(self, record: Any, ordered: Ordered | None = None) -> None:
        """`ordered`: what measures it, read once for all lines of a list."""
        super().__init__(record)
        self._ordered = ordered or Ordered([record])

    @property
    def reference(self) -> str:
        found: str = self.record.reference
        return found

    @cached_property
    def _measured(self) -> Decimal | None:
        """None where the conversion into the item's unit is gone: the sentence comes when somebody ships."""
        try:
            return self._ordered.left(self.record)
        except Refused:
            return None

    @property
    def left(self) -> Decimal:
        found: Decimal = self.record.left if self._measured is None else self._measured
        return found

    @property
    def unit(self) -> Unit:
        found: Unit = self.record.unit if self._measured is None else self.item.unit
        return found

    @property
    def to(self) -> str:
        customer = self.record.customer
        return f"{customer.number} · {customer.name}" if customer else ""

    @property
    def source(self) -> Location | None:
        return None

    def book(self, packed: Packed, *, by: Any) -> list[Any]:
        quantity = packed.quantity
        if quantity is None and packed.unit is not None:
            quantity = min(self.in_unit(packed.unit), self.left)
        known = named([Named(self.item, packed.lot, packed.serials)])
        line = DeliveryLine(
            demand=self.record,
            quantity=quantity or self.left,
            location=packed.place,
            lot=known[Lot, self.item.pk, packed.lot] if packed.lot else None,
            serials=[known[Serial, self.item.pk, number] for number in packed.serials],
            unit=packed.unit,
            catch_quantity=packed.count,
        )
        return deliver(lines=[line], delivery_note=packed.note, by=by)


@dataclass
class Left:
    """What left in one go: all its rows, shown with its paper and Undo."""

    rows: list[Any]
    kind: str

    @property
    def move(self) -> Move:
        found: Move = self.rows[0].move
        return found

    @property
    def whole(self) -> Decimal:
        return sum(
            (row.move.quantity for row in self.rows if row.move.item_id == self.move.item_id), Decimal(0)
        )

    @property
    def names(self) -> list[Names]:
        moves = [row.move for row in self.rows]
        return names_of(move for move in moves if move.item_id == self.move.item_id)

    @property
    def number(self) -> str:
        row = self.rows[0]
        return str(row.order if self.kind == TRANSFER else row.demand)

    @property
    def note(self) -> str:
        row = self.rows[0]
        return str(row.despatch_note if self.kind == TRANSFER else row.delivery_note)

    @property
    def paper(self) -> str:
        name = "planning:despatch-note" if self.kind == TRANSFER else "planning:delivery-note"
        return reverse(name, args=[self.rows[0].pk])

    @property
    def undo(self) -> str:
        return reverse("pages:floor-ship-undo", args=[self.kind, self.rows[0].pk])

    def take_back(self, *, by: Any) -> None:
        if self.kind == TRANSFER:
            shipments.take_back(shipments=self.rows, by=by)
        else:
            delivered.take_back(deliveries=self.rows, by=by)


def left_with(kind: str, key: int, site: Site) -> Left | None:
    """What left the site in one go with this row, and stands; None where nothing does. Two queries."""
    rows: Any = selectors.shipments() if kind == TRANSFER else selectors.deliveries()
    rows = rows.filter(move__reverses=None, move__reversed_by=None, move__source__site=site)
    rows = rows.filter(move__kind=Move.Kind.TRANSFER if kind == TRANSFER else Move.Kind.DELIVERY)
    row = rows.filter(pk=key).first()
    if row is None:
        return None
    note = "despatch_note" if kind == TRANSFER else "delivery_note"
    batch = rows.filter(
        move__posted_at=row.move.posted_at, move__by=row.move.by_id, **{note: getattr(row, note)}
    )
    return Left(list(batch.order_by("pk")), kind)
