"""What one of a currency costs in another on a day, exactly: the one rule of the house."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from django.db.models import Q

from strategies.models import ExchangeRate

Rate = tuple[date, Fraction]
"""From which day it holds, and how much of the other one of a currency costs."""


class Exchange:
    """Exchange rates of days; one query for each pair and day that is asked for."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, int, date], Fraction | None] = {}

    def rate(self, source: int, target: int, on: date) -> Fraction | None:
        """Units of `target` for one of `source`, never rounded: the latest rate entered for the pair, else the latest
        of the other way round, else by way of one other currency. Of several that one through which the rates are the
        most recent, both of them; the lowest key decides between equal ones. None: no rate."""
        if source == target:
            return Fraction(1)
        key = (source, target, on)
        if key not in self._found:
            self._found[key] = _rate(_legs(source, target, on), source, target)
        return self._found[key]


def _legs(source: int, target: int, on: date) -> dict[tuple[int, int], Rate]:
    """The latest rate of every pair that one of the two is in."""
    ends = (source, target)
    rows = ExchangeRate.objects.filter(Q(source__in=ends) | Q(target__in=ends), valid_from__lte=on)
    latest = rows.order_by("source_id", "target_id", "-valid_from").distinct("source_id", "target_id")
    return {(row.source_id, row.target_id): (row.valid_from, Fraction(row.rate)) for row in latest}


def _rate(legs: dict[tuple[int, int], Rate], source: int, target: int) -> Fraction | None:
    straight = _either_way(legs, source, target)
    if straight is not None:
        return straight[1]
    between = sorted({one for pair in legs for one in pair} - {source, target})
    ways = []
    for one in between:
        into, out = _either_way(legs, source, one), _either_way(legs, one, target)
        if into is not None and out is not None:
            ways.append((min(into[0], out[0]), into[1] * out[1]))
    # max takes the first of equal ones.
    return max(ways, key=lambda way: way[0])[1] if ways else None


def _either_way(legs: dict[tuple[int, int], Rate], source: int, target: int) -> Rate | None:
    if (source, target) in legs:
        return legs[source, target]
    turned = legs.get((target, source))
    return None if turned is None else (turned[0], 1 / turned[1])
