"""What is bought, made, stored and sold, and how each site supplies it."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import CodeField, PriceField, QuantityField, RateField
from p2p.core.history import track
from strategies.models.site import ReserveAt


class Flushing(models.TextChoices):
    """When a component leaves stock (Dynamics 365: flushing principle)."""

    MANUAL = "manual", _("Picked by hand")
    START = "start", _("At start")
    OPERATION = "operation", _("At each report")
    FINISH = "finish", _("At finish")
    ARRIVAL = "arrival", _("On arrival at the line")


class ItemGroup(models.Model):
    code = CodeField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


@track()
class Item(models.Model):
    class Kind(models.TextChoices):
        PRODUCT = "product", _("Product")
        MATERIAL = "material", _("Material")
        SERVICE = "service", _("Service")

    class Tracking(models.TextChoices):
        NONE = "none", _("Not tracked")
        LOT = "lot", _("By lot")
        SERIAL = "serial", _("By serial number")

    number = CodeField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.MATERIAL)
    group = models.ForeignKey(
        ItemGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="items"
    )
    unit = models.ForeignKey("strategies.Unit", on_delete=models.PROTECT, related_name="+")
    tracking = models.CharField(max_length=8, choices=Tracking.choices, default=Tracking.NONE)
    shelf_life_days = models.PositiveIntegerField(null=True, blank=True)
    retest_days = models.PositiveIntegerField(null=True, blank=True)
    catch_unit = models.ForeignKey(
        "strategies.Unit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Catch weight: it is weighed in its unit and counted in this one as well."),
    )
    catch_least = QuantityField(
        null=True, blank=True, help_text=_("The least that one of these weighs, in the item's unit.")
    )
    catch_most = QuantityField(
        null=True, blank=True, help_text=_("The most that one of these weighs, in the item's unit.")
    )
    flushing = models.CharField(
        max_length=10,
        choices=Flushing.choices,
        default=Flushing.MANUAL,
        help_text=_("How it is consumed where its BOM line does not say."),
    )
    phantom = models.BooleanField(
        default=False, help_text=_("New BOM lines explode it into its own components.")
    )
    setup_family = models.ForeignKey(
        "strategies.SetupFamily", on_delete=models.PROTECT, null=True, blank=True, related_name="items"
    )
    variant_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="variants"
    )
    list_price = PriceField(null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    source_system = models.CharField(max_length=40, blank=True)
    external_id = CodeField(max_length=60, blank=True)
    active = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "external_id"],
                condition=~Q(external_id=""),
                name="item_external_id_once",
            ),
            models.CheckConstraint(condition=~Q(variant_of=models.F("id")), name="item_variant_of_another"),
            models.CheckConstraint(
                condition=Q(catch_unit__isnull=True, catch_least__isnull=True, catch_most__isnull=True)
                | Q(
                    catch_unit__isnull=False,
                    catch_least__isnull=False,
                    catch_most__isnull=False,
                    catch_least__gt=0,
                    catch_most__gte=models.F("catch_least"),
                ),
                name="item_catch_weight",
            ),
        ]
        # What a list or a field looks for stands anywhere in a number or name, in small or capital letters.
        indexes = [
            GinIndex(
                *(OpClass(Upper(name), name="gin_trgm_ops") for name in ("number", "name", "external_id")),
                name="item_words",
            )
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("strategies:item", args=[self.number])


@track()
class ItemPolicy(models.Model):
    """Default order settings of an item, or of those of its variants that have the attributes of `variant`.

    A row for a site outranks every row for all sites; among these the highest rank wins.
    """

    class Supply(models.TextChoices):
        MAKE = "make", _("Make")
        BUY = "buy", _("Buy")
        TRANSFER = "transfer", _("Transfer")
        SUBCONTRACT = "subcontract", _("Subcontract")

    class Mode(models.TextChoices):
        DISCRETE = "discrete", _("Discrete")
        PROCESS = "process", _("Process")
        LEAN = "lean", _("Lean")
        PROJECT = "project", _("Project")

    class Strategy(models.TextChoices):
        STOCK = "mts", _("Make to stock")
        ORDER = "mto", _("Make to order")
        ASSEMBLE = "ato", _("Assemble to order")
        ENGINEER = "eto", _("Engineer to order")

    class Lot(models.TextChoices):
        LOT_FOR_LOT = "lot_for_lot", _("Lot for lot")
        FIXED = "fixed", _("Fixed quantity")
        PERIOD = "period", _("Period")
        MIN_MAX = "min_max", _("Min/max")

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="policies")
    site = models.ForeignKey(
        "strategies.Site", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    variant = models.JSONField(
        default=dict, blank=True, help_text=_("Attributes a variant must have; empty: all of them.")
    )
    rank = models.PositiveIntegerField(default=0, help_text=_("The highest that fits wins."))
    stopped = models.BooleanField(default=False, help_text=_("No new orders are planned."))
    supply = models.CharField(max_length=12, choices=Supply.choices, default=Supply.BUY)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.DISCRETE)
    strategy = models.CharField(max_length=4, choices=Strategy.choices, default=Strategy.STOCK)
    lot_policy = models.CharField(max_length=12, choices=Lot.choices, default=Lot.LOT_FOR_LOT)
    fixed_quantity = QuantityField(null=True, blank=True)
    minimum_quantity = QuantityField(default=0)
    maximum_quantity = QuantityField(null=True, blank=True)
    multiple_quantity = QuantityField(default=0)
    period_days = models.PositiveIntegerField(default=0)
    lead_time_days = models.PositiveIntegerField(default=0)
    safety_stock = QuantityField(default=0)
    reorder_point = QuantityField(default=0)
    yield_fraction = RateField(default=1)
    vendor = models.ForeignKey(
        "strategies.Vendor", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    location = models.ForeignKey(
        "strategies.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reserve_at = models.CharField(
        max_length=10,
        choices=ReserveAt.choices,
        blank=True,
        help_text=_("When this material is reserved for an order; empty: as the site says."),
    )

    class Meta:
        ordering = ["item", "site", "-rank", "id"]
        verbose_name_plural = "item policies"
        constraints = [
            models.UniqueConstraint(
                fields=["item", "site", "rank"], name="item_policy_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(variant={}) | Q(rank__gt=0), name="item_policy_of_variants_has_rank"
            ),
            models.CheckConstraint(
                condition=Q(
                    minimum_quantity__gte=0,
                    multiple_quantity__gte=0,
                    safety_stock__gte=0,
                    reorder_point__gte=0,
                ),
                name="item_policy_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(maximum_quantity__isnull=True)
                | Q(maximum_quantity__gte=models.F("minimum_quantity")),
                name="item_policy_max_above_min",
            ),
            models.CheckConstraint(
                condition=Q(yield_fraction__gt=0, yield_fraction__lte=1), name="item_policy_yield"
            ),
            models.CheckConstraint(
                condition=~Q(lot_policy="fixed") | Q(fixed_quantity__gt=0), name="item_policy_fixed_quantity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} @ {self.site or '*'}"
