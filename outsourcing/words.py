"""How the facts of outsourcing read in a record's history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from p2p.core.web import journal

UNKNOWN = {"dispatch": "", "receipt": "", "good": "?", "because": ""}


def _dispatched(said: Mapping[str, Any]) -> str:
    if said.get("undone"):
        return _("took delivery note {dispatch} back").format(**{**UNKNOWN, **said})
    return _("sent material with {dispatch}").format(**{**UNKNOWN, **said})


def _received(said: Mapping[str, Any]) -> str:
    if said.get("undone"):
        return _("took a receipt back with {receipt}").format(**{**UNKNOWN, **said})
    words = _("received {good} good").format(**{**UNKNOWN, **said})
    if said.get("rejected") not in (None, "0"):
        words += _(" and {rejected} rejected").format(**{**UNKNOWN, **said})
    return words + _(" with {receipt}").format(**{**UNKNOWN, **said})


def register() -> None:
    """Called once by AppConfig.ready."""
    journal.phrase("outsourcing.Drafted", lambda said: _("wrote or changed the draft"))
    journal.phrase("outsourcing.Sent", lambda said: _("sent it to the vendor"))
    journal.phrase("outsourcing.Acknowledged", lambda said: _("entered what the vendor promises"))
    journal.phrase("outsourcing.Withdrawn", lambda said: _("withdrew it, or some of its lines"))
    journal.phrase("outsourcing.Closed", lambda said: _("closed it: all is back and invoiced"))
    journal.phrase("outsourcing.Dispatched", _dispatched)
    journal.phrase("outsourcing.Received", _received)
    journal.phrase("outsourcing.Invoiced", lambda said: _("matched it"))
    journal.phrase(
        "outsourcing.InvoiceBlocked",
        lambda said: _("entered it; blocked: {because}").format(**{**UNKNOWN, **said}),
    )
