"""Codes that scanners and cameras read, and a box to tick."""

from __future__ import annotations

from typing import Any

import segno
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, Table, TableStyle

from p2p.core.paper.letters import runs
from p2p.core.paper.styles import CODE, text

FINEST = 0.19 * mm  # a module below this is lost on an office printer of 300 dots an inch
WIDEST = 0.33 * mm
CRISP = 25.4 / 203 * 3 * mm  # three dots of a label printer: bars that end between two dots come out ragged
FNC1 = "\xf1"  # the sign of Code 128 that makes it GS1-128, and parts its elements
QUIET = 10  # light modules that the standard wants on either side of the bars


class QrCode(Flowable):
    """A QR code of the given size in points, with its quiet zone."""

    def __init__(self, code: str, size: float) -> None:
        super().__init__()
        # Most scanners take bytes that are no ASCII for UTF-8, whatever the standard says of Latin-1.
        made = segno.make(code, error="m", micro=False, encoding=None if code.isascii() else "utf-8")
        self.rows = list(made.matrix_iter(border=4))
        self.width = self.height = size

    def draw(self) -> None:
        step = self.width / len(self.rows)
        path = self.canv.beginPath()
        for line, row in enumerate(self.rows):
            for column, dark in enumerate(row):
                if dark:
                    # A hair more than a module, so that printers leave no light seams between them.
                    path.rect(column * step, self.height - (line + 1) * step, step * 1.02, step * 1.02)
        self.canv.drawPath(path, stroke=0, fill=1)


class Box(Flowable):
    """A box to tick; ticked when it was done before printing."""

    def __init__(self, *, ticked: bool = False) -> None:
        super().__init__()
        self.width = self.height = 4.5 * mm
        self.ticked = ticked

    def draw(self) -> None:
        self.canv.rect(0, 0, self.width, self.height)
        if self.ticked:
            self.canv.lines([(2, 6, 5, 2), (5, 2, 11, 11)])


def bars(code: str, *, height: float, width: float, widest: float = WIDEST) -> Flowable | None:
    """The code as Code 128 with its quiet zones (GS1-128 when it begins with FNC1); None when it has other signs or
    would be too fine to read."""
    if not code or not all(" " <= sign <= "~" or sign == FNC1 for sign in code):
        return None
    modules = Code128(code, barWidth=1, quiet=False).width
    module = min(widest, width / (modules + 2 * QUIET))
    if module < FINEST:
        return None
    return Code128(
        code, barHeight=height, barWidth=module, quiet=True, lquiet=QUIET * module, rquiet=QUIET * module
    )


def coded(code: str, *, height: float, width: float) -> Table:
    """The code as bars with its letters below, no wider than `width`; as a QR code when bars cannot say it."""
    drawn: Any = bars(code, height=height, width=width)
    if drawn is None:
        drawn = QrCode(code, max(height, 16 * mm))
    letters_wide = sum(stringWidth(signs, name, CODE.fontSize) for name, signs in runs(code)) + 2
    # Letters that are wider than their code wrap below it.
    taken = min(width, max(float(drawn.width), letters_wide))
    style = TableStyle(
        [
            ("ALIGN", (0, 0), (-1, -1), "CENTER"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
        ]
    )
    return Table([[drawn], [text(code, CODE)]], colWidths=[taken], style=style, hAlign="RIGHT")
