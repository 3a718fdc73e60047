"""Tasks of the store as JSON, and what their verbs take."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from p2p.core.models import User
from p2p.core.rest import KeyField, RecordSerializer, VerbSerializer
from p2p.inventory.models import HandlingUnit, Lot, Serial, StockTask
from p2p.inventory.serializers.stock import _piece, _place, quantity
from strategies.models import Item, Site

PLACES = ("source", "target")


class TaskSerializer(RecordSerializer):
    """`source` and `target` are codes of places of the site."""

    site = KeyField(key="code", queryset=Site.objects.all())
    item = KeyField(key="number", queryset=Item.objects.select_related("unit"))
    source = serializers.CharField(required=False, allow_null=True)
    target = serializers.CharField(required=False, allow_null=True)
    lot = serializers.CharField(required=False, allow_null=True)
    serial = serializers.CharField(required=False, allow_null=True)
    handling_unit = KeyField(
        key="number", queryset=HandlingUnit.objects.all(), required=False, allow_null=True
    )
    unit = serializers.CharField(source="item.unit.code", read_only=True)
    rule = KeyField(key="pk", read_only=True)
    waits_for = serializers.CharField(
        read_only=True,
        default="",
        help_text="The inspection without whose verdict it cannot be put away yet.",
    )

    class Meta:
        model = StockTask
        fields = (
            "number", "kind", "state", "site", "item", "lot", "serial", "handling_unit", "quantity", "done_quantity",
            "unit", "source", "target", "rule", "reference", "waits_for", "priority", "due_at", "created_at",
            "created_by", "started_by", "done_at",
        )  # fmt: skip
        read_only_fields = (
            "number", "state", "done_quantity", "created_at", "created_by", "started_by", "done_at",
        )  # fmt: skip

    def to_representation(self, row: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(row)
        for name in PLACES:
            place = getattr(row, name)
            shown[name] = place.code if place else None
        for name in ("lot", "serial"):
            piece = getattr(row, name)
            shown[name] = piece.number if piece else None
        return shown

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        return {**given, **_records(given, given["site"], given["item"])}


def _records(given: dict[str, Any], site: Site, item: Item) -> dict[str, Any]:
    """Places and pieces by their codes."""
    found: dict[str, Any] = {
        name: _place(site, given[name], name) if given.get(name) else None for name in PLACES
    }
    found["lot"] = _piece(Lot, item, given.get("lot"), "lot")
    found["serial"] = _piece(Serial, item, given.get("serial"), "serial")
    return found


class DoInput(VerbSerializer):
    """What differs from the task; nothing: all that is left of it as it says."""

    quantity = quantity(required=False, allow_null=True)
    catch_quantity = serializers.DecimalField(
        max_digits=24, decimal_places=12, required=False, allow_null=True
    )
    source = serializers.CharField(required=False, allow_null=True)
    target = serializers.CharField(required=False, allow_null=True)
    lot = serializers.CharField(required=False, allow_null=True)
    serial = serializers.CharField(required=False, allow_null=True)
    handling_unit = KeyField(
        key="number", queryset=HandlingUnit.objects.all(), required=False, allow_null=True
    )
    into_unit = KeyField(key="number", queryset=HandlingUnit.objects.all(), required=False, allow_null=True)
    closes = serializers.BooleanField(required=False, default=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        view: Any = self.context["view"]
        task = view.get_object()
        return {**given, **_records(given, task.site, task.item)}


class AssignInput(VerbSerializer):
    to = KeyField(key="username", queryset=User.objects.filter(is_active=True))


class TasksInput(VerbSerializer):
    """Several tasks by their numbers."""

    tasks = serializers.ListField(child=serializers.CharField(), allow_empty=False, max_length=1000)

    def validate_tasks(self, numbers: list[str]) -> list[StockTask]:
        found = {
            task.number: task for task in StockTask.objects.filter(number__in=numbers).select_related("site")
        }
        missing = next((number for number in numbers if number not in found), None)
        if missing is not None:
            raise serializers.ValidationError(_("There is no task {number}.").format(number=missing))
        return [found[number] for number in dict.fromkeys(numbers)]


class CallInput(VerbSerializer):
    card = serializers.CharField(max_length=60)
    site = KeyField(key="code", queryset=Site.objects.all(), required=False, allow_null=True)


class ReplenishInput(VerbSerializer):
    site = KeyField(key="code", queryset=Site.objects.all())


class TransferInput(VerbSerializer):
    """Stock from a place to another; `handling_unit` is what it comes out of, `into_unit` what it goes into."""

    site = KeyField(key="code", queryset=Site.objects.all())
    item = KeyField(key="number", queryset=Item.objects.select_related("unit"))
    quantity = quantity()
    catch_quantity = serializers.DecimalField(
        max_digits=24, decimal_places=12, required=False, allow_null=True
    )
    source = serializers.CharField()
    target = serializers.CharField()
    lot = serializers.CharField(required=False, allow_null=True)
    serial = serializers.CharField(required=False, allow_null=True)
    handling_unit = KeyField(
        key="number", queryset=HandlingUnit.objects.all(), required=False, allow_null=True
    )
    into_unit = KeyField(key="number", queryset=HandlingUnit.objects.all(), required=False, allow_null=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        site = given.pop("site")
        return {**given, **_records(given, site, given["item"])}
