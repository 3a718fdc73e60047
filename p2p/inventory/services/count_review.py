"""A count is submitted: what is small enough is accepted at once."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.refusal import Refused
from p2p.inventory.facts import CountChanged
from p2p.inventory.models import Count, CountClass, CountLine, CountPlace
from p2p.inventory.models.count import COUNT_FLOW
from p2p.inventory.selectors.counts import current_lines
from p2p.inventory.selectors.rules import rules_for
from p2p.inventory.services.count_posting import post_count

if TYPE_CHECKING:
    from p2p.core.models import User

NAMED = 5
"""So many places are named in a sentence; the rest is a number."""


@transaction.atomic
def submit_count(*, count: Count, by: User | None) -> Count:
    """All places are counted: what is within the tolerance of its class is accepted at once, the rest waits for
    a supervisor. Where nothing waits, the count is posted; unless what is missing is reserved.
    """
    COUNT_FLOW.take(count, "submit", revision=F("revision") + 1)
    refuse_uncounted(count)
    waiting = _accept_small(count)
    tell(CountChanged(count=count, step="submitted", lines=waiting, by=by))
    if not waiting:
        _post_at_once(count, by)
    return count


def refuse_uncounted(count: Count) -> None:
    """Refused, naming the places, while some are not counted."""
    missing = count.places.exclude(state=CountPlace.State.COUNTED)
    names = list(
        missing.order_by("location__walk_order", "location__code").values_list("location__code", flat=True)
    )
    if names:
        more = f" (+{len(names) - NAMED})" if len(names) > NAMED else ""
        raise Refused(
            _("Still to be counted: {places}{more}."),
            code="uncounted",
            about=count,
            places=", ".join(names[:NAMED]),
            more=more,
        )


def _accept_small(count: Count) -> int:
    """Accepts what is within its tolerance; how many lines are left to decide."""
    waiting = current_lines(count).filter(accepted__isnull=True).order_by()
    lines = list(waiting.values_list("pk", "item", "expected", "counted", "expected_catch", "counted_catch"))
    classes = tolerances(count, {item for _line, item, *_figures in lines})
    # A piece more or less is never small.
    small = [
        line
        for line, item, expected, counted, booked, found in lines
        if booked == found and within(expected, counted, classes.get(item))
    ]
    CountLine.objects.filter(pk__in=small).update(accepted=True)
    return len(lines) - len(small)


def tolerances(count: Count, items: set[int]) -> dict[int, CountClass]:
    """Item -> the class whose tolerance counts: that of its stock rule, else that of the count."""
    rules = rules_for((item, count.site_id) for item in items)
    known = CountClass.objects.in_bulk({rule.count_class for rule in rules.values() if rule.count_class})
    found: dict[int, CountClass] = {}
    for (item, _site), rule in rules.items():
        chosen = known.get(rule.count_class) if rule.count_class else count.count_class
        if chosen is not None:
            found[item] = chosen
    return found


def within(expected: Decimal, counted: Decimal, tolerance: CountClass | None) -> bool:
    """Whether the difference is nothing, up to the share of what was expected, or up to the quantity."""
    gap = abs(counted - expected)
    if not gap or tolerance is None:
        return not gap
    share: Decimal = tolerance.tolerance_fraction * abs(expected)
    return bool(gap <= max(share, tolerance.tolerance_quantity))


def _post_at_once(count: Count, by: User | None) -> None:
    """Unless what was found less is reserved, or went meanwhile: then a supervisor sees to it first."""
    if not short_of(count):
        post_count(count=count, by=by)


def short_of(count: Count) -> list[str]:
    """Places where more is to be taken off than lies free there now. One query; the balances are locked."""
    with connection.cursor() as cursor:
        cursor.execute(_SHORT, [count.pk])
        return [code for (code,) in cursor.fetchall()]


_SHORT = """
    SELECT l.code FROM inventory_countline n
    JOIN inventory_countplace p ON p.id = n.place_id AND p.attempt = n.attempt
    JOIN inventory_balance b ON b.location_id = p.location_id AND b.item_id = n.item_id
        AND b.lot_id IS NOT DISTINCT FROM n.lot_id AND b.serial_id IS NOT DISTINCT FROM n.serial_id
        AND b.handling_unit_id IS NOT DISTINCT FROM n.handling_unit_id
    JOIN strategies_location l ON l.id = p.location_id
    WHERE p.count_id = %s AND n.accepted AND n.counted < n.expected AND NOT (b.may_go_negative AND b.reserved = 0)
        AND b.quantity - b.reserved < n.expected - n.counted
    ORDER BY b.item_id, b.location_id, b.lot_id NULLS FIRST, b.serial_id NULLS FIRST,
        b.handling_unit_id NULLS FIRST
    FOR NO KEY UPDATE OF b
"""
