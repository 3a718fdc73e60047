"""Where production happens and in which money it is counted."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import CodeField, RateField


class Currency(models.Model):
    code = CodeField(max_length=3, unique=True)
    name = models.CharField(max_length=60)
    minor_digits = models.PositiveSmallIntegerField(
        default=2, help_text=_("Digits after the point in postings.")
    )

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "currencies"
        constraints = [models.CheckConstraint(condition=Q(minor_digits__lte=4), name="currency_minor_digits")]

    def __str__(self) -> str:
        return self.code


class ExchangeRate(models.Model):
    """One unit of `source` costs `rate` units of `target` from `valid_from` on."""

    source = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="rates_from")
    target = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="rates_to")
    valid_from = models.DateField()
    rate = RateField()

    class Meta:
        ordering = ["source", "target", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "valid_from"], name="exchange_rate_once"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchange_rate_positive"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="exchange_rate_two_currencies"),
        ]

    def __str__(self) -> str:
        return f"{self.source}/{self.target} {self.valid_from}"


class ReserveAt(models.TextChoices):
    """When the materials of a production order are reserved (Dynamics 365: reservation principle)."""

    MANUAL = "manual", _("By hand")
    FIRMING = "firming", _("When firmed")
    SCHEDULING = "scheduling", _("When scheduled")
    RELEASE = "release", _("When released")
    START = "start", _("When started")


class Site(models.Model):
    class ScrapRule(models.TextChoices):
        DIVISOR = "divisor", _("needed ÷ (1 − scrap)")
        MARKUP = "markup", _("needed × (1 + scrap)")

    code = CodeField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    time_zone = models.CharField(max_length=60, default="UTC")
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    calendar = models.ForeignKey(
        "strategies.Calendar", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    scrap_rule = models.CharField(max_length=10, choices=ScrapRule.choices, default=ScrapRule.DIVISOR)
    may_go_negative = models.BooleanField(
        default=False, help_text=_("Stock may be booked below zero at this site.")
    )
    approval_by_another = models.BooleanField(
        default=False,
        help_text=_("BOM and route versions are submitted first and approved by somebody else."),
    )
    reserve_at = models.CharField(
        max_length=10,
        choices=ReserveAt.choices,
        default=ReserveAt.RELEASE,
        help_text=_("When materials of an order are reserved, where item and order do not say."),
    )
    over_report_fraction = RateField(
        default=0, help_text=_("How far above the order a report may go, 0.05 = 5 %.")
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(over_report_fraction__gte=0), name="site_over_report")
        ]

    def __str__(self) -> str:
        return self.code


class Location(models.Model):
    """A place that holds stock, or the far side of a move that leaves or enters our stock."""

    class Kind(models.TextChoices):
        STORE = "store", _("Store")
        LINE_SIDE = "line_side", _("Line side")
        RECEIVING = "receiving", _("Receiving")
        SHIPPING = "shipping", _("Shipping")
        QUARANTINE = "quarantine", _("Quarantine")
        VENDOR = "vendor", _("At vendor")
        TRANSIT = "transit", _("In transit")
        SUPPLIER = "supplier", _("Supplier (outside)")
        CUSTOMER = "customer", _("Customer (outside)")
        PRODUCTION = "production", _("Production (outside)")
        SCRAP = "scrap", _("Scrap (outside)")
        ADJUSTMENT = "adjustment", _("Adjustment (outside)")

    OUTSIDE = (Kind.SUPPLIER, Kind.CUSTOMER, Kind.PRODUCTION, Kind.SCRAP, Kind.ADJUSTMENT)

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="locations")
    code = CodeField(max_length=30)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.STORE)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    vendor = models.ForeignKey(
        "strategies.Vendor", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    nettable = models.BooleanField(default=True, help_text=_("Its stock counts in planning."))
    walk_order = models.PositiveIntegerField(
        default=0, help_text=_("Turn on the way through the store, for picking and counting.")
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["site", "code"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="location_code_once"),
            models.CheckConstraint(
                condition=~Q(kind="vendor") | Q(vendor__isnull=False), name="location_at_vendor_names_vendor"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def holds_stock(self) -> bool:
        return self.kind not in self.OUTSIDE
