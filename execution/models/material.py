"""The order's own link to its stock moves."""

from __future__ import annotations

from django.db import models


class MaterialMove(models.Model):
    """An issue, return or correction of a component."""

    material = models.ForeignKey("planning.Material", on_delete=models.PROTECT, related_name="+")
    move = models.OneToOneField("inventory.Move", on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(
        "execution.Report", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    pick_line = models.ForeignKey(
        "execution.PickLine", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.material_id} {self.move_id}"


class OutputMove(models.Model):
    """A receipt of the order into stock."""

    output = models.ForeignKey("planning.Output", on_delete=models.PROTECT, related_name="+")
    move = models.OneToOneField("inventory.Move", on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(
        "execution.Report", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.output_id} {self.move_id}"
