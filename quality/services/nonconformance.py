"""What did not conform: opened from an inspection or by hand, held, and decided upon."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as words
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.facts import Refused, tell
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.inventory.models import Hold, Lot
from p2p.inventory.services import holds
from planning.models import Operation
from quality import selectors
from quality.facts import NonConformanceOpened
from quality.models import Inspection, NonConformance
from strategies.models import Item, ReasonCode, Site
from strategies.services.numbering import take_numbers


@transaction.atomic
def open_nonconformance(
    *,
    item: Item,
    quantity: Decimal,
    operation: Operation | None = None,
    lot: Lot | None = None,
    site: Site | None = None,
    reason: ReasonCode | None = None,
    note: str = "",
    by: User,
) -> NonConformance:
    """Note by hand what does not conform: `quantity` in the item's unit. A lot is held until the decision.

    It belongs to `site`, or when none is given to the one it was found at.
    Raises Refused for a quantity not above zero, an operation or lot of another item, an operation of another
    site, or when nothing says which of several sites it is.
    """
    if operation is not None and operation.order.item_id != item.pk:
        raise Refused(
            _("{operation} makes {made}, not {item}."),
            code="item",
            field="operation",
            operation=operation,
            made=operation.order.item,
            item=item,
        )
    at = _site(site, item, operation, lot)
    return _open(
        site=at,
        item=item,
        quantity=quantity,
        operation=operation,
        lot=lot,
        reason=reason,
        note=note,
        by=by,
    )


def _site(site: Site | None, item: Item, operation: Operation | None, lot: Lot | None) -> Site:
    found = site or selectors.found_at(item=item, operation=operation, lot=lot)
    if found is None:
        raise Refused(_("Say at which site the {item} is."), code="site_missing", field="site", item=item)
    if operation is not None and operation.order.site_id != found.pk:
        raise Refused(
            _("{operation} is done at {there}, not at {site}."),
            code="site",
            field="site",
            operation=operation,
            there=operation.order.site,
            site=found,
        )
    return found


@transaction.atomic
def open_from_inspection(
    *,
    inspection: Inspection,
    quantity: Decimal,
    reason: ReasonCode | None = None,
    note: str = "",
    by: User,
) -> NonConformance:
    """Note what an inspection found: at most the pieces it covers. Its lot is held until the decision.

    Raises Refused unless the inspection was rejected, or for more pieces than it covers.
    """
    locked = Inspection.objects.select_for_update(of=("self",)).get(pk=inspection.pk)
    if locked.state != Inspection.State.REJECTED:
        raise Refused(
            _("{inspection} is {state}: only a rejected inspection raises a nonconformance."),
            code="wrong_state",
            inspection=locked,
            state=locked.get_state_display(),
        )
    raised = locked.nonconformances.aggregate(all=Sum("quantity"))["all"] or Decimal(0)
    if raised + quantity > locked.quantity:
        raise Refused(
            _("{inspection} covers {covered}; {raised} of them are in nonconformances already."),
            code="too_many",
            field="quantity",
            inspection=locked,
            covered=plain(locked.quantity),
            raised=plain(raised),
        )
    return _open(
        site=inspection.plan.site,
        item=inspection.item,
        quantity=quantity,
        operation=inspection.operation,
        lot=inspection.lot,
        reason=reason,
        note=note,
        inspection=inspection,
        by=by,
    )


def _open(
    *,
    site: Site,
    item: Item,
    quantity: Decimal,
    operation: Operation | None,
    lot: Lot | None,
    reason: ReasonCode | None,
    note: str,
    inspection: Inspection | None = None,
    by: User,
) -> NonConformance:
    if not quantity.is_finite() or quantity <= 0:
        raise Refused(
            _("Say how many pieces do not conform: more than zero."), code="quantity", field="quantity"
        )
    if quantity != round(quantity, item.unit.digits):
        raise Refused(
            _("{quantity} {unit} has more digits than the unit allows."),
            code="too_many_digits",
            field="quantity",
            quantity=plain(quantity),
            unit=item.unit,
        )
    number = take_numbers(code="NC", count=1)[0]
    hold = _hold(item, lot, number, reason, by) if lot else None
    raised = NonConformance.objects.create(
        number=number,
        site=site,
        inspection=inspection,
        operation=operation,
        item=item,
        lot=lot,
        hold=hold,
        quantity=quantity,
        reason=reason,
        note=note,
        opened_at=clock.now(),
    )
    tell(NonConformanceOpened(nonconformance=raised, by=by))
    return raised


def _hold(item: Item, lot: Lot, number: str, reason: ReasonCode | None, by: User) -> Hold:
    note = words("Waits for the decision on {number}").format(number=number)
    return holds.hold(
        item=item, kind=Hold.Kind.QUALITY, lot=lot, reason=reason, note=note, reference=number, by=by
    )
