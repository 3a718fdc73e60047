"""Cost versions: prices and rates that go in, standard costs that the roll-up makes of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import CodeField, PriceField, QuantityField, RateField
from p2p.core.flow import Flow
from p2p.core.runs import Run

COST_VERSION_FLOW = Flow("state", activate=({"pending"}, "active"), retire=({"active"}, "retired"))


class CostVersion(models.Model):
    class Kind(models.TextChoices):
        STANDARD = "standard", _("Standard")
        PLANNED = "planned", _("Planned")

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        ACTIVE = "active", _("Active")
        RETIRED = "retired", _("Retired")

    code = CodeField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.STANDARD)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    site = models.ForeignKey("strategies.Site", on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    activated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["site", "-valid_from", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "kind"], condition=Q(state="active"), name="cost_version_one_active"
            )
        ]

    def __str__(self) -> str:
        return self.code


class CostElement(models.Model):
    """A cost group: the column a cost keeps through all levels."""

    class Kind(models.TextChoices):
        MATERIAL = "material", _("Direct material")
        LABOUR = "labour", _("Direct labour and machine")
        OUTSOURCING = "outsourcing", _("Direct outsourcing")
        OVERHEAD = "overhead", _("Overhead")

    code = CodeField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=Kind.choices)

    class Meta:
        ordering = ["kind", "code"]

    def __str__(self) -> str:
        return self.name


class CostRate(models.Model):
    """An hour or a piece of a cost category, or overhead on top of an element, in a version."""

    version = models.ForeignKey(CostVersion, on_delete=models.CASCADE, related_name="rates")
    element = models.ForeignKey(CostElement, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(
        "strategies.CostCategory", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    per_hour = PriceField(default=0)
    per_piece = PriceField(
        null=True, blank=True, help_text=_("Of a category of pieces; empty: the rate is of an hour.")
    )
    surcharge_fraction = RateField(default=0, help_text=_("Of the base element's cost, 0.1 = 10 %."))
    base = models.ForeignKey(CostElement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["version", "element", "category"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "element", "category", "base"], name="cost_rate_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(per_hour__gte=0, surcharge_fraction__gte=0), name="cost_rate_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(category__isnull=False, base__isnull=True)
                | Q(category__isnull=True, base__isnull=False),
                name="cost_rate_hour_or_surcharge",
            ),
            models.CheckConstraint(
                condition=Q(per_piece__isnull=True) | Q(per_piece__gte=0, per_hour=0, category__isnull=False),
                name="cost_rate_hour_or_piece",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.element}"


class ItemPrice(models.Model):
    """What goes in for an item that is bought."""

    version = models.ForeignKey(CostVersion, on_delete=models.CASCADE, related_name="prices")
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    price = PriceField()
    source = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["version", "item"]
        constraints = [
            models.UniqueConstraint(fields=["version", "item"], name="item_price_once"),
            models.CheckConstraint(condition=Q(price__gte=0), name="item_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.item}"


class ItemCost(models.Model):
    """Per one of the item's unit: added at this level, and brought along from the levels below."""

    version = models.ForeignKey(CostVersion, on_delete=models.CASCADE, related_name="costs")
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    element = models.ForeignKey(CostElement, on_delete=models.PROTECT, related_name="+")
    this_level = PriceField(default=0)
    lower_level = PriceField(default=0)
    lot_size = QuantityField(default=1, help_text=_("Setup is spread over so many."))

    class Meta:
        ordering = ["version", "item", "element"]
        constraints = [models.UniqueConstraint(fields=["version", "item", "element"], name="item_cost_once")]

    def __str__(self) -> str:
        return f"{self.version} {self.item} {self.element}"


class RollupRun(Run):
    kind: ClassVar[str] = "rollup"
    job: ClassVar[str] = "costing.services.rollup.perform"

    version = models.ForeignKey(CostVersion, on_delete=models.PROTECT, related_name="runs")

    class Meta(Run.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"R-{self.pk:04d}"


class RollupWarning(models.Model):
    """What a roll-up could not know of an item; or what its figure rests on, which is no warning by itself."""

    INCOMPLETE, YIELD = "incomplete", "yield"
    NOTES = (INCOMPLETE, YIELD)

    run = models.ForeignKey(RollupRun, on_delete=models.CASCADE, related_name="warnings")
    code = models.CharField(max_length=40)
    item = models.ForeignKey("strategies.Item", on_delete=models.CASCADE, null=True, related_name="+")
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["run", "id"]

    def __str__(self) -> str:
        return self.code
