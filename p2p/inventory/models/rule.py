"""How stock is numbered, picked, kept and counted: by item, by group, or for all."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import CodeField, QuantityField, RateField


class CountClass(models.Model):
    """How often and how exactly stock of this class (APICS: ABC) is counted."""

    code = CodeField(max_length=10, unique=True)
    name = models.CharField(max_length=100)
    days_between = models.PositiveIntegerField(default=90)
    tolerance_fraction = RateField(
        default=0, help_text=_("A difference of up to this share is accepted at once, 0.01 = 1 %.")
    )
    tolerance_quantity = QuantityField(default=0, help_text=_("Or up to this many of the item's unit."))
    value_share = RateField(
        null=True, blank=True, help_text=_("Items up to this share of the yearly use in money, 0.8 = 80 %.")
    )

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "count classes"
        constraints = [
            models.CheckConstraint(
                condition=Q(tolerance_fraction__gte=0, tolerance_quantity__gte=0, days_between__gt=0),
                name="count_class_not_negative",
            )
        ]

    def __str__(self) -> str:
        return self.code


class StockRule(models.Model):
    """The first that fits is used: item at site, item, group at site, group, site, all. Empty: the next one's."""

    class Picking(models.TextChoices):
        FEFO = "fefo", _("First expired, first out")
        FIFO = "fifo", _("First in, first out")
        LIFO = "lifo", _("Last in, first out")

    class LotPer(models.TextChoices):
        RECEIPT = "receipt", _("Each receipt or report")
        ORDER = "order", _("Each order")
        DAY = "day", _("Each day")
        HAND = "hand", _("Named by hand")

    site = models.ForeignKey(
        "strategies.Site", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    group = models.ForeignKey(
        "strategies.ItemGroup", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    item = models.ForeignKey(
        "strategies.Item", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    lot_per = models.CharField(max_length=8, choices=LotPer.choices, blank=True)
    lot_pattern = models.CharField(
        max_length=80, blank=True, help_text=_("Such as {item}-{yy}{mm}{dd}-{n:3}.")
    )
    serial_pattern = models.CharField(max_length=80, blank=True, help_text=_("Such as {item}-{n:6}."))
    picking = models.CharField(max_length=4, choices=Picking.choices, blank=True)
    same_lot = models.BooleanField(null=True, blank=True, help_text=_("One need is served from one lot."))
    minimum_days = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Shelf life that must be left when used or delivered.")
    )
    receipt_days = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Shelf life that must be left when received.")
    )
    over_receipt_fraction = RateField(
        null=True, blank=True, help_text=_("How much more than ordered may be received, 0.1 = 10 %.")
    )
    count_class = models.ForeignKey(
        CountClass, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["item", "group", "site", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "group", "item"], name="stock_rule_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=True) | Q(group__isnull=True), name="stock_rule_of_item_or_group"
            ),
            models.CheckConstraint(
                condition=Q(over_receipt_fraction__isnull=True) | Q(over_receipt_fraction__gte=0),
                name="stock_rule_over_receipt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item or self.group or '*'} @ {self.site or '*'}"


class AttributeRule(models.Model):
    """A characteristic every lot of an item (or of a group) carries, and the limits it must keep."""

    item = models.ForeignKey(
        "strategies.Item", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    group = models.ForeignKey(
        "strategies.ItemGroup", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    characteristic = models.ForeignKey(
        "strategies.Characteristic", on_delete=models.PROTECT, related_name="+"
    )
    required = models.BooleanField(default=False)
    lower_limit = QuantityField(null=True, blank=True, help_text=_("Empty: the characteristic's own."))
    upper_limit = QuantityField(null=True, blank=True, help_text=_("Empty: the characteristic's own."))

    class Meta:
        ordering = ["item", "group", "characteristic"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "group", "characteristic"], name="attribute_rule_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=False, group__isnull=True)
                | Q(item__isnull=True, group__isnull=False),
                name="attribute_rule_of_item_or_group",
            ),
            models.CheckConstraint(
                condition=Q(lower_limit__isnull=True)
                | Q(upper_limit__isnull=True)
                | Q(lower_limit__lte=F("upper_limit")),
                name="attribute_rule_limits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item or self.group}: {self.characteristic}"


class PutAwayRule(models.Model):
    """Where what was received is put: the first place, by sequence, that still has room."""

    site_paths = ("site__code",)

    site = models.ForeignKey("strategies.Site", on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(
        "strategies.ItemGroup", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    item = models.ForeignKey(
        "strategies.Item", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    sequence = models.PositiveIntegerField(default=10)
    location = models.ForeignKey("strategies.Location", on_delete=models.CASCADE, related_name="+")
    capacity = QuantityField(
        null=True, blank=True, help_text=_("How much of an item this place takes; empty: any.")
    )
    only_same_item = models.BooleanField(default=False, help_text=_("Not where another item lies."))

    class Meta:
        ordering = ["site", "item", "group", "sequence", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "group", "item", "location"], name="put_away_rule_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=True) | Q(group__isnull=True), name="put_away_rule_of_item_or_group"
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gt=0), name="put_away_rule_capacity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item or self.group or '*'} → {self.location}"


class SupplyRule(models.Model):
    """How a line-side place is kept supplied: bins that are called for when empty, or a minimum and a maximum."""

    site_paths = ("location__site__code",)

    class Method(models.TextChoices):
        KANBAN = "kanban", _("Kanban")
        MIN_MAX = "min_max", _("Min/max")

    item = models.ForeignKey("strategies.Item", on_delete=models.CASCADE, related_name="+")
    location = models.ForeignKey("strategies.Location", on_delete=models.CASCADE, related_name="+")
    source = models.ForeignKey(
        "strategies.Location",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: any store of the site."),
    )
    method = models.CharField(max_length=8, choices=Method.choices, default=Method.MIN_MAX)
    card = CodeField(max_length=40, blank=True, help_text=_("What is scanned when a bin is empty."))
    bins = models.PositiveIntegerField(default=2)
    bin_quantity = QuantityField(null=True, blank=True)
    minimum = QuantityField(null=True, blank=True)
    maximum = QuantityField(null=True, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["location", "item"]
        constraints = [
            models.UniqueConstraint(fields=["item", "location"], name="supply_rule_once"),
            models.UniqueConstraint(fields=["card"], condition=~Q(card=""), name="supply_rule_card_once"),
            models.CheckConstraint(
                condition=(
                    Q(method="kanban")
                    & ~Q(card="")
                    & Q(bin_quantity__isnull=False, bin_quantity__gt=0, bins__gt=0)
                )
                | Q(
                    method="min_max",
                    minimum__isnull=False,
                    minimum__gte=0,
                    maximum__isnull=False,
                    maximum__gt=F("minimum"),
                ),
                name="supply_rule_figures",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} @ {self.location}"
