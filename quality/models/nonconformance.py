"""What did not conform and what was decided about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import CodeField, QuantityField
from p2p.core.flow import Flow

NCR_FLOW = Flow(
    "state", decide=({"open"}, "decided"), close=({"decided"}, "closed"), reopen=({"decided"}, "open")
)


class NonConformance(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DECIDED = "decided", _("Decided")
        CLOSED = "closed", _("Closed")

    class Disposition(models.TextChoices):
        USE = "use", _("Use as is")
        REWORK = "rework", _("Rework")
        SCRAP = "scrap", _("Scrap")
        RETURN = "return", _("Return to vendor")

    number = CodeField(max_length=40, unique=True)
    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    disposition = models.CharField(max_length=8, choices=Disposition.choices, blank=True)
    inspection = models.ForeignKey(
        "quality.Inspection", on_delete=models.PROTECT, null=True, blank=True, related_name="nonconformances"
    )
    operation = models.ForeignKey(
        "planning.Operation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(
        "inventory.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    hold = models.ForeignKey(
        "inventory.Hold", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    quantity = QuantityField()
    reason = models.ForeignKey(
        "strategies.ReasonCode", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True)
    opened_at = models.DateTimeField(default=now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    decision_note = models.CharField(max_length=200, blank=True)
    report = models.ForeignKey(
        "execution.Report",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The report that scrapped the pieces."),
    )
    move = models.ForeignKey(
        "inventory.Move",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The move that took them out of stock: scrapped, or back to the vendor."),
    )
    sent_again = models.BooleanField(default=False, help_text=_("The vendor sends as many again."))
    rework_order = models.ForeignKey(
        "planning.ProductionOrder", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        verbose_name = "nonconformance"
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="nonconformance_quantity"),
            models.CheckConstraint(
                condition=Q(state="open") | ~Q(disposition=""), name="nonconformance_decided_has_disposition"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("quality:nonconformance", args=[self.number])
