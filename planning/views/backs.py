"""Dialogs that take back what was booked by mistake: receipts, shipments, deliveries."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import who
from planning import selectors, shipforms
from planning.models import DemandMove, ReplenishmentMove, ShipmentMove
from planning.services import delivered, receipts, shipments
from planning.words import back_again


class _TakeBack(ActionForm):
    """Of what is booked on one line; the form says whether a part of it may be named."""

    lookup, section, roles = "pk", "planning", (Role.SUPERVISOR, Role.BUYER)
    form_class = shipforms.PartBackForm
    submit, danger = _("Take back"), True
    title = _("Take it back")

    def form_kwargs(self) -> dict[str, Any]:
        return {"move": self.record.move}

    def back(self, **given: Any) -> str:
        """Call the service; where to go then."""
        raise NotImplementedError

    def act(self, form: Any) -> Any:
        self.quantity = form.cleaned_data.get("quantity") or self.record.move.quantity
        return self.back(**form.cleaned_data, by=who(self.request))

    def said(self, result: Any) -> Any:
        return back_again(self.record.move.item, self.quantity)


class TakeReceiptBack(_TakeBack):
    model = ReplenishmentMove
    form_class = shipforms.TakeBackForm
    title = _("Take the receipt back")
    text = _(
        "A move with the opposite direction is posted; the order waits for the goods again. What came in one handling"
        " unit goes back together."
    )

    def form_kwargs(self) -> dict[str, Any]:
        return {}

    def back(self, **given: Any) -> str:
        receipts.take_back(receipts=[self.record], **given)
        return reverse("planning:replenishment", args=[self.record.order.number])


class TakeShipmentBack(_TakeBack):
    model = ShipmentMove
    text = _(
        "It was booked by mistake: the goods lie where they came from again, in their lot and handling unit. What left"
        " in one handling unit comes back together."
    )

    def held_at(self) -> Any:
        return selectors.corrected_at(self.record)

    def back(self, **given: Any) -> str:
        shipments.take_back(shipments=[self.record], **given)
        return reverse("planning:replenishment", args=[self.record.order.number]) + "?tab=shipments"


class TakeDeliveryBack(_TakeBack):
    model = DemandMove
    text = _("It was booked by mistake: a move with the opposite direction is posted. Goods that a customer gives"
             " back are a return.")  # fmt: skip

    def back(self, **given: Any) -> str:
        delivered.take_back(deliveries=[self.record], **given)
        return reverse("planning:demand", args=[self.record.demand_id]) + "?tab=deliveries"
