"""The rows of lists, with what their columns show fetched along."""

from __future__ import annotations

from django.db.models import BigIntegerField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from strategies.models import (
    BomVersion,
    Calendar,
    ImportRun,
    Item,
    Location,
    ReasonCode,
    ReplaceRun,
    ResourceGroup,
    RouteVersion,
    Site,
    UnitConversion,
    Vendor,
)
from strategies.models.version import VersionState
from strategies.selectors.settings import column


def items(site: Site | None = None) -> QuerySet[Item]:
    """With the order settings in force (at a site; else at the first that has its own), and whether there is a
    bill and a route."""
    active = {"item": OuterRef("pk"), "state": VersionState.ACTIVE}
    return Item.objects.select_related("group", "unit", "variant_of", "setup_family").annotate(
        supply=column("supply", site),
        lead_time=column("lead_time_days", site),
        safety=column("safety_stock", site),
        has_bill=Exists(BomVersion.objects.filter(**active)),
        has_route=Exists(RouteVersion.objects.filter(**active)),
    )


def boms() -> QuerySet[BomVersion]:
    """With the number of lines."""
    rows = BomVersion.objects.select_related("item__group", "item__unit", "site")
    return rows.annotate(line_count=Count("lines"))


def routes() -> QuerySet[RouteVersion]:
    """With the number of operations and their seconds: setup, and run as one order of one piece takes
    them."""
    rows = RouteVersion.objects.select_related("item__group", "site")
    return rows.annotate(
        operation_count=Count("operations"),
        setup_time=Sum("operations__setup_seconds"),
        run_time=Sum("operations__run_seconds"),
    )


def work_centres() -> QuerySet[ResourceGroup]:
    """With the number of machines and of stations in use."""
    rows = ResourceGroup.objects.select_related(
        "site__calendar", "calendar", "cost_category", "production_unit"
    )
    used = Q(resources__active=True)
    return rows.annotate(
        machine_count=Count("resources", filter=used), station_count=Sum("resources__stations", filter=used)
    )


def calendars() -> QuerySet[Calendar]:
    """With the number of shifts in the week and of days that differ."""
    return Calendar.objects.select_related("base").annotate(
        shift_count=Count("shifts", distinct=True), exception_count=Count("exceptions", distinct=True)
    )


def vendors() -> QuerySet[Vendor]:
    """With the number of items they offer."""
    return Vendor.objects.select_related("currency").annotate(
        offer_count=Count("prices__item", distinct=True)
    )


def locations() -> QuerySet[Location]:
    return Location.objects.select_related("site", "parent", "vendor")


def conversions() -> QuerySet[UnitConversion]:
    return UnitConversion.objects.select_related("item", "source", "target")


def reasons() -> QuerySet[ReasonCode]:
    return ReasonCode.objects.select_related("parent")


def imports() -> QuerySet[ImportRun]:
    """With how many errors and warnings each has left."""
    return ImportRun.objects.select_related("asked_by").annotate(
        error_count=Count("problems", filter=Q(problems__level="error")),
        warning_count=Count("problems", filter=Q(problems__level="warning")),
    )


def replacements() -> QuerySet[ReplaceRun]:
    """With the key of the run that each takes back, and of the one that takes it back or has done so."""
    rows = ReplaceRun.objects.annotate(takes_back=Cast(KT("settings__undoes"), BigIntegerField()))
    backs = rows.filter(takes_back=OuterRef("pk")).exclude(state__in=("failed", "cancelled")).order_by("-pk")
    return rows.select_related("old", "new", "site", "asked_by").annotate(
        taken_back_by=Subquery(backs.values("pk")[:1]), taken_back_state=Subquery(backs.values("state")[:1])
    )
