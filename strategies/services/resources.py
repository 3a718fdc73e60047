"""Machines, people, tools, vendors and places that do the work, and the groups and units they belong to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.models import (
    Calendar,
    CostCategory,
    Location,
    ProductionUnit,
    Resource,
    ResourceCalendar,
    ResourceGroup,
    ResourceMembership,
    SetupMatrix,
    Site,
    Unit,
    Vendor,
    Worker,
)
from strategies.services.keeping import keep, must_work, opened, overlapping, same_site, span, take_away
from strategies.services.resourcechecks import (
    booked_under,
    capacities,
    in_one_plant,
    one_vendor,
    pieces,
    who_stands_behind,
)

ONE, ZERO = Decimal(1), Decimal(0)


@transaction.atomic
def save_unit(
    *,
    productionunit: ProductionUnit | None = None,
    site: Site,
    code: str,
    name: str,
    input_location: Location | None = None,
    output_location: Location | None = None,
    by: User,
) -> ProductionUnit:
    """A production unit, new or changed."""
    same_site(site, {"input_location": input_location, "output_location": output_location})
    columns = {
        "site": site,
        "code": code,
        "name": name,
        "input_location": input_location,
        "output_location": output_location,
    }
    return keep(opened(ProductionUnit, productionunit), columns, by)


@transaction.atomic
def delete_unit(*, productionunit: ProductionUnit, by: User) -> None:
    """Refused while a work centre belongs to it."""
    take_away(productionunit, by)


@transaction.atomic
def save_group(
    *,
    resourcegroup: ResourceGroup | None = None,
    site: Site,
    code: str,
    name: str,
    production_unit: ProductionUnit | None = None,
    calendar: Calendar | None = None,
    cost_category: CostCategory | None = None,
    ledger_account: str = "",
    input_location: Location | None = None,
    output_location: Location | None = None,
    setup_matrix: SetupMatrix | None = None,
    bottleneck: bool = False,
    lean_cell: bool = False,
    active: bool = True,
    revision: int | None = None,
    by: User,
) -> ResourceGroup:
    """A work centre, new or changed. Refused when its calendar has no hours or a place is at another site."""
    same_site(site, {"input_location": input_location, "output_location": output_location})
    must_work(calendar)
    if production_unit is not None and production_unit.site_id != site.pk:
        raise Refused(_("{unit} is at another site."), field="production_unit", unit=production_unit.code)
    columns = {
        "site": site,
        "code": code,
        "name": name,
        "production_unit": production_unit,
        "calendar": calendar,
        "cost_category": cost_category,
        "ledger_account": ledger_account.strip(),
        "input_location": input_location,
        "output_location": output_location,
        "setup_matrix": setup_matrix,
        "bottleneck": bottleneck,
        "lean_cell": lean_cell,
        "active": active,
    }
    return keep(opened(ResourceGroup, resourcegroup, revision), columns, by)


@transaction.atomic
def delete_group(*, resourcegroup: ResourceGroup, by: User) -> None:
    """Refused while a resource, a route or an order names it."""
    take_away(resourcegroup, by)


@transaction.atomic
def save_resource(
    *,
    resource: Resource | None = None,
    site: Site,
    code: str,
    name: str,
    group: ResourceGroup,
    kind: str = Resource.Kind.MACHINE,
    vendor: Vendor | None = None,
    worker: Worker | None = None,
    stations: int = 1,
    finite: bool = True,
    exclusive: bool = False,
    bottleneck: bool = False,
    efficiency: Decimal = ONE,
    schedule_fraction: Decimal = ONE,
    job_fraction: Decimal = ONE,
    scrap_fraction: Decimal = ZERO,
    capacity_per_hour: Decimal | None = None,
    capacity_unit: Unit | None = None,
    batch_capacity: Decimal | None = None,
    setup_category: CostCategory | None = None,
    run_category: CostCategory | None = None,
    quantity_category: CostCategory | None = None,
    ledger_account: str = "",
    setup_matrix: SetupMatrix | None = None,
    calendar: Calendar | None = None,
    input_location: Location | None = None,
    output_location: Location | None = None,
    active: bool = True,
    revision: int | None = None,
    by: User,
) -> Resource:
    """A resource, new or changed. Refused when a vendor's names no vendor, a person's no worker, its calendar
    has no hours, or what belongs to it is at another site."""
    columns = {
        "site": site,
        "code": code,
        "name": name,
        "group": group,
        "kind": kind,
        "vendor": vendor,
        "worker": worker,
        "stations": stations,
        "finite": finite,
        "exclusive": exclusive,
        "bottleneck": bottleneck,
        "efficiency": efficiency,
        "schedule_fraction": schedule_fraction,
        "job_fraction": job_fraction,
        "scrap_fraction": scrap_fraction,
        "capacity_per_hour": capacity_per_hour,
        "capacity_unit": capacity_unit,
        "batch_capacity": batch_capacity,
        "setup_category": setup_category,
        "run_category": run_category,
        "quantity_category": quantity_category,
        "ledger_account": ledger_account.strip(),
        "setup_matrix": setup_matrix,
        "calendar": calendar,
        "input_location": input_location,
        "output_location": output_location,
        "active": active,
    }
    same_site(site, {"input_location": input_location, "output_location": output_location})
    must_work(calendar)
    who_stands_behind(kind, vendor, worker)
    in_one_plant(site, group, worker)
    one_vendor(group, vendor if kind == Resource.Kind.VENDOR else None, resource)
    booked_under({"setup": setup_category, "run": run_category, "quantity": quantity_category})
    capacities(stations, efficiency, schedule_fraction, job_fraction, scrap_fraction)
    pieces({"capacity_per_hour": capacity_per_hour, "batch_capacity": batch_capacity}, capacity_unit)
    return keep(opened(Resource, resource, revision), columns, by)


@transaction.atomic
def delete_resource(*, resource: Resource, by: User) -> None:
    """Refused while a route or an operation names it."""
    take_away(resource, by)


@transaction.atomic
def save_membership(
    *,
    resourcemembership: ResourceMembership | None = None,
    resource: Resource,
    group: ResourceGroup,
    valid_from: date | None = None,
    valid_to: date | None = None,
    by: User,
) -> ResourceMembership:
    """Let a resource work in another work centre on these days, both inclusive. Refused when it is lent out
    already on one of them, naming that stay."""
    row = opened(ResourceMembership, resourcemembership)
    Resource.objects.select_for_update(no_key=True).get(pk=resource.pk)
    if group.site_id != resource.site_id:
        raise Refused(_("{group} is at another site."), field="group", group=group.code)
    if resource.kind == Resource.Kind.VENDOR:
        one_vendor(group, resource.vendor, resource)
    rows = ResourceMembership.objects.filter(resource=resource).select_related("group")
    other = overlapping(rows, valid_from, valid_to, row)
    if other is not None:
        raise Refused(
            _("{resource} works in {group} {days} already."),
            code="overlap",
            field="valid_from",
            resource=resource.code,
            group=other.group.name,
            days=span(other.valid_from, other.valid_to),
        )
    columns = {"resource": resource, "group": group, "valid_from": valid_from, "valid_to": valid_to}
    return keep(row, columns, by)


@transaction.atomic
def delete_membership(*, resourcemembership: ResourceMembership, by: User) -> None:
    """The resource works in its own work centre again."""
    take_away(resourcemembership, by)


@transaction.atomic
def save_dated_calendar(
    *,
    resourcecalendar: ResourceCalendar | None = None,
    calendar: Calendar,
    resource: Resource | None = None,
    group: ResourceGroup | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    by: User,
) -> ResourceCalendar:
    """Let a resource, or a whole work centre, follow another calendar on these days. Refused when it follows
    one already on one of them, naming it."""
    owner = resource or group
    if owner is None or (resource is not None and group is not None):
        raise Refused(_("Name a resource or a work centre, one of them."), field="resource")
    row = opened(ResourceCalendar, resourcecalendar)
    must_work(calendar)
    type(owner)._default_manager.select_for_update(no_key=True).get(pk=owner.pk)
    rows = ResourceCalendar.objects.filter(resource=resource, group=group).select_related("calendar")
    other = overlapping(rows, valid_from, valid_to, row)
    if other is not None:
        raise Refused(
            _("{owner} works by {calendar} {days} already."),
            code="overlap",
            field="valid_from",
            owner=owner.code,
            calendar=other.calendar.name,
            days=span(other.valid_from, other.valid_to),
        )
    columns = {
        "calendar": calendar,
        "resource": resource,
        "group": group,
        "valid_from": valid_from,
        "valid_to": valid_to,
    }
    return keep(row, columns, by)


@transaction.atomic
def delete_dated_calendar(*, resourcecalendar: ResourceCalendar, by: User) -> None:
    """It follows its own calendar again."""
    take_away(resourcecalendar, by)
