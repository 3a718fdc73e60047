"""Counting what lies where, and posting what differs."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import CodeField, QuantityField
from p2p.core.flow import Flow

COUNT_FLOW = Flow(
    "state",
    submit=({"open"}, "review"),
    recount=({"review"}, "open"),
    post=({"review"}, "posted"),
    cancel=({"open", "review"}, "cancelled"),
)

PLACE_FLOW = Flow(
    "state",
    enter=({"open", "recount", "counted"}, "counted"),
    recount=({"counted"}, "recount"),
)


class Count(models.Model):
    site_paths = ("site__code",)

    class Kind(models.TextChoices):
        CYCLE = "cycle", _("Cycle count")
        SPOT = "spot", _("Spot count")
        FULL = "full", _("Stocktaking")

    class State(models.TextChoices):
        OPEN = "open", _("Being counted")
        REVIEW = "review", _("To be approved")
        POSTED = "posted", _("Posted")
        CANCELLED = "cancelled", _("Cancelled")

    number = CodeField(max_length=40, unique=True)
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.CYCLE)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    blind = models.BooleanField(default=True, help_text=_("Who counts does not see what should be there."))
    frozen = models.BooleanField(
        default=False, help_text=_("Nothing moves at its places until it is posted.")
    )
    recount_by_other = models.BooleanField(
        default=True, help_text=_("Who counted a place does not count it again.")
    )
    count_class = models.ForeignKey(
        "inventory.CountClass", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    planned_on = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    reference = models.CharField(
        max_length=60, blank=True, help_text=_("The document at which somebody found too little; else empty.")
    )
    reason = models.ForeignKey(
        "strategies.ReasonCode",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("What was said there."),
    )
    created_at = models.DateTimeField(default=now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    posted_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["site", "state"], name="count_site_state")]

    def __str__(self) -> str:
        return self.number


class CountPlace(models.Model):
    """A place on the count: empty places are counted, too."""

    class State(models.TextChoices):
        OPEN = "open", _("To count")
        COUNTED = "counted", _("Counted")
        RECOUNT = "recount", _("To count again")

    count = models.ForeignKey(Count, on_delete=models.CASCADE, related_name="places")
    location = models.ForeignKey("strategies.Location", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(
        "strategies.Item",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Only this item is counted here; empty: everything."),
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    attempt = models.PositiveSmallIntegerField(default=1)
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    counted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["count", "location", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["count", "location", "item"], name="count_place_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.location}"


class CountLine(models.Model):
    """What was found of one item and lot at one place in one attempt. `expected` is the book's figure at the
    moment of counting, so that what moves afterwards is no difference.
    """

    place = models.ForeignKey(CountPlace, on_delete=models.CASCADE, related_name="lines")
    attempt = models.PositiveSmallIntegerField(default=1)
    kept = models.BooleanField(
        default=False, help_text=_("From the attempt before: only the rest of the place is counted again.")
    )
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
    expected = QuantityField(default=0)
    counted = QuantityField()
    expected_catch = QuantityField(
        null=True, help_text=_("Pieces of an item that is weighed and counted; empty for all others.")
    )
    counted_catch = QuantityField(null=True)
    reason = models.ForeignKey(
        "strategies.ReasonCode", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    accepted = models.BooleanField(null=True, blank=True, help_text=_("Empty: nobody has decided yet."))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty and accepted: the tolerance of its class did it."),
    )
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    counted_at = models.DateTimeField(default=now)
    move = models.OneToOneField(
        "inventory.Move", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["place", "attempt", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "attempt", "item", "lot", "serial", "handling_unit"],
                name="count_line_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(counted__gte=0), name="count_line_counted"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.item}"
