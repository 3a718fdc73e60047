"""What a person reported of an operation, and the time they spent; corrected by reversal only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import CodeField, QuantityField
from strategies.models.reason import ReasonCode


class Report(models.Model):
    """Append-only. A reversal carries the same figures with the opposite sign."""

    number = CodeField(max_length=40, unique=True)
    operation = models.ForeignKey("planning.Operation", on_delete=models.PROTECT, related_name="+")
    good = QuantityField(default=0)
    scrap = QuantityField(default=0)
    reason = models.ForeignKey(
        "strategies.ReasonCode", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cause = models.CharField(
        max_length=8,
        choices=ReasonCode.Cause.choices,
        blank=True,
        help_text=_("What is at fault for the scrap; empty: none of these."),
    )
    seconds = models.IntegerField(default=0, help_text=_("Resource time spent for it."))
    resource = models.ForeignKey(
        "strategies.Resource", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    worker = models.ForeignKey(
        "strategies.Worker", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    device = models.ForeignKey(
        "execution.Device", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finishes = models.BooleanField(default=False, help_text=_("It finished the operation."))
    ends_picking = models.BooleanField(
        default=False, help_text=_("What is left of the operation's material is not expected any more.")
    )
    ends_route = models.BooleanField(
        default=False, help_text=_("It finished the operation; no more time is expected of it.")
    )
    made_up_for = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="made_up",
        help_text=_("The report for which this one made up what nobody had reported before."),
    )
    accepted = models.JSONField(
        default=list, blank=True, help_text=_("Sentences of refusals that a supervisor took upon himself.")
    )
    accepted_why = models.CharField(max_length=200, blank=True)
    vendor_receipt = models.CharField(
        max_length=60, blank=True, help_text=_("Number of the receipt that brought the pieces back.")
    )
    note = models.CharField(max_length=200, blank=True)
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    effective_at = models.DateTimeField()
    posted_at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["operation", "id"], name="report_operation"),
            models.Index(fields=["effective_at"], name="report_time"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses__isnull=False) | Q(good__gte=0, scrap__gte=0, seconds__gte=0),
                name="report_only_a_reversal_is_negative",
            )
        ]

    def __str__(self) -> str:
        return self.number


class Clocking(models.Model):
    """A worker on an operation from one moment to another; open while `ended_at` is empty."""

    class Kind(models.TextChoices):
        SETUP = "setup", _("Setup")
        RUN = "run", _("Run")

    operation = models.ForeignKey("planning.Operation", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    resource = models.ForeignKey(
        "strategies.Resource", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.RUN)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    posted_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "by"], condition=Q(ended_at__isnull=True), name="clocking_open_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")), name="clocking_times"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation_id} {self.began_at:%Y-%m-%d %H:%M}"
