"""What lies where, how much of it is promised and held, and what is free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, DecimalField, Exists, F, OuterRef, Q, QuerySet, Sum, When

from p2p.inventory.models import Balance, Hold
from strategies.models import Item, Site

ZERO = Decimal(0)


def held_stock() -> Exists:
    """Whether an open hold covers a balance row."""
    return Exists(
        Hold.objects.filter(
            Q(lot__isnull=True) | Q(lot=OuterRef("lot")),
            Q(serial__isnull=True) | Q(serial=OuterRef("serial")),
            Q(location__isnull=True) | Q(location=OuterRef("location")),
            item=OuterRef("item"),
            released_at__isnull=True,
        )
    )


def balances() -> QuerySet[Balance]:
    """What lies where, rows of nothing left out, with `held` and `available` (free for anybody)."""
    free = Case(When(held=True, then=ZERO), default=F("quantity") - F("reserved"), output_field=_quantity())
    return (
        Balance.objects.exclude(quantity=0, reserved=0)
        .annotate(held=held_stock())
        .annotate(available=free)
        .select_related("item__unit", "location__site", "lot", "serial", "handling_unit")
        .order_by("item__number", "location__code", "id")
    )


def _quantity() -> DecimalField[Decimal, Decimal]:
    return DecimalField(max_digits=24, decimal_places=12)


def _nettable(site: Site, item_ids: Iterable[int] | None) -> QuerySet[Balance]:
    rows = Balance.objects.filter(location__site=site, location__nettable=True)
    return rows if item_ids is None else rows.filter(item_id__in=list(item_ids))


def on_hand(site: Site, item_ids: Iterable[int] | None = None) -> dict[int, Decimal]:
    """Item id -> what lies at the site's nettable places, reserved and held stock included; in the item's
    unit.
    """
    rows = (
        _nettable(site, item_ids).values_list("item_id").annotate(total=Sum("quantity")).order_by("item_id")
    )
    return {item: total for item, total in rows if total}


def available(site: Site, item_ids: Iterable[int] | None = None) -> dict[int, Decimal]:
    """Item id -> what is neither reserved nor held at nettable places. Items without any are left out."""
    rows = (
        _nettable(site, item_ids)
        .filter(~held_stock())
        .values_list("item_id")
        .annotate(total=Sum(F("quantity") - F("reserved")))
        .order_by("item_id")
    )
    return {item: total for item, total in rows if total}


def stock_by_place(item: Item) -> QuerySet[Balance]:
    """Where the item lies: place, lot, serial, quantity, reserved, held, available."""
    return balances().filter(item=item)


@dataclass(frozen=True)
class Totals:
    """Of one item, over all places that hold stock."""

    on_hand: Decimal
    reserved: Decimal
    held: Decimal
    available: Decimal


def totals(item: Item) -> Totals:
    """How much there is of the item, and how much of it is promised, held and free."""
    rows = Balance.objects.filter(item=item)
    every = rows.aggregate(quantity=Sum("quantity"), reserved=Sum("reserved"))
    kept = rows.filter(held_stock()).aggregate(quantity=Sum("quantity"), reserved=Sum("reserved"))
    there, reserved = every["quantity"] or ZERO, every["reserved"] or ZERO
    held, both = kept["quantity"] or ZERO, kept["reserved"] or ZERO
    return Totals(on_hand=there, reserved=reserved, held=held, available=there - reserved - held + both)


def holds() -> QuerySet[Hold]:
    """Holds, newest first, with what a list shows."""
    related = ("item__unit", "lot", "serial", "location__site", "reason", "placed_by", "released_by")
    return Hold.objects.select_related(*related).order_by("-id")
