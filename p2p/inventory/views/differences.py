"""The differences of a count, line by line: accept, reject, or have it counted again."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

import django_filters as filters
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import at_sites, may
from p2p.core.web.columns import Column
from p2p.core.web.lists import Bulk, ListPage, Tab
from p2p.core.web.page import Page, who
from p2p.inventory.models import Count, CountLine
from p2p.inventory.selectors import counts as selectors
from p2p.inventory.services.count_again import recount
from p2p.inventory.services.count_posting import decide
from p2p.inventory.views.counts import APPROVERS, sees_money, worth_of
from p2p.inventory.words import item_url


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
    lines = list(records)
    count = recount(lines=lines, by=by)
    return _now("{count} is open again: {number} of its lines are counted once more; the rest stays.").format(
        count=count.number, number=len(lines)
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
                "piece", _("Lot or serial"), kind="code", width=160, value=lambda one: one.lot or one.serial
            ),
            Column("handling_unit.number", _("Unit"), kind="code", hidden=True),
            Column("counted", _("Counted"), kind="quantity", unit="item.unit.code", width=110),
            Column("counted_by", _("By"), order="counted_by__username", width=112),
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

    def _worth(self, line: Any) -> Decimal | None:
        """None where nobody knows what one costs."""
        return worth_of(line, self._costs)

    @cached_property
    def _costs(self) -> dict[int, Decimal]:
        items = set(selectors.current_lines(self.count).order_by().values_list("item", flat=True))
        return selectors.unit_costs(self.count.site, items, clock.today(self.count.site.time_zone))

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
