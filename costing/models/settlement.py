"""The end of an order in money: what it should have cost, what it did, and why they differ."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import AmountField, QuantityField, RateField
from planning.models import Output


class Settlement(models.Model):
    order = models.OneToOneField("planning.ProductionOrder", on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField("costing.Entry", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.ForeignKey("costing.CostVersion", on_delete=models.PROTECT, null=True, related_name="+")
    good_quantity = QuantityField()
    standard = AmountField(help_text=_("Standard cost of the good quantity."))
    actual = AmountField()
    settled_at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.order}"


class Variance(models.Model):
    """Positive is unfavourable. All rows of a settlement sum to actual − standard."""

    class Kind(models.TextChoices):
        PRICE = "price", _("Price")
        USAGE = "usage", _("Quantity")
        SUBSTITUTION = "substitution", _("Substitution")
        LOT_SIZE = "lot_size", _("Lot size")
        RATE = "rate", _("Rate")
        EFFICIENCY = "efficiency", _("Efficiency")
        OUTSIDE = "outside", _("Outside work")
        SCRAP = "scrap", _("Scrap")
        BESIDE = "beside", _("Co- and by-products")
        ROUNDING = "rounding", _("Rounding")

    settlement = models.ForeignKey(Settlement, on_delete=models.CASCADE, related_name="variances")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    element = models.ForeignKey("costing.CostElement", on_delete=models.PROTECT, null=True, related_name="+")
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, null=True, related_name="+")
    operation = models.ForeignKey("planning.Operation", on_delete=models.PROTECT, null=True, related_name="+")
    amount = AmountField()
    because = models.JSONField(
        default=dict, help_text=_("The figures of the formula, so that a screen can show it.")
    )

    class Meta:
        ordering = ["settlement", "kind", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class SettledOutput(models.Model):
    """What one output of a settled order cost: by-products their value, the others their share of the rest. All rows of
    a settlement sum to its actual and standard cost."""

    settlement = models.ForeignKey(Settlement, on_delete=models.CASCADE, related_name="outputs")
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=4, choices=Output.Kind.choices)
    quantity = QuantityField(help_text=_("What came into stock."))
    cost_share = RateField(help_text=_("Of what by-products leave of the actual cost."))
    standard = AmountField(help_text=_("What it went into stock at."))
    actual = AmountField()

    class Meta:
        ordering = ["settlement", "id"]
        constraints = [
            models.UniqueConstraint(fields=["settlement", "item"], name="settled_output_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.actual}"
