"""Papers of goods as PDF: what a transfer is picked by, despatch notes, delivery notes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404

from p2p.core.web.page import Page, who
from planning import paper, selectors
from planning.models import ReplenishmentOrder
from planning.words import file_name


class _Paper(Page):
    def rows(self) -> Any:
        """Of the sites this person may see."""
        raise NotImplementedError

    def number(self, row: Any) -> str:
        raise NotImplementedError

    def drawn(self, row: Any) -> bytes:
        raise NotImplementedError

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        row = get_object_or_404(self.rows(), pk=pk)
        return HttpResponse(
            self.drawn(row),
            content_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{file_name(self.number(row))}"'},
        )


class TransferPaper(_Paper):
    def rows(self) -> Any:
        found = selectors.replenishments(self.request.user)
        return found.filter(kind=ReplenishmentOrder.Kind.TRANSFER, from_location__isnull=False)

    def number(self, row: Any) -> str:
        return str(row.number)

    def drawn(self, row: Any) -> bytes:
        return paper.transfer_note(row)


class DespatchPaper(_Paper):
    def rows(self) -> Any:
        return selectors.shipments(who(self.request))

    def number(self, row: Any) -> str:
        return str(row.despatch_note or row.order.number)

    def drawn(self, row: Any) -> bytes:
        return paper.despatch_note(row)


class DeliveryPaper(_Paper):
    def rows(self) -> Any:
        return selectors.deliveries(who(self.request))

    def number(self, row: Any) -> str:
        return str(row.delivery_note or row.demand)

    def drawn(self, row: Any) -> bytes:
        return paper.delivery_note(row)
