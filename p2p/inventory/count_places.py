"""Where counting shows itself: in the rail and as buttons on its pages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from p2p.core import places
from p2p.core.access import Role, at_sites
from p2p.core.refusal import Refused
from p2p.core.web import journal, states
from p2p.inventory.models import Count
from p2p.inventory.models.count import COUNT_FLOW
from p2p.inventory.selectors.counts import current_lines
from p2p.inventory.services.count_review import refuse_uncounted, submit_count
from p2p.inventory.services.counting import cancel_count

COUNTERS = (Role.OPERATOR, Role.SUPERVISOR)
APPROVERS = (Role.SUPERVISOR,)

_STEPS = {
    "created": _("made the count"),
    "submitted": _("submitted the count"),
    "recount": _("asked for a recount"),
    "accepted": _("accepted differences"),
    "rejected": _("rejected differences"),
    "posted": _("posted the count"),
    "cancelled": _("cancelled the count"),
    "withdrawn": _("took back that something is missing: no count is needed"),
}


def register() -> None:
    """Called once by AppConfig.ready."""
    states.name("review", colour="scheduled", label=_("To be approved"))
    states.name("posted", colour="finished", label=_("Posted"))
    places.nav(
        section="inventory",
        title=_("Counts"),
        url_name="inventory:counts",
        order=45,
        hot=True,
        count=lambda user: at_sites(Count.objects.filter(state=Count.State.REVIEW), user).count() or None,
    )
    for key, title, url_name, order in (
        ("accuracy", _("Record accuracy"), "inventory:count-accuracy", 30),
        ("classes", _("ABC classes"), "inventory:count-classes", 40),
    ):
        places.verb("counts.actions", key=key, title=title, url_name=url_name, order=order, page=True)
    places.verb(
        "counts.actions",
        key="new",
        title=_("New count"),
        url_name="inventory:count-new",
        roles=APPROVERS,
        primary=True,
        order=10,
    )
    _of_a_count()
    journal.phrase(
        "inventory.CountChanged", lambda said: _STEPS.get(str(said.get("step")), _("changed the count"))
    )
    journal.phrase("inventory.Counted", lambda said: _("entered what was found"))
    journal.phrase("inventory.Classified", lambda said: _("wrote the count classes"))


def _of_a_count() -> None:
    slot = "count.actions"
    places.verb(
        slot,
        key="submit",
        title=_("Submit"),
        service=submit_count,
        argument="count",
        model=Count,
        roles=COUNTERS,
        primary=True,
        order=10,
        when=lambda count: "submit" in COUNT_FLOW.open_to(count),
        objections=_uncounted,
    )
    places.verb(
        slot,
        key="review",
        title=_("Decide"),
        url_name="inventory:count-review",
        roles=APPROVERS,
        page=True,
        order=20,
        when=lambda count: count.state == Count.State.REVIEW,
    )
    _at_the_end(slot)


def _at_the_end(slot: str) -> None:
    places.verb(
        slot,
        key="post",
        title=_("Post"),
        url_name="inventory:count-post",
        roles=APPROVERS,
        primary=True,
        order=30,
        when=lambda count: "post" in COUNT_FLOW.open_to(count),
        objections=_undecided,
    )
    places.verb(
        slot,
        key="cancel",
        title=_("Give the count up"),
        service=cancel_count,
        argument="count",
        model=Count,
        roles=APPROVERS,
        danger=True,
        order=90,
        confirm=_("Give this count up: nothing is posted"),
        when=lambda count: "cancel" in COUNT_FLOW.open_to(count),
    )


def _uncounted(count: Any) -> list[Any]:
    try:
        refuse_uncounted(count)
    except Refused as no:
        return [no]
    return []


def _undecided(count: Any) -> list[Any]:
    waits = current_lines(count).filter(accepted__isnull=True).exists()
    return [_("Differences still wait to be decided.")] if waits else []
