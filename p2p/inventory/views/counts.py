"""Counts: the list, a new one, one with its progress, its differences, the sheet, and how right the books are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import MONEY_ROLES, Role, at_sites, may
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import ListPage, Tab
from p2p.core.web.page import Page, who
from p2p.core.web.records import RecordPage, RecordTab, Said
from p2p.inventory import count_paper
from p2p.inventory.forms import counts as forms
from p2p.inventory.models import Count
from p2p.inventory.selectors import counts as selectors
from p2p.inventory.services.count_posting import post_count
from p2p.inventory.services.counting import create_count
from strategies.models import Site

COUNTERS = (Role.OPERATOR, Role.SUPERVISOR)
APPROVERS = (Role.SUPERVISOR,)


def worth_of(line: Any, costs: Mapping[int, Decimal]) -> Decimal | None:
    """What the difference of a counted line is worth; None where nobody knows what one costs."""
    cost = costs.get(line.item_id)
    return None if cost is None or line.difference is None else line.difference * cost


def sees_money(request: HttpRequest) -> bool:
    return may(who(request), *MONEY_ROLES, Role.SUPERVISOR)


class CountFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.MultipleChoiceFilter(label=_("State"), choices=Count.State.choices)
    kind = filters.ChoiceFilter(label=_("Kind"), choices=Count.Kind.choices)
    site = filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all())
    planned_on = filters.DateFromToRangeFilter(label=_("Day"))
    asked = filters.BooleanFilter(method="told", label=_("Something was missing"))

    class Meta:
        model = Count
        fields = ("state", "kind", "site", "planned_on")

    def told(self, rows: Any, _name: str, wanted: bool) -> Any:
        return rows.exclude(reference="") if wanted else rows.filter(reference="")


class Counts(ListPage):
    model, title, section, slot = Count, _("Counts"), "inventory", "counts"
    search = ("number", "note", "reference", "places__location__code")
    order = ("-id",)
    filterset_class = CountFilter
    columns = (
        Column("number", _("Count"), kind="code", link=True, width=110),
        Column("state", _("State"), kind="state", width=130),
        Column("kind", _("Kind"), value=lambda one: one.get_kind_display(), order="kind", width=110),
        Column("site.code", _("Site"), kind="code", width=90),
        Column("count_class.code", _("Class"), kind="code", width=70, hidden=True),
        Column("planned_on", _("Day"), kind="date"),
        Column("places_all", _("Places"), kind="number", order=""),
        Column("done", _("Counted"), kind="bar", bar=("places_done", "", "places_all"), width=130),
        Column("frozen", _("Frozen"), kind="yes", hidden=True),
        Column("reference", _("Missing at"), kind="code", width=110),
        Column("reason", _("Reason"), order="reason__name", width=140),
        Column("note", _("Note"), width=220),
        Column("created_by", _("By"), order="created_by__username", width=100),
        Column("posted_at", _("Posted"), kind="time"),
    )
    tabs = (
        Tab("open", _("Being counted"), "state=open", counted=True),
        Tab("missing", _("Something was missing"), "state=open&asked=true", counted=True),
        Tab("review", _("To be approved"), "state=review", counted=True, hot=True),
        Tab("posted", _("Posted"), "state=posted"),
    )
    empty_title, empty_text = (
        _("Nothing was counted yet"),
        _("Start with what is due by class, or with one place."),
    )

    def rows(self) -> QuerySet[Any]:
        rows = at_sites(selectors.counts(), who(self.request))
        return rows.distinct() if self.request.GET.get("q") else rows

    def record_url(self, record: Any) -> str:
        return reverse("inventory:count", args=[record.number])


class NewCount(ActionForm):
    section, form_class, roles = "inventory", forms.NewCountForm, APPROVERS
    title, submit = _("New count"), _("Make the count")
    text = _(
        "A cycle count takes what is due by class; a spot count what you name; stocktaking the whole site."
    )

    def initial(self) -> dict[str, Any]:
        first = at_sites(Site.objects.filter(active=True), who(self.request), *APPROVERS, path="code").first()
        return {
            "site": first.pk if first else None,
            "planned_on": clock.today(first.time_zone if first else ""),
        }

    def act(self, form: Any) -> Any:
        count = create_count(**form.cleaned_data, by=who(self.request))
        return reverse("inventory:count", args=[count.number])


class CountPage(RecordPage):
    model, slot, section = Count, "count", "inventory"
    list_url, list_title = "inventory:counts", _("Counts")
    annex = ("journal", "talk")
    SHOWN = 500

    def rows(self) -> QuerySet[Any]:
        return at_sites(selectors.counts(), who(self.request))

    def subtitle(self) -> Any:
        return f"{self.record.get_kind_display()} · {self.record.site.code}"

    @cached_property
    def outcome(self) -> selectors.Outcome:
        return selectors.outcome(self.record, clock.today(self.record.site.time_zone))

    def facts(self) -> Sequence[Said]:
        one = self.record
        facts = [
            Said(_("Counted"), f"{one.places_done} / {one.places_all}"),
            Said(_("Day"), formats.day(one.planned_on)),
            Said(_("Blind"), _("yes") if one.blind else _("no")),
            Said(_("Frozen"), _("yes") if one.frozen else _("no")),
            Said(_("By"), one.created_by or formats.NONE),
        ]
        if one.reference:
            facts.append(Said(_("Missing at"), one.reference, tone="warn"))
            facts.append(Said(_("Reason"), one.reason or formats.NONE))
        if one.state != Count.State.OPEN:
            facts.append(Said(_("Differ"), f"{self.outcome.differ} / {self.outcome.lines}"))
            if self.outcome.waiting:
                facts.append(Said(_("To decide"), self.outcome.waiting, tone="warn"))
            if sees_money(self.request):
                money, known = one.site.currency_id and one.site.currency.code, self.outcome.priced
                facts.append(
                    Said(
                        _("More"),
                        f"{formats.number(self.outcome.more, 2)} {money}" if known else formats.NONE,
                    )
                )
                facts.append(
                    Said(
                        _("Less"),
                        f"{formats.number(self.outcome.less, 2)} {money}" if known else formats.NONE,
                    )
                )
        return facts

    def tabs(self) -> Sequence[RecordTab]:
        return (
            RecordTab("places", _("Places"), "inventory/count_places.html", self.record.places_all),
            RecordTab("posting", _("What is posted"), "inventory/count_posting.html"),
        )

    def extra(self) -> dict[str, Any]:
        rows = list(selectors.places(self.record)[: self.SHOWN + 1])
        return {
            "places": rows[: self.SHOWN],
            "more": len(rows) > self.SHOWN,
            "may_count": self.record.state == Count.State.OPEN
            and may(who(self.request), *COUNTERS, site=self.record.site),
            "posting": self._posting() if self.tab == "posting" else None,
        }

    def _posting(self) -> dict[str, Any]:
        """What the ledger would be told: accepted and undecided differences, with their worth."""
        lines = selectors.current_lines(self.record).exclude(difference=0).exclude(accepted=False)
        found = list(lines[: self.SHOWN])
        costs = selectors.unit_costs(
            self.record.site, {line.item_id for line in found}, clock.today(self.record.site.time_zone)
        )
        money = sees_money(self.request)
        return {
            "money": money,
            "rows": [(line, line.difference, worth_of(line, costs) if money else None) for line in found],
        }


class PostCount(ActionForm):
    model, section, form_class, roles = Count, "inventory", forms.ReasonForm, APPROVERS
    title, submit = _("Post the count"), _("Post")
    text = _("The books follow what was accepted; what was frozen moves again.")

    def act(self, form: Any) -> Any:
        count = post_count(count=self.record, **form.cleaned_data, by=who(self.request))
        return reverse("inventory:count", args=[count.number])


class CountSheet(Page):
    """The sheet to count with a pen."""

    def get(self, request: HttpRequest, number: str) -> HttpResponseBase:
        rows = at_sites(Count.objects.select_related("site"), who(request))
        count = get_object_or_404(rows, number=number)
        body = count_paper.sheet(count, list(selectors.places(count)), count_paper.what_lies(count))
        headers = {"Content-Disposition": f'inline; filename="{count.number}.pdf"'}
        return HttpResponse(body, content_type="application/pdf", headers=headers)
