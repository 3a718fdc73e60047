"""A quantity with the unit it is given in; it validates to the item's own."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from p2p.core.refusal import Refused
from p2p.core.rest import KeyField, VerbSerializer
from p2p.inventory.services.measure import in_item_unit
from strategies.models import Unit


class MeasuredInput(VerbSerializer):
    """Base of inputs with a quantity: `unit` is the code of any unit with a conversion, the item's own when left
    out.
    """

    quantity = serializers.DecimalField(max_digits=24, decimal_places=12)
    unit = KeyField(key="code", queryset=Unit.objects.all(), required=False, allow_null=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        given = super().validate(given)
        unit, item = given.pop("unit", None), self.item_of(given)
        if item is not None and given.get("quantity") is not None:
            given["quantity"] = measured(item, given["quantity"], unit)
        return given

    def item_of(self, given: dict[str, Any]) -> Any:
        """Whose quantity it is; an input that names no item asks its service instead."""
        return given.get("item")


def measured(item: Any, quantity: Any, unit: Unit | None) -> Any:
    """The quantity in the item's unit, or the error of the field it is about."""
    try:
        return in_item_unit(item, quantity, unit)
    except Refused as no:
        raise serializers.ValidationError({no.field or "quantity": str(no)}) from no
