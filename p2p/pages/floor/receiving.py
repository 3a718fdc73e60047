"""Goods that come, on the tablet: what is expected, what came last with its labels, and taking that back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core import clock
from p2p.core.access import Role, may, require
from p2p.core.digits import whole
from p2p.core.facts import Refused
from p2p.core.web.page import who
from p2p.inventory import labels
from p2p.inventory.models import Move
from p2p.inventory.selectors.scanned import scanned
from p2p.inventory.views.units import labels_answer
from p2p.pages.floor.bring import BringPage
from p2p.pages.floor.coming import Coming, label_of, with_label
from p2p.pages.floor.names import Names, names_of
from p2p.pages.floor.tablet import DOERS
from planning import selectors
from planning.models import ReplenishmentMove
from planning.services.receipts import take_back
from quality.models import Inspection
from strategies.models import Location

SHOWN = 60
LAST, MOST_PIECES = 5, 500
REMEMBERED = "floor_last_receipt"


class Receiving(BringPage):
    """Orders of this site that this person may receive."""

    title = gettext_lazy("Receive")
    roles = DOERS

    def orders(self) -> Any:
        rows = selectors.expected(who(self.request), today=clock.today(), roles=self.roles)
        return rows.filter(site=self.here).order_by("expected_on", "vendor__name", "number")

    def last(self) -> Any:
        """What was received last, all of it, with its labels and Undo: `?last=` names its first piece. Without it what
        this tablet received last stays there, silent."""
        key = whole(self.request.GET.get("last") or self.request.session.get(REMEMBERED, ""))
        if key is None:
            return None
        rows = selectors.receipts(who(self.request)).filter(pk=key, order__site=self.here)
        row = rows.filter(move__reverses=None, move__reversed_by=None).first()
        if row is not None:
            row.fresh = "last" in self.request.GET
            booked = [each.move for each in booked_with(row)]
            row.whole = sum(move.quantity for move in booked)
            row.names = names_of(move for move in booked if move.item_id == row.move.item_id)
            row.labelled = bool(labelled(booked))
            row.plate = row.move.into_unit
            waiting = Inspection.objects.filter(arrivals__move__in=booked, state=Inspection.State.OPEN)
            row.inspections = list(waiting.distinct().order_by("pk"))
        return row


def labelled(moves: Sequence[Move]) -> list[Any]:
    """What of a receipt gets a label: the pallets it stands on, then its lots and its pieces, each once."""
    pieces = [move.serial or move.lot for move in moves]
    return list(dict.fromkeys(one for one in [*(move.into_unit for move in moves), *pieces] if one))


def remember(request: HttpRequest, row: ReplenishmentMove) -> None:
    request.session[REMEMBERED] = row.pk


@dataclass
class Came:
    """One receipt of an order, all that came in one go, the latest first; `mine`: this person may take it back."""

    mine: bool
    rows: list[ReplenishmentMove] = field(default_factory=list)

    @property
    def row(self) -> ReplenishmentMove:
        return self.rows[-1]

    @property
    def whole(self) -> Decimal:
        return sum((one.move.quantity for one in self.rows), Decimal(0))

    @property
    def names(self) -> list[Names]:
        return names_of(one.move for one in reversed(self.rows))


def came_for(order: Any, user: Any) -> list[Came]:
    """What has come for the order and was not taken back, the latest first; pieces booked in one go are one line."""
    rows = selectors.receipts().filter(order=order, move__reverses=None, move__reversed_by=None)
    found: dict[tuple[Any, Any], Came] = {}
    boss: bool = may(user, Role.SUPERVISOR, site=order.site)
    for row in rows.select_related("move__by", "move__lot", "move__serial").order_by("-pk")[:MOST_PIECES]:
        key = (row.move.posted_at, row.move.by_id)
        found.setdefault(key, Came(boss or row.move.by_id == user.pk)).rows.append(row)
    return list(found.values())[:LAST]


def booked_with(row: ReplenishmentMove) -> list[ReplenishmentMove]:
    """All that was booked with it in one go: pieces with serial numbers are a receipt each, and a pallet brings those
    of several orders."""
    rows = selectors.receipts().filter(
        move__posted_at=row.move.posted_at, move__by=row.move.by_id, move__reverses=None
    )
    on_a_pallet = row.move.into_unit_id is not None and row.move.into_unit_id == row.move.handling_unit_id
    rows = rows.filter(order__site=row.order.site_id) if on_a_pallet else rows.filter(order=row.order_id)
    return list(rows.order_by("pk"))


class Receive(Receiving):
    """What is expected here: late first, then today."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        code = self.said.code
        travelling = self._travelling(code)
        if travelling is not None:
            return redirect("pages:floor-receive-pallet", travelling.number)
        found = self._meant(code)
        if len(found) == 1:
            return redirect(reverse("pages:floor-receive-order", args=[found[0].number]) + self._said(code))
        if found:
            return self.show(orders=found, code=code)
        words = _("Nothing is expected here for {code}.").format(code=code or "–")
        return self.show(refusal=words, code=code)

    def show(self, *, orders: Any = None, refusal: str = "", code: str = "") -> HttpResponse:
        rows = list(orders if orders is not None else self.orders()[:SHOWN])
        context = {
            "orders": rows,
            "narrowed": orders is not None,
            "last": self.last(),
            "refusal": refusal,
            "code": code,
            "receive_url": reverse("pages:floor-receive"),
        }
        return self.draw("receive", context, status=409 if refusal else 200)

    def _travelling(self, code: str) -> Any:
        """The pallet of that number or shipping code, when it is on its way here."""
        units = [one.record for one in scanned(code, site=self.here) if one.kind == "unit"] if code else []
        on_the_road = [one for one in units if one.location and one.location.kind == Location.Kind.TRANSIT]
        return on_the_road[0] if on_the_road else None

    def _meant(self, code: str) -> list[Any]:
        """The order of that number; else what its vendor, or the item of the label, is expected with."""
        if not code:
            return []
        rows = self.orders()
        for column in ("number", "vendor__number"):
            found = list(rows.filter(**{f"{column}__iexact": code})[:SHOWN])
            if found:
                return found
        items = {one.item.pk for one in scanned(code, site=self.here) if one.item is not None}
        return list(rows.filter(item__in=items)[:SHOWN]) if items else []

    def _said(self, code: str) -> str:
        """What the label said besides the item goes along."""
        return with_label(Coming(), label_of(code)).query()


class ReceiptLabels(Receiving):
    """The labels of all that was booked in one go, its pallet first; as PDF or `?as=zpl`."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = selectors.receipts(who(request)).filter(order__site=self.here)
        chosen = labelled([each.move for each in booked_with(get_object_or_404(rows, pk=pk))])
        if not chosen:
            raise Http404
        return labels_answer(request, [labels.label_of(one) for one in chosen])


class UndoReceive(Receiving):
    """Take the last receipt back, by the one who booked it or a supervisor."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = selectors.receipts(who(request)).filter(order__site=self.here)
        row = get_object_or_404(rows, pk=pk)
        if row.move.by_id != who(request).pk:
            require(request.user, Role.SUPERVISOR, site=self.here)
        order = row.order
        try:
            self.once(lambda: take_back(receipts=booked_with(row), by=who(request)))
        except Refused as no:
            messages.error(request, str(no))
            return redirect("pages:floor-receive")
        messages.success(request, _("Taken back: {order} waits for it again.").format(order=order.number))
        return redirect("pages:floor-receive-order", order.number)
