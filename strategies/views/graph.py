"""A route drawn as a graph: each operation stands in the column after those it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from strategies.engine.levels import low_level_codes

WIDE, HIGH, GAP, ROW = 148, 40, 44, 56


def graph_of(operations: Sequence[Any]) -> SafeString:
    """An SVG with a sentence for those who do not see it; the table beside it says the same."""
    numbers = {one.number: one for one in operations}
    below: dict[int, list[int]] = {number: [] for number in numbers}
    for one in operations:
        for link in one.links_before.all():
            below[link.before.number].append(one.number)
    columns = low_level_codes(sorted(numbers), below).codes
    places = _places(columns)
    width = (max(columns.values(), default=0) + 1) * (WIDE + GAP) - GAP
    height = max(row for _column, row in places.values()) * ROW + HIGH
    lines = format_html_join("", '<path class="join" fill="none" d="{}"></path>', _lines(below, places))
    boxes = format_html_join(
        "", "{}", ((_box(numbers[number], places[number]),) for number in sorted(numbers))
    )
    said = _("{count} operations; each waits for those left of it that a line leads from.")
    return format_html(
        '<svg class="p-plot s-graph" viewBox="-1 -1 {} {}" width="{}" height="{}" role="img"'
        ' aria-label="{}">{}{}</svg>',
        width + 2,
        height + 2,
        width + 2,
        height + 2,
        said.format(count=len(operations)),
        lines,
        boxes,
    )


def _places(columns: dict[int, int]) -> dict[int, tuple[int, int]]:
    """Column and row of every operation; those in one column stand below each other."""
    used: dict[int, int] = {}
    found = {}
    for number in sorted(columns):
        column = columns[number]
        found[number] = (column, used.get(column, 0))
        used[column] = used.get(column, 0) + 1
    return found


def _lines(below: dict[int, list[int]], places: dict[int, tuple[int, int]]) -> list[tuple[str]]:
    paths = []
    for before, after in ((one, other) for one in below for other in below[one]):
        (c1, r1), (c2, r2) = places[before], places[after]
        x1, y1 = c1 * (WIDE + GAP) + WIDE, r1 * ROW + HIGH // 2
        x2, y2 = c2 * (WIDE + GAP), r2 * ROW + HIGH // 2
        paths.append((f"M{x1} {y1} C{x1 + GAP // 2} {y1} {x2 - GAP // 2} {y2} {x2} {y2}",))
    return paths


def _box(operation: Any, place: tuple[int, int]) -> SafeString:
    x, y = place[0] * (WIDE + GAP), place[1] * ROW
    name = operation.name if len(operation.name) <= 20 else f"{operation.name[:19]}…"
    kind = "outside" if operation.outside else "started" if operation.inspect else "scheduled"
    return format_html(
        '<g><rect class="s-box" x="{}" y="{}" width="{}" height="{}" rx="6"></rect>'
        '<rect data-s="{}" x="{}" y="{}" width="4" height="{}" rx="2"></rect>'
        '<text class="lab" x="{}" y="{}">{}</text><text x="{}" y="{}">{}</text></g>',
        *(x, y, WIDE, HIGH),
        *(kind, x, y, HIGH),
        *(x + 14, y + 17, operation.number),
        *(x + 14, y + 32, name),
    )
