"""Proposals: the list of the latest plan, bulk approval and firming, and what each one is for."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from p2p.core.digits import whole
from p2p.core.web import formats
from p2p.core.web.columns import Column
from p2p.core.web.lists import Bulk, ListPage, Tab
from p2p.core.web.page import Page
from p2p.core.web.records import RecordPage, RecordTab, Said
from planning import filters, selectors, words
from planning.models import Proposal
from planning.services import firm as service

PLANNER = ("planner",)
NOTES = 50
"""So many messages of a plan stand on the page of their proposal."""


def firm_many(*, records: QuerySet[Proposal], by: Any) -> str:
    result = service.firm(proposals=records, by=by)
    made, bought = len(result.orders), len(result.replenishments)
    said = ngettext("{count} production order", "{count} production orders", made).format(
        count=formats.number(made)
    )
    also = ngettext("{count} purchase", "{count} purchases", bought).format(count=formats.number(bought))
    words = _g("Firmed: {orders}, {purchases}.").format(orders=said, purchases=also)
    if result.skipped:
        words += " " + _g("{count} stay proposals: {reason}").format(
            count=len(result.skipped), reason=result.skipped[0].reason
        )
    return words


def _mover(step: str) -> Any:
    def act(*, records: QuerySet[Proposal], by: Any) -> str:
        count = service.move_proposals(proposals=records, step=step, by=by)
        return ngettext("{count} proposal changed.", "{count} proposals changed.", count).format(count=count)

    return act


class ProposalList(ListPage):
    model, title, section, slot = Proposal, _("Proposals"), "planning", "proposals"
    filterset_class = filters.ProposalFilter
    search = ("item__number", "item__name")
    order = ("start_on", "number")
    columns = (
        Column("proposal", _("Proposal"), value=str, order="number", link=True, width=108),
        Column("kind", _("Kind"), value=lambda row: row.get_kind_display(), order="kind", width=84),
        Column("item.number", _("Item"), kind="code", width=116),
        Column("item.name", _("Name")),
        Column("state", _("State"), kind="state"),
        Column("need", _("Need"), value=lambda row: row.get_need_display(), order="need", width=104),
        Column("made_for", _("Made for"), value=lambda row: words.need(row)[0], order="", width=120),
        Column("quantity", _("Quantity"), kind="quantity", unit="item.unit.code", total=True),
        Column("start_on", _("Start"), kind="date", width=106),
        Column("due_on", _("Due"), kind="date", width=106),
        Column("need_on", _("Needed"), kind="date", hidden=True),
        Column("level", _("Level"), kind="number", width=56, hidden=True),
        Column("vendor.name", _("Vendor"), width=150),
        Column("priority", _("Priority"), kind="number", hidden=True),
        Column("named", _("Demand names"), value=words.named, order="", hidden=True),
    )
    tabs = (
        Tab("open", _("Open"), "state=proposed&state=approved", counted=True),
        Tab("make", _("To make"), "kind=make&state=proposed&state=approved", counted=True),
        Tab("buy", _("To buy"), "kind=buy&state=proposed&state=approved", counted=True),
        Tab("firmed", _("Firmed"), "state=firmed"),
    )
    bulk = (
        Bulk("firm", _("Firm"), act=firm_many, roles=PLANNER, icon="check"),
        Bulk("approve", _("Approve"), act=_mover("approve"), roles=PLANNER),
        Bulk("dismiss", _("Dismiss"), act=_mover("dismiss"), roles=PLANNER),
        Bulk("restore", _("Restore"), act=_mover("restore"), roles=PLANNER),
    )
    empty_title = _("No proposal")
    empty_text = _(
        "Proposals come from a plan: start one, and what has to be made and bought will stand here."
    )
    empty_action = (_("Start a plan"), "planning:plan-new")

    def rows(self) -> QuerySet[Any]:
        rows = selectors.proposals(self.request.user)
        if self.request.GET.get("run"):
            return rows
        return rows.filter(run=selectors.latest_plan(self.request.user))

    def record_url(self, record: Any) -> str:
        return reverse("planning:proposal", args=[record.pk])


class ProposalPage(RecordPage):
    model, lookup, slot, section = Proposal, "pk", "proposal", "planning"
    list_url, list_title = "planning:proposals", _("Proposals")

    def rows(self) -> QuerySet[Any]:
        return selectors.proposals(self.request.user).select_related("bom", "route", "run__site")

    def heading(self) -> str:
        return str(self.record)

    def subtitle(self) -> Any:
        return f"{self.record.item.number} {self.record.item.name}"

    def facts(self) -> list[Said]:
        row = self.record
        facts = [
            Said(_("Kind"), row.get_kind_display()),
            Said(_("Quantity"), f"{formats.number(row.quantity)} {row.item.unit.code}"),
            Said(_("Start"), formats.day(row.start_on)),
            Said(_("Due"), formats.day(row.due_on)),
            Said(_("Needed"), formats.day(row.need_on), "bad" if row.need_on < row.due_on else ""),
            Said(_("Plan"), str(row.run), url=reverse("planning:plan", args=[row.run_id])),
        ]
        need, url = words.need(row)
        if need:
            facts.append(Said(_("Made for"), need, url=url))
        if row.vendor:
            facts.append(Said(_("Vendor"), row.vendor))
        if row.bom:
            facts.append(Said(_("BOM"), f"v{row.bom.version}", url=row.bom.get_absolute_url()))
        if row.route:
            facts.append(Said(_("Route"), f"v{row.route.version}", url=row.route.get_absolute_url()))
        if row.named:
            facts.append(Said(_("Demand names"), words.named(row)))
        return facts

    def tabs(self) -> list[RecordTab]:
        return [
            RecordTab("for", _("What it is for"), "planning/proposal_needs.html"),
            RecordTab("from", _("What it is made of"), "planning/proposal_supplies.html"),
        ]

    def extra(self) -> dict[str, Any]:
        notes = [words.sentence(one) for one in selectors.messages().filter(proposal=self.record)[:NOTES]]
        return {"ups": up_rows(self.record, 1), "downs": down_rows(self.record, 1), "notes": notes}


def _who_wants(demand: Any) -> str:
    who = str(demand.customer or demand.get_kind_display())
    named = words.versions(demand.bom_version, demand.route_version)
    return _g("{who}, wants {versions}").format(who=who, versions=named) if named else who


def up_rows(proposal: Proposal, level: int) -> list[dict[str, Any]]:
    """Rows of the tree from a proposal up to the demand."""
    kinds = {
        "demand": _("Demand"),
        "proposal": _("Proposal"),
        "material": _("Open order"),
        "safety": _("Stock"),
    }
    rows = []
    for need in selectors.needs_of(proposal):
        title, url, words, children = str(need.record), "", "", ""
        if need.kind == "demand":
            url = reverse("planning:demand", args=[need.record.pk])
            words = _who_wants(need.record)
        elif need.kind == "proposal":
            url = reverse("planning:proposal", args=[need.record.pk])
            words = f"{need.record.item.number} {need.record.item.name}"
            children = reverse("planning:proposal-up", args=[need.record.pk]) + f"?level={level + 1}"
        elif need.kind == "material":
            order = need.record.order
            title, url, words = (
                order.number,
                order.get_absolute_url(),
                f"{order.item.number} {order.item.name}",
            )
        else:
            title = _g("Safety stock")
        cells = [
            (kinds[need.kind], ""), (words, "trunc"), (formats.day(need.day), "n"),
            (f"{formats.number(need.quantity)} {proposal.item.unit.code}", "n"),
        ]  # fmt: skip
        rows.append({"title": title, "url": url, "cells": cells, "children": children, "level": level})
    return rows


def down_rows(proposal: Proposal, level: int) -> list[dict[str, Any]]:
    """Rows of the tree from a proposal down to stock and purchases."""
    return supply_rows(selectors.children_of_proposal(proposal), level)


def supply_rows(supplies: Any, level: int, wanted: str = "") -> list[dict[str, Any]]:
    """Rows for what covers a need: proposals with their own below them, orders, purchases, stock. wanted: the versions
    that the need names; then each says which it is of."""
    rows = []
    for kind, record, quantity in supplies:
        title, url, day, children = str(record), "", None, ""
        item = record if kind == "stock" else record.item
        if kind == "proposal":
            url, day = reverse("planning:proposal", args=[record.pk]), record.due_on
            children = reverse("planning:proposal-down", args=[record.pk]) + f"?level={level + 1}"
        elif kind == "order":
            url, day = record.get_absolute_url(), record.due_on
        elif kind == "replenishment":
            url, day = reverse("planning:replenishment", args=[record.number]), record.due_on
        else:
            title = _g("Stock")
        made_of = _made_of(kind, record, wanted)
        cells = [
            (f"{item.number} {made_of or item.name}", "trunc"), (formats.day(day), "n"),
            (f"{formats.number(quantity)} {item.unit.code}", "n"),
        ]  # fmt: skip
        rows.append({"title": title, "url": url, "cells": cells, "children": children, "level": level})
    return rows


def _made_of(kind: str, record: Any, wanted: str) -> str:
    if not wanted:
        return ""
    return words.versions(record.bom, record.route) if kind in ("proposal", "order") else wanted


class _Branch(Page):
    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        proposal = get_object_or_404(selectors.proposals(request.user), pk=pk)
        rows = self.rows_below(proposal, whole(request.GET.get("level", ""), most=1000) or 2)
        return render(request, "planning/tree_rows.html", {"rows": rows})

    def rows_below(self, proposal: Proposal, level: int) -> list[dict[str, Any]]:
        raise NotImplementedError


class UpBranch(_Branch):
    """Rows below one that was opened, towards the demand."""

    def rows_below(self, proposal: Proposal, level: int) -> list[dict[str, Any]]:
        return up_rows(proposal, level)


class DownBranch(_Branch):
    """Rows below one that was opened, towards stock and purchases."""

    def rows_below(self, proposal: Proposal, level: int) -> list[dict[str, Any]]:
        return down_rows(proposal, level)
