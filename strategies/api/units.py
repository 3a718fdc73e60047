"""Units of measure and the exact ways between them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.fields import plain
from strategies import serializers as shapes
from strategies.api.base import SheetViewSet
from strategies.models import Item, Unit, UnitConversion
from strategies.selectors.units import converted
from strategies.services.units import (
    add_conversion,
    change_conversion,
    change_unit,
    create_unit,
    delete_conversion,
    delete_unit,
)


class Units(SheetViewSet):
    """Units of measure. `{code}/convert/` shows a conversion with its way and its rounding."""

    queryset, serializer_class, sheet = Unit.objects.all(), shapes.UnitRecord, "units"
    searches, order = ("code", "name"), ("code",)
    adds, changes = staticmethod(create_unit), staticmethod(change_unit)
    removes = staticmethod(delete_unit)

    @action(detail=True, methods=["get"])
    def convert(self, request: Request, number: str) -> Response:
        """`?quantity=970&to=KG&item=`: the exact result, the units the way leads through, and the result as the
        target unit rounds it. 409 where no conversion leads there."""
        given = request.query_params
        target = Unit.objects.filter(code=given.get("to", "")).first()
        if target is None:
            raise exceptions.ValidationError(
                {"to": _("There is no unit {code}.").format(code=given.get("to", ""))}
            )
        item = Item.objects.filter(number=given["item"]).first() if given.get("item") else None
        if given.get("item") and item is None:
            raise exceptions.ValidationError(
                {"item": _("There is no item {number}.").format(number=given["item"])}
            )
        found = converted(_quantity(given.get("quantity") or "1"), self.get_object(), target, item)
        return Response(
            {
                "exact": str(found.exact),
                "rounded": plain(found.rounded),
                "unit": target.code,
                "path": list(found.path),
            }
        )


def _quantity(text: str) -> Decimal:
    try:
        quantity = Decimal(text)
    except InvalidOperation:
        quantity = Decimal("NaN")
    if not quantity.is_finite():
        raise exceptions.ValidationError({"quantity": _("A number is wanted.")})
    return quantity


class Conversions(SheetViewSet):
    """Exact conversions: one `source` is `factor` `target`, "12", "1/3" or "0.453592292"; for one item or all."""

    queryset, serializer_class, sheet = (
        UnitConversion.objects.all(),
        shapes.ConversionRecord,
        "unit_conversions",
    )
    filters = {"item": "item__number", "source": "source__code", "target": "target__code"}
    order = ("id",)
    adds, changes = staticmethod(add_conversion), staticmethod(change_conversion)
    removes, record_name = staticmethod(delete_conversion), "unit_conversion"

    def get_serializer_class(self) -> Any:
        return shapes.ConversionChange if self.action == "partial_update" else self.serializer_class
