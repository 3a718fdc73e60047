"""Machines, people and places that do the work."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import RateField
from p2p.core.history import track


@track()
class ResourceGroup(models.Model):
    """A work centre: interchangeable resources that share a queue."""

    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="groups")
    code = models.CharField(max_length=30)
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
    bottleneck = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

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
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.MACHINE)
    group = models.ForeignKey(ResourceGroup, on_delete=models.PROTECT, related_name="resources")
    stations = models.PositiveIntegerField(default=1, help_text=_("Jobs it can run at the same time."))
    efficiency = RateField(default=1)
    finite = models.BooleanField(default=True)
    calendar = models.ForeignKey(
        "strategies.Calendar", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    vendor = models.ForeignKey(
        "strategies.Vendor", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["site", "code"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="resource_code_once"),
            models.CheckConstraint(condition=Q(stations__gte=1), name="resource_stations"),
            models.CheckConstraint(condition=Q(efficiency__gt=0), name="resource_efficiency"),
        ]

    def __str__(self) -> str:
        return self.name


@track()
class Worker(models.Model):
    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="workers")
    number = models.CharField(max_length=30, unique=True)
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
