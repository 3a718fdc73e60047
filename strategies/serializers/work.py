"""What does the work, and when."""

from __future__ import annotations

from typing import Any

from p2p.core.rest import KeyField, RecordSerializer
from strategies.models import (
    Calendar,
    CalendarException,
    CalendarShift,
    Location,
    ProductionUnit,
    Resource,
    ResourceCalendar,
    ResourceGroup,
    ResourceMembership,
    Worker,
)
from strategies.serializers.columns import all_but


class AtSite(KeyField):
    """A record by its code at the site of the input, or of the record that is changed; without a site the code
    has to be the only one."""

    def __init__(self, model: Any, **options: Any) -> None:
        super().__init__(key="code", queryset=model.objects.order_by("pk"), **options)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, (str, int)) or isinstance(data, bool):
            self.fail("invalid", what=self._what())
        rows = self._rows().filter(code=data)
        site = self._site()
        found = list((rows.filter(site__code=site) if site else rows)[:2])
        if len(found) != 1:
            self.fail("does_not_exist", what=self._what(), value=data)
        return found[0]

    def _site(self) -> str:
        parent: Any = self.parent
        given = getattr(parent, "initial_data", None) or {}
        if given.get("site"):
            return str(given["site"])
        record = parent.instance
        own = getattr(record, "site", None) or getattr(getattr(record, "resource", None), "site", None)
        return str(getattr(own, "code", ""))


def place() -> AtSite:
    """An optional place at the record's site."""
    return AtSite(Location, required=False, allow_null=True)


class UnitOfPlantRecord(RecordSerializer):
    input_location = place()
    output_location = place()

    class Meta:
        model = ProductionUnit
        fields = all_but(model=ProductionUnit)
        validators = ()  # the service says it in its own words


class GroupRecord(RecordSerializer):
    input_location = place()
    output_location = place()
    production_unit = AtSite(ProductionUnit, required=False, allow_null=True)

    class Meta:
        model = ResourceGroup
        fields = all_but(model=ResourceGroup)
        validators = ()  # the service says it in its own words
        read_only_fields = ("revision",)


class ResourceRecord(RecordSerializer):
    group = AtSite(ResourceGroup)
    input_location = place()
    output_location = place()

    class Meta:
        model = Resource
        fields = all_but(model=Resource)
        validators = ()  # the service says it in its own words
        read_only_fields = ("revision",)


class MembershipRecord(RecordSerializer):
    site = KeyField(key="code", source="resource.site", read_only=True)
    resource = AtSite(Resource)
    group = AtSite(ResourceGroup)

    class Meta:
        model = ResourceMembership
        fields = ["id", "site", *all_but(model=ResourceMembership)]
        validators = ()  # the service says it in its own words


class DatedCalendarRecord(RecordSerializer):
    resource = AtSite(Resource, required=False, allow_null=True)
    group = AtSite(ResourceGroup, required=False, allow_null=True)

    class Meta:
        model = ResourceCalendar
        fields = ["id", *all_but(model=ResourceCalendar)]
        validators = ()  # the service says it in its own words


class WorkerRecord(RecordSerializer):
    group = AtSite(ResourceGroup, required=False, allow_null=True)

    class Meta:
        model = Worker
        fields = all_but(model=Worker)


class ShiftRecord(RecordSerializer):
    class Meta:
        model = CalendarShift
        fields = all_but("calendar", model=CalendarShift)


class ExceptionRecord(RecordSerializer):
    class Meta:
        model = CalendarException
        fields = all_but("calendar", model=CalendarException)


class CalendarRecord(RecordSerializer):
    shifts = ShiftRecord(many=True, read_only=True)
    exceptions = ExceptionRecord(many=True, read_only=True)

    class Meta:
        model = Calendar
        fields = [*all_but(model=Calendar), "shifts", "exceptions"]
        read_only_fields = ("revision",)
