"""Pieces between operations, so that a trace and a vendor's place can hold them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import QuantityField


class WipMove(models.Model):
    """Append-only, signed: pieces that stand behind `operation` at `location` come (+) or go (−)."""

    class Kind(models.TextChoices):
        REPORTED = "reported", _("Reported good")
        TAKEN = "taken", _("Taken by the next operation")
        DISPATCHED = "dispatched", _("Sent to a vendor")
        RETURNED = "returned", _("Back from a vendor")
        RECEIVED = "received", _("Received into stock")
        SCRAPPED = "scrapped", _("Scrapped")

    operation = models.ForeignKey("planning.Operation", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("strategies.Location", on_delete=models.PROTECT, null=True, related_name="+")
    lot = models.ForeignKey(
        "inventory.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    quantity = QuantityField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    report = models.ForeignKey(
        "execution.Report", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reference = models.CharField(max_length=60, blank=True)
    effective_at = models.DateTimeField()
    posted_at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["operation", "location"], name="wip_operation")]
        constraints = [models.CheckConstraint(condition=~Q(quantity=0), name="wip_quantity")]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity}"
