"""Bills of material and formulas, with their lines, steps, alternates and outputs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from rest_framework import serializers

from p2p.core.rest import Expand, RecordSerializer, VerbSerializer
from strategies.models import BomAlternate, BomLine, BomOutput, BomStep, BomVersion
from strategies.serializers.columns import all_but
from strategies.services.bom_inputs import COLUMNS, AlternateInput, LineInput, StepInput, input_of
from strategies.services.bom_outputs import OutputInput, output_input_of
from strategies.services.boms import head_of

APPROVAL = ("approved_by", "approved_at")


class StepShape(RecordSerializer):
    class Meta:
        model = BomStep
        fields = ("from_quantity", "quantity")
        validators: ClassVar[list[Any]] = []


class AlternateShape(RecordSerializer):
    """What may stand in, inside a line."""

    class Meta:
        model = BomAlternate
        fields = ("id", "component", "priority", "ratio", "valid_from", "valid_to", "note", *APPROVAL)
        read_only_fields = APPROVAL
        validators: ClassVar[list[Any]] = []


class AlternateRecord(RecordSerializer):
    """What may stand in for a line's component: an approved one only is ever used."""

    class Meta:
        model = BomAlternate
        fields = ("id", *all_but(model=BomAlternate))
        read_only_fields = APPROVAL
        validators: ClassVar[list[Any]] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        row = self.instance
        if row is None:
            return {"line": attrs.pop("line"), "to": AlternateInput(**attrs)}
        _must_stay(row, attrs, "line")
        names = ("component", "priority", "ratio", "valid_from", "valid_to", "note")
        return {"to": AlternateInput(**{name: attrs.get(name, getattr(row, name)) for name in names})}


class LineShape(RecordSerializer):
    """A line inside a bill."""

    steps = StepShape(many=True, required=False)
    alternates = AlternateShape(many=True, required=False)

    class Meta:
        model = BomLine
        fields = ("id", *all_but("bom", model=BomLine), "steps", "alternates")
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "position": {"required": False},
            "quantity": {"required": False},
            "unit": {"required": False},
            "kind": {"required": False, "default": ""},
            "flushing": {"required": False, "default": ""},
        }
        validators: ClassVar[list[Any]] = []


class BomLineRecord(LineShape):
    """A line by itself: to add one, name its bill; `revision` is the bill's, where somebody looked at it before."""

    revision = serializers.IntegerField(
        write_only=True, required=False, help_text="The bill's, as you saw it."
    )

    class Meta(LineShape.Meta):
        fields = ("id", *all_but(model=BomLine), "steps", "alternates", "revision")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        revision = {"revision": attrs.pop("revision", None)}
        if self.instance is None:
            return {"bom": attrs.pop("bom"), "line": line_input(attrs), **revision}
        _must_stay(self.instance, attrs, "bom")
        # A field that is not sent stays as it is; the defaults above are for new lines.
        sent = {name: value for name, value in attrs.items() if name in self.initial_data}
        return {"to": replace(input_of(self.instance), **_nested(sent)), **revision}


class OutputShape(RecordSerializer):
    class Meta:
        model = BomOutput
        fields = ("id", *all_but("bom", model=BomOutput))
        extra_kwargs: ClassVar[dict[str, Any]] = {"unit": {"required": False}}
        validators: ClassVar[list[Any]] = []


class OutputRecord(OutputShape):
    """A co- or by-product by itself."""

    revision = serializers.IntegerField(
        write_only=True, required=False, help_text="The bill's, as you saw it."
    )

    class Meta(OutputShape.Meta):
        fields = ("id", *all_but(model=BomOutput), "revision")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        revision = {"revision": attrs.pop("revision", None)}
        if self.instance is None:
            return {"bom": attrs.pop("bom"), "output": OutputInput(**attrs), **revision}
        _must_stay(self.instance, attrs, "bom")
        return {"to": replace(output_input_of(self.instance), **attrs), **revision}


_LINES = BomLine.objects.select_related(
    "component", "unit", "component_bom", "component_route", "vendor", "location"
).prefetch_related("steps", "alternates__component", "alternates__approved_by")


class BomRecord(RecordSerializer):
    """A version; a new one may bring its lines and outputs. `revision` guards a change against another's."""

    lines = LineShape(many=True, required=False, write_only=True)
    outputs = OutputShape(many=True, required=False, write_only=True)
    revision = serializers.IntegerField(required=False)
    expandable: ClassVar[dict[str, Expand]] = {
        "lines": Expand(
            LineShape, many=True, prefetch=(Prefetch("lines", _LINES.order_by("position", "pk")),)
        ),
        "outputs": Expand(
            OutputShape,
            many=True,
            prefetch=(Prefetch("outputs", BomOutput.objects.select_related("item", "unit").order_by("pk")),),
        ),
    }

    class Meta:
        model = BomVersion
        fields = ("id", *all_but("revision", model=BomVersion), "revision", "lines", "outputs")
        read_only_fields = ("version", "state", "submitted_by", *APPROVAL)
        validators: ClassVar[list[Any]] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        revision = attrs.pop("revision", None)
        lines, outputs = attrs.pop("lines", None), attrs.pop("outputs", None)
        if self.instance is None:
            return {
                **attrs,
                "lines": [line_input(line) for line in lines or ()],
                "outputs": [OutputInput(**output) for output in outputs or ()],
            }
        _must_stay(self.instance, attrs, "item")
        if lines is not None or outputs is not None:
            raise serializers.ValidationError(
                {"lines": _("Lines and outputs are replaced with set-lines and set-outputs.")}
            )
        return {"to": replace(head_of(self.instance), **attrs), "revision": revision}


def line_input(said: dict[str, Any]) -> LineInput:
    """What a client says about a line, as the service takes it."""
    return LineInput(**{name: value for name, value in _nested(said).items() if name in _KNOWN})


_KNOWN = {*COLUMNS, "steps", "alternates"}


def _nested(said: dict[str, Any]) -> dict[str, Any]:
    """Steps and alternates as the service takes them."""
    made = dict(said)
    if "steps" in made:
        made["steps"] = [StepInput(**step) for step in made["steps"]]
    if "alternates" in made:
        made["alternates"] = [AlternateInput(**other) for other in made["alternates"]]
    return made


def _must_stay(record: Any, attrs: dict[str, Any], name: str) -> None:
    if name in attrs and attrs.pop(name) != getattr(record, name):
        raise serializers.ValidationError({name: _("That stays as it is: make a new record.")})


class LinesGiven(VerbSerializer):
    """All lines of a draft."""

    lines = LineShape(many=True)
    revision = serializers.IntegerField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {**attrs, "lines": [line_input(line) for line in attrs["lines"]]}


class OutputsGiven(VerbSerializer):
    """All co- and by-products of a draft."""

    outputs = OutputShape(many=True)
    revision = serializers.IntegerField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {**attrs, "outputs": [OutputInput(**output) for output in attrs["outputs"]]}


class Rescaled(VerbSerializer):
    """A new size, or one scalable line and its new quantity."""

    batch_quantity = serializers.DecimalField(24, 12, required=False, allow_null=True, default=None)
    line = serializers.PrimaryKeyRelatedField(
        queryset=BomLine.objects.select_related("component"), required=False, allow_null=True, default=None
    )
    quantity = serializers.DecimalField(24, 12, required=False, allow_null=True, default=None)
    revision = serializers.IntegerField(required=False, allow_null=True, default=None)


class BomCopy(VerbSerializer):
    valid_from = serializers.DateField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
