"""The thin purchase and transfer order: entered, sent, confirmed, closed. What comes of it is in services.receive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.facts import Refused, tell
from p2p.core.fields import plain
from p2p.inventory.models import Reservation
from p2p.inventory.services.reservations import unreserve
from planning.facts import Firmed, ReplenishmentChanged
from planning.measures import Measures
from planning.models import ReplenishmentOrder
from planning.models.replenishment import REPLENISHMENT_FLOW
from planning.services import need
from planning.services.travelling import travelling
from strategies.models import Currency, Item, Location, Site, Vendor
from strategies.services.numbering import take_numbers

if TYPE_CHECKING:
    from p2p.core.models import User

SERIES = {"purchase": "PO", "transfer": "TO"}
"""The numbers of purchases and of transfers, by kind."""


@transaction.atomic
def create_replenishment(
    *,
    site: Site,
    item: Item,
    quantity: Decimal,
    due_on: date,
    vendor: Vendor | None = None,
    from_location: Location | None = None,
    to_location: Location | None = None,
    price: Decimal | None = None,
    currency: Currency | None = None,
    number: str = "",
    source_system: str = "",
    made_for: need.Need | None = None,
    by: User | None,
) -> ReplenishmentOrder:
    """Enter a purchase (with `vendor`) or a transfer (with `from_location`) of a quantity in the item's unit, for
    everybody or for one open need alone (`need.check`)."""
    if (vendor is None) == (from_location is None):
        raise Refused(
            _("Name a vendor to buy from, or a place to transfer from."), code="source", field="vendor"
        )
    if made_for is not None:
        need.check(need=made_for, item=item, site=site)
    if quantity <= 0:
        raise Refused(_("The quantity must be above 0."), code="not_positive", field="quantity")
    Measures([item.pk]).check_digits(quantity, item.unit_id)
    if number and ReplenishmentOrder.objects.filter(number=number).exists():
        raise Refused(_("Order {number} exists already."), code="exists", field="number", number=number)
    today = clock.today(site.time_zone)
    order = ReplenishmentOrder(
        number=number or take_numbers(code=SERIES["purchase" if vendor else "transfer"], count=1)[0],
        kind="purchase" if vendor else "transfer",
        site=site,
        item=item,
        vendor=vendor,
        from_location=from_location,
        to_location=to_location,
        quantity=quantity,
        price=price,
        currency=currency or (vendor.currency if vendor else None),
        ordered_on=min(today, due_on),
        due_on=due_on,
        source_system=source_system,
    )
    need.bind(order, made_for)
    order.save(force_insert=True)
    tell(Firmed(replenishments=(order,), by=by))
    return order


@transaction.atomic
def send(*, orders: Sequence[ReplenishmentOrder], by: User | None) -> list[ReplenishmentOrder]:
    """The vendor has been told; all of them or none."""
    locked([order.pk for order in orders])
    return _move(orders, "send", by=by)


@transaction.atomic
def confirm(
    *,
    order: ReplenishmentOrder,
    promised_at: datetime | None = None,
    promised_quantity: Decimal | None = None,
    by: User | None,
) -> ReplenishmentOrder:
    """The vendor's word: when, and how much of it. Plans take the promised day from now on."""
    if promised_quantity is not None and promised_quantity <= 0:
        raise Refused(
            _("The promised quantity must be above 0."), code="not_positive", field="promised_quantity"
        )
    row = locked([order.pk])[order.pk]
    REPLENISHMENT_FLOW.take(
        row,
        "confirm",
        promised_at=promised_at,
        promised_quantity=promised_quantity,
        revision=F("revision") + 1,
    )
    tell(ReplenishmentChanged(orders=(row,), step="confirmed", by=by))
    return row


@transaction.atomic
def close(*, orders: Sequence[ReplenishmentOrder], by: User | None) -> list[ReplenishmentOrder]:
    """Nothing more is expected, even if something is missing; all of them or none. What is kept for a transfer is free
    again. Refused while some travels."""
    rows = list(locked([order.pk for order in orders]).values())
    _check_arrived(rows)
    moved = _move(orders, "close", by=by)
    _set_free(rows, by)
    return moved


@transaction.atomic
def cancel_replenishment(
    *, orders: Sequence[ReplenishmentOrder], by: User | None
) -> list[ReplenishmentOrder]:
    """Call orders off of which nothing has come; all of them or none. What is kept for a transfer is free again."""
    rows = list(locked([order.pk for order in orders]).values())
    _check_arrived(rows)
    begun = next((row for row in rows if row.received_quantity > 0), None)
    if begun is not None:
        raise Refused(
            _("{order} has {quantity} received already: close it instead."),
            code="received",
            order=begun,
            quantity=plain(begun.received_quantity),
        )
    moved = _move(orders, "cancel", by=by)
    _set_free(rows, by)
    return moved


def _set_free(orders: Sequence[ReplenishmentOrder], by: User | None) -> None:
    """What was kept for a transfer that takes nothing any more. One query where nothing was."""
    numbers = [order.number for order in orders if order.from_location_id is not None]
    if numbers:
        kept = Reservation.objects.filter(reference__in=numbers)
        unreserve(reservations=list(kept), by=by)


def locked(keys: Sequence[int]) -> dict[int, ReplenishmentOrder]:
    """The orders as they are now, locked in key order, with what receipts and shipments need. Locked first and read
    then: one that was waited for would come with its new keys, but joined with what belonged to its old ones. Two
    queries."""
    rows = ReplenishmentOrder.objects.filter(pk__in=keys).order_by("pk")
    list(rows.select_for_update().values_list("pk"))
    related = ("site__currency", "item__unit", "vendor", "to_location__site", "from_location__site")
    return {row.pk: row for row in rows.select_related(*related)}


def _check_arrived(orders: Sequence[ReplenishmentOrder]) -> None:
    """What travels for an order can only be received for it."""
    sent = [order for order in orders if order.shipped_quantity > order.received_quantity]
    # Less may travel than left: what the last pieces weighed less when they came is no more.
    there = travelling([order for order in sent if order.kind == ReplenishmentOrder.Kind.TRANSFER])
    for order in sent:
        quantity = sum((part for _piece, part in there.get(order.number, ())), Decimal(0))
        if quantity > 0:
            raise Refused(
                _("{order} has {quantity} {unit} in transit: receive them first."),
                code="in_transit",
                about=order,
                order=order.number,
                quantity=plain(quantity),
                unit=order.item.unit.code,
            )


def _move(orders: Sequence[ReplenishmentOrder], step: str, *, by: User | None) -> list[ReplenishmentOrder]:
    rows = ReplenishmentOrder.objects.filter(pk__in=[one.pk for one in orders]).order_by("pk")
    for row in rows:
        no = REPLENISHMENT_FLOW.refusal(row, step)
        if no:
            raise no
    if REPLENISHMENT_FLOW.take_many(rows, step, revision=F("revision") + 1) != len(orders):
        raise Refused(
            _("Someone else changed one of these orders just now: look again."), code="changed_meanwhile"
        )
    moved = list(rows.select_related("site", "item", "vendor"))
    tell(ReplenishmentChanged(orders=tuple(moved), step=REPLENISHMENT_FLOW.steps[step].target, by=by))
    return moved
