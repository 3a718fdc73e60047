"""What travels: shipping a transfer, losing it on the way, a pallet that arrives; and taking back what was wrong."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import Role
from p2p.core.fields import plain
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage, Tab
from p2p.core.web.page import who
from planning import filters, selectors, shipforms
from planning.models import ReplenishmentOrder, ShipmentMove
from planning.services import shipments
from planning.services.arriving_units import receive_units
from planning.services.shipping_units import ship_units
from planning.services.transfer import ShipLine, ship

RECEIVERS = (Role.BUYER, Role.PLANNER, Role.SUPERVISOR, Role.OPERATOR)
CORRECTORS = (Role.SUPERVISOR, Role.BUYER)


def _page(order: ReplenishmentOrder) -> str:
    return reverse("planning:replenishment", args=[order.number])


def _shipments(order: ReplenishmentOrder) -> str:
    return f"{_page(order)}?tab=shipments"


class ToShip(ListPage):
    model, title, section, slot = ReplenishmentOrder, _("To ship"), "planning", "to-ship"
    page_key = "planning.to-ship"
    filterset_class = filters.ToShipFilter
    search = ("number", "item__number", "item__name", "site__code")
    order = ("goes_on", "number")
    columns = (
        Column("goes_on", _("Goes"), kind="date", width=106, tone=lambda row: "bad" if row.late else ""),
        Column("number", _("Order"), link=True, width=108),
        Column("site.code", _("To"), kind="code", width=90),
        Column("item.number", _("Item"), kind="code", width=116),
        Column("item.name", _("Name")),
        Column("left", _("To ship"), kind="quantity", unit="item.unit.code"),
        Column("free", _("Free"), kind="quantity", unit="item.unit.code", order="",
               tone=lambda row: "" if row.enough else "bad"),
        Column("shipped", _("Shipped"), kind="bar", bar=("shipped_quantity", "", "quantity")),
        Column("from_location.code", _("From"), kind="code", width=104),
        Column("from_location.site.code", _("Site"), kind="code", width=90, hidden=True),
        Column("due_on", _("Due"), kind="date", hidden=True),
        Column("state", _("State"), kind="state", hidden=True),
    )  # fmt: skip
    tabs = (
        Tab("late", _("Late"), "when=late", counted=True, hot=True),
        Tab("today", _("Today"), "when=today", counted=True),
        Tab("week", _("In seven days"), "when=week", counted=True),
    )
    empty_title, empty_text = (
        _("Nothing to ship"),
        _("A transfer stands here from its order until all of it has left."),
    )
    empty_action = (_("Open the deliveries"), "planning:to-deliver")

    def rows(self) -> QuerySet[Any]:
        return selectors.to_ship(who(self.request), today=clock.today())

    def record_url(self, record: Any) -> str:
        return _page(record)


class Ship(ActionForm):
    model, lookup, section, roles = ReplenishmentOrder, "pk", "planning", RECEIVERS
    form_class = shipforms.ShipForm
    title, submit = _("Ship the transfer"), _("Ship")
    text = _("The goods leave the other place now and are in transit until they are received.")

    def held_at(self) -> Any:
        return selectors.sender(self.record)

    def form_kwargs(self) -> dict[str, Any]:
        return {"order": self.record}

    def initial(self) -> dict[str, Any]:
        return {"quantity": plain(max(self.record.quantity - self.record.shipped_quantity, 0))}

    def act(self, form: Any) -> Any:
        given = {name: value for name, value in form.cleaned_data.items() if name != "unit"}
        note, pallet = given.pop("despatch_note"), given.pop("pallet")
        if pallet is not None:
            rows = ship_units(units=[pallet], order=self.record, despatch_note=note, by=who(self.request))
        else:
            line = ShipLine(order=self.record, **given)
            moves = ship(lines=[line], despatch_note=note, by=who(self.request))
            rows = list(ShipmentMove.objects.filter(move=moves[0]))
        self.note = rows[0].despatch_note
        return _shipments(self.record)

    def said(self, result: Any) -> Any:
        return _now("Shipped, on the despatch note {note}.").format(note=self.note)


class Lose(ActionForm):
    model, lookup, section, roles = ReplenishmentOrder, "pk", "planning", CORRECTORS
    form_class = shipforms.LoseForm
    title, submit, danger = _("Lost on the way"), _("Report lost"), True
    text = _("What never arrives is scrapped out of transit; the order may be shipped again.")

    def form_kwargs(self) -> dict[str, Any]:
        return {"order": self.record}

    def initial(self) -> dict[str, Any]:
        return {"quantity": plain(max(self.record.shipped_quantity - self.record.received_quantity, 0))}

    def act(self, form: Any) -> Any:
        given = {name: value for name, value in form.cleaned_data.items() if name != "unit"}
        shipments.lose(order=self.record, **given, by=who(self.request))
        self.lost = given["quantity"]
        return _shipments(self.record)

    def said(self, result: Any) -> Any:
        words = _now("Reported lost: {quantity} {unit} of {item}.")
        item = self.record.item
        return words.format(quantity=formats.number(self.lost), unit=item.unit.code, item=item.number)


class ReceivePallet(ActionForm):
    title, submit, section, roles = _("Receive a pallet"), _("Receive"), "planning", RECEIVERS
    form_class = shipforms.ReceivePalletForm
    text = _("A handling unit that travels arrives with all that stands on it, for all its orders at once.")

    def act(self, form: Any) -> Any:
        given = dict(form.cleaned_data)
        receive_units(units=[given.pop("pallet")], **given, by=who(self.request))
        return reverse("planning:expected")

    def said(self, result: Any) -> Any:
        return _now("The pallet is here.")
