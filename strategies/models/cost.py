"""What an hour is booked under, and the plain cost figure that planning may weigh."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import CodeField, PriceField


class CostCategory(models.Model):
    class Kind(models.TextChoices):
        SETUP = "setup", _("Setup")
        RUN = "run", _("Run")
        QUANTITY = "quantity", _("Quantity")

    code = CodeField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.RUN)

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "cost categories"

    def __str__(self) -> str:
        return self.name


class PlanningCost(models.Model):
    """Written by costing on activation of a version, so that planning can weigh money without
    looking right.
    """

    item = models.ForeignKey("strategies.Item", on_delete=models.CASCADE, related_name="planning_costs")
    site = models.ForeignKey("strategies.Site", on_delete=models.CASCADE, related_name="+")
    valid_from = models.DateField()
    unit_cost = PriceField()
    missing = models.JSONField(
        default=list, blank=True, help_text=_("Numbers of items in it that are not costed: it costs more.")
    )

    class Meta:
        ordering = ["item", "site", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["item", "site", "valid_from"], name="planning_cost_once")
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.valid_from}"
