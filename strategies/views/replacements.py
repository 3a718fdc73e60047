"""Use one component instead of another in every bill: look at what would happen, start it, read it, take it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role, require
from p2p.core.digits import whole
from p2p.core.refusal import Refused
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage
from p2p.core.web.once import first_time
from p2p.core.web.page import Page, done, who
from p2p.core.web.records import RecordTab, Said
from p2p.core.web.runs import run_url
from strategies import forms
from strategies.forms.replacing import ReplaceForm
from strategies.models import BomVersion, ReplaceLine, ReplaceRun, Unit
from strategies.selectors import lists
from strategies.selectors.replacing import Asked, Plan, reasons
from strategies.services import replace
from strategies.views.watched import WatchedPage

ENGINEER = (Role.ENGINEER,)
SHOWN = 300
OUTCOMES = dict(ReplaceLine.Outcome.choices)
COLOURS = {
    "ends": "finished",
    "swaps": "finished",
    "back": "finished",
    "ended": "proposed",
    "changed": "late",
}


def _number(key: int) -> str:
    return _("No. {number}").format(number=key)


def _address(key: int) -> str:
    return reverse("strategies:replace-run", args=[key])


def _back(run: Any) -> str:
    """What a list says of a run that takes another back, or that one has taken back."""
    if run.takes_back:
        return _("takes back No. {number}").format(number=run.takes_back)
    return _("by No. {number}").format(number=run.taken_back_by) if run.taken_back_by else ""


def _back_url(run: Any) -> str:
    other = run.takes_back or run.taken_back_by
    return _address(other) if other else ""


class Replacements(ListPage):
    model, title, section, slot = ReplaceRun, _("Mass replacements"), "strategies", "replacements"
    search = ("old__number", "new__number", "old__name", "new__name")
    order = ("-id",)
    columns = (
        Column("id", _("No."), kind="number", width=64, link=True),
        Column("old.number", _("Old"), kind="code", width=150),
        Column("new.number", _("New"), kind="code", width=150),
        Column("new.name", _("Name")),
        Column("valid_from", _("From"), kind="date"),
        Column("state", _("State"), kind="state"),
        Column("bills", _("Bills"), kind="number", order="", value=lambda run: run.summary.get("bills")),
        Column("back", _("Taken back"), width=150, value=_back, order="", href=_back_url),
        Column("asked_at", _("Started"), kind="time"),
        Column("asked_by", _("By"), width=140, order="asked_by__username"),
    )
    empty_title, empty_text = (
        _("Nothing replaced yet"),
        _("One component instead of another, in all bills at once."),
    )
    empty_icon, empty_action = "transfer-in", (_("Replace a component"), "strategies:new-replacement")

    def rows(self) -> QuerySet[Any]:
        return lists.replacements()


class NewReplacement(Page):
    """The form; filled in, what would happen below it; posted, the run."""

    section, roles, title = "strategies", ENGINEER, _("Replace a component everywhere")
    list_url = "strategies:replacements"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        asked = request.GET
        # A link that names only the old component opens the form; it is no wrong entry.
        form = ReplaceForm(asked) if "new" in asked else ReplaceForm(initial={"ratio": 1, **asked.dict()})
        return self.draw(request, form)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = ReplaceForm(request.POST)
        if not form.is_valid():
            return self.draw(request, form, status=422)
        site = form.cleaned_data["site"]
        require(request.user, *self.roles, site=site or "")  # none: the bills of all sites
        shown, kept = (_keys(request, name) for name in ("shown", "keep"))
        without = _keys(request, "without") | (shown - kept)
        try:
            with transaction.atomic():
                if not first_time(request):
                    return done(request, to=self._last())
                run = replace.start(**form.cleaned_data, without=without, by=who(request))
        except Refused as no:
            form.add_error(no.field if no.field in form.fields else None, str(no))
            return self.draw(request, form, status=409)
        return done(request, to=run.get_absolute_url())

    def _last(self) -> str:
        run = ReplaceRun.objects.filter(asked_by=who(self.request)).order_by("-pk").first()
        return run.get_absolute_url() if run else "/"

    def draw(self, request: HttpRequest, form: ReplaceForm, status: int = 200) -> HttpResponseBase:
        context: dict[str, Any] = {"page": self, "form": form, "chosen": form.is_bound and form.is_valid()}
        if context["chosen"]:
            try:
                asked, plan = replace.preview(**form.cleaned_data)
                context |= _previewed(asked, plan)
            except Refused as no:
                form.add_error(no.field if no.field in form.fields else None, str(no))
                context["chosen"] = False
                status = max(status, 409)
        return render(request, "strategies/replacement_new.html", context, status=status)


def _keys(request: HttpRequest, name: str) -> set[int]:
    return {key for each in request.POST.getlist(name) if (key := whole(each)) is not None}


def _question(asked: Asked, bills: int) -> dict[str, str]:
    """Asked before it is done; # stands for the count, which follows the ticks."""
    if asked.day:
        one = _("Use {new} instead of {old} in # bill, from {day} on?")
        many = _("Use {new} instead of {old} in # bills, from {day} on?")
    else:
        one = _("Use {new} instead of {old} in # bill, at once?")
        many = _("Use {new} instead of {old} in # bills, at once?")
    told = {"new": asked.new.number, "old": asked.old.number, "day": formats.day(asked.day)}
    said = {"one": one.format(**told), "many": many.format(**told)}
    return said | {"first": said["one" if bills == 1 else "many"].replace("#", formats.number(bills))}


def _previewed(asked: Asked, plan: Plan) -> dict[str, Any]:
    """Two queries beside the plan's, whatever the number of bills."""
    changing, conflicts = plan.changing[:SHOWN], plan.conflicts[:SHOWN]
    boms = BomVersion.objects.select_related("item", "site").in_bulk(
        {line.bom for line, _what in (*changing, *conflicts)}
    )
    why = reasons(plan, asked, conflicts)
    new = Unit.objects.get(pk=asked.new.unit_id).code
    bills = len({line.bom for line, _what in plan.changing})
    return {
        "asked": asked,
        "unit": new,
        "counts": [
            (COLOURS.get(what, "started"), OUTCOMES[what], count)
            for what, count in sorted(plan.counts.items(), key=lambda pair: (-pair[1], pair[0]))
        ],
        "bills": bills,
        "question": _question(asked, bills),
        "changing": [
            (boms[line.bom], line, OUTCOMES[what], line.quantity * asked.ratio) for line, what in changing
        ],
        "changing_count": len(plan.changing),
        "conflicts": [
            (boms[line.bom], line, COLOURS.get(what, "started"), OUTCOMES[what], said)
            for (line, what), said in zip(conflicts, why, strict=True)
        ],
        "conflict_count": len(plan.conflicts),
        "shown_most": SHOWN,
    }


class ReplacementPage(WatchedPage):
    """What a replacement did to each bill, and which it left alone."""

    template_name = "strategies/record.html"
    model, lookup, slot, section = ReplaceRun, "pk", "replacement", "strategies"
    list_url, list_title = "strategies:replacements", _("Mass replacements")

    def rows(self) -> QuerySet[Any]:
        return lists.replacements()

    def badges(self) -> list[tuple[str, Any]]:
        run = self.record
        said = [(run.state, "")]
        if run.taken_back_by:
            over = run.taken_back_state == "done"
            said.append(("proposed", _("Taken back")) if over else ("started", _("Is being taken back")))
        return said

    def heading(self) -> str:
        return f"{self.record.old.number} → {self.record.new.number}"

    def subtitle(self) -> Any:
        undoes = self.record.takes_back
        return _("takes back No. {number}").format(number=undoes) if undoes else self.record.new.name

    def facts(self) -> list[Said]:
        run = self.record
        left = sum(
            count for key, count in run.summary.items() if key not in ("bills", "ends", "swaps", "back")
        )
        said = [
            Said(_("Bills changed"), formats.number(run.summary.get("bills"))),
            Said(_("Left alone"), formats.number(left), "warn" if left else ""),
            Said(_("From"), formats.day(run.valid_from) if run.valid_from else _("at once")),
            Said(_("Ratio"), formats.number(run.ratio)),
            Said(_("Started"), formats.moment(run.asked_at)),
            Said(_("By"), run.asked_by or formats.NONE),
            Said(_("Run"), run.number, url=run_url(run)),
        ]
        if run.takes_back:
            said.append(Said(_("Takes back"), _number(run.takes_back), url=_address(run.takes_back)))
        if run.taken_back_by:
            said.append(Said(_("Taken back by"), _number(run.taken_back_by), url=_address(run.taken_back_by)))
        return said

    def tabs(self) -> Sequence[RecordTab]:
        count = dict.fromkeys(("done", "left"), 0)
        for key, number in self.record.summary.items():
            if key != "bills" and isinstance(number, int):
                count["done" if key in ("ends", "swaps", "back") else "left"] += number
        return [
            RecordTab(
                "done", _("Changed"), "strategies/replacement_lines.html", count=formats.number(count["done"])
            ),
            RecordTab(
                "left",
                _("Left alone"),
                "strategies/replacement_lines.html",
                count=formats.number(count["left"]),
            ),
        ]

    def extra(self) -> dict[str, Any]:
        good = ("ends", "swaps", "back")
        left = self.tab == "left"
        rows = self.record.lines.select_related("bom__item").order_by("bom__item__number", "position", "pk")
        chosen = rows.exclude(outcome__in=good) if left else rows.filter(outcome__in=good)
        return {"lines": chosen[:SHOWN], "more": max(0, chosen.count() - SHOWN), "left": left}


class Undo(ActionForm):
    """Take it back, as a run of its own."""

    model, lookup, section, roles = ReplaceRun, "pk", "strategies", ENGINEER
    form_class, title, submit, danger = (
        forms.NothingForm,
        _("Take the replacement back"),
        _("Take back"),
        True,
    )
    text = _("Every bill gets its old lines again, unless somebody has changed it since: those are named.")

    def act(self, form: Any) -> Any:
        return replace.undo(run=self.record, by=who(self.request)).get_absolute_url()
