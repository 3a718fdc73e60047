"""What goes on paper: the traveller and the pick list, with codes that a scanner and a tablet read."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from execution import selectors
from execution.models import PickLine, PickList
from execution.papercodes import (
    BOLD,
    GREY,
    HEAD,
    LINE,
    PART,
    RIGHT,
    SMALL,
    SMALL_RIGHT,
    STEP,
    TEXT,
    Box,
    QrCode,
    bars,
    plain,
)
from p2p.core.clock import now
from p2p.core.web import formats
from planning.models import Material, Operation, ProductionOrder
from strategies.models import InstructionStep

WIDTH = A4[0] - 30 * mm - 12  # a frame keeps 6 points on either side


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
    story.append(Paragraph(plain(_("Operations")), PART))
    for each in operations:
        story.append(_operation(each))
        story += [
            Paragraph(f"{step.position}. {plain(step.text)}", STEP)
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
        Paragraph(plain(place), BOLD),
        Paragraph(f"<b>{plain(item.number)}</b><br/>{plain(item.name)}", TEXT),
        Paragraph(plain(tracked.number if tracked else ""), TEXT),
        Paragraph(f"{plain(formats.number(line.quantity))} {plain(item.unit.code)}", RIGHT),
        Paragraph(str(line.material.operation.number) if line.material.operation else "", RIGHT),
        _box(line.picked_quantity >= line.quantity),
    ]


def _box(ticked: bool) -> Box:
    return Box(ticked=ticked)


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
    lines = [[Paragraph(plain(label), SMALL), Paragraph(plain(value), TEXT)] for label, value in facts]
    left: list[Any] = [
        Paragraph(f"{plain(title)} · {plain(order.site.name)}", SMALL),
        Paragraph(plain(number), HEAD),
        Table(lines, colWidths=[24 * mm, 92 * mm], style=_tight()),
    ]
    square = QrCode(number, 30 * mm)
    square.hAlign = "RIGHT"
    codes: list[Any] = [square, Spacer(1, 1 * mm), *bars(number, 11 * mm)]
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
        Paragraph(f"<b>{plain(operation.name)}</b> {plain(' · '.join(marks))}", TEXT),
        Paragraph(f"{plain(where)} · {plain(times)}", SMALL),
    ]
    when = str(formats.moment(operation.starts_at)) if operation.starts_at else ""
    figures = Table(
        [[Paragraph(plain(label), SMALL), ""] for label in (_("Good"), _("Scrap"), _("Sign"))],
        colWidths=[12 * mm, 20 * mm],
        rowHeights=[6 * mm] * 3,
        style=TableStyle([("LINEBELOW", (1, 0), (1, -1), 0.5, LINE), ("LEFTPADDING", (0, 0), (-1, -1), 0)]),
    )
    row = [
        Paragraph(str(operation.number), PART),
        [*words, Paragraph(plain(when), SMALL)],
        figures,
        bars(operation_code(operation), 9 * mm),
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
            Paragraph(plain(row.item.number), BOLD),
            Paragraph(plain(row.item.name), TEXT),
            Paragraph(f"{plain(formats.number(row.quantity))} {plain(row.item.unit.code)}", RIGHT),
            Paragraph(str(row.operation.number) if row.operation else "", RIGHT),
        ]
        for row in rows
    ]
    if not cells:
        return []
    heads = (_("Item"), _("Name"), _("Quantity"), _("Op."))
    return [Paragraph(plain(_("Components")), PART), _table(heads, cells, [42, 84, 34, 15])]


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]], widths: Sequence[int]) -> Table:
    figures = {_("Quantity"), _("Op.")}
    top = [Paragraph(plain(head), SMALL_RIGHT if head in figures else SMALL) for head in heads]
    sheet = Table(
        [top, *(list(row) for row in rows)], colWidths=[width * mm for width in widths], repeatRows=1
    )
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


def _pdf(story: list[Flowable], title: str) -> bytes:
    out = io.BytesIO()
    printed = now()

    def foot(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", 7.5)
        canvas.setFillColor(GREY)
        canvas.drawString(15 * mm, 9 * mm, f"{plain(title)} · {printed:%Y-%m-%d %H:%M} UTC")
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
