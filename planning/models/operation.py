"""The steps of a production order, when and where they run, and what is reported on them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import QuantityField, RateField
from p2p.core.flow import Flow

OPERATION_FLOW = Flow(
    "state",
    release=({"planned"}, "released"),
    unrelease=({"released"}, "planned"),
    start=({"released", "started"}, "started"),
    unstart=({"started"}, "released"),
    finish=({"released", "started"}, "finished"),
    reopen=({"finished"}, "started"),
    cancel=({"planned", "released"}, "cancelled"),
)


class Operation(models.Model):
    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RELEASED = "released", _("Released")
        STARTED = "started", _("Started")
        FINISHED = "finished", _("Finished")
        CANCELLED = "cancelled", _("Cancelled")

    order = models.ForeignKey("planning.ProductionOrder", on_delete=models.CASCADE, related_name="operations")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    group = models.ForeignKey(
        "strategies.ResourceGroup", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resource = models.ForeignKey(
        "strategies.Resource", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    setup_category = models.ForeignKey(
        "strategies.CostCategory", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    run_category = models.ForeignKey(
        "strategies.CostCategory", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    quantity_category = models.ForeignKey(
        "strategies.CostCategory", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    route_operation = models.ForeignKey(
        "strategies.RouteOperation", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    setup_seconds = models.PositiveIntegerField(default=0)
    run_seconds = models.PositiveIntegerField(default=0, help_text=_("For the whole order quantity."))
    queue_seconds = models.PositiveIntegerField(default=0)
    queue_after_seconds = models.PositiveIntegerField(
        default=0, help_text=_("Waiting after, as for cooling.")
    )
    transit_seconds = models.PositiveIntegerField(default=0)
    transfer_quantity = QuantityField(
        null=True, blank=True, help_text=_("The next operation may start after so many.")
    )
    scrap_fraction = RateField(default=0)
    # Pieces that go into it: what it and those after it are to lose is in it. Its times, its components and what
    # is left to do (good and scrap) are all reckoned by it.
    quantity = QuantityField()
    good_quantity = QuantityField(default=0)
    scrap_quantity = QuantityField(default=0)
    half_finished = models.ForeignKey(
        "strategies.Item",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        # Most operations name none: the index of those that do is small, and firming does not write it.
        db_index=False,
        related_name="+",
        help_text=_("What its good pieces are called until the next operation takes them."),
    )
    property = models.CharField(
        max_length=30,
        blank=True,
        help_text=_("Runs only in shifts of this property; empty: in those of none."),
    )
    phases = models.JSONField(
        default=dict,
        blank=True,
        help_text=_("Which parts go on by the clock and which take capacity, where that is not as usual."),
    )
    inspect = models.BooleanField(default=False)
    outside = models.BooleanField(default=False, help_text=_("Done by a vendor."))
    vendor = models.ForeignKey(
        "strategies.Vendor", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    vendor_days = models.PositiveIntegerField(
        default=0, help_text=_("Calendar days at the vendor, there and back.")
    )
    overflow = models.JSONField(
        default=dict, blank=True, help_text=_("Why its outsourcing policy sent it out, or could not.")
    )
    promised_at = models.DateTimeField(null=True, blank=True)
    promised_quantity = QuantityField(null=True, blank=True)
    with_vendor = QuantityField(default=0, help_text=_("Pieces that lie at the vendor now."))
    starts_at = models.DateTimeField(null=True, blank=True, help_text=_("Scheduled."))
    ends_at = models.DateTimeField(null=True, blank=True, help_text=_("Scheduled."))
    station = models.PositiveSmallIntegerField(null=True, blank=True)
    locked = models.BooleanField(default=False, help_text=_("The scheduler leaves it where it is."))
    began_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["order", "number"]
        indexes = [
            models.Index(fields=["group", "starts_at"], name="operation_group_start"),
            models.Index(fields=["resource", "starts_at"], name="operation_resource_start"),
            models.Index(
                fields=["state", "starts_at"],
                name="operation_open",
                condition=Q(state__in=["planned", "released", "started"]),
            ),
            models.Index(
                fields=["half_finished"],
                name="operation_half_finished",
                condition=Q(half_finished__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="operation_number_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, good_quantity__gte=0, scrap_quantity__gte=0, with_vendor__gte=0),
                name="operation_quantities",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(starts_at__isnull=False, ends_at__gte=F("starts_at")),
                name="operation_times",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.number}"


class OperationLink(models.Model):
    before = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="links_after")
    after = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="links_before")
    hard = models.BooleanField(default=False)

    class Meta:
        ordering = ["before", "after"]
        constraints = [
            models.UniqueConstraint(fields=["before", "after"], name="operation_link_once"),
            models.CheckConstraint(condition=~Q(before=F("after")), name="operation_link_two_operations"),
        ]

    def __str__(self) -> str:
        return f"{self.before}→{self.after}"
