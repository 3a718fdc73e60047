"""Scrap by what was at fault, the most first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.dateparse import parse_date

from execution.models import Report
from p2p.core import clock
from p2p.core.access import at_sites
from strategies.models import ReasonCode

ZERO = Decimal(0)
DAYS = 90


@dataclass(frozen=True)
class Fault:
    """Pieces scrapped for one cause and reason; `share` of all, `up_to`: with those before it."""

    cause: str
    reason: str
    code: str
    pieces: Decimal
    share: Decimal
    up_to: Decimal

    @property
    def words(self) -> Any:
        """The cause as people read it."""
        return ReasonCode.Cause(self.cause).label if self.cause else ""


def period(given: Mapping[str, str]) -> tuple[datetime, datetime, tuple[date, date]]:
    """From the morning of `since` to the end of the day `until`, in UTC; the last 90 days where nothing readable is
    said: a last day with no room for these before it, or for none after it, is not readable. The days beside it."""
    last = _day(given.get("until", "")) or clock.today()
    try:
        first = _day(given.get("since", "")) or last - timedelta(days=DAYS)
        night = datetime.combine(last, time(0), UTC) + timedelta(days=1)
    except OverflowError:
        return period({"since": given.get("since", "")})
    return datetime.combine(first, time(0), UTC), night, (first, last)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def faults(user: Any, since: datetime, until: datetime, *, by_reason: bool = True) -> list[Fault]:
    """Scrap reported from `since` to before `until` at the user's sites; what was taken back is not in it. One
    query. Pieces of different items are added up as pieces."""
    rows = at_sites(Report.objects.all(), user, path="operation__order__site__code")
    rows = rows.filter(effective_at__gte=since, effective_at__lt=until, reverses=None, reversed_by=None)
    names = ("cause", "reason__name", "reason__code") if by_reason else ("cause",)
    sums = rows.exclude(scrap=0).order_by().values(*names).annotate(pieces=Sum("scrap"))
    found = sorted(sums, key=lambda one: (-one["pieces"], *(one[name] or "" for name in names)))
    whole = sum((one["pieces"] for one in found), ZERO)
    faults, up_to = [], ZERO
    for one in found:
        up_to += one["pieces"]
        faults.append(
            Fault(
                cause=one["cause"],
                reason=one.get("reason__name") or "",
                code=one.get("reason__code") or "",
                pieces=one["pieces"],
                share=one["pieces"] / whole,
                up_to=up_to / whole,
            )
        )
    return faults
