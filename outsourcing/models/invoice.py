"""What the vendor asks for, matched with what was agreed and received."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import PriceField, QuantityField
from p2p.core.flow import Flow

INVOICE_FLOW = Flow("state", match=({"open", "blocked"}, "matched"), block=({"open"}, "blocked"))


class Invoice(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("Open")
        BLOCKED = "blocked", _("Blocked")
        MATCHED = "matched", _("Matched")

    number = models.CharField(max_length=60)
    vendor = models.ForeignKey("strategies.Vendor", on_delete=models.PROTECT, related_name="+")
    currency = models.ForeignKey("strategies.Currency", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    invoiced_on = models.DateField()
    blocked_because = models.CharField(max_length=200, blank=True)
    posted_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["vendor", "number"], name="invoice_once")]

    def __str__(self) -> str:
        return self.number


class InvoiceLine(models.Model):
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey("outsourcing.SubcontractLine", on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField()
    price = PriceField()

    class Meta:
        ordering = ["invoice", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, price__gte=0), name="invoice_line_figures")
        ]

    def __str__(self) -> str:
        return f"{self.invoice} {self.quantity}"
