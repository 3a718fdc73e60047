"""What the verbs of a calendar are given."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from p2p.core.rest import VerbSerializer


def efficiency() -> Any:
    return serializers.DecimalField(max_digits=24, decimal_places=12, required=False, default=Decimal(1))


def revision() -> Any:
    return serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Refused when the calendar has another one now.",
    )


class ShiftGiven(VerbSerializer):
    name = serializers.CharField(max_length=40)
    weekday = serializers.IntegerField(min_value=0, max_value=6)
    starts = serializers.TimeField()
    ends = serializers.TimeField()
    efficiency = efficiency()
    property = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
    valid_from = serializers.DateField(required=False, allow_null=True, default=None)
    valid_to = serializers.DateField(required=False, allow_null=True, default=None)


class WeekGiven(VerbSerializer):
    shifts = ShiftGiven(many=True)
    revision = revision()


class DayGiven(VerbSerializer):
    day = serializers.DateField()
    working = serializers.BooleanField(default=False)
    starts = serializers.TimeField(required=False, allow_null=True, default=None)
    ends = serializers.TimeField(required=False, allow_null=True, default=None)
    efficiency = efficiency()
    reason = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class DaysGiven(VerbSerializer):
    days = serializers.ListField(child=serializers.DateField(), min_length=1)
    entries = DayGiven(many=True)
    revision = revision()


class Years(VerbSerializer):
    years = serializers.ListField(child=serializers.IntegerField(), min_length=1)
