"""What lies where, how much of it is promised and held, and what is free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    DateField,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)

from p2p.core import clock
from p2p.inventory.models import Balance, Hold, Lot, Reservation, SoftReservation
from strategies.models import Item, Location, Site

ZERO = Decimal(0)
PURPOSES = {
    "": Hold.Blocks.values,
    "production": [Hold.Blocks.USE, Hold.Blocks.TOUCH, Hold.Blocks.PRODUCTION],
    "delivery": [Hold.Blocks.USE, Hold.Blocks.TOUCH, Hold.Blocks.DELIVERY],
    "transfer": [Hold.Blocks.USE, Hold.Blocks.TOUCH],
}
"""What stock is wanted for -> the holds that forbid it; "" is any purpose at all."""


class Today(Value):
    """The day it is when the query runs: querysets may be made long before."""

    def __init__(self) -> None:
        super().__init__(None, output_field=DateField())

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s::date", [clock.today()]


def _not_past(column: str) -> Q:
    return Q(**{f"lot__{column}__isnull": True}) | Q(**{f"lot__{column}__gte": Today()})


NETTABLE = Q(location__nettable=True) & ~Q(location__kind=Location.Kind.TRANSIT)
"""Stock that planning counts: goods in transit never do, their order is expected already."""
COUNTS = NETTABLE & _not_past("expires_on") & _not_past("retest_on")
"""Stock that can be available: it lies where stock counts, and its lot is neither past its day nor due for a test.
What of it is not held, not reserved and not claimed is what everybody calls available."""


def held_stock(purpose: str = "") -> Exists:
    """Whether an open hold forbids to use a balance row for this purpose; "": for any."""
    return Exists(
        Hold.objects.filter(
            Q(item=OuterRef("item")) | Q(item__isnull=True, location=OuterRef("location")),
            Q(lot__isnull=True) | Q(lot=OuterRef("lot")),
            Q(serial__isnull=True) | Q(serial=OuterRef("serial")),
            Q(location__isnull=True) | Q(location=OuterRef("location")),
            released_at__isnull=True,
            blocks__in=PURPOSES[purpose],
        )
    )


def balances() -> QuerySet[Balance]:
    """What lies where, rows of nothing left out, with `held`, `available` (free for anybody's use) and `movable`: what
    may be brought elsewhere, from where it does not count, too."""
    left = F("quantity") - F("reserved")
    free = Case(When(COUNTS & Q(held=False), then=left), default=ZERO, output_field=_quantity())
    movable = Case(When(held=True, then=ZERO), default=left, output_field=_quantity())
    return (
        Balance.objects.exclude(quantity=0, reserved=0)
        .annotate(held=held_stock())
        .annotate(available=free, movable=movable)
        .select_related("item__unit", "item__catch_unit", "location__site", "lot", "serial", "handling_unit")
        .order_by("item__number", "location__code", "id")
    )


def _quantity() -> DecimalField[Decimal, Decimal]:
    return DecimalField(max_digits=24, decimal_places=12)


def _nettable(site: Site, item_ids: Iterable[int] | None) -> QuerySet[Balance]:
    rows = Balance.objects.filter(NETTABLE, location__site=site)
    return rows if item_ids is None else rows.filter(item_id__in=list(item_ids))


def on_hand(site: Site, item_ids: Iterable[int] | None = None) -> dict[int, Decimal]:
    """Item id -> what lies at the site's nettable places, reserved and held stock included; in the item's
    unit.
    """
    rows = (
        _nettable(site, item_ids).values_list("item_id").annotate(total=Sum("quantity")).order_by("item_id")
    )
    return {item: total for item, total in rows if total}


def promised(references: Sequence[str]) -> dict[tuple[str, int], Decimal]:
    """(reference, item id) -> what is claimed or reserved for these documents. Two queries."""
    found: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for rows in (SoftReservation.objects.all(), Reservation.objects.all()):
        sums = rows.filter(reference__in=references).values_list("reference", "item_id")
        for reference, item, total in sums.annotate(total=Sum("quantity")).order_by():
            found[reference, item] += total
    return found


def available(
    site: Site, item_ids: Iterable[int] | None = None, *, purpose: str = "", but: Sequence[str] = ()
) -> dict[int, Decimal]:
    """Item id -> what counts (see COUNTS) and is neither reserved nor held for the purpose, nor softly reserved (claims
    of the references `but` left out). Below zero where more is claimed than is left. Items without any are left out.
    Two queries."""
    return available_at([site.pk], item_ids, purpose=purpose, but=but)[site.pk]


def available_at(
    sites: Iterable[int],
    item_ids: Iterable[int] | None = None,
    *,
    purpose: str = "",
    but: Sequence[str] = (),
) -> dict[int, dict[int, Decimal]]:
    """Site id -> item id -> what is available there, as `available` says it. Two queries, however many sites."""
    found: dict[int, dict[int, Decimal]] = {site: defaultdict(Decimal) for site in sites}
    counting = Balance.objects.filter(COUNTS, ~held_stock(purpose), location__site__in=found)
    claims = SoftReservation.objects.filter(site__in=found).exclude(reference__in=but)
    if item_ids is not None:
        items = list(item_ids)
        counting, claims = counting.filter(item_id__in=items), claims.filter(item_id__in=items)
    free = counting.values_list("location__site_id", "item_id")
    for site, item, quantity in free.annotate(total=Sum(F("quantity") - F("reserved"))).order_by():
        found[site][item] += quantity
    for site, item, quantity in (
        claims.values_list("site_id", "item_id").annotate(total=Sum("quantity")).order_by()
    ):
        found[site][item] -= quantity
    return {site: {item: left for item, left in rows.items() if left} for site, rows in found.items()}


def stock_by_place(item: Item) -> QuerySet[Balance]:
    """Where the item lies: place, lot, serial, quantity, reserved, held, available."""
    return balances().filter(item=item)


@dataclass(frozen=True)
class Totals:
    """Of one item, over all places that hold stock. `claimed` is softly reserved, without a place."""

    on_hand: Decimal
    reserved: Decimal
    held: Decimal
    available: Decimal
    claimed: Decimal = ZERO


def totals(item: Item) -> Totals:
    """How much there is of the item, and how much of it is promised, held and free."""
    rows = Balance.objects.filter(item=item)
    every = rows.aggregate(quantity=Sum("quantity"), reserved=Sum("reserved"))
    kept = rows.filter(held_stock()).aggregate(quantity=Sum("quantity"))
    free = rows.filter(COUNTS, ~held_stock()).aggregate(left=Sum(F("quantity") - F("reserved")))
    soft = SoftReservation.objects.filter(item=item).aggregate(quantity=Sum("quantity"))["quantity"] or ZERO
    return Totals(
        on_hand=every["quantity"] or ZERO,
        reserved=every["reserved"] or ZERO,
        held=kept["quantity"] or ZERO,
        claimed=soft,
        available=(free["left"] or ZERO) - soft,
    )


@dataclass(frozen=True)
class Level:
    """Stock added up by some of item, lot, location and site (their keys; None where not asked for, or no lot).

    `held` of `on_hand` may not be used for the purpose, `reserved` lies ready for somebody, `claimed` is promised
    without a place; `available` is what counts (see COUNTS) and lies free, less what is claimed.
    """

    item: int | None
    lot: int | None
    location: int | None
    site: int | None
    on_hand: Decimal
    held: Decimal
    reserved: Decimal
    claimed: Decimal
    available: Decimal


_COLUMNS = {"item": "item_id", "lot": "lot_id", "location": "location_id", "site": "location__site_id"}


def levels(
    *,
    by: Sequence[str] = ("item", "site"),
    site: Site | None = None,
    items: Iterable[int] | None = None,
    lot: Lot | None = None,
    location: Location | None = None,
    purpose: str = "",
) -> list[Level]:
    """On hand, held, reserved, claimed and available by any of item, lot, location and site. Two queries.

    Claims name no place: by location they are left out, by lot only those that name one count.
    """
    rows = Balance.objects.exclude(quantity=0, reserved=0)
    chosen: list[tuple[str, Any]] = [("location__site", site), ("lot", lot), ("location", location)]
    rows = rows.filter(**{name: value for name, value in chosen if value is not None})
    if items is not None:
        rows = rows.filter(item_id__in=list(items))
    free = COUNTS & Q(stopped=False)
    columns = [_COLUMNS[name] for name in by]
    sums = (
        rows.annotate(stopped=held_stock(purpose))
        .values_list(*columns)
        .annotate(
            there=Sum("quantity"),
            kept=Sum("quantity", filter=Q(stopped=True)),
            promised=Sum("reserved"),
            free=Sum(F("quantity") - F("reserved"), filter=free),
        )
        .order_by(*columns)
    )
    soft = {} if "location" in by or location else _soft(by, site=site, items=items, lot=lot)
    found = []
    for row in sums:
        key, (there, kept, reserved, open_quantity) = row[: len(by)], row[len(by) :]
        promised = soft.pop(key, ZERO)
        found.append(
            _level(by, key, there, kept or ZERO, reserved, promised, (open_quantity or ZERO) - promised)
        )
    # Claims whose stock is gone are shown as what they are: too much.
    found += [
        _level(by, key, ZERO, ZERO, ZERO, promised, -promised) for key, promised in sorted(soft.items())
    ]
    return found


def _level(by: Sequence[str], key: Sequence[int | None], *figures: Decimal) -> Level:
    named: dict[str, int | None] = dict.fromkeys(_COLUMNS)
    named.update(zip(by, key, strict=True))
    return Level(named["item"], named["lot"], named["location"], named["site"], *figures)


def _soft(
    by: Sequence[str], *, site: Site | None, items: Iterable[int] | None, lot: Lot | None
) -> dict[tuple[int | None, ...], Decimal]:
    rows = SoftReservation.objects.all()
    if site:
        rows = rows.filter(site=site)
    if items is not None:
        rows = rows.filter(item_id__in=list(items))
    if lot or "lot" in by:
        rows = rows.filter(lot=lot) if lot else rows.filter(lot__isnull=False)
    columns = [f"{name}_id" for name in by]
    sums = rows.values_list(*columns).annotate(total=Sum("quantity")).order_by(*columns)
    return {tuple(row[:-1]): row[-1] for row in sums}


def holds() -> QuerySet[Hold]:
    """Holds, newest first, with what a list shows."""
    related = ("item__unit", "lot", "serial", "location__site", "reason", "placed_by", "released_by")
    return Hold.objects.select_related(*related).order_by("-id")


def claims() -> QuerySet[SoftReservation]:
    """Soft reservations, the most urgent first, with what a list shows."""
    return SoftReservation.objects.select_related("item__unit", "site", "lot", "by").order_by(
        "priority", "needed_at", "id"
    )
