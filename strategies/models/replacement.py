"""What a mass replacement did to each line, and why it left some alone."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReplaceLine(models.Model):
    """One line of one bill in a ReplaceRun. It survives the line: `old_line` and `new_line` are bare keys."""

    class Outcome(models.TextChoices):
        ENDS = "ends", _("Old ends, new starts")
        SWAPS = "swaps", _("Swapped")
        BACK = "back", _("Taken back")
        LOOP = "loop", _("Would go into itself")
        CONVERSION = "conversion", _("No unit conversion")
        ALREADY = "already", _("Already in the bill")
        ENDED = "ended", _("Ended before")
        SMALL = "small", _("Quantity out of range")
        WEIGHED = "weighed", _("Phantom that is weighed")
        CHANGED = "changed", _("Changed meanwhile")

    run = models.ForeignKey("strategies.ReplaceRun", on_delete=models.CASCADE, related_name="lines")
    bom = models.ForeignKey("strategies.BomVersion", on_delete=models.CASCADE, related_name="+")
    old_line = models.BigIntegerField()
    new_line = models.BigIntegerField(null=True, blank=True)
    position = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    revision = models.PositiveIntegerField(default=0, help_text=_("The bill's, once the run had written."))
    before = models.JSONField(default=dict, blank=True, help_text=_("What the line said before."))
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["run", "outcome", "id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "old_line"], name="replace_line_once_in_run"),
        ]

    def __str__(self) -> str:
        return f"{self.bom} {self.position}"
