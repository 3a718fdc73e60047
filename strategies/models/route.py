"""Routes: a directed graph of operations, with what a worker is to do at each."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import QuantityField, RateField
from p2p.core.history import track
from strategies.models.version import Version, dates_in_order, once, one_active


@track()
class RouteVersion(Version):
    class Meta:
        ordering = ["item", "site", "-version"]
        constraints = [
            once("route_version_once"),
            one_active("route_version_one_active"),
            dates_in_order("route_version_dates"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("strategies:route", args=[self.pk])


@track()
class RouteOperation(models.Model):
    class Basis(models.TextChoices):
        PIECE = "piece", _("Per run quantity")
        BATCH = "batch", _("Per started batch of the run quantity")
        ORDER = "order", _("Once per order")

    route = models.ForeignKey(RouteVersion, on_delete=models.CASCADE, related_name="operations")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    group = models.ForeignKey(
        "strategies.ResourceGroup", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resource = models.ForeignKey(
        "strategies.Resource", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cost_category = models.ForeignKey(
        "strategies.CostCategory", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    setup_seconds = models.PositiveIntegerField(default=0)
    run_seconds = models.DecimalField(max_digits=18, decimal_places=6, default=0)
    run_quantity = QuantityField(default=1)
    run_basis = models.CharField(max_length=6, choices=Basis.choices, default=Basis.PIECE)
    queue_seconds = models.PositiveIntegerField(default=0)
    transit_seconds = models.PositiveIntegerField(default=0)
    transfer_quantity = QuantityField(
        null=True, blank=True, help_text=_("The next operation may start after so many.")
    )
    scrap_fraction = RateField(default=0)
    inspect = models.BooleanField(default=False, help_text=_("An inspection point."))
    outside = models.BooleanField(default=False, help_text=_("Done by a vendor."))

    class Meta:
        ordering = ["route", "number"]
        constraints = [
            models.UniqueConstraint(fields=["route", "number"], name="route_operation_once"),
            models.CheckConstraint(
                condition=Q(run_seconds__gte=0, run_quantity__gt=0), name="route_operation_time"
            ),
            models.CheckConstraint(
                condition=Q(scrap_fraction__gte=0, scrap_fraction__lt=1), name="route_operation_scrap"
            ),
            models.CheckConstraint(condition=Q(number__gt=0), name="route_operation_number"),
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.number} {self.name}"


@track()
class RouteLink(models.Model):
    """`after` may start when `before` is done; a hard link leaves no gap between them."""

    route = models.ForeignKey(RouteVersion, on_delete=models.CASCADE, related_name="links")
    before = models.ForeignKey(RouteOperation, on_delete=models.CASCADE, related_name="links_after")
    after = models.ForeignKey(RouteOperation, on_delete=models.CASCADE, related_name="links_before")
    hard = models.BooleanField(default=False)

    class Meta:
        ordering = ["route", "before", "after"]
        constraints = [
            models.UniqueConstraint(fields=["before", "after"], name="route_link_once"),
            models.CheckConstraint(condition=~Q(before=F("after")), name="route_link_two_operations"),
        ]

    def __str__(self) -> str:
        return f"{self.before.number}→{self.after.number}"


@track()
class InstructionStep(models.Model):
    operation = models.ForeignKey(RouteOperation, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    text = models.TextField()
    tools = models.CharField(max_length=200, blank=True)
    materials = models.CharField(max_length=200, blank=True)
    specifications = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["operation", "position"]
        constraints = [
            models.UniqueConstraint(fields=["operation", "position"], name="instruction_step_once")
        ]

    def __str__(self) -> str:
        return f"{self.operation} step {self.position}"
