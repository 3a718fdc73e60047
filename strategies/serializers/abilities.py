"""What resources and people can do, and change-overs between families."""

from __future__ import annotations

from rest_framework import serializers

from p2p.core.rest import KeyField, RecordSerializer, VerbSerializer
from strategies.models import (
    Capability,
    Resource,
    ResourceCapability,
    SetupFamily,
    SetupMatrix,
    SetupTime,
    Skill,
    WorkerSkill,
)
from strategies.serializers.columns import all_but
from strategies.serializers.work import AtSite


class CapabilityRecord(RecordSerializer):
    class Meta:
        model = Capability
        fields = all_but(model=Capability)


class ResourceCapabilityRecord(RecordSerializer):
    site = KeyField(key="code", source="resource.site", read_only=True)
    resource = AtSite(Resource)

    class Meta:
        model = ResourceCapability
        fields = ["id", "site", *all_but(model=ResourceCapability)]
        validators = ()  # the service says it in its own words


class SkillRecord(RecordSerializer):
    class Meta:
        model = Skill
        fields = all_but(model=Skill)


class WorkerSkillRecord(RecordSerializer):
    class Meta:
        model = WorkerSkill
        fields = ["id", *all_but(model=WorkerSkill)]
        validators = ()  # the service says it in its own words


class FamilyRecord(RecordSerializer):
    class Meta:
        model = SetupFamily
        fields = all_but(model=SetupFamily)


class ChangeOverRecord(RecordSerializer):
    class Meta:
        model = SetupTime
        fields = ["id", *all_but(model=SetupTime)]
        money = ("cost",)


class MatrixRecord(RecordSerializer):
    class Meta:
        model = SetupMatrix
        fields = all_but(model=SetupMatrix)
        read_only_fields = ("revision",)


class Cell(VerbSerializer):
    source = KeyField(queryset=SetupFamily.objects.all(), required=False, allow_null=True, default=None)
    target = KeyField(queryset=SetupFamily.objects.all(), required=False, allow_null=True, default=None)
    seconds = serializers.IntegerField(allow_null=True)
    cost = serializers.DecimalField(
        max_digits=18, decimal_places=4, min_value=0, required=False, allow_null=True, default=None
    )


class Cells(VerbSerializer):
    cells = Cell(many=True)
    revision = serializers.IntegerField(required=False, allow_null=True, default=None)
