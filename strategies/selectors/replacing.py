"""What a mass replacement would do: every line that takes the old component, and what becomes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from p2p.core import clock
from strategies.engine.bom import Line, loop_through
from strategies.engine.replacing import DONE, Candidate, Fate, Wish, fate
from strategies.engine.units import MissingConversion
from strategies.models import Item, ItemGroup, Site
from strategies.models.version import VersionState
from strategies.selectors.bom_graph import edges_below
from strategies.selectors.units import conversions

_TAKERS = """
    SELECT line.id, line.bom_id, version.item_id, line.position, unit.code, line.quantity,
           CASE WHEN line.formula = 'percent' THEN line.percent END, line.valid_from, line.valid_to,
           version.valid_from, version.valid_to,
           EXISTS (SELECT 1 FROM strategies_bomline AS other
                    WHERE other.bom_id = line.bom_id AND other.component_id = %(new)s
                      AND (other.valid_to IS NULL OR other.valid_to >= GREATEST(%(day)s::date, line.valid_from))
                      AND (line.valid_to IS NULL OR other.valid_from IS NULL OR other.valid_from <= line.valid_to)),
           others.least, others.most, line.kind = 'phantom', version.revision
      FROM strategies_bomline AS line
      JOIN strategies_bomversion AS version ON version.id = line.bom_id
      JOIN LATERAL (
          SELECT MIN(other.ratio) AS least, MAX(other.ratio) AS most FROM strategies_bomalternate AS other
           WHERE other.line_id = line.id AND other.component_id <> %(new)s
      ) AS others ON true
      JOIN strategies_item AS item ON item.id = version.item_id
      JOIN strategies_unit AS unit ON unit.id = line.unit_id
     WHERE line.component_id = %(old)s AND version.state <> %(retired)s
       AND (%(site)s::bigint IS NULL OR version.site_id = %(site)s)
       AND (%(group)s::bigint IS NULL OR item.group_id = %(group)s)
       AND NOT (version.id = ANY(%(without)s::bigint[]))
     ORDER BY item.number, version.version, version.id, line.position, line.id
"""


@dataclass(frozen=True)
class Asked:
    """`new` instead of `old`, `ratio` times (> 0), from `day` on or at once; in the bills of one site or item
    group when given, never in those of `without`."""

    old: Item
    new: Item
    ratio: Decimal = Decimal(1)
    day: date | None = None
    site: Site | None = None
    group: ItemGroup | None = None
    without: Collection[int] = ()


@dataclass(frozen=True)
class Plan:
    """Every line with its fate, the revision of its bill, and why some items may not take the new component."""

    lines: Sequence[tuple[Candidate, Fate]]
    revisions: Mapping[int, int]
    edges: Sequence[tuple[int, int]] = field(default=(), repr=False)

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(what for _line, what in self.lines))

    @property
    def changing(self) -> list[tuple[Candidate, Fate]]:
        return [(line, what) for line, what in self.lines if what in DONE]

    @property
    def conflicts(self) -> list[tuple[Candidate, Fate]]:
        return [(line, what) for line, what in self.lines if what not in DONE]


def plan(asked: Asked) -> Plan:
    """What would be done now. Three queries, whatever the number of bills."""
    today = clock.today()
    edges = edges_below(asked.new.pk)
    above_new = {asked.new.pk, *(component for _parent, component in edges)}
    rows = _takers(asked, today)
    wish = Wish(Fraction(asked.ratio), asked.day, today, weighed=asked.new.catch_unit_id is not None)
    leads = _leads(asked.new)
    lines = [Candidate(*row[:-1]) for row in rows]
    return Plan(
        lines=[(line, fate(line, wish, above_new=above_new, leads=leads)) for line in lines],
        revisions={line.bom: row[-1] for line, row in zip(lines, rows, strict=True)},
        edges=edges,
    )


def _takers(asked: Asked, today: date) -> list[tuple[Any, ...]]:
    given = {
        "old": asked.old.pk,
        "new": asked.new.pk,
        "day": asked.day or today,
        "retired": VersionState.RETIRED,
        "site": asked.site.pk if asked.site else None,
        "group": asked.group.pk if asked.group else None,
        "without": list(asked.without),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKERS, given)
        return list(cursor.fetchall())


def _leads(new: Item) -> Any:
    ways = conversions()

    @cache
    def leads(unit: str) -> bool:
        try:
            ways.factor(unit, new.unit.code, new.number)
        except MissingConversion:
            return False
        return True

    return leads


def reasons(plan: Plan, asked: Asked, lines: Sequence[tuple[Candidate, Fate]]) -> list[str]:
    """One sentence for each of `lines` that is left alone, "" for the others; loops with the path. One query."""
    looping = {line.item for line, what in lines if what == "loop"}
    paths = _paths(plan.edges, asked.new.pk, looping)
    return [_reason(line, what, asked, paths.get(line.item, "")) for line, what in lines]


def looping(component: Item, parents: Collection[int]) -> dict[int, str]:
    """Of these items, those whose bills may not take the component, each with a sentence that has the path. Two
    queries."""
    edges = edges_below(component.pk)
    below = {component.pk, *(each for _parent, each in edges)}
    paths = _paths(edges, component.pk, below.intersection(parents))
    return {
        item: _("An item cannot go into itself: {path}.").format(path=path) for item, path in paths.items()
    }


def _paths(edges: Sequence[tuple[int, int]], component: int, items: Collection[int]) -> dict[int, str]:
    graph = [Line(parent, below, Fraction(1)) for parent, below in edges]
    found = {item: loop_through(item, component, graph) or (item, item) for item in items}
    wanted = {key for path in found.values() for key in path}
    numbers = dict(Item.objects.filter(pk__in=wanted).values_list("pk", "number")) if wanted else {}
    return {item: " → ".join(numbers[key] for key in path) for item, path in found.items()}


def _reason(line: Candidate, what: Fate, asked: Asked, path: str) -> str:
    said = {
        "loop": _("An item cannot go into itself: {path}."),
        "conversion": _("{new} is counted in {wanted}, and nothing says how many {wanted} one {given} is."),
        "already": _("{new} is in this bill already."),
        "ended": _("The line or its bill has ended by then."),
        "weighed": _("The line takes a phantom, and {new} is weighed and counted: nobody would weigh it."),
        "small": _("{ratio} times the quantity is too small or too large to be written."),
    }.get(what, "")
    if what == "small" and line.percent is not None:
        said = _(
            "A percent of the batch takes a ratio of 1 only: with {ratio} the percents would not make 100 %."
        )
    return said.format(
        path=path,
        new=asked.new.number,
        wanted=asked.new.unit.code,
        given=line.unit,
        ratio=f"{asked.ratio.normalize():f}",
    )
