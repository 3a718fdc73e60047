"""Labels for a label printer: one a page, its number large, a code that scanners and cameras read."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Frame, KeepInFrame

from p2p.core.paper import letters
from p2p.core.paper.codes import CRISP, FNC1, QrCode, bars
from p2p.core.paper.styles import BOLD, SMALL, TEXT, text

SIZE = (100 * mm, 60 * mm)
EDGE, SQUARE, STRIPE = 3 * mm, 26 * mm, 12 * mm
NUMBER = ParagraphStyle("label-number", parent=BOLD, fontSize=16, leading=19)
LINES = ParagraphStyle("label-line", parent=TEXT, fontSize=10, leading=12.5)


@dataclass(frozen=True)
class Label:
    """`title` small above, `number` large, `lines` below; what is too long is shrunk to fit.

    The codes say `code`, the number where it is empty. With `elements` (a GS1 element string, elements of variable
    length parted by ASCII 29) the bars are GS1-128, and the square says `code` for cameras.
    """

    title: str
    number: str
    lines: Sequence[str] = ()
    said: str = ""
    elements: str = ""

    @property
    def code(self) -> str:
        return self.said or self.number


def labels(rows: Sequence[Label], *, title: str, size: tuple[float, float] = SIZE) -> bytes:
    """A PDF with a page for each label, of the size of the label (points)."""
    file = io.BytesIO()
    with letters.one_at_a_time:
        canvas = Canvas(file, pagesize=size, invariant=1)
        canvas.setTitle(title)
        for row in rows:
            _draw(canvas, row, size)
            canvas.showPage()
        canvas.save()
    return file.getvalue()


def _draw(canvas: Canvas, row: Label, size: tuple[float, float]) -> None:
    wide, high = size
    stripe = _stripe(row, wide - 2 * EDGE)
    below = EDGE + (STRIPE + 1 * mm if stripe else 0)
    room_wide = wide - SQUARE - 3 * EDGE
    words: list[Any] = [
        text(row.title, SMALL),
        text(row.number, NUMBER),
        *(text(each, LINES) for each in row.lines),
    ]
    room = high - below - EDGE
    frame = Frame(EDGE, below, room_wide, room, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    frame.addFromList([KeepInFrame(room_wide, room, words, mode="shrink")], canvas)
    square = QrCode(row.code, SQUARE)
    square.drawOn(canvas, wide - EDGE - SQUARE, high - EDGE - SQUARE)
    if stripe is not None:
        stripe.drawOn(canvas, (wide - stripe.width) / 2, EDGE)


def _stripe(row: Label, wide: float) -> Any:
    if row.elements:
        return bars(FNC1 + row.elements.replace("\x1d", FNC1), height=STRIPE, width=wide, widest=CRISP)
    return bars(row.code, height=STRIPE, width=wide, widest=CRISP)
