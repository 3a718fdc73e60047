"""The rows of lists, with what their columns show fetched along."""

from __future__ import annotations

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from strategies.models import (
    BomVersion,
    Calendar,
    ImportRun,
    Item,
    ItemPolicy,
    Location,
    ReasonCode,
    ResourceGroup,
    RouteVersion,
    UnitConversion,
    Vendor,
)
from strategies.models.version import VersionState


def items() -> QuerySet[Item]:
    """With the policy that holds first (of a site before that for all), and whether there is a bill and a
    route."""
    policy = ItemPolicy.objects.filter(item=OuterRef("pk")).order_by(F("site_id").asc(nulls_last=True))
    active = {"item": OuterRef("pk"), "state": VersionState.ACTIVE}
    return Item.objects.select_related("group", "unit").annotate(
        supply=Subquery(policy.values("supply")[:1]),
        lead_time=Subquery(policy.values("lead_time_days")[:1]),
        safety=Subquery(policy.values("safety_stock")[:1]),
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
    rows = ResourceGroup.objects.select_related("site__calendar", "calendar", "cost_category")
    used = Q(resources__active=True)
    return rows.annotate(
        machine_count=Count("resources", filter=used), station_count=Sum("resources__stations", filter=used)
    )


def calendars() -> QuerySet[Calendar]:
    """With the number of shifts in the week and of days that differ."""
    return Calendar.objects.annotate(
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
