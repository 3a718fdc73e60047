"""What the services of bills are given: lines, their steps, and what may stand in for a component."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from strategies.models import BomLine, BomVersion, Item, Location, RouteVersion, Unit, Vendor

ZERO, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, kw_only=True)
class StepInput:
    """An order of `from_quantity` (>= 0) or more takes `quantity` (>= 0) of the line's unit."""

    from_quantity: Decimal
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class AlternateInput:
    """`ratio` (> 0) of the component's own unit stand for one of the line's."""

    component: Item
    priority: int = 1
    ratio: Decimal = ONE
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class LineInput:
    """What a line says; quantity (> 0) in `unit` (the component's where none is given) per batch of the bill.

    Without a kind the component decides whether it is a phantom; without flushing it decides how it is taken.
    steps and alternates: None leaves those of a line that is changed.
    """

    component: Item
    quantity: Decimal = ONE
    unit: Unit | None = None
    position: int | None = None
    kind: str = ""
    consumption: str = BomLine.Consumption.VARIABLE
    series: Decimal = ONE
    formula: str = BomLine.Formula.STANDARD
    height: Decimal | None = None
    width: Decimal | None = None
    depth: Decimal | None = None
    density: Decimal | None = None
    rounding: str = BomLine.Rounding.NONE
    rounding_multiple: Decimal = ZERO
    percent: Decimal | None = None
    scalable: bool = True
    component_bom: BomVersion | None = None
    component_route: RouteVersion | None = None
    vendor: Vendor | None = None
    location: Location | None = None
    ends: bool = False
    note: str = ""
    scrap_fraction: Decimal = ZERO
    scrap_quantity: Decimal = ZERO
    operation_number: int | None = None
    flushing: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    steps: Sequence[StepInput] | None = None
    alternates: Sequence[AlternateInput] | None = None


NESTED = ("steps", "alternates")
COLUMNS = tuple(each.name for each in fields(LineInput) if each.name not in NESTED)


def input_of(line: BomLine, *, nested: bool = False) -> LineInput:
    """A line as it stands; `nested` brings its steps and alternates along, for a copy."""
    said = {name: getattr(line, name) for name in COLUMNS}
    if nested:
        said["steps"] = [
            StepInput(from_quantity=step.from_quantity, quantity=step.quantity) for step in line.steps.all()
        ]
        said["alternates"] = [
            AlternateInput(**{each.name: getattr(other, each.name) for each in fields(AlternateInput)})
            for other in line.alternates.all()
        ]
    return LineInput(**said)
