"""The problems of a run that takes files in: all or one kind of them, the first so many."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from strategies.models import CutOverRun, ImportRun
from strategies.services.cutting import RULE
from strategies.services.importer import sheets

SHOWN = 500


def titles() -> dict[str, Any]:
    """What stands for the names of sheets, and for rules that what was taken in would break."""
    return {**{one.name: one.title for one in sheets()}, RULE: _("Rules of the ledgers")}


def problems_shown(run: ImportRun | CutOverRun, request: HttpRequest) -> dict[str, Any]:
    """What `strategies/problems_table.html` draws: `?level=` and `?sheet=` choose a kind."""
    level, sheet = request.GET.get("level", ""), request.GET.get("sheet", "")
    problems = run.problems.order_by("level", "pk")
    kinds = problems.order_by("level", "sheet").values("level", "sheet").annotate(count=Count("pk"))
    chosen = problems.filter(level=level) if level else problems
    chosen = chosen.filter(sheet=sheet) if sheet else chosen
    named = titles()
    return {
        "problems": chosen[:SHOWN],
        "more": max(0, chosen.count() - SHOWN),
        "kinds": [
            (one["level"], one["sheet"], named.get(one["sheet"], one["sheet"]), one["count"]) for one in kinds
        ],
        "chosen": (level, sheet),
    }
