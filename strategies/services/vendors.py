"""Vendors and what they ask."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.facts import PurchasingSaved
from strategies.models import Calendar, Currency, Item, Unit, Vendor, VendorPrice
from strategies.services.keep import KEEP, Keep, put
from strategies.services.removal import remove_unused


@transaction.atomic
def create_vendor(
    *,
    number: str,
    name: str,
    currency: Currency,
    calendar: Calendar | None = None,
    email: str = "",
    preferred: bool = False,
    subcontractor: bool = False,
    by: User,
) -> Vendor:
    """A new vendor. Refused when its number is taken."""
    _must_be_free(number)
    vendor = Vendor.objects.create(
        number=number,
        name=name,
        currency=currency,
        calendar=calendar,
        email=email,
        preferred=preferred,
        subcontractor=subcontractor,
    )
    tell(PurchasingSaved(vendor=vendor, by=by))
    return vendor


@transaction.atomic
def change_vendor(
    *,
    vendor: Vendor,
    number: str | Keep = KEEP,
    name: str | Keep = KEEP,
    currency: Currency | Keep = KEEP,
    calendar: Calendar | Keep | None = KEEP,
    email: str | Keep = KEEP,
    preferred: bool | Keep = KEEP,
    subcontractor: bool | Keep = KEEP,
    by: User,
) -> Vendor:
    """Change what is given; None takes a value away. Refused for a taken number."""
    row = Vendor.objects.select_for_update(no_key=True).get(pk=vendor.pk)
    if number is not KEEP and number != row.number:
        _must_be_free(number)
    given = {
        "number": number,
        "name": name,
        "currency": currency,
        "calendar": calendar,
        "email": email,
        "preferred": preferred,
        "subcontractor": subcontractor,
    }
    if put(row, given):
        row.save()
        tell(PurchasingSaved(vendor=row, by=by))
    return row


def _must_be_free(number: str) -> None:
    if Vendor.objects.filter(number=number).exists():
        raise Refused(_("There is a vendor {number} already."), code="exists", field="number", number=number)


@transaction.atomic
def retire_vendor(*, vendor: Vendor, by: User) -> Vendor:
    """Not to be ordered from any more: its prices are kept, but not used."""
    return _switch(vendor, by, active=False)


@transaction.atomic
def restore_vendor(*, vendor: Vendor, by: User) -> Vendor:
    """Back in use."""
    return _switch(vendor, by, active=True)


def _switch(vendor: Vendor, by: User, *, active: bool) -> Vendor:
    row = Vendor.objects.select_for_update(no_key=True).get(pk=vendor.pk)
    row.active = active
    row.save(update_fields=["active"])
    tell(PurchasingSaved(vendor=row, by=by))
    return row


@transaction.atomic
def delete_vendor(*, vendor: Vendor, by: User) -> None:
    """Delete a vendor nothing refers to, with its prices. Refused, naming the first record that does."""
    tell(PurchasingSaved(vendor=vendor, by=by))
    remove_unused(vendor, instead=_("Take it out of use."))


@transaction.atomic
def add_price(
    *,
    vendor: Vendor,
    item: Item,
    unit: Unit,
    currency: Currency,
    price: Decimal,
    valid_from: date,
    valid_to: date | None = None,
    operation_number: int | None = None,
    minimum_quantity: Decimal = Decimal(0),
    order_minimum: Decimal | None = None,
    order_maximum: Decimal | None = None,
    lead_time_days: int = 0,
    by: User,
) -> VendorPrice:
    """What a vendor asks for one `unit` from `minimum_quantity` on, for an item or for work on one of its
    operations. Refused when days or quantities are out of order, or when the vendor asks something else for
    the same quantity on some of these days."""
    row = VendorPrice(
        vendor=vendor,
        item=item,
        unit=unit,
        currency=currency,
        price=price,
        valid_from=valid_from,
        valid_to=valid_to,
        operation_number=operation_number,
        minimum_quantity=minimum_quantity,
        order_minimum=order_minimum,
        order_maximum=order_maximum,
        lead_time_days=lead_time_days,
    )
    return _save_price(row, by)


@transaction.atomic
def change_price(
    *,
    vendor_price: VendorPrice,
    price: Decimal | Keep = KEEP,
    currency: Currency | Keep = KEEP,
    unit: Unit | Keep = KEEP,
    valid_from: date | Keep = KEEP,
    valid_to: date | Keep | None = KEEP,
    operation_number: int | Keep | None = KEEP,
    minimum_quantity: Decimal | Keep = KEEP,
    order_minimum: Decimal | Keep | None = KEEP,
    order_maximum: Decimal | Keep | None = KEEP,
    lead_time_days: int | Keep = KEEP,
    by: User,
) -> VendorPrice:
    """Change what is given; None takes a value away. Refused as `add_price` refuses."""
    row = VendorPrice.objects.select_for_update(no_key=True).get(pk=vendor_price.pk)
    given = {
        "price": price,
        "currency": currency,
        "unit": unit,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "operation_number": operation_number,
        "minimum_quantity": minimum_quantity,
        "order_minimum": order_minimum,
        "order_maximum": order_maximum,
        "lead_time_days": lead_time_days,
    }
    return _save_price(row, by) if put(row, given) else row


@transaction.atomic
def remove_price(*, vendor_price: VendorPrice, by: User) -> None:
    """Take a price away that was entered by mistake; one that held for a time is ended instead."""
    vendor, item = vendor_price.vendor, vendor_price.item
    vendor_price.delete()
    tell(PurchasingSaved(vendor=vendor, items=(item,), by=by))


def _save_price(row: VendorPrice, by: User) -> VendorPrice:
    _check_price(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        # Two people at once: the table's own rule has the last word.
        raise overlapping(row, row) from None
    tell(PurchasingSaved(vendor=row.vendor, items=(row.item,), by=by))
    return row


def _check_price(row: VendorPrice) -> None:
    if row.price < 0 or row.minimum_quantity < 0:
        raise Refused(_("A price and its quantity are 0 or more."), code="negative", field="price")
    if row.valid_to and row.valid_to < row.valid_from:
        raise Refused(_("The last day is before the first."), code="days", field="valid_to")
    if (
        row.order_minimum is not None
        and row.order_maximum is not None
        and row.order_maximum < row.order_minimum
    ):
        raise Refused(_("The most per order is less than the least."), code="order", field="order_maximum")
    other = same_tier(row).first()
    if other is not None:
        raise overlapping(row, other)


def same_tier(row: VendorPrice) -> QuerySet[VendorPrice]:
    """Other prices of the same vendor, item, operation, unit and quantity on some of the same days."""
    rows = VendorPrice.objects.filter(
        vendor=row.vendor,
        item=row.item,
        operation_number=row.operation_number,
        unit=row.unit,
        minimum_quantity=row.minimum_quantity,
    )
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=row.valid_from)).exclude(pk=row.pk)
    return rows.filter(valid_from__lte=row.valid_to) if row.valid_to else rows


def overlapping(row: VendorPrice, other: VendorPrice) -> Refused:
    """The sentence for two prices that hold for the same quantity on the same day."""
    return Refused(
        _(
            "{vendor} asks {price} {currency} for {item} from {quantity} {unit} on since {day} already: "
            "end that price first."
        ),
        code="overlap",
        field="valid_from",
        vendor=row.vendor.number,
        item=row.item.number,
        price=f"{other.price.normalize():f}",
        currency=other.currency.code,
        quantity=f"{other.minimum_quantity.normalize():f}",
        unit=other.unit.code,
        day=other.valid_from,
    )
