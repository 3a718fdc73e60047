"""What resources can do, to which level, in which order they are chosen; and what their hours are booked
under."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.models import Capability, CostCategory, Resource, ResourceCapability
from strategies.services.keeping import keep, opened, overlapping, span, take_away


@transaction.atomic
def save_capability(*, capability: Capability | None = None, code: str, name: str, by: User) -> Capability:
    """A capability, new or changed."""
    return keep(opened(Capability, capability), {"code": code, "name": name}, by)


@transaction.atomic
def delete_capability(*, capability: Capability, by: User) -> None:
    """Refused while a resource has it or an operation asks for it."""
    take_away(capability, by)


@transaction.atomic
def save_resource_capability(
    *,
    resourcecapability: ResourceCapability | None = None,
    resource: Resource,
    capability: Capability,
    level: Decimal = Decimal(0),
    priority: int = 1,
    valid_from: date | None = None,
    valid_to: date | None = None,
    by: User,
) -> ResourceCapability:
    """A resource can do this up to `level`; the lowest priority is chosen first. Refused when it can already
    on one of these days, naming them."""
    row = opened(ResourceCapability, resourcecapability)
    if level < 0:
        raise Refused(_("A level is not below 0."), field="level")
    Resource.objects.select_for_update(no_key=True).get(pk=resource.pk)
    rows = ResourceCapability.objects.filter(resource=resource, capability=capability)
    other = overlapping(rows, valid_from, valid_to, row)
    if other is not None:
        raise Refused(
            _("{resource} has the capability {capability} {days} already."),
            code="overlap",
            field="valid_from",
            resource=resource.code,
            capability=capability.code,
            days=span(other.valid_from, other.valid_to),
        )
    columns = {
        "resource": resource,
        "capability": capability,
        "level": level,
        "priority": priority,
        "valid_from": valid_from,
        "valid_to": valid_to,
    }
    return keep(row, columns, by)


@transaction.atomic
def delete_resource_capability(*, resourcecapability: ResourceCapability, by: User) -> None:
    """The resource cannot do it any more."""
    take_away(resourcecapability, by)


@transaction.atomic
def save_category(
    *, costcategory: CostCategory | None = None, code: str, name: str, kind: str = "run", by: User
) -> CostCategory:
    """What hours or pieces are booked under, new or changed. Refused to change its kind while resources book
    under it."""
    row = opened(CostCategory, costcategory)
    if row.pk is not None and row.kind != kind:
        used = Resource.objects.filter(**{f"{row.kind}_category": row}).order_by("pk").first()
        if used is not None:
            raise Refused(
                _("{resource} books under {category}: its kind stays."),
                code="in_use",
                field="kind",
                resource=used.code,
                category=row.code,
            )
    return keep(row, {"code": code, "name": name, "kind": kind}, by)


@transaction.atomic
def delete_category(*, costcategory: CostCategory, by: User) -> None:
    """Refused while anything is booked under it."""
    take_away(costcategory, by)
