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
SLOT = "cutover.actions"
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


def _to_try(desk: CutOver) -> bool:
    return not cutover.may_take_over(desk)


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
    """The desk's buttons, first those that open a form, then those that act at once."""
    for order, (key, title, roles) in enumerate(
        (
            ("add-cut-over-file", _("Add a file"), PREPARERS),
            ("set-control-figure", _("Figure of the old books"), JUDGES),
            ("change-cut-over", _("Change"), PREPARERS),
        )
    ):
        places.verb(
            SLOT,
            key=key,
            title=title,
            url_name=f"strategies:{key}",
            roles=roles,
            when=_open,
            order=10 + order,
        )
    final: dict[str, Any] = {
        "confirm": _("Everything in the files stays from now on. The time before the first day is closed.")
    }
    _button("try", _("Run a trial"), cutover.try_out, primary=_to_try, order=20)
    final |= {"roles": (Role.ADMINISTRATOR,), "primary": cutover.may_take_over}
    _button("take-over", _("Take over"), cutover.take_over, order=30, **final)
    _button("abandon", _("Give up"), cutover.abandon, danger=True, order=60)
    _button("resume", _("Take up again"), cutover.resume, when=_given_up, order=70)


def _button(key: str, title: Any, service: Any, **also: Any) -> None:
    rest = {"roles": PREPARERS, "when": _open, **also}
    places.verb(SLOT, key=key, title=title, service=service, model=CutOver, argument="cut_over", **rest)


def _words(said: dict[str, Any]) -> str:
    return str(STEPS.get(str(said.get("step")), _("changed the cut-over"))).format(text=said.get("text", ""))
