"""When an operation of an item goes to a vendor, and what it takes there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.facts import PurchasingSaved
from strategies.models import Item, OutsourcingPolicy, RouteOperation, Site, Vendor
from strategies.services.keep import KEEP, Keep, put


@transaction.atomic
def add_outsourcing(
    *,
    site: Site,
    item: Item,
    vendor: Vendor,
    valid_from: date,
    valid_to: date | None = None,
    operation_number: int | None = None,
    rule: str = OutsourcingPolicy.Rule.VENDOR,
    supply: str = OutsourcingPolicy.Supply.SEND,
    lead_time_days: int = 0,
    allowed_loss_fraction: Decimal = Decimal(0),
    overflow_load: Decimal = Decimal(1),
    overflow_on_downtime: bool = True,
    by: User,
) -> OutsourcingPolicy:
    """Where an operation (or, without a number, the whole item) is worked on from a day on.

    Refused for an operation no route of the item has, days out of order, a vendor that does not work for us,
    or a policy that begins on the same day already.
    """
    row = OutsourcingPolicy(
        site=site,
        item=item,
        vendor=vendor,
        valid_from=valid_from,
        valid_to=valid_to,
        operation_number=operation_number,
        rule=rule,
        supply=supply,
        lead_time_days=lead_time_days,
        allowed_loss_fraction=allowed_loss_fraction,
        overflow_load=overflow_load,
        overflow_on_downtime=overflow_on_downtime,
    )
    return _save(row, by)


@transaction.atomic
def change_outsourcing(
    *,
    policy: OutsourcingPolicy,
    vendor: Vendor | Keep = KEEP,
    valid_from: date | Keep = KEEP,
    valid_to: date | Keep | None = KEEP,
    operation_number: int | Keep | None = KEEP,
    rule: str | Keep = KEEP,
    supply: str | Keep = KEEP,
    lead_time_days: int | Keep = KEEP,
    allowed_loss_fraction: Decimal | Keep = KEEP,
    overflow_load: Decimal | Keep = KEEP,
    overflow_on_downtime: bool | Keep = KEEP,
    by: User,
) -> OutsourcingPolicy:
    """Change what is given; None takes a value away. Refused as `add_outsourcing` refuses."""
    row = OutsourcingPolicy.objects.select_for_update(no_key=True).get(pk=policy.pk)
    given = {
        "vendor": vendor,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "operation_number": operation_number,
        "rule": rule,
        "supply": supply,
        "lead_time_days": lead_time_days,
        "allowed_loss_fraction": allowed_loss_fraction,
        "overflow_load": overflow_load,
        "overflow_on_downtime": overflow_on_downtime,
    }
    return _save(row, by) if put(row, given) else row


@transaction.atomic
def remove_outsourcing(*, policy: OutsourcingPolicy, by: User) -> None:
    """Take a policy away: new orders follow what is left, work already sent out stays there."""
    vendor, item = policy.vendor, policy.item
    policy.delete()
    tell(PurchasingSaved(vendor=vendor, items=(item,), by=by))


def _save(row: OutsourcingPolicy, by: User) -> OutsourcingPolicy:
    _check(row)
    row.save()
    tell(PurchasingSaved(vendor=row.vendor, items=(row.item,), by=by))
    return row


def _check(row: OutsourcingPolicy) -> None:
    if row.valid_to and row.valid_to < row.valid_from:
        raise Refused(_("The last day is before the first."), code="days", field="valid_to")
    if not 0 <= row.allowed_loss_fraction < 1:
        raise Refused(_("The loss is 0 or more and less than 1."), field="allowed_loss_fraction")
    if row.overflow_load < 0:
        raise Refused(_("The load is 0 or more, 0.9 stands for 90 %."), field="overflow_load")
    named: dict[str, Any] = {
        "item": row.item.number,
        "vendor": row.vendor.number,
        "number": row.operation_number,
    }
    if row.rule != OutsourcingPolicy.Rule.MAKE and not row.vendor.active:
        raise Refused(_("{vendor} is not in use any more."), code="retired", field="vendor", **named)
    steps = RouteOperation.objects.filter(route__item=row.item)
    if row.operation_number and steps.exists() and not steps.filter(number=row.operation_number).exists():
        raise Refused(_("No route of {item} has an operation {number}."), field="operation_number", **named)
    same = OutsourcingPolicy.objects.filter(
        site=row.site, item=row.item, operation_number=row.operation_number, valid_from=row.valid_from
    )
    other = same.exclude(pk=row.pk).select_related("vendor").first()
    if other is not None:
        raise Refused(
            _("A policy for {item} begins on that day already, with {other}: change that one."),
            code="exists",
            field="valid_from",
            other=other.vendor.number,
            **named,
        )
