"""Control plans: what to inspect, where and how many."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import CodeField, QuantityField, RateField
from p2p.core.flow import Flow

CONTROL_PLAN_FLOW = Flow("state", activate=({"draft"}, "active"), retire=({"active"}, "retired"))


class ControlPlan(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        RETIRED = "retired", _("Retired")

    class Trigger(models.TextChoices):
        RELEASE = "release", _("At release, for an operation")
        RECEIPT = "receipt", _("At receipt of an outside operation")
        GOODS = "goods", _("At receipt of purchased goods")

    AT_RECEIPT = (Trigger.RECEIPT, Trigger.GOODS)
    """When a vendor brings something: a plan may name the vendor."""

    code = CodeField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    trigger = models.CharField(max_length=10, choices=Trigger.choices, default=Trigger.RELEASE)
    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(
        "strategies.Item", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    item_group = models.ForeignKey(
        "strategies.ItemGroup", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    group = models.ForeignKey(
        "strategies.ResourceGroup", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    operation_number = models.PositiveIntegerField(null=True, blank=True)
    vendor = models.ForeignKey(
        "strategies.Vendor", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sample_fixed = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Pieces; empty: by fraction.")
    )
    sample_fraction = RateField(null=True, blank=True, help_text=_("0.1 = every tenth piece, at least one."))
    blocks = models.BooleanField(
        default=True, help_text=_("Neither the operation nor what came in goes on before it is accepted.")
    )

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="control_plan_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(state="active"), name="control_plan_one_active_version"
            ),
            models.CheckConstraint(
                condition=Q(sample_fixed__gt=0, sample_fraction__isnull=True)
                | Q(sample_fixed__isnull=True, sample_fraction__gt=0, sample_fraction__lte=1),
                name="control_plan_one_sample_rule",
            ),
            models.CheckConstraint(
                condition=~Q(trigger="release") | Q(vendor__isnull=True),
                name="control_plan_vendor_at_receipt",
            ),
            models.CheckConstraint(
                condition=~Q(trigger="goods") | Q(group__isnull=True, operation_number__isnull=True),
                name="control_plan_goods_have_no_operation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"

    def get_absolute_url(self) -> str:
        return reverse("quality:plan", args=[self.code, self.version])


class ControlPlanLine(models.Model):
    class Severity(models.TextChoices):
        CRITICAL = "critical", _("Critical")
        MAJOR = "major", _("Major")
        MINOR = "minor", _("Minor")

    plan = models.ForeignKey(ControlPlan, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    characteristic = models.ForeignKey(
        "strategies.Characteristic", on_delete=models.PROTECT, related_name="+"
    )
    target = QuantityField(null=True, blank=True)
    lower_limit = QuantityField(null=True, blank=True)
    upper_limit = QuantityField(null=True, blank=True)
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.MAJOR)
    accept_number = models.PositiveIntegerField(
        default=0, help_text=_("Nonconforming pieces still accepted.")
    )

    class Meta:
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="control_plan_line_position_once"),
            models.UniqueConstraint(fields=["plan", "characteristic"], name="control_plan_line_once"),
            models.CheckConstraint(
                condition=Q(lower_limit__isnull=True)
                | Q(upper_limit__isnull=True)
                | Q(lower_limit__lte=F("upper_limit")),
                name="control_plan_line_limits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.characteristic}"
