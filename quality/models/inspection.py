"""An inspection with its results."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import CodeField, QuantityField
from p2p.core.flow import Flow

INSPECTION_FLOW = Flow(
    "state",
    accept=({"open"}, "accepted"),
    reject=({"open"}, "rejected"),
    concede=({"rejected"}, "conceded"),
    reopen=({"accepted", "rejected", "conceded"}, "open"),
    cancel=({"open"}, "cancelled"),
)


class Inspection(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")
        CONCEDED = "conceded", _("Accepted with concession")
        CANCELLED = "cancelled", _("Cancelled")

    number = CodeField(max_length=40, unique=True)
    plan = models.ForeignKey("quality.ControlPlan", on_delete=models.PROTECT, related_name="inspections")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    operation = models.ForeignKey(
        "planning.Operation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    receipt_line = models.ForeignKey(
        "outsourcing.ReceiptLine", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    replenishment = models.ForeignKey(
        "planning.ReplenishmentOrder",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The purchase whose goods are inspected."),
    )
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(
        "inventory.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    hold = models.ForeignKey(
        "inventory.Hold", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    quantity = QuantityField()
    sample_size = models.PositiveIntegerField()
    because = models.CharField(max_length=200, help_text=_("Which rule asked for it."))
    opened_at = models.DateTimeField(default=now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=200, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["operation"], name="inspection_operation"),
            models.Index(fields=["opened_at"], name="inspection_open", condition=Q(state="open")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(sample_size__gte=1, quantity__gt=0), name="inspection_size"),
            models.UniqueConstraint(
                fields=["plan", "operation", "item"],
                condition=Q(receipt_line__isnull=True) & ~Q(state="cancelled"),
                name="inspection_once_per_operation",
            ),
            models.UniqueConstraint(
                fields=["receipt_line"], condition=~Q(state="cancelled"), name="inspection_once_per_receipt"
            ),
            models.CheckConstraint(
                condition=Q(replenishment__isnull=True) | Q(operation__isnull=True),
                name="inspection_of_goods_or_operation",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("quality:inspection", args=[self.number])


class InspectedMove(models.Model):
    """A move that brought in what an inspection of goods covers."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="arrivals")
    move = models.OneToOneField("inventory.Move", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.move_id}"


class Result(models.Model):
    """Every captured value, whether an instruction step or an inspection asked; a mistake is superseded."""

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, null=True, related_name="results")
    operation = models.ForeignKey("planning.Operation", on_delete=models.PROTECT, null=True, related_name="+")
    characteristic = models.ForeignKey(
        "strategies.Characteristic", on_delete=models.PROTECT, related_name="+"
    )
    sample = models.PositiveIntegerField(help_text=_("Piece of the sample, from 1."))
    value = QuantityField(null=True, blank=True)
    text = models.CharField(max_length=200, blank=True)
    conforms = models.BooleanField()
    superseded = models.BooleanField(default=False)
    effective_at = models.DateTimeField()
    posted_at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "characteristic", "sample"],
                condition=Q(superseded=False),
                name="result_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(inspection__isnull=False) | Q(operation__isnull=False), name="result_belongs"
            ),
            models.CheckConstraint(
                condition=Q(sample__gte=1) & (Q(value__isnull=False) | ~Q(text="")),
                name="result_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.characteristic} {self.value}"
