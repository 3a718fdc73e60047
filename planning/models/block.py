"""Why an operation may not proceed; opened and closed from the right through planning's service."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from p2p.core.clock import now


class Block(models.Model):
    operation = models.ForeignKey("planning.Operation", on_delete=models.CASCADE, related_name="blocks")
    source = models.CharField(max_length=20, help_text="quality, outsourcing, engineering")
    reference = models.CharField(max_length=60, help_text="Number of the document that blocks.")
    sentence = models.CharField(max_length=200)
    opened_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "source", "reference"],
                condition=Q(closed_at__isnull=True),
                name="block_open_once",
            )
        ]

    def __str__(self) -> str:
        return self.sentence
