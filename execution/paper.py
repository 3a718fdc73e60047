"""What goes on paper: the traveller and the pick list, with codes that a scanner and a tablet read."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

import segno
from django.utils.translation import gettext as _
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from execution import selectors
from execution.models import PickLine, PickList
from p2p.core.clock import now
from p2p.core.web import formats
from planning.models import Material, Operation, ProductionOrder
from strategies.models import InstructionStep

GREY, LINE = colors.HexColor("#555555"), colors.HexColor("#bbbbbb")
TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=9, leading=11.5)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=7.5, leading=9.5, textColor=GREY)
BOLD = ParagraphStyle("bold", parent=TEXT, fontName="Helvetica-Bold")
HEAD = ParagraphStyle("head", parent=TEXT, fontName="Helvetica-Bold", fontSize=18, leading=22)
PART = ParagraphStyle("part", parent=BOLD, fontSize=11, leading=15, spaceBefore=8, spaceAfter=3)
STEP = ParagraphStyle("step", parent=SMALL, leftIndent=28, firstLineIndent=-9, spaceBefore=1)
CODE = ParagraphStyle("code", parent=TEXT, fontName="Courier", fontSize=8.5, leading=11, alignment=2)
SMALL_RIGHT = ParagraphStyle("small-right", parent=SMALL, alignment=2)
RIGHT = ParagraphStyle("right", parent=TEXT, alignment=2)
WIDTH = A4[0] - 30 * mm - 12  # a frame keeps 6 points on either side


class QrCode(Flowable):
    """A QR code of the given size, with its quiet zone."""

    def __init__(self, code: str, size: float) -> None:
        super().__init__()
        self.rows = list(segno.make(code, error="m", micro=False).matrix_iter(border=2))
        self.width = self.height = size

    def draw(self) -> None:
        step = self.width / len(self.rows)
        for line, row in enumerate(self.rows):
            for column, dark in enumerate(row):
                if dark:
                    # A hair more than a module, so that printers leave no light seams between them.
                    self.canv.rect(
                        column * step,
                        self.height - (line + 1) * step,
                        step * 1.02,
                        step * 1.02,
                        stroke=0,
                        fill=1,
                    )


def operation_code(operation: Operation) -> str:
    """MO-000123-10: what the tablet understands as operation 10 of that order."""
    return f"{operation.order.number}-{operation.number}"


def traveller(order: ProductionOrder) -> bytes:
    """The paper that goes with the pieces: what is made, its operations with their codes, its components."""
    order = selectors.orders().select_related("bom", "route", "output_location").get(pk=order.pk)
    operations = list(
        Operation.objects.filter(order=order)
        .select_related("order", "group", "resource", "vendor")
        .order_by("number")
    )
    steps: dict[int | None, list[InstructionStep]] = {}
    rows = InstructionStep.objects.filter(operation__in=[each.route_operation_id for each in operations])
    for step in rows.order_by("operation_id", "position"):
        steps.setdefault(step.operation_id, []).append(step)
    story: list[Flowable] = [_head(_("Traveller"), order.number, order, _order_facts(order))]
    story.append(Paragraph(_plain(_("Operations")), PART))
    for each in operations:
        story.append(_operation(each))
        story += [
            Paragraph(f"{step.position}. {_plain(step.text)}", STEP)
            for step in steps.get(each.route_operation_id, [])
        ]
    story += _materials(order)
    return _pdf(story, f"{_('Traveller')} {order.number}")


def pick_list(one: PickList) -> bytes:
    """What to bring from where, place by place, with a box to tick."""
    order = one.order
    facts = (
        (_("For order"), order.number),
        (_("Item"), f"{order.item.number} {order.item.name}"),
        (_("Quantity"), f"{formats.number(order.quantity)} {order.item.unit.code}"),
        (_("Start"), str(formats.day(order.start_on))),
    )
    heads = (_("Place"), _("Item"), _("Lot or serial"), _("Quantity"), _("Op."), _("Taken"))
    rows = [_pick_row(line) for line in selectors.pick_lines(one)]
    widths = [28, 60, 34, 24, 12, 17]
    story: list[Flowable] = [_head(_("Pick list"), one.number, order, facts), Spacer(1, 4 * mm)]
    story.append(_table(heads, rows, widths))
    return _pdf(story, f"{_('Pick list')} {one.number}")


def _pick_row(line: PickLine) -> list[Any]:
    item = line.material.item
    place = line.location.code if line.location else _("missing")
    tracked = line.serial or line.lot
    return [
        Paragraph(_plain(place), BOLD),
        Paragraph(f"<b>{_plain(item.number)}</b><br/>{_plain(item.name)}", TEXT),
        Paragraph(_plain(tracked.number if tracked else ""), TEXT),
        Paragraph(f"{_plain(formats.number(line.quantity))} {_plain(item.unit.code)}", RIGHT),
        Paragraph(str(line.material.operation.number) if line.material.operation else "", RIGHT),
        _box(line.picked_quantity >= line.quantity),
    ]


class _Box(Flowable):
    """A box to tick; ticked when it was picked before printing."""

    def __init__(self, *, ticked: bool) -> None:
        super().__init__()
        self.width = self.height = 4.5 * mm
        self.ticked = ticked

    def draw(self) -> None:
        self.canv.rect(0, 0, self.width, self.height)
        if self.ticked:
            self.canv.lines([(2, 6, 5, 2), (5, 2, 11, 11)])


def _box(ticked: bool) -> _Box:
    return _Box(ticked=ticked)


def _order_facts(order: ProductionOrder) -> tuple[tuple[str, str], ...]:
    versions = ", ".join(
        f"{name} v{version.version}"
        for name, version in ((_("BOM"), order.bom), (_("route"), order.route))
        if version
    )
    return (
        (_("Item"), f"{order.item.number} {order.item.name}"),
        (_("Quantity"), f"{formats.number(order.quantity)} {order.item.unit.code}"),
        (_("Due"), order.due_on.isoformat()),
        (_("Start"), order.start_on.isoformat()),
        (_("Made after"), versions or formats.NONE),
        (_("Goes to"), order.output_location.code if order.output_location else formats.NONE),
    )


def _head(title: str, number: str, order: ProductionOrder, facts: Sequence[tuple[str, str]]) -> Table:
    """Title and facts on the left, the document's codes on the right."""
    lines = [[Paragraph(_plain(label), SMALL), Paragraph(_plain(value), TEXT)] for label, value in facts]
    left: list[Any] = [
        Paragraph(f"{_plain(title)} · {_plain(order.site.name)}", SMALL),
        Paragraph(_plain(number), HEAD),
        Table(lines, colWidths=[24 * mm, 92 * mm], style=_tight()),
    ]
    square = QrCode(number, 30 * mm)
    square.hAlign = "RIGHT"
    codes: list[Any] = [square, Spacer(1, 1 * mm), *_bars(number, 11 * mm)]
    sheet = Table([[left, codes]], colWidths=[WIDTH - 56 * mm, 56 * mm])
    sheet.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("ALIGN", (1, 0), (1, 0), "RIGHT"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("LINEBELOW", (0, 0), (-1, -1), 0.8, colors.black),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
            ]
        )
    )
    return sheet


def _bars(code: str, height: float) -> list[Any]:
    """The code as bars with its letters below; as wide as fits into 52 mm: 0.25 mm is the least a scanner likes."""
    modules = 11 * (len(code) + 3) + 2
    bars = Code128(code, barHeight=height, barWidth=min(0.33 * mm, 52 * mm / modules), quiet=False)
    bars.hAlign = "RIGHT"
    return [bars, Paragraph(_plain(code), CODE)]


def _operation(operation: Operation) -> Flowable:
    where = operation.vendor.name if operation.outside and operation.vendor else ""
    where = where or (operation.group.name if operation.group else "")
    setup, run = formats.duration(operation.setup_seconds), formats.duration(operation.run_seconds)
    times = f"{_('Setup')} {setup}, {_('run')} {run}"
    marks = [
        mark
        for mark, wanted in ((_("AT VENDOR"), operation.outside), (_("INSPECT"), operation.inspect))
        if wanted
    ]
    words: list[Any] = [
        Paragraph(f"<b>{_plain(operation.name)}</b> {_plain(' · '.join(marks))}", TEXT),
        Paragraph(f"{_plain(where)} · {_plain(times)}", SMALL),
    ]
    when = str(formats.moment(operation.starts_at)) if operation.starts_at else ""
    figures = Table(
        [[Paragraph(_plain(label), SMALL), ""] for label in (_("Good"), _("Scrap"), _("Sign"))],
        colWidths=[12 * mm, 20 * mm],
        rowHeights=[6 * mm] * 3,
        style=TableStyle([("LINEBELOW", (1, 0), (1, -1), 0.5, LINE), ("LEFTPADDING", (0, 0), (-1, -1), 0)]),
    )
    row = [
        Paragraph(str(operation.number), PART),
        [*words, Paragraph(_plain(when), SMALL)],
        figures,
        _bars(operation_code(operation), 9 * mm),
    ]
    sheet = Table([row], colWidths=[12 * mm, WIDTH - 102 * mm, 34 * mm, 56 * mm])
    sheet.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("ALIGN", (3, 0), (3, 0), "RIGHT"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, LINE),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
            ]
        )
    )
    return KeepTogether([sheet])


def _materials(order: ProductionOrder) -> list[Flowable]:
    rows = Material.objects.filter(order=order).select_related("item__unit", "operation").order_by("position")
    cells = [
        [
            Paragraph(_plain(row.item.number), BOLD),
            Paragraph(_plain(row.item.name), TEXT),
            Paragraph(f"{_plain(formats.number(row.quantity))} {_plain(row.item.unit.code)}", RIGHT),
            Paragraph(str(row.operation.number) if row.operation else "", RIGHT),
        ]
        for row in rows
    ]
    if not cells:
        return []
    heads = (_("Item"), _("Name"), _("Quantity"), _("Op."))
    return [Paragraph(_plain(_("Components")), PART), _table(heads, cells, [42, 84, 34, 15])]


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]], widths: Sequence[int]) -> Table:
    figures = {_("Quantity"), _("Op.")}
    top = [Paragraph(_plain(head), SMALL_RIGHT if head in figures else SMALL) for head in heads]
    sheet = Table([top, *rows], colWidths=[width * mm for width in widths], repeatRows=1)
    sheet.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
                ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 6),
            ]
        )
    )
    return sheet


def _tight() -> TableStyle:
    return TableStyle(
        [
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
        ]
    )


def _plain(text: object) -> str:
    """Fit for a Paragraph; signs that the printer's own fonts lack become a question mark, never a broken page."""
    words = str(text).replace("\u2212", "-").replace("\u202f", "\u00a0").replace("\u2009", "\u00a0")
    return escape(words.encode("cp1252", errors="replace").decode("cp1252"))


def _pdf(story: list[Flowable], title: str) -> bytes:
    out = io.BytesIO()
    printed = now()

    def foot(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", 7.5)
        canvas.setFillColor(GREY)
        canvas.drawString(15 * mm, 9 * mm, f"{_plain(title)} · {printed:%Y-%m-%d %H:%M} UTC")
        canvas.drawRightString(A4[0] - 15 * mm, 9 * mm, f"{document.page}")
        canvas.restoreState()

    sheet = SimpleDocTemplate(
        out,
        pagesize=A4,
        title=title,
        leftMargin=15 * mm,
        rightMargin=15 * mm,
        topMargin=13 * mm,
        bottomMargin=16 * mm,
    )
    sheet.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()
