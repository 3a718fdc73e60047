"""What has to be true of a resource before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused
from strategies.models import CostCategory, Resource, ResourceGroup, Site, Unit, Vendor, Worker


def who_stands_behind(kind: str, vendor: Vendor | None, worker: Worker | None) -> None:
    """Refused for a vendor's resource without its vendor, and a person's without the worker."""
    if kind == Resource.Kind.VENDOR and vendor is None:
        raise Refused(_("A vendor's resource has to name the vendor."), code="vendor", field="vendor")
    if kind == Resource.Kind.PERSON and worker is None:
        raise Refused(_("A person's resource has to name the worker."), code="worker", field="worker")


def in_one_plant(site: Site, group: ResourceGroup, worker: Worker | None) -> None:
    """Refused when the work centre or the worker is at another site."""
    if group.site_id != site.pk:
        raise Refused(_("{group} is at another site."), field="group", group=group.code)
    if worker is not None and worker.site_id != site.pk:
        raise Refused(_("{worker} works at another site."), field="worker", worker=worker.number)


def one_vendor(group: ResourceGroup, vendor: Vendor | None, resource: Resource | None) -> None:
    """Refused when the work centre holds another vendor already. One query."""
    if vendor is None:
        return
    others = group.resources.filter(kind=Resource.Kind.VENDOR).exclude(vendor=vendor)
    other = others.exclude(pk=resource.pk if resource else 0).select_related("vendor").first()
    if other is not None and other.vendor is not None:
        raise Refused(
            _("{group} holds the vendor {vendor} already: a work centre has one vendor only."),
            code="one_vendor",
            field="vendor",
            group=group.code,
            vendor=other.vendor.name,
        )


def booked_under(categories: Mapping[str, CostCategory | None]) -> None:
    """Refused for a cost category that is not of the kind (its key) it is to be used for."""
    for kind, category in categories.items():
        if category is not None and category.kind != kind:
            raise Refused(
                _("{category} is no category for {kind}."),
                field=f"{kind}_category",
                category=category.code,
                kind=CostCategory.Kind(kind).label,
            )


def capacities(stations: int, efficiency: Decimal, share: Decimal, job: Decimal, scrap: Decimal) -> None:
    """Refused for stations, efficiency and shares that no resource can have."""
    if stations < 1:
        raise Refused(_("A resource has at least one station."), field="stations")
    if efficiency <= 0:
        raise Refused(_("The efficiency has to be more than 0."), field="efficiency")
    if not 0 < share <= 1:
        raise Refused(_("The share for planning is more than 0 and at most 1."), field="schedule_fraction")
    if not 0 < job <= 1:
        raise Refused(_("The share for one job is more than 0 and at most 1."), field="job_fraction")
    if not 0 <= scrap < 1:
        raise Refused(_("Scrap is from 0 to less than 1."), field="scrap_fraction")


def pieces(amounts: Mapping[str, Decimal | None], unit: Unit | None) -> None:
    """Refused for a capacity (by field) of nothing, and for one per hour without its unit."""
    for field, amount in amounts.items():
        if amount is not None and amount <= 0:
            raise Refused(_("A capacity has to be more than 0."), field=field)
    if amounts["capacity_per_hour"] is not None and unit is None:
        raise Refused(_("A capacity per hour needs its unit."), field="capacity_unit")
