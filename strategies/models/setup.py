"""How long it takes to change over from one family of items to the next."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import AmountField, CodeField
from p2p.core.history import track


@track()
class SetupFamily(models.Model):
    """Items that need no changeover between them: one colour, one die."""

    code = CodeField(max_length=30, unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "setup families"

    def __str__(self) -> str:
        return self.name


@track()
class SetupMatrix(models.Model):
    code = CodeField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "setup matrices"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("strategies:setup-matrix", args=[self.code])


@track()
class SetupTime(models.Model):
    """From one family to another; empty stands for any other, and a named family outranks it."""

    matrix = models.ForeignKey(SetupMatrix, on_delete=models.CASCADE, related_name="times")
    source = models.ForeignKey(
        SetupFamily, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text=_("From.")
    )
    target = models.ForeignKey(
        SetupFamily, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text=_("To.")
    )
    seconds = models.PositiveIntegerField()
    cost = AmountField(default=0)

    class Meta:
        ordering = ["matrix", "source", "target"]
        constraints = [
            models.UniqueConstraint(
                fields=["matrix", "source", "target"], name="setup_time_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.matrix}: {self.source or '*'} → {self.target or '*'}"
