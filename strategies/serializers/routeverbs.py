"""What the verbs of routes and operations are given, and route groups."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from rest_framework import serializers

from p2p.core.rest import KeyField, RecordSerializer, VerbSerializer
from strategies.models import RouteGroup, RouteGroupPhase, StandardOperation
from strategies.serializers.routes import RequirementRecord, SecondaryRecord, StandardRecord, StepRecord
from strategies.services.instructions import StepInput
from strategies.services.requirements import RequirementInput, SecondaryInput
from strategies.services.routegroups import PhaseInput
from strategies.services.routes import TimesInput


class Revised(VerbSerializer):
    revision = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="Of the route as it was looked at."
    )


class Joint(Revised):
    before = serializers.IntegerField(min_value=1)
    after = serializers.IntegerField(min_value=1)


class HardJoint(Joint):
    hard = serializers.BooleanField(default=False, help_text="Without a gap between them.")


class Beside(Revised):
    number = serializers.IntegerField(min_value=1)
    beside = serializers.IntegerField(min_value=1)


class Between(Revised):
    number = serializers.IntegerField(min_value=1)
    before = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)
    after = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)


class Taken(Revised):
    standard = KeyField(queryset=StandardOperation.objects.all())
    after = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)
    beside = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)


class OneLink(serializers.Serializer[Any]):
    before = serializers.IntegerField(min_value=1)
    after = serializers.IntegerField(min_value=1)
    hard = serializers.BooleanField(default=False)


class Links(Revised):
    links = OneLink(many=True)


class Updated(Revised):
    only = serializers.ListField(
        child=serializers.CharField(), required=False, allow_null=True, default=None,
        help_text="Names of properties; without them all.",
    )  # fmt: skip
    steps = serializers.BooleanField(default=True)


class Conditions(Revised):
    requirements = RequirementRecord(many=True)

    def validate_requirements(self, rows: list[dict[str, Any]]) -> list[RequirementInput]:
        return [RequirementInput(**row) for row in rows]


class BesideIt(Revised):
    secondaries = SecondaryRecord(many=True)

    def validate_secondaries(self, rows: list[dict[str, Any]]) -> list[SecondaryInput]:
        return [
            SecondaryInput(
                **{**row, "requirements": [RequirementInput(**one) for one in row.get("requirements", ())]}
            )
            for row in rows
        ]


class Steps(VerbSerializer):
    steps = StepRecord(many=True)

    def validate_steps(self, rows: list[dict[str, Any]]) -> list[StepInput]:
        names = {each.name for each in fields(StepInput)}
        return [StepInput(**{name: row[name] for name in names if name in row}) for row in rows]


class Place(VerbSerializer):
    position = serializers.IntegerField(min_value=1)


class PhaseRecord(RecordSerializer):
    class Meta:
        model = RouteGroupPhase
        fields = ("phase", "planned", "working_time", "takes_capacity")


class RouteGroupRecord(RecordSerializer):
    phases = PhaseRecord(many=True, required=False)

    class Meta:
        model = RouteGroup
        fields = (
            "code",
            "name",
            "estimates_setup",
            "estimates_run",
            "estimates_quantity",
            "books_setup",
            "books_run",
            "books_quantity",
            "phases",
        )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Columns that are not named stay as they are; the parts become inputs of the service."""
        if self.instance is not None:
            now = {name: getattr(self.instance, name) for name in self.Meta.fields if name != "phases"}
            attrs = {**now, **attrs}
        if "phases" in attrs:
            attrs["phases"] = [PhaseInput(**row) for row in attrs["phases"]]
        return attrs


class LibraryRecord(StandardRecord):
    """An operation of the library as its service takes it."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        names = [each.name for each in fields(TimesInput)]
        now = {name: getattr(self.instance, name) for name in names} if self.instance else {}
        times = TimesInput(**{**now, **{name: attrs[name] for name in names if name in attrs}})
        given = {name: attrs[name] for name in ("code", "active") if name in attrs}
        kept = {"code": self.instance.code, "active": self.instance.active} if self.instance else {}
        return {**kept, **given, "times": times}
