"""What goes on paper: the subcontract order and the delivery note, with codes that a scanner reads."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Table, TableStyle

from outsourcing.models import Dispatch, DispatchMove, SubcontractLine, SubcontractOrder
from outsourcing.services.order import open_lines
from p2p.core import paper
from p2p.core.web import formats
from planning.models import Operation

CODES = 46  # of the page's shares: millimetres on A4


def order_sheet(order: SubcontractOrder) -> bytes:
    """The order a vendor gets: what to do on which pieces, by when, at which price."""
    heads = (_("Work"), _("Item"), _("Quantity"), _("Back by"), _("Price"), _("Amount"), "")
    lines = open_lines(order)
    agreed = [line.price * line.quantity for line in lines if line.price is not None]
    total = sum(agreed, Decimal(0)) if len(agreed) == len(lines) else None
    facts = (
        (_("Vendor"), f"{order.vendor.name} ({order.vendor.number})"),
        (_("Ordered by"), order.site.name),
        (_("Currency"), order.currency.code),
        (_("Total"), formats.number(total, order.currency.minor_digits)),
    )
    rows = [_ordered(line, order.currency.minor_digits) for line in lines]
    story: list[Flowable] = [
        paper.head(_("Subcontract order"), order.number, order.site.name, facts),
        paper.gap(4),
        paper.table(heads, rows, (26, 36, 19, 19, 16, 18, CODES), right=(2, 4, 5)),
    ]
    if order.note:
        story += [paper.gap(4), paper.text(order.note)]
    return paper.pdf(story, title=f"{_('Subcontract order')} {order.number}")


def _ordered(line: SubcontractLine, digits: int) -> list[Any]:
    item = line.operation.order.item
    amount = None if line.price is None else line.price * line.quantity
    # A price per piece may be finer than the smallest coin: what the amount was reckoned with is printed.
    places = None if line.price is None else max(digits, _decimals(line.price))
    return [
        [
            paper.text(line.operation.name, paper.BOLD),
            paper.text(line.operation, paper.SMALL),
            *_may_lose(line),
        ],
        [paper.text(item.number, paper.BOLD), paper.text(item.name)],
        paper.text(_of(line.quantity, item), paper.RIGHT),
        paper.day(line.due_on),
        paper.text(formats.number(line.price, places), paper.RIGHT),
        paper.text(formats.number(amount, digits), paper.RIGHT),
        _code(line.operation),
    ]


def _may_lose(line: SubcontractLine) -> list[Flowable]:
    if line.allowed_loss_fraction is None:
        return []
    share = formats.percent(line.allowed_loss_fraction, 1)
    return [paper.text(_("Loss up to {share}").format(share=share), paper.SMALL)]


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def delivery_note(dispatch: Dispatch) -> bytes:
    """What travels to the vendor: pieces in work and components, each with its lot and its code."""
    heads = (_("What"), _("Name"), _("Quantity"), _("Lot"), _("For"), "")
    moves = (
        DispatchMove.objects.filter(dispatch_line__dispatch=dispatch)
        .select_related("dispatch_line__line__operation__order", "move__item__unit", "move__lot")
        .select_related("wip_move__operation__order__item__unit", "wip_move__lot")
        .select_related("wip_move__operation__half_finished__unit")
        .order_by("id")
    )
    facts = (
        (_("To"), f"{dispatch.order.vendor.name} ({dispatch.order.vendor.number})"),
        (_("From"), dispatch.order.site.name),
        (_("Order"), dispatch.order.number),
        (_("Sent"), paper.moment(dispatch.effective_at)),
    )
    rows = [_sent(row) for row in moves]
    story: list[Flowable] = [
        paper.head(_("Delivery note"), dispatch.number, dispatch.order.site.name, facts),
        paper.gap(4),
        paper.table(heads, rows, (32, 40, 19, 16, 27, CODES), right=(2,)),
        _signed(),
    ]
    return paper.pdf(story, title=f"{_('Delivery note')} {dispatch.number}")


def _signed() -> Flowable:
    """Lines for two hands: who gave and who took."""
    half = paper.width() / 2
    style = TableStyle(
        [
            ("LINEABOVE", (0, 0), (0, 0), 0.5, paper.LINE),
            ("LINEABOVE", (2, 0), (2, 0), 0.5, paper.LINE),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ]
    )
    said = [
        paper.text(_("Handed over: day, name"), paper.SMALL),
        "",
        paper.text(_("Received: day, name"), paper.SMALL),
    ]
    return KeepTogether(
        [paper.gap(14), Table([said], colWidths=[half - 10 * mm, 20 * mm, half - 10 * mm], style=style)]
    )


def _sent(row: DispatchMove) -> list[Any]:
    operation = row.dispatch_line.line.operation
    if row.move is not None:
        item, quantity, lot = row.move.item, row.move.quantity, row.move.lot
        what = [paper.text(item.number, paper.BOLD)]
        name: list[Flowable] = [paper.text(item.name)]
        code = paper.coded(item.number, height=8 * mm, width=_code_width())
    else:
        assert row.wip_move is not None
        before = row.wip_move.operation
        item = before.half_finished or before.order.item
        quantity, lot = row.wip_move.quantity, row.wip_move.lot
        stage = _("after operation {number}, {name}").format(number=before.number, name=before.name)
        what = [paper.text(item.number, paper.BOLD), paper.text(before.order.number, paper.SMALL)]
        name = [paper.text(item.name), paper.text(stage, paper.SMALL)]
        code = _code(operation)
    work = paper.text(_work(operation))
    return [what, name, paper.text(_of(quantity, item), paper.RIGHT), lot or "", work, code]


def _of(quantity: Any, item: Any) -> str:
    return f"{formats.number(quantity)} {item.unit}"


def _work(operation: Operation) -> str:
    """MO-000123-20: the floor's scanners know an operation by this code."""
    return f"{operation.order.number}-{operation.number}"


def _code_width() -> float:
    return CODES * paper.width() / 180


def _code(operation: Operation) -> Flowable:
    return paper.coded(_work(operation), height=8 * mm, width=_code_width())
