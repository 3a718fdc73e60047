"""The ledger itself: a move takes a quantity from one location to another and is never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import QuantityField


class Move(models.Model):
    """Both ends are locations, so nothing appears or vanishes: what enters comes from outside our stock.

    Database triggers keep `Balance` and forbid change (migration 0002).
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Receipt")
        ISSUE = "issue", _("Issue to production")
        OUTPUT = "output", _("Output of production")
        TRANSFER = "transfer", _("Transfer")
        DELIVERY = "delivery", _("Delivery")
        SCRAP = "scrap", _("Scrap")
        ADJUSTMENT = "adjustment", _("Adjustment")
        OPENING = "opening", _("Opening stock")
        RETURN = "return", _("Return from a customer or to a vendor")
        REGROUP = "regroup", _("Split or merged lots")
        COUNT = "count", _("Count")

    # Every index is paid for by every move: those below begin with these columns, so they have none of their own.
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.ForeignKey(
        "inventory.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    serial = models.ForeignKey(
        "inventory.Serial", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    handling_unit = models.ForeignKey(
        "inventory.HandlingUnit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    into_unit = models.ForeignKey(
        "inventory.HandlingUnit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("The handling unit it lies in afterwards; `handling_unit` is the one it came out of."),
    )
    source = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    target = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    quantity = QuantityField(help_text=_("In the item's unit; always positive."))
    catch_quantity = QuantityField(
        null=True,
        help_text=_(
            "Pieces of an item that is weighed and counted; none: a difference of weight. Empty for all others."
        ),
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.ForeignKey(
        "strategies.ReasonCode",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    reference = models.CharField(max_length=60, blank=True, help_text=_("Number of the document behind it."))
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    effective_at = models.DateTimeField(help_text=_("When it happened."))
    posted_at = models.DateTimeField(default=now, help_text=_("When we learned it."))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["item", "effective_at", "id"], name="move_item_time"),
            models.Index(fields=["source", "effective_at", "id"], name="move_source"),
            models.Index(fields=["target", "effective_at", "id"], name="move_target"),
            models.Index(fields=["effective_at", "id"], name="move_time"),
            models.Index(
                fields=["lot", "effective_at", "id"], name="move_lot", condition=Q(lot__isnull=False)
            ),
            models.Index(fields=["serial"], name="move_serial", condition=Q(serial__isnull=False)),
            models.Index(
                fields=["handling_unit"], name="move_unit", condition=Q(handling_unit__isnull=False)
            ),
            models.Index(fields=["into_unit"], name="move_into_unit", condition=Q(into_unit__isnull=False)),
            models.Index(fields=["reason"], name="move_reason", condition=Q(reason__isnull=False)),
            models.Index(
                fields=["kind", "effective_at", "id"],
                name="move_seldom",
                condition=Q(kind__in=("scrap", "adjustment", "opening", "return", "regroup", "count")),
            ),
            models.Index(fields=["reference"], name="move_reference", condition=~Q(reference="")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="move_quantity_positive"),
            models.CheckConstraint(
                condition=Q(catch_quantity__isnull=True) | Q(catch_quantity__gte=0),
                name="move_catch_quantity",
            ),
            models.CheckConstraint(
                condition=~Q(source=F("target"))
                | Q(handling_unit__isnull=True, into_unit__isnull=False)
                | Q(handling_unit__isnull=False, into_unit__isnull=True)
                | ~Q(handling_unit=F("into_unit")),
                name="move_two_places",
            ),
            models.CheckConstraint(
                condition=Q(serial__isnull=True) | Q(quantity=1), name="move_serial_is_one_piece"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Consumed(models.Model):
    """An edge of every trace: so much of `issue` went into `receipt`."""

    issue = models.ForeignKey(Move, on_delete=models.PROTECT, related_name="into")
    receipt = models.ForeignKey(Move, on_delete=models.PROTECT, related_name="out_of")
    quantity = QuantityField()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "consumed"
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="consumed_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}→{self.receipt_id}"
