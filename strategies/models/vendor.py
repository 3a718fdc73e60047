"""Who supplies us and works for us, at which price, and when an operation may go out."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import CodeField, PriceField, QuantityField, RateField
from p2p.core.history import track
from strategies.models.version import DateRange


@track()
class Vendor(models.Model):
    number = CodeField(max_length=30, unique=True)
    name = models.CharField(max_length=150)
    currency = models.ForeignKey("strategies.Currency", on_delete=models.PROTECT, related_name="+")
    calendar = models.ForeignKey(
        "strategies.Calendar", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    email = models.EmailField(blank=True)
    preferred = models.BooleanField(default=False)
    subcontractor = models.BooleanField(default=False, help_text=_("Works on our operations."))
    active = models.BooleanField(default=True)
    source_system = models.CharField(max_length=40, blank=True)
    external_id = CodeField(max_length=60, blank=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("strategies:vendor", args=[self.number])


@track()
class VendorPrice(models.Model):
    """Price per one `unit` from `minimum_quantity` on, for an item or for work on one of its operations."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="prices")
    item = models.ForeignKey("strategies.Item", on_delete=models.CASCADE, related_name="vendor_prices")
    operation_number = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Empty: the item itself.")
    )
    unit = models.ForeignKey("strategies.Unit", on_delete=models.PROTECT, related_name="+")
    currency = models.ForeignKey("strategies.Currency", on_delete=models.PROTECT, related_name="+")
    price = PriceField()
    minimum_quantity = QuantityField(default=0)
    order_minimum = QuantityField(null=True, blank=True)
    order_maximum = QuantityField(null=True, blank=True)
    lead_time_days = models.PositiveIntegerField(default=0)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text=_("Last day."))

    class Meta:
        ordering = ["item", "vendor", "operation_number", "minimum_quantity", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "item", "operation_number", "unit", "minimum_quantity", "valid_from"],
                name="vendor_price_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, minimum_quantity__gte=0), name="vendor_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="vendor_price_dates",
            ),
            ExclusionConstraint(
                name="vendor_price_no_overlap",
                expressions=[
                    *(
                        (F(name), RangeOperators.EQUAL)
                        for name in ("vendor", "item", "unit", "minimum_quantity")
                    ),
                    (Coalesce(F("operation_number"), Value(0)), RangeOperators.EQUAL),
                    (
                        DateRange("valid_from", "valid_to", RangeBoundary(inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vendor}: {self.item}"


@track()
class OutsourcingPolicy(models.Model):
    """When an operation of an item goes to a vendor. Recorded here, used by planning, shown where
    outsourcing works.
    """

    class Rule(models.TextChoices):
        MAKE = "make", _("Always in house")
        VENDOR = "vendor", _("Always at the vendor")
        OVERFLOW = "overflow", _("At the vendor on overload or downtime")

    class Supply(models.TextChoices):
        SEND = "send", _("We send the components")
        CONSIGNED = "consigned", _("Our stock lies at the vendor")
        VENDOR = "vendor", _("The vendor procures")

    site = models.ForeignKey("strategies.Site", on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey("strategies.Item", on_delete=models.CASCADE, related_name="outsourcing_policies")
    operation_number = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Empty: the whole item.")
    )
    rule = models.CharField(max_length=8, choices=Rule.choices, default=Rule.VENDOR)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    supply = models.CharField(max_length=10, choices=Supply.choices, default=Supply.SEND)
    lead_time_days = models.PositiveIntegerField(default=0)
    allowed_loss_fraction = RateField(default=0)
    overflow_load = RateField(
        default=1, help_text=_("Goes out above this load of the work centre, 0.9 = 90 %.")
    )
    overflow_on_downtime = models.BooleanField(default=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["site", "item", "operation_number", "-valid_from"]
        verbose_name_plural = "outsourcing policies"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "item", "operation_number", "vendor", "valid_from"],
                name="outsourcing_policy_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(allowed_loss_fraction__gte=0, allowed_loss_fraction__lt=1),
                name="outsourcing_policy_loss",
            ),
            models.CheckConstraint(condition=Q(overflow_load__gte=0), name="outsourcing_policy_overflow"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="outsourcing_policy_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.operation_number or ''} → {self.vendor}"


class VendorRating(models.Model):
    """A dated figure that quality writes nightly, so that planning can weigh vendors without looking
    right."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="ratings")
    rated_on = models.DateField()
    on_time_fraction = RateField(null=True)
    accepted_fraction = RateField(null=True)

    class Meta:
        ordering = ["vendor", "-rated_on"]
        constraints = [models.UniqueConstraint(fields=["vendor", "rated_on"], name="vendor_rating_once")]

    def __str__(self) -> str:
        return f"{self.vendor} {self.rated_on}"
