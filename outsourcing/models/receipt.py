"""What came back from a vendor."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import CodeField, QuantityField


class Receipt(models.Model):
    """Append-only: a receipt taken back is reversed by another of the opposite sign."""

    number = CodeField(max_length=40, unique=True)
    order = models.ForeignKey(
        "outsourcing.SubcontractOrder", on_delete=models.PROTECT, related_name="receipts"
    )
    packing_slip = models.CharField(max_length=60, blank=True)
    effective_at = models.DateTimeField()
    posted_at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number

    kind = "receipt"
    is_receipt = True

    @property
    def stands(self) -> bool:
        """Neither taken back nor itself the taking back of another."""
        return self.reverses_id is None and not hasattr(self, "reversed_by")


class ReceiptLine(models.Model):
    """The report on the operation is execution's; this row says which receipt it came with."""

    class Bearer(models.TextChoices):
        VENDOR = "vendor", _("The vendor")
        US = "us", _("We")

    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey("outsourcing.SubcontractLine", on_delete=models.PROTECT, related_name="+")
    good = QuantityField(default=0)
    rejected = QuantityField(default=0)
    missing = QuantityField(default=0, help_text=_("Of the rejected pieces those that never came back."))
    over_agreed = QuantityField(
        default=0, help_text=_("What the line lost beyond the agreed share, when this receipt closed it.")
    )
    borne_by = models.CharField(
        max_length=6, choices=Bearer.choices, blank=True, help_text=_("Who bears that.")
    )
    why = models.CharField(max_length=200, blank=True)
    reason = models.ForeignKey(
        "strategies.ReasonCode", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    report = models.ForeignKey(
        "execution.Report", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["receipt", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(good__gte=0, rejected__gte=0) | Q(good__lte=0, rejected__lte=0),
                name="receipt_line_quantities",
            ),
            models.UniqueConstraint(fields=["receipt", "line"], name="receipt_line_once"),
            models.CheckConstraint(
                condition=Q(over_agreed=0) | ~Q(borne_by=""), name="receipt_line_loss_borne"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt} {self.good}"
