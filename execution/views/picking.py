"""A pick list: what to bring from where; and the components and reports on the order page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from execution import forms, paper, selectors, words
from execution.came_out import came_out, varied
from execution.labels import labels_of
from execution.models import PickList
from execution.services import pick, printing
from p2p.core.access import Role, at_sites
from p2p.core.digits import whole
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import Page, who
from p2p.core.web.records import RecordPage, RecordTab, Said
from p2p.inventory.views.units import labels_answer
from planning.models import ProductionOrder

FLOOR = (Role.OPERATOR, Role.SUPERVISOR)


def visible(request: HttpRequest) -> QuerySet[PickList]:
    return at_sites(selectors.pick_lists(), who(request), path="order__site__code")


class PickListPage(RecordPage):
    model, lookup, slot, section = PickList, "number", "pick-list", "execution"
    list_url, list_title = "execution:pick-lists", _("Pick lists")

    def rows(self) -> QuerySet[Any]:
        return visible(self.request)

    def subtitle(self) -> Any:
        order = self.record.order
        return f"{order.number} · {order.item.number} {order.item.name}"

    def facts(self) -> Sequence[Said]:
        one = self.record
        facts = [
            Said(_("Order"), one.order.number, url=words.order_url(one.order)),
            Said(_("For"), f"{formats.number(one.order.quantity)} {one.order.item.unit.code}"),
            Said(_("Start"), formats.day(one.order.start_on)),
            Said(_("Written"), formats.moment(one.created_at)),
        ]
        if one.picked_at:
            facts.append(Said(_("Picked"), f"{formats.moment(one.picked_at)}, {one.picked_by or ''}"))
        return facts

    def tabs(self) -> Sequence[RecordTab]:
        return (RecordTab("lines", _("Lines"), "execution/pick_lines.html"),)

    def extra(self) -> dict[str, Any]:
        return {"lines": selectors.pick_lines(self.record)}


class PickPart(ActionForm):
    model, lookup, section, form_class, roles = PickList, "pk", "execution", forms.PickPartForm, FLOOR
    title, submit = _("Pick"), _("Pick")
    text = _("What was taken from each place. Lines left empty stay on the list.")

    def heading(self) -> Any:
        return _now("Pick {pick_list}").format(pick_list=self.record)

    def form_kwargs(self) -> dict[str, Any]:
        open_lines = [
            line for line in selectors.pick_lines(self.record) if line.picked_quantity < line.quantity
        ]
        return {"lines": open_lines}

    def act(self, form: Any) -> Any:
        lines = [
            pick.Picked(line=line, quantity=amount, catch_quantity=pieces)
            for line, amount, pieces in form.picked()
        ]
        pick.pick(pick_list=self.record, lines=lines, by=who(self.request))
        return words.pick_list_url(self.record)

    def said(self, result: Any) -> Any:
        return _now("Picked from {pick_list}.").format(pick_list=self.record)


class PickListPaper(Page):
    """The pick list as PDF; that it was printed is kept."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        pick_list = get_object_or_404(visible(request), pk=pk)
        printing.printed(order=pick_list.order, kind="pick_list", by=who(request))
        return _pdf(paper.pick_list(pick_list), pick_list.number)


class Traveller(Page):
    """The paper that goes with an order, as PDF; that it was printed is kept."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        order = get_object_or_404(at_sites(selectors.orders(), who(request)), pk=pk)
        printing.printed(order=order, kind="traveller", by=who(request))
        return _pdf(paper.traveller(order), order.number)


class OrderLabel(Page):
    """Labels for what holds the pieces of an order, as PDF: as many as `?copies=` says."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        order = get_object_or_404(at_sites(selectors.orders(), who(request)), pk=pk)
        copies = min(whole(request.GET.get("copies", ""), least=1, most=99_999) or 1, 500)
        return _pdf(paper.label(order, copies=copies), f"{order.number}-label")


class ReportLabels(Page):
    """Labels of what a report brought into stock: plates, lots, serial numbers; as PDF or `?as=zpl`."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        rows = at_sites(selectors.reports(), who(request), path="operation__order__site__code")
        chosen = labels_of(get_object_or_404(rows, pk=pk))
        if not chosen:
            raise Http404
        return labels_answer(request, chosen)


def _pdf(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"'},
    )


class OrderFloor(Page):
    """On the order page: pick lists, what was reported, where the pieces stand, what was printed."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        order = get_object_or_404(at_sites(ProductionOrder.objects.all(), who(request)), pk=pk)
        context = {
            "order": order,
            "reports": selectors.reports().filter(operation__order=order),
            "pick_lists": selectors.pick_lists().filter(order=order),
            "standing": selectors.pieces_behind(order),
            "prints": selectors.printed(order),
            "came_out": came_out(order),
            "varied": varied(order),
        }
        return render(request, "execution/order_floor.html", context)


class OrderIssues(Page):
    """On the order page: every issue and return of components."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        order = get_object_or_404(at_sites(ProductionOrder.objects.all(), who(request)), pk=pk)
        return render(
            request, "execution/order_issues.html", {"order": order, "moves": selectors.material_moves(order)}
        )
