"""What an operation takes, in a route or in the library, and what a worker is to do at it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import CodeField, QuantityField, RateField
from p2p.core.history import track

CATEGORIES = ("setup_category", "run_category", "quantity_category")
"""What the parts of an operation are booked under."""


@track()
class RouteGroup(models.Model):
    """Which parts of an operation are planned, and how its time and pieces are booked (Dynamics 365: route
    group).
    """

    code = CodeField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    estimates_setup = models.BooleanField(default=True)
    estimates_run = models.BooleanField(default=True)
    estimates_quantity = models.BooleanField(default=True)
    books_setup = models.BooleanField(default=False, help_text=_("Planned setup time is booked at start."))
    books_run = models.BooleanField(
        default=False, help_text=_("Planned run time is booked with each report that names none.")
    )
    books_quantity = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


@track()
class RouteGroupPhase(models.Model):
    """How one part of an operation is scheduled; a part without a row is planned as usual: setup and run in working
    time and taking capacity, waiting before in working time, what comes after them by the clock.
    """

    class Phase(models.TextChoices):
        QUEUE_BEFORE = "queue_before", _("Queue before")
        SETUP = "setup", _("Setup")
        RUN = "run", _("Run")
        OVERLAP = "overlap", _("Overlap")
        TRANSIT = "transit", _("Transit")
        QUEUE_AFTER = "queue_after", _("Queue after")

    group = models.ForeignKey(RouteGroup, on_delete=models.CASCADE, related_name="phases")
    phase = models.CharField(max_length=12, choices=Phase.choices)
    planned = models.BooleanField(default=True, help_text=_("Else it takes no time in a schedule."))
    working_time = models.BooleanField(
        default=True, help_text=_("Else it goes on by the clock, day and night.")
    )
    takes_capacity = models.BooleanField(
        default=False, help_text=_("The place is held meanwhile: nothing else runs there.")
    )

    class Meta:
        ordering = ["group", "id"]
        constraints = [models.UniqueConstraint(fields=["group", "phase"], name="route_group_phase_once")]

    def __str__(self) -> str:
        return f"{self.group} {self.phase}"


class OperationTimes(models.Model):
    """The properties of an operation: copied from the library, then its own."""

    class Basis(models.TextChoices):
        PIECE = "piece", _("Per run quantity")
        BATCH = "batch", _("Per started batch of the run quantity")
        ORDER = "order", _("Once per order")
        CAPACITY = "capacity", _("By the resource's capacity per hour")
        RESOURCE_BATCH = "resource_batch", _("Per started batch of the resource's size")

    name = models.CharField(max_length=100)
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
    route_group = models.ForeignKey(
        RouteGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    setup_seconds = models.PositiveIntegerField(default=0)
    run_seconds = models.DecimalField(max_digits=18, decimal_places=6, default=0)
    run_quantity = QuantityField(default=1)
    run_basis = models.CharField(max_length=14, choices=Basis.choices, default=Basis.PIECE)
    queue_seconds = models.PositiveIntegerField(default=0, help_text=_("Waiting before."))
    queue_after_seconds = models.PositiveIntegerField(
        default=0, help_text=_("Waiting after, as for cooling.")
    )
    transit_seconds = models.PositiveIntegerField(default=0)
    transfer_quantity = QuantityField(
        null=True, blank=True, help_text=_("The next operation may start after so many.")
    )
    scrap_fraction = RateField(default=0)
    scrap_quantity = QuantityField(default=0, help_text=_("Lost once per order."))
    inspect = models.BooleanField(default=False, help_text=_("An inspection point."))
    outside = models.BooleanField(default=False, help_text=_("Done by a vendor."))
    property = models.CharField(
        max_length=30,
        blank=True,
        help_text=_("Runs only in shifts of this property; empty: in those of none."),
    )

    class Meta:
        abstract = True


@track()
class StandardOperation(OperationTimes):
    """An operation of the library: its properties are copied into a route, never shared with it."""

    code = CodeField(max_length=30, unique=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(run_seconds__gte=0, run_quantity__gt=0), name="standard_operation_time"
            ),
            models.CheckConstraint(
                condition=Q(scrap_fraction__gte=0, scrap_fraction__lt=1, scrap_quantity__gte=0),
                name="standard_operation_scrap",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("strategies:standard", args=[self.code])


@track()
class InstructionStep(models.Model):
    """One step of the work; pictures and files are attachments of the step."""

    operation = models.ForeignKey(
        "strategies.RouteOperation", on_delete=models.CASCADE, null=True, blank=True, related_name="steps"
    )
    standard = models.ForeignKey(
        StandardOperation, on_delete=models.CASCADE, null=True, blank=True, related_name="steps"
    )
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=100, blank=True)
    text = models.TextField()
    tools = models.CharField(max_length=200, blank=True)
    materials = models.CharField(max_length=200, blank=True)
    specifications = models.CharField(max_length=200, blank=True)
    characteristic = models.ForeignKey(
        "strategies.Characteristic",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("What the worker enters at this step."),
    )
    required = models.BooleanField(default=False, help_text=_("Has to be confirmed before the job goes on."))

    class Meta:
        ordering = ["operation", "standard", "position"]
        constraints = [
            models.UniqueConstraint(fields=["operation", "position"], name="instruction_step_once"),
            models.UniqueConstraint(
                fields=["standard", "position"], name="instruction_step_of_standard_once"
            ),
            models.CheckConstraint(
                condition=Q(operation__isnull=False, standard__isnull=True)
                | Q(operation__isnull=True, standard__isnull=False),
                name="instruction_step_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation or self.standard} step {self.position}"
