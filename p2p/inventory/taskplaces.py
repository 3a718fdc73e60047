"""Where work with stock shows itself: in the rail, and as buttons on its pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from p2p.core import places
from p2p.core.access import Role
from p2p.core.web import journal
from p2p.inventory.models import StockTask, SupplyRule
from p2p.inventory.services import tasks

DOERS = (Role.SUPERVISOR, Role.OPERATOR)
OPEN = ("open", "started")
SAID = {
    "TasksMade": _("asked for stock to be brought"),
    "TasksStarted": _("took the task"),
    "TasksPutBack": _("put the task back"),
    "TasksCancelled": _("cancelled the task"),
    "TaskDone": _("brought stock"),
    "TaskTakenBack": _("took back what was brought"),
    "ReservationsCarried": _("brought reserved stock elsewhere"),
}


def register() -> None:
    """Called once by AppConfig.ready."""
    places.nav(section="inventory", title=_("Tasks"), url_name="inventory:tasks", order=18)
    _of_the_list()
    _of_one()
    for fact, words in SAID.items():
        journal.phrase(f"inventory.{fact}", lambda _said, words=words: words)


def _of_the_list() -> None:
    for key, title, url_name, roles, first in (
        ("new", _("New task"), "inventory:task-new", DOERS, True),
        ("call", _("A bin is empty"), "inventory:call-bin", DOERS, False),
        ("fill", _("Fill up the lines"), "inventory:fill-up", (Role.SUPERVISOR,), False),
    ):
        places.verb("tasks.actions", key=key, title=title, url_name=url_name, roles=roles, primary=first)
    for slot in ("tasks.actions", "supply_rules.actions"):
        places.verb(
            slot,
            key="cards",
            title=_("Print kanban cards"),
            url_name="inventory:kanban-cards",
            roles=DOERS,
            page=True,
            order=200,
            when=lambda _none: SupplyRule.objects.filter(method="kanban", active=True).exists(),
        )


def _of_one() -> None:
    slot = "task.actions"
    places.verb(
        slot,
        key="do",
        title=_("Done as asked"),
        url_name="inventory:task-do",
        roles=DOERS,
        primary=True,
        when=_in(*OPEN),
    )
    for key, title, service, states in (
        ("start", _("I take it"), tasks.start_one, ("open",)),
        ("back", _("Put back"), tasks.put_back_one, ("started",)),
        ("cancel", _("Cancel"), tasks.cancel_one, OPEN),
    ):
        said: dict[str, Any] = {"roles": DOERS}
        if key == "cancel":
            said = {"roles": (Role.SUPERVISOR,), "danger": True}
        places.verb(
            slot,
            key=key,
            title=title,
            service=service,
            argument="task",
            model=StockTask,
            when=_in(*states),
            **said,
        )
    places.verb(
        slot,
        key="undo",
        title=_("Take back"),
        url_name="inventory:task-undo",
        roles=DOERS,
        danger=True,
        when=lambda one: one.done_quantity > 0 and one.state != "cancelled",
    )


def _in(*states: str) -> Callable[[StockTask], bool]:
    return lambda one: one.state in states
