"""Work with stock on the desk: what is to be done, by whom, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from p2p.core.access import Role, at_sites, require
from p2p.core.digits import whole
from p2p.core.models import User
from p2p.core.sites import require_at
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import Bulk, ListPage, Tab
from p2p.core.web.page import Page, stay, who
from p2p.core.web.records import RecordPage, RecordTab, Said
from p2p.inventory import filters, selectors
from p2p.inventory.cards import kanban_cards
from p2p.inventory.forms import tasks as forms
from p2p.inventory.forms.stock import NothingForm
from p2p.inventory.models import StockTask, SupplyRule, TaskMove
from p2p.inventory.selectors.tasks import tasks as every
from p2p.inventory.services import supply, task_work
from p2p.inventory.services import tasks as service
from p2p.inventory.words import item_url, lot_url

DOERS = (Role.OPERATOR, Role.SUPERVISOR)
LEADERS = (Role.SUPERVISOR,)
MOST_CARDS = 500
"""Rules whose cards are printed at once."""


def cancel_many(*, records: QuerySet[StockTask], by: User) -> str:
    return _count(service.cancel(tasks=list(records), by=by), "cancelled")


def take_many(*, records: QuerySet[StockTask], by: User) -> str:
    return _count(service.start(tasks=list(records), by=by), "yours")


def put_back_many(*, records: QuerySet[StockTask], by: User) -> str:
    return _count(service.put_back(tasks=list(records), by=by), "free")


def _count(rows: Sequence[StockTask], what: str) -> str:
    said = {
        "cancelled": ngettext("{count} task cancelled.", "{count} tasks cancelled.", len(rows)),
        "yours": ngettext("{count} task is yours.", "{count} tasks are yours.", len(rows)),
        "free": ngettext("{count} task is anybody's again.", "{count} tasks are anybody's again.", len(rows)),
    }
    return said[what].format(count=len(rows))


class Tasks(ListPage):
    model, title, section, slot = StockTask, _("Tasks"), "inventory", "tasks"
    search = (
        "number",
        "item__number",
        "item__name",
        "reference",
        "lot__number",
        "source__code",
        "target__code",
    )
    order = ("priority", "due_at", "id")
    filterset_class = filters.TaskFilter
    columns = (
        Column("number", _("Task"), kind="code", link=True, width=104),
        Column("kind", _("Kind"), value=lambda one: one.get_kind_display(), order="kind", width=104),
        Column("state", _("State"), kind="state", width=96),
        Column("item.number", _("Item"), kind="code", width=110, href=item_url),
        Column("item.name", _("Name")),
        Column("quantity", _("Quantity"), kind="quantity", unit="item.unit.code", width=110),
        Column("done_quantity", _("Done"), kind="quantity", width=80),
        Column("source.code", _("From"), kind="code", width=92),
        Column("target.code", _("To"), kind="code", width=92),
        Column("lot.number", _("Lot"), kind="code", width=100, href=lot_url, hidden=True),
        Column("handling_unit.number", _("Handling unit"), kind="code", width=110, hidden=True),
        Column("reference", _("Document"), kind="code", width=136),
        Column("waits_for", _("Waits for"), kind="code", width=100),
        Column("priority", _("Priority"), kind="number", width=88),
        Column("due_at", _("Needed"), kind="time", hidden=True),
        Column("started_by", _("Who"), order="started_by__username", width=96),
        Column("created_at", _("Since"), kind="time", hidden=True),
        Column("done_at", _("Ended"), kind="time", hidden=True),
        Column("site.code", _("Site"), kind="code", width=84, hidden=True),
    )
    tabs = (
        Tab("open", _("To do"), "open=true", counted=True),
        Tab("mine", _("Mine"), "mine=true", counted=True, hot=True),
        Tab("put-away", _("Put away"), "open=true&kind=put_away", counted=True),
        Tab("supply", _("Supply"), "open=true&kind=supply", counted=True),
        Tab("move", _("Move"), "open=true&kind=move"),
    )
    bulk = (
        Bulk("take", _("I take them"), act=take_many, roles=DOERS),
        Bulk("assign", _("Assign"), url_name="inventory:tasks-assign", roles=LEADERS),
        Bulk("back", _("Put back"), act=put_back_many, roles=LEADERS),
        Bulk(
            "cancel",
            _("Cancel"),
            act=cancel_many,
            roles=LEADERS,
            danger=True,
            confirm=_("What is left of them is not done any more."),
        ),
    )
    empty_title, empty_text = (
        _("Nothing to do"),
        _("Tasks come with receipts, from empty bins and places below their minimum, or are made by hand."),
    )

    def rows(self) -> QuerySet[Any]:
        return at_sites(every(), who(self.request))

    def record_url(self, record: Any) -> str:
        return reverse("inventory:task", args=[record.number])


class TaskPage(RecordPage):
    model, lookup, slot, section = StockTask, "number", "task", "inventory"
    list_url, list_title = "inventory:tasks", _("Tasks")

    def rows(self) -> QuerySet[Any]:
        return at_sites(every().select_related("created_by"), who(self.request))

    def subtitle(self) -> Any:
        one = self.record
        return f"{one.get_kind_display()} · {one.item.number} {one.item.name}"

    def badges(self) -> Sequence[tuple[str, Any]]:
        return [(self.record.state, self.record.get_state_display())]

    def facts(self) -> Sequence[Said]:
        one = self.record
        unit = one.item.unit.code
        facts = [
            Said(_("Quantity"), f"{formats.number(one.quantity)} {unit}"),
            Said(_("Done"), f"{formats.number(one.done_quantity)} {unit}"),
            Said(_("From"), one.source.code if one.source else formats.NONE),
            Said(_("To"), one.target.code if one.target else formats.NONE),
            Said(_("Who"), one.started_by or formats.NONE),
            Said(_("Priority"), one.priority),
            Said(_("Made"), formats.moment(one.created_at)),
        ]
        for label, value in (
            (_("Lot"), one.lot),
            (_("Serial"), one.serial),
            (_("Handling unit"), one.handling_unit),
            (_("Document"), one.reference),
            (_("Waits for"), one.waits_for),
            (_("Needed"), formats.moment(one.due_at) if one.due_at else ""),
        ):
            if value:
                facts.append(Said(label, value))
        return facts

    def tabs(self) -> Sequence[RecordTab]:
        return (RecordTab("moves", _("Movements"), "inventory/task_moves.html"),)

    def extra(self) -> dict[str, Any]:
        links = TaskMove.objects.filter(task=self.record).values("move")
        return {"moves": selectors.moves().filter(Q(pk__in=links) | Q(reverses__in=links)).order_by("id")}


class TaskNew(ActionForm):
    section, form_class, roles = "inventory", forms.TaskForm, DOERS
    title, submit = _("Ask for stock to be brought"), _("Make the task")

    def act(self, form: Any) -> Any:
        row = service.create_one(**form.cleaned_data, by=who(self.request))
        return stay(text=_now("{task} is to be done.").format(task=row.number))


class TasksAssign(ActionForm):
    section, form_class, roles = "inventory", forms.AssignForm, LEADERS
    title, submit = _("Assign tasks"), _("Assign")

    def form_kwargs(self) -> dict[str, Any]:
        active = User.objects.filter(is_active=True)
        doers = active.filter(grants__role__in=[role.value for role in DOERS])
        return {"people": doers.distinct().order_by("username")}

    def act(self, form: Any) -> Any:
        rows = StockTask.objects.filter(pk__in=self.ticked)
        require_at(self.request.user, rows, *LEADERS)
        found = service.assign(tasks=list(rows), **form.cleaned_data, by=who(self.request))
        words = ngettext("{count} task is {person}'s.", "{count} tasks are {person}'s.", len(found))
        return stay(text=words.format(count=len(found), person=form.cleaned_data["to"]))


class TaskDo(ActionForm):
    model, section, form_class, roles = StockTask, "inventory", forms.DoForm, DOERS
    title, submit = _("It was brought as the task says"), _("Done")

    def form_kwargs(self) -> dict[str, Any]:
        return {"task": self.record}

    def act(self, form: Any) -> Any:
        row = task_work.do(task=self.record, **form.cleaned_data, by=who(self.request))
        return stay(text=_now("{task} is done.").format(task=row.number))


class TaskUndo(ActionForm):
    model, section, form_class, roles = StockTask, "inventory", NothingForm, DOERS
    title, submit, danger = _("Take back what was brought last"), _("Take back"), True
    text = _("Moves with the opposite direction are posted; the task is open again.")

    def act(self, form: Any) -> Any:
        row = task_work.undo(task=self.record, by=who(self.request))
        return stay(text=_now("{task} is to be done again.").format(task=row.number))


class FillUp(ActionForm):
    section, form_class, roles = "inventory", forms.FillForm, LEADERS
    title, submit = _("Fill up the lines"), _("Make tasks")
    text = _(
        "Every line-side place below its minimum is filled up to its maximum; what is on its way counts."
    )

    def act(self, form: Any) -> Any:
        rows = supply.replenish(**form.cleaned_data, by=who(self.request))
        words = ngettext("{count} task made.", "{count} tasks made.", len(rows))
        return stay(text=words.format(count=len(rows)))


class CallBin(ActionForm):
    section, form_class, roles = "inventory", forms.CallForm, DOERS
    title, submit = _("A bin is empty"), _("Call for parts")

    def act(self, form: Any) -> Any:
        card = form.cleaned_data["card"]
        require(self.request.user, *DOERS, site=supply.site_of(card=card))
        row = supply.call(card=card, by=who(self.request))
        words = _now("{quantity} {unit} of {item} are called for: {task}.")
        said = {"quantity": formats.number(row.quantity), "unit": row.item.unit.code, "item": row.item.number}
        return stay(text=words.format(**said, task=row.number))


class KanbanCards(Page):
    """Cards to print: of one rule (`?rule=`), or of every kanban place of the person's sites."""

    roles = DOERS

    def get(self, request: HttpRequest) -> HttpResponseBase:
        rows = SupplyRule.objects.filter(method=SupplyRule.Method.KANBAN, active=True)
        asked = whole(request.GET.get("rule", ""))
        if asked is not None:
            rows = rows.filter(pk=asked)
        rows = at_sites(rows, request.user, *DOERS, path="location__site__code")
        related = rows.select_related("item__unit", "location__site", "source")
        found = list(related.order_by("location__code", "card")[:MOST_CARDS])
        if not found:
            raise Http404(_now("No place is supplied by kanban here."))
        name = {"Content-Disposition": 'inline; filename="kanban-cards.pdf"'}
        return HttpResponse(kanban_cards(found), content_type="application/pdf", headers=name)
