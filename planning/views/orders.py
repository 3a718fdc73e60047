"""Production orders: the list, forms, and planning's panels on the order page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from p2p.core.facts import Refused
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import Bulk, ListPage, Tab
from p2p.core.web.page import Page, who
from planning import filters, forms, selectors, words
from planning.models import ProductionOrder
from planning.services import firm, schedule
from planning.services import order as service
from planning.services.substitute import Possible, possible, substitute

PLANNER = ("planner",)
MOVER = ("planner", "supervisor")
AT_ONCE = 200
"""Orders that one press places anew: each is a schedule of its own around all the others."""


def _said(count: int, one: str, many: str) -> str:
    return ngettext(one, many, count).format(count=formats.number(count))


def reschedule_many(*, records: QuerySet[ProductionOrder], by: Any) -> str:
    orders = list(records[: AT_ONCE + 1])
    if len(orders) > AT_ONCE:
        said = _("At most {most} orders are placed anew at once: choose fewer, or press Schedule for all.")
        raise Refused(said, code="too_many", most=AT_ONCE)
    done = schedule.reschedule(orders=orders, by=by)
    gaps = [f"{order}: {words.gap(said)}" for order in done for said in order.open_gaps]
    return " ".join(
        [_said(len(done), "{count} order placed anew.", "{count} orders placed anew."), *gaps[:5]]
    )


def unfirm_many(*, records: QuerySet[ProductionOrder], by: Any) -> str:
    done = firm.unfirm(orders=list(records), by=by)
    return _said(len(done), "{count} order is a proposal again.", "{count} orders are proposals again.")


def cancel_many(*, records: QuerySet[ProductionOrder], by: Any) -> str:
    done = service.cancel_order(orders=list(records), by=by)
    return _said(len(done), "{count} order cancelled.", "{count} orders cancelled.")


def lateness(order: Any) -> timedelta | None:
    """Only what is late: how much early an order is helps nobody in this column."""
    late = order.late_by
    return late if late is not None and late > timedelta(0) else None


class OrderList(ListPage):
    model, title, section, slot = ProductionOrder, _("Production orders"), "planning", "orders"
    filterset_class = filters.OrderFilter
    search = ("number", "item__number", "item__name")
    order = ("due_on", "number")
    columns = (
        Column("number", _("Order"), link=True, width=108),
        Column("item.number", _("Item"), kind="code", width=116),
        Column("item.name", _("Name")),
        Column("state", _("State"), template="planning/order_state.html", order="state", width=150),
        Column("quantity", _("Quantity"), kind="quantity", unit="unit.code", total=True),
        Column("done", _("Done"), kind="bar", bar=("good_quantity", "scrap_quantity", "quantity")),
        Column("start_on", _("Start"), kind="date", hidden=True),
        Column("due_on", _("Due"), kind="date", width=106),
        Column("starts_at", _("Starts"), kind="time", width=140, hidden=True),
        Column("ends_at", _("Ends"), kind="time", width=140),
        Column(
            "late_by",
            _("Late by"),
            kind="duration",
            value=lateness,
            order="late_by",
            tone=lambda order: "bad" if order.late else "",
        ),
        Column("priority", _("Priority"), kind="number", hidden=True),
        Column("site.code", _("Site"), kind="code", hidden=True),
        Column("need", _("Need"), value=lambda row: row.get_need_display(), hidden=True),
        Column("made_for", _("Made for"), value=lambda row: words.need(row)[0], order="", hidden=True),
    )
    tabs = (
        Tab("open", _("Open"), "state=firm&state=scheduled&state=released&state=started", counted=True),
        Tab("late", _("Late"), "late=true", counted=True, hot=True),
        Tab("firm", _("To schedule"), "state=firm", counted=True),
        Tab("release", _("To release"), "state=scheduled", counted=True),
        Tab("started", _("Started"), "state=started", counted=True),
        Tab("blocked", _("Blocked"), "blocked=true"),
    )
    bulk = (
        Bulk("reschedule", _("Reschedule"), act=reschedule_many, roles=MOVER),
        Bulk("unfirm", _("Make proposals again"), act=unfirm_many, roles=PLANNER),
        Bulk(
            "cancel",
            _("Cancel"),
            act=cancel_many,
            roles=PLANNER,
            danger=True,
            confirm=_("Cancel these orders?"),
        ),
    )
    empty_title = _("No production order yet")
    empty_text = _("Orders come from firmed proposals, or are entered by hand.")
    empty_action = (_("Open the proposals"), "planning:proposals")

    def rows(self) -> QuerySet[Any]:
        return selectors.with_need(selectors.orders(self.request.user))


class OrderNew(ActionForm):
    title, submit, section, roles = _("New order"), _("Make it"), "planning", PLANNER
    form_class = forms.OrderForm

    def act(self, form: Any) -> Any:
        return service.create_order(**form.cleaned_data, by=who(self.request))


class OrderChange(ActionForm):
    model, title, submit, section, roles = (
        ProductionOrder,
        _("Change order"),
        _("Change"),
        "planning",
        PLANNER,
    )
    form_class = forms.OrderChangeForm

    def heading(self) -> Any:
        return _("Change {order}").format(order=self.record)

    def initial(self) -> dict[str, Any]:
        row = self.record
        return {
            "quantity": row.quantity.normalize(),
            "start_on": row.start_on,
            "due_on": row.due_on,
            "priority": row.priority,
            "reserve_at": row.reserve_at,
        }

    def act(self, form: Any) -> Any:
        return service.change_order(order=self.record, **form.cleaned_data, by=who(self.request))


class OrderReschedule(ActionForm):
    model, title, submit, section, roles = (
        ProductionOrder,
        _("Reschedule"),
        _("Reschedule"),
        "planning",
        MOVER,
    )
    form_class = forms.RescheduleForm
    text = _("The order is placed into the gaps that all the others leave.")

    def act(self, form: Any) -> Any:
        return schedule.reschedule(orders=[self.record], **form.cleaned_data, by=who(self.request))[0]

    def said(self, result: Any) -> Any:
        return " ".join([str(super().said(result)), *map(words.gap, result.open_gaps)]).strip()


class OrderSubstitute(ActionForm):
    model, title, submit, section, roles = (
        ProductionOrder,
        _("Use an alternate"),
        _("Use it"),
        "planning",
        MOVER,
    )
    form_class = forms.SubstituteForm
    text = _("The order takes it for all that is not issued yet, in the quantity its ratio says.")

    def form_kwargs(self) -> dict[str, Any]:
        return {
            "choices": [
                (f"{one.material.pk}:{one.alternate.pk}", _swap(one)) for one in possible(self.record)
            ]
        }

    def act(self, form: Any) -> Any:
        chosen = form.cleaned_data["choice"]
        one = next(one for one in possible(self.record) if f"{one.material.pk}:{one.alternate.pk}" == chosen)
        return substitute(material=one.material, alternate=one.alternate, by=who(self.request)).order

    def said(self, result: Any) -> Any:
        return _("{order} takes the alternate.").format(order=result)


def _swap(one: Possible) -> str:
    other = one.alternate.component
    words = _("{quantity} {unit} {other} {name} for {item}")
    quantity = formats.number(one.quantity)
    return words.format(
        quantity=quantity,
        unit=other.unit.code,
        other=other.number,
        name=other.name,
        item=one.material.item.number,
    )


class OrderCancel(ActionForm):
    model, title, submit, section, roles = (
        ProductionOrder,
        _("Cancel order"),
        _("Cancel it"),
        "planning",
        PLANNER,
    )
    form_class = forms.NothingForm
    danger = True
    text = _(
        "Its operations leave the schedule, what is reserved and made for it alone is free again. It stays cancelled."
    )

    def heading(self) -> Any:
        return _("Cancel {order}").format(order=self.record)

    def act(self, form: Any) -> Any:
        before = self._theirs()
        cancelled = service.cancel_order(orders=[self.record], by=who(self.request))[0]
        still = self._theirs()  # what came in or ended before keeps the word of what it was for
        self.freed = [supply for supply in before if supply not in still]
        return cancelled

    def _theirs(self) -> list[str]:
        return [str(row) for row, _unit in selectors.own_supplies(order=self.record)]

    def said(self, result: Any) -> Any:
        if not self.freed:
            return super().said(result)
        return _("{order} is cancelled. Made for it alone and free now: {orders}.").format(
            order=result, orders=", ".join(self.freed)
        )


class _Panel(Page):
    """A fragment about one order."""

    template_name: str

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        order = get_object_or_404(selectors.orders(request.user), pk=pk)
        return render(request, self.template_name, {"order": order, **self.found(order)})

    def found(self, order: ProductionOrder) -> dict[str, Any]:
        raise NotImplementedError


class OperationsPanel(_Panel):
    template_name = "planning/order_operations.html"

    def found(self, order: ProductionOrder) -> dict[str, Any]:
        operations = selectors.operations_of(order)
        for row in operations:
            row.overflow_words = words.overflow(row.overflow)  # type: ignore[attr-defined]
        return {"operations": operations, "outputs": selectors.outputs_of(order)}


class MaterialsPanel(_Panel):
    template_name = "planning/order_materials.html"

    def found(self, order: ProductionOrder) -> dict[str, Any]:
        return {"materials": selectors.materials_of(order), "outputs": selectors.outputs_of(order)}


class PlanPanel(_Panel):
    template_name = "planning/order_plan.html"

    def found(self, order: ProductionOrder) -> dict[str, Any]:
        ups, downs = selectors.feeding(order)
        need, address = words.need(order)
        return {
            "need": need,
            "address": address,
            "own": [(row, unit, words.address(row)) for row, unit in selectors.own_supplies(order=order)],
            "ups": ups,
            "downs": downs,
            "waits": [words.wait(one) for one in selectors.why_late(order)],
            "late": lateness(order),
        }
