"""A recall: what was touched by a suspicion, where it is, and what was done about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import CodeField, QuantityField
from p2p.core.flow import Flow

RECALL_FLOW = Flow(
    "state",
    hold=({"open", "held"}, "held"),
    lift=({"held"}, "open"),
    close=({"open", "held"}, "closed"),
    reopen=({"closed"}, "open"),
)


class Recall(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("Open")
        HELD = "held", _("All on hold")
        CLOSED = "closed", _("Closed")

    number = CodeField(max_length=40, unique=True)
    title = models.CharField(max_length=150)
    site = models.ForeignKey(
        "strategies.Site",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who leads it; what it touches may lie at other sites, too."),
    )
    practice = models.BooleanField(
        default=False, help_text=_("An exercise: it measures how much is accounted for and holds nothing.")
    )
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    starts = models.JSONField(
        default=dict,
        help_text=_("What it began with: lots, serials, a machine, a shift, a vendor, from, to."),
    )
    summary = models.JSONField(default=dict, blank=True)
    asked_at = models.DateTimeField(default=now)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    drawn_at = models.DateTimeField(default=now, help_text=_("When its lines were last drawn up."))
    held_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True, help_text=_("How it ended: what was found, what was done."))
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("inventory:recall", args=[self.pk])


class RecallLine(models.Model):
    """So much of a lot or serial number at one whereabouts when the recall was (last) drawn up."""

    class Where(models.TextChoices):
        STOCK = "stock", _("In stock")
        PROCESS = "process", _("In process")
        VENDOR = "vendor", _("At a vendor")
        RETURNED = "returned", _("Returned to the vendor")
        SHIPPED = "shipped", _("Shipped")
        SCRAPPED = "scrapped", _("Scrapped")
        CONSUMED = "consumed", _("Consumed")

    recall = models.ForeignKey(Recall, on_delete=models.CASCADE, related_name="lines")
    depth = models.PositiveSmallIntegerField(default=0, help_text=_("Steps from where the recall began."))
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey("inventory.Lot", on_delete=models.PROTECT, null=True, related_name="+")
    serial = models.ForeignKey("inventory.Serial", on_delete=models.PROTECT, null=True, related_name="+")
    where = models.CharField(max_length=8, choices=Where.choices)
    location = models.ForeignKey("strategies.Location", on_delete=models.PROTECT, null=True, related_name="+")
    party = models.CharField(max_length=150, blank=True, help_text=_("Customer or vendor."))
    reference = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=200, blank=True)
    quantity = QuantityField()
    hold = models.ForeignKey("inventory.Hold", on_delete=models.PROTECT, null=True, related_name="+")

    site_paths = ("location__site__code",)

    class Meta:
        ordering = ["recall", "depth", "id"]
        constraints = [models.CheckConstraint(condition=Q(quantity__gte=0), name="recall_line_quantity")]

    def __str__(self) -> str:
        return f"{self.recall} {self.item}"
