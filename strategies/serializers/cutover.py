"""The cut-over desk as JSON."""

from __future__ import annotations

import base64
import binascii
from typing import Any, ClassVar

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from rest_framework import serializers

from p2p.core.rest import RecordSerializer, VerbSerializer
from p2p.core.rest.serializers import DecimalText, Expand
from strategies.models import (
    ControlFigure,
    CutOver,
    CutOverFigure,
    CutOverFile,
    CutOverProblem,
    CutOverRun,
)


class FileRecord(RecordSerializer):
    class Meta:
        model = CutOverFile
        fields = ("id", "name", "digest", "added_at", "added_by")


class ControlFigureRecord(RecordSerializer):
    class Meta:
        model = ControlFigure
        fields = ("id", "measure", "of", "expected")


class CutOverRecord(RecordSerializer):
    expandable: ClassVar[dict[str, Expand]] = {
        "files": Expand(
            FileRecord,
            many=True,
            prefetch=(Prefetch("files", CutOverFile.objects.select_related("added_by")),),
        ),
        "figures": Expand(ControlFigureRecord, many=True, prefetch=("figures",)),
    }

    class Meta:
        model = CutOver
        fields = (
            "id",
            "name",
            "site",
            "day",
            "state",
            "note",
            "created_at",
            "created_by",
            "done_at",
            "revision",
        )
        read_only_fields = ("state", "created_at", "created_by", "done_at", "revision")


class FigureRecord(RecordSerializer):
    difference = DecimalText(max_digits=25, decimal_places=12, read_only=True, allow_null=True)

    class Meta:
        model = CutOverFigure
        fields = (
            "id", "measure", "title", "of", "value", "expected", "before", "difference", "accepted_because",
            "accepted_by",
        )  # fmt: skip


class CutOverProblemRecord(RecordSerializer):
    class Meta:
        model = CutOverProblem
        fields = ("level", "sheet", "line", "column", "code", "text")


class CutOverRunRecord(RecordSerializer):
    cut_over = serializers.CharField(source="cut_over.name", read_only=True)
    expandable: ClassVar[dict[str, Expand]] = {
        "figures": Expand(
            FigureRecord,
            many=True,
            prefetch=(Prefetch("figures", CutOverFigure.objects.select_related("accepted_by")),),
        ),
        "problems": Expand(CutOverProblemRecord, many=True, prefetch=("problems",)),
    }

    class Meta:
        model = CutOverRun
        fields = (
            "id", "cut_over", "final", "state", "phase", "done", "total", "summary", "problem", "asked_by", "asked_at",
            "ended_at",
        )  # fmt: skip


class FileInput(VerbSerializer):
    """A file by its name, as text (CSV) or in base64 (XLSX, ZIP)."""

    name = serializers.CharField(max_length=150)
    text = serializers.CharField(required=False, trim_whitespace=False)
    base64 = serializers.CharField(required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        text, packed = given.get("text"), given.get("base64")
        if (text is None) == (packed is None):
            raise serializers.ValidationError({"text": _("Send the content as text or as base64.")})
        if text is not None:
            return {"name": given["name"], "content": text.encode()}
        try:
            return {"name": given["name"], "content": base64.b64decode(packed or "", validate=True)}
        except binascii.Error as bad:
            raise serializers.ValidationError({"base64": _("This is no base64.")}) from bad


class FigureInput(VerbSerializer):
    measure = serializers.CharField(max_length=40)
    of = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    expected = serializers.DecimalField(max_digits=24, decimal_places=12)


class AcceptInput(VerbSerializer):
    """Which differences (ids of figures; all open ones when empty), and why."""

    figures = serializers.ListField(child=serializers.IntegerField(), required=False, default=list)
    because = serializers.CharField(max_length=200)
