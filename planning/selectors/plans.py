"""Plan runs, their proposals and messages, and what each proposal is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Window
from django.db.models.functions import RowNumber

from p2p.core.access import at_sites
from planning.models import Demand, Message, Peg, PlanRun, Proposal, ScheduleRun
from planning.models.made_for import NEED


def runs_of(user: Any = None) -> QuerySet[PlanRun]:
    """Plan runs of the sites a user may see, newest first."""
    rows = PlanRun.objects.select_related("site", "asked_by").order_by("-pk")
    return rows if user is None else at_sites(rows, user)


def latest_plan(user: Any = None, site: Any = None) -> PlanRun | None:
    """The last plan that was stored."""
    rows = runs_of(user).filter(state="done")
    return (rows.filter(site=site) if site is not None else rows).first()


def latest_schedule(site: Any = None) -> ScheduleRun | None:
    """The last schedule that was stored."""
    rows = ScheduleRun.objects.filter(state="done").select_related("site")
    return (rows.filter(site=site) if site is not None else rows).order_by("-pk").first()


def proposals(user: Any = None) -> QuerySet[Proposal]:
    """Proposals with what a list shows."""
    rows = Proposal.objects.select_related(
        "run", "site", "item__unit", "vendor", "bom", "route", *NEED, "for_proposal"
    )
    return rows if user is None else at_sites(rows, user)


def messages(user: Any = None) -> QuerySet[Message]:
    """Messages of plans with what their sentences name."""
    rows = Message.objects.select_related("run", "item__unit", "proposal__item", "demand")
    return rows if user is None else at_sites(rows, user, path="run__site__code")


def worst_messages(run: PlanRun, *, each: int = 4, most: int = 14) -> list[Message]:
    """Some of every kind of problem and warning of a plan, problems first: what to look at."""
    ranked = Window(RowNumber(), partition_by=["level", "code"], order_by="pk")
    rows = messages().filter(run=run).exclude(level="action").annotate(place=ranked).filter(place__lte=each)
    return sorted(rows, key=lambda one: (one.level != "problem", one.code, one.pk))[:most]


@dataclass(frozen=True, slots=True)
class Need:
    """One line of "what it is for": so much of a supply covers this need on this day.

    kind: demand, proposal, material (of an open order) or safety. `record` is the row behind it.
    """

    kind: str
    record: Any
    quantity: Decimal
    day: date | None


_WITH = (
    "item",
    "need_demand__customer",
    "need_demand__item",
    "need_demand__bom_version",
    "need_demand__route_version",
    "need_proposal__item",
    "need_material__order__item",
)


def needs_of(proposal: Proposal) -> list[Need]:
    """What a proposal is for, one level up, the earliest first."""
    pegs = Peg.objects.filter(supply_proposal=proposal).select_related(*_WITH)
    return sorted((_need(peg) for peg in pegs), key=lambda need: (need.day or date.max, str(need.record)))


def _need(peg: Peg) -> Need:
    if peg.need_demand is not None:
        return Need("demand", peg.need_demand, peg.quantity, peg.need_demand.due_on)
    if peg.need_proposal is not None:
        return Need("proposal", peg.need_proposal, peg.quantity, peg.need_proposal.start_on)
    if peg.need_material is not None:
        return Need("material", peg.need_material, peg.quantity, peg.need_material.order.start_on)
    return Need("safety", peg.item, peg.quantity, None)


def children_of_proposal(proposal: Proposal) -> Sequence[tuple[str, Any, Decimal]]:
    """What covers the components of a proposal, one level down: (kind, record, quantity)."""
    return _supplies(Peg.objects.filter(need_proposal=proposal))


def supplies_of(demand: Demand, plan: PlanRun) -> Sequence[tuple[str, Any, Decimal]]:
    """What covers a demand line in a plan: (kind, record, quantity)."""
    return _supplies(Peg.objects.filter(need_demand=demand, run=plan))


def _supplies(rows: QuerySet[Peg]) -> Sequence[tuple[str, Any, Decimal]]:
    pegs = rows.select_related(
        "item__unit",
        "supply_proposal__item__unit",
        "supply_proposal__bom",
        "supply_proposal__route",
        "supply_order__item__unit",
        "supply_order__bom",
        "supply_order__route",
        "supply_replenishment__item__unit",
    )
    found: list[tuple[str, Any, Decimal]] = []
    for peg in pegs.order_by("item__number", "pk"):
        if peg.supply_proposal is not None:
            found.append(("proposal", peg.supply_proposal, peg.quantity))
        elif peg.supply_order is not None:
            found.append(("order", peg.supply_order, peg.quantity))
        elif peg.supply_replenishment is not None:
            found.append(("replenishment", peg.supply_replenishment, peg.quantity))
        else:
            found.append(("stock", peg.item, peg.quantity))
    return found
