"""What tells one piece or batch of an item from another."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import CodeField, QuantityField
from p2p.core.flow import Flow


class Lot(models.Model):
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    number = CodeField(max_length=60)
    vendor = models.ForeignKey(
        "strategies.Vendor", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    vendor_lot = models.CharField(max_length=60, blank=True)
    made_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True, help_text=_("Not used after this day."))
    retest_on = models.DateField(
        null=True, blank=True, help_text=_("Not used after this day unless tested again.")
    )
    attributes = models.JSONField(
        default=dict, blank=True, help_text=_("Code of a characteristic: its value in this lot.")
    )
    made_for = models.CharField(
        max_length=60, blank=True, help_text=_("The order, or the site and day, whose lot it is.")
    )
    created_at = models.DateTimeField(default=now)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["item", "number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="lot_number_once"),
            models.CheckConstraint(
                condition=Q(made_on__isnull=True)
                | Q(expires_on__isnull=True)
                | Q(expires_on__gte=models.F("made_on")),
                name="lot_expires_after_made",
            ),
        ]
        indexes = [
            models.Index(fields=["number"], name="lot_number"),
            models.Index(fields=["vendor_lot"], name="lot_vendor_lot", condition=~Q(vendor_lot="")),
            models.Index(fields=["item", "made_for"], name="lot_made_for", condition=~Q(made_for="")),
        ]

    def __str__(self) -> str:
        return self.number


class Serial(models.Model):
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    number = CodeField(max_length=60)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, blank=True, related_name="serials")
    vendor_serial = models.CharField(max_length=60, blank=True)
    made_on = models.DateField(null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=now)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["item", "number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="serial_number_once")]
        indexes = [models.Index(fields=["number"], name="serial_number")]

    def __str__(self) -> str:
        return self.number


UNIT_FLOW = Flow(
    "state",
    close=({"open"}, "closed"),
    open=({"closed"}, "open"),
    retire=({"open", "closed"}, "retired"),
    reuse=({"retired"}, "open"),
)


class HandlingUnit(models.Model):
    """A pallet, box or plate that is moved as one; it may stand in another. Its content are the balances that name
    it; `location` is where it stands, empty or full.
    """

    site_paths = ("location__site__code",)

    class Kind(models.TextChoices):
        PALLET = "pallet", _("Pallet")
        BOX = "box", _("Box")
        TOTE = "tote", _("Tote")
        PLATE = "plate", _("License plate")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")
        RETIRED = "retired", _("Retired")

    number = CodeField(max_length=40, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.PALLET)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    location = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sscc = CodeField(max_length=18, blank=True, help_text=_("GS1 serial shipping container code."))
    gross_weight = QuantityField(null=True, blank=True, help_text=_("In kg."))
    created_at = models.DateTimeField(default=now)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=models.F("id")), name="handling_unit_not_in_itself"),
            models.UniqueConstraint(fields=["sscc"], condition=~Q(sscc=""), name="handling_unit_sscc_once"),
        ]

    def __str__(self) -> str:
        return self.number
