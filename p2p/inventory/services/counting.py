"""Counts are made and given up. Entry, counting again, review and posting have files of their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.facts import tell
from p2p.core.refusal import Refused
from p2p.inventory.facts import CountChanged, Held
from p2p.inventory.models import Balance, Count, CountClass, CountPlace, Hold
from p2p.inventory.models.count import COUNT_FLOW
from p2p.inventory.selectors.counts import Wanted, every_place, places_due, where_items_lie
from p2p.inventory.services.holds import unhold
from strategies.models import Item, Location, ReasonCode, Site
from strategies.services.numbering import take_numbers

if TYPE_CHECKING:
    from p2p.core.models import User

KEY_ORDER = (
    "item_id",
    "location_id",
    F("lot_id").asc(nulls_first=True),
    F("serial_id").asc(nulls_first=True),
    F("handling_unit_id").asc(nulls_first=True),
)
"""In which the ledger locks balances; who locks in another order waits in a circle."""


@transaction.atomic
def create_count(
    *,
    site: Site,
    kind: str = Count.Kind.CYCLE,
    places: Sequence[Location] = (),
    items: Sequence[Item] = (),
    count_class: CountClass | None = None,
    at_most: int | None = None,
    blind: bool = True,
    frozen: bool = False,
    recount_by_other: bool = True,
    planned_on: date | None = None,
    note: str = "",
    reference: str = "",
    reason: ReasonCode | None = None,
    by: User | None,
) -> Count:
    """A count with its places. Cycle: what is due on that day by class (of `count_class` alone where given);
    spot: `places`, or wherever `items` lie, or those items at those places; full: every place of the site.
    `at_most` cuts the list of what is due. `frozen`: nothing moves there until it is posted. `reference` and `reason`:
    the document at which somebody found too little, and what was said.

    Refused when nothing is to be counted, or a place is in another count that is still open.
    """
    day = planned_on or clock.today(site.time_zone)
    wanted = _wanted(site, kind, places, items, count_class, day, at_most)
    lock_places({one.location for one in wanted})
    wanted = not_counted_now(wanted, by_hand=kind != Count.Kind.CYCLE)
    if not wanted:
        raise _nothing(kind, site)
    (number,) = take_numbers(code="CT", count=1)
    count = Count.objects.create(
        number=number,
        kind=kind,
        site=site,
        blind=blind,
        frozen=frozen,
        recount_by_other=recount_by_other,
        count_class=count_class,
        planned_on=day,
        note=note,
        reference=reference,
        reason=reason,
        created_at=clock.now(),
        created_by=by,
    )
    rows = CountPlace.objects.bulk_create(
        CountPlace(count=count, location_id=one.location, item_id=one.item) for one in wanted
    )
    if frozen:
        _freeze(count, wanted, by)
    tell(CountChanged(count=count, step="created", lines=len(rows), by=by))
    return count


def _wanted(
    site: Site,
    kind: str,
    places: Sequence[Location],
    items: Sequence[Item],
    count_class: CountClass | None,
    day: date,
    at_most: int | None,
) -> list[Wanted]:
    for place in places:
        if place.site_id != site.pk or not place.holds_stock:
            raise Refused(
                _("{place} is no place of {site} that holds stock."),
                field="places",
                place=place.code,
                site=site.code,
            )
        if place.kind == Location.Kind.TRANSIT:
            raise Refused(
                _("{place} is the road: its transfers receive what is on it, or report it lost."),
                field="places",
                place=place.code,
            )
    if kind == Count.Kind.CYCLE:
        return places_due(site, day, count_class=count_class)[:at_most]
    if kind == Count.Kind.FULL:
        return every_place(site)
    if places and items:
        return [Wanted(place.pk, item.pk) for place in places for item in items]
    if items:
        return where_items_lie(site, items)
    return [Wanted(place.pk, None) for place in places]


def _nothing(kind: str, site: Site) -> Refused:
    if kind == Count.Kind.CYCLE:
        return Refused(_("Nothing at {site} is due to be counted."), code="nothing_due", site=site.code)
    return Refused(
        _("Nothing to count: name places of {site}, or items that lie there."),
        code="nothing_named",
        field="places",
        site=site.code,
    )


def lock_places(keys: Collection[int]) -> None:
    """Two counts made at the same moment see each other. Before any balance is locked: a frozen count locks those
    after."""
    list(Location.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True).values_list("pk"))


def not_counted_now(wanted: Sequence[Wanted], *, by_hand: bool) -> list[Wanted]:
    """Without what another open count has already; what was named by hand is refused instead."""
    keys = {one.location for one in wanted}
    open_places = CountPlace.objects.filter(
        location__in=keys, count__state__in=(Count.State.OPEN, Count.State.REVIEW)
    ).values_list("location", "item", "count__number", "location__code")
    taken = {(place, item): (number, code) for place, item, number, code in open_places}
    whole = {place for place, item in taken if item is None}
    some = {place for place, _item in taken}
    kept = []
    for one in wanted:
        inside = one.location in (some if one.item is None else whole)
        if not inside and (one.location, one.item) not in taken:
            kept.append(one)
        elif by_hand:
            number, code = next(said for (place, _item), said in taken.items() if place == one.location)
            raise Refused(
                _("{place} is in count {count} already: finish or cancel it first."),
                code="counted_elsewhere",
                field="places",
                place=code,
                count=number,
            )
    return kept


def _freeze(count: Count, wanted: Sequence[Wanted], by: User | None) -> None:
    """Moves that are under way are waited for; later ones are refused."""
    keys = {one.location for one in wanted}
    list(
        Balance.objects.filter(location__in=keys)
        .order_by(*KEY_ORDER)
        .select_for_update(no_key=True)
        .values_list("pk")
    )
    moment = clock.now()
    places = Location.objects.select_related("site").in_bulk(keys)
    items = Item.objects.in_bulk({one.item for one in wanted if one.item is not None})
    holds = Hold.objects.bulk_create(
        Hold(
            kind=Hold.Kind.COUNT,
            blocks=Hold.Blocks.TOUCH,
            location=places[one.location],
            item=items[one.item] if one.item is not None else None,
            note=count.number,
            reference=count.number,
            placed_at=moment,
            placed_by=by,
        )
        for one in wanted
    )
    tell(Held(holds=tuple(holds), by=by))


def thaw(count: Count, by: User | None) -> None:
    """Lift the holds of a frozen count."""
    holds = Hold.objects.filter(kind=Hold.Kind.COUNT, reference=count.number, released_at__isnull=True)
    rows = list(holds.order_by("pk"))
    if rows:
        unhold(holds=rows, by=by)


@transaction.atomic
def cancel_count(*, count: Count, by: User | None) -> Count:
    """The count is given up: nothing is posted, what was frozen moves again."""
    COUNT_FLOW.take(count, "cancel", revision=F("revision") + 1)
    thaw(count, by)
    tell(CountChanged(count=count, step="cancelled", by=by))
    return count


def lock_open(counts: Sequence[int]) -> None:
    """Counts stay open until this transaction ends; several people may enter at the same time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, state FROM inventory_count WHERE id = ANY(%s) ORDER BY id FOR SHARE",
            [list(counts)],
        )
        for number, state in cursor.fetchall():
            if state != Count.State.OPEN:
                raise Refused(
                    _("Count {count} is {state}: nothing more can be entered."),
                    code="wrong_state",
                    count=number,
                    state=Count.State(state).label,
                )
