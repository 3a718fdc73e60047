"""What verbs are given."""

from __future__ import annotations

from decimal import Decimal

from rest_framework import serializers

from p2p.core.rest import VerbSerializer


class Activation(VerbSerializer):
    replace = serializers.BooleanField(
        default=False, help_text="End the version that holds now the day before."
    )


class ManyVersions(VerbSerializer):
    versions = serializers.ListField(
        child=serializers.IntegerField(), allow_empty=False, help_text="Ids of approved versions."
    )
    replace = serializers.BooleanField(
        default=False, help_text="End the versions that hold now the day before."
    )


class Copy(VerbSerializer):
    valid_from = serializers.DateField(required=False, allow_null=True, default=None)


class DayException(VerbSerializer):
    day = serializers.DateField()
    working = serializers.BooleanField(default=False)
    starts = serializers.TimeField(required=False, allow_null=True, default=None)
    ends = serializers.TimeField(required=False, allow_null=True, default=None)
    efficiency = serializers.DecimalField(
        max_digits=24, decimal_places=12, required=False, default=Decimal(1)
    )
    reason = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class OneDay(VerbSerializer):
    day = serializers.DateField()
