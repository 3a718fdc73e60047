"""Pieces on their way to a vendor."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import CodeField, QuantityField


class Dispatch(models.Model):
    """A delivery note."""

    number = CodeField(max_length=40, unique=True)
    order = models.ForeignKey(
        "outsourcing.SubcontractOrder", on_delete=models.PROTECT, related_name="dispatches"
    )
    effective_at = models.DateTimeField()
    posted_at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "dispatches"

    def __str__(self) -> str:
        return self.number

    kind = "dispatch"
    is_receipt = False

    @property
    def stands(self) -> bool:
        return self.undone_at is None


class DispatchLine(models.Model):
    """So many pieces of one order line went along, or the components for so many."""

    dispatch = models.ForeignKey(Dispatch, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey("outsourcing.SubcontractLine", on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField()

    class Meta:
        ordering = ["dispatch", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="dispatch_line_quantity"),
            models.UniqueConstraint(fields=["dispatch", "line"], name="dispatch_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dispatch} {self.quantity}"


class DispatchMove(models.Model):
    """Pieces of the operation before (wip_move), or a component from stock (move)."""

    dispatch_line = models.ForeignKey(DispatchLine, on_delete=models.CASCADE, related_name="moves")
    wip_move = models.OneToOneField(
        "execution.WipMove", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    move = models.OneToOneField(
        "inventory.Move", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reserved = QuantityField(
        default=0, help_text=_("How much of it was reserved for the production order before it left.")
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(wip_move__isnull=True) ^ Q(move__isnull=True), name="dispatch_move_one_of_both"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dispatch_line}"
