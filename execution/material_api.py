"""REST of what orders take and hold: components set right by hand, and the steps of pieces."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from execution import material_serializers as serializers
from execution.half_finished import between, totals
from execution.in_hand import in_hand
from execution.models import Adjustment, PickLine, WipMove
from execution.serializers import PileSerializer, WipMoveSerializer
from execution.services.adjust import adjust, undo_adjustment
from execution.services.by_scan import pick_line, pick_short, put_line_back
from execution.services.keep import Exchange, keep, let_go
from p2p.core.access import Role
from p2p.core.fields import plain
from p2p.core.rest import RecordViewSet, verb
from planning.models import Material
from strategies.models import Item

FLOOR = (Role.OPERATOR, Role.SUPERVISOR, Role.INTEGRATOR)


def adjustments() -> QuerySet[Adjustment]:
    """Newest first; `undone` says that another takes it back."""
    undone = Exists(Adjustment.objects.filter(reverses=OuterRef("pk")))
    rows = Adjustment.objects.select_related(
        "material__order__site", "material__item__unit", "reason", "report", "by"
    )
    return rows.annotate(undone=undone).order_by("-id")


class MaterialApi(RecordViewSet):
    """Components of orders, as the floor takes them; planning keeps what they want."""

    queryset = Material.objects.select_related("order__site", "operation", "item__unit", "item__catch_unit")
    serializer_class = serializers.MaterialSerializer
    key = "id"
    filters = {
        "order_number": "order__number",
        "operation": "operation__number",
        "item": "item__number",
        "site": "order__site__code",
    }
    searches = ("order__number", "item__number", "item__name")
    orderings = ("id", "position")
    order = ("order", "position")
    site_path = "order__site__code"

    @verb(roles=FLOOR, body=serializers.AdjustInput, answer=serializers.AdjustmentSerializer)
    def adjust(
        self,
        record: Material,
        by: Any,
        *,
        quantity: Any,
        location: str,
        lot: str,
        serials: list[str],
        unit: str,
        catch_quantity: Any,
        reason: Any = None,
        at: Any = None,
    ) -> list[Adjustment]:
        """Take more of it (above zero) or give some back (below zero)."""
        named = in_hand(
            record, location=location, lot=lot, serials=serials, unit=unit, catch_quantity=catch_quantity
        )
        return adjust(material=record, quantity=quantity, named=named, reason=reason, at=at, by=by)

    @verb(roles=FLOOR, body=serializers.KeepInput, answer=serializers.ExchangeSerializer)
    def keep(
        self,
        record: Material,
        by: Any,
        *,
        quantity: Any,
        location: str,
        lot: str,
        serials: list[str],
        unit: str,
    ) -> Exchange:
        """See to it that so much of what is named is reserved for it; other reservations give way."""
        named = in_hand(record, location=location, lot=lot, serials=serials, unit=unit)
        return keep(material=record, quantity=quantity, named=named, by=by)

    @verb(roles=FLOOR, body=serializers.KeepInput, answer=serializers.ExchangeSerializer)
    def let_go(
        self,
        record: Material,
        by: Any,
        *,
        quantity: Any,
        location: str,
        lot: str,
        serials: list[str],
        unit: str,
    ) -> Exchange:
        """Give so much of what is kept of it back to everybody."""
        named = in_hand(record, location=location, lot=lot, serials=serials, unit=unit)
        return let_go(material=record, quantity=quantity, named=named, by=by)


class AdjustmentApi(RecordViewSet):
    """What was taken and given back by hand, newest first."""

    queryset = adjustments()
    serializer_class = serializers.AdjustmentSerializer
    key = "id"
    filters = {
        "order_number": "material__order__number",
        "item": "material__item__number",
        "site": "material__order__site__code",
        "reason": "reason__code",
        "after": "posted_at__gte",
    }
    orderings = ("id", "posted_at")
    order = ("-id",)
    site_path = "material__order__site__code"

    @verb(roles=FLOOR, answer=serializers.AdjustmentSerializer)
    def undo(self, record: Adjustment, by: Any) -> Adjustment:
        """Take it back: stock and order are as if it had never been."""
        return undo_adjustment(adjustment=record, by=by)


class PickLineApi(RecordViewSet):
    """Lines of pick lists, as a hand-held goes through them."""

    queryset = PickLine.objects.select_related(
        "pick_list",
        "material__order__site",
        "material__item__unit",
        "material__item__catch_unit",
        "location",
        "lot",
        "serial",
    )
    serializer_class = serializers.PickLineRow
    key = "id"
    filters = {
        "pick_list": "pick_list__number",
        "state": "pick_list__state",
        "order_number": "material__order__number",
        "item": "material__item__number",
        "site": "material__order__site__code",
    }
    orderings = ("id",)
    order = ("pick_list", "id")
    site_path = "material__order__site__code"

    @verb(roles=FLOOR, body=serializers.PickLineInput)
    def pick(
        self,
        record: PickLine,
        by: Any,
        *,
        quantity: Any,
        location: str,
        lot: str,
        serials: list[str],
        unit: str,
        catch_quantity: Any,
        at: Any = None,
    ) -> PickLine:
        """Issue so much of it to its order, of what is named."""
        named = in_hand(
            record.material,
            location=location,
            lot=lot,
            serials=serials,
            unit=unit,
            catch_quantity=catch_quantity,
        )
        pick_line(line=record, quantity=quantity, named=named, at=at, by=by)
        return _read_again(record)

    @verb(roles=FLOOR, body=serializers.PickShortInput)
    def short(
        self,
        record: PickLine,
        by: Any,
        *,
        quantity: Any,
        location: str,
        lot: str,
        serials: list[str],
        unit: str,
        catch_quantity: Any,
        reason: Any = None,
        at: Any = None,
    ) -> PickLine:
        """Only so much was found: the rest is sought elsewhere."""
        named = in_hand(
            record.material,
            location=location,
            lot=lot,
            serials=serials,
            unit=unit,
            catch_quantity=catch_quantity,
        )
        pick_short(line=record, quantity=quantity, named=named, reason=reason, at=at, by=by)
        return _read_again(record)

    @verb(roles=FLOOR)
    def put_back(self, record: PickLine, by: Any) -> PickLine:
        """Take back what was picked of it last."""
        put_line_back(line=record, by=by)
        return _read_again(record)


def _read_again(line: PickLine) -> PickLine:
    found: PickLine = PickLineApi.queryset.get(pk=line.pk)
    return found


class WipMoveApi(RecordViewSet):
    queryset = WipMove.objects.select_related(
        "operation__order", "operation__half_finished", "location", "report"
    )
    serializer_class = WipMoveSerializer
    key = "id"
    filters = {
        "order_number": "operation__order__number",
        "half_finished": "operation__half_finished__number",
        "kind": "kind",
        "after": "effective_at__gte",
    }
    orderings = ("id",)
    order = ("-id",)
    site_path = "operation__order__site__code"

    @action(detail=False, methods=["get"])
    def standing(self, request: Request) -> Response:
        """How many of each half-finished item stand between operations now. With `?item=` of that one, and where:
        behind which operation of which order, at which place or vendor."""
        number = request.query_params.get("item")
        if number is None:
            found = [
                {"item": one, "name": name, "unit": unit, "quantity": plain(pieces)}
                for one, name, unit, pieces in totals(request.user)
            ]
            return Response({"results": found})
        item = Item.objects.filter(number=number).select_related("unit").first()
        if item is None:
            raise exceptions.ValidationError(
                {"item": _("There is no item {number}.").format(number=number[:40])}
            )
        piles = between(item, request.user)
        total = plain(sum((one.pieces for one in piles), Decimal(0)))
        said = {"item": item.number, "name": item.name, "unit": item.unit.code, "quantity": total}
        return Response({"results": [{**said, "standing": PileSerializer(piles, many=True).data}]})
