"""Soft reservations: what a need claims of a site's stock before anybody says from which place or lot."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import QuantityField


class SoftReservation(models.Model):
    """Counts against what is available at the site; allocation turns it into reservations and deletes it."""

    site_paths = ("site__code",)

    class Purpose(models.TextChoices):
        PRODUCTION = "production", _("Production")
        DELIVERY = "delivery", _("Delivery to a customer")
        TRANSFER = "transfer", _("Transfer")

    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField(help_text=_("In the item's unit."))
    purpose = models.CharField(
        max_length=10,
        choices=Purpose.choices,
        default=Purpose.PRODUCTION,
        help_text=_("A hold may forbid one of them only."),
    )
    lot = models.ForeignKey(
        "inventory.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    wanted = models.JSONField(
        default=dict,
        blank=True,
        help_text=_("What a lot must have: characteristic: value, or {min, max}."),
    )
    same_lot = models.BooleanField(default=False, help_text=_("All of it from one lot."))
    minimum_days = models.PositiveIntegerField(default=0, help_text=_("Shelf life left when needed."))
    needed_at = models.DateTimeField(default=now)
    priority = models.PositiveSmallIntegerField(default=50, help_text=_("0 is most urgent, 100 least."))
    reference = models.CharField(max_length=60, blank=True)
    claimed_at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["priority", "needed_at", "id"]
        indexes = [
            models.Index(fields=["item", "site"], name="soft_reservation_item"),
            models.Index(fields=["reference"], name="soft_reservation_reference", condition=~Q(reference="")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="soft_reservation_quantity"),
            models.CheckConstraint(condition=Q(priority__lte=100), name="soft_reservation_priority"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.quantity}"
