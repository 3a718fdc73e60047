"""Work with stock that is to be done: put away, supply a line, move."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import CodeField, QuantityField
from p2p.core.flow import Flow

TASK_FLOW = Flow(
    "state",
    start=({"open"}, "started"),
    put_back=({"started"}, "open"),
    finish=({"open", "started"}, "done"),
    reopen=({"done"}, "open"),
    withdraw=({"done"}, "cancelled"),
    cancel=({"open", "started"}, "cancelled"),
)


class StockTask(models.Model):
    """A quantity to be taken from one place to another. It may be done in parts; `source` and `target` are
    proposals that the one who does it may change.
    """

    site_paths = ("site__code",)

    class Kind(models.TextChoices):
        PUT_AWAY = "put_away", _("Put away")
        SUPPLY = "supply", _("Supply a line")
        MOVE = "move", _("Move")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        STARTED = "started", _("Started")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    number = CodeField(max_length=40, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(
        "inventory.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    serial = models.ForeignKey(
        "inventory.Serial", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    handling_unit = models.ForeignKey(
        "inventory.HandlingUnit", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    quantity = QuantityField(help_text=_("In the item's unit."))
    done_quantity = QuantityField(default=0)
    source = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    target = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    rule = models.ForeignKey(
        "inventory.SupplyRule", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at_once = models.BooleanField(
        default=False, help_text=_("Nobody had asked for it: it was written down as it was done.")
    )
    reference = models.CharField(max_length=60, blank=True)
    priority = models.PositiveSmallIntegerField(default=50, help_text=_("0 is most urgent, 100 least."))
    due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["priority", "due_at", "id"]
        indexes = [
            models.Index(
                fields=["site", "kind"], name="stock_task_open", condition=Q(state__in=("open", "started"))
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, done_quantity__gte=0), name="stock_task_quantity"
            ),
            models.CheckConstraint(condition=Q(priority__lte=100), name="stock_task_priority"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="stock_task_two_places"),
        ]

    def __str__(self) -> str:
        return self.number


class TaskMove(models.Model):
    """The task's own link to what was moved for it."""

    task = models.ForeignKey(StockTask, on_delete=models.PROTECT, related_name="moves")
    move = models.OneToOneField("inventory.Move", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.task_id} {self.move_id}"
