"""The production order with its own copy of what it needs and what it yields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import CodeField, QuantityField, RateField
from p2p.core.flow import Flow
from planning.models.made_for import MadeFor, at_most_one, tie_indexes
from planning.models.proposal import Named, Need
from strategies.models import ReserveAt

ORDER_FLOW = Flow(
    "state",
    schedule=({"firm", "scheduled"}, "scheduled"),
    unschedule=({"scheduled"}, "firm"),
    release=({"firm", "scheduled"}, "released"),
    unrelease=({"released"}, "scheduled"),
    start=({"released", "started"}, "started"),
    unstart=({"started"}, "released"),
    finish=({"released", "started"}, "finished"),
    reopen=({"finished"}, "started"),
    end=({"finished"}, "ended"),
    cancel=({"firm", "scheduled", "released"}, "cancelled"),
)


class ProductionOrder(MadeFor):
    class State(models.TextChoices):
        FIRM = "firm", _("Firm")
        SCHEDULED = "scheduled", _("Scheduled")
        RELEASED = "released", _("Released")
        STARTED = "started", _("Started")
        FINISHED = "finished", _("Finished")
        ENDED = "ended", _("Ended")
        CANCELLED = "cancelled", _("Cancelled")

    class Kind(models.TextChoices):
        STANDARD = "standard", _("Standard")
        REWORK = "rework", _("Rework")

    OPEN = (State.FIRM, State.SCHEDULED, State.RELEASED, State.STARTED)
    open_gaps: Sequence[dict[str, Any]] = ()
    """Links without a gap that were not kept when it was placed anew just now; kept nowhere but in the journal."""

    number = CodeField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.STANDARD)
    state = models.CharField(max_length=10, choices=State.choices, default=State.FIRM)
    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("strategies.Unit", on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField()
    good_quantity = QuantityField(default=0)
    scrap_quantity = QuantityField(default=0)
    need = models.CharField(max_length=12, choices=Need.choices, default=Need.INDEPENDENT)
    priority = models.PositiveSmallIntegerField(default=50)
    start_on = models.DateField(help_text=_("Earliest day planning allows."))
    due_on = models.DateField()
    starts_at = models.DateTimeField(null=True, blank=True, help_text=_("Scheduled."))
    ends_at = models.DateTimeField(null=True, blank=True, help_text=_("Scheduled."))
    bom = models.ForeignKey(
        "strategies.BomVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    route = models.ForeignKey(
        "strategies.RouteVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    named = models.CharField(
        max_length=5, choices=Named.choices, blank=True, help_text=_("Versions that the demand asks for.")
    )
    output_location = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reserve_at = models.CharField(
        max_length=10,
        choices=ReserveAt.choices,
        blank=True,
        help_text=_("When its materials are reserved; empty: as item and site say."),
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    proposal = models.ForeignKey(
        "planning.Proposal", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    source_system = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=now)
    released_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["due_on", "number"]
        indexes = [
            models.Index(fields=["site", "state", "due_on"], name="order_site_state_due"),
            models.Index(fields=["item", "due_on"], name="order_item_due"),
            *tie_indexes("order"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, good_quantity__gte=0, scrap_quantity__gte=0),
                name="order_quantities",
            ),
            models.CheckConstraint(condition=Q(due_on__gte=models.F("start_on")), name="order_dates"),
            at_most_one("order"),
        ]

    def __str__(self) -> str:
        return self.number


class Material(models.Model):
    """A component line of one order: its own copy, free to differ from the BOM it came from."""

    order = models.ForeignKey(ProductionOrder, on_delete=models.CASCADE, related_name="materials")
    position = models.PositiveIntegerField()
    bom_line = models.ForeignKey(
        "strategies.BomLine",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The line it was copied from; its component may be another by now."),
    )
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("strategies.Unit", on_delete=models.PROTECT, related_name="+")
    operation = models.ForeignKey(
        "planning.Operation", on_delete=models.PROTECT, null=True, blank=True, related_name="materials"
    )
    flushing = models.CharField(max_length=10, default="manual")
    kind = models.CharField(max_length=12, default="item")
    quantity_per = QuantityField(help_text=_("Per piece of the order, in the item's unit, scrap left out."))
    constant = models.BooleanField(default=False, help_text=_("Needed once per order."))
    ends = models.BooleanField(
        default=False, help_text=_("Its first issue ends the line, whatever was taken.")
    )
    scrap_fraction = RateField(default=0)
    quantity = QuantityField(help_text=_("Needed for the whole order, scrap included, rounded to the unit."))
    issued_quantity = QuantityField(default=0)
    location = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["order", "position"]
        indexes = [models.Index(fields=["item"], name="material_item")]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="material_position_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0, issued_quantity__gte=0), name="material_quantity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.item}"


class Output(models.Model):
    """What the order yields: the item itself, and what comes out beside it."""

    class Kind(models.TextChoices):
        MAIN = "main", _("Main")
        CO = "co", _("Co-product")
        BY = "by", _("By-product")

    order = models.ForeignKey(ProductionOrder, on_delete=models.CASCADE, related_name="outputs")
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("strategies.Unit", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.MAIN)
    quantity = QuantityField()
    received_quantity = QuantityField(default=0)
    cost_share = RateField(default=1)
    planned = models.BooleanField(
        default=True, help_text=_("The bill said so; else a report added what came out beside.")
    )

    class Meta:
        ordering = ["order", "kind", "item"]
        constraints = [
            models.UniqueConstraint(fields=["order", "item"], name="output_once"),
            models.UniqueConstraint(fields=["order"], condition=Q(kind="main"), name="output_one_main"),
            models.CheckConstraint(
                condition=Q(received_quantity__gte=0)
                & (Q(planned=True, quantity__gt=0) | Q(planned=False, quantity=0)),
                name="output_quantity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} → {self.item}"
