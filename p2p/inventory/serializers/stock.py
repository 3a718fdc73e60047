"""Stock as JSON, and what its verbs take."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from p2p.core.fields import plain
from p2p.core.rest import KeyField, RecordSerializer, VerbSerializer
from p2p.core.rest.serializers import DecimalText
from p2p.inventory.models import Balance, Hold, Lot, Move, Reservation, Serial
from p2p.inventory.selectors.stocklists import Figures
from p2p.inventory.serializers.measured import MeasuredInput
from p2p.inventory.services.ledger import MoveLine
from strategies.models import Item, Location, ReasonCode, Site


def quantity(**also: Any) -> DecimalText:
    return DecimalText(max_digits=24, decimal_places=12, **also)


class BalanceSerializer(RecordSerializer):
    site = serializers.CharField(source="location.site.code", read_only=True)
    location = KeyField(key="code", read_only=True)
    lot = KeyField(key="number", read_only=True)
    serial = KeyField(key="number", read_only=True)
    unit = serializers.CharField(source="item.unit.code", read_only=True)
    catch_unit = serializers.CharField(source="item.catch_unit.code", read_only=True, default=None)
    held = serializers.BooleanField(read_only=True)
    available = quantity(read_only=True)

    class Meta:
        model = Balance
        fields = (
            "id", "site", "location", "item", "lot", "serial", "handling_unit", "unit", "quantity", "catch_unit",
            "catch_quantity", "reserved", "held", "available",
        )  # fmt: skip


class MoveSerializer(RecordSerializer):
    site = serializers.CharField(source="source.site.code", read_only=True)
    source = KeyField(key="code", read_only=True)
    target = KeyField(key="code", read_only=True)
    lot = KeyField(key="number", read_only=True)
    serial = KeyField(key="number", read_only=True)
    reason = KeyField(key="code", read_only=True)
    reverses = KeyField(key="pk", read_only=True)

    class Meta:
        model = Move
        fields = (
            "id", "kind", "site", "item", "lot", "serial", "handling_unit", "source", "target", "quantity",
            "catch_quantity", "reason", "reference", "reverses", "effective_at", "posted_at", "by",
        )  # fmt: skip


class LotSerializer(RecordSerializer):
    class Meta:
        model = Lot
        fields = ("item", "number", "vendor_lot", "made_on", "expires_on", "attributes", "created_at")
        read_only_fields = ("created_at",)
        validators = ()


class ReservationSerializer(RecordSerializer):
    location = KeyField(key="code", read_only=True)
    lot = KeyField(key="number", read_only=True)
    serial = KeyField(key="number", read_only=True)
    handling_unit = KeyField(key="number", read_only=True)

    class Meta:
        model = Reservation
        fields = (
            "id", "item", "location", "lot", "serial", "handling_unit", "quantity", "reference", "reserved_at", "by",
        )  # fmt: skip


class HoldSerializer(RecordSerializer):
    location = KeyField(key="code", read_only=True)
    lot = KeyField(key="number", read_only=True)
    serial = KeyField(key="number", read_only=True)
    reason = KeyField(key="code", read_only=True)

    class Meta:
        model = Hold
        fields = (
            "id", "kind", "blocks", "item", "lot", "serial", "location", "reason", "note", "reference", "placed_at",
            "placed_by", "released_at", "released_by",
        )  # fmt: skip


class CardLineSerializer(VerbSerializer):
    """A line of a stock card."""

    move = MoveSerializer()
    change = quantity()
    balance = quantity()


# ---- what verbs take


def _place(site: Site, code: str, field: str) -> Location:
    found = Location.objects.filter(site=site, code=code).select_related("site").first()
    if found is None:
        sentence = _("There is no location {code} at {site}.").format(code=code, site=site.code)
        raise serializers.ValidationError({field: sentence})
    return found


def _piece(model: Any, item: Item | None, number: str | None, field: str) -> Any:
    if not number:
        return None
    if item is None:
        raise serializers.ValidationError({"item": _("Say of which item {number} is.").format(number=number)})
    found = model.objects.filter(item=item, number=number).first()
    if found is None:
        raise serializers.ValidationError(
            {field: _("{item} has no {number}.").format(item=item.number, number=number)}
        )
    return found


class LineInput(MeasuredInput):
    """A move of the ledger: places and pieces by their codes, at one site."""

    site = KeyField(key="code", queryset=Site.objects.all())
    item = KeyField(key="number", queryset=Item.objects.select_related("unit"))
    source = serializers.CharField()
    target = serializers.CharField()
    kind = serializers.ChoiceField(choices=Move.Kind.choices)
    lot = serializers.CharField(required=False, allow_null=True)
    serial = serializers.CharField(required=False, allow_null=True)
    reason = KeyField(key="code", queryset=ReasonCode.objects.all(), required=False, allow_null=True)
    reference = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    effective_at = serializers.DateTimeField(required=False, allow_null=True)
    catch_quantity = serializers.DecimalField(
        max_digits=24, decimal_places=12, required=False, allow_null=True
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        given = super().validate(given)
        site = given.pop("site")
        return {
            **given,
            "source": _place(site, given["source"], "source"),
            "target": _place(site, given["target"], "target"),
            "lot": _piece(Lot, given["item"], given.get("lot"), "lot"),
            "serial": _piece(Serial, given["item"], given.get("serial"), "serial"),
        }


class PostInput(VerbSerializer):
    lines = LineInput(many=True, allow_empty=False)

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[MoveLine]:
        return [MoveLine(**line) for line in lines]


class ReverseInput(VerbSerializer):
    reason = KeyField(
        key="code",
        queryset=ReasonCode.objects.filter(kind=ReasonCode.Kind.REVERSAL),
        required=False,
        allow_null=True,
    )
    at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class HoldInput(VerbSerializer):
    """Without an item everything at the place is held."""

    item = KeyField(key="number", queryset=Item.objects.all(), required=False, allow_null=True, default=None)
    kind = serializers.ChoiceField(choices=Hold.Kind.choices, default=Hold.Kind.QUALITY)
    blocks = serializers.ChoiceField(choices=Hold.Blocks.choices, default=Hold.Blocks.USE)
    site = KeyField(key="code", queryset=Site.objects.all(), required=False, allow_null=True)
    location = serializers.CharField(required=False, allow_null=True)
    lot = serializers.CharField(required=False, allow_null=True)
    serial = serializers.CharField(required=False, allow_null=True)
    reason = KeyField(
        key="code",
        queryset=ReasonCode.objects.filter(kind=ReasonCode.Kind.HOLD),
        required=False,
        allow_null=True,
    )
    note = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    reference = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        site, code = given.pop("site", None), given.pop("location", None)
        if code and site is None:
            raise serializers.ValidationError({"site": _("Say at which site the place is.")})
        return {
            **given,
            "location": _place(site, code, "location") if code else None,
            "lot": _piece(Lot, given["item"], given.get("lot"), "lot"),
            "serial": _piece(Serial, given["item"], given.get("serial"), "serial"),
        }


class TotalsSerializer(VerbSerializer):
    on_hand = quantity()
    reserved = quantity()
    held = quantity()
    claimed = quantity()
    available = quantity()


class StockByItemSerializer(RecordSerializer):
    """Figures of an item; null where they are not known any more."""

    unit = KeyField(key="code", read_only=True)
    catch_unit = KeyField(key="code", read_only=True)
    group = KeyField(key="code", read_only=True)

    class Meta:
        model = Item
        fields = ("number", "name", "unit", "catch_unit", "group")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        figures = Figures(instance)
        names = (*Figures.NAMES[:3], "claimed", "available")
        said = {name: getattr(figures, name) for name in names} | {"catch_quantity": instance.pieces}
        return super().to_representation(instance) | {
            name: None if value is None else plain(value) for name, value in said.items()
        }


class ItemStockSerializer(RecordSerializer):
    unit = KeyField(key="code", read_only=True)

    class Meta:
        model = Item
        fields = ("number", "name", "unit", "tracking")
