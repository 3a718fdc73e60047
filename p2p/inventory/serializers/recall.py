"""Recalls as JSON, and what their verbs take."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from p2p.core.rest import KeyField, RecordSerializer, VerbSerializer
from p2p.core.rest.serializers import DecimalText
from p2p.inventory.models import Lot, Move, Recall, RecallLine, Serial
from p2p.inventory.selectors.starts import Suspicion
from strategies.models import Resource, Site, Vendor, Worker


class RecallSerializer(RecordSerializer):
    """A recall with its figures; its lines are at `/recall-lines/?recall=<number>`."""

    class Meta:
        model = Recall
        fields = (
            "number", "title", "site", "state", "practice", "starts", "summary", "asked_at", "asked_by", "drawn_at",
            "held_at", "closed_at", "closed_by", "note",
        )  # fmt: skip
        read_only_fields = fields


class RecallLineSerializer(RecordSerializer):
    site = serializers.CharField(source="location.site.code", read_only=True, default="")
    location = KeyField(key="code", read_only=True)
    lot = KeyField(key="number", read_only=True)
    serial = KeyField(key="number", read_only=True)
    recall = KeyField(key="number", read_only=True)
    unit = serializers.CharField(source="item.unit.code", read_only=True)
    hold = KeyField(key="pk", read_only=True)

    class Meta:
        model = RecallLine
        fields = (
            "id", "recall", "depth", "item", "lot", "serial", "where", "site", "location", "quantity", "unit", "party",
            "reference", "note", "hold",
        )  # fmt: skip


class SuspicionInput(VerbSerializer):
    """Where it begins: what is named adds up, the time narrows all but named lots, serial numbers and moves."""

    lots = serializers.ListField(child=serializers.CharField(), default=list, help_text="<item>~<lot>")
    serials = serializers.ListField(child=serializers.CharField(), default=list, help_text="<item>~<serial>")
    moves = serializers.ListField(child=serializers.IntegerField(), default=list)
    vendor = KeyField(key="number", queryset=Vendor.objects.all(), required=False, allow_null=True)
    vendor_lot = serializers.CharField(max_length=60, default="", allow_blank=True)
    resource = KeyField(key="code", queryset=Resource.objects.all(), required=False, allow_null=True)
    worker = KeyField(key="number", queryset=Worker.objects.all(), required=False, allow_null=True)
    order = serializers.CharField(max_length=40, default="", allow_blank=True)
    everything = KeyField(key="code", queryset=Site.objects.all(), required=False, allow_null=True)
    since = serializers.DateTimeField(required=False, allow_null=True)
    until = serializers.DateTimeField(required=False, allow_null=True)
    upstream = serializers.BooleanField(default=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        pieces = [
            *_numbered(Lot, given.pop("lots"), "lots"),
            *_numbered(Serial, given.pop("serials"), "serials"),
            *_moves(given.pop("moves")),
        ]
        names = ("vendor", "vendor_lot", "resource", "worker", "order", "since", "until")
        begins = {name: given.pop(name) for name in names if name in given}
        site = given.pop("everything", None)
        return {**given, "suspicion": Suspicion(pieces=tuple(pieces), site=site, **begins)}


def _numbered(model: Any, codes: list[str], field: str) -> list[Any]:
    found = []
    for code in dict.fromkeys(codes):
        item, _tilde, number = code.partition("~")
        piece = model.objects.filter(item__number=item, number=number).select_related("item").first()
        if piece is None:
            raise serializers.ValidationError({field: _("There is no {code}.").format(code=code)})
        found.append(piece)
    return found


def _moves(keys: list[int]) -> list[Move]:
    known = Move.objects.select_related("item").in_bulk(keys)
    missing = next((key for key in keys if key not in known), None)
    if missing is not None:
        raise serializers.ValidationError({"moves": _("There is no move {move}.").format(move=missing)})
    return [known[key] for key in keys]


class RecallInput(SuspicionInput):
    title = serializers.CharField(max_length=150, allow_blank=True)
    site = KeyField(key="code", queryset=Site.objects.all(), required=False, allow_null=True)
    untracked = serializers.BooleanField(default=False)
    practice = serializers.BooleanField(default=False)


class TouchedSerializer(VerbSerializer):
    """A line of a recall to be."""

    depth = serializers.IntegerField()
    item = KeyField(key="number", read_only=True)
    lot = KeyField(key="number", read_only=True)
    serial = KeyField(key="number", read_only=True)
    where = serializers.CharField()
    quantity = DecimalText(max_digits=24, decimal_places=12)
    location = KeyField(key="code", read_only=True)
    party = serializers.CharField()
    document = serializers.CharField()
    note = serializers.CharField()


class CloseRecallInput(VerbSerializer):
    note = serializers.CharField(allow_blank=True)
    lift = serializers.BooleanField(default=False)


class BalanceOfSerializer(VerbSerializer):
    """How much of one start is accounted for."""

    item = KeyField(key="number", read_only=True)
    number = serializers.CharField()
    made = DecimalText(max_digits=24, decimal_places=12)
    stock = DecimalText(max_digits=24, decimal_places=12)
    process = DecimalText(max_digits=24, decimal_places=12)
    vendor = DecimalText(max_digits=24, decimal_places=12)
    returned = DecimalText(max_digits=24, decimal_places=12)
    shipped = DecimalText(max_digits=24, decimal_places=12)
    scrapped = DecimalText(max_digits=24, decimal_places=12)
    consumed = DecimalText(max_digits=24, decimal_places=12)
    difference = DecimalText(max_digits=24, decimal_places=12)
