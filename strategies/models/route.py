"""Routes: a directed graph of operations."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.history import track
from strategies.models.operation import OperationTimes
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
class RouteOperation(OperationTimes):
    Basis = OperationTimes.Basis

    route = models.ForeignKey(RouteVersion, on_delete=models.CASCADE, related_name="operations")
    number = models.PositiveIntegerField()
    standard = models.ForeignKey(
        "strategies.StandardOperation",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="used_in",
        help_text=_("Where its defaults were copied from."),
    )
    alternate_of = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="alternates",
        help_text=_("May be done instead of that operation."),
    )
    priority = models.PositiveIntegerField(default=1, help_text=_("Of alternates: the lowest comes first."))
    half_finished = models.ForeignKey(
        "strategies.Item",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("What its good pieces are called until the next operation takes them."),
    )

    class Meta:
        ordering = ["route", "number"]
        constraints = [
            models.UniqueConstraint(fields=["route", "number"], name="route_operation_once"),
            models.CheckConstraint(
                condition=Q(run_seconds__gte=0, run_quantity__gt=0), name="route_operation_time"
            ),
            models.CheckConstraint(
                condition=Q(scrap_fraction__gte=0, scrap_fraction__lt=1, scrap_quantity__gte=0),
                name="route_operation_scrap",
            ),
            models.CheckConstraint(condition=Q(number__gt=0), name="route_operation_number"),
            models.CheckConstraint(
                condition=~Q(alternate_of=F("id")), name="route_operation_alternate_of_another"
            ),
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


class RouteEdit(models.Model):
    """What a draft looked like before a change, so that the change can be taken back."""

    route = models.ForeignKey(RouteVersion, on_delete=models.CASCADE, related_name="edits")
    revision = models.PositiveIntegerField(help_text=_("Of the route before the change."))
    before = models.JSONField(help_text=_("Rows of its operations and all that belongs to them."))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.route} before {self.revision}"
