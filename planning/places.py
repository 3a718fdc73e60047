"""Where planning shows itself: in the rail, on its own pages, and on the order page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from p2p.core import places
from p2p.core.facts import objections
from p2p.core.web import journal, states
from planning import lookups, placesofgoods, selectors, words
from planning.facts import Cancelling
from planning.models import Demand, PlanRun, ProductionOrder, Proposal, ReplenishmentOrder
from planning.models.demand import DEMAND_FLOW
from planning.models.order import ORDER_FLOW
from planning.models.proposal import PROPOSAL_FLOW
from planning.models.replenishment import REPLENISHMENT_FLOW
from planning.services import demand, firm
from planning.services.substitute import possible

PLANNER, MOVER, BUYER = ("planner",), ("planner", "supervisor"), ("buyer", "planner")


def register() -> None:
    """Called once by AppConfig.ready."""
    _states()
    lookups.register()
    _navs()
    _heads()
    _demand_verbs()
    _proposal_verbs()
    _order_verbs()
    _replenishment_verbs()
    placesofgoods.register()
    _panels()
    _item_panels()
    _phrases()


def _states() -> None:
    states.name("firmed", colour="finished", label=_("Firmed"))
    states.name("dismissed", colour="proposed", label=_("Dismissed"))
    states.name("delivered", colour="finished", label=_("Delivered"))
    states.name("ended", colour="finished", label=_("Ended"))


def _open_proposals(user: Any) -> int | None:
    plan = selectors.latest_plan(user)
    if plan is None:
        return None
    return Proposal.objects.filter(run=plan, state__in=("proposed", "approved")).count() or None


def _count(rows: Any) -> int | None:
    return rows.count() or None


def _navs() -> None:
    nav = places.nav
    nav(section="planning", title=_("Plans"), url_name="planning:plans", order=10)
    nav(
        section="planning",
        title=_("Proposals"),
        url_name="planning:proposals",
        order=20,
        count=_open_proposals,
    )
    nav(
        section="planning",
        title=_("Production orders"),
        url_name="planning:orders",
        order=30,
        count=lambda user: _count(ProductionOrder.objects.filter(state__in=ProductionOrder.OPEN)),
    )
    nav(section="planning", title=_("Gantt"), url_name="planning:gantt", order=40)
    nav(
        section="planning",
        title=_("Demand"),
        url_name="planning:demands",
        order=50,
        count=lambda user: _count(Demand.objects.filter(state="open")),
    )
    nav(
        section="planning",
        title=_("Purchases"),
        url_name="planning:replenishments",
        order=60,
        count=lambda user: _count(ReplenishmentOrder.objects.filter(state__in=ReplenishmentOrder.OPEN)),
    )


def _heads() -> None:
    """The one primary action of each list."""
    for slot, key, title, url_name, roles in (
        ("plans.actions", "plan", _("Start a plan"), "planning:plan-new", PLANNER),
        ("proposals.actions", "plan", _("Start a plan"), "planning:plan-new", PLANNER),
        ("orders.actions", "new", _("New order"), "planning:order-new", PLANNER),
        ("gantt.actions", "schedule", _("Schedule"), "planning:schedule-new", MOVER),
        ("demand.actions", "new", _("Enter demand"), "planning:demand-new", PLANNER),
        ("replenishments.actions", "new", _("New purchase"), "planning:replenishment-new", BUYER),
    ):
        places.verb(slot, key=key, title=title, url_name=url_name, roles=roles, primary=True, order=10)
    places.verb(
        "orders.actions",
        key="schedule",
        title=_("Schedule"),
        url_name="planning:schedule-new",
        roles=MOVER,
        order=20,
    )


def _against(flow: Any, step: str) -> Any:
    def reasons(record: Any) -> list[str]:
        no = flow.refusal(record, step)
        return [str(no)] if no else []

    return reasons


def _demand_verbs() -> None:
    places.verb(
        "demand-line.actions", key="change", title=_("Change"), url_name="planning:demand-change", roles=PLANNER,
        objections=_against(DEMAND_FLOW, "cancel"), order=10,
    )  # fmt: skip
    places.verb(
        "demand-line.actions", key="cancel", title=_("Cancel"), service=_cancel_demand, model=Demand,
        argument="record", roles=PLANNER, objections=_against(DEMAND_FLOW, "cancel"), danger=True, order=20,
        confirm=_("Cancel this line?"),
    )  # fmt: skip


def _cancel_demand(*, record: Demand, by: Any) -> Any:
    return demand.cancel_demand(demands=[record], by=by)


def _firm(*, record: Proposal, by: Any) -> Any:
    return firm.firm(proposals=[record], by=by)


def _mover(step: str) -> Any:
    def move(*, record: Proposal, by: Any) -> Any:
        return firm.move_proposals(proposals=[record], step=step, by=by)

    return move


def _firm_all(*, record: PlanRun, by: Any) -> Any:
    return firm.firm(run=record, by=by)


def _proposal_verbs() -> None:
    places.verb(
        "proposal.actions", key="firm", title=_("Firm"), service=_firm, model=Proposal, argument="record",
        roles=PLANNER, objections=_against_firming, primary=True, order=10,
    )  # fmt: skip
    for place, (step, title) in enumerate((("approve", _("Approve")), ("dismiss", _("Dismiss")))):
        places.verb(
            "proposal.actions", key=step, title=title, service=_mover(step), model=Proposal, argument="record",
            roles=PLANNER, objections=_against(PROPOSAL_FLOW, step), order=20 + place,
        )  # fmt: skip
    places.verb(
        "plan.actions", key="firm", title=_("Firm all"), service=_firm_all, model=PlanRun, argument="record",
        roles=PLANNER, primary=True, order=10, when=lambda run: run.state == "done",
        confirm=_("Make orders of all open proposals of this plan?"), objections=_nothing_to_firm,
    )  # fmt: skip


def _against_firming(proposal: Proposal) -> list[str]:
    no = PROPOSAL_FLOW.refusal(proposal, "firm") or firm.outdated(proposal.run)
    return [str(no)] if no else []


def _nothing_to_firm(run: PlanRun) -> list[str]:
    no = firm.outdated(run)
    if no:
        return [str(no)]
    if Proposal.objects.filter(run=run, state__in=("proposed", "approved")).exists():
        return []
    return [str(_("This plan has no open proposal."))]


def _against_cancelling(order: ProductionOrder) -> list[str]:
    return _against(ORDER_FLOW, "cancel")(order) or objections(Cancelling(orders=(order,)))


def _no_alternate(order: ProductionOrder) -> list[str]:
    return [] if possible(order) else [str(_("No component of it has an approved alternate."))]


def _order_verbs() -> None:
    places.verb(
        "order.actions", key="change", title=_("Change"), url_name="planning:order-change", roles=PLANNER,
        when=lambda order: order.state in ProductionOrder.OPEN, order=60,
    )  # fmt: skip
    places.verb(
        "order.actions", key="reschedule", title=_("Reschedule"), url_name="planning:order-reschedule", roles=MOVER,
        when=lambda order: order.state in ProductionOrder.OPEN, order=61,
    )  # fmt: skip
    places.verb(
        "order.actions", key="substitute", title=_("Use an alternate"), url_name="planning:order-substitute",
        roles=MOVER, when=lambda order: order.state in ProductionOrder.OPEN, objections=_no_alternate, order=62,
    )  # fmt: skip
    _tie_verbs("order.actions", "planning:order", PLANNER)
    places.verb(
        "order.actions", key="cancel", title=_("Cancel order"), url_name="planning:order-cancel", roles=PLANNER,
        objections=_against_cancelling, danger=True, order=90,
    )  # fmt: skip


def _tie_verbs(slot: str, url: str, roles: tuple[str, ...]) -> None:
    """Of an open order: for whom it is."""
    places.verb(
        slot, key="tie", title=_("Make for one need"), url_name=f"{url}-tie", roles=roles,
        when=lambda row: row.state in type(row).OPEN and row.made_for is None, order=70,
    )  # fmt: skip
    places.verb(
        slot, key="untie", title=_("Free for everybody"), url_name=f"{url}-untie", roles=roles,
        when=lambda row: row.state in type(row).OPEN and row.made_for is not None, order=71,
    )  # fmt: skip


def _replenishment_verbs() -> None:
    slot, flow = "replenishment.actions", REPLENISHMENT_FLOW
    _tie_verbs(slot, "planning:replenishment", BUYER)
    places.verb(
        slot, key="send", title=_("Mark as sent"), url_name="planning:replenishment-send", roles=BUYER,
        objections=_against(flow, "send"), order=20,
    )  # fmt: skip
    places.verb(
        slot, key="confirm", title=_("Confirm"), url_name="planning:replenishment-confirm", roles=BUYER,
        objections=_against(flow, "confirm"), order=30,
    )  # fmt: skip


def _panels() -> None:
    places.panel(
        "order.tabs", key="operations", title=_("Operations"), url_name="planning:order-operations", order=10
    )
    places.panel(
        "order.tabs", key="materials", title=_("Materials"), url_name="planning:order-materials", order=11
    )
    places.panel(
        "order.tabs", key="plan", title=_("Demand and supply"), url_name="planning:order-plan", order=12
    )


def _item_panels() -> None:
    places.panel(
        "item.overview",
        key="outlook",
        title=_("Demand and supply"),
        url_name="planning:item-outlook",
        order=20,
    )


def _phrases() -> None:
    journal.phrase("planning.Firmed", lambda said: _("firmed"))
    journal.phrase("planning.Scheduled", lambda said: _("scheduled"))
    journal.phrase(
        "planning.OrderChanged",
        lambda said: ". ".join([str(_("changed or rescheduled")), *map(words.gap, said.get("gaps", ()))]),
    )
    journal.phrase(
        "planning.Substituted",
        lambda said: _("takes {item} instead of {before}").format(
            item=said.get("item"), before=said.get("before")
        ),
    )
    journal.phrase("planning.Cancelled", lambda said: _("cancelled"))
    journal.phrase(
        "planning.TiedTo", lambda said: _("for {need} alone from now on").format(need=said.get("need"))
    )
    journal.phrase(
        "planning.SetFree",
        lambda said: _("for everybody from now on, no more for {need}").format(need=said.get("was_for")),
    )
    journal.phrase("planning.SentOut", lambda said: _("given to a vendor"))
    journal.phrase("planning.BroughtBack", lambda said: _("taken back from the vendor"))
