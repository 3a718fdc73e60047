"""What orders of some items can be made from: their bills, and below phantom lines those of the phantoms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q

from strategies.models import BomLine, BomVersion, Site

USABLE = ("active", "approved")


class Reach:
    """The lines of every bill that orders of the items at a site may use. Starts from the items and goes down
    phantom lines only: one query for each level of phantoms, none for what is bought or made on orders of its own."""

    def __init__(self, site: Site, items: Collection[int]) -> None:
        self._here = Q(site=site) | Q(site__isnull=True)
        self.made: set[int] = set(items)
        """The items, and the phantoms that become part of their orders: whose bills and routes count."""
        self.items: set[int] = set(items)
        """The same and all their components."""
        self.named_routes: set[int] = set()
        """Routes that phantom lines ask for by name."""
        self.lines: dict[int, list[BomLine]] = defaultdict(list)
        new, named = set(items), set[int]()
        while new or named:
            new, named = self._below(self._level(new, named))

    def _level(self, items: Collection[int], named: Collection[int]) -> list[BomLine]:
        """Lines of bills not seen yet."""
        seen = set(self.lines)
        wanted = (Q(item__in=items) & self._here) | Q(pk__in=named)
        boms = BomVersion.objects.filter(wanted, state__in=USABLE)
        rows = BomLine.objects.filter(bom__in=boms.order_by().values("pk")).exclude(kind=BomLine.Kind.VENDOR)
        found = [row for row in rows.order_by("bom", "position", "pk") if row.bom_id not in seen]
        for row in found:
            self.lines[row.bom_id].append(row)
        self.items.update(row.component_id for row in found)
        return found

    @property
    def made_here(self) -> Q:
        """Versions of what is made, that may count at the site."""
        return Q(item__in=self.made) & self._here

    def _below(self, lines: Collection[BomLine]) -> tuple[set[int], set[int]]:
        """Phantoms met for the first time, and versions of them that lines name."""
        phantoms = [row for row in lines if row.kind == BomLine.Kind.PHANTOM]
        new = {row.component_id for row in phantoms} - self.made
        named = {row.component_bom_id for row in phantoms if row.component_bom_id} - set(self.lines)
        self.made |= new
        self.named_routes |= {row.component_route_id for row in phantoms if row.component_route_id}
        return new, named
