"""The sheets of demand for imports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.models import Customer, Demand
from planning.services.demand_bulk import DemandRow, put_demand
from strategies.models import BomVersion, Item, RouteVersion, Site, Unit
from strategies.services.importer import (
    Choice,
    Column,
    Day,
    Number,
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


def _due_after_order(row: Row) -> Iterable[tuple[str, str]]:
    ordered, due = row.values["ordered_on"], row.values["due_on"]
    if ordered and due and due < ordered:
        yield "due_on", _("It is due before it was ordered.")


def _store(rows: Sequence[Row], by: User | None) -> Tally:
    result = put_demand(rows=[DemandRow(**row.values) for row in rows], by=by)
    return Tally(created=result.created, changed=result.changed, unchanged=result.same)


def _version(field: str, model: type[BomVersion] | type[RouteVersion]) -> Reference:
    return Reference(
        field,
        model,
        ("item", f"{field}_site", field),
        ("item__number", "site__code", "version"),
        help=gettext_lazy("wanted of this version, by its number; empty: the one that holds"),
    )


CUSTOMERS = Sheet(
    opens=True,
    name="customers",
    title=gettext_lazy("Customers"),
    model=Customer,
    key=("number",),
    fields=(
        Column("number", Text(30), required=True, example="29825"),
        Column("name", Text(150), required=True, example="Better Bike Shop"),
        Column("over_delivery_fraction", Number(at_least=Decimal(0)), example="0.1"),
        Column("under_delivery_fraction", Number(at_least=Decimal(0), below=Decimal(1)), example="0.02"),
    ),
)
DEMAND = Sheet(
    opens=True,
    name="demand",
    title=gettext_lazy("Demand"),
    model=Demand,
    key=("source_system", "kind", "number", "line"),
    after=("customers",),
    checks=(_due_after_order,),
    store=_store,
    fields=(
        Column("source_system", Text(40)),
        Column("kind", Choice(Demand.Kind), example="sales"),
        Column("number", Text(40), required=True, example="43659"),
        Column("line", Whole(1), example="1"),
        Reference("site", Site, ("site",), ("code",), required=True, example="BOTHELL"),
        Reference("item", Item, ("item",), ("number",), required=True, example="BK-M82B-42"),
        Reference("unit", Unit, ("unit",), ("code",), required=True, example="EA"),
        Column("quantity", Number(above=Decimal(0)), required=True, example="4"),
        Column("ordered_on", Day(), required=True, example="2026-03-02"),
        Column("due_on", Day(), required=True, example="2026-03-14"),
        Column("promised_on", Day()),
        Column("priority", Whole(0, 100), example="50"),
        Reference("customer", Customer, ("customer",), ("number",), example="29825"),
        _version("bom_version", BomVersion),
        _version("route_version", RouteVersion),
    ),
)


def register() -> None:
    """Called once, when apps are ready."""
    register_sheet(CUSTOMERS)
    register_sheet(DEMAND)
