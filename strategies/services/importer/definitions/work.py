"""Sheets of what does the work and what it is booked under."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy

from strategies.models import (
    Calendar,
    CostCategory,
    Location,
    ProductionUnit,
    Resource,
    ResourceGroup,
    ResourceMembership,
    SetupMatrix,
    Site,
    Unit,
    Vendor,
    Worker,
)
from strategies.services.importer.definitions.work_reviews import (
    calendars_have_hours,
    categories_fit,
    days_in_order,
    somebody_stands_behind,
    stays_apart,
)
from strategies.services.importer.kinds import Choice, Day, Flag, Number, Text, Whole
from strategies.services.importer.sheets import Column, Reference, Sheet

SITE = Reference("site", Site, ("site",), ("code",), required=True, example="BOTHELL")
CODE, NAME = Text(30), Text(100)
ZERO, ONE = Decimal(0), Decimal(1)
PLACES = tuple(
    Reference(name, Location, ("site", name), ("site__code", "code"))
    for name in ("input_location", "output_location")
)
CALENDAR = Reference("calendar", Calendar, ("calendar",), ("code",), example="3SHIFT")
MATRIX = Reference("setup_matrix", SetupMatrix, ("setup_matrix",), ("code",))
LEDGER_ACCOUNT = Column(
    "ledger_account",
    Text(30),
    help=gettext_lazy(
        "of the general ledger, for what work here absorbs; of a resource empty: its work centre's"
    ),
    example="4711",
)
HOURS = ("calendar_shifts", "calendar_exceptions")


def _category(kind: str) -> Reference:
    return Reference(f"{kind}_category", CostCategory, (f"{kind}_category",), ("code",))


SHEETS = (
    Sheet(
        name="cost_categories",
        title=gettext_lazy("Cost categories"),
        model=CostCategory,
        key=("code",),
        fields=(
            Column("code", CODE, required=True, example="PAINT"),
            Column("name", NAME, required=True, example="Paint shop hours"),
            Column("kind", Choice(CostCategory.Kind), example="run"),
        ),
    ),
    Sheet(
        name="production_units",
        title=gettext_lazy("Production units"),
        model=ProductionUnit,
        key=("site", "code"),
        fields=(
            SITE,
            Column("code", CODE, required=True, example="HALL-2"),
            Column("name", NAME, required=True, example="Hall 2"),
            *PLACES,
        ),
    ),
    Sheet(
        name="resource_groups",
        title=gettext_lazy("Work centres"),
        model=ResourceGroup,
        key=("site", "code"),
        after=HOURS,
        reviews=(calendars_have_hours("resource_groups"),),
        fields=(
            SITE,
            Column("code", CODE, required=True, example="60"),
            Column("name", NAME, required=True, example="Final assembly"),
            CALENDAR,
            Reference("cost_category", CostCategory, ("cost_category",), ("code",), example="ASSEMBLY"),
            LEDGER_ACCOUNT,
            *PLACES,
            Reference("production_unit", ProductionUnit, ("site", "production_unit"), ("site__code", "code")),
            MATRIX,
            Column("bottleneck", Flag()),
            Column("lean_cell", Flag()),
            Column("active", Flag()),
        ),
    ),
    Sheet(
        name="resources",
        title=gettext_lazy("Resources"),
        model=Resource,
        key=("site", "code"),
        after=(*HOURS, "workers"),
        checks=(somebody_stands_behind,),
        reviews=(calendars_have_hours("resources"), categories_fit("resources")),
        sentences={
            "resource_vendor_named": gettext_lazy("A vendor's resource has to name the vendor."),
            "resource_worker_named": gettext_lazy("A person's resource has to name the worker."),
        },
        fields=(
            SITE,
            Column("code", CODE, required=True, example="60-1"),
            Column("name", NAME, required=True, example="Assembly line"),
            Column("kind", Choice(Resource.Kind), example="machine"),
            Reference(
                "group", ResourceGroup, ("site", "group"), ("site__code", "code"), required=True, example="60"
            ),
            Column("stations", Whole(1, 10_000), example="5"),
            Column("efficiency", Number(above=ZERO), example="1"),
            Column("schedule_fraction", Number(above=ZERO, at_most=ONE), example="1"),
            Column("job_fraction", Number(above=ZERO, at_most=ONE), example="1"),
            Column("finite", Flag(), example="yes"),
            Column("exclusive", Flag()),
            Column("bottleneck", Flag()),
            Column("capacity_per_hour", Number(above=ZERO)),
            Reference("capacity_unit", Unit, ("capacity_unit",), ("code",)),
            Column("batch_capacity", Number(above=ZERO)),
            Column("scrap_fraction", Number(at_least=ZERO, below=ONE)),
            _category("setup"),
            _category("run"),
            _category("quantity"),
            LEDGER_ACCOUNT,
            MATRIX,
            CALENDAR,
            Reference("vendor", Vendor, ("vendor",), ("number",)),
            Reference("worker", Worker, ("worker",), ("number",)),
            *PLACES,
            Column("active", Flag()),
        ),
    ),
    Sheet(
        name="resource_memberships",
        title=gettext_lazy("Stays in other work centres"),
        about=gettext_lazy("On these days a resource works in another work centre than its own."),
        model=ResourceMembership,
        key=("resource", "valid_from"),
        checks=(days_in_order,),
        guards=(stays_apart("resource_memberships", ResourceMembership, "resource"),),
        fields=(
            Reference(
                "resource",
                Resource,
                ("site", "resource"),
                ("site__code", "code"),
                required=True,
                example="60-1",
            ),
            Reference(
                "group", ResourceGroup, ("site", "group"), ("site__code", "code"), required=True, example="50"
            ),
            Column("valid_from", Day(), example="2026-07-01"),
            Column("valid_to", Day(), example="2026-07-14"),
        ),
    ),
    Sheet(
        name="workers",
        title=gettext_lazy("Workers"),
        model=Worker,
        key=("number",),
        fields=(
            SITE,
            Column("number", CODE, required=True, example="4711"),
            Column("name", NAME, required=True, example="Ada Byron"),
            Reference("group", ResourceGroup, ("site", "group"), ("site__code", "code")),
            Column("active", Flag()),
        ),
    ),
)
