"""Where quality shows itself: in the rail, and on pages of the areas to its left."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from p2p.core import places
from p2p.core.access import Role, at_sites
from p2p.core.facts import Refused
from p2p.core.web import states
from quality.models import ControlPlan, Inspection, NonConformance
from quality.models.inspection import INSPECTION_FLOW
from quality.services import decide, dispose, plan

INSPECTOR = (Role.INSPECTOR,)
ENGINEERS = (Role.ENGINEER, Role.INSPECTOR)
_Open, _Draft = Inspection.State.OPEN, ControlPlan.State.DRAFT


def _against_accepting(inspection: Inspection) -> list[str]:
    refusal = INSPECTION_FLOW.refusal(inspection, "accept") or decide.against_accepting(inspection)
    return [str(refusal)] if refusal else []


def _against_conceding(inspection: Inspection) -> list[Refused]:
    return decide.against_conceding(inspection)


def _in(*wanted: str) -> Any:
    return lambda record: record.state in wanted


def register() -> None:
    """Called once by AppConfig.ready."""
    _navs()
    _inspection_verbs()
    _plan_verbs()
    _nonconformance_verbs()
    _elsewhere()
    states.name("conceded", colour="started", label=_("Accepted with concession"))
    states.name("decided", colour="finished", label=_("Decided"))


def _to_inspect(user: Any) -> int:
    return at_sites(Inspection.objects.filter(state=_Open), user, path="plan__site__code").count()


def _to_decide(user: Any) -> int:
    return at_sites(NonConformance.objects.filter(state="open"), user).count()


def _navs() -> None:
    places.nav(
        section="quality",
        title=_("Inspections"),
        url_name="quality:inspections",
        order=10,
        count=lambda user: _to_inspect(user) or None,
    )
    places.nav(
        section="quality",
        title=_("Nonconformances"),
        url_name="quality:nonconformances",
        order=20,
        hot=True,
        count=lambda user: _to_decide(user) or None,
    )
    places.nav(section="quality", title=_("Control plans"), url_name="quality:plans", order=30)


def _inspection_verbs() -> None:
    slot, decided = "inspection.actions", ("accepted", "rejected", "conceded")
    places.verb(
        slot,
        key="accept",
        title=_("Accept"),
        service=decide.accept,
        model=Inspection,
        argument="inspection",
        roles=INSPECTOR,
        primary=True,
        icon="check",
        when=_in(_Open),
        objections=_against_accepting,
    )
    places.verb(
        slot,
        key="reject",
        title=_("Reject"),
        url_name="quality:reject",
        roles=INSPECTOR,
        danger=True,
        when=_in(_Open),
    )
    places.verb(
        slot, key="skip", title=_("Skip"), url_name="quality:cancel", roles=INSPECTOR, when=_in(_Open)
    )
    places.verb(
        slot,
        key="concede",
        title=_("Concede"),
        url_name="quality:concede",
        roles=INSPECTOR,
        when=_in("rejected"),
        objections=_against_conceding,
    )
    places.verb(
        slot, key="reopen", title=_("Reopen"), url_name="quality:reopen", roles=INSPECTOR, when=_in(*decided)
    )


def _plan_verbs() -> None:
    places.verb(
        "controlplans.actions",
        key="new",
        title=_("New plan"),
        url_name="quality:plan-new",
        roles=ENGINEERS,
        primary=True,
        icon="plus",
    )
    slot = "controlplan.actions"
    shared: dict[str, Any] = {"model": ControlPlan, "argument": "control_plan", "roles": ENGINEERS}
    places.verb(
        slot,
        key="activate",
        title=_("Activate"),
        service=plan.activate,
        primary=True,
        when=_in(_Draft),
        objections=plan.against_activating,
        **shared,
    )
    places.verb(
        slot, key="revise", title=_("Revise"), service=plan.revise, when=_in("active", "retired"), **shared
    )
    places.verb(
        slot,
        key="retire",
        title=_("Retire"),
        service=plan.retire,
        danger=True,
        when=_in("active"),
        confirm=_("Inspect by this plan no more?"),
        **shared,
    )


def _nonconformance_verbs() -> None:
    places.verb(
        "nonconformances.actions",
        key="new",
        title=_("Note a nonconformance"),
        url_name="quality:nonconformance-new",
        primary=True,
        icon="plus",
    )
    slot = "nonconformance.actions"
    places.verb(
        slot,
        key="decide",
        title=_("Decide"),
        url_name="quality:decide",
        roles=INSPECTOR,
        primary=True,
        when=_in("open"),
    )
    shared: dict[str, Any] = {"model": NonConformance, "argument": "nonconformance", "roles": INSPECTOR}
    places.verb(slot, key="close", title=_("Close"), service=dispose.close, when=_in("decided"), **shared)


def _elsewhere() -> None:
    places.panel(
        "order.tabs",
        key="quality",
        title=_("Quality"),
        url_name="quality:order-panel",
        order=60,
        count=lambda order: Inspection.objects.filter(operation__order=order).count() or None,
    )
    places.verb(
        "operation.menu",
        key="inspect",
        title=_("Inspect"),
        url_name="quality:inspect",
        page=True,
        icon="clipboard-check",
        order=60,
        when=lambda operation: Inspection.objects.filter(operation=operation).exists(),
    )
