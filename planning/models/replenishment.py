"""The thin purchase or transfer order: what planning and costing need, no procurement suite."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import CodeField, PriceField, QuantityField
from p2p.core.flow import Flow
from planning.models.made_for import MadeFor, at_most_one, tie_indexes

REPLENISHMENT_FLOW = Flow(
    "state",
    send=({"firm"}, "sent"),
    confirm=({"firm", "sent"}, "confirmed"),
    take_back=({"received"}, "confirmed"),
    receive=({"firm", "sent", "confirmed"}, "received"),
    close=({"firm", "sent", "confirmed", "received"}, "closed"),
    cancel=({"firm", "sent", "confirmed"}, "cancelled"),
)


class ReplenishmentOrder(MadeFor):
    seen_at = ("from_location__site__code",)
    """Who ships a transfer sees it, too: paths to sites beside its own."""

    class Kind(models.TextChoices):
        PURCHASE = "purchase", _("Purchase")
        TRANSFER = "transfer", _("Transfer")

    class State(models.TextChoices):
        FIRM = "firm", _("Firm")
        SENT = "sent", _("Sent")
        CONFIRMED = "confirmed", _("Confirmed")
        RECEIVED = "received", _("Received")
        CLOSED = "closed", _("Closed")
        CANCELLED = "cancelled", _("Cancelled")

    OPEN = (State.FIRM, State.SENT, State.CONFIRMED)
    """Something of it is still to come."""

    number = CodeField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PURCHASE)
    state = models.CharField(max_length=10, choices=State.choices, default=State.FIRM)
    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    vendor = models.ForeignKey(
        "strategies.Vendor", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    from_location = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    to_location = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    quantity = QuantityField(help_text=_("In the item's unit."))
    received_quantity = QuantityField(default=0)
    shipped_quantity = QuantityField(
        default=0,
        help_text=_("Of a transfer: what has left the other place, received here or still in transit."),
    )
    price = PriceField(null=True, blank=True, help_text=_("Per one of the item's unit."))
    currency = models.ForeignKey(
        "strategies.Currency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ordered_on = models.DateField()
    due_on = models.DateField()
    promised_at = models.DateTimeField(null=True, blank=True)
    promised_quantity = QuantityField(null=True, blank=True)
    proposal = models.ForeignKey(
        "planning.Proposal", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    source_system = models.CharField(max_length=40, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["due_on", "number"]
        indexes = [
            models.Index(fields=["item", "due_on"], name="replenishment_item_due"),
            *tie_indexes("replenishment"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, received_quantity__gte=0, shipped_quantity__gte=0),
                name="replenishment_quantity",
            ),
            models.CheckConstraint(
                condition=~Q(kind="purchase") | Q(vendor__isnull=False),
                name="replenishment_purchase_names_vendor",
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("ordered_on")), name="replenishment_dates"),
            at_most_one("replenishment"),
        ]

    def __str__(self) -> str:
        return self.number


class ReplenishmentMove(models.Model):
    """The order's own link to a receipt, with what this part of it cost."""

    order = models.ForeignKey(ReplenishmentOrder, on_delete=models.PROTECT, related_name="receipts")
    move = models.OneToOneField("inventory.Move", on_delete=models.PROTECT, related_name="+")
    price = PriceField(null=True, blank=True, help_text=_("Per one of the item's unit."))
    delivery_note = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["delivery_note"], name="replenishment_note", condition=~Q(delivery_note=""))
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.move_id}"


class ShipmentMove(models.Model):
    """The transfer order's own link to what left for it: in transit until it is received, lost or taken back."""

    seen_at = ("order__from_location__site__code",)

    order = models.ForeignKey(ReplenishmentOrder, on_delete=models.PROTECT, related_name="shipments")
    move = models.OneToOneField("inventory.Move", on_delete=models.PROTECT, related_name="+")
    despatch_note = models.CharField(max_length=60, blank=True)
    reserved = QuantityField(
        default=0, help_text=_("How much of it was reserved for the order before it left.")
    )

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["despatch_note"], name="shipment_note", condition=~Q(despatch_note=""))
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.move_id}"
