"""How full work centres are week by week: what calendars offer against what is planned."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from p2p.core.facts import gather
from strategies.engine.calendar import midnight
from strategies.facts import GroupLoad
from strategies.models import Site
from strategies.selectors.capacity import pooled

WEEKS = 8
ZERO = Decimal(0)


@dataclass(frozen=True)
class WeekLoad:
    """One week of a work centre; hours. `share` is None where nothing is offered."""

    first: date
    offered: Decimal
    planned: Decimal

    @property
    def share(self) -> int | None:
        return int(self.planned * 100 / self.offered) if self.offered else None

    @property
    def times(self) -> int:
        """How many times what is offered is planned, where percents would not fit."""
        return (self.share or 0) // 100

    @property
    def nobody(self) -> bool:
        """Work is planned, and nobody is left to do it."""
        return bool(self.planned and not self.offered)

    @property
    def heat(self) -> str:
        """The state that paints it: free, busy, full, over."""
        if self.nobody:
            return "over"
        share = self.share or 0
        return "over" if share > 100 else "full" if share > 85 else "busy" if share > 50 else "free"


def weekly_load(
    site: Site,
    first: date,
    *,
    weeks: int = WEEKS,
    groups: Collection[int] | None = None,
    since: date | None = None,
) -> dict[int, list[WeekLoad]]:
    """Group -> its load of each week from `first`, of the first week only what is left on the day `since`; eight
    queries for any number of groups."""
    spans = [(first + timedelta(weeks=each), first + timedelta(weeks=each, days=6)) for each in range(weeks)]
    spans[0] = (max(first, since or first), spans[0][1])
    zone = ZoneInfo(site.time_zone)
    edges = [midnight(begin, zone) for begin, _end in spans] + [
        midnight(spans[-1][1] + timedelta(days=1), zone)
    ]
    bounds = list(zip(edges, edges[1:], strict=False))
    planned: dict[int, list[Decimal]] = {}
    for answer in gather(GroupLoad(site=site, bounds=bounds)):
        planned |= answer
    offered = pooled(site, spans)
    wanted = set(planned) | set(offered) if groups is None else set(groups)
    nothing = [ZERO] * weeks
    return {
        group: [
            WeekLoad(begin, pool, hours.quantize(Decimal("0.01")))
            for (begin, _end), pool, hours in zip(
                spans,
                [one.hours for one in offered[group]] if group in offered else nothing,
                planned.get(group, nothing),
                strict=True,
            )
        ]
        for group in sorted(wanted)
    }
