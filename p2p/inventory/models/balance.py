"""What lies where, what of it is promised and what of it is held."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import QuantityField


class Balance(models.Model):
    """Written by the database alone: triggers on Move and Reservation keep it equal to their sums."""

    location = models.ForeignKey("strategies.Location", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey("inventory.Lot", on_delete=models.PROTECT, null=True, related_name="+")
    serial = models.ForeignKey("inventory.Serial", on_delete=models.PROTECT, null=True, related_name="+")
    handling_unit = models.ForeignKey(
        "inventory.HandlingUnit", on_delete=models.PROTECT, null=True, related_name="+"
    )
    quantity = QuantityField(default=0)
    catch_quantity = QuantityField(
        null=True, help_text=_("Pieces of an item that is weighed and counted; empty for all others.")
    )
    reserved = QuantityField(default=0)
    may_go_negative = models.BooleanField(default=False, help_text=_("The site's setting when last moved."))

    class Meta:
        ordering = ["item", "location", "lot", "serial", "handling_unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["location", "item", "lot", "serial", "handling_unit"],
                name="balance_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0) | Q(may_go_negative=True), name="balance_not_below_zero"
            ),
            models.CheckConstraint(
                condition=Q(catch_quantity__isnull=True)
                | Q(catch_quantity=0, quantity=0)
                | Q(catch_quantity__gt=0, quantity__gt=0),
                name="balance_pieces_have_weight",
            ),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="balance_reserved_not_negative"),
            models.CheckConstraint(
                condition=Q(reserved=0) | Q(reserved__lte=F("quantity")),
                name="balance_reserved_is_there",
            ),
        ]
        indexes = [models.Index(fields=["item", "location"], name="balance_item")]

    def __str__(self) -> str:
        return f"{self.item} @ {self.location}"


class Reservation(models.Model):
    """A hard reservation of stock at one place; it lives until released or consumed, then the row is
    deleted.
    """

    location = models.ForeignKey("strategies.Location", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey("inventory.Lot", on_delete=models.PROTECT, null=True, related_name="+")
    serial = models.ForeignKey("inventory.Serial", on_delete=models.PROTECT, null=True, related_name="+")
    handling_unit = models.ForeignKey(
        "inventory.HandlingUnit", on_delete=models.PROTECT, null=True, related_name="+"
    )
    quantity = QuantityField()
    reference = models.CharField(max_length=60, blank=True)
    reserved_at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["item", "location"], name="reservation_item"),
            models.Index(fields=["reference"], name="reservation_reference", condition=~Q(reference="")),
        ]
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_quantity")]

    def __str__(self) -> str:
        return f"{self.item} {self.quantity}"


class Hold(models.Model):
    """Forbids use of stock by what it names; an empty column means all of it."""

    site_paths = ("location__site__code",)

    class Kind(models.TextChoices):
        QUALITY = "quality", _("Quality")
        COUNT = "count", _("Count")
        CUSTOMER = "customer", _("Customer")
        RECALL = "recall", _("Recall")

    class Blocks(models.TextChoices):
        USE = "use", _("Every use")
        DELIVERY = "delivery", _("Delivery to customers")
        PRODUCTION = "production", _("Issue to production")
        TOUCH = "touch", _("Every movement, in and out")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    blocks = models.CharField(max_length=10, choices=Blocks.choices, default=Blocks.USE)
    item = models.ForeignKey(
        "strategies.Item", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lot = models.ForeignKey(
        "inventory.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="holds"
    )
    serial = models.ForeignKey(
        "inventory.Serial", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    location = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.ForeignKey(
        "strategies.ReasonCode", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    placed_at = models.DateTimeField(default=now)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["item"], name="hold_open", condition=Q(released_at__isnull=True)),
            models.Index(fields=["location"], name="hold_open_place", condition=Q(released_at__isnull=True)),
            models.Index(fields=["reference"], name="hold_reference", condition=~Q(reference="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(lot__isnull=False) | Q(serial__isnull=False) | Q(location__isnull=False),
                name="hold_names_stock",
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=False) | Q(location__isnull=False, lot=None, serial=None),
                name="hold_without_item_is_of_a_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.item or self.location}"
