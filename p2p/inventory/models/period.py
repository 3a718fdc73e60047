"""What came and went in a month: so that a balance of long ago needs no sum over all of history."""

from __future__ import annotations

from django.db import models

from p2p.core.fields import QuantityField


class MoveSum(models.Model):
    """What moves up to the mark brought to and took from a place in one month, counted in UTC.

    Filled at night (services.sums); what is newer than the mark is read from the moves themselves.
    """

    site_paths = ("location__site__code",)

    item = models.ForeignKey("strategies.Item", on_delete=models.CASCADE, related_name="+")
    location = models.ForeignKey(
        "strategies.Location", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    month = models.DateField()
    came = QuantityField(default=0)
    went = QuantityField(default=0)

    class Meta:
        ordering = ["item", "location", "month"]
        constraints = [
            models.UniqueConstraint(fields=["item", "location", "month"], name="move_sum_once"),
        ]
        indexes = [models.Index(fields=["location", "item"], name="move_sum_place")]

    def __str__(self) -> str:
        return f"{self.item_id} @ {self.location_id} {self.month}"


class SumMark(models.Model):
    """The last move that the sums contain; one row."""

    through = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="sum_mark_alone")]

    def __str__(self) -> str:
        return str(self.through)
