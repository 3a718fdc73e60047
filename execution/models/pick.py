"""Bringing components to the line."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import CodeField, QuantityField
from p2p.core.flow import Flow

PICK_FLOW = Flow(
    "state", pick=({"open"}, "picked"), cancel=({"open"}, "cancelled"), reopen=({"picked"}, "open")
)


class PickList(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("Open")
        PICKED = "picked", _("Picked")
        CANCELLED = "cancelled", _("Cancelled")

    number = CodeField(max_length=40, unique=True)
    order = models.ForeignKey("planning.ProductionOrder", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(default=now)
    picked_at = models.DateTimeField(null=True, blank=True)
    picked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["order"], name="pick_list_order")]

    def __str__(self) -> str:
        return self.number


class PickLine(models.Model):
    """Take `quantity` of the material from here; the reservation stands until it is picked. It wants nothing any more
    with a quantity of 0: something was picked for it and put back, and those moves name it for good."""

    pick_list = models.ForeignKey(PickList, on_delete=models.CASCADE, related_name="lines")
    material = models.ForeignKey("planning.Material", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("strategies.Location", on_delete=models.PROTECT, null=True, related_name="+")
    lot = models.ForeignKey(
        "inventory.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    serial = models.ForeignKey(
        "inventory.Serial", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    handling_unit = models.ForeignKey(
        "inventory.HandlingUnit", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    quantity = QuantityField()
    picked_quantity = QuantityField(default=0)
    reservation = models.ForeignKey(
        "inventory.Reservation", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pick_list", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=0, picked_quantity__gte=0), name="pick_line_quantity"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pick_list} {self.material_id}"
