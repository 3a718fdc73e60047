"""Counts: the list, a new one, one with its progress, its differences, the sheet, and how right the books are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import django_filters as filters
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import MONEY_ROLES, Role, at_sites, may, sites_of
from p2p.core.web import formats, series
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import Bulk, ListPage, Tab
from p2p.core.web.page import Page, who
from p2p.core.web.records import RecordPage, RecordTab, Said
from p2p.inventory import count_paper
from p2p.inventory.forms import counts as forms
from p2p.inventory.models import Balance, Count, CountLine, CountPlace
from p2p.inventory.selectors import counts as selectors
from p2p.inventory.selectors.classes import classes
from p2p.inventory.services.classes import classify
from p2p.inventory.services.count_entry import Entry, enter
from p2p.inventory.services.count_posting import decide, post_count
from p2p.inventory.services.counting import create_count, recount
from p2p.inventory.words import item_url
from strategies.models import Site

COUNTERS = (Role.OPERATOR, Role.SUPERVISOR)
APPROVERS = (Role.SUPERVISOR,)
ZERO = Decimal(0)


def sees_money(request: HttpRequest) -> bool:
    return may(who(request), *MONEY_ROLES, Role.SUPERVISOR)


class CountFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.MultipleChoiceFilter(label=_("State"), choices=Count.State.choices)
    kind = filters.ChoiceFilter(label=_("Kind"), choices=Count.Kind.choices)
    site = filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all())
    planned_on = filters.DateFromToRangeFilter(label=_("Day"))

    class Meta:
        model = Count
        fields = ("state", "kind", "site", "planned_on")


class Counts(ListPage):
    model, title, section, slot = Count, _("Counts"), "inventory", "counts"
    search = ("number", "note", "places__location__code")
    order = ("-id",)
    filterset_class = CountFilter
    columns = (
        Column("number", _("Count"), kind="code", link=True, width=120),
        Column("state", _("State"), kind="state", width=130),
        Column("kind", _("Kind"), value=lambda one: one.get_kind_display(), order="kind", width=120),
        Column("site.code", _("Site"), kind="code", width=100),
        Column("count_class.code", _("Class"), kind="code", width=70),
        Column("planned_on", _("Day"), kind="date"),
        Column("places_all", _("Places"), kind="number", order=""),
        Column("done", _("Counted"), kind="bar", bar=("places_done", "", "places_all"), width=130),
        Column("frozen", _("Frozen"), kind="yes"),
        Column("note", _("Note")),
        Column("created_by", _("By"), order="created_by__username", width=100),
        Column("posted_at", _("Posted"), kind="time"),
    )
    tabs = (
        Tab("open", _("Being counted"), "state=open", counted=True),
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
        return {"site": first.pk if first else None, "planned_on": clock.now().date()}

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
        return selectors.outcome(self.record, clock.now().date())

    def facts(self) -> Sequence[Said]:
        one = self.record
        facts = [
            Said(_("Counted"), f"{one.places_done} / {one.places_all}"),
            Said(_("Day"), formats.day(one.planned_on)),
            Said(_("Blind"), _("yes") if one.blind else _("no")),
            Said(_("Frozen"), _("yes") if one.frozen else _("no")),
            Said(_("By"), one.created_by or formats.NONE),
        ]
        if one.state != Count.State.OPEN:
            facts.append(Said(_("Differ"), f"{self.outcome.differ} / {self.outcome.lines}"))
            if self.outcome.waiting:
                facts.append(Said(_("To decide"), self.outcome.waiting, tone="warn"))
            if sees_money(self.request):
                money = one.site.currency_id and one.site.currency.code
                facts.append(Said(_("More"), f"{formats.number(self.outcome.more, 2)} {money}"))
                facts.append(Said(_("Less"), f"{formats.number(self.outcome.less, 2)} {money}"))
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
            "posting": self._posting() if self.request.GET.get("tab") == "posting" else None,
        }

    def _posting(self) -> dict[str, Any]:
        """What the ledger would be told: accepted and undecided differences, with their worth."""
        lines = selectors.current_lines(self.record).exclude(difference=0).exclude(accepted=False)
        found = list(lines[: self.SHOWN])
        costs = selectors.unit_costs(self.record.site, {line.item_id for line in found}, clock.now().date())
        money = sees_money(self.request)
        return {
            "money": money,
            "rows": [
                (line, line.difference, line.difference * costs.get(line.item_id, ZERO) if money else None)
                for line in found
            ],
        }


class DifferenceFilter(filters.FilterSet):  # type: ignore[misc]
    item = filters.CharFilter(label=_("Item"), field_name="item__number", lookup_expr="iexact")
    place = filters.CharFilter(label=_("Place"), field_name="place__location__code", lookup_expr="iexact")
    differs = filters.BooleanFilter(label=_("Differs"), method="different")
    waiting = filters.BooleanFilter(label=_("To decide"), field_name="accepted", lookup_expr="isnull")

    class Meta:
        model = CountLine
        fields = ("item", "place", "differs", "waiting")

    def different(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        return rows.exclude(difference=0) if value else rows.filter(difference=0)


def _accept(*, records: QuerySet[CountLine], by: Any) -> str:
    lines = decide(lines=list(records), accepted=True, by=by)
    return _now("{number} accepted.").format(number=len(lines))


def _reject(*, records: QuerySet[CountLine], by: Any) -> str:
    lines = decide(lines=list(records), accepted=False, by=by)
    return _now("{number} rejected: the books stay there.").format(number=len(lines))


def _again(*, records: QuerySet[CountLine], by: Any) -> str:
    places = CountPlace.objects.filter(pk__in=records.order_by().values("place"))
    count = recount(places=list(places), by=by)
    return _now("{count} is open again: {number} places are counted once more.").format(
        count=count.number, number=len(places)
    )


class Differences(ListPage):
    """What was found against what was expected, line by line: accept, reject, or have it counted again."""

    model, section, page_key = CountLine, "inventory", "inventory.differences"
    search = ("item__number", "item__name", "place__location__code", "lot__number", "serial__number")
    order = ("place__location__walk_order", "place__location__code", "item__number", "id")
    filterset_class = DifferenceFilter
    tabs = (
        Tab("waiting", _("To decide"), "waiting=true", counted=True, hot=True),
        Tab("differs", _("Differ"), "differs=true", counted=True),
    )
    bulk = (
        Bulk("accept", _("Accept"), act=_accept, roles=APPROVERS, icon="check"),
        Bulk("recount", _("Count again"), act=_again, roles=APPROVERS, icon="refresh"),
        Bulk("reject", _("Reject"), act=_reject, roles=APPROVERS, icon="x"),
    )
    empty_title, empty_text = _("Nothing is counted yet"), _("What is entered at the places shows here.")

    @cached_property
    def count(self) -> Count:
        rows = at_sites(Count.objects.select_related("site__currency"), who(self.request))
        return get_object_or_404(rows, number=self.kwargs["number"])

    @property
    def title(self) -> str:
        return _now("Differences of {count}").format(count=self.count.number)

    @cached_property
    def hidden(self) -> bool:
        """While a blind count is under way, only who decides about it sees what was expected."""
        return (
            self.count.blind
            and self.count.state == Count.State.OPEN
            and not may(who(self.request), *APPROVERS, site=self.count.site)
        )

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        columns = [
            Column("place.location.code", _("Place"), kind="code", width=100),
            Column("item.number", _("Item"), kind="code", width=120, href=item_url),
            Column("item.name", _("Name")),
            Column(
                "piece", _("Lot or serial"), kind="code", width=120, value=lambda one: one.lot or one.serial
            ),
            Column("handling_unit.number", _("Unit"), kind="code", hidden=True),
            Column("counted", _("Counted"), kind="quantity", unit="item.unit.code", width=110),
            Column("counted_by", _("By"), order="counted_by__username", width=90),
            Column("decision", _("Decision"), value=_decision, width=130, tone=_tone),
            Column("decided_by", _("Decided by"), order="decided_by__username", width=100),
            Column("reason.name", _("Reason"), hidden=True),
        ]
        if self.hidden:
            return columns
        figures = [
            Column("expected", _("Expected"), kind="quantity", width=100),
            Column("difference", _("Difference"), kind="quantity", width=100, signed=True, tone=_sign),
        ]
        if sees_money(self.request):
            head = self.count.site.currency.code
            figures.append(
                Column(
                    "worth", _("Worth"), kind="money", head=head, value=self._worth, signed=True, total=True
                )
            )
        return [*columns[:6], *figures, *columns[6:]]

    def _worth(self, line: Any) -> Decimal:
        worth: Decimal = line.difference * self._costs.get(line.item_id, ZERO)
        return worth

    @cached_property
    def _costs(self) -> dict[int, Decimal]:
        items = set(selectors.current_lines(self.count).order_by().values_list("item", flat=True))
        return selectors.unit_costs(self.count.site, items, clock.now().date())

    def rows(self) -> QuerySet[Any]:
        return selectors.lines().filter(place__count=self.count, attempt=F("place__attempt"))

    def record_url(self, record: Any) -> str:
        return reverse("inventory:count", args=[self.count.number])


def _decision(line: Any) -> Any:
    if line.move_id:
        return _("Posted")
    if line.accepted is None:
        return _("To decide") if line.difference else _("Equal")
    if not line.accepted:
        return _("Rejected")
    return (
        _("Accepted") if line.decided_by_id else _("Equal") if not line.difference else _("Within tolerance")
    )


def _tone(line: Any) -> str:
    return "warn" if line.accepted is None and line.difference else ""


def _sign(line: Any) -> str:
    return "bad" if line.difference < 0 else ""


class ReviewCount(Page):
    """From the button of a count to the differences that wait."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        count = get_object_or_404(at_sites(Count.objects.all(), who(request)), pk=pk)
        return redirect(f"{reverse('inventory:differences', args=[count.number])}?waiting=true")


class EnterPlace(ActionForm):
    """What was found at one place, on a desktop."""

    section, form_class, roles = "inventory", forms.EntryForm, COUNTERS
    model, submit, template_name = CountPlace, _("Save what was found"), "inventory/count_entry.html"

    @property
    def title(self) -> str:
        return _now("Count {place}").format(place=self.record.location.code)

    def form_kwargs(self) -> dict[str, Any]:
        return {"place": self.record}

    def draw(self, form: Any, status: int = 200) -> HttpResponse:
        known = expected_rows(self.record)
        rows = form.rows or [
            *known,
            *({"item": "", "piece": "", "unit": "", "quantity": ""} for _row in range(3)),
        ]
        context = {
            "page": self,
            "form": form,
            "record": self.record,
            "rows": rows,
            "count": self.record.count,
        }
        return render(self.request, self.template_name, context, status=status)

    def act(self, form: Any) -> Any:
        enter(entries=[Entry(place=self.record, found=form.cleaned_data["found"])], by=who(self.request))
        return reverse("inventory:count", args=[self.record.count.number])


def expected_rows(place: CountPlace) -> list[dict[str, str]]:
    """What is asked for at a place, by name, without its quantity where the count is blind: the lines entered
    before in this attempt, else what the books have there."""
    entered = list(
        selectors.lines().filter(place=place, attempt=place.attempt).order_by("item__number", "id")
    )
    if entered and place.state == CountPlace.State.COUNTED:
        return [_row(line, formats.number(line.counted)) for line in entered]
    if place.count.blind:
        return []
    rows = Balance.objects.filter(location=place.location_id).exclude(quantity=0)
    rows = rows.filter(item=place.item_id) if place.item_id else rows
    related = rows.select_related("item__unit", "lot", "serial", "handling_unit").order_by(
        "item__number", "id"
    )
    return [_row(line, "", formats.number(line.quantity)) for line in related]


def _row(line: Any, quantity: str, expected: str = "") -> dict[str, str]:
    piece = line.lot or line.serial
    return {
        "item": line.item.number,
        "name": line.item.name,
        "piece": piece.number if piece else "",
        "unit": line.handling_unit.number if line.handling_unit else "",
        "quantity": quantity,
        "expected": f"{expected} {line.item.unit.code}" if expected else "",
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


class AccuracyPage(Page):
    section, title = "inventory", _("Record accuracy")
    TARGET = 95

    def get(self, request: HttpRequest) -> HttpResponseBase:
        since = (clock.now().date() - timedelta(days=730)).replace(day=1)
        found = selectors.accuracy(sites_of(who(request)), since)
        points = [(one.month.strftime("%Y-%m"), one.share * 100) for one in found]
        title = _now("Records within tolerance, %")
        target = (_now("target"), self.TARGET)
        plot = series.line(points, title=title, target=target, places=1, width=1000) if points else ""
        context = {"page": self, "months": list(reversed(found)), "plot": plot}
        return render(request, "inventory/count_accuracy.html", context)


class ClassesPage(Page):
    """ABC: the class that follows from a year's use in money, beside the class each item has."""

    section, title = "inventory", _("ABC classes")
    SHOWN = 300

    def get(self, request: HttpRequest) -> HttpResponseBase:
        sites = list(at_sites(Site.objects.filter(active=True), who(request), path="code").order_by("code"))
        asked = request.GET.get("site", "")
        site = next((one for one in sites if one.code == asked), sites[0] if sites else None)
        found = classes(site, clock.now().date()) if site else []
        changes = [one for one in found if one.changes]
        context = {
            "page": self,
            "site": site,
            "sites": sites,
            "rows": found[: self.SHOWN],
            "count": len(found),
            "changes": len(changes),
            "money": sees_money(request),
            "may": site is not None and may(who(request), *APPROVERS, site=site),
        }
        return render(request, "inventory/count_classes.html", context)


class Classify(ActionForm):
    section, form_class, roles = "inventory", forms.ClassifyForm, APPROVERS
    title, submit = _("Write the classes"), _("Write")
    text = _("The rule of each item at the site whose class changes gets the class that follows.")

    def act(self, form: Any) -> Any:
        site = form.cleaned_data["site"]
        classify(site=site, by=who(self.request))
        return f"{reverse('inventory:count-classes')}?site={site.code}"
