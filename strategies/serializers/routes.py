"""Route versions, their operations and all that belongs to these."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, ClassVar

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from p2p.core.digits import whole
from p2p.core.rest import Expand, KeyField, RecordSerializer
from strategies.models import (
    Characteristic,
    CostCategory,
    InstructionStep,
    Requirement,
    Resource,
    ResourceGroup,
    RouteLink,
    RouteOperation,
    RouteVersion,
    SecondaryResource,
    StandardOperation,
)
from strategies.models.operation import CATEGORIES
from strategies.serializers.columns import all_but
from strategies.services.instructions import StepInput
from strategies.services.routes import OperationInput, input_of


class PlacedKey(KeyField):
    """A work centre or resource by its code, with its site where several sites use the code: `SITE/CODE`."""

    default_error_messages = {"several": _("Several sites have a {what} {value}: write SITE/{value}.")}

    def to_internal_value(self, data: Any) -> Any:
        site, _slash, code = str(data).rpartition("/")
        rows = self._rows().filter(code=code, **({"site__code": site} if site else {}))
        found = list(rows[:2])
        if not found:
            self.fail("does_not_exist", what=self._what(), value=data)
        if len(found) > 1:
            self.fail("several", what=self._what(), value=data)
        return found[0]


class NumberField(KeyField):
    """Another operation of the same route by its number."""

    def to_representation(self, value: Any) -> int:
        return int(value.number)

    def to_internal_value(self, data: Any) -> int:
        number = whole(data, most=2**31 - 1)
        if number is None:
            self.fail("invalid", what=self._what())
        return number


class FollowsField(serializers.ListField):
    """Numbers of the operations that one waits for."""

    child = serializers.IntegerField(min_value=1)

    def get_attribute(self, instance: Any) -> list[int]:
        return sorted(link.before.number for link in instance.links_before.all())


class StepRecord(RecordSerializer):
    operation = serializers.PrimaryKeyRelatedField(
        queryset=RouteOperation.objects.all(), required=False, allow_null=True
    )
    position = serializers.IntegerField(read_only=True)
    characteristic = KeyField(queryset=Characteristic.objects.all(), required=False, allow_null=True)

    class Meta:
        model = InstructionStep
        fields = ["id", *all_but(model=InstructionStep)]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A change becomes the whole step as it is to be."""
        if self.instance is None:
            return attrs
        names = [each.name for each in fields(StepInput)]
        now = {name: getattr(self.instance, name) for name in names}
        return {"to": StepInput(**{**now, **{name: attrs[name] for name in names if name in attrs}})}


class RequirementRecord(RecordSerializer):
    resource = PlacedKey(key="code", queryset=Resource.objects.all(), required=False, allow_null=True)
    group = PlacedKey(key="code", queryset=ResourceGroup.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Requirement
        fields = all_but("operation", "secondary", model=Requirement)


class SecondaryRecord(RecordSerializer):
    requirements = RequirementRecord(many=True, required=False)

    class Meta:
        model = SecondaryResource
        fields = [*all_but("operation", model=SecondaryResource), "requirements"]
        read_only_fields = ("position",)


class LinkRecord(RecordSerializer):
    before = serializers.IntegerField(source="before.number")
    after = serializers.IntegerField(source="after.number")

    class Meta:
        model = RouteLink
        fields = ("before", "after", "hard")


class PartsRecord(RecordSerializer):
    """What an operation is booked under, part by part; its one category of before is that of the part of its kind."""

    cost_category = KeyField(
        queryset=CostCategory.objects.all(),
        required=False,
        allow_null=True,
        write_only=True,
        help_text="Of old: the part of its kind is booked under it. Name the parts instead.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "cost_category" in attrs:
            one = attrs.pop("cost_category")
            parts = {name: one if one and name.startswith(one.kind) else None for name in CATEGORIES}
            attrs = parts | attrs
        return attrs


class OperationRecord(PartsRecord):
    route = serializers.PrimaryKeyRelatedField(queryset=RouteVersion.objects.all())
    group = PlacedKey(key="code", queryset=ResourceGroup.objects.all(), required=False, allow_null=True)
    resource = PlacedKey(key="code", queryset=Resource.objects.all(), required=False, allow_null=True)
    alternate_of = NumberField(queryset=RouteOperation.objects.all(), required=False, allow_null=True)
    follows = FollowsField(required=False, help_text="Numbers of the operations it waits for.")
    steps = StepRecord(many=True, read_only=True)
    requirements = serializers.SerializerMethodField()
    secondaries = SecondaryRecord(many=True, read_only=True)

    class Meta:
        model = RouteOperation
        fields = [
            *("id", *all_but(model=RouteOperation), "cost_category"),
            *("follows", "requirements", "secondaries", "steps"),
        ]

    def get_requirements(self, operation: RouteOperation) -> list[dict[str, Any]]:
        own = [one for one in operation.requirements.all() if one.secondary_id is None]
        shown: list[dict[str, Any]] = RequirementRecord(own, many=True, context=self.context).data
        return shown

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What the services take: the operation as it is to be."""
        attrs = super().validate(attrs)
        also = {name: attrs.pop(name) for name in ("follows", "route") if name in attrs}
        if self.instance is not None:
            also.pop("route", None)
            return {"to": replace(input_of(self.instance), **attrs), **also}
        return {"operation": OperationInput(**attrs), **also}


OPERATIONS = (
    RouteOperation.objects.select_related(
        "group", "resource", *CATEGORIES, "route_group", "standard", "alternate_of", "half_finished"
    )
    .prefetch_related(
        Prefetch("steps", InstructionStep.objects.select_related("characteristic").order_by("position")),
        Prefetch(
            "requirements",
            Requirement.objects.select_related("resource", "group", "capability", "skill").order_by("pk"),
        ),
        "secondaries__requirements__resource",
        "secondaries__requirements__group",
        "secondaries__requirements__capability",
        "secondaries__requirements__skill",
        "links_before__before",
    )
    .order_by("number", "pk")
)


class RouteRecord(RecordSerializer):
    expandable: ClassVar[dict[str, Expand]] = {
        "operations": Expand(OperationRecord, many=True, prefetch=(Prefetch("operations", OPERATIONS),)),
        "links": Expand(
            LinkRecord,
            many=True,
            prefetch=(Prefetch("links", RouteLink.objects.select_related("before", "after").order_by("pk")),),
        ),
    }

    class Meta:
        model = RouteVersion
        fields = ["id", *all_but(model=RouteVersion)]
        read_only_fields = (
            "version", "state", "submitted_by", "approved_by", "approved_at", "revision",
        )  # fmt: skip


class StandardRecord(PartsRecord):
    group = PlacedKey(key="code", queryset=ResourceGroup.objects.all(), required=False, allow_null=True)
    resource = PlacedKey(key="code", queryset=Resource.objects.all(), required=False, allow_null=True)
    steps = StepRecord(many=True, read_only=True)

    class Meta:
        model = StandardOperation
        fields = [*all_but(model=StandardOperation), "cost_category", "steps"]
