"""Plan runs: the list, the start form, one run with its figures and messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Max, Min, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage, Tab
from p2p.core.web.page import who
from p2p.core.web.records import RecordPage, RecordTab, Said
from planning import filters, forms, selectors, words
from planning.models import Demand, Message, PlanRun
from planning.services import mrp
from strategies.models import Site

PLANNER = ("planner",)
PHASES = {"load": _("reading"), "think": _("planning"), "store": _("storing")}
KINDS = {
    "make": _("to make"),
    "buy": _("to buy"),
    "transfer": _("to transfer"),
    "subcontract": _("subcontract"),
}
TONES = {"problem": "late", "warning": "warning", "action": "firm"}


def took(run: Any) -> timedelta | None:
    """How long a run took."""
    return run.ended_at - run.began_at if run.ended_at and run.began_at else None


def rules_of(run: PlanRun) -> str:
    """What the run looked at, in words."""
    asked = run.settings
    said = [
        (asked.get("netting"), _("stock and open orders")),
        (asked.get("lead_times"), _("lead times")),
        (asked.get("lot_sizes"), _("lot sizes")),
        (asked.get("safety_stock"), _("safety stock")),
    ]
    return ", ".join(str(name) for on, name in said if on) or str(_("lot for lot, all levels on one day"))


class PlanList(ListPage):
    model, title, section, slot = PlanRun, _("Plans"), "planning", "plans"
    order = ("-pk",)
    columns = (
        Column("number", _("Plan"), value=str, link=True, width=88),
        Column("state", _("State"), kind="state"),
        Column("site.code", _("Site"), kind="code", width=110),
        Column("from_date", _("Needs from"), kind="date", width=106),
        Column("to_date", _("To"), kind="date", width=106),
        Column("rules", _("Rules"), value=rules_of),
        Column("proposals", _("Proposals"), kind="number", value=lambda run: run.summary.get("proposals")),
        Column("asked_at", _("Asked"), kind="time", width=140),
        Column("asked_by.username", _("By"), width=110),
        Column("took", _("Took"), kind="duration", value=took),
    )
    empty_title = _("No plan yet")
    empty_text = _("A plan turns demand into proposals: what to make and buy, when and why.")
    empty_action = (_("Start a plan"), "planning:plan-new")

    def rows(self) -> QuerySet[Any]:
        return selectors.runs_of(self.request.user)

    def record_url(self, record: Any) -> str:
        return reverse("planning:plan", args=[record.pk])


class PlanNew(ActionForm):
    title, submit, section, roles = _("Start a plan"), _("Plan"), "planning", PLANNER
    form_class = forms.PlanForm
    text = _("The plan is made in the background; proposals of earlier plans stay until it is done.")

    def initial(self) -> dict[str, Any]:
        today = clock.today()
        site = Site.objects.filter(active=True).order_by("pk").first()
        known = Demand.objects.filter(state="open").aggregate(first=Min("due_on"), last=Max("due_on"))
        if known["last"] and known["last"] < today:
            # Old data: today would plan nothing.
            return {"site": site, "from_date": known["first"], "to_date": known["last"]}
        return {"site": site, "from_date": today, "to_date": today + timedelta(days=90)}

    def act(self, form: Any) -> Any:
        run = mrp.plan(**form.cleaned_data, by=who(self.request))
        return reverse("planning:plan", args=[run.pk])


class PlanPage(RecordPage):
    model, lookup, slot, section = PlanRun, "pk", "plan", "planning"
    list_url, list_title = "planning:plans", _("Plans")

    def rows(self) -> QuerySet[Any]:
        return selectors.runs_of(self.request.user)

    def heading(self) -> str:
        return str(self.record)

    def subtitle(self) -> Any:
        run = self.record
        return f"{run.site.name} · {formats.day(run.from_date)} – {formats.day(run.to_date)}"

    def facts(self) -> list[Said]:
        run = self.record
        facts = [Said(_("Looked at"), rules_of(run)), Said(_("Asked"), formats.moment(run.asked_at))]
        if run.asked_by:
            facts.append(Said(_("By"), run.asked_by))
        if took(run) is not None:
            facts.append(Said(_("Took"), formats.duration(took(run))))
        if run.summary.get("unseen_changes"):
            facts.append(Said(_("Changed meanwhile"), run.summary["unseen_changes"], "warn"))
        return facts

    def tabs(self) -> list[RecordTab]:
        return [RecordTab("summary", _("Summary"), "planning/plan_summary.html")]

    def extra(self) -> dict[str, Any]:
        run = self.record
        summary = run.summary
        spent = summary.get("seconds", {})
        return {
            "run": run,
            "percent": min(100, run.done * 100 // run.total) if run.total else None,
            "kinds": [(KINDS.get(kind, kind), row) for kind, row in summary.get("kinds", {}).items()],
            "seconds": [(label, spent[name]) for name, label in PHASES.items() if name in spent],
            "codes": [(code, words.title(code), n) for code, n in summary.get("messages", {}).items()],
            "urgent": [
                (one, TONES[one.level], words.title(one.code), words.sentence(one))
                for one in selectors.worst_messages(run)
            ],
            "said": sum(summary.get("messages", {}).values()),
        }


class MessageList(ListPage):
    model, title, section = Message, _("Messages"), "planning"
    filterset_class = filters.MessageFilter
    search = ("item__number", "item__name")
    order = ("run", "pk")
    columns = (
        Column("code", _("Message"), value=lambda one: words.title(one.code), template="planning/message_cell.html",
               order="code", width=176),
        Column("item.number", _("Item"), kind="code", width=120),
        Column("sentence", _("What and why"), value=words.sentence),
        Column("proposal", _("Proposal"), value=lambda one: one.proposal, width=120,
               href=lambda one: reverse("planning:proposal", args=[one.proposal_id]) if one.proposal_id else ""),
    )  # fmt: skip
    tabs = (
        Tab("problem", _("Problems"), "level=problem", counted=True, hot=True),
        Tab("warning", _("Warnings"), "level=warning", counted=True),
        Tab("action", _("Actions"), "level=action", counted=True),
    )
    empty_title = _("No message")
    empty_text = _("The latest plan found nothing a planner has to look at.")
    empty_action = (_("Plans"), "planning:plans")

    def rows(self) -> QuerySet[Any]:
        rows = selectors.messages(self.request.user)
        if self.request.GET.get("run"):
            return rows
        plan = selectors.latest_plan(self.request.user)
        return rows.filter(run=plan)
