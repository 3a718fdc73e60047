"""Machines, people and places that do the work."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import CodeField, QuantityField, RateField
from p2p.core.history import track
from strategies.models.version import no_overlap


@track()
class ProductionUnit(models.Model):
    """A part of a plant that keeps its own stores and people: a hall, a line, a business unit."""

    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    code = CodeField(max_length=30)
    name = models.CharField(max_length=100)
    input_location = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    output_location = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["site", "code"]
        constraints = [models.UniqueConstraint(fields=["site", "code"], name="production_unit_code_once")]

    def __str__(self) -> str:
        return self.name


@track()
class ResourceGroup(models.Model):
    """A work centre: interchangeable resources that share a queue."""

    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="groups")
    code = CodeField(max_length=30)
    name = models.CharField(max_length=100)
    calendar = models.ForeignKey(
        "strategies.Calendar", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cost_category = models.ForeignKey(
        "strategies.CostCategory", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    input_location = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    output_location = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ledger_account = models.CharField(
        max_length=30,
        blank=True,
        help_text=_("Of the general ledger: what work here absorbs is handed over under it."),
    )
    production_unit = models.ForeignKey(
        ProductionUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="groups"
    )
    setup_matrix = models.ForeignKey(
        "strategies.SetupMatrix", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    bottleneck = models.BooleanField(default=False)
    lean_cell = models.BooleanField(default=False, help_text=_("Works from kanban cards."))
    active = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["site", "code"]
        constraints = [models.UniqueConstraint(fields=["site", "code"], name="resource_group_code_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("strategies:work-centre", args=[self.pk])


@track()
class Resource(models.Model):
    class Kind(models.TextChoices):
        MACHINE = "machine", _("Machine")
        PERSON = "person", _("Person")
        TOOL = "tool", _("Tool")
        VENDOR = "vendor", _("Vendor")
        LOCATION = "location", _("Place")

    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="resources")
    code = CodeField(max_length=30)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.MACHINE)
    group = models.ForeignKey(ResourceGroup, on_delete=models.PROTECT, related_name="resources")
    stations = models.PositiveIntegerField(default=1, help_text=_("Jobs it can run at the same time."))
    efficiency = RateField(default=1, help_text=_("Scheduled time = time ÷ efficiency."))
    schedule_fraction = RateField(default=1, help_text=_("Share of its time that planning by days may fill."))
    job_fraction = RateField(
        default=1,
        help_text=_("Of each day's working time of all its stations, the most that one job may take."),
    )
    finite = models.BooleanField(default=True)
    exclusive = models.BooleanField(default=False, help_text=_("An operation on it never overlaps another."))
    bottleneck = models.BooleanField(default=False)
    capacity_per_hour = QuantityField(null=True, blank=True)
    capacity_unit = models.ForeignKey(
        "strategies.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    batch_capacity = QuantityField(null=True, blank=True, help_text=_("Pieces in one run, as of an oven."))
    scrap_fraction = RateField(default=0)
    setup_category = models.ForeignKey(
        "strategies.CostCategory", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    run_category = models.ForeignKey(
        "strategies.CostCategory", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    quantity_category = models.ForeignKey(
        "strategies.CostCategory", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ledger_account = models.CharField(
        max_length=30,
        blank=True,
        help_text=_(
            "Of the general ledger: what its work absorbs is handed over under it; empty: its work centre's."
        ),
    )
    setup_matrix = models.ForeignKey(
        "strategies.SetupMatrix", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    worker = models.ForeignKey(
        "strategies.Worker",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who a person's resource stands for."),
    )
    input_location = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    output_location = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    calendar = models.ForeignKey(
        "strategies.Calendar", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    vendor = models.ForeignKey(
        "strategies.Vendor", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    active = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["site", "code"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="resource_code_once"),
            models.CheckConstraint(
                condition=~Q(kind="vendor") | Q(vendor__isnull=False), name="resource_vendor_named"
            ),
            models.CheckConstraint(
                condition=~Q(kind="person") | Q(worker__isnull=False), name="resource_worker_named"
            ),
            models.CheckConstraint(condition=Q(stations__gte=1), name="resource_stations"),
            models.CheckConstraint(condition=Q(efficiency__gt=0), name="resource_efficiency"),
            models.CheckConstraint(
                condition=Q(schedule_fraction__gt=0, schedule_fraction__lte=1),
                name="resource_schedule_fraction",
            ),
            models.CheckConstraint(
                condition=Q(job_fraction__gt=0, job_fraction__lte=1), name="resource_job_fraction"
            ),
            models.CheckConstraint(
                condition=Q(scrap_fraction__gte=0, scrap_fraction__lt=1), name="resource_scrap"
            ),
            models.CheckConstraint(
                condition=(Q(capacity_per_hour__isnull=True) | Q(capacity_per_hour__gt=0))
                & (Q(batch_capacity__isnull=True) | Q(batch_capacity__gt=0)),
                name="resource_capacity",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("strategies:resource", args=[self.pk])


@track()
class ResourceMembership(models.Model):
    """On these days a resource works in `group`; on others in its own."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="memberships")
    group = models.ForeignKey(ResourceGroup, on_delete=models.PROTECT, related_name="memberships")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True, help_text=_("Last day."))

    class Meta:
        ordering = ["resource", "valid_from", "id"]
        constraints = [
            no_overlap("resource_membership_one_group_a_day", "resource"),
            models.UniqueConstraint(
                fields=["resource", "valid_from"], name="resource_membership_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="resource_membership_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} in {self.group}"


@track()
class ResourceCalendar(models.Model):
    """On these days a resource, or a whole work centre, follows another calendar than its own."""

    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, null=True, blank=True, related_name="calendars"
    )
    group = models.ForeignKey(
        ResourceGroup, on_delete=models.CASCADE, null=True, blank=True, related_name="calendars"
    )
    calendar = models.ForeignKey("strategies.Calendar", on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True, help_text=_("Last day."))

    class Meta:
        ordering = ["resource", "group", "valid_from", "id"]
        constraints = [
            no_overlap("resource_calendar_one_a_day", "resource"),
            no_overlap("group_calendar_one_a_day", "group"),
            models.UniqueConstraint(
                fields=["resource", "group", "valid_from"],
                name="resource_calendar_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(resource__isnull=False, group__isnull=True)
                | Q(resource__isnull=True, group__isnull=False),
                name="resource_calendar_of_one",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="resource_calendar_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource or self.group} by {self.calendar}"


@track()
class Worker(models.Model):
    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="workers")
    number = CodeField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    group = models.ForeignKey(
        ResourceGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("strategies:worker", args=[self.pk])
