"""Going live: what a running plant brings along, tried as often as it takes, then taken over once."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import QuantityField
from p2p.core.flow import Flow
from p2p.core.runs import Run
from strategies.models.imports import FileProblem

CUT_OVER_FLOW = Flow(
    "state", finish=({"open"}, "done"), abandon=({"open"}, "abandoned"), reopen=({"abandoned"}, "open")
)


class CutOver(models.Model):
    site_paths = ("site__code",)

    class State(models.TextChoices):
        OPEN = "open", _("In preparation")
        DONE = "done", _("Taken over")
        ABANDONED = "abandoned", _("Given up")

    name = models.CharField(max_length=60, unique=True)
    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    day = models.DateField(help_text=_("The first day on which the plant runs here."))
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(default=now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["site"], condition=Q(state="done"), name="cut_over_of_a_site_is_done_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("strategies:cut-over", args=[self.pk])


class CutOverFile(models.Model):
    """A file of the old system: CSV, XLSX or ZIP. A new one of the same name takes the place of the old."""

    site_paths = ("cut_over__site__code",)

    cut_over = models.ForeignKey(CutOver, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=150)
    content = models.FileField(upload_to="cutover/%Y/%m/", max_length=300)
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField(default=now)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["cut_over", "name"]
        constraints = [models.UniqueConstraint(fields=["cut_over", "name"], name="cut_over_file_once")]

    def __str__(self) -> str:
        return self.name


class ControlFigure(models.Model):
    """What the old system says of its last day, for one measure (such as stock.value) and one thing of it."""

    site_paths = ("cut_over__site__code",)

    cut_over = models.ForeignKey(CutOver, on_delete=models.CASCADE, related_name="figures")
    measure = models.CharField(max_length=40)
    of = models.CharField(max_length=100, blank=True, help_text=_("An item, a group; empty: the total."))
    expected = QuantityField()

    class Meta:
        ordering = ["cut_over", "measure", "of"]
        constraints = [
            models.UniqueConstraint(fields=["cut_over", "measure", "of"], name="control_figure_once")
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.of}"


class CutOverRun(Run):
    """A trial, which is taken back whole, or the last one, which stays."""

    site_paths = ("cut_over__site__code",)

    kind: ClassVar[str] = "cut-over"
    job: ClassVar[str] = "strategies.services.cutting.perform"
    takes_in: ClassVar[bool] = True

    cut_over = models.ForeignKey(CutOver, on_delete=models.CASCADE, related_name="runs")
    final = models.BooleanField(default=False)
    digest = models.CharField(max_length=64, blank=True, help_text=_("Of all files it took in."))

    class Meta(Run.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.cut_over} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("strategies:cut-over-run", args=[self.pk])


class CutOverFigure(models.Model):
    """What a run found there after taking everything in, beside what the old system says and the last run had."""

    site_paths = ("run__cut_over__site__code",)

    run = models.ForeignKey(CutOverRun, on_delete=models.CASCADE, related_name="figures")
    measure = models.CharField(max_length=40)
    title = models.CharField(max_length=150)
    of = models.CharField(max_length=100, blank=True)
    value = QuantityField()
    expected = QuantityField(null=True, blank=True)
    before = QuantityField(null=True, blank=True, help_text=_("In the run before."))
    accepted_because = models.CharField(max_length=200, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["run", "measure", "of"]
        constraints = [models.UniqueConstraint(fields=["run", "measure", "of"], name="cut_over_figure_once")]

    def __str__(self) -> str:
        return f"{self.measure} {self.of}"

    @property
    def difference(self) -> Decimal | None:
        """Here less the old books; None where these say nothing."""
        return None if self.expected is None else self.value - self.expected


class CutOverProblem(FileProblem):
    run = models.ForeignKey(CutOverRun, on_delete=models.CASCADE, related_name="problems")
