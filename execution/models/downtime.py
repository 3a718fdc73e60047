"""When a resource could not work, and why."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from p2p.core.clock import now


class Downtime(models.Model):
    resource = models.ForeignKey("strategies.Resource", on_delete=models.PROTECT, related_name="+")
    reason = models.ForeignKey("strategies.ReasonCode", on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    posted_at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-began_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource"], condition=Q(ended_at__isnull=True), name="downtime_open_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")), name="downtime_times"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.began_at:%Y-%m-%d %H:%M}"
