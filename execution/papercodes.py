"""Pieces of paper: codes that scanners read, boxes to tick, letters that every printer has."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import segno
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib import colors
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph

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


class Box(Flowable):
    """A box to tick; ticked when it was picked before printing."""

    def __init__(self, *, ticked: bool) -> None:
        super().__init__()
        self.width = self.height = 4.5 * mm
        self.ticked = ticked

    def draw(self) -> None:
        self.canv.rect(0, 0, self.width, self.height)
        if self.ticked:
            self.canv.lines([(2, 6, 5, 2), (5, 2, 11, 11)])


def bars(code: str, height: float) -> list[Any]:
    """The code as bars with its letters below; as wide as fits into 52 mm: 0.25 mm is the least a scanner likes."""
    modules = 11 * (len(code) + 3) + 2
    drawn = Code128(code, barHeight=height, barWidth=min(0.33 * mm, 52 * mm / modules), quiet=False)
    drawn.hAlign = "RIGHT"
    return [drawn, Paragraph(plain(code), CODE)]


def plain(text: object) -> str:
    """Fit for a Paragraph; signs that the printer's own fonts lack become a question mark, never a broken page."""
    words = str(text).replace("\u2212", "-").replace("\u202f", "\u00a0").replace("\u2009", "\u00a0")
    return escape(words.encode("cp1252", errors="replace").decode("cp1252"))
