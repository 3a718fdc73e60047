"""Imports and their problems."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Prefetch

from p2p.core.rest import Expand, RecordSerializer
from strategies.models import ImportProblem, ImportRun


class ProblemRecord(RecordSerializer):
    class Meta:
        model = ImportProblem
        fields = ("level", "sheet", "line", "column", "code", "text")


class ImportRecord(RecordSerializer):
    expandable: ClassVar[dict[str, Expand]] = {
        "problems": Expand(
            ProblemRecord, many=True, prefetch=(Prefetch("problems", ImportProblem.objects.order_by("pk")),)
        )
    }

    class Meta:
        model = ImportRun
        fields = ("id", "title", "state", "dry_run", "summary", "problem", "asked_by", "asked_at", "ended_at")
