"""What is measured or judged on a product: a characteristic in the sense of ISO 3534-2."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import CodeField, QuantityField


class Characteristic(models.Model):
    class Kind(models.TextChoices):
        VARIABLE = "variable", _("Measured")
        ATTRIBUTE = "attribute", _("Pass or fail")
        TEXT = "text", _("Text")

    code = CodeField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.VARIABLE)
    unit = models.ForeignKey(
        "strategies.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    digits = models.PositiveSmallIntegerField(default=2)
    target = QuantityField(null=True, blank=True)
    lower_limit = QuantityField(null=True, blank=True)
    upper_limit = QuantityField(null=True, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lower_limit__isnull=True)
                | Q(upper_limit__isnull=True)
                | Q(lower_limit__lte=F("upper_limit")),
                name="characteristic_limits",
            )
        ]

    def __str__(self) -> str:
        return self.name
