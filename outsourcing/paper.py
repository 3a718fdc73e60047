"""What goes on paper: the subcontract order and the delivery note, with barcodes a scanner reads."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from outsourcing.models import Dispatch, DispatchMove, SubcontractOrder
from outsourcing.services.order import open_lines
from p2p.core.web import formats

TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=9, leading=12)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=8, leading=10, textColor=colors.HexColor("#555555"))
HEAD = ParagraphStyle("head", parent=TEXT, fontName="Helvetica-Bold", fontSize=15, leading=19)
CELLS = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, colors.HexColor("#bbbbbb")),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 1), (-1, -1), 7),
    ]
)

BARE = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])


def order_sheet(order: SubcontractOrder) -> bytes:
    """The order a vendor gets: what to do on which pieces, by when, at which price."""
    heads = (_("Work"), _("Item"), _("Quantity"), _("Back by"), _("Price"), _("Amount"), "")
    rows = []
    for line in open_lines(order):
        item = line.operation.order.item
        amount = None if line.price is None else line.price * line.quantity
        rows.append(
            [
                f"{line.operation.name}\n{line.operation}",
                f"{item.number}\n{item.name}",
                f"{formats.number(line.quantity)} {item.unit}",
                line.due_on.isoformat(),
                formats.number(line.price, 2),
                formats.number(amount, order.currency.minor_digits),
                _code(f"{line.operation.order.number}/{line.operation.number}"),
            ]
        )
    lines = open_lines(order)
    agreed = [line.price * line.quantity for line in lines if line.price is not None]
    total = sum(agreed, Decimal(0)) if len(agreed) == len(lines) else None
    facts = (
        (_("Vendor"), f"{order.vendor.name} ({order.vendor.number})"),
        (_("Ordered by"), order.site.name),
        (_("Currency"), order.currency.code),
        (_("Total"), formats.number(total, order.currency.minor_digits)),
    )
    widths = (31, 40, 19, 20, 15, 20, 41)
    return _sheet(_("Subcontract order"), order.number, facts, heads, rows, widths, note=order.note)


def delivery_note(dispatch: Dispatch) -> bytes:
    """What travels to the vendor: pieces in work and components, each with its lot and barcode."""
    heads = (_("What"), _("Name"), _("Quantity"), _("Lot"), _("For"), "")
    moves = (
        DispatchMove.objects.filter(dispatch_line__dispatch=dispatch)
        .select_related("dispatch_line__line__operation__order", "move__item__unit", "move__lot")
        .select_related("wip_move__operation__order__item__unit", "wip_move__lot")
        .order_by("id")
    )
    facts = (
        (_("To"), f"{dispatch.order.vendor.name} ({dispatch.order.vendor.number})"),
        (_("From"), dispatch.order.site.name),
        (_("Order"), dispatch.order.number),
        (_("Sent"), f"{dispatch.effective_at:%Y-%m-%d %H:%M} UTC"),
    )
    rows = [_sent(row) for row in moves]
    return _sheet(_("Delivery note"), dispatch.number, facts, heads, rows, (34, 46, 19, 18, 28, 41))


def _sent(row: DispatchMove) -> list[Any]:
    operation = row.dispatch_line.line.operation
    work = f"{operation.order.number}/{operation.number}"
    if row.move is not None:
        item, quantity, lot = row.move.item, row.move.quantity, row.move.lot
        return [item.number, item.name, _of(quantity, item), lot or "", work, _code(item.number)]
    assert row.wip_move is not None
    before = row.wip_move.operation
    item = before.order.item
    stage = _("after operation {number}, {name}").format(number=before.number, name=before.name)
    return [
        f"{item.number}\n{before.order.number}",
        f"{item.name}\n{stage}",
        _of(row.wip_move.quantity, item),
        row.wip_move.lot or "",
        work,
        _code(work),
    ]


def _of(quantity: Any, item: Any) -> str:
    return f"{formats.number(quantity)} {item.unit}"


def _code(words: str) -> Flowable:
    return Code128(words, barHeight=8 * mm, barWidth=0.22 * mm, humanReadable=True, fontSize=6, quiet=False)


def _sheet(
    title: str,
    number: str,
    facts: Sequence[tuple[str, str]],
    heads: Sequence[str],
    rows: Sequence[Sequence[Any]],
    widths: Sequence[int],
    note: str = "",
) -> bytes:
    file = io.BytesIO()
    page = SimpleDocTemplate(
        file, pagesize=A4, leftMargin=12 * mm, rightMargin=12 * mm, topMargin=14 * mm, bottomMargin=14 * mm,
        title=f"{title} {number}", author="p2p", invariant=1,
    )  # fmt: skip
    top = Table(
        [[Paragraph(escape(f"{title} {number}"), HEAD), _code(number)]],
        colWidths=(135 * mm, 51 * mm),
        style=BARE,
    )
    said = Table(
        [[Paragraph(escape(k), SMALL), Paragraph(escape(v), TEXT)] for k, v in facts],
        colWidths=(30 * mm, 156 * mm),
        style=BARE,
    )
    body = Table(
        [
            [Paragraph(escape(head), SMALL) for head in heads],
            *([_cell(cell) for cell in row] for row in rows),
        ],
        colWidths=[width * mm for width in widths],
        repeatRows=1,
        style=CELLS,
    )
    parts: list[Flowable] = [top, Spacer(1, 4 * mm), said, Spacer(1, 5 * mm), body]
    if note:
        parts += [Spacer(1, 4 * mm), Paragraph(escape(note), TEXT)]
    page.build(parts)
    return file.getvalue()


def _cell(cell: Any) -> Any:
    if isinstance(cell, Flowable):
        return cell
    return Paragraph(escape(str(cell)).replace("\n", "<br/>"), TEXT)
