"""Why something was scrapped, stopped, held or adjusted: a tree of codes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import CodeField


class ReasonCode(models.Model):
    class Kind(models.TextChoices):
        SCRAP = "scrap", _("Scrap")
        DOWNTIME = "downtime", _("Downtime")
        HOLD = "hold", _("Hold")
        ADJUSTMENT = "adjustment", _("Adjustment")
        REVERSAL = "reversal", _("Reversal")
        CANCEL = "cancel", _("Cancellation")
        RETURN = "return", _("Return")

    class Cause(models.TextChoices):
        """What was at fault (Dynamics 365: error cause)."""

        MATERIAL = "material", _("Material")
        MACHINE = "machine", _("Machine")
        STAFF = "staff", _("Operating staff")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    code = CodeField(max_length=30)
    name = models.CharField(max_length=100)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    icon = models.CharField(max_length=40, blank=True)
    cause = models.CharField(
        max_length=8,
        choices=Cause.choices,
        blank=True,
        help_text=_("What is at fault; empty: none of these."),
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "code"]
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="reason_code_once")]

    def __str__(self) -> str:
        return self.name
