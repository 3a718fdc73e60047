"""An import as a run that keeps what it could not take, line by line."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.runs import Run


class ImportRun(Run):
    kind: ClassVar[str] = "import"
    job: ClassVar[str] = "strategies.services.importer.perform"
    takes_in: ClassVar[bool] = True

    title = models.CharField(max_length=100)
    dry_run = models.BooleanField(default=False)
    content = models.FileField(upload_to="imports/%Y/%m/", max_length=300)

    class Meta(Run.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("strategies:import", args=[self.pk])


class FileProblem(models.Model):
    """What is wrong with a line of a file; kinds of runs that take files in add the `run`."""

    class Level(models.TextChoices):
        ERROR = "error", _("Error")
        WARNING = "warning", _("Warning")

    level = models.CharField(max_length=8, choices=Level.choices)
    sheet = models.CharField(max_length=60)
    line = models.PositiveIntegerField(null=True)
    column = models.CharField(max_length=60, blank=True)
    code = models.CharField(max_length=40, blank=True)
    text = models.TextField()

    class Meta:
        abstract = True
        ordering = ["run", "id"]

    def __str__(self) -> str:
        return self.text


class ImportProblem(FileProblem):
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="problems")
