"""What the vendor asks for, matched with what was agreed and received."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import CodeField, PriceField, QuantityField, RateField
from p2p.core.flow import Flow

INVOICE_FLOW = Flow("state", match=({"open", "blocked"}, "matched"), block=({"open"}, "blocked"))


class Invoice(models.Model):
    site_paths = ("lines__line__order__site__code",)

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        BLOCKED = "blocked", _("Blocked")
        MATCHED = "matched", _("Matched")

    number = CodeField(max_length=60)
    vendor = models.ForeignKey("strategies.Vendor", on_delete=models.PROTECT, related_name="+")
    currency = models.ForeignKey("strategies.Currency", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    invoiced_on = models.DateField()
    blocked_because = models.CharField(max_length=200, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who let a blocked invoice pass."),
    )
    approval_note = models.CharField(max_length=200, blank=True)
    posted_at = models.DateTimeField(default=now)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["vendor", "number"], name="invoice_once")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("outsourcing:invoice", args=[self.pk])


class MatchTolerance(models.Model):
    """How far an invoice of a site may stray from what was agreed and received before it is blocked."""

    site = models.OneToOneField("strategies.Site", on_delete=models.CASCADE, related_name="+")
    price_fraction = RateField(default=0, help_text=_("0.02 = two per cent above the agreed price."))
    quantity_fraction = RateField(default=0, help_text=_("0.02 = two per cent more than was received."))

    class Meta:
        ordering = ["site"]
        constraints = [
            models.CheckConstraint(
                condition=Q(price_fraction__gte=0, quantity_fraction__gte=0),
                name="match_tolerance_not_negative",
            )
        ]

    def __str__(self) -> str:
        return str(self.site)


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
