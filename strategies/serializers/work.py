"""What does the work, and when."""

from __future__ import annotations

from p2p.core.rest import KeyField, RecordSerializer
from strategies.models import (
    Calendar,
    CalendarException,
    CalendarShift,
    ProductionUnit,
    Resource,
    ResourceCalendar,
    ResourceGroup,
    ResourceMembership,
    Worker,
)
from strategies.serializers.columns import all_but
from strategies.serializers.places import AtSite, place


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
