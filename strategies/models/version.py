"""What BOM and route versions have in common: dates, quantity, site and a life from draft to retired."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import QuantityField
from p2p.core.flow import Flow

VERSION_FLOW = Flow(
    "state",
    submit=({"draft"}, "in_approval"),
    approve=({"draft", "in_approval"}, "approved"),
    reject=({"in_approval"}, "draft"),
    reopen=({"approved"}, "draft"),
    activate=({"approved"}, "active"),
    deactivate=({"active"}, "approved"),
    retire=({"approved", "active"}, "retired"),
)


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_APPROVAL = "in_approval", _("In approval")
    APPROVED = "approved", _("Approved")
    ACTIVE = "active", _("Active")
    RETIRED = "retired", _("Retired")


class DateRange(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


class Version(models.Model):
    item = models.ForeignKey("strategies.Item", on_delete=models.CASCADE, related_name="%(class)ss")
    site = models.ForeignKey(
        "strategies.Site", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=12, choices=VersionState.choices, default=VersionState.DRAFT)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True, help_text=_("Last day."))
    from_quantity = QuantityField(default=0, help_text=_("For orders of this quantity or more."))
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, help_text=_("Why this version was made."))
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.item} v{self.version}"


def one_active(name: str) -> ExclusionConstraint:
    """No two active versions of an item for the same site and quantity on one day."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            (F("item"), RangeOperators.EQUAL),
            (Coalesce(F("site"), Value(0)), RangeOperators.EQUAL),
            (F("from_quantity"), RangeOperators.EQUAL),
            (
                DateRange("valid_from", "valid_to", RangeBoundary(inclusive_upper=True)),
                RangeOperators.OVERLAPS,
            ),
        ],
        condition=Q(state="active"),
    )


def no_overlap(name: str, *columns: str) -> ExclusionConstraint:
    """No two rows with the same `columns` hold on one day (valid_from to valid_to, both inclusive)."""
    days = DateRange("valid_from", "valid_to", RangeBoundary(inclusive_upper=True))
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((F(column), RangeOperators.EQUAL) for column in columns),
            (days, RangeOperators.OVERLAPS),
        ],
    )


def once(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=["item", "site", "version"], name=name, nulls_distinct=False)


def dates_in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
        name=name,
    )
