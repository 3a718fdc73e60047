"""Sheets of what does the work and what it is booked under."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy

from strategies.models import Calendar, CostCategory, Location, Resource, ResourceGroup, Site, Vendor, Worker
from strategies.services.importer.kinds import Choice, Flag, Number, Text, Whole
from strategies.services.importer.sheets import Column, Reference, Sheet

SITE = Reference("site", Site, ("site",), ("code",), required=True, example="BOTHELL")

SHEETS = (
    Sheet(
        name="cost_categories",
        title=gettext_lazy("Cost categories"),
        model=CostCategory,
        key=("code",),
        fields=(
            Column("code", Text(30), required=True, example="PAINT"),
            Column("name", Text(100), required=True, example="Paint shop hours"),
            Column("kind", Choice(CostCategory.Kind), example="run"),
        ),
    ),
    Sheet(
        name="resource_groups",
        title=gettext_lazy("Work centres"),
        model=ResourceGroup,
        key=("site", "code"),
        fields=(
            SITE,
            Column("code", Text(30), required=True, example="60"),
            Column("name", Text(100), required=True, example="Final assembly"),
            Reference("calendar", Calendar, ("calendar",), ("code",), example="3SHIFT"),
            Reference("cost_category", CostCategory, ("cost_category",), ("code",), example="ASSEMBLY"),
            Reference("input_location", Location, ("site", "input_location"), ("site__code", "code")),
            Reference("output_location", Location, ("site", "output_location"), ("site__code", "code")),
            Column("bottleneck", Flag()),
            Column("active", Flag()),
        ),
    ),
    Sheet(
        name="resources",
        title=gettext_lazy("Resources"),
        model=Resource,
        key=("site", "code"),
        fields=(
            SITE,
            Column("code", Text(30), required=True, example="60-1"),
            Column("name", Text(100), required=True, example="Assembly line"),
            Column("kind", Choice(Resource.Kind), example="machine"),
            Reference(
                "group", ResourceGroup, ("site", "group"), ("site__code", "code"), required=True, example="60"
            ),
            Column("stations", Whole(1, 10_000), example="5"),
            Column("efficiency", Number(above=Decimal(0)), example="1"),
            Column("finite", Flag(), example="yes"),
            Reference("calendar", Calendar, ("calendar",), ("code",)),
            Reference("vendor", Vendor, ("vendor",), ("number",)),
            Column("active", Flag()),
        ),
    ),
    Sheet(
        name="workers",
        title=gettext_lazy("Workers"),
        model=Worker,
        key=("number",),
        fields=(
            SITE,
            Column("number", Text(30), required=True, example="4711"),
            Column("name", Text(100), required=True, example="Ada Byron"),
            Reference("group", ResourceGroup, ("site", "group"), ("site__code", "code")),
            Column("active", Flag()),
        ),
    ),
)
