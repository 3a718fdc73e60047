"""Items, what they take on all levels, and how they are supplied."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core import clock
from p2p.core.fields import plain
from p2p.core.rest import verb
from strategies import serializers as shapes
from strategies.api.base import EDITORS, SheetViewSet
from strategies.models import Item, ItemPolicy, RouteOperation, Site
from strategies.selectors import bom as bills
from strategies.selectors.halves import left_by
from strategies.selectors.settings import explained
from strategies.services.items import change_item, create_item, delete_item, restore_item, retire_item
from strategies.services.settings import add_policy, change_policy, remove_policy


class Items(SheetViewSet):
    """Items. `explode/` and `where-used/` add up all levels."""

    queryset, serializer_class, sheet = Item.objects.all(), shapes.ItemRecord, "items"
    filters = {
        "kind": "kind",
        "group": "group__code",
        "active": "active",
        "supply": "policies__supply",
        "variant_of": "variant_of__number",
    }
    searches, orderings, order = ("number", "name"), ("number", "name"), ("number",)
    adds, changes = staticmethod(create_item), staticmethod(change_item)
    removes = staticmethod(delete_item)

    def get_serializer_class(self) -> Any:
        return shapes.ItemChange if self.action == "partial_update" else self.serializer_class

    @verb(roles=EDITORS)
    def retire(self, item: Item, by: Any) -> Item:
        """Not to be used any more."""
        return retire_item(item=item, by=by)

    @verb(roles=EDITORS)
    def restore(self, item: Item, by: Any) -> Item:
        """Back in use."""
        return restore_item(item=item, by=by)

    @action(detail=True, methods=["get"])
    def explode(self, request: Request, number: str) -> Response:
        """Everything `?quantity=` of it takes on all levels, on `?day=` at `?site=`, each item once."""
        asked = _asked(request)
        rows = bills.explode(self.get_object(), **asked)
        return Response({"quantity": plain(asked["quantity"]), "needs": [_needed(row) for row in rows]})

    @action(detail=True, methods=["get"], url_path="settings")
    def settings_in_force(self, request: Request, number: str) -> Response:
        """Every row of order settings that concerns it at `?site=`, the one in force first, with the reason."""
        told = explained(self.get_object(), _asked(request)["site"])
        rows = [
            {**shapes.PolicyRecord(each.rule.kept).data, "why": each.why.value, "missed": list(each.missed)}
            for each in told
        ]
        return Response({"settings": rows})

    @action(detail=True, methods=["get"], url_path="where-used")
    def where_used(self, request: Request, number: str) -> Response:
        """Every item that takes this one, on all levels, on `?day=` at `?site=`, with how much one piece
        takes; and the operations of routes that leave their pieces as it."""
        asked = _asked(request)
        rows = bills.where_used(self.get_object(), day=asked["day"], site=asked["site"])
        halves = left_by(self.get_object(), day=asked["day"], site=asked["site"])
        return Response(
            {"parents": [_needed(row) for row in rows], "half_finished": [_left(row) for row in halves]}
        )


def _needed(row: bills.Needed) -> dict[str, Any]:
    return {
        "item": row.item.number,
        "name": row.item.name,
        "quantity": plain(row.quantity),
        "unit": row.item.unit.code,
        "level": row.level,
        "direct": row.direct,
    }


def _left(row: RouteOperation) -> dict[str, Any]:
    return {
        "item": row.route.item.number,
        "name": row.route.item.name,
        "site": row.route.site.code if row.route.site else None,
        "version": row.route.version,
        "state": row.route.state,
        "route": row.route_id,
        "operation": row.number,
        "operation_name": row.name,
    }


def _asked(request: Request) -> dict[str, Any]:
    given = request.query_params
    site = Site.objects.filter(code=given["site"]).first() if given.get("site") else None
    if given.get("site") and site is None:
        raise exceptions.ValidationError({"site": _("There is no site {code}.").format(code=given["site"])})
    try:
        quantity = Decimal(given.get("quantity") or "1")
        day = date.fromisoformat(given["day"]) if given.get("day") else clock.today()
    except InvalidOperation:
        raise exceptions.ValidationError({"quantity": _("A number is wanted.")}) from None
    except ValueError:
        raise exceptions.ValidationError({"day": _("A day like 2026-11-18 is wanted.")}) from None
    if not quantity.is_finite() or quantity <= 0:
        raise exceptions.ValidationError({"quantity": _("It has to be more than 0.")})
    return {"quantity": quantity, "day": day, "site": site}


class Policies(SheetViewSet):
    """How items are supplied, by site, rank and variant. `items/{number}/settings/` says which row holds."""

    queryset, serializer_class, sheet = ItemPolicy.objects.all(), shapes.PolicyRecord, "item_policies"
    filters = {"item": "item__number", "site": "site__code", "supply": "supply", "vendor": "vendor__number"}
    order = ("id",)
    adds, changes = staticmethod(add_policy), staticmethod(change_policy)
    removes, record_name = staticmethod(remove_policy), "item_policy"

    def get_serializer_class(self) -> Any:
        return shapes.PolicyChange if self.action == "partial_update" else self.serializer_class
