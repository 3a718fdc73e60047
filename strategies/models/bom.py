"""Bills of material."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import QuantityField, RateField
from p2p.core.history import track
from strategies.models.item import Flushing as ItemFlushing
from strategies.models.version import Version, dates_in_order, once, one_active


@track()
class BomVersion(Version):
    class Kind(models.TextChoices):
        BOM = "bom", _("Bill of materials")
        FORMULA = "formula", _("Process formula")

    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.BOM)
    batch_quantity = QuantityField(default=1, help_text=_("Line quantities are for this many of the item."))
    yield_fraction = RateField(default=1)
    multiple_quantity = QuantityField(
        default=0, help_text=_("Orders are rounded up to multiples of this; 0: any quantity.")
    )

    class Meta:
        ordering = ["item", "site", "-version"]
        constraints = [
            once("bom_version_once"),
            one_active("bom_version_one_active"),
            dates_in_order("bom_version_dates"),
            models.CheckConstraint(
                condition=Q(batch_quantity__gt=0, multiple_quantity__gte=0), name="bom_version_batch"
            ),
            models.CheckConstraint(
                condition=Q(yield_fraction__gt=0, yield_fraction__lte=1), name="bom_version_yield"
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("strategies:bom", args=[self.pk])


@track()
class BomLine(models.Model):
    class Kind(models.TextChoices):
        ITEM = "item", _("Item")
        PHANTOM = "phantom", _("Phantom")
        PEGGED = "pegged", _("Pegged supply")
        VENDOR = "vendor", _("Supplied by the vendor")
        SUBCONTRACT = "subcontract", _("Supplied to the subcontractor")

    FROM_STOCK = (Kind.ITEM, Kind.PEGGED, Kind.SUBCONTRACT)
    """Kinds that are taken from our own stock: to the floor, or with the pieces to a vendor."""

    class Consumption(models.TextChoices):
        VARIABLE = "variable", _("Per piece")
        CONSTANT = "constant", _("Per order")

    Flushing = ItemFlushing

    class Formula(models.TextChoices):
        STANDARD = "standard", _("Quantity")
        HEIGHT = "height", _("Height × quantity")
        AREA = "area", _("Height × width × quantity")
        VOLUME = "volume", _("Height × width × depth × quantity")
        DENSITY = "density", _("(Height × width × depth ÷ density) × quantity")
        STEP = "step", _("Steps by order quantity")
        PERCENT = "percent", _("Percent of the batch")

    class Rounding(models.TextChoices):
        NONE = "none", _("Not rounded")
        QUANTITY = "quantity", _("Up to multiples of the quantity")
        MEASUREMENT = "measurement", _("Whole raw pieces")
        CONSUMPTION = "consumption", _("Up to multiples of the whole consumption")

    bom = models.ForeignKey(BomVersion, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    component = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="used_in")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.ITEM)
    consumption = models.CharField(max_length=8, choices=Consumption.choices, default=Consumption.VARIABLE)
    quantity = QuantityField()
    unit = models.ForeignKey("strategies.Unit", on_delete=models.PROTECT, related_name="+")
    series = QuantityField(default=1, help_text=_("The quantity is for so many batches (per 1, 100, 1000)."))
    formula = models.CharField(max_length=8, choices=Formula.choices, default=Formula.STANDARD)
    height = QuantityField(null=True, blank=True)
    width = QuantityField(null=True, blank=True)
    depth = QuantityField(null=True, blank=True)
    density = QuantityField(null=True, blank=True)
    rounding = models.CharField(max_length=11, choices=Rounding.choices, default=Rounding.NONE)
    rounding_multiple = QuantityField(default=0)
    percent = RateField(null=True, blank=True, help_text=_("Share of the batch, 0.25 = 25 %."))
    scalable = models.BooleanField(
        default=True, help_text=_("Follows when the batch or another line is rescaled.")
    )
    component_bom = models.ForeignKey(
        BomVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: the version that is active on the day."),
    )
    component_route = models.ForeignKey(
        "strategies.RouteVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: the version that is active on the day."),
    )
    vendor = models.ForeignKey(
        "strategies.Vendor", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    location = models.ForeignKey(
        "strategies.Location",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: where the work centre that does the work takes from."),
    )
    ends = models.BooleanField(
        default=False, help_text=_("Its first issue ends the line, whatever was taken.")
    )
    note = models.CharField(max_length=200, blank=True)
    scrap_fraction = RateField(default=0)
    scrap_quantity = QuantityField(default=0, help_text=_("Lost once per order."))
    operation_number = models.PositiveIntegerField(null=True, blank=True)
    flushing = models.CharField(
        max_length=10,
        choices=ItemFlushing.choices,
        default="",
        blank=True,
        help_text=_("Empty: as the component says."),
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True, help_text=_("Last day."))

    class Meta:
        ordering = ["bom", "position"]
        indexes = [models.Index(fields=["component", "bom"], name="bom_line_where_used")]
        constraints = [
            models.UniqueConstraint(fields=["bom", "position"], name="bom_line_position_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0, series__gt=0), name="bom_line_quantity"),
            models.CheckConstraint(
                condition=(
                    Q(formula__in=("standard", "step", "percent"))
                    | Q(formula="height", height__gt=0)
                    | Q(formula="area", height__gt=0, width__gt=0)
                    | Q(formula="volume", height__gt=0, width__gt=0, depth__gt=0)
                    | Q(formula="density", height__gt=0, width__gt=0, depth__gt=0, density__gt=0)
                ),
                name="bom_line_measures_of_formula",
            ),
            models.CheckConstraint(
                condition=~Q(formula="percent") | Q(percent__gt=0, percent__lte=1), name="bom_line_percent"
            ),
            models.CheckConstraint(
                condition=Q(rounding="none") | Q(rounding_multiple__gt=0), name="bom_line_rounding"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=("vendor", "subcontract")) | Q(operation_number__isnull=False),
                name="bom_line_of_a_vendor_has_operation",
            ),
            models.CheckConstraint(
                condition=Q(scrap_fraction__gte=0, scrap_fraction__lt=1, scrap_quantity__gte=0),
                name="bom_line_scrap",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="bom_line_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bom} {self.position} {self.component}"


@track()
class BomOutput(models.Model):
    """A co- or by-product that comes out beside the item."""

    class Kind(models.TextChoices):
        CO = "co", _("Co-product")
        BY = "by", _("By-product")

    bom = models.ForeignKey(BomVersion, on_delete=models.CASCADE, related_name="outputs")
    item = models.ForeignKey("strategies.Item", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=2, choices=Kind.choices, default=Kind.CO)
    quantity = QuantityField()
    unit = models.ForeignKey("strategies.Unit", on_delete=models.PROTECT, related_name="+")
    cost_share = RateField(default=0)

    class Meta:
        ordering = ["bom", "item"]
        constraints = [
            models.UniqueConstraint(fields=["bom", "item"], name="bom_output_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="bom_output_quantity"),
            models.CheckConstraint(
                condition=Q(cost_share__gte=0, cost_share__lte=1), name="bom_output_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bom} → {self.item}"
