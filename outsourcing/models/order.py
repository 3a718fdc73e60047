"""The purchase of a service on our operations."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import PriceField, QuantityField
from p2p.core.flow import Flow

SUBCONTRACT_FLOW = Flow(
    "state",
    send=({"draft"}, "sent"),
    acknowledge=({"sent"}, "acknowledged"),
    dispatch=({"sent", "acknowledged", "in_work"}, "in_work"),
    receive=({"sent", "acknowledged", "in_work"}, "received"),
    reopen=({"received"}, "in_work"),
    close=({"received"}, "closed"),
    cancel=({"draft", "sent", "acknowledged"}, "cancelled"),
)


class SubcontractOrder(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        IN_WORK = "in_work", _("In work")
        RECEIVED = "received", _("Received")
        CLOSED = "closed", _("Closed")
        CANCELLED = "cancelled", _("Cancelled")

    number = models.CharField(max_length=40, unique=True)
    vendor = models.ForeignKey("strategies.Vendor", on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    currency = models.ForeignKey("strategies.Currency", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number


class SubcontractLine(models.Model):
    order = models.ForeignKey(SubcontractOrder, on_delete=models.CASCADE, related_name="lines")
    operation = models.ForeignKey("planning.Operation", on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField()
    price = PriceField(help_text=_("Per piece, in the order's currency."))
    due_on = models.DateField()
    sent_quantity = QuantityField(default=0)
    received_quantity = QuantityField(default=0)
    rejected_quantity = QuantityField(default=0)
    invoiced_quantity = QuantityField(default=0)
    cancelled = models.BooleanField(default=False)

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["operation"], condition=Q(cancelled=False), name="subcontract_operation_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    quantity__gt=0,
                    price__gte=0,
                    sent_quantity__gte=0,
                    received_quantity__gte=0,
                    rejected_quantity__gte=0,
                    invoiced_quantity__gte=0,
                ),
                name="subcontract_line_quantities",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.operation}"
