"""Keeping line-side places supplied: empty bins that are called for, a minimum and a maximum, and what orders need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import Balance, Move, StockTask, SupplyRule
from p2p.inventory.selectors.sources import sources
from p2p.inventory.services.tasks import Work, create
from strategies.models import Item, Location, Site

ZERO = Decimal(0)
OPEN = ("open", "started")
CALLED = 50
"""Priority of a call while the line still has the rest of its bins or its minimum; it falls to 0 as they run out."""


@dataclass(frozen=True, kw_only=True)
class Bring:
    """`quantity` of the item (its unit) is needed at `target` for the document `reference`."""

    item: Item
    target: Location
    quantity: Decimal
    reference: str = ""
    priority: int = 50
    due_at: datetime | None = None


@transaction.atomic
def bring(*, wants: Sequence[Bring], by: User | None) -> list[StockTask]:
    """Tasks for what is needed at places and neither lies there free nor is on its way. Places that a supply rule keeps
    are left to it. In the order given, earlier wants take what lies there."""
    if not wants:
        return []
    items = sorted({want.item.pk for want in wants})
    places = sorted({want.target.pk for want in wants})
    kept = set(
        SupplyRule.objects.filter(active=True, item__in=items, location__in=places).values_list(
            "item", "location"
        )
    )
    there = _there(items, places)
    works = []
    for want in wants:
        key = (want.item.pk, want.target.pk)
        if key in kept:
            continue
        lacks = want.quantity - max(there.get(key, ZERO), ZERO)
        there[key] = there.get(key, ZERO) - want.quantity
        if lacks > 0:
            works.append(_work(want, lacks))
    return _with_sources(works, by)


def _work(want: Bring, quantity: Decimal) -> Work:
    return Work(
        kind=StockTask.Kind.SUPPLY,
        site=want.target.site,
        item=want.item,
        quantity=quantity,
        target=want.target,
        reference=want.reference,
        priority=want.priority,
        due_at=want.due_at,
    )


def _there(items: Sequence[int], places: Sequence[int]) -> dict[tuple[int, int], Decimal]:
    """(item, place) -> what lies there and is not reserved, with what is on its way."""
    stock = Balance.objects.filter(item__in=items, location__in=places).values_list("item", "location")
    there = {
        (item, place): free for item, place, free in stock.annotate(free=Sum(F("quantity") - F("reserved")))
    }
    coming = StockTask.objects.filter(item__in=items, target__in=places, state__in=OPEN)
    sums = coming.values_list("item", "target").annotate(whole=Sum(F("quantity") - F("done_quantity")))
    for item, place, whole in sums.order_by("item", "target"):
        there[item, place] = there.get((item, place), ZERO) + max(whole, ZERO)
    return there


def _with_sources(works: Sequence[Work], by: User | None) -> list[StockTask]:
    """The tasks, each with the store that serves it, as far as one is known: two queries for all."""
    found = sources([(work.item.pk, work.site.pk, work.quantity, work.rule) for work in works])
    placed = [
        Work(**{**vars(work), "source": place if place != work.target else None})
        for work, place in zip(works, found, strict=True)
    ]
    return create(works=placed, by=by)


# ---- kanban


@transaction.atomic
def call(*, card: str, site: Site | None = None, by: User | None) -> StockTask:
    """A card of an empty bin was scanned: `KB-1/2` is its second bin, `KB-1` any that is not called for yet.

    A bin that is called for already answers with its open task and makes no second one. Refused for an unknown card,
    a bin it does not have, or when all its bins are called for.
    """
    rule, which = _meant(card, site)
    list(SupplyRule.objects.select_for_update(no_key=True).filter(pk=rule.pk).values_list("pk"))
    open_tasks = list(StockTask.objects.filter(rule=rule, state__in=OPEN).order_by("pk"))
    return _called(rule, which, open_tasks, by)


def site_of(*, card: str, site: Site | None = None) -> Site:
    """The site whose line the card belongs to. Refused for an unknown card."""
    found: Site = _meant(card, site)[0].location.site
    return found


def _meant(card: str, site: Site | None) -> tuple[SupplyRule, int | None]:
    """The rule of a card and which of its bins is meant."""
    code, _slash, number = card.strip().rpartition("/")
    rule = _rule_of(card.strip(), site)
    if rule is not None:
        return rule, None
    if number.isascii() and number.isdecimal() and len(number) < 9:
        rule = _rule_of(code, site)
    if rule is None:
        raise Refused(_("There is no kanban card {card} in use."), field="card", card=card.strip())
    return rule, int(number)


def _rule_of(card: str, site: Site | None) -> SupplyRule | None:
    rows = SupplyRule.objects.filter(card__iexact=card, method=SupplyRule.Method.KANBAN, active=True).exclude(
        card=""
    )
    rows = rows.filter(location__site=site) if site else rows
    return rows.select_related("item__unit", "location__site", "source__site").first()


def _called(
    rule: SupplyRule, which: int | None, open_tasks: Sequence[StockTask], by: User | None
) -> StockTask:
    bins = {task.reference: task for task in open_tasks}
    if which is not None and not 1 <= which <= rule.bins:
        raise Refused(
            _("Card {card} has {bins} bins: there is no bin {which}."),
            field="card",
            card=rule.card,
            bins=rule.bins,
            which=which,
        )
    if which is not None and bin_code(rule, which) in bins:
        return bins[bin_code(rule, which)]
    free = [each for each in range(1, rule.bins + 1) if bin_code(rule, each) not in bins]
    if not free:
        raise Refused(
            _("All {bins} bins of {item} at {place} are called for already."),
            code="called",
            field="card",
            bins=rule.bins,
            item=rule.item.number,
            place=rule.location.code,
        )
    priority = CALLED * (len(free) - 1) // rule.bins
    StockTask.objects.filter(pk__in=[task.pk for task in open_tasks], priority__gt=priority).update(
        priority=priority
    )
    work = Work(
        kind=StockTask.Kind.SUPPLY,
        site=rule.location.site,
        item=rule.item,
        quantity=rule.bin_quantity or ZERO,
        target=rule.location,
        rule=rule,
        reference=bin_code(rule, which or free[0]),
        priority=priority,
    )
    (task,) = _with_sources([work], by)
    return task


def bin_code(rule: SupplyRule, number: int) -> str:
    """What is printed on the card of a bin, and scanned when it is empty."""
    return f"{rule.card}/{number}"


# ---- minimum and maximum

# Rules whose place has less than the minimum, with what lies there or is on its way.
_BELOW = """
    SELECT r.id, s.there + c.coming
    FROM inventory_supplyrule r
    JOIN strategies_location l ON l.id = r.location_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(b.quantity), 0) AS there FROM inventory_balance b
        WHERE b.item_id = r.item_id AND b.location_id = r.location_id
    ) s
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(greatest(t.quantity - t.done_quantity, 0)), 0) AS coming FROM inventory_stocktask t
        WHERE t.item_id = r.item_id AND t.target_id = r.location_id AND t.state IN ('open', 'started')
    ) c
    WHERE r.active AND r.method = 'min_max' AND s.there + c.coming < r.minimum
        AND (%(site)s::bigint IS NULL OR l.site_id = %(site)s)
        AND (%(items)s::bigint[] IS NULL OR (r.item_id, r.location_id) IN (
            SELECT * FROM unnest(%(items)s::bigint[], %(places)s::bigint[])))
    ORDER BY r.id
    FOR NO KEY UPDATE OF r
"""


@transaction.atomic
def replenish(*, site: Site | None = None, by: User | None) -> list[StockTask]:
    """Fill every place that is below its minimum up to its maximum, at one site or (None) all. What is on its way
    counts, so that running it twice makes nothing twice."""
    return _fill_up({"site": site.pk if site else None, "items": None, "places": None}, by)


def fell(*, moves: Sequence[Move], by: User | None) -> list[StockTask]:
    """The same for the line-side places that these moves took from; no query when there are none."""
    pairs = sorted(
        {(move.item_id, move.source_id) for move in moves if move.source.kind == Location.Kind.LINE_SIDE}
    )
    if not pairs:
        return []
    items, places = (list(column) for column in zip(*pairs, strict=True))
    return _fill_up({"site": None, "items": items, "places": places}, by)


def _fill_up(asked: dict[str, Any], by: User | None) -> list[StockTask]:
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, asked)
        there = dict(cursor.fetchall())
    if not there:
        return []
    rules = SupplyRule.objects.filter(pk__in=there).select_related(
        "item__unit", "location__site", "source__site"
    )
    works = [
        Work(
            kind=StockTask.Kind.SUPPLY,
            site=rule.location.site,
            item=rule.item,
            quantity=rule.maximum - there[rule.pk],
            target=rule.location,
            rule=rule,
            priority=_need(rule, there[rule.pk]),
        )
        for rule in rules.order_by("pk")
        if rule.maximum is not None
    ]
    return _with_sources(works, by)


def _need(rule: SupplyRule, there: Decimal) -> int:
    """How urgent: 0 when the place is empty, towards `CALLED` at the minimum."""
    if not rule.minimum or there <= 0:
        return 0
    return int(CALLED * there / rule.minimum)
