"""A route drawn as a graph: boxes for operations, lines from what is done before, alternates under theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from strategies.engine.drawing import Drawing, lay_out
from strategies.engine.routing import Timeline, spoken
from strategies.models import RouteOperation

WIDE, HIGH, GAP, ROW = 184, 60, 52, 84
BESIDE, ALTERNATE = 14, 38
"""How far an alternate is moved in, and how much lower the next one stands."""


@dataclass(frozen=True)
class Graph:
    """What is drawn: operations by number, links by numbers (hard or not), their timing if it can be said."""

    rows: Sequence[RouteOperation]
    links: Mapping[tuple[int, int], bool]
    time: Timeline | None = None
    chosen: int | None = None
    editable: bool = False
    changes: Mapping[int, str] | None = None


def graph_of(rows: Sequence[Any], time: Timeline | None = None, **also: Any) -> SafeString:
    """The picture of operations that carry their links (`links_before`)."""
    numbers = {row.pk: row.number for row in rows if row.alternate_of_id is None}
    links = {
        (numbers[link.before_id], row.number): link.hard
        for row in rows
        for link in row.links_before.all()
        if link.before_id in numbers
    }
    return drawn(Graph(rows, links, time, **also))


def drawn(graph: Graph) -> SafeString:
    """An SVG with a sentence for those who do not see it; the table beside it says the same."""
    main = {row.number: row for row in graph.rows if row.alternate_of_id is None}
    instead: dict[int, list[RouteOperation]] = {}
    for row in sorted(graph.rows, key=lambda one: (one.priority, one.number)):
        if row.alternate_of is not None:
            instead.setdefault(row.alternate_of.number, []).append(row)
    tall = {number: 1 + len(rows) * ALTERNATE / ROW for number, rows in instead.items()}
    places = lay_out(sorted(main), sorted(graph.links), tall)
    lines = [_line(graph, edge, places) for edge in sorted(graph.links)]
    boxes = [_box(graph, main[number], _spot(places.places[number])) for number in _reading(places)]
    unders = [
        _alternate(graph, row, _spot(places.places[number]), place)
        for number, rows in sorted(instead.items())
        for place, row in enumerate(rows)
    ]
    width = max(1, places.columns) * (WIDE + GAP) - GAP + 24
    height = int(max(1.0, places.rows) * ROW) - (ROW - HIGH) + 24
    said = _("{count} operations; each waits for those left of it that a line leads from.")
    return format_html(
        '<svg class="s-graph" viewBox="-12 -12 {0} {1}" width="{0}" height="{1}" role="group"'
        ' aria-label="{2}"><defs>{3}</defs><g class="lines">{4}</g><g class="boxes">{5}</g></svg>',
        width,
        height,
        said.format(count=len(graph.rows)),
        _markers(),
        format_html_join("", "{}", ((each,) for each in lines)),
        format_html_join("", "{}", ((each,) for each in (*unders, *boxes))),
    )


def _markers() -> SafeString:
    head = (
        '<marker id="{0}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9"'
        ' markerUnits="userSpaceOnUse"'
        ' orient="auto"><path class="{0}" d="M0 0L8 4L0 8z"></path></marker>'
    )
    return format_html_join("", head, (("tip",), ("tip-critical",)))


def _reading(places: Drawing) -> list[int]:
    """Column by column, top to bottom: the order in which Tab goes through the boxes."""
    return sorted(places.places, key=lambda number: (*places.places[number], number))


def _spot(place: tuple[int, float]) -> tuple[int, int]:
    column, row = place
    return column * (WIDE + GAP), round(row * ROW)


def _line(graph: Graph, edge: tuple[int, int], places: Drawing) -> SafeString:
    before, after = edge
    hard = graph.links[edge]
    critical = _is_critical(graph, before, after)
    path = _path([_spot(place) for place in places.lines[edge]])
    words = _("{after} waits for {before}, without a gap") if hard else _("{after} waits for {before}")
    focus = format_html(' tabindex="0" role="button" data-before="{}" data-after="{}"', before, after)
    return format_html(
        '<g class="link{}{}"{} aria-label="{}"><path class="hit" d="{}"></path>'
        '<path class="join" d="{}" marker-end="url(#{})"></path></g>',
        " critical" if critical else "",
        " hard" if hard else "",
        focus if graph.editable else SafeString(' role="img"'),
        words.format(before=before, after=after),
        path,
        path,
        "tip-critical" if critical else "tip",
    )


def _is_critical(graph: Graph, before: int, after: int) -> bool:
    if graph.time is None:
        return False
    steps = graph.time.critical
    return (before, after) in set(zip(steps, steps[1:], strict=False))


def _path(spots: Sequence[tuple[int, int]]) -> str:
    """From the right side of the first box to the left side of the last, around boxes between them."""
    (x, y), *others = spots
    x, y = x + WIDE, y + HIGH // 2
    said = [f"M{x} {y}"]
    for place, (left, top) in enumerate(others, start=1):
        middle = top + HIGH // 2
        end = left - 2 if place == len(others) else left
        half = (x + end) // 2
        said.append(f"C{half} {y} {half} {middle} {end} {middle}" if middle != y else f"L{end} {middle}")
        if place < len(others):
            said.append(f"L{left + WIDE} {middle}")
        x, y = left + WIDE, middle
    return "".join(said)


def _box(graph: Graph, row: RouteOperation, spot: tuple[int, int]) -> SafeString:
    timing = graph.time.steps.get(row.number) if graph.time else None
    critical = graph.time is not None and row.number in graph.time.critical
    where = row.resource.name if row.resource else row.group.name if row.group else _("no work centre")
    second = where
    third = _times(row, timing)
    return _shape(graph, row, spot, HIGH, (second, third), " critical" if critical else "")


def _times(row: RouteOperation, timing: Any) -> str:
    parts = []
    if row.setup_seconds:
        parts.append(_("setup {time}").format(time=spoken(row.setup_seconds)))
    run = timing.run if timing else row.run_seconds
    parts.append(_("run {time}").format(time=spoken(run) if run else "0"))
    return " · ".join(parts)


def _alternate(graph: Graph, row: RouteOperation, spot: tuple[int, int], place: int) -> SafeString:
    x, y = spot
    top = y + HIGH + place * ALTERNATE + 6
    where = row.group.name if row.group else ""
    tie = format_html('<path class="tie" d="M{} {}V{}H{}"></path>', x + 6, y + HIGH, top + 15, x + BESIDE)
    return tie + _shape(graph, row, (x + BESIDE, top), 30, (where,), " alternate")


def _shape(
    graph: Graph, row: RouteOperation, spot: tuple[int, int], high: int, words: Sequence[str], kind: str
) -> SafeString:
    wide = WIDE if high == HIGH else WIDE - BESIDE
    chosen = " chosen" if row.number == graph.chosen else ""
    change = f" {graph.changes[row.number]}" if graph.changes and row.number in graph.changes else ""
    grip = (
        format_html('<circle class="grip" cx="{}" cy="{}" r="6"></circle>', wide, high // 2)
        if graph.editable and high == HIGH
        else ""
    )
    return format_html(
        '<g class="op{}{}{}" transform="translate({} {})" tabindex="0" role="button" data-number="{}" data-op="{}"'
        ' aria-label="{}"><title>{}</title><rect class="s-box" width="{}" height="{}" rx="6"></rect>{}{}{}{}</g>',
        kind,
        chosen,
        change,
        *spot,
        row.number,
        row.pk,
        _said(row),
        row.name,
        wide,
        high,
        _mark(row, high),
        format_html(
            '<text class="no" x="12" y="20">{}</text><text class="name" x="{}" y="20">{}</text>',
            row.number,
            20 + 8 * len(str(row.number)),
            _cut(row.name, 17 if row.inspect or row.outside else 20),
        ),
        _under(words, high) + _leaves(row, high),
        grip,
    )


def _leaves(row: RouteOperation, high: int) -> SafeString:
    """What the pieces are called behind it, over its right end: under it its alternates stand."""
    if row.half_finished is None or high != HIGH:
        return SafeString("")
    return format_html(
        '<text class="half" x="{}" y="-4">→ {}</text>', WIDE, _cut(row.half_finished.number, 24)
    )


def _under(words: Sequence[str], high: int) -> SafeString:
    if high != HIGH:
        return SafeString("")
    return format_html_join(
        "",
        '<text class="sub" x="12" y="{}">{}</text>',
        ((36 + 15 * place, _cut(text, 31)) for place, text in enumerate(words)),
    )


def _mark(row: RouteOperation, high: int) -> SafeString:
    """A strip for work outside, a diamond for an inspection point; the words stand in the label."""
    marks = SafeString("")
    wide = WIDE if high == HIGH else WIDE - BESIDE
    if row.outside:
        marks += format_html(
            '<rect data-s="outside" class="strip" width="4" height="{}" rx="2"></rect>', high
        )
        marks += format_html('<text class="tag outside" x="{}" y="20">{}</text>', wide - 10, _("vendor"))
    if row.inspect:
        x = wide - (56 if row.outside else 16)
        marks += format_html('<path class="diamond" d="M{} 10l6 6l-6 6l-6 -6z"></path>', x)
    return marks


def _said(row: RouteOperation) -> str:
    words = [f"{row.number} {row.name}"]
    if row.alternate_of is not None:
        words.append(_("instead of {number}").format(number=row.alternate_of.number))
    if row.group:
        words.append(row.group.name)
    if row.half_finished:
        words.append(_("leaves as {item}").format(item=row.half_finished.number))
    words += [_("done by a vendor")] * row.outside + [_("inspection point")] * row.inspect
    return ", ".join(words)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
