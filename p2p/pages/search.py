"""Ctrl+K: numbers and names of orders, items, lots, vendors, inspections; each area's rows its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from outsourcing.models import SubcontractOrder
from p2p.core.access import at_sites
from p2p.core.web.page import Page
from planning.models import Demand, ProductionOrder
from quality.models import Inspection
from strategies.models import Item, Vendor

MOST = 5


@dataclass(frozen=True)
class Hit:
    """One line of the palette."""

    title: str
    text: str
    url: str


@dataclass(frozen=True)
class Group:
    """Hits of one kind."""

    title: Any
    hits: list[Hit]


class Search(Page):
    """A fragment of results for the palette, or a page of them for a browser without scripts."""

    title = _("Search")

    def get(self, request: HttpRequest) -> HttpResponse:
        text = request.GET.get("q", "").strip()[:80]
        groups = [group for group in find(text, request.user) if group.hits] if text else []
        fragment = request.headers.get("HX-Request") == "true"
        template = "pages/search_hits.html" if fragment else "pages/search.html"
        return render(request, template, {"page": self, "groups": groups, "text": text})


def find(text: str, user: Any) -> Iterator[Group]:
    """Groups of hits for what somebody typed: a number begins with it, or a name contains it. Six queries."""
    number = Q(number__istartswith=text)
    orders = at_sites(ProductionOrder.objects.select_related("item"), user)
    yield _group(
        _("Production orders"),
        orders.filter(number | Q(item__number__iexact=text)).order_by("-pk"),
        lambda one: f"{one.item.number} {one.item.name} · {one.get_state_display()}",
    )
    items = Item.objects.filter(number | Q(name__icontains=text)).order_by("number")
    yield _group(_("Items"), items, lambda one: one.name)
    demands = at_sites(Demand.objects.select_related("item"), user).filter(number).order_by("number", "line")
    yield _group(_("Demand"), demands, lambda one: f"{one.item.number} · {one.due_on}")
    vendors = Vendor.objects.filter(number | Q(name__icontains=text)).order_by("name")
    yield _group(_("Vendors"), vendors, lambda one: one.number)
    subcontracts = (
        at_sites(SubcontractOrder.objects.select_related("vendor"), user).filter(number).order_by("-pk")
    )
    yield _group(_("Subcontract orders"), subcontracts, lambda one: one.vendor.name)
    inspections = at_sites(Inspection.objects.select_related("item"), user, path="plan__site__code")
    yield _group(
        _("Inspections"),
        inspections.filter(number).order_by("-pk"),
        lambda one: f"{one.item} · {one.get_state_display()}",
    )


def _group(title: Any, rows: QuerySet[Any], text: Any) -> Group:
    hits = [Hit(str(one), str(text(one)), _address(one)) for one in rows[:MOST]]
    return Group(title, [hit for hit in hits if hit.url])


def _address(record: Any) -> str:
    return str(record.get_absolute_url()) if hasattr(record, "get_absolute_url") else ""
