"""REST of what lies where, every move, reservations and the stock card."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from p2p.core.access import require, sites_of
from p2p.core.digits import whole
from p2p.core.rest import RecordViewSet, verb
from p2p.inventory import selectors, serializers
from p2p.inventory.api.base import BOOKERS, WRITERS
from p2p.inventory.api.trace import traced
from p2p.inventory.forms.card import CardForm
from p2p.inventory.selectors.on_order import on_order
from p2p.inventory.selectors.stocklists import figures_of
from p2p.inventory.serializers.by_hand import ByHandInput
from p2p.inventory.serializers.trace import to_come
from p2p.inventory.services import by_hand, ledger
from strategies.models import Item


class BalanceApi(RecordViewSet):
    queryset = selectors.balances()
    serializer_class = serializers.BalanceSerializer
    key = "id"
    filters = {
        "item": "item__number",
        "site": "location__site__code",
        "location": "location__code",
        "lot": "lot__number",
        "kind": "location__kind",
    }
    searches = ("item__number", "item__name", "location__code", "lot__number", "serial__number")
    orderings = ("item__number", "location__code", "quantity", "id")
    order = ("item__number", "location__code", "id")
    site_path = "location__site__code"


class MoveApi(RecordViewSet):
    queryset = selectors.moves()
    serializer_class = serializers.MoveSerializer
    key = "id"
    filters = {
        "item": "item__number",
        "kind": "kind",
        "lot": "lot__number",
        "source": "source__code",
        "target": "target__code",
        "site": "source__site__code",
        "reference": "reference",
        "after": "effective_at__gte",
        "before": "effective_at__lte",
    }
    searches = ("item__number", "item__name", "reference", "lot__number", "serial__number")
    orderings = ("id", "effective_at", "posted_at")
    order = ("-id",)
    site_path = "source__site__code"

    @verb(roles=WRITERS, body=serializers.PostInput, answer=serializers.MoveSerializer, detail=False)
    def post_lines(self, by: Any, *, lines: list[ledger.MoveLine]) -> Any:
        """Post moves, all of them or none."""
        for site in {line.source.site for line in lines}:
            require(by, *WRITERS, site=site)
        return ledger.post(lines=lines, by=by)

    @verb(roles=BOOKERS, body=ByHandInput, answer=serializers.MoveSerializer, detail=False)
    def by_hand(self, by: Any, *, lines: list[by_hand.HandLine], **given: Any) -> Any:
        """Receive, issue, return, scrap, adjust or move without an order, all lines or none."""
        for site in {line.place.site for line in lines}:
            require(by, *BOOKERS, site=site)
        return by_hand.book_by_hand(lines=lines, **given, by=by)

    @verb(roles=WRITERS, body=serializers.ReverseInput, answer=serializers.MoveSerializer)
    def reverse(self, record: Any, by: Any, **given: Any) -> Any:
        """Take a move back by its mirror image."""
        return by_hand.reverse_by_hand(move=record, **given, by=by)

    @action(detail=True, methods=["get"])
    def trace(self, request: Request, number: str) -> Response:
        """What the move became part of (`up`) and what it was made of (`down`): nodes and edges."""
        return traced([self.get_object()], request)


class StockCardApi(RecordViewSet):
    """Items with stock: `GET .../<item>/` is the stock card, newest move first; `?before=<move>` pages on."""

    queryset = Item.objects.select_related("unit", "group")
    serializer_class = serializers.ItemStockSerializer
    searches = ("number", "name")
    orderings = ("number",)

    def retrieve(self, request: Request, number: str) -> Response:
        """The card of one item: totals at your sites, and its last moves with the balance after each.

        `?site=` (key), `place=`, `lot=` (or serial), `since=` and `until=` (days) narrow the lines; `before=` pages on.
        """
        item = self.get_object()
        query = request.query_params
        said = query.get("before", "")
        before = whole(said)
        if said and before is None:
            raise Http404(_("There is no move {before}.").format(before=said[:40]))
        form = CardForm(query, item=item, user=request.user)
        if not form.is_valid():
            raise ValidationError(form.errors)
        since, until = form.ends()
        lines = selectors.stock_card(item, scope=form.scope(), since=since, until=until, before=before)
        shown = serializers.TotalsSerializer(figures_of(item, sites_of(request.user))).data
        return Response(
            {
                "item": item.number,
                "unit": item.unit.code,
                **shown,
                "on_order": to_come(on_order([item.pk], request.user), [item]),
                "lines": serializers.CardLineSerializer(lines, many=True).data,
            }
        )
