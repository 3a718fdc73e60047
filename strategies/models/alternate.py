"""What may replace a component, how much a stepped line takes, and the replacement of a component everywhere."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import QuantityField, RateField
from p2p.core.history import track
from p2p.core.runs import Run


@track()
class BomAlternate(models.Model):
    """`ratio` of the component's unit stand for one of the line's; the lowest priority comes first."""

    line = models.ForeignKey("strategies.BomLine", on_delete=models.CASCADE, related_name="alternates")
    component = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    priority = models.PositiveIntegerField(default=1)
    ratio = RateField(default=1)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True, help_text=_("Last day."))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["line", "priority", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "component", "valid_from"], name="bom_alternate_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(ratio__gt=0), name="bom_alternate_ratio"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="bom_alternate_approval_whole",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="bom_alternate_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line} → {self.component}"


@track()
class BomStep(models.Model):
    """An order of `from_quantity` or more takes `quantity` of the line's unit (step consumption)."""

    line = models.ForeignKey("strategies.BomLine", on_delete=models.CASCADE, related_name="steps")
    from_quantity = QuantityField()
    quantity = QuantityField()

    class Meta:
        ordering = ["line", "from_quantity"]
        constraints = [
            models.UniqueConstraint(fields=["line", "from_quantity"], name="bom_step_once"),
            models.CheckConstraint(
                condition=Q(from_quantity__gte=0, quantity__gte=0), name="bom_step_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line} ≥ {self.from_quantity}"


class ReplaceRun(Run):
    """Use `new` instead of `old` in every bill, from a day on, as one run."""

    kind: ClassVar[str] = "replace"
    job: ClassVar[str] = "strategies.services.replace.perform"

    old = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    new = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(
        "strategies.Site", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    valid_from = models.DateField(null=True, blank=True, help_text=_("Empty: at once."))
    ratio = RateField(default=1)

    class Meta(Run.Meta):
        ordering = ["-id"]
        constraints = [
            *Run.Meta.constraints,
            models.CheckConstraint(condition=~Q(old=F("new")), name="replace_run_two_items"),
            models.CheckConstraint(condition=Q(ratio__gt=0), name="replace_run_ratio"),
        ]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"

    def get_absolute_url(self) -> str:
        return reverse("strategies:replace-run", args=[self.pk])
