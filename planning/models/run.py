"""Long calculations of planning."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from p2p.core.runs import Run


class PlanRun(Run):
    """`settings` holds the rules used, see `planning.rules.Rules`."""

    kind: ClassVar[str] = "plan"
    job: ClassVar[str] = "planning.services.mrp.perform"

    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    from_date = models.DateField()
    to_date = models.DateField()

    class Meta(Run.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"P-{self.pk:04d}"


class ScheduleRun(Run):
    kind: ClassVar[str] = "schedule"
    job: ClassVar[str] = "planning.services.schedule.perform"

    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()

    class Meta(Run.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"S-{self.pk:04d}"
