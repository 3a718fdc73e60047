"""A page: its size, head, table and foot. Every page names its document and counts itself."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, SimpleDocTemplate, Spacer, Table, TableStyle

from p2p.core.clock import now
from p2p.core.paper import letters
from p2p.core.paper.codes import QrCode, coded
from p2p.core.paper.dates import moment
from p2p.core.paper.styles import GREY, HEAD, LABEL, LINE, SMALL, SMALL_RIGHT, TEXT, text

MARGIN, TOP, BOTTOM = 15 * mm, 15 * mm, 17 * mm
CODES = 56 * mm
TOPPED: list[Any] = [("VALIGN", (0, 0), (-1, -1), "TOP")]
BARE: list[Any] = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0)]


def size() -> tuple[float, float]:
    """Width and height of the plant's paper in points."""
    return LETTER if settings.P2P_PAPER == "letter" else A4


def width() -> float:
    """What stands between the margins, in points."""
    return float(size()[0]) - 2 * MARGIN


def head(title: str, number: str, place: str, facts: Sequence[tuple[str, str]]) -> Table:
    """Title and facts on the left, the document's number as bars and as QR code on the right."""
    said = width() - CODES
    lines: list[Any] = [[text(label, LABEL), text(value, TEXT)] for label, value in facts]
    tight = TableStyle(
        [*BARE, *TOPPED, ("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]
    )
    left: list[Any] = [text(" · ".join(filter(None, [title, place])), SMALL), text(number, HEAD), gap(1)]
    if lines:
        left.append(Table(lines, colWidths=[26 * mm, said - 30 * mm], style=tight, hAlign="LEFT"))
    codes: list[Any] = [[QrCode(number, 28 * mm)], [coded(number, height=11 * mm, width=CODES)]]
    right = Table(codes, colWidths=[CODES], style=TableStyle([*BARE, ("ALIGN", (0, 0), (-1, -1), "RIGHT")]))
    lined: list[Any] = [
        *TOPPED,
        ("LINEBELOW", (0, 0), (-1, -1), 0.8, colors.black),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
    ]
    cells: list[Any] = [[left, right]]
    return Table(cells, colWidths=[said, CODES], style=TableStyle([*BARE, *lined]))


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[Any]],
    widths: Sequence[float],
    *,
    right: Sequence[int] = (),
) -> Table:
    """Rows under a head that every page repeats. `widths`: shares of the page's; `right`: columns of figures."""
    top = [text(each, SMALL_RIGHT if place in right else SMALL) for place, each in enumerate(heads)]
    cells = [[cell if isinstance(cell, Flowable | list) else text(cell) for cell in row] for row in rows]
    share = width() / sum(widths)
    style: list[Any] = [
        *TOPPED,
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-2, -1), 8),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
    ]
    return Table(
        [top, *cells], colWidths=[each * share for each in widths], repeatRows=1, style=TableStyle(style)
    )


def gap(millimetres: float) -> Spacer:
    return Spacer(1, millimetres * mm)


def pdf(story: Sequence[Flowable], *, title: str, paper: tuple[float, float] | None = None) -> bytes:
    """The finished document. Its pages carry title, moment of printing (the plant's time) and "page 1 of 3"."""
    file = io.BytesIO()
    letters.load()
    sheet = SimpleDocTemplate(
        file, pagesize=paper or size(), title=title, author="p2p", invariant=1,
        leftMargin=MARGIN - 6, rightMargin=MARGIN - 6, topMargin=TOP, bottomMargin=BOTTOM,
    )  # fmt: skip
    foot = f"{title} · {_('printed')} {moment(now())}"

    def counted(*args: Any, **kwargs: Any) -> Counted:
        return Counted(*args, foot=foot, name=title, **kwargs)

    with letters.one_at_a_time:
        sheet.build(list(story), canvasmaker=counted)
    return file.getvalue()


class Counted(Canvas):
    """A canvas that knows how many pages there are before it draws their feet."""

    def __init__(self, *args: Any, foot: str, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._foot, self._name = foot, name
        self._pages: list[dict[str, Any]] = []
        self._doc: Any = getattr(self, "_doc", None)

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]  # the stubs leave out what a second pass needs

    def save(self) -> None:
        for place, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._edges(place, len(self._pages))
            super().showPage()
        super().save()

    def _edges(self, place: int, pages: int) -> None:
        wide, high = self._pagesize  # type: ignore[attr-defined]  # set by the page template
        self.setFillColor(GREY)
        count = _("Page {page} of {pages}").format(page=place, pages=pages)
        self._words(count, wide - MARGIN, 9 * mm, right=True)
        room = wide - 2 * MARGIN - 30 * mm
        self._words(self._foot, MARGIN, 9 * mm, room=room)
        if getattr(self._doc, "p2p_lacking", False):
            note = _("{box} stands for signs that paper has no letter for; the screen shows them.")
            self._words(note.format(box=letters.NO_LETTER), MARGIN, 5.5 * mm)
        if place > 1:
            self._words(self._name, MARGIN, high - 10 * mm, room=room)

    def _words(self, words: str, x: float, y: float, *, right: bool = False, room: float = 0) -> None:
        """One line in small letters; what does not fit into `room` is cut, with a sign that it was."""
        words = words.replace("\n", " ")
        pieces = letters.runs(_cut(words, room) if room else words)
        if right:
            x -= sum(pdfmetrics.stringWidth(signs, name, 7.5) for name, signs in pieces)
        for name, signs in pieces:
            self.setFont(name, 7.5)
            self.drawString(x, y, signs)
            x += pdfmetrics.stringWidth(signs, name, 7.5)


def _cut(words: str, room: float) -> str:
    def long(text: str) -> float:
        return sum(pdfmetrics.stringWidth(signs, name, 7.5) for name, signs in letters.runs(text))

    if long(words) <= room:
        return words
    while words and long(words + "…") > room:
        words = words[:-1]
    return words + "…"
