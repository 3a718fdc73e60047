"""The buttons of the cut-over desk, and the words of its facts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from p2p.core import places
from p2p.core.access import Role
from p2p.core.web import journal
from strategies.models import CutOver
from strategies.services import cutover

PREPARERS = (Role.ENGINEER, Role.BUYER, Role.INTEGRATOR)
JUDGES = (*PREPARERS, Role.COST_ACCOUNTANT)
STEPS = {
    "begun": _("opened the desk"),
    "changed": _("changed the cut-over"),
    "file": _("added {text}"),
    "file_removed": _("left {text} out"),
    "figure": _("set the old figure of {text}"),
    "figure_removed": _("removed the old figure of {text}"),
    "accepted": _("accepted a difference: {text}"),
    "abandoned": _("gave it up"),
    "reopened": _("took it up again"),
}


def _open(desk: CutOver) -> bool:
    return desk.state == CutOver.State.OPEN


def _given_up(desk: CutOver) -> bool:
    return desk.state == CutOver.State.ABANDONED


def register() -> None:
    """Called once by AppConfig.ready."""
    places.verb(
        "cutovers.actions",
        key="new",
        title=_("New cut-over"),
        url_name="strategies:new-cut-over",
        roles=PREPARERS,
        primary=True,
    )
    _desk()
    journal.phrase("strategies.CutOverChanged", _words)
    journal.phrase("strategies.TakenOver", lambda _said: _("took the plant over"))


def _desk() -> None:
    slot = "cutover.actions"
    button: dict[str, Any] = {"model": CutOver, "argument": "cut_over"}
    places.verb(
        slot,
        key="file",
        title=_("Add a file"),
        url_name="strategies:add-cut-over-file",
        roles=PREPARERS,
        when=_open,
        order=10,
    )
    places.verb(
        slot,
        key="try",
        title=_("Run a trial"),
        service=cutover.try_out,
        roles=PREPARERS,
        when=_open,
        primary=True,
        order=20,
        **button,
    )
    places.verb(
        slot,
        key="take-over",
        title=_("Take over"),
        service=cutover.take_over,
        roles=(Role.ADMINISTRATOR,),
        when=_open,
        confirm=_("Everything in the files stays from now on. The time before the first day is closed."),
        order=30,
        **button,
    )
    places.verb(
        slot,
        key="figure",
        title=_("Figure of the old books"),
        url_name="strategies:set-control-figure",
        roles=JUDGES,
        when=_open,
        order=40,
    )
    places.verb(
        slot,
        key="change",
        title=_("Change"),
        url_name="strategies:change-cut-over",
        roles=PREPARERS,
        when=_open,
        order=50,
    )
    places.verb(
        slot,
        key="abandon",
        title=_("Give up"),
        service=cutover.abandon,
        roles=PREPARERS,
        when=_open,
        danger=True,
        order=60,
        **button,
    )
    places.verb(
        slot,
        key="resume",
        title=_("Take up again"),
        service=cutover.resume,
        roles=PREPARERS,
        when=_given_up,
        order=70,
        **button,
    )


def _words(said: dict[str, Any]) -> str:
    return str(STEPS.get(str(said.get("step")), _("changed the cut-over"))).format(text=said.get("text", ""))
