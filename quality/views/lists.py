"""Lists: the inspectors' queue, control plans, nonconformances."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.access import at_sites
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage, Tab
from quality import selectors
from quality.filters import InspectionFilter, NonConformanceFilter, PlanFilter
from quality.models import ControlPlan, Inspection, NonConformance


def _progress(record: Any) -> str:
    return f"{record.read} / {record.asked * record.sample_size}"


def _order(record: Any) -> str:
    return str(record.operation.order.get_absolute_url()) if record.operation else ""


def _document(record: Any) -> Any:
    """What is inspected for: the production order, or the purchase whose goods came in."""
    return record.operation.order if record.operation else record.replenishment


def _document_page(record: Any) -> str:
    if record.replenishment:
        return reverse("planning:replenishment", args=[record.replenishment.number])
    return _order(record)


def _inspection(record: Any) -> str:
    return str(record.inspection.get_absolute_url()) if record.inspection else ""


class Inspections(ListPage):
    model, title, section, slot = Inspection, _("Inspections"), "quality", "inspections"
    search = (
        "number", "item__number", "item__name", "operation__order__number", "replenishment__number", "lot__number",
    )  # fmt: skip
    order = ("opened_at", "number")
    filterset_class = InspectionFilter
    columns = (
        Column("number", _("Inspection"), link=True, width=104),
        Column("state", _("State"), kind="state", width=150),
        Column("item.number", _("Item"), kind="code", width=112),
        Column("item.name", _("Name")),
        Column(
            "document",
            _("Order"),
            kind="code",
            width=104,
            value=_document,
            href=_document_page,
            order="operation__order__number",
        ),
        Column("operation.number", _("Op."), kind="number", width=56),
        Column("operation.group.name", _("Work centre"), width=124),
        Column("lot.number", _("Lot"), kind="code", width=100),
        Column("replenishment.vendor.name", _("Vendor"), width=140, hidden=True),
        Column("quantity", _("Quantity"), kind="quantity", unit="item.unit.code"),
        Column("sample_size", _("Sample"), kind="number", width=72),
        Column("progress", _("Read"), value=_progress, width=80),
        Column("opened_at", _("Opened"), kind="time"),
        Column("because", _("Because"), hidden=True),
        Column("decided_at", _("Decided"), kind="time", hidden=True),
        Column("decided_by", _("By"), hidden=True),
    )
    tabs = (
        Tab("open", _("To inspect"), "state=open", counted=True),
        Tab("goods", _("Goods in"), "state=open&at=goods", counted=True),
        Tab("rejected", _("Rejected"), "state=rejected", counted=True, hot=True),
        Tab("decided", _("Decided"), "state=accepted&state=conceded&sort=-opened_at"),
    )
    empty_title = _("Nothing to inspect")
    empty_text = _(
        "Inspections open by themselves when an order is released, or goods come in, that a control plan names."
    )
    empty_icon = "clipboard-check"
    empty_action = (_("Open the control plans"), "quality:plans")

    def rows(self) -> QuerySet[Any]:
        return at_sites(selectors.inspections(), self.request.user, path="plan__site__code")


class Plans(ListPage):
    model, title, section, slot = ControlPlan, _("Control plans"), "quality", "controlplans"
    search = ("code", "name", "item__number", "item__name", "item_group__code", "group__name")
    order = ("code", "-version")
    filterset_class = PlanFilter
    columns = (
        Column("code", _("Plan"), link=True, width=140),
        Column("version", _("Version"), kind="number", width=72),
        Column("state", _("State"), kind="state"),
        Column("name", _("Name")),
        Column("get_trigger_display", _("When"), width=180, order="trigger"),
        Column("item.number", _("Item"), kind="code", width=110),
        Column("item_group.code", _("Item group"), width=96),
        Column("group.name", _("Work centre"), width=124),
        Column("operation_number", _("Op."), kind="number", width=56),
        Column("vendor.name", _("Vendor"), width=124),
        Column("blocks", _("Blocks"), kind="yes"),
        Column("site.code", _("Site"), width=92),
    )
    tabs = (
        Tab("active", _("Active"), "state=active"),
        Tab("draft", _("Drafts"), "state=draft", counted=True),
    )
    empty_title = _("No control plan yet")
    empty_text = _("A control plan says what is read, on how many pieces, and for which item or operation.")
    empty_icon = "list-check"
    empty_action = (_("Write the first plan"), "quality:plan-new")

    def rows(self) -> QuerySet[Any]:
        rows = ControlPlan.objects.select_related("site", "item", "item_group", "group", "vendor")
        return at_sites(rows, self.request.user)


class NonConformances(ListPage):
    model, title, section, slot = NonConformance, _("Nonconformances"), "quality", "nonconformances"
    search = ("number", "item__number", "item__name", "operation__order__number", "lot__number", "note")
    order = ("-opened_at", "-number")
    filterset_class = NonConformanceFilter
    columns = (
        Column("number", _("Number"), link=True, width=104),
        Column("state", _("State"), kind="state"),
        Column("get_disposition_display", _("Decision"), width=100, order="disposition"),
        Column("item.number", _("Item"), kind="code", width=104),
        Column("item.name", _("Name")),
        Column("quantity", _("Quantity"), kind="quantity", unit="item.unit.code", total=True),
        Column("lot.number", _("Lot"), kind="code", width=88),
        Column("inspection.number", _("Inspection"), kind="code", width=98, href=_inspection),
        Column("operation.order.number", _("Order"), kind="code", width=98, href=_order),
        Column("reason.name", _("Reason"), width=104),
        Column("site.code", _("Site"), width=88, hidden=True),
        Column("opened_at", _("Opened"), kind="time"),
    )
    tabs = (Tab("open", _("To decide"), "state=open", counted=True, hot=True),)
    empty_title = _("No nonconformance")
    empty_text = _("A rejected inspection raises one, or you note by hand what does not conform.")
    empty_icon = "alert-triangle"
    empty_action = (_("Note a nonconformance"), "quality:nonconformance-new")

    def rows(self) -> QuerySet[Any]:
        return at_sites(selectors.nonconformances(), self.request.user)
