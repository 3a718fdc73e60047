"""How text on paper looks: few sizes, one family of letters."""

from __future__ import annotations

from reportlab.lib import colors
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from p2p.core.paper import letters

GREY, LINE = colors.HexColor("#555555"), colors.HexColor("#bbbbbb")
TEXT = ParagraphStyle("text", fontName=letters.BODY, fontSize=9, leading=11.5)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=7.5, leading=9.5, textColor=GREY)
LABEL = ParagraphStyle("label", parent=SMALL, leading=11.5)  # on one line with TEXT
BOLD = ParagraphStyle("bold", parent=TEXT, fontName=letters.BOLD)
HEAD = ParagraphStyle("head", parent=TEXT, fontName=letters.BOLD, fontSize=18, leading=22)
PART = ParagraphStyle("part", parent=BOLD, fontSize=11, leading=15, spaceBefore=8, spaceAfter=3)
STEP = ParagraphStyle("step", parent=TEXT, fontSize=8.5, leading=11, leftIndent=34, firstLineIndent=-12)
CODE = ParagraphStyle("code", parent=TEXT, fontSize=8, leading=10, alignment=1)
RIGHT = ParagraphStyle("right", parent=TEXT, alignment=2)
SMALL_RIGHT = ParagraphStyle("small-right", parent=SMALL, alignment=2)


def text(words: object, style: ParagraphStyle = TEXT) -> Paragraph:
    """Any words as a paragraph that wraps."""
    return marked(letters.plain(words), style, anywhere=letters.breaks_anywhere(words))


def marked(markup: str, style: ParagraphStyle = TEXT, *, anywhere: bool = False) -> Paragraph:
    """Markup made of `plain()` pieces as a paragraph; `anywhere`: its lines may end after any sign."""
    letters.load()
    if anywhere:
        style = ParagraphStyle(f"{style.name}-anywhere", parent=style, wordWrap="CJK")
    return Paragraph(markup, style)
