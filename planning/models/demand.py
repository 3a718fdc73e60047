"""What customers and forecasts want."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import CodeField, QuantityField, RateField
from p2p.core.flow import Flow

DEMAND_FLOW = Flow(
    "state",
    deliver=({"open"}, "delivered"),
    close_short=({"open"}, "delivered"),
    cancel=({"open"}, "cancelled"),
    reopen=({"delivered", "cancelled"}, "open"),
)


class Customer(models.Model):
    number = CodeField(max_length=30, unique=True)
    name = models.CharField(max_length=150)
    over_delivery_fraction = RateField(
        default=0, help_text=_("How much more than ordered the customer takes, 0.1 = 10 %.")
    )
    under_delivery_fraction = RateField(
        default=0, help_text=_("With how much less a line counts as delivered, 0.02 = 2 %.")
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    over_delivery_fraction__gte=0,
                    under_delivery_fraction__gte=0,
                    under_delivery_fraction__lt=1,
                ),
                name="customer_tolerance",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ReferenceField(models.CharField):
    """The database fills it in when the row is written; the record in hand knows it then."""

    db_returning = True


class Demand(models.Model):
    class Kind(models.TextChoices):
        SALES = "sales", _("Sales line")
        FORECAST = "forecast", _("Forecast")
        SERVICE = "service", _("Service")
        INTERPLANT = "interplant", _("Other plant")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DELIVERED = "delivered", _("Delivered")
        CANCELLED = "cancelled", _("Cancelled")

    number = CodeField(max_length=40, help_text=_("Document, such as the sales order."))
    line = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SALES)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("strategies.Unit", on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField()
    delivered_quantity = QuantityField(default=0)
    ordered_on = models.DateField()
    due_on = models.DateField()
    promised_on = models.DateField(null=True, blank=True)
    priority = models.PositiveSmallIntegerField(default=50, help_text=_("0 is most urgent, 100 least."))
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="demands"
    )
    bom_version = models.ForeignKey(
        "strategies.BomVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Wanted of this bill; empty: the one that holds."),
    )
    route_version = models.ForeignKey(
        "strategies.RouteVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Wanted made on this route; empty: the one that holds."),
    )
    short_reason = models.CharField(
        max_length=200, blank=True, help_text=_("Why it was closed with less than was ordered.")
    )
    source_system = models.CharField(max_length=40, blank=True)
    reference = ReferenceField(
        max_length=60,
        blank=True,
        default="",
        editable=False,
        help_text=_(
            "By what stock is reserved and moved for it: SO-1/1. Of several lines with one number, the later ones also"
            " name their system or kind: SO-1/1 (ERP)."
        ),
    )
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["due_on", "number", "line"]
        indexes = [
            models.Index(fields=["site", "ordered_on"], name="demand_ordered"),
            models.Index(fields=["item", "due_on"], name="demand_item_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "kind", "number", "line"], name="demand_line_once"
            ),
            models.UniqueConstraint(fields=["reference"], name="demand_reference_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, delivered_quantity__gte=0), name="demand_quantity"
            ),
            models.CheckConstraint(condition=Q(priority__lte=100), name="demand_priority"),
        ]

    def __str__(self) -> str:
        return f"{self.number}/{self.line}"


class DemandMove(models.Model):
    """The demand's own link to what was delivered for it, or came back."""

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="deliveries")
    move = models.OneToOneField("inventory.Move", on_delete=models.PROTECT, related_name="+")
    delivery_note = models.CharField(max_length=60, blank=True)
    counts = models.BooleanField(
        default=True, help_text=_("No: goods that came back and are not delivered again.")
    )
    reserved = QuantityField(
        default=0, help_text=_("How much of it was reserved for the line before it went.")
    )

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["delivery_note"], name="demand_note", condition=~Q(delivery_note=""))]

    def __str__(self) -> str:
        return f"{self.demand_id} {self.move_id}"
