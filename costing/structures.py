"""How each item is made on a day: its bill and route; and phantoms whose lines or quantities ask for others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q

from costing.uneven import USABLE, containing, uneven_phantoms
from p2p.core.numbers import decimal_of
from strategies.engine.need import Consumption
from strategies.models import BomLine, BomVersion, RouteVersion
from strategies.selectors.outwork import Procured
from strategies.selectors.versions import Either, Versions

WAYS = 1000
"""So many phantoms in so many quantities are costed by themselves for one item; an order with more is refused."""


@dataclass(frozen=True, slots=True)
class Make:
    """One way to make an item, in lots of `lot` pieces that come out. A line may name a version that may not be used
    any more: nothing goes into it. `ordered`: the good share of its orders, by its settings; of a phantom nobody
    orders any, so 1."""

    item: int
    bom: BomVersion | None
    route: RouteVersion | None
    lot: Fraction
    ordered: Fraction = Fraction(1)

    @property
    def share(self) -> Fraction:
        """Good pieces of one that is started, as planning reckons it."""
        return self.ordered * Fraction(self.bom.yield_fraction if self.bom else 1)

    @property
    def launch(self) -> Fraction:
        """Pieces that an order of the lot starts with."""
        return self.lot / self.share


@dataclass(frozen=True, slots=True)
class _Named:
    """A phantom with the bill and the route it is made by, where a line says so, and for how many pieces, where
    that decides about versions in it, or about what is once per order."""

    item: int
    bom: int | None
    route: int | None
    quantity: Fraction | None = None


Need = Callable[[Make, BomLine], Consumption | None]


class Structures:
    """Key -> how it is made. An item has its own key; a phantom of which a line names the bill or the route, of which
    one piece depends on how many are taken, or of whose own orders not all comes out good, stands beside it under a
    key below 0, as in a material plan. A dozen queries."""

    def __init__(
        self,
        day: date,
        boms: Versions,
        routes: Versions,
        lot: Callable[[int], Decimal],
        need: Need,
        shares: Mapping[int, Fraction] | None = None,
        procured: Procured | None = None,
    ) -> None:
        """lot: the costing lot of an item; need: what a line takes, None where that is not known; shares: the good
        share of an item's orders, where it is not 1; procured: what is in the vendors' prices."""
        self._day, self._lot, self._need = day, lot, need
        self._shares, self._procured = shares or {}, procured
        self._bom_versions, self._route_versions = boms, routes
        self._boms, self._routes = self._current(BomVersion, boms), self._current(RouteVersion, routes)
        self._keys: dict[_Named, int] = {}
        self._above: dict[int, frozenset[int]] = {}
        self._root: dict[int, int] = {}
        self.too_many: set[int] = set()
        """Items whose phantoms lie in each other in too many ways to cost each by itself."""
        self._taken: dict[tuple[int, int], int] = {}
        stepped = boms.by_quantity | routes.by_quantity
        self._named_boms = _named(BomVersion, "component_bom", stepped)
        self._named_routes = _named(RouteVersion, "component_route", stepped)
        self._by_quantity = containing(stepped | uneven_phantoms())
        self._lines = self._read_lines({bom.pk for bom in self._boms.values()} | self._named_boms.keys())
        self.makes: dict[int, Make] = {
            item: Make(
                item, self._boms.get(item), self._routes.get(item), Fraction(lot(item)), self._good(item)
            )
            for item in sorted({*self._boms, *self._routes})
        }
        self._add_named()

    def lines(self, key: int) -> list[BomLine]:
        """Lines of its bill that hold on the day, without what a vendor procures."""
        bom, route, procured = self.makes[key].bom, self.makes[key].route, self._procured
        lines = self._lines.get(bom.pk, []) if bom else []
        if procured is None or route is None:
            return lines
        return [line for line in lines if not procured.at(route.pk, line.operation_number, self._day)]

    def component(self, key: int, line: BomLine) -> int:
        """The key of what a line of `key` takes."""
        return self._taken.get((key, line.pk), line.component_id)

    @property
    def stand_ins(self) -> dict[int, int]:
        """Key below 0 -> its item."""
        return {key: make.item for key, make in self.makes.items() if key < 0}

    def _good(self, item: int) -> Fraction:
        return self._shares.get(item, Fraction(1))

    def _current(self, model: type[Either], versions: Versions) -> dict[int, Either]:
        """Item -> the version that an order of the costing lot would take on the day."""
        keys = {item: versions.on(item, self._day, self._lot(item)) for item in sorted(versions.items)}
        rows = model._default_manager.in_bulk([key for key in keys.values() if key])
        return {item: rows[key] for item, key in keys.items() if key}

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
        left, ways = list(self.makes), Counter[int]()
        while left:
            above = left.pop()
            root = self._root.get(above, above)
            for line, named in self._wanted(above):
                key = self._keys.get(named)
                if key is None and ways[root] >= WAYS:
                    self.too_many.add(root)
                    continue
                if key is None:
                    ways[root] += 1
                    key = self._keys[named] = -1 - len(self._keys)
                    self._above[key] = self._above.get(above, frozenset()) | {self.makes[above].item}
                    self._root[key] = root
                    self.makes[key] = self._make(named)
                    left.append(key)
                self._taken[above, line.pk] = key

    def _make(self, named: _Named) -> Make:
        quantity = named.quantity
        lot = Fraction(self._lot(named.item)) if quantity is None else quantity
        bom, route = named.bom, named.route
        if quantity is not None:
            wanted = decimal_of(quantity)
            bom = bom or self._bom_versions.on(named.item, self._day, wanted)
            route = route or self._route_versions.on(named.item, self._day, wanted)
        return Make(
            named.item,
            self._of(bom, self._named_boms, self._boms, named.item),
            self._of(route, self._named_routes, self._routes, named.item),
            lot,
        )

    def _of(
        self, version: int | None, named: Mapping[int, Either], current: Mapping[int, Either], item: int
    ) -> Either | None:
        own = current.get(item)
        return own if version is None or (own and own.pk == version) else named.get(version)

    def _wanted(self, key: int) -> Iterator[tuple[BomLine, _Named]]:
        make = self.makes[key]
        above = self._above.get(key, frozenset()) | {make.item}
        for line in self.lines(key):
            if line.kind != BomLine.Kind.PHANTOM:
                continue
            quantity = None
            # Of phantoms in a circle the quantity would grow for ever: the roll-up names the circle.
            if line.component_id in self._by_quantity and line.component_id not in above:
                need = self._need(make, line)
                quantity = (need.needed(make.launch) if need else None) or None
            named = line.component_bom_id or line.component_route_id or line.component_id in self._shares
            if quantity is not None or named:
                yield (
                    line,
                    _Named(line.component_id, line.component_bom_id, line.component_route_id, quantity),
                )


def _named(model: type[Either], column: str, stepped: Collection[int]) -> dict[int, Either]:
    """Versions that phantom lines name, as far as they may be used, and those that depend on the quantity."""
    lines = BomLine.objects.filter(kind=BomLine.Kind.PHANTOM, **{f"{column}__isnull": False})
    named = Q(pk__in=lines.order_by().values(column), state__in=USABLE)
    by_quantity = Q(item__in=stepped, state="active") if stepped else Q(pk__in=())
    return model._default_manager.filter(named | by_quantity).in_bulk()
