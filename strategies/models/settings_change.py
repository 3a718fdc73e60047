"""What order settings of many items said before they were changed together, so that the change can be taken back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core import clock


class SettingsChange(models.Model):
    """One change of many rows: what was wanted, the rows as they were, and those that were made."""

    site = models.ForeignKey(
        "strategies.Site", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    wanted = models.JSONField(help_text=_("Columns and what they were to become."))
    before = models.JSONField(default=list, help_text=_("Key of each changed row, and its columns before."))
    made = models.JSONField(default=list, help_text=_("Each row that was made, with all its columns."))
    left = models.JSONField(default=list, help_text=_("Number of each item that was left alone, and why."))
    kept = models.JSONField(default=list, help_text=_("The same for what could not be taken back."))
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("strategies:settings-change", args=[self.pk])
