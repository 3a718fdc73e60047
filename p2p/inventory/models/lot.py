"""What tells one piece or batch of an item from another."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now


class Lot(models.Model):
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=60)
    vendor_lot = models.CharField(max_length=60, blank=True)
    made_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["item", "number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="lot_number_once")]

    def __str__(self) -> str:
        return self.number


class Serial(models.Model):
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=60)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, blank=True, related_name="serials")
    created_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["item", "number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="serial_number_once")]

    def __str__(self) -> str:
        return self.number


class HandlingUnit(models.Model):
    class Kind(models.TextChoices):
        PALLET = "pallet", _("Pallet")
        BOX = "box", _("Box")

    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.PALLET)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number
