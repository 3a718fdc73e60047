"""What a stock move was worth."""

from __future__ import annotations

from django.db import models

from p2p.core.fields import AmountField, PriceField


class Valuation(models.Model):
    move = models.OneToOneField("inventory.Move", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("costing.CostVersion", on_delete=models.PROTECT, null=True, related_name="+")
    unit_cost = PriceField()
    amount = AmountField()

    class Meta:
        ordering = ["move"]

    def __str__(self) -> str:
        return f"{self.move_id} {self.amount}"
