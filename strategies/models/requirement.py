"""Who can do an operation: capability, skill, kind, group or one resource; and what else it needs beside."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import CodeField, QuantityField, RateField
from p2p.core.history import track
from strategies.models.resource import Resource
from strategies.models.version import no_overlap


@track()
class Capability(models.Model):
    code = CodeField(max_length=30, unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "capabilities"

    def __str__(self) -> str:
        return self.name


@track()
class ResourceCapability(models.Model):
    """A resource can do this, up to `level`; of several that can, the lowest priority comes first."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="capabilities")
    capability = models.ForeignKey(Capability, on_delete=models.PROTECT, related_name="resources")
    level = QuantityField(default=0)
    priority = models.PositiveIntegerField(default=1)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True, help_text=_("Last day."))

    class Meta:
        ordering = ["resource", "capability", "valid_from", "id"]
        verbose_name_plural = "resource capabilities"
        constraints = [
            no_overlap("resource_capability_one_a_day", "resource", "capability"),
            models.UniqueConstraint(
                fields=["resource", "capability", "valid_from"],
                name="resource_capability_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="resource_capability_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource}: {self.capability}"


@track()
class Skill(models.Model):
    class Kind(models.TextChoices):
        SKILL = "skill", _("Skill")
        COURSE = "course", _("Course")
        CERTIFICATE = "certificate", _("Certificate")
        TITLE = "title", _("Title")

    code = CodeField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SKILL)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


@track()
class WorkerSkill(models.Model):
    worker = models.ForeignKey("strategies.Worker", on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="workers")
    level = QuantityField(default=0)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True, help_text=_("Last day; then it has expired."))

    class Meta:
        ordering = ["worker", "skill", "valid_from", "id"]
        constraints = [
            no_overlap("worker_skill_one_a_day", "worker", "skill"),
            models.UniqueConstraint(
                fields=["worker", "skill", "valid_from"], name="worker_skill_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="worker_skill_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.worker}: {self.skill}"


@track()
class SecondaryResource(models.Model):
    """What an operation holds beside its own resource, all free together: two tools, half a worker."""

    operation = models.ForeignKey(
        "strategies.RouteOperation", on_delete=models.CASCADE, related_name="secondaries"
    )
    position = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=100, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    load_fraction = RateField(default=1, help_text=_("Share of it that is taken, 0.5 = half."))
    during_setup = models.BooleanField(default=True)
    during_run = models.BooleanField(default=True)

    class Meta:
        ordering = ["operation", "position"]
        constraints = [
            models.UniqueConstraint(fields=["operation", "position"], name="secondary_resource_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, load_fraction__gt=0, load_fraction__lte=1),
                name="secondary_resource_load",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} + {self.name or self.position}"


@track()
class Requirement(models.Model):
    """One condition on the operation's own resource, or on a secondary one; all conditions have to hold."""

    class Kind(models.TextChoices):
        RESOURCE = "resource", _("This resource")
        GROUP = "group", _("Of this work centre")
        TYPE = "type", _("Of this kind")
        CAPABILITY = "capability", _("With this capability")
        SKILL = "skill", _("With this skill")

    operation = models.ForeignKey(
        "strategies.RouteOperation", on_delete=models.CASCADE, related_name="requirements"
    )
    secondary = models.ForeignKey(
        SecondaryResource, on_delete=models.CASCADE, null=True, blank=True, related_name="requirements"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    group = models.ForeignKey(
        "strategies.ResourceGroup", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    type = models.CharField(max_length=10, choices=Resource.Kind.choices, blank=True)
    capability = models.ForeignKey(
        Capability, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    minimum_level = QuantityField(default=0)
    for_operations = models.BooleanField(default=True, help_text=_("Counts when whole days are planned."))
    for_jobs = models.BooleanField(default=True, help_text=_("Counts when hours on a resource are planned."))

    class Meta:
        ordering = ["operation", "secondary", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind="resource", resource__isnull=False)
                    | Q(kind="group", group__isnull=False)
                    | (Q(kind="type") & ~Q(type=""))
                    | Q(kind="capability", capability__isnull=False)
                    | Q(kind="skill", skill__isnull=False)
                ),
                name="requirement_names_what_it_asks",
            )
        ]

    def __str__(self) -> str:
        return f"{self.operation} needs {self.kind}"
