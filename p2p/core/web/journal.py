"""The journal of a record as a panel: who did what when, newest first, more on demand."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from p2p.core.digits import whole
from p2p.core.models import Journal
from p2p.core.rest.annex import record_at
from p2p.core.web.page import Page

SIZE = 40
_phrases: dict[str, Callable[[dict[str, Any]], Any]] = {}


def phrase(fact: str, words: Callable[[dict[str, Any]], Any]) -> None:
    """How a fact reads: `phrase("execution.Reported", lambda said: _("{good} good").format(**said))`.

    Without one, the journal writes the name of the fact and its plain values.
    """
    _phrases[fact] = words


def tell_apart(row: Journal) -> str:
    """One row in words."""
    said = dict(row.payload or {})
    if row.fact in _phrases:
        return str(_phrases[row.fact](said))
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", row.fact.rpartition(".")[2]).lower()
    plain = [f"{key.replace('_', ' ')} {value}" for key, value in said.items() if _short(value)]
    return ": ".join(filter(None, [name, ", ".join(plain[:4])]))


def _short(value: Any) -> bool:
    return value not in (None, "") and isinstance(value, (str, int, float)) and len(str(value)) <= 60


class JournalPanel(Page):
    """Rows of one record; `?before=` continues below an id."""

    def get(self, request: HttpRequest, label: str, pk: int) -> HttpResponseBase:
        record = record_at(request.user, label, pk)
        rows = Journal.objects.filter(record_type=record._meta.label_lower, record_id=pk).select_related("by")
        before = whole(request.GET.get("before", ""))
        if before is not None:
            rows = rows.filter(pk__lt=before)
        found = list(rows.order_by("-pk")[: SIZE + 1])
        context = {
            "rows": [(row, tell_apart(row)) for row in found[:SIZE]],
            "more": f"?before={found[SIZE - 1].pk}" if len(found) > SIZE else "",
            "first": not before,
        }
        return render(request, "core/journal.html", context)
