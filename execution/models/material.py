"""The order's own link to its stock moves."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.fields import QuantityField, RateField


class Adjustment(models.Model):
    """What somebody at the machine said of a component's use: more was taken, or some of it given back. Never changed;
    `reverses` is the one it takes back."""

    material = models.ForeignKey("planning.Material", on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField(help_text=_("In the item's unit: above zero taken, below it given back."))
    beyond = QuantityField(
        default=0,
        help_text=_(
            "Of it what the order does not want by itself: reports flush neither more nor less for it."
        ),
    )
    reason = models.ForeignKey(
        "strategies.ReasonCode", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    report = models.ForeignKey(
        "execution.Report",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("What it had taken was given back; without that report there is nothing left to say."),
    )
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    posted_at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(quantity=0), name="adjustment_quantity")]

    def __str__(self) -> str:
        return f"{self.material_id} {self.quantity}"


class MaterialMove(models.Model):
    """An issue, return or correction of a component."""

    material = models.ForeignKey("planning.Material", on_delete=models.PROTECT, related_name="+")
    move = models.OneToOneField("inventory.Move", on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(
        "execution.Report", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    pick_line = models.ForeignKey(
        "execution.PickLine", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    adjustment = models.ForeignKey(
        Adjustment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    again_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The issue of which this is what stayed, or what was taken again."),
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.material_id} {self.move_id}"


class GivenUp(models.Model):
    """What an order needed of a component and is not expected any more: a report ended its picking list, or the first
    issue of a line that ends with it. It counts while that report or issue stands."""

    material = models.ForeignKey("planning.Material", on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(
        "execution.Report", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    issue = models.ForeignKey(MaterialMove, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    quantity = QuantityField(help_text=_("In the item's unit."))
    picked = models.BooleanField(default=False, help_text=_("It stood on a pick list."))

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "given up"
        constraints = [
            models.UniqueConstraint(fields=["report", "material"], name="given_up_once"),
            models.UniqueConstraint(fields=["issue"], name="given_up_once_an_issue"),
            models.CheckConstraint(
                condition=Q(report__isnull=False, issue__isnull=True)
                | Q(report__isnull=True, issue__isnull=False),
                name="given_up_by_one",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="given_up_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.material_id} {self.report_id or self.issue_id}"


class Variation(models.Model):
    """What a report said of one output otherwise than expected: more or less of it, some of it scrap, or an output that
    nobody planned. It counts while that report stands, so that later reports do not level it out."""

    report = models.ForeignKey("execution.Report", on_delete=models.PROTECT, related_name="variations")
    output = models.ForeignKey("planning.Output", on_delete=models.PROTECT, related_name="+")
    expected = QuantityField(default=0, help_text=_("What would have come with the report by itself."))
    quantity = QuantityField(default=0, help_text=_("What came into stock."))
    scrap = QuantityField(default=0, help_text=_("What came and was thrown away."))
    reason = models.ForeignKey(
        "strategies.ReasonCode", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cost_share = RateField(default=0, help_text=_("Of the order's cost, for an output that nobody planned."))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["report", "output"], name="variation_once"),
            models.CheckConstraint(
                condition=Q(expected__gte=0, quantity__gte=0, scrap__gte=0), name="variation_quantities"
            ),
            models.CheckConstraint(condition=Q(cost_share__gte=0, cost_share__lte=1), name="variation_share"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.output_id}"


class OutputMove(models.Model):
    """A receipt of the order into stock."""

    output = models.ForeignKey("planning.Output", on_delete=models.PROTECT, related_name="+")
    move = models.OneToOneField("inventory.Move", on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(
        "execution.Report", on_delete=models.PROTECT, null=True, blank=True, related_name="output_moves"
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.output_id} {self.move_id}"
