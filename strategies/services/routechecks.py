"""What a route has to say before it may be used."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.refusal import Refused
from strategies.engine.routing import ends
from strategies.models import Resource, RouteOperation, RouteVersion
from strategies.selectors.capacity import serves
from strategies.selectors.routes import steps_of
from strategies.services.halves import halves_hold

Basis = RouteOperation.Basis
CAPACITIES: dict[str, str] = {Basis.CAPACITY: "capacity_per_hour", Basis.RESOURCE_BATCH: "batch_capacity"}
"""What a resource has to say for an operation timed by it."""


def route_is_whole(route: RouteVersion) -> None:
    """Refused for a route without operations, with more than one end, with times that a resource has to give and
    no resource gives, or gives in a unit that does not convert, with a property that no shift has, or with operations
    that leave pieces as what is no half-finished item of it. Several starts are welcome. Five queries, two where a
    capacity tells the time, ten for each operation that asks for shifts."""
    rows = {
        row.number: row
        for row in route.operations.select_related(
            "group", "resource", "route_group", "alternate_of", "half_finished__unit"
        )
        .prefetch_related("route_group__phases")
        .order_by("number")
    }
    if not rows:
        raise Refused(_("{version} has no operations."), code="empty", about=route, version=route)
    own = [number for number, row in rows.items() if row.alternate_of_id is None]
    last = ends(own, route.links.values_list("before__number", "after__number"))
    if len(last) > 1:
        raise Refused(
            _("{version} ends in operations {numbers}: one of them has to come last."),
            code="several_ends",
            field="links",
            about=route,
            version=route,
            numbers=", ".join(map(str, last)),
        )
    for row in rows.values():
        _must_have_capacity(row)
        _must_have_shifts(route, row)
    if last:
        halves_hold(route.item, rows.values(), last[0])
    steps_of(list(rows.values()))


def _must_have_capacity(row: RouteOperation) -> None:
    column = CAPACITIES.get(row.run_basis)
    if column is None or row.outside:
        return
    named = {"pk": row.resource_id} if row.resource_id else {"group": row.group_id, "active": True}
    places = Resource.objects.filter(**named)
    if not places.filter(**{f"{column}__isnull": False}).exists():
        raise Refused(
            _("Operation {number} takes its time “{basis}”, but {place} does not say how much that is."),
            code="no_capacity",
            field="run_basis",
            number=row.number,
            basis=Basis(row.run_basis).label,
            place=row.resource or row.group or _("no resource"),
        )


def _must_have_shifts(route: RouteVersion, row: RouteOperation) -> None:
    """Refused where none of the calendars its place follows in the time ahead has such a shift."""
    today = clock.today(route.site.time_zone if route.site else "")
    if not row.property or row.outside or serves(row, row.property, route.site, today):
        return
    raise Refused(
        _("Operation {number} runs only in shifts of {property}, and no calendar of {place} has one."),
        code="no_shift",
        field="property",
        number=row.number,
        property=row.property,
        place=row.resource or row.group or route.site or _("any site"),
    )
