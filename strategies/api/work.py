"""What does the work: groups, resources, where they stay, people."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core import clock
from p2p.core.digits import whole
from p2p.core.fields import plain
from strategies import serializers as shapes
from strategies.api.whole import WholeViewSet
from strategies.models import (
    ProductionUnit,
    Resource,
    ResourceCalendar,
    ResourceGroup,
    ResourceMembership,
    Worker,
)
from strategies.selectors import capacity
from strategies.services import people, resources

MOST_WEEKS = 104


def asked_day(request: Request, name: str = "day") -> date:
    """`?day=2026-11-18`, today without it."""
    text = request.query_params.get(name, "")
    try:
        return date.fromisoformat(text) if text else clock.today()
    except ValueError:
        raise exceptions.ValidationError({name: _("A day like 2026-11-18 is wanted.")}) from None


def asked_number(request: Request, name: str, usual: int, most: int) -> int:
    """`?weeks=8`, within its limits."""
    number = whole(request.query_params.get(name, "") or usual, least=1, most=most)
    if number is None:
        raise exceptions.ValidationError(
            {name: _("A whole number from 1 to {most} is wanted.").format(most=most)}
        )
    return number


class Units(WholeViewSet):
    """Production units: parts of a plant with stores of their own."""

    queryset, serializer_class, sheet = (
        ProductionUnit.objects.all(),
        shapes.UnitOfPlantRecord,
        "production_units",
    )
    key = ("site__code", "code")
    site_path = "site__code"
    filters = {"site": "site__code"}
    searches, order = ("code", "name"), ("site__code", "code")
    adds, changes = staticmethod(resources.save_unit), staticmethod(resources.save_unit)
    removes = staticmethod(resources.delete_unit)


class Groups(WholeViewSet):
    """Work centres. `members/` says who works there on a day, `capacity/` what they offer by week."""

    queryset, serializer_class, sheet = ResourceGroup.objects.all(), shapes.GroupRecord, "resource_groups"
    key = ("site__code", "code")
    site_path = "site__code"
    filters = {
        "site": "site__code",
        "unit": "production_unit__code",
        "active": "active",
        "bottleneck": "bottleneck",
    }
    searches, order = ("code", "name"), ("site__code", "code")
    adds, changes = staticmethod(resources.save_group), staticmethod(resources.save_group)
    removes = staticmethod(resources.delete_group)

    @action(detail=True, methods=["get"])
    def members(self, request: Request, number: str) -> Response:
        """The resources that work here on `?day=`, lent ones with them, those lent away without."""
        group, day = self.get_object(), asked_day(request)
        rows = capacity.members_of(group, day)
        found = [{"resource": row.code, "name": row.name, "stations": row.stations} for row in rows]
        return Response({"day": day, "members": found})

    @action(detail=True, methods=["get"])
    def capacity(self, request: Request, number: str) -> Response:
        """Hours offered in each of `?weeks=` weeks from `?first=`: the sum of the members' working time."""
        group, first = self.get_object(), asked_day(request, "first")
        weeks = asked_number(request, "weeks", 8, MOST_WEEKS)
        spans = [
            (first + timedelta(weeks=each), first + timedelta(weeks=each, days=6)) for each in range(weeks)
        ]
        rows = capacity.pooled(group.site, spans).get(group.pk, [])
        found = [{"first": row.first, "last": row.last, "hours": plain(row.hours)} for row in rows]
        return Response({"weeks": found})


class Resources(WholeViewSet):
    """Machines, people, tools, vendors and places that do the work."""

    queryset, serializer_class, sheet = Resource.objects.all(), shapes.ResourceRecord, "resources"
    key = ("site__code", "code")
    site_path = "site__code"
    filters = {
        "site": "site__code",
        "group": "group__code",
        "kind": "kind",
        "active": "active",
        "bottleneck": "bottleneck",
        "capability": "capabilities__capability__code",
        "vendor": "vendor__number",
        "worker": "worker__number",
    }
    searches, order = ("code", "name"), ("site__code", "code")
    adds, changes = staticmethod(resources.save_resource), staticmethod(resources.save_resource)
    removes = staticmethod(resources.delete_resource)


class Memberships(WholeViewSet):
    """On which days a resource works in another work centre than its own."""

    queryset, serializer_class = ResourceMembership.objects.all(), shapes.MembershipRecord
    sheet = "resource_memberships"
    site_path = "resource__site__code"
    filters = {
        "site": "resource__site__code",
        "resource": "resource__code",
        "group": "group__code",
        "from": "valid_from__gte",
        "to": "valid_to__lte",
    }
    order = ("id",)
    adds, changes = staticmethod(resources.save_membership), staticmethod(resources.save_membership)
    removes = staticmethod(resources.delete_membership)


class DatedCalendars(WholeViewSet):
    """On which days a resource or a work centre follows another calendar than its own."""

    queryset, serializer_class = ResourceCalendar.objects.all(), shapes.DatedCalendarRecord
    sheet = "resource_calendars"
    filters = {"resource": "resource__code", "group": "group__code", "calendar": "calendar__code"}
    order = ("id",)
    adds = changes = staticmethod(resources.save_dated_calendar)
    removes = staticmethod(resources.delete_dated_calendar)


class Workers(WholeViewSet):
    """People on the floor."""

    queryset, serializer_class, sheet = Worker.objects.all(), shapes.WorkerRecord, "workers"
    site_path = "site__code"
    filters = {
        "site": "site__code",
        "group": "group__code",
        "active": "active",
        "skill": "skills__skill__code",
    }
    searches, order = ("number", "name"), ("number",)
    adds, changes = staticmethod(people.save_worker), staticmethod(people.save_worker)
    removes = staticmethod(people.delete_worker)
