"""Running numbers of documents."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class NumberSeries(models.Model):
    code = models.CharField(max_length=40)
    site = models.ForeignKey(
        "strategies.Site", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    prefix = models.CharField(max_length=64)
    width = models.PositiveSmallIntegerField(default=6)
    next_value = models.BigIntegerField(default=1)
    used = models.JSONField(
        default=dict,
        db_default=models.Value({}, output_field=models.JSONField()),
        blank=True,
        help_text=_("Where it goes on under each beginning it had before."),
    )

    class Meta:
        ordering = ["code", "site"]
        verbose_name_plural = "number series"
        constraints = [
            models.UniqueConstraint(fields=["code", "site"], name="number_series_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.prefix}"
