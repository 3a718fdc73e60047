"""Words of the Gantt in the reader's language; its payload is described in p2p/static/p2p/gantt/README.md."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from p2p.core.web import states

SHOWN = ("proposed", "firm", "scheduled", "released", "started", "finished", "hold", "outside")


def words() -> dict[str, Any]:
    """Everything the scripts say; they know no language themselves."""
    return {
        "group": _("Work centre"),
        "resource": _("Resource"),
        "when": _("When"),
        "setup": _("Setup"),
        "due": _("Due"),
        "late": _("late"),
        "open": _("Open order"),
        "route": _("Operations of this order"),
        "table": _("Operations"),
        "nothing": _("No operation in this window."),
        "notFound": _("No order fits. Type more of its number, or the item."),
        "failed": _("The schedule could not be read. Nothing was changed."),
        "columns": [
            _("Resource"),
            _("Order"),
            _("Op"),
            _("Operation"),
            _("When"),
            _("State"),
            _("Late by"),
            _("Setup"),
            _("Item"),
        ],
        "states": {state: states.label(state) for state in SHOWN},
    }


def legend() -> list[tuple[str, str]]:
    """(state, word) of the bars' colours."""
    return [(state, states.label(state).lower()) for state in SHOWN[1:]]
