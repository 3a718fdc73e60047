"""Stock added up for lists: by item, by lot and by place, each row for itself so that a page costs a page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    Case,
    DecimalField,
    Exists,
    F,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Coalesce

from p2p.core.access import sites_of
from p2p.inventory.models import Balance, Lot, SoftReservation
from p2p.inventory.selectors.past import pieces_then, then
from p2p.inventory.selectors.stock import COUNTS, held_stock
from strategies.models import Item, Location, Site

ZERO = Decimal(0)
Sites = Collection[str] | None


def _quantity() -> DecimalField[Decimal, Decimal]:
    return DecimalField(max_digits=24, decimal_places=12)


def _at(rows: QuerySet[Any], sites: Sites, path: str) -> QuerySet[Any]:
    return rows if sites is None else rows.filter(**{f"{path}__in": sorted(sites)})


def _sum(rows: QuerySet[Any], what: Any, by: str) -> Coalesce:
    total = rows.order_by().values(by).annotate(total=Sum(what)).values("total")
    return Coalesce(Subquery(total), ZERO, output_field=_quantity())


def _counted(pieces: Any) -> Case:
    """The pieces of items that are weighed and counted; null of others, which are not even looked for."""
    return Case(When(catch_unit__isnull=False, then=pieces), default=None, output_field=_quantity())


def _figures(balances: QuerySet[Balance], by: str) -> Subquery:
    """On hand, reserved, held and free in one pass over the balances of a row."""
    sums = (
        Sum("quantity"),
        Sum("reserved"),
        Coalesce(Sum("quantity", filter=Q(stopped=True)), ZERO),
        Coalesce(Sum(F("quantity") - F("reserved"), filter=COUNTS & Q(stopped=False)), ZERO),
    )
    four = Func(
        *sums, template="ARRAY[%(expressions)s]", output_field=ArrayField(_quantity()), arity=len(sums)
    )
    rows = balances.exclude(quantity=0, reserved=0).annotate(stopped=held_stock()).order_by().values(by)
    return Subquery(rows.annotate(four=four).values("four"))


class Figures:
    """Reads the four figures of a row of `items_in_stock` or `lots_in_stock` by name; None where none are known."""

    NAMES = ("on_hand", "reserved", "held", "free")

    def __init__(self, row: Any) -> None:
        self.row = row
        four: Sequence[Decimal] | None = getattr(row, "figures", None)
        then = getattr(row, "on_hand", None)
        values = four or ((ZERO,) * 4 if then is None else (then, None, None, None))
        self.on_hand, self.reserved, self.held, self.free = values

    @property
    def claimed(self) -> Decimal | None:
        return getattr(self.row, "claimed", None if self.free is None else ZERO)

    @property
    def available(self) -> Decimal | None:
        return None if self.free is None else self.free - (self.claimed or ZERO)


def items_in_stock(sites: Sites = None) -> QuerySet[Item]:
    """Items of which something lies or is claimed at these sites, with `figures` (see Figures), `claimed`:
    promised without a place, and `pieces` of those that are weighed and counted."""
    mine = _at(Balance.objects.filter(item=OuterRef("pk")), sites, "location__site__code")
    soft = _at(SoftReservation.objects.filter(item=OuterRef("pk")), sites, "site__code")
    there = Exists(mine.exclude(quantity=0, reserved=0))
    return (
        Item.objects.filter(there | Exists(soft))
        .select_related("unit", "catch_unit", "group")
        .annotate(
            figures=_figures(mine, "item"),
            claimed=_sum(soft, F("quantity"), "item"),
            pieces=_counted(_sum(mine, F("catch_quantity"), "item")),
        )
        .order_by("number")
    )


def figures_of(item: Item, sites: Sites = None) -> Figures:
    """On hand, reserved, held, claimed and available of one item at these sites."""
    row = items_in_stock(sites).filter(pk=item.pk).first()
    return Figures(row if row is not None else item)


def pieces_of(item: Item, sites: Sites = None) -> Decimal:
    """How many pieces of an item that is weighed and counted lie at these sites."""
    rows = _at(Balance.objects.filter(item=item), sites, "location__site__code")
    found: Decimal | None = rows.aggregate(sum=Sum("catch_quantity"))["sum"]
    return found or Decimal(0)


def items_then(at: datetime, sites: Sites = None) -> QuerySet[Item]:
    """Items of which something lay at these sites at that moment, with `on_hand` and `pieces`. What was
    reserved or held then is not known."""
    mine = _at(Balance.objects.filter(item=OuterRef("pk")), sites, "location__site__code")
    return (
        Item.objects.filter(Exists(mine))
        .select_related("unit", "catch_unit", "group")
        .annotate(on_hand=then(at, sites), pieces=_counted(pieces_then(at, sites)))
        .exclude(on_hand=0)
        .order_by("number")
    )


def lots_in_stock(sites: Sites = None) -> QuerySet[Lot]:
    """Lots of which something lies at these sites, with `figures`."""
    mine = _at(Balance.objects.filter(lot=OuterRef("pk")), sites, "location__site__code")
    return (
        Lot.objects.filter(Exists(mine.exclude(quantity=0)))
        .select_related("item__unit", "vendor")
        .annotate(figures=_figures(mine, "lot"))
        .order_by("item__number", "number")
    )


@dataclass(frozen=True)
class PlaceSum:
    """A place and all that is in it: rows of stock, holds of the place, and the worth in the site's money. `parts`
    says how many places are in it."""

    place: Location
    parts: int
    lines: int
    held: int
    worth: Decimal
    last_counted: datetime | None


# Each place of the site with all places in it; a place is in itself.
_TREE = """
    WITH RECURSIVE part(top, id) AS (
        SELECT l.id, l.id FROM strategies_location l WHERE l.id = ANY(%(tops)s)
        UNION ALL
        SELECT part.top, c.id FROM strategies_location c JOIN part ON c.parent_id = part.id
    ), cost AS (
        SELECT DISTINCT ON (c.item_id) c.item_id, c.unit_cost FROM strategies_planningcost c
        WHERE c.site_id = %(site)s AND c.valid_from <= %(day)s
        ORDER BY c.item_id, c.valid_from DESC
    )
    , lying AS (
        SELECT b.location_id, b.item_id, count(*) AS lines, sum(b.quantity) AS quantity
        FROM inventory_balance b WHERE b.quantity <> 0 AND b.location_id IN (SELECT id FROM part)
        GROUP BY 1, 2
    )
    SELECT part.top, count(DISTINCT part.id) - 1, coalesce(sum(lying.lines), 0),
           coalesce(sum(lying.quantity * coalesce(cost.unit_cost, i.list_price)), 0)
    FROM part
    LEFT JOIN lying ON lying.location_id = part.id
    LEFT JOIN strategies_item i ON i.id = lying.item_id
    LEFT JOIN cost ON cost.item_id = lying.item_id
    GROUP BY part.top
"""
_HELD = """
    SELECT h.location_id, count(*) FROM inventory_hold h
    WHERE h.released_at IS NULL AND h.location_id = ANY(%(tops)s) GROUP BY 1
"""
_COUNTED = """
    SELECT p.location_id, max(p.counted_at) FROM inventory_countplace p JOIN inventory_count c ON c.id = p.count_id
    WHERE p.location_id = ANY(%(tops)s) AND c.state <> 'cancelled' GROUP BY 1
"""


def places_in(site: Site, parent: Location | None, day: date) -> list[PlaceSum]:
    """The places right in `parent` (the site's outermost ones without it), each with what is in it and in its
    parts. Four queries."""
    rows = Location.objects.filter(site=site, parent=parent).exclude(kind__in=Location.OUTSIDE)
    places = {place.pk: place for place in rows.order_by("walk_order", "code")}
    given = {"tops": list(places), "site": site.pk, "day": day}
    with connection.cursor() as cursor:
        cursor.execute(_TREE, given)
        sums = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(_HELD, given)
        held = dict(cursor.fetchall())
        cursor.execute(_COUNTED, given)
        counted = dict(cursor.fetchall())
    return [
        PlaceSum(
            place=place,
            parts=sums[key][0],
            lines=sums[key][1],
            held=held.get(key, 0),
            worth=sums[key][2],
            last_counted=counted.get(key),
        )
        for key, place in places.items()
    ]


def expiring(days: int, today: date) -> Q:
    """Lots that expire, or are to be tested again, within so many days; those past it, too."""
    last = date.fromordinal(today.toordinal() + days)
    return Q(expires_on__lte=last) | Q(retest_on__lte=last)


def shown_sites(user: Any, site: Model | None) -> Sites:
    """The codes of the sites whose stock this person is shown: one that was asked for, or all of hers."""
    mine = sites_of(user)
    if site is None:
        return mine
    code = str(getattr(site, "code", ""))
    return [code] if mine is None or code in mine else []
