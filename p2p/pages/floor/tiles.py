"""The tiles of the tablet's stock menu. A page of stock adds its line to TILES; it is drawn once its address exists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from execution.models import PickList
from p2p.core import clock
from p2p.core.access import may
from p2p.core.web import formats
from p2p.inventory.models import StockTask
from p2p.inventory.selectors.counts import places_to_count
from p2p.inventory.selectors.tasks import open_count
from p2p.pages.floor.tablet import DOERS, WORKERS
from planning import selectors
from strategies.models import Site


@dataclass(frozen=True, kw_only=True)
class Tile:
    """`count(site)` is how much of it waits, shown on the tile as `waits` says it; `roles` are who may open it at the
    site."""

    title: Any
    words: Any
    icon: str
    url_name: str
    roles: tuple[str, ...] = DOERS
    count: Callable[[Site], int] | None = None
    waits: Any = ""

    def says(self, waiting: int) -> str:
        """How much waits, in the words of this work."""
        return str(self.waits).format(number=formats.number(waiting))


def _waiting(kind: str) -> Callable[[Site], int]:
    return lambda site: open_count(site, kind)


def _to_pick(site: Site) -> int:
    return PickList.objects.filter(order__site=site, state=PickList.State.OPEN).count()


def _due(site: Site) -> int:
    """What is to leave by today, to customers and other sites."""
    today = clock.today()
    customers = selectors.to_deliver(today=today).filter(site=site, goes_on__lte=today)
    return (
        customers.count()
        + selectors.to_ship(today=today).filter(from_location__site=site, goes_on__lte=today).count()
    )


TILES = (
    Tile(
        title=_("Receive"),
        words=_("Purchases and returns"),
        icon="truck-delivery",
        url_name="pages:floor-receive",
    ),
    Tile(
        title=_("Put away"),
        words=_("From receiving to its place"),
        icon="transfer-in",
        url_name="pages:floor-put-away",
        count=_waiting(StockTask.Kind.PUT_AWAY),
        waits=_("{number} to put away"),
    ),
    Tile(
        title=_("Supply"),
        words=_("Bring parts to the lines"),
        icon="building-factory-2",
        url_name="pages:floor-supply",
        count=_waiting(StockTask.Kind.SUPPLY),
        waits=_("{number} to bring"),
    ),
    Tile(
        title=_("Pick"),
        words=_("Parts for orders, from their lists"),
        icon="clipboard-list",
        url_name="pages:floor-pick",
        count=_to_pick,
        waits=_("{number} to pick"),
    ),
    Tile(
        title=_("Move"),
        words=_("From a place to another"),
        icon="arrow-big-right-lines",
        url_name="pages:floor-move",
        count=_waiting(StockTask.Kind.MOVE),
        waits=_("{number} to move"),
    ),
    Tile(
        title=_("Ship"),
        words=_("To customers and other sites"),
        icon="transfer-out",
        url_name="pages:floor-ship",
        count=_due,
        waits=_("{number} due by today"),
    ),
    Tile(
        title=_("Count"),
        words=_("What really lies here"),
        icon="clipboard-check",
        url_name="pages:floor-count",
        count=places_to_count,
        waits=_("{number} to count"),
    ),
    Tile(
        title=_("Look up"),
        words=_("What is it, where does it lie?"),
        icon="search",
        url_name="pages:floor-look-up",
        roles=WORKERS,
    ),
)
"""In the order in which goods go through the store."""


def tiles_for(user: Any, site: Site) -> Iterator[tuple[Tile, str, int, str]]:
    """(tile, address, how much waits, the same in words) of what this person may do at the site."""
    for tile in TILES:
        if not may(user, *tile.roles, site=site):
            continue
        try:
            url = reverse(tile.url_name)
        except NoReverseMatch:
            continue
        waiting = tile.count(site) if tile.count else 0
        yield tile, url, waiting, tile.says(waiting)
