"""One name and one colour for every state, everywhere. An app adds its own words with `states.name`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

COLOURS = (
    "proposed",
    "firm",
    "scheduled",
    "released",
    "started",
    "finished",
    "late",
    "hold",
    "outside",
)

_NAMES: dict[str, tuple[str, Any]] = {
    "proposed": ("proposed", _("Proposed")),
    "planned": ("proposed", _("Planned")),
    "draft": ("proposed", _("Draft")),
    "new": ("proposed", _("New")),
    "queued": ("proposed", _("Waiting")),
    "waiting": ("proposed", _("Waiting")),
    "inactive": ("proposed", _("Inactive")),
    "retired": ("proposed", _("Retired")),
    "cancelled": ("proposed", _("Cancelled")),
    "closed": ("proposed", _("Closed")),
    "firm": ("firm", _("Firm")),
    "open": ("firm", _("Open")),
    "confirmed": ("firm", _("Confirmed")),
    "sent": ("firm", _("Sent")),
    "in_approval": ("scheduled", _("In approval")),
    "scheduled": ("scheduled", _("Scheduled")),
    "released": ("released", _("Released")),
    "ready": ("released", _("Ready")),
    "approved": ("released", _("Approved")),
    "picked": ("released", _("Picked")),
    "started": ("started", _("Started")),
    "running": ("started", _("Running")),
    "partial": ("started", _("In part")),
    "cancelling": ("started", _("Cancelling")),
    "warning": ("started", _("Warning")),
    "finished": ("finished", _("Finished")),
    "done": ("finished", _("Done")),
    "active": ("finished", _("Active")),
    "accepted": ("finished", _("Accepted")),
    "passed": ("finished", _("Passed")),
    "received": ("finished", _("Received")),
    "settled": ("finished", _("Settled")),
    "late": ("late", _("Late")),
    "failed": ("late", _("Failed")),
    "rejected": ("late", _("Rejected")),
    "refused": ("late", _("Refused")),
    "partly": ("started", _("In part")),
    "down": ("late", _("Down")),
    "hold": ("hold", _("On hold")),
    "blocked": ("hold", _("Blocked")),
    "outside": ("outside", _("At vendor")),
    "at_vendor": ("outside", _("At vendor")),
}


def name(state: str, *, colour: str, label: Any) -> None:
    """Teach the interface a state of an app; the colour is one of the nine."""
    if colour not in COLOURS:
        raise ValueError(f"{colour!r} is not a state colour: {', '.join(COLOURS)}")
    _NAMES[state] = (colour, label)


def colour(state: Any) -> str:
    return _NAMES.get(str(state), ("proposed", ""))[0]


def label(state: Any) -> str:
    known = _NAMES.get(str(state))
    return str(known[1]) if known else str(state).replace("_", " ").capitalize()
