"""Working time: a week of shifts and the days that differ."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import CodeField, RateField
from p2p.core.history import track


@track()
class Calendar(models.Model):
    code = CodeField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    time_zone = models.CharField(max_length=60, default="UTC")
    base = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Its exceptions hold here too, where this calendar has none of its own on that day."),
    )
    holiday_country = models.CharField(
        max_length=2, blank=True, help_text=_("ISO 3166 code; its public holidays are closed days.")
    )
    holiday_region = models.CharField(
        max_length=60, blank=True, help_text=_("ISO 3166-2 part, as BY or CA, or the library's own name.")
    )
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=~Q(base=models.F("id")), name="calendar_base_is_another")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("strategies:calendar", args=[self.code])


@track()
class CalendarShift(models.Model):
    """Works on `weekday` (0 Monday) from `starts` to `ends`; an end at or before the start is on the
    next day.
    """

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="shifts")
    name = models.CharField(max_length=40)
    weekday = models.PositiveSmallIntegerField()
    starts = models.TimeField()
    ends = models.TimeField()
    efficiency = RateField(default=1)
    property = models.CharField(
        max_length=30, blank=True, help_text=_("Only operations of this property run in it.")
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True, help_text=_("Last day."))

    class Meta:
        ordering = ["calendar", "weekday", "starts", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "weekday", "starts", "valid_from"],
                name="calendar_shift_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="calendar_shift_weekday"),
            models.CheckConstraint(condition=Q(efficiency__gt=0), name="calendar_shift_efficiency"),
        ]

    def __str__(self) -> str:
        return f"{self.calendar} {self.weekday} {self.starts:%H:%M}"


@track()
class CalendarException(models.Model):
    """A day that does not follow the week: closed, or open from `starts` to `ends`."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="exceptions")
    day = models.DateField()
    working = models.BooleanField(default=False)
    starts = models.TimeField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)
    efficiency = RateField(default=1)
    reason = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=20, blank=True, help_text=_("Empty: entered by hand."))

    class Meta:
        ordering = ["calendar", "day", "starts"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "day", "starts"], name="calendar_exception_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(working=False) | Q(starts__isnull=False, ends__isnull=False),
                name="calendar_exception_open_has_hours",
            ),
            models.CheckConstraint(condition=Q(efficiency__gt=0), name="calendar_exception_efficiency"),
        ]

    def __str__(self) -> str:
        return f"{self.calendar} {self.day}"
