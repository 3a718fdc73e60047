"""What the floor asks before it acts and tells after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model

from execution.models import Downtime, MaterialMove, OutputMove, PickList, Report, Variation
from p2p.core.facts import Fact
from p2p.core.fields import plain
from p2p.inventory.models import Move
from planning.models import Operation, ProductionOrder
from strategies.models import Item, ReasonCode


@dataclass(frozen=True, kw_only=True)
class _OfOrders(Fact):
    orders: tuple[ProductionOrder, ...]

    def about(self) -> Sequence[Model]:
        return self.orders

    def says(self, record: Model | None) -> dict[str, Any]:
        return {}


@dataclass(frozen=True, kw_only=True)
class _OfOperations(Fact):
    operations: tuple[Operation, ...]

    def about(self) -> Sequence[Model]:
        return self.operations

    def scope(self) -> str:
        return str(self.operations[0].order.site.code) if self.operations else ""

    def says(self, record: Model | None) -> dict[str, Any]:
        return {}


class Releasing(_OfOrders):
    """May these orders go to the floor?"""


class Released(_OfOrders):
    """They have gone to the floor; their operations are released and their materials reserved."""


class Unreleased(_OfOrders):
    """They were taken back from the floor, before anybody touched them."""


@dataclass(frozen=True, kw_only=True)
class MaterialIssued(Fact):
    """Components went from stock into the order; with `reversed` they came back (the moves are reversals).

    Components flushed by a report are part of `Reported`, not told here again.
    """

    order: ProductionOrder
    moves: tuple[Move, ...]
    material_moves: tuple[MaterialMove, ...]
    reversed: bool = False

    def about(self) -> Sequence[Model]:
        return (self.order,)

    def says(self, record: Model | None) -> dict[str, Any]:
        return {"moves": len(self.moves), "reversed": self.reversed}


@dataclass(frozen=True, kw_only=True)
class PickedShort(Fact):
    """Less of a component lay at its place than the list and the books say; the place wants a count."""

    order: ProductionOrder
    pick_list: PickList
    item: Item
    place: str
    missing: Decimal
    reason: ReasonCode

    def about(self) -> Sequence[Model]:
        return (self.order,)

    def says(self, record: Model | None) -> dict[str, Any]:
        return {
            "pick_list": self.pick_list.number,
            "item": self.item.number,
            "place": self.place,
            "missing": plain(self.missing),
            "reason": self.reason.name,
        }


@dataclass(frozen=True, kw_only=True)
class MaterialKept(Fact):
    """So much of a component was picked out and is reserved for the order, so much is free for others again."""

    order: ProductionOrder
    item: Item
    kept: Decimal
    freed: Decimal

    def about(self) -> Sequence[Model]:
        return (self.order,)

    def says(self, record: Model | None) -> dict[str, Any]:
        return {"item": self.item.number, "kept": plain(self.kept), "freed": plain(self.freed)}


class Reporting(_OfOperations):
    """May work on these operations be reported? Each operation comes with its order."""


@dataclass(frozen=True, kw_only=True)
class OperationsTakenOver(Fact):
    """Operations came over from another system as far as they were there; their times are to be valued."""

    reports: tuple[Report, ...]

    def about(self) -> Sequence[Model]:
        return tuple(report.operation for report in self.reports)

    def scope(self) -> str:
        return str(self.reports[0].operation.order.site.code)


def _varied(row: Variation) -> str:
    """CHIPS 3 of 4, 1 scrap."""
    words = f"{row.output.item.number} {plain(row.quantity)}"
    words += f" of {plain(row.expected)}" if row.output.planned else ""
    return f"{words}, {plain(row.scrap)} scrap" if row.scrap else words


@dataclass(frozen=True, kw_only=True)
class Reported(Fact):
    """Pieces were reported, good and scrapped, with what was flushed and what came into stock.

    A report taken back is told too: `report.reverses` is the original, figures are negative, moves are reversals.
    """

    report: Report
    operation: Operation
    order: ProductionOrder
    material_moves: tuple[MaterialMove, ...] = ()
    output_moves: tuple[OutputMove, ...] = ()
    variations: tuple[Variation, ...] = ()

    def about(self) -> Sequence[Model]:
        return (self.operation,)

    def scope(self) -> str:
        return str(self.order.site.code)

    def says(self, record: Model | None) -> dict[str, Any]:
        said = {
            "report": self.report.number,
            "good": plain(self.report.good),
            "scrap": plain(self.report.scrap),
        }
        if self.variations:
            said["beside"] = ", ".join(map(_varied, self.variations))
        return {**said, "reason": str(self.report.reason)} if self.report.reason_id else said


class WorkStarted(_OfOperations):
    """Somebody began to work on these operations."""


class FinishingOperation(_OfOperations):
    """May these operations be finished?"""


class OperationFinished(_OfOperations):
    """Nothing more is expected of these operations."""


class OperationReopened(_OfOperations):
    """They are open again."""


class Finishing(_OfOrders):
    """May these orders be finished?"""


class Finished(_OfOrders):
    """Nothing more will be made for these orders."""


class Ending(_OfOrders):
    """May these orders be closed for good?"""


class Ended(_OfOrders):
    """They are closed for good."""


class Reopened(_OfOrders):
    """Finished orders are open again."""


@dataclass(frozen=True, kw_only=True)
class WentDown(Fact):
    """A resource stopped."""

    downtime: Downtime

    def about(self) -> Sequence[Model]:
        return (self.downtime.resource,)

    def says(self, record: Model | None) -> dict[str, Any]:
        return {"reason": str(self.downtime.reason), "began_at": self.downtime.began_at.isoformat()}


class CameUp(WentDown):
    """It works again."""
