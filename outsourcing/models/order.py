"""The purchase of a service on our operations."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import CodeField, PriceField, QuantityField, RateField
from p2p.core.flow import Flow

SUBCONTRACT_FLOW = Flow(
    "state",
    send=({"draft"}, "sent"),
    acknowledge=({"sent"}, "acknowledged"),
    dispatch=({"sent", "acknowledged", "in_work"}, "in_work"),
    receive_part=({"sent", "acknowledged", "in_work"}, "in_work"),
    receive=({"sent", "acknowledged", "in_work"}, "received"),
    reopen=({"in_work", "received", "closed"}, "in_work"),
    back_to_sent=({"in_work"}, "sent"),
    back_to_acknowledged=({"in_work"}, "acknowledged"),
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

    number = CodeField(max_length=40, unique=True)
    vendor = models.ForeignKey("strategies.Vendor", on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    currency = models.ForeignKey("strategies.Currency", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["vendor", "state"], name="subcontract_vendor_state")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("outsourcing:order", args=[self.number])


class SubcontractLine(models.Model):
    order = models.ForeignKey(SubcontractOrder, on_delete=models.CASCADE, related_name="lines")
    operation = models.ForeignKey("planning.Operation", on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField()
    price = PriceField(
        null=True,
        blank=True,
        help_text=_("Per one of the item's unit, in the order's currency; empty: not agreed yet."),
    )
    price_because = models.CharField(max_length=200, blank=True, help_text=_("Where the price comes from."))
    due_on = models.DateField()
    promised_on = models.DateField(null=True, blank=True, help_text=_("The day the vendor promised."))
    sent_quantity = QuantityField(default=0)
    received_quantity = QuantityField(default=0)
    rejected_quantity = QuantityField(default=0)
    invoiced_quantity = QuantityField(default=0)
    allowed_loss_fraction = RateField(
        null=True, blank=True, help_text=_("Of the pieces sent; empty: nothing is agreed.")
    )
    complete = models.BooleanField(default=False, help_text=_("Nothing more will come back."))
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
                    sent_quantity__gte=0,
                    received_quantity__gte=0,
                    rejected_quantity__gte=0,
                    invoiced_quantity__gte=0,
                ),
                name="subcontract_line_quantities",
            ),
            models.CheckConstraint(
                condition=Q(allowed_loss_fraction__isnull=True)
                | Q(allowed_loss_fraction__gte=0, allowed_loss_fraction__lt=1),
                name="subcontract_line_loss",
            ),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gte=0), name="subcontract_line_price"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.operation}"
