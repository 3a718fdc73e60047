"""Receipts and deliveries as JSON, and what their verbs take."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from p2p.core.digits import whole
from p2p.core.rest import KeyField, RecordSerializer, VerbSerializer
from p2p.core.rest.serializers import DecimalText
from p2p.inventory.models import HandlingUnit, Lot, Serial
from p2p.inventory.serializers import MeasuredInput
from p2p.inventory.serializers.by_hand import SerialsField, place_at, unit_key
from planning.models import Demand, DemandMove, ReplenishmentMove, ReplenishmentOrder, ShipmentMove
from strategies.models import Item, ReasonCode, Site


class _MovedSerializer(RecordSerializer):
    """What a document's link to a move shows of the move."""

    move = KeyField(key="pk", read_only=True)
    site = serializers.SerializerMethodField()
    item = serializers.CharField(source="move.item.number", read_only=True)
    quantity = DecimalText(max_digits=24, decimal_places=12, source="move.quantity", read_only=True)
    unit = serializers.CharField(source="move.item.unit.code", read_only=True)
    kind = serializers.CharField(source="move.kind", read_only=True)
    lot = serializers.CharField(source="move.lot.number", read_only=True, default=None)
    serial = serializers.CharField(source="move.serial.number", read_only=True, default=None)
    source = serializers.CharField(source="move.source.code", read_only=True)
    target = serializers.CharField(source="move.target.code", read_only=True)
    effective_at = serializers.DateTimeField(source="move.effective_at", read_only=True)
    takes_back = serializers.IntegerField(source="move.reverses_id", read_only=True)

    def get_site(self, row: Any) -> str:
        return str(row.move.source.site.code)


MOVED = (
    "move", "site", "item", "quantity", "unit", "kind", "lot", "serial", "source", "target", "delivery_note",
    "effective_at", "takes_back",
)  # fmt: skip


class ReceiptSerializer(_MovedSerializer):
    order = KeyField(key="number", read_only=True)
    vendor = serializers.CharField(source="order.vendor.number", read_only=True, default=None)

    class Meta:
        model = ReplenishmentMove
        fields = ("id", "order", "vendor", *MOVED, "price")
        money = ("price",)


class ShipmentSerializer(_MovedSerializer):
    order = KeyField(key="number", read_only=True)
    handling_unit = serializers.CharField(source="move.into_unit.number", read_only=True, default=None)

    class Meta:
        model = ShipmentMove
        fields = (
            "id", "order", *(name for name in MOVED if name != "delivery_note"), "despatch_note", "handling_unit",
            "reserved",
        )  # fmt: skip


class DeliverySerializer(_MovedSerializer):
    demand = serializers.CharField(source="demand.__str__", read_only=True)
    customer = serializers.CharField(source="demand.customer.number", read_only=True, default=None)

    class Meta:
        model = DemandMove
        fields = ("id", "demand", "customer", *MOVED, "counts")


# ---- what verbs take


def pieces() -> Any:
    """Of an item that is weighed and counted."""
    return serializers.DecimalField(max_digits=24, decimal_places=12, required=False, allow_null=True)


class ReceiptInput(MeasuredInput):
    """What came of one order; `price` is for one of the item's unit. `plate`: the number of a handling unit, made where
    there is none; "+" the next of the series."""

    location = serializers.CharField(required=False, allow_blank=True, default="")
    into_unit = unit_key()
    plate = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    lot = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    serials = SerialsField(required=False, default=list)
    vendor_lot = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    catch_quantity = pieces()
    made_on = serializers.DateField(required=False, allow_null=True)
    expires_on = serializers.DateField(required=False, allow_null=True)
    attributes = serializers.DictField(required=False, default=dict)
    price = serializers.DecimalField(
        max_digits=24, decimal_places=8, min_value=0, required=False, allow_null=True
    )


class ReceiveInput(ReceiptInput):
    """The same for the order in the address: its item is known when the service is called."""

    delivery_note = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    at = serializers.DateTimeField(required=False, allow_null=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        return given


class ReceiptLineInput(ReceiptInput):
    order = KeyField(key="number", queryset=ReplenishmentOrder.objects.select_related("site", "item__unit"))

    def item_of(self, given: dict[str, Any]) -> Any:
        return given["order"].item

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        given = super().validate(given)
        return {**given, "location": located(given["order"].site, given.get("location", ""))}


def located(site: Site, code: str) -> Any:
    return place_at(site, code, "location") if code else None


class ReceiveLinesInput(VerbSerializer):
    lines = ReceiptLineInput(many=True, allow_empty=False)
    delivery_note = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class ShipInput(VerbSerializer):
    """So much of the order's item, or a handling unit with all that stands in it."""

    quantity = serializers.DecimalField(max_digits=24, decimal_places=12, required=False)
    catch_quantity = pieces()
    handling_unit = unit_key()
    lot = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    serials = SerialsField(required=False, default=list)
    despatch_note = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    at = serializers.DateTimeField(required=False, allow_null=True, default=None)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if not given.get("handling_unit") and "quantity" not in given:
            raise serializers.ValidationError(
                {"quantity": _("Say how much leaves, or name a handling unit.")}
            )
        return given


class LoseInput(VerbSerializer):
    quantity = serializers.DecimalField(max_digits=24, decimal_places=12)
    catch_quantity = pieces()
    reason = KeyField(key="code", queryset=ReasonCode.objects.filter(kind=ReasonCode.Kind.SCRAP))
    lot = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    serials = SerialsField(required=False, default=list)
    at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class ReceiveUnitInput(VerbSerializer):
    handling_unit = KeyField(key="number", queryset=HandlingUnit.objects.select_related("location__site"))
    location = serializers.CharField(required=False, allow_blank=True, default="")
    delivery_note = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    at = serializers.DateTimeField(required=False, allow_null=True, default=None)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        unit = given["handling_unit"]
        place = located(unit.location.site, given["location"]) if unit.location else None
        return {**given, "location": place}


def reversal_reason() -> Any:
    rows = ReasonCode.objects.filter(kind=ReasonCode.Kind.REVERSAL)
    return KeyField(key="code", queryset=rows, required=False, allow_null=True, default=None)


class TakeBackInput(VerbSerializer):
    reason = reversal_reason()
    at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class PartBackInput(TakeBackInput):
    """The same of a part: `quantity` in the item's unit, all when it is left out."""

    quantity = serializers.DecimalField(
        max_digits=24, decimal_places=12, required=False, allow_null=True, default=None
    )
    catch_quantity = pieces()


class _PiecesInput(MeasuredInput):
    """Of a demand line: `demand` is its id, or its number and line as SO-1/1; its reference where lines of several
    systems have one number."""

    demand = serializers.CharField()
    location = serializers.CharField(required=False, allow_blank=True, default="")
    lot = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    catch_quantity = pieces()

    def item_of(self, given: dict[str, Any]) -> Any:
        return given["demand"].item

    def validate_demand(self, text: str) -> Demand:
        rows = Demand.objects.select_related("site", "item__unit", "unit")
        number, slash, line = text.rpartition("/")
        key = whole(line)
        if not slash:
            found = list(rows.filter(pk=key)) if key is not None else []
        else:
            found = list(rows.filter(number=number, line=key).order_by("pk")) if key is not None else []
            found = found or list(rows.filter(reference=text))
        if len(found) > 1:
            raise serializers.ValidationError(
                _("{demand} is the number of several lines: name the one you mean by its id, {ids}.").format(
                    demand=text, ids=", ".join(f"{one.pk} ({one.source_system or one.kind})" for one in found)
                )
            )
        if not found:
            raise serializers.ValidationError(_("There is no demand {demand}.").format(demand=text))
        return found[0]

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        given = super().validate(given)
        demand = given["demand"]
        return {
            **given,
            "location": located(demand.site, given["location"]),
            "lot": piece_of(Lot, demand.item, given["lot"], "lot") if given["lot"] else None,
        }


def piece_of(model: Any, item: Item, number: str, field: str) -> Any:
    found = model.objects.filter(item=item, number=number).first()
    if found is None:
        sentence = _("{item} has no {number}.").format(item=item.number, number=number)
        raise serializers.ValidationError({field: sentence})
    return found


class DeliveryLineInput(_PiecesInput):
    serials = SerialsField(required=False, default=list)
    handling_unit = unit_key()
    final = serializers.BooleanField(default=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        given = super().validate(given)
        inside = given.pop("handling_unit", None)
        item = given["demand"].item
        pieces = [piece_of(Serial, item, number, "serials") for number in given["serials"]]
        return {**given, "unit": inside, "serials": pieces}


class DeliverInput(VerbSerializer):
    lines = DeliveryLineInput(many=True, allow_empty=False)
    delivery_note = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class ReturnLineInput(_PiecesInput):
    serial = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        given = super().validate(given)
        item, number = given["demand"].item, given["serial"]
        return {**given, "serial": piece_of(Serial, item, number, "serial") if number else None}


class ReturnInput(VerbSerializer):
    lines = ReturnLineInput(many=True, allow_empty=False)
    reason = KeyField(key="code", queryset=ReasonCode.objects.filter(kind=ReasonCode.Kind.RETURN))
    replace = serializers.BooleanField(default=False)
    delivery_note = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    at = serializers.DateTimeField(required=False, allow_null=True, default=None)
