"""What is due to be counted, how far a count is, and how right the books are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Count as Tally
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from p2p.inventory.models import Balance, Count, CountClass, CountLine, CountPlace
from p2p.inventory.selectors.rules import rules_for
from strategies.models import Item, Location, Site

ZERO = Decimal(0)

Key = tuple[int, int | None, int | None, int | None]
"""Of what was found: item, lot, serial, handling unit."""


@dataclass(frozen=True)
class Wanted:
    """A place to count: all that lies there, or one item (keys)."""

    location: int
    item: int | None


# The last time an item was counted at a place: alone or with everything there. Given-up counts count nothing. What is
# on the road lies nowhere one could go and look: its transfer receives it or reports it lost.
_LYING = """
    SELECT b.location_id, b.item_id, (
        SELECT max(p.counted_at)::date FROM inventory_countplace p JOIN inventory_count c ON c.id = p.count_id
        WHERE p.location_id = b.location_id AND (p.item_id = b.item_id OR p.item_id IS NULL)
            AND c.state <> 'cancelled')
    FROM (
        SELECT DISTINCT v.location_id, v.item_id FROM inventory_balance v
        JOIN strategies_location l ON l.id = v.location_id AND l.site_id = %s AND l.active
        WHERE v.quantity <> 0 AND l.kind NOT IN ('vendor', 'transit')
    ) b
    JOIN strategies_location l ON l.id = b.location_id
    ORDER BY l.walk_order, l.code, b.item_id
"""


def places_due(site: Site, day: date, *, count_class: CountClass | None = None) -> list[Wanted]:
    """What lies at the site and was not counted for as long as its class allows, the most overdue first: what was
    never counted, then by how many times its interval it waited. Items without a class are never due. Four queries.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LYING, [site.pk])
        lying = cursor.fetchall()
    classes = CountClass.objects.in_bulk()
    rules = rules_for((item, site.pk) for _place, item, _last in lying)
    due: list[tuple[float, int, Wanted]] = []
    for turn, (place, item, last) in enumerate(lying):
        key = rules[item, site.pk].count_class
        if key is None or (count_class is not None and key != count_class.pk):
            continue
        waited = float("inf") if last is None else (day - last).days / classes[key].days_between
        if waited >= 1:
            due.append((-waited, turn, Wanted(place, item)))
    return [one for _waited, _turn, one in sorted(due, key=lambda entry: entry[:2])]


def every_place(site: Site) -> list[Wanted]:
    """Every place of the site that holds stock, vendors' and the road left out; those that only have places in
    them, too, unless something lies there. One query.
    """
    inside = Location.objects.filter(site=site, active=True).exclude(
        kind__in=(*Location.OUTSIDE, Location.Kind.VENDOR, Location.Kind.TRANSIT)
    )
    parts = Location.objects.filter(parent=OuterRef("pk"), active=True)
    stock = Balance.objects.filter(location=OuterRef("pk")).exclude(quantity=0)
    rows = inside.filter(~Exists(parts) | Exists(stock)).order_by("walk_order", "code")
    return [Wanted(key, None) for key in rows.values_list("pk", flat=True)]


def where_items_lie(site: Site, items: Sequence[Item]) -> list[Wanted]:
    """Where these items lie at the site, what is on the road left out. One query."""
    rows = Balance.objects.filter(location__site=site, item__in=items).exclude(quantity=0)
    rows = rows.exclude(location__kind=Location.Kind.TRANSIT)
    pairs = rows.order_by("location__walk_order", "location__code", "item").values_list("location", "item")
    return [Wanted(place, item) for place, item in pairs.distinct()]


def counts() -> QuerySet[Count]:
    """Counts, newest first, each with how many of its places are done."""
    done = Tally("places", filter=Q(places__state=CountPlace.State.COUNTED))
    return (
        Count.objects.select_related("site", "count_class", "reason", "created_by", "approved_by")
        .annotate(places_all=Tally("places"), places_done=done)
        .order_by("-id")
    )


def places(count: Count | None = None) -> QuerySet[CountPlace]:
    """Places of counts in the order one walks them."""
    rows = CountPlace.objects.select_related("count__site", "location__site", "item__unit", "counted_by")
    rows = rows if count is None else rows.filter(count=count)
    return rows.order_by("location__walk_order", "location__code", "item__number", "id")


def places_to_count(site: Site) -> int:
    """How many places of open counts at the site wait to be counted."""
    rows = CountPlace.objects.filter(count__site=site, count__state=Count.State.OPEN)
    return rows.exclude(state=CountPlace.State.COUNTED).count()


def lines() -> QuerySet[CountLine]:
    """What was found, with the difference; earlier attempts, too."""
    related = (
        "place__count__site", "place__location", "item__unit", "item__catch_unit", "lot", "serial", "handling_unit",
        "reason", "counted_by", "decided_by",
    )  # fmt: skip
    return CountLine.objects.select_related(*related).annotate(difference=F("counted") - F("expected"))


def current_lines(count: Count) -> QuerySet[CountLine]:
    """What counts: each place's last attempt."""
    rows = lines().filter(place__count=count, attempt=F("place__attempt"))
    return rows.order_by("place__location__walk_order", "place__location__code", "item__number", "id")


def key_of(line: CountLine | Balance) -> Key:
    """What was found, whatever its quantity."""
    return line.item_id, line.lot_id, line.serial_id, line.handling_unit_id


@dataclass(frozen=True)
class Part:
    """Of a place of which a part is counted again: what stays, and the lines that are asked for again."""

    kept: frozenset[Key]
    asked: Sequence[CountLine]


def parts(places: Collection[int]) -> dict[int, Part]:
    """Place (key) -> its part, where only a part is counted again. One query."""
    rows = lines().filter(place__in=places, place__attempt__gt=1, attempt__gte=F("place__attempt") - 1)
    found: dict[int, tuple[set[Key], list[CountLine]]] = defaultdict(lambda: (set(), []))
    for row in rows.order_by("item__number", "id"):
        kept, before = found[row.place_id]
        if row.attempt < row.place.attempt:
            before.append(row)
        elif row.kept:
            kept.add(key_of(row))
    return {
        place: Part(frozenset(kept), [row for row in before if key_of(row) not in kept])
        for place, (kept, before) in found.items()
        if kept
    }


def unit_costs(site: Site, items: set[int], day: date) -> dict[int, Decimal]:
    """Item -> money for one unit at the site: what costing says for the day, else the item's list price. One
    query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.id, coalesce((
                    SELECT c.unit_cost FROM strategies_planningcost c
                    WHERE c.item_id = i.id AND c.site_id = %s AND c.valid_from <= %s
                    ORDER BY c.valid_from DESC LIMIT 1), i.list_price)
               FROM strategies_item i WHERE i.id = ANY(%s)""",
            [site.pk, day, sorted(items)],
        )
        return {item: cost for item, cost in cursor.fetchall() if cost is not None}


@dataclass(frozen=True)
class Outcome:
    """How a count stands: lines, how many differ, wait for a decision, and what the differences are worth.
    `priced`: the cost of at least one item that differs is known."""

    lines: int
    differ: int
    waiting: int
    more: Decimal
    less: Decimal
    priced: bool = True


def outcome(count: Count, day: date) -> Outcome:
    """Sums over what counts of a count; `more` and `less` in the site's money. Three queries."""
    rows = list(
        current_lines(count).values_list("item", "accepted").annotate(
            gap=Sum("difference"), lines=Tally("id"), differ=Tally("id", filter=~Q(difference=0))
        ).order_by("item", "accepted")
    )  # fmt: skip
    costs = unit_costs(count.site, {row[0] for row in rows}, day)
    worth = [(gap * costs.get(item, ZERO), accepted) for item, accepted, gap, _lines, _differ in rows]
    return Outcome(
        lines=sum(row[3] for row in rows),
        differ=sum(row[4] for row in rows),
        waiting=sum(row[3] for row in rows if row[1] is None),
        more=sum((value for value, accepted in worth if value > 0 and accepted is not False), ZERO),
        less=sum((value for value, accepted in worth if value < 0 and accepted is not False), ZERO),
        priced=any(row[0] in costs for row in rows if row[4]) or not any(row[4] for row in rows),
    )


@dataclass(frozen=True)
class Accuracy:
    """How right the books were: of `lines` counted for the first time in a month, `right` were within tolerance."""

    month: date
    lines: int
    right: int

    @property
    def share(self) -> Decimal:
        return Decimal(self.right) / Decimal(self.lines) if self.lines else ZERO


# Inventory record accuracy (APICS): records whose first count was within the tolerance of their class, of all
# records counted. What a supervisor accepted was not.
_ACCURACY = """
    SELECT date_trunc('month', c.posted_at AT TIME ZONE 'UTC')::date, count(*),
           count(*) FILTER (WHERE n.counted = n.expected OR (n.accepted AND n.decided_by_id IS NULL))
    FROM inventory_countline n
    JOIN inventory_countplace p ON p.id = n.place_id
    JOIN inventory_count c ON c.id = p.count_id
    JOIN strategies_site s ON s.id = c.site_id
    WHERE c.state = 'posted' AND n.attempt = 1 AND c.posted_at >= %(since)s
        AND (%(sites)s::text[] IS NULL OR s.code = ANY(%(sites)s))
    GROUP BY 1 ORDER BY 1
"""


def accuracy(sites: Collection[str] | None, since: date) -> list[Accuracy]:
    """Inventory record accuracy by month of posting, at these sites (None: all). One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCURACY, {"sites": None if sites is None else sorted(sites), "since": since})
        return [Accuracy(*row) for row in cursor.fetchall()]
