"""Who finds less at a place than the books say has it counted."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from p2p.core.facts import tell
from p2p.inventory.facts import CountChanged
from p2p.inventory.models import Count, CountPlace
from p2p.inventory.models.count import COUNT_FLOW
from p2p.inventory.selectors.counts import Wanted
from p2p.inventory.services.counting import create_count, lock_places, not_counted_now
from strategies.models import Item, Location, ReasonCode

if TYPE_CHECKING:
    from p2p.core.models import User


@transaction.atomic
def ask_count(
    *, item: Item, place: Location, reference: str, reason: ReasonCode | None, note: str = "", by: User | None
) -> Count | None:
    """A blind spot count of one item at one place, for the document `reference` at which too little was found.

    None where a count that is not posted yet has that place or item already, and where nothing can be counted: on the
    road and outside. `lock_places` comes before any balance of the place is locked.
    """
    if not place.holds_stock or place.kind == Location.Kind.TRANSIT:
        return None
    lock_places([place.pk])
    if not not_counted_now([Wanted(place.pk, item.pk)], by_hand=False):
        return None
    return create_count(
        site=place.site,
        kind=Count.Kind.SPOT,
        places=[place],
        items=[item],
        note=note,
        reference=reference,
        reason=reason,
        by=by,
    )


@transaction.atomic
def withdraw_count(
    *, reference: str, item: Item | None = None, places: Collection[int] = (), by: User | None
) -> list[Count]:
    """What was said to be missing at a document was taken back: counts that were asked for there (of `item` at `places`
    alone where given) and that nobody has begun are cancelled. Locks the counts: before any balance is locked."""
    asked = (
        Count.objects.filter(reference=reference, state=Count.State.OPEN)
        if reference
        else Count.objects.none()
    )
    if item is not None:
        there = CountPlace.objects.filter(item=item, location__in=places)
        asked = asked.filter(pk__in=there.values("count"))
    rows = list(asked.order_by("pk").select_for_update())
    begun = CountPlace.objects.filter(count__in=rows).exclude(state=CountPlace.State.OPEN, attempt=1)
    keep = set(begun.values_list("count", flat=True))
    rows = [row for row in rows if row.pk not in keep]
    for row in rows:
        COUNT_FLOW.take(row, "cancel", revision=F("revision") + 1)
        tell(CountChanged(count=row, step="withdrawn", by=by))
    return rows
