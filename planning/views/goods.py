"""What comes and what goes: expected orders and receiving them, demand to deliver, deliveries and returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from p2p.core import clock
from p2p.core.access import Role, at_sites
from p2p.core.facts import Refused, gather
from p2p.core.fields import plain
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import Bulk, ListPage, Tab
from p2p.core.web.page import back, who
from planning import filters, lineforms, selectors, shipforms
from planning.arrival_facts import Arriving, Notice
from planning.models import Demand, ReplenishmentOrder
from planning.services.delivery import deliver
from planning.services.receive import receive_lines
from planning.services.returns import return_goods
from planning.services.short import close_short
from planning.views.lines import LineForm, LinesPage

RECEIVERS = (Role.BUYER, Role.PLANNER, Role.SUPERVISOR, Role.OPERATOR)
DELIVERERS = (Role.SUPERVISOR, Role.OPERATOR, Role.PLANNER)
CORRECTORS = (Role.SUPERVISOR, Role.BUYER)


def _late(row: Any) -> str:
    return "bad" if row.late else ""


def _from(row: Any) -> Any:
    return row.vendor or f"{row.from_location.site.code} · {row.from_location.code}"


class Expected(ListPage):
    model, title, section, slot = ReplenishmentOrder, _("Expected"), "planning", "expected"
    page_key = "planning.expected"
    filterset_class = filters.ExpectedFilter
    search = ("number", "item__number", "item__name", "vendor__name")
    order = ("expected_on", "vendor__name", "number")
    columns = (
        Column("expected_on", _("Expected"), kind="date", width=106, tone=_late),
        Column("number", _("Order"), link=True, width=108),
        Column("vendor.name", _("From"), width=180, value=_from, order="vendor__name"),
        Column("item.number", _("Item"), kind="code", width=116),
        Column("item.name", _("Name")),
        Column("left", _("To come"), kind="quantity", unit="item.unit.code", total=True),
        Column("received", _("Received"), kind="bar", bar=("received_quantity", "", "quantity")),
        Column("state", _("State"), kind="state"),
        Column("to_location.code", _("To"), kind="code", width=104),
        Column("due_on", _("Due"), kind="date", hidden=True),
        Column("kind", _("Kind"), value=lambda row: row.get_kind_display(), hidden=True),
        Column("site.code", _("Site"), kind="code", width=90, hidden=True),
    )  # fmt: skip
    tabs = (
        Tab("late", _("Late"), "when=late", counted=True, hot=True),
        Tab("today", _("Today"), "when=today", counted=True),
        Tab("week", _("In seven days"), "when=week", counted=True),
    )
    bulk = (Bulk("receive", _("Receive"), url_name="planning:receive", roles=RECEIVERS, icon="transfer-in"),)
    empty_title, empty_text = (
        _("Nothing is expected"),
        _("Open purchases and transfers stand here until they came."),
    )
    empty_action = (_("Open the purchases"), "planning:replenishments")

    def rows(self) -> QuerySet[Any]:
        return selectors.expected(who(self.request), today=clock.today())

    def record_url(self, record: Any) -> str:
        return reverse("planning:replenishment", args=[record.number])


class Receive(LinesPage):
    model = ReplenishmentOrder
    title, submit, section, roles = _("Receive"), _("Receive"), "planning", RECEIVERS
    head_class, line_class = lineforms.ReceiveHead, lineforms.ReceiveLine
    more = _("One more lot or place")
    empty = _("None of these orders expects anything any more.")
    empty_action = (_("What is expected"), "planning:expected")

    def rows(self) -> Any:
        found = selectors.expected(who(self.request), today=clock.today(), roles=RECEIVERS)
        return found.order_by("expected_on", "number")

    def initial_of(self, record: Any) -> dict[str, Any]:
        return {"quantity": plain(record.left), "location": record.to_location}

    def left_out(self) -> Sequence[str]:
        """Orders of sites where this person may look and not receive."""
        seen = selectors.expected(who(self.request), today=clock.today()).filter(pk__in=self.asked)
        others = seen.exclude(pk__in=[one.pk for one in self.records])
        words = _now("{order} is for {site}: you do not receive there.")
        return [words.format(order=one.number, site=one.site.code) for one in others.order_by("number")]

    def notices(self) -> Sequence[Notice]:
        return gather(Arriving(orders=tuple(self.records)))

    def target(self) -> str:
        if self.one is None:
            return back(self.request, reverse("planning:expected"))
        return reverse("planning:replenishment", args=[ReplenishmentOrder.objects.get(pk=self.one).number])

    def act(self, head: Any, lines: Sequence[LineForm]) -> str:
        wanted = [line.line() for line in lines]  # type: ignore[attr-defined]
        rows = receive_lines(lines=wanted, **head.cleaned_data, by=who(self.request))
        booked = ngettext("{count} receipt booked.", "{count} receipts booked.", len(rows))
        came = {line.order.pk: line.order for line in wanted}
        noticed = [notice.sentence for notice in gather(Arriving(orders=tuple(came.values())))]
        return " ".join([booked.format(count=len(rows)), *noticed])


# ---- going out


class ToDeliver(ListPage):
    model, title, section, slot = Demand, _("To deliver"), "planning", "to-deliver"
    page_key = "planning.to-deliver"
    filterset_class = filters.ToDeliverFilter
    search = ("number", "item__number", "item__name", "customer__name")
    order = ("goes_on", "customer__name", "number", "line")
    columns = (
        Column("goes_on", _("Goes"), kind="date", width=106, tone=_late),
        Column("number", _("Number"), link=True, width=110),
        Column("line", _("Line"), kind="number", width=56),
        Column("customer.name", _("Customer"), width=170),
        Column("item.number", _("Item"), kind="code", width=116),
        Column("item.name", _("Name")),
        Column("left", _("To deliver"), kind="quantity", unit="unit.code"),
        Column("reserved", _("Reserved"), kind="quantity", order=""),
        Column("free", _("Free"), kind="quantity", unit="item.unit.code",
               order="", tone=lambda row: "" if row.enough else "bad"),
        Column("delivered_quantity", _("Delivered"), kind="quantity", hidden=True),
        Column("due_on", _("Due"), kind="date", hidden=True),
        Column("promised_on", _("Promised"), kind="date", hidden=True),
        Column("priority", _("Priority"), kind="number", width=72, hidden=True),
        Column("site.code", _("Site"), kind="code", width=90, hidden=True),
    )  # fmt: skip
    tabs = (
        Tab("late", _("Late"), "when=late", counted=True, hot=True),
        Tab("today", _("Today"), "when=today", counted=True),
        Tab("week", _("In seven days"), "when=week", counted=True),
        Tab("ready", _("Can go"), "enough=true", counted=True),
    )
    bulk = (
        Bulk("deliver", _("Deliver"), url_name="planning:deliver", roles=DELIVERERS, icon="truck-delivery"),
    )
    empty_title, empty_text = (
        _("Nothing to deliver"),
        _("Open lines of customers and other plants stand here."),
    )
    empty_action = (_("Open the demand"), "planning:demands")

    def rows(self) -> QuerySet[Any]:
        return selectors.to_deliver(who(self.request), today=clock.today())

    def record_url(self, record: Any) -> str:
        return reverse("planning:demand", args=[record.pk])


class Deliver(LinesPage):
    model = Demand
    title, submit, section, roles = _("Deliver"), _("Deliver"), "planning", DELIVERERS
    head_class, line_class = lineforms.DeliverHead, lineforms.DeliverLine
    more = _("One more lot or place")
    empty = _("None of these lines is open any more.")
    empty_action = (_("What is to be delivered"), "planning:to-deliver")

    def rows(self) -> Any:
        found = selectors.to_deliver(who(self.request), today=clock.today(), roles=DELIVERERS)
        return found.order_by("goes_on", "number", "line")

    def initial_of(self, record: Any) -> dict[str, Any]:
        try:
            return {"quantity": plain(lineforms.left_of(record))}
        except Refused:
            # A conversion that is gone meanwhile: the sentence comes when somebody delivers.
            return {}

    def target(self) -> str:
        return (
            back(self.request, reverse("planning:to-deliver"))
            if self.one is None
            else reverse("planning:demand", args=[self.one])
        )

    def act(self, head: Any, lines: Sequence[LineForm]) -> str:
        wanted = [line.line() for line in lines]  # type: ignore[attr-defined]
        rows = deliver(lines=wanted, **head.cleaned_data, by=who(self.request))
        notes = ", ".join(dict.fromkeys(row.delivery_note for row in rows))
        return _now("Delivered on {notes}.").format(notes=notes)


class CloseShort(ActionForm):
    model, lookup, section, roles = Demand, "pk", "planning", (Role.PLANNER, Role.SUPERVISOR)
    form_class = shipforms.CloseShortForm
    title, submit, danger = _("Close with less"), _("Close"), True
    text = _(
        "Nothing more goes to this line, although something is missing; what is kept for it is free again."
    )

    def act(self, form: Any) -> Any:
        (row,) = close_short(demands=[self.record], **form.cleaned_data, by=who(self.request))
        return reverse("planning:demand", args=[row.pk])


class Return(LinesPage):
    model = Demand
    title, submit, section, roles = (
        _("Take goods back from a customer"),
        _("Take back"),
        "planning",
        DELIVERERS,
    )
    head_class, line_class = lineforms.ReturnHead, lineforms.ReturnBlock
    more = _("One more lot or piece")
    empty = _("There is no such line.")
    empty_action = (_("Demand"), "planning:demands")

    def rows(self) -> Any:
        return at_sites(selectors.demands(), who(self.request), *DELIVERERS)

    def target(self) -> str:
        return reverse("planning:demand", args=[self.one])

    def act(self, head: Any, lines: Sequence[LineForm]) -> str:
        wanted = [line.line() for line in lines]  # type: ignore[attr-defined]
        rows = return_goods(lines=wanted, **head.cleaned_data, by=who(self.request))
        item = rows[0].move.item
        return _now("{quantity} {unit} of {item} came back to {place}.").format(
            quantity=formats.number(sum(row.move.quantity for row in rows)),
            unit=item.unit.code,
            item=item.number,
            place=", ".join(sorted({row.move.target.code for row in rows})),
        )
