"""What lines of a draft bill said before each change in the designer, so that a change can be taken back."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from p2p.core import clock


class BomEdit(models.Model):
    """One change: the rows it touched as they were, and the keys of the rows it added."""

    bom = models.ForeignKey("strategies.BomVersion", on_delete=models.CASCADE, related_name="edits")
    revision = models.PositiveIntegerField(help_text="Of the bill after the change.")
    undone = models.PositiveIntegerField(
        null=True, blank=True, help_text="Revision of the bill after the change was taken back."
    )
    before = models.JSONField(help_text="Rows by table as they were, and the keys of those that were added.")
    said = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["bom", "revision"], name="bom_edit_of")]

    def __str__(self) -> str:
        return f"{self.bom} {self.revision}"
