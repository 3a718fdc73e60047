"""What came back from a vendor."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from p2p.core.clock import now
from p2p.core.fields import QuantityField


class Receipt(models.Model):
    """Append-only: a receipt taken back is reversed by another of the opposite sign."""

    number = models.CharField(max_length=40, unique=True)
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

    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey("outsourcing.SubcontractLine", on_delete=models.PROTECT, related_name="+")
    good = QuantityField(default=0)
    rejected = QuantityField(default=0)
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
        ]

    def __str__(self) -> str:
        return f"{self.receipt} {self.good}"
