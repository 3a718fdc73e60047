"""Lists: what to release, what to pick, what to work on, what was reported, what stopped."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from execution import filters, selectors, words
from execution.models import Downtime, PickList, Report
from execution.services import release
from execution.shortages import shortages
from p2p.core import clock
from p2p.core.access import Role, at_sites
from p2p.core.clock import now
from p2p.core.web import formats
from p2p.core.web.columns import Column
from p2p.core.web.lists import Bulk, ListPage, Tab
from p2p.core.web.page import who
from planning.models import Operation, ProductionOrder

SUPERVISOR = (Role.SUPERVISOR,)


def _released(count: int) -> str:
    return ngettext("{count} order released.", "{count} orders released.", count).format(
        count=formats.number(count)
    )


def release_many(*, records: QuerySet[ProductionOrder], by: Any) -> str:
    orders = list(records)
    release.release(orders=orders, by=by)
    return _released(len(orders))


def release_short(*, records: QuerySet[ProductionOrder], by: Any) -> str:
    orders = list(records)
    release.release(orders=orders, despite_shortage=True, by=by)
    return _released(len(orders))


def _short(order: Any) -> str:
    """What is missing, in a file: asked for order by order there."""
    lacking = getattr(order, "short", None)
    lacking = shortages([order])[order.pk] if lacking is None else lacking
    return ", ".join(map(str, lacking))


class ToRelease(ListPage):
    model, title, section, slot = ProductionOrder, _("Release"), "execution", "releases"
    page_key = "execution.release"
    search = ("number", "item__number", "item__name")
    order = ("start_on", "priority", "number")
    filterset_class = filters.ReleaseFilter
    columns = (
        Column("number", _("Order"), link=True, width=108),
        Column("item.number", _("Item"), kind="code", width=116),
        Column("item.name", _("Name")),
        Column("state", _("State"), kind="state"),
        Column("quantity", _("Quantity"), kind="quantity", unit="item.unit.code", total=True),
        Column("short", _("Components"), value=_short, template="execution/cell_components.html", width=240),
        Column("start_on", _("Start"), kind="date"),
        Column("due_on", _("Due"), kind="date"),
        Column("priority", _("Priority"), kind="number", width=72),
        Column("site.code", _("Site"), kind="code", width=84, hidden=True),
    )
    tabs = (Tab("scheduled", _("Scheduled"), "state=scheduled", counted=True),)
    bulk = (
        Bulk("release", _("Release"), act=release_many, roles=SUPERVISOR, icon="player-play"),
        Bulk(
            "release-short",
            _("Release despite shortage"),
            act=release_short,
            roles=SUPERVISOR,
            confirm=_("Release although components are missing? What is missing stays on the pick lists."),
        ),
    )
    empty_title, empty_text = (
        _("Nothing to release"),
        _("Firmed orders wait here until a supervisor releases them."),
    )

    def rows(self) -> QuerySet[Any]:
        return at_sites(selectors.releasable(), who(self.request))

    def record_url(self, record: Any) -> str:
        return words.order_url(record)

    def context(self, *, partial: bool = False) -> dict[str, Any]:
        """The page's orders are checked against free stock together: two queries, not two per row."""
        found = super().context(partial=partial)
        records = [line.record for line in found["lines"]]
        lacking = shortages(records)
        for record in records:
            record.short = lacking[record.pk]
        found["lines"] = [self._line(record) for record in records]
        return found

    def _line(self, record: Any) -> Any:
        if not hasattr(record, "short"):
            record.short = []
        return super()._line(record)


def _readiness(operation: Any) -> str:
    found = selectors.readiness(operation)
    operation.now = found
    return found.words


class Dispatch(ListPage):
    model, title, section, slot = Operation, _("Work list"), "execution", "dispatch"
    page_key = "execution.dispatch"
    search = ("order__number", "name", "order__item__number", "order__item__name")
    order = ("starts_at", "order__priority", "order__number", "number")
    filterset_class = filters.DispatchFilter
    columns = (
        Column("order.number", _("Order"), link=True, width=108),
        Column("number", _("Op."), kind="number", width=56),
        Column("name", _("Operation")),
        Column("order.item.number", _("Item"), kind="code", width=112),
        Column("readiness", _("Now"), value=_readiness, template="execution/cell_readiness.html", width=152),
        Column(
            "ready", _("Ready"), kind="quantity", value=lambda one: selectors.readiness(one).pieces, width=80
        ),
        Column("done", _("Done"), kind="bar", bar=("good_quantity", "scrap_quantity", "quantity")),
        Column("starts_at", _("Starts"), kind="time"),
        Column(
            "order.due_on",
            _("Due"),
            kind="date",
            tone=lambda one: "bad" if one.order.due_on < clock.today() else "",
        ),
        Column("act", "", template="execution/cell_work.html", value=lambda one: "", width=148),
        Column("group.name", _("Work centre"), width=140, hidden=True),
        Column("order.item.name", _("Name"), hidden=True),
        Column("resource.name", _("Resource"), width=110, hidden=True),
        Column("order.priority", _("Priority"), kind="number", hidden=True),
    )
    tabs = (Tab("started", _("Started"), "state=started", counted=True),)
    empty_title, empty_text = _("No open work"), _("Operations appear here when their order is released.")
    empty_action = (_("Orders to release"), "execution:to-release")

    def rows(self) -> QuerySet[Any]:
        return at_sites(selectors.dispatch_list(), who(self.request), path="order__site__code")

    def record_url(self, record: Any) -> str:
        return words.order_url(record.order)


class PickLists(ListPage):
    model, title, section, slot = PickList, _("Pick lists"), "execution", "pick-lists"
    search = ("number", "order__number", "order__item__number", "order__item__name")
    order = ("-id",)
    filterset_class = filters.PickListFilter
    columns = (
        Column("number", _("Pick list"), link=True, width=112),
        Column("state", _("State"), kind="state"),
        Column("order.number", _("Order"), kind="code", width=108, href=words.of_order),
        Column("order.item.number", _("For"), kind="code", width=116),
        Column("order.item.name", _("Name")),
        Column("order.start_on", _("Start"), kind="date"),
        Column(
            "homeless",
            _("Missing"),
            value=lambda one: _("Components are missing") if one.homeless and one.state == "open" else "",
            width=196,
            tone=lambda one: "bad",
        ),
        Column("created_at", _("Written"), kind="time"),
        Column("picked_at", _("Picked"), kind="time"),
        Column("picked_by", _("By"), width=120, order="picked_by__username", hidden=True),
    )
    tabs = (Tab("open", _("Open"), "state=open", counted=True),)
    empty_title, empty_text = (
        _("No pick list"),
        _("Releasing an order writes one for the components to be brought."),
    )
    empty_action = (_("Orders to release"), "execution:to-release")

    def rows(self) -> QuerySet[Any]:
        return at_sites(selectors.pick_lists(), who(self.request), path="order__site__code")

    def record_url(self, record: Any) -> str:
        return words.pick_list_url(record)


class Reports(ListPage):
    model, title, section, slot = Report, _("Reports"), "execution", "reports"
    search = ("number", "operation__order__number", "operation__order__item__number", "note")
    order = ("-id",)
    filterset_class = filters.ReportFilter
    columns = (
        Column("number", _("Report"), link=True, width=104),
        Column("operation.order.number", _("Order"), kind="code", width=108, href=words.of_operation),
        Column("operation.number", _("Op."), kind="number", width=56),
        Column("operation.name", _("Operation")),
        Column("operation.order.item.number", _("Item"), kind="code", width=110),
        Column("good", _("Good"), kind="quantity", total=True),
        Column(
            "scrap", _("Scrap"), kind="quantity", total=True, tone=lambda one: "bad" if one.scrap > 0 else ""
        ),
        Column("reason.name", _("Reason"), width=150),
        Column("cause", _("At fault"), value=lambda one: one.get_cause_display(), width=110, hidden=True),
        Column("seconds", _("Time"), kind="duration"),
        Column("effective_at", _("When"), kind="time"),
        Column("by", _("By"), width=112, order="by__username"),
        Column(
            "undone",
            _("Note"),
            value=lambda one: _("Undone") if one.undone else _("Reversal") if one.reverses_id else one.note,
            width=90,
        ),
        Column("resource.name", _("Resource"), hidden=True),
        Column("posted_at", _("Entered"), kind="time", hidden=True),
    )
    tabs = (Tab("scrap", _("With scrap"), "scrapped=true", counted=True),)
    empty_title, empty_text = (
        _("Nothing reported"),
        _("Every report of good or scrapped pieces is kept here."),
    )
    empty_action = (_("Work list"), "execution:dispatch")

    def rows(self) -> QuerySet[Any]:
        return at_sites(selectors.reports(), who(self.request), path="operation__order__site__code")

    def record_url(self, record: Any) -> str:
        return words.report_url(record)


class Downtimes(ListPage):
    model, title, section, slot = Downtime, _("Downtime"), "execution", "downtimes"
    search = ("resource__code", "resource__name", "reason__name", "note")
    order = ("-began_at", "-id")
    filterset_class = filters.DowntimeFilter
    columns = (
        Column("resource.code", _("Resource"), kind="code", width=92),
        Column("resource.name", _("Name")),
        Column("resource.group.name", _("Work centre"), width=130),
        Column("reason.name", _("Reason"), width=140),
        Column("began_at", _("From"), kind="time"),
        Column("ended_at", _("To"), kind="time"),
        Column(
            "lasted",
            _("Lasted"),
            kind="duration",
            value=lambda one: (one.ended_at or now()) - one.began_at,
            tone=lambda one: "" if one.ended_at else "bad",
        ),
        Column("note", _("Note"), width=140),
        Column("act", "", template="execution/cell_up.html", value=lambda one: "", width=128),
    )
    tabs = (Tab("down", _("Still down"), "going_on=true", counted=True, hot=True),)
    empty_title, empty_text = (
        _("Nothing stopped"),
        _("When a machine stops, say so here or on the tablet beside it."),
    )

    def rows(self) -> QuerySet[Any]:
        return at_sites(selectors.downtimes(), who(self.request), path="resource__site__code")
