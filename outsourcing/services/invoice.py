"""Vendor invoices: entered, matched with what was agreed and received, blocked with a reason, let pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as words
from django.utils.translation import gettext_lazy as _

from outsourcing.engine.match import Asked, Finding, Misfit, match
from outsourcing.facts import Closed, InvoiceBlocked, Invoiced
from outsourcing.models import Invoice, InvoiceLine, MatchTolerance, SubcontractLine, SubcontractOrder
from outsourcing.models.invoice import INVOICE_FLOW
from outsourcing.models.order import SUBCONTRACT_FLOW
from p2p.core.facts import Refused, tell
from p2p.core.fields import plain
from p2p.core.models import User
from strategies.models import Currency, Site, Vendor


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One line of the vendor's paper: quantity in the item's unit, price for one of it."""

    line: SubcontractLine
    quantity: Decimal
    price: Decimal


@transaction.atomic
def enter(
    *,
    vendor: Vendor,
    number: str,
    invoiced_on: date,
    lines: Sequence[Charge],
    currency: Currency | None = None,
    by: User,
) -> Invoice:
    """Enter an invoice and match it at once: it ends matched, or blocked with the reason.

    Raises Refused for an invoice entered before, a line of another vendor or currency, a quantity of zero.
    """
    number = number.strip()
    if not number or not lines:
        raise Refused(_("An invoice needs its number and at least one line."), code="empty", field="number")
    money = currency or vendor.currency
    _refuse_strangers(vendor, money, lines)
    invoice = _create(vendor, number, money, invoiced_on)
    InvoiceLine.objects.bulk_create(
        [
            InvoiceLine(invoice=invoice, line=charge.line, quantity=charge.quantity, price=charge.price)
            for charge in lines
        ]
    )
    return rematch(invoice=invoice, by=by)


@transaction.atomic
def rematch(*, invoice: Invoice, by: User) -> Invoice:
    """Match an open or blocked invoice again, say after a further receipt. Raises Refused if matched."""
    charges, order_lines = _locked(invoice)
    findings = _findings(charges, order_lines)
    if not findings:
        return _matched(invoice, charges, by=by)
    because = _sentence(findings[0], order_lines, len(findings))
    if invoice.state == Invoice.State.BLOCKED:
        Invoice.objects.filter(pk=invoice.pk).update(blocked_because=because)
        invoice.blocked_because = because
    else:
        INVOICE_FLOW.take(invoice, "block", blocked_because=because)
    tell(InvoiceBlocked(invoice=invoice, by=by))
    return invoice


@transaction.atomic
def approve(*, invoice: Invoice, note: str, by: User) -> Invoice:
    """Let a blocked invoice pass as it is; the note says why. Raises Refused."""
    if not note.strip():
        raise Refused(
            _("Write down why {invoice} may be paid although it does not match."),
            code="note_missing",
            field="note",
            invoice=invoice,
        )
    charges, _lines = _locked(invoice)
    if invoice.state != Invoice.State.BLOCKED:
        raise Refused(_("{invoice} is not blocked."), code="wrong_state", invoice=invoice)
    return _matched(invoice, charges, by=by, approved_by=by, approval_note=note)


def _create(vendor: Vendor, number: str, currency: Currency, invoiced_on: date) -> Invoice:
    try:
        with transaction.atomic():
            return Invoice.objects.create(
                vendor=vendor, number=number, currency=currency, invoiced_on=invoiced_on
            )
    except IntegrityError as twice:
        raise Refused(
            _("Invoice {number} of {vendor} was entered before."),
            code="twice",
            field="number",
            number=number,
            vendor=vendor,
        ) from twice


def _refuse_strangers(vendor: Vendor, currency: Currency, lines: Sequence[Charge]) -> None:
    for charge in lines:
        order = charge.line.order
        if order.vendor_id != vendor.pk:
            raise Refused(
                _("{line} was ordered from {other}, not from {vendor}."),
                code="vendor",
                field="lines",
                line=charge.line,
                other=order.vendor,
                vendor=vendor,
            )
        if order.currency_id != currency.pk:
            raise Refused(
                _("{order} is in {agreed}, the invoice in {asked}: ask for one in {agreed}."),
                code="currency",
                field="currency",
                order=order,
                agreed=order.currency,
                asked=currency,
            )
        if charge.quantity <= 0 or charge.price < 0:
            raise Refused(
                _("{line}: quantity must be above zero and the price not below."),
                code="figures",
                field="lines",
                line=charge.line,
            )


def _locked(invoice: Invoice) -> tuple[list[InvoiceLine], dict[int, SubcontractLine]]:
    """The invoice's lines and their order lines, locked in key order: two invoices cannot use one receipt."""
    charges = list(invoice.lines.order_by("id"))
    rows = (
        SubcontractLine.objects.filter(pk__in={charge.line_id for charge in charges})
        .select_related("order__site", "operation__order__item__unit")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    found = {line.pk: line for line in rows}
    invoice.refresh_from_db(fields=["state", "blocked_because"])
    return charges, found


def tolerance(site: Site) -> MatchTolerance:
    """The site's tolerances; none at all where nobody set any."""
    return MatchTolerance.objects.filter(site=site).first() or MatchTolerance(site=site)


def _findings(charges: Sequence[InvoiceLine], lines: dict[int, SubcontractLine]) -> list[Finding]:
    used: dict[int, Decimal] = {}
    asked: dict[Site, list[Asked]] = {}
    for charge in charges:
        line = lines[charge.line_id]
        asked.setdefault(line.order.site, []).append(
            Asked(
                key=line.pk,
                agreed_price=line.price or Decimal(0),
                received=line.received_quantity,
                # Two lines may charge the same operation: the second finds what the first left.
                invoiced=line.invoiced_quantity + used.get(line.pk, Decimal(0)),
                quantity=charge.quantity,
                price=charge.price,
            )
        )
        used[line.pk] = used.get(line.pk, Decimal(0)) + charge.quantity
    found: list[Finding] = []
    for site, rows in asked.items():
        allowed = tolerance(site)
        found += match(
            rows, price_fraction=allowed.price_fraction, quantity_fraction=allowed.quantity_fraction
        )
    return found


def _sentence(finding: Finding, lines: dict[int, SubcontractLine], count: int) -> str:
    line = lines[finding.key]
    said = {
        "line": line,
        "unit": line.operation.order.item.unit,
        "currency": line.order.currency,
        "asked": plain(finding.asked),
        "allowed": plain(finding.allowed),
    }
    sentences = {
        Misfit.NOTHING_RECEIVED: words("{line}: nothing has been received yet."),
        Misfit.QUANTITY: words("{line}: {asked} {unit} invoiced, {allowed} received and not yet invoiced."),
        Misfit.PRICE: words("{line}: {asked} {currency} asked for one, at most {allowed} agreed."),
    }
    more = words(" And {count} more.").format(count=count - 1) if count > 1 else ""
    return (sentences[finding.misfit].format(**said) + more)[:200]


def _matched(invoice: Invoice, charges: Sequence[InvoiceLine], *, by: User, **also: object) -> Invoice:
    INVOICE_FLOW.take(invoice, "match", blocked_because="", **also)
    for charge in charges:
        SubcontractLine.objects.filter(pk=charge.line_id).update(
            invoiced_quantity=F("invoiced_quantity") + charge.quantity
        )
    tell(Invoiced(invoice=invoice, by=by))
    close_settled({charge.line.order_id for charge in charges}, by=by)
    return invoice


def close_settled(orders: set[int], *, by: User) -> None:
    """Close received orders of which everything that came back good has been invoiced."""
    waiting = SubcontractLine.objects.filter(
        order__in=orders, cancelled=False, invoiced_quantity__lt=F("received_quantity")
    )
    settled = SubcontractOrder.objects.filter(pk__in=orders, state=SubcontractOrder.State.RECEIVED).exclude(
        pk__in=waiting.values("order")
    )
    closing = list(settled.order_by("pk"))
    for order in closing:
        SUBCONTRACT_FLOW.take(order, "close")
    if closing:
        tell(Closed(orders=tuple(closing), by=by))
