"""What is booked without an order, over REST."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from p2p.core.rest import KeyField, VerbSerializer
from p2p.inventory.engine.ranges import NoRange, numbers_in
from p2p.inventory.models import HandlingUnit
from p2p.inventory.serializers.measured import MeasuredInput
from p2p.inventory.services.by_hand import HOW, Act, HandLine
from strategies.models import Item, Location, ReasonCode, Site, Vendor


class SerialsField(serializers.Field[Any, Any, Any, Any]):
    """Serial numbers: a list, or a text such as "SN-1, SN-5..SN-9"."""

    def to_internal_value(self, data: Any) -> list[str]:
        if isinstance(data, list):
            return [str(each).strip() for each in data]
        try:
            return numbers_in(str(data or ""))
        except NoRange as no:
            raise serializers.ValidationError(
                _("{text} is no range of serial numbers, such as SN-1..SN-9.").format(text=no.text)
            ) from no

    def to_representation(self, value: Any) -> Any:
        return list(value)


def place_at(site: Site, code: str, field: str) -> Location:
    """The place of that code at the site; the error of the field when there is none."""
    found = Location.objects.filter(site=site, code=code).select_related("site").first()
    if found is None:
        sentence = _("There is no location {code} at {site}.").format(code=code, site=site.code)
        raise serializers.ValidationError({field: sentence})
    return found


def unit_key() -> Any:
    return KeyField(key="number", queryset=HandlingUnit.objects.all(), required=False, allow_null=True)


class HandLineInput(MeasuredInput):
    """`unit` is the unit of measure; `handling_unit` is what it is in, `into_unit` what it is put into."""

    site = KeyField(key="code", queryset=Site.objects.all())
    item = KeyField(key="number", queryset=Item.objects.select_related("unit"))
    place = serializers.CharField()
    to = serializers.CharField(required=False, allow_blank=True, default="")
    handling_unit = unit_key()
    into_unit = unit_key()
    lot = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    serials = SerialsField(required=False, default=list)
    vendor = KeyField(key="number", queryset=Vendor.objects.all(), required=False, allow_null=True)
    vendor_lot = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    catch_quantity = serializers.DecimalField(
        max_digits=24, decimal_places=12, required=False, allow_null=True
    )
    made_on = serializers.DateField(required=False, allow_null=True)
    expires_on = serializers.DateField(required=False, allow_null=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        given = super().validate(given)
        site, to = given.pop("site"), given.pop("to")
        inside = given.pop("handling_unit", None)
        return {
            **given,
            "unit": inside,
            "place": place_at(site, given["place"], "place"),
            "to": place_at(site, to, "to") if to else None,
        }


class ByHandInput(VerbSerializer):
    act = serializers.ChoiceField(choices=Act.choices)
    lines = HandLineInput(many=True, allow_empty=False)
    reason = serializers.CharField(required=False, allow_blank=True, default="")
    reference = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    at = serializers.DateTimeField(required=False, allow_null=True, default=None)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        return {
            **{name: given[name] for name in ("act", "reference", "at")},
            "lines": [HandLine(**line) for line in given["lines"]],
            "reason": reason_of(given["reason"], given["act"]),
        }


def reason_of(code: str, act: str) -> ReasonCode | None:
    """The reason of that code that the act may have: codes repeat from kind to kind."""
    if not code:
        return None
    kind = HOW[Act(act)].reason
    found = ReasonCode.objects.filter(code=code, **({"kind": kind} if kind else {})).first()
    if found is None:
        raise serializers.ValidationError(
            {"reason": _("There is no reason {code} for this.").format(code=code)}
        )
    return found
