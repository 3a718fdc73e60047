"""Sheets of routes: versions, their operations, the links between them, the steps of each operation."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy

from strategies.models import (
    Characteristic,
    CostCategory,
    InstructionStep,
    Item,
    Resource,
    ResourceGroup,
    RouteGroup,
    RouteLink,
    RouteOperation,
    RouteVersion,
    StandardOperation,
)
from strategies.models.operation import CATEGORIES
from strategies.services.importer.definitions.bills import OVERLAPS, VERSION_FIELDS, days_in_order
from strategies.services.importer.definitions.reviews import (
    alternates_have_no_links,
    lines_may_change,
    link_operations,
    routes_have_no_loop,
    scrap_comes_with_the_resource,
)
from strategies.services.importer.definitions.version_reviews import (
    new_versions_are_marked,
    versions_answer_for_themselves,
)
from strategies.services.importer.definitions.work_reviews import categories_fit
from strategies.services.importer.kinds import Choice, Flag, Number, Text, Whole
from strategies.services.importer.sheets import Column, Reference, Sheet

ZERO, ONE = Decimal(0), Decimal(1)
_VERSION = ("item", "site", "version")
_VERSION_KEYS = ("item__number", "site__code", "version")
ROUTE = Reference("route", RouteVersion, _VERSION, _VERSION_KEYS, required=True, example="1")


def _operation(field: str, heading: str, *, required: bool = True) -> Reference:
    keys = ("route__item__number", "route__site__code", "route__version", "number")
    example = "10" if required else ""
    return Reference(field, RouteOperation, (*_VERSION, heading), keys, required=required, example=example)


COPIED_FROM = gettext_lazy("the operation of the library it was copied from")
LEFT_AS = gettext_lazy("item its good pieces are until the next operation takes them")
TIMES: tuple[Column | Reference, ...] = (
    Reference("group", ResourceGroup, ("group_site", "group"), ("site__code", "code"), example="60"),
    Reference("resource", Resource, ("group_site", "resource"), ("site__code", "code")),
    *(Reference(name, CostCategory, (name,), ("code",)) for name in CATEGORIES),
    Reference("route_group", RouteGroup, ("route_group",), ("code",)),
    Column("setup_seconds", Whole(), example="900"),
    Column("run_seconds", Number(at_least=ZERO, places=6), example="240"),
    Column("run_quantity", Number(above=ZERO), example="1"),
    Column("run_basis", Choice(RouteOperation.Basis), example="piece"),
    Column("queue_seconds", Whole()),
    Column("queue_after_seconds", Whole()),
    Column("transit_seconds", Whole()),
    Column("transfer_quantity", Number(above=ZERO)),
    Column("scrap_fraction", Number(at_least=ZERO, below=ONE)),
    Column("scrap_quantity", Number(at_least=ZERO)),
    Column("inspect", Flag(), example="no"),
    Column("outside", Flag(), example="no"),
    Column("property", Text(30), help=gettext_lazy("runs only in shifts of this property")),
)
STEP: tuple[Column | Reference, ...] = (
    Column("position", Whole(1), required=True, example="1"),
    Column("title", Text(100), example="Handlebar"),
    Column("text", Text(5000), required=True, example="Attach the handlebar."),
    Column("tools", Text(200), example="Torque wrench"),
    Column("materials", Text(200)),
    Column("specifications", Text(200), example="T-55"),
    Reference(
        "characteristic",
        Characteristic,
        ("characteristic",),
        ("code",),
        help=gettext_lazy("what the worker enters at this step"),
    ),
    Column("required", Flag(), example="no"),
)

SHEETS = (
    Sheet(
        name="routes",
        title=gettext_lazy("Route versions"),
        model=RouteVersion,
        key=("item", "site", "version"),
        checks=(days_in_order,),
        guards=(new_versions_are_marked(RouteVersion),),
        settle=(versions_answer_for_themselves("routes", RouteVersion),),
        sentences={"route_version_one_active": OVERLAPS},
        fields=VERSION_FIELDS,
    ),
    Sheet(
        name="route_operations",
        title=gettext_lazy("Operations"),
        about=gettext_lazy("Without lines in route_links the operations follow each other by number."),
        model=RouteOperation,
        key=("route", "number"),
        together=_VERSION,
        whole=("route",),
        guards=(lines_may_change("route_operations", RouteOperation, "route"),),
        reviews=(categories_fit("route_operations"),),
        finish=(link_operations, scrap_comes_with_the_resource(RouteOperation, "route", "number")),
        fields=(
            ROUTE,
            Column("number", Whole(1), required=True, example="10"),
            Column("name", Text(100), required=True, example="Final assembly"),
            *TIMES,
            Reference("standard", StandardOperation, ("standard",), ("code",), help=COPIED_FROM),
            _operation("alternate_of", "alternate_of", required=False),
            Column("priority", Whole(1), help=gettext_lazy("of alternates: the lowest comes first")),
            Reference("half_finished", Item, ("half_finished",), ("number",), help=LEFT_AS),
        ),
    ),
    Sheet(
        name="route_links",
        title=gettext_lazy("Links between operations"),
        model=RouteLink,
        key=("before", "after"),
        together=_VERSION,
        whole=("route",),
        after=("route_operations",),
        reviews=(routes_have_no_loop, alternates_have_no_links),
        fields=(ROUTE, _operation("before", "before"), _operation("after", "after"), Column("hard", Flag())),
    ),
    Sheet(
        name="instruction_steps",
        title=gettext_lazy("Work instructions"),
        model=InstructionStep,
        key=("operation", "position"),
        together=(*_VERSION, "operation"),
        whole=("operation", "route"),
        fields=(_operation("operation", "operation"), *STEP),
    ),
    Sheet(
        name="standard_steps",
        title=gettext_lazy("Work instructions of the library"),
        model=InstructionStep,
        key=("standard", "position"),
        together=("standard",),
        after=("standard_operations",),
        fields=(
            Reference("standard", StandardOperation, ("standard",), ("code",), required=True, example="WELD"),
            *STEP,
        ),
    ),
)
