"""Whether an operation is done by a vendor or in house: planning decides, outsourcing reacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused, tell
from planning.facts import BroughtBack, SentOut
from planning.models import Operation
from planning.services.supplied import supplied_anew
from strategies.models import Vendor, VendorPrice
from strategies.selectors.outwork import OutsideRules

if TYPE_CHECKING:
    from p2p.core.models import User


@transaction.atomic
def send_out(*, operation: Operation, vendor: Vendor, by: User | None) -> Operation:
    """Give a planned or released operation to a vendor. Its place in the schedule is forgotten."""
    row = _locked(operation)
    _not_begun(row, "send")
    if not vendor.active:
        raise Refused(_("{vendor} is no longer a vendor of ours."), field="vendor", vendor=vendor.name)
    if row.outside and row.vendor_id == vendor.pk:
        raise Refused(_("{operation} is with {vendor} already."), operation=row, vendor=vendor.name)
    row = _write(row, outside=True, vendor=vendor, vendor_days=_days(row, vendor), overflow={})
    supplied_anew([row])
    tell(SentOut(operations=(row,), by=by))
    return row


@transaction.atomic
def bring_back(*, operation: Operation, by: User | None) -> Operation:
    """Do an operation in house again. Refused while pieces lie at the vendor."""
    row = _locked(operation)
    _not_begun(row, "bring back")
    if not row.outside:
        raise Refused(_("{operation} is done in house already."), operation=row)
    if row.with_vendor:
        raise Refused(
            _("{operation} has {pieces} at {vendor}: receive them first."),
            operation=row,
            pieces=row.with_vendor.normalize(),
            vendor=row.vendor,
        )
    # The hand outranks the policy: no later schedule sends it out again.
    said = row.overflow | {"kept": "hand"}
    row = _write(row, outside=False, vendor=None, vendor_days=0, overflow=said)
    supplied_anew([row])
    tell(BroughtBack(operations=(row,), by=by))
    return row


def _locked(operation: Operation) -> Operation:
    rows = Operation.objects.select_for_update(of=("self",)).select_related(
        "order__site", "order__item", "vendor"
    )
    return rows.get(pk=operation.pk)


def _not_begun(row: Operation, step: str) -> None:
    if row.state not in ("planned", "released"):
        raise Refused(
            _("{operation} is {state}: it is too late to {step} it."),
            code="wrong_state",
            operation=row,
            state=row.get_state_display(),
            step=step,
        )


def _write(row: Operation, **values: object) -> Operation:
    values |= {
        "starts_at": None,
        "ends_at": None,
        "station": None,
        "promised_at": None,
        "promised_quantity": None,
    }
    Operation.objects.filter(pk=row.pk).update(**values, resource=None, revision=F("revision") + 1)
    row.refresh_from_db()
    return row


def _days(row: Operation, vendor: Vendor) -> int:
    """Calendar days the vendor takes: as the policy says, else as its price says."""
    day, item = row.order.start_on, row.order.item_id
    policy = OutsideRules(row.order.site, {item}).on(item, row.number, day, vendor=vendor.pk)
    if policy is not None:
        return policy.lead_time_days
    prices = VendorPrice.objects.filter(
        vendor=vendor, item=item, operation_number=row.number, valid_from__lte=day
    )
    price = prices.order_by("-valid_from").first()
    return price.lead_time_days if price else 0
