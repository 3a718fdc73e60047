"""Two versions of bills side by side: lines, alternates, steps, outputs, operations, and the sums over all levels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from p2p.core.digits import whole
from p2p.core.fields import plain
from strategies.engine.differences import Difference, Entry, differences
from strategies.models import BomAlternate, BomLine, BomOutput, BomStep, BomVersion, RouteVersion
from strategies.models.version import VersionState
from strategies.selectors.bom import explode_version

LINE = (
    "quantity", "unit", "kind", "consumption", "series", "formula", "height", "width", "depth", "density", "percent",
    "rounding", "rounding_multiple", "scrap_fraction", "scrap_quantity", "operation_number", "flushing", "vendor",
    "location", "component_bom", "component_route", "scalable", "ends", "valid_from", "valid_to", "note",
)  # fmt: skip
ALTERNATE = ("ratio", "priority", "valid_from", "valid_to", "approved_by")
OUTPUT = ("quantity", "unit", "kind", "cost_share")
HEAD = (
    "batch_quantity",
    "yield_fraction",
    "multiple_quantity",
    "kind",
    "site",
    "from_quantity",
    "valid_from",
    "valid_to",
)
OPERATION = ("name", "group", "setup_seconds", "run_seconds", "scrap_fraction")


@dataclass(frozen=True)
class Part:
    """One kind of thing with its differences; `model` knows the words for its fields."""

    key: str
    model: Any
    found: Sequence[Difference]

    @property
    def differing(self) -> list[Difference]:
        return [each for each in self.found if each.sign != "same"]


def versions_compared(left: BomVersion, right: BomVersion) -> list[Part]:
    """Head, lines, alternates, steps, outputs and operations. A fixed number of queries."""
    boms = (left, right)
    lines = [_lines(bom) for bom in boms]
    operation: Any = RouteVersion._meta.get_field("operations").related_model
    pairs: list[tuple[str, Any, list[list[Entry]]]] = [
        ("head", BomVersion, [[_entry(bom, "head", "", HEAD)] for bom in boms]),
        ("lines", BomLine, [_line_entries(rows) for rows in lines]),
        ("alternates", BomAlternate, [_alternates(rows) for rows in lines]),
        ("steps", BomStep, [_steps(rows) for rows in lines]),
        ("outputs", BomOutput, [_outputs(bom) for bom in boms]),
        ("operations", operation, [_operations(bom) for bom in boms]),
    ]
    return [Part(key, model, differences(before, after)) for key, model, (before, after) in pairs]


def sums_compared(left: BomVersion, right: BomVersion, *, day: date) -> Part:
    """What one batch takes on all levels, each component once. Nothing walks paths."""
    sides = [
        [
            Entry(need.item.pk, _title(need.item), {"quantity": need.quantity, "unit": need.item.unit.code})
            for need in explode_version(bom, day=day)
        ]
        for bom in (left, right)
    ]
    return Part("sums", BomLine, differences(*sides))


def _lines(bom: BomVersion) -> list[BomLine]:
    rows = bom.lines.select_related(
        "component", "unit", "vendor", "location", "component_bom__item", "component_route__item"
    ).prefetch_related("alternates__component", "alternates__approved_by", "steps")
    return list(rows.order_by("position", "pk"))


def _title(item: Any) -> str:
    return f"{item.number} {item.name}"


def _entry(row: Any, key: Any, title: str, names: Iterable[str]) -> Entry:
    return Entry(key, title, {name: _value(row, name) for name in names})


def _value(row: Any, name: str) -> Any:
    shown = getattr(row, f"get_{name}_display", None)
    value = shown() if shown else getattr(row, name)
    return None if value == "" else value


def _alternates(lines: Sequence[BomLine]) -> list[Entry]:
    return [
        _entry(
            other,
            (line.component_id, other.component_id),
            f"{line.component.number} → {other.component.number} {other.component.name}",
            ALTERNATE,
        )
        for line in lines
        for other in line.alternates.all()
    ]


def _line_entries(lines: Sequence[BomLine]) -> list[Entry]:
    return [_entry(line, line.component_id, _title(line.component), LINE) for line in lines]


def _steps(lines: Sequence[BomLine]) -> list[Entry]:
    return [
        _entry(
            step,
            (line.component_id, step.from_quantity),
            f"{line.component.number} ≥ {plain(step.from_quantity)}",
            ("quantity",),
        )
        for line in lines
        for step in line.steps.all()
    ]


def _outputs(bom: BomVersion) -> list[Entry]:
    rows = bom.outputs.select_related("item", "unit").order_by("item__number")
    return [_entry(row, row.item_id, _title(row.item), OUTPUT) for row in rows]


def _operations(bom: BomVersion) -> list[Entry]:
    routes = RouteVersion.objects.filter(item=bom.item_id, state=VersionState.ACTIVE).order_by("-version")
    route = routes.filter(site=bom.site_id).first() or routes.first()
    if route is None:
        return []
    rows = route.operations.select_related("group").order_by("number")
    return [_entry(row, row.number, f"{row.number} {row.name}", OPERATION) for row in rows]


def version_typed(text: str) -> BomVersion | None:
    """ "WHEEL v2", "WHEEL" (the active one, else the newest) or a key. Two queries at most."""
    typed = text.strip()
    if not typed:
        return None
    rows = BomVersion.objects.select_related("item__unit", "site")
    key = whole(typed)
    found = rows.filter(pk=key).first() if key is not None else None
    if found:
        return found
    number, _space, said = typed.rpartition(" v")
    version = whole(said)
    if number and version is not None:
        return rows.filter(item__number__iexact=number.strip(), version=version).order_by("pk").first()
    mine = rows.filter(item__number__iexact=typed)
    return mine.filter(state=VersionState.ACTIVE).order_by("-pk").first() or mine.order_by("-version").first()


def as_plain(parts: Sequence[Part]) -> Iterator[dict[str, Any]]:
    """For programs: one entry per difference, decimals as text."""
    for part in parts:
        for each in part.differing:
            yield {
                "part": part.key,
                "difference": each.sign,
                "title": each.title,
                "before": _in_words(each.before.values) if each.before else None,
                "after": _in_words(each.after.values) if each.after else None,
                "changed": [name for name, _old, _new in each.changes],
            }


def _in_words(values: Any) -> dict[str, Any]:
    return {
        name: plain(value)
        if isinstance(value, Decimal)
        else (value if isinstance(value, (bool, int)) else str(value))
        for name, value in values.items()
        if value is not None
    }
