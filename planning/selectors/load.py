"""How many hours are planned where: the answer to a question of strategies' boards."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from planning.models import Operation
from planning.sequence import TAKING
from strategies.engine.calendar import instant
from strategies.engine.phases import capacity
from strategies.facts import GroupLoad


def booked(asked: GroupLoad) -> dict[int, list[Decimal]]:
    """Group -> planned hours in each span, of what takes capacity, shared out over the time an operation lies there.
    One query."""
    spans = [(instant(begin), instant(end)) for begin, end in asked.bounds]
    rows = Operation.objects.filter(
        order__site=asked.site,
        group__isnull=False,
        outside=False,
        state__in=("planned", "released", "started"),
        starts_at__lt=spans[-1][1],
        ends_at__gt=spans[0][0],
    ).values_list("group_id", "starts_at", "ends_at", *TAKING)
    found: dict[int, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * len(spans))
    for group, starts, ends, phases, *parts in rows:
        seconds = capacity(phases, parts)
        length = max((ends - starts).total_seconds(), 1)
        for place, (begin, end) in enumerate(spans):
            inside = (min(ends, end) - max(starts, begin)).total_seconds()
            if inside > 0:
                share = Decimal(inside) / Decimal(length)
                found[group or 0][place] += Decimal(seconds) * share / 3600
    return dict(found)
