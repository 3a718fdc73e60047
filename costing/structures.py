"""How each item is made on a day: its bill and route, and those of phantoms whose lines name others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from strategies.models import BomLine, BomVersion, RouteVersion
from strategies.selectors.versions import Either

USABLE = ("active", "approved")
Named = tuple[int, int | None, int | None]
"""A phantom with the bill and the route that a line wants of it."""


@dataclass(frozen=True, slots=True)
class Make:
    """One way to make an item. A line may name a version that may not be used any more: nothing goes into it."""

    item: int
    bom: BomVersion | None
    route: RouteVersion | None


class Structures:
    """Key -> how it is made. An item has its own key; a phantom of which a line names the bill or the route stands
    beside it under a key below 0, as in a material plan. Five queries."""

    def __init__(self, day: date, boms: Mapping[int, BomVersion], routes: Mapping[int, RouteVersion]) -> None:
        self._day, self._boms, self._routes = day, boms, routes
        self._keys: dict[Named, int] = {}
        self._named_boms = _named(BomVersion, "component_bom")
        self._named_routes = _named(RouteVersion, "component_route")
        self._lines = self._read_lines({bom.pk for bom in boms.values()} | self._named_boms.keys())
        self.makes: dict[int, Make] = {
            item: Make(item, boms.get(item), routes.get(item)) for item in sorted({*boms, *routes})
        }
        self._add_named()

    def lines(self, key: int) -> list[BomLine]:
        """Lines of its bill that hold on the day."""
        bom = self.makes[key].bom
        return self._lines.get(bom.pk, []) if bom else []

    def component(self, line: BomLine) -> int:
        """The key of what a line takes."""
        named = _named_by(line)
        return self._keys[named] if named else line.component_id

    @property
    def stand_ins(self) -> dict[int, int]:
        """Key below 0 -> its item."""
        return {key: make.item for key, make in self.makes.items() if key < 0}

    def _read_lines(self, boms: Iterable[int]) -> dict[int, list[BomLine]]:
        rows = (
            BomLine.objects.filter(bom__in=list(boms))
            .filter(Q(valid_from__isnull=True) | Q(valid_from__lte=self._day))
            .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=self._day))
            .exclude(kind=BomLine.Kind.VENDOR)
            .select_related("component", "unit", "bom")
            .order_by("bom", "position")
        )
        found: dict[int, list[BomLine]] = defaultdict(list)
        for row in rows:
            found[row.bom_id].append(row)
        return found

    def _add_named(self) -> None:
        """Phantoms with versions of their own, which may take others of that kind."""
        left = list(self.makes)
        while left:
            for named in self._wanted(left.pop()):
                if named in self._keys:
                    continue
                key = self._keys[named] = -1 - len(self._keys)
                item, bom, route = named
                self.makes[key] = Make(
                    item,
                    self._named_boms.get(bom) if bom else self._boms.get(item),
                    self._named_routes.get(route) if route else self._routes.get(item),
                )
                left.append(key)

    def _wanted(self, key: int) -> Iterator[Named]:
        for line in self.lines(key):
            named = _named_by(line)
            if named is not None:
                yield named


def _named_by(line: BomLine) -> Named | None:
    if line.kind != BomLine.Kind.PHANTOM or not (line.component_bom_id or line.component_route_id):
        return None
    return line.component_id, line.component_bom_id, line.component_route_id


def _named(model: type[Either], column: str) -> dict[int, Either]:
    """Versions that phantom lines name, as far as they may be used."""
    lines = BomLine.objects.filter(kind=BomLine.Kind.PHANTOM, **{f"{column}__isnull": False})
    rows = model._default_manager.filter(pk__in=lines.order_by().values(column), state__in=USABLE)
    return rows.in_bulk()
