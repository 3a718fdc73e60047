"""Units of measure and exact conversions."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import CodeField


class Unit(models.Model):
    class Rounding(models.TextChoices):
        HALF_UP = "half_up", _("Half up")
        UP = "up", _("Up")
        DOWN = "down", _("Down")
        HALF_EVEN = "half_even", _("Half to even")

    code = CodeField(max_length=10, unique=True)
    name = models.CharField(max_length=60)
    digits = models.PositiveSmallIntegerField(
        default=0, help_text=_("Digits after the point that may be booked.")
    )
    rounding = models.CharField(max_length=10, choices=Rounding.choices, default=Rounding.UP)

    class Meta:
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=Q(digits__lte=9), name="unit_digits")]

    def __str__(self) -> str:
        return self.code


class UnitConversion(models.Model):
    """1 `source` = numerator/denominator `target`; for one item, or for all where `item` is empty."""

    item = models.ForeignKey(
        "strategies.Item", on_delete=models.CASCADE, null=True, blank=True, related_name="conversions"
    )
    source = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField(default=1)

    class Meta:
        ordering = ["item", "source", "target"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "source", "target"], name="unit_conversion_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(numerator__gt=0, denominator__gt=0), name="unit_conversion_positive"
            ),
            models.CheckConstraint(condition=~Q(source=F("target")), name="unit_conversion_two_units"),
        ]

    def __str__(self) -> str:
        return f"1 {self.source} = {self.numerator}/{self.denominator} {self.target}"
