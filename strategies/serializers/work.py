"""What does the work, and when."""

from __future__ import annotations

from p2p.core.rest import KeyField, RecordSerializer
from strategies.models import Calendar, CalendarException, CalendarShift, Resource, ResourceGroup, Worker
from strategies.serializers.columns import all_but


class GroupRecord(RecordSerializer):
    input_location = KeyField(key="code", read_only=True)
    output_location = KeyField(key="code", read_only=True)

    class Meta:
        model = ResourceGroup
        fields = all_but(model=ResourceGroup)


class ResourceRecord(RecordSerializer):
    group = KeyField(key="code", read_only=True)

    class Meta:
        model = Resource
        fields = all_but(model=Resource)


class WorkerRecord(RecordSerializer):
    group = KeyField(key="code", read_only=True)

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
        fields = ("code", "name", "time_zone", "shifts", "exceptions")
