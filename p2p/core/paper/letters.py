"""The letters a paper is written in: embedded fonts, and for each sign the first of them that has it."""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import Any
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

BODY, BOLD = "p2p-body", "p2p-bold"
SIGNS, EAST, LACKING = "p2p-signs", "p2p-east", "p2p-lacking"
NO_LETTER = "\N{WHITE VERTICAL RECTANGLE}"
FILES = {
    BODY: "LiberationSans-Regular.ttf",
    BOLD: "LiberationSans-Bold.ttf",
    SIGNS: "DejaVuSans-signs.ttf",
    EAST: "DroidSansFallback-east.ttf",
}
FOLDER = Path(__file__).parent / "fonts"
# Written from right to left: these letters in the order of the text would read backwards on paper.
BACKWARDS = {"R", "AL", "AN"}
# Fonts keep their place in the file while they are cut for a document: two threads at once would mix letters up.
one_at_a_time = Lock()
SAME = {"\u202f": "\u00a0", "\u2009": "\u00a0", "\u2007": "\u00a0", "\u2011": "-", "\t": " "}


class Signs(TTFont):
    """Holds the box that stands for a sign no font here has; tells the document when it was drawn."""

    def splitString(self, text: Any, doc: Any, encoding: str = "utf-8") -> Any:
        if NO_LETTER in text:
            doc.p2p_lacking = True
        return super().splitString(text, doc, encoding)


@cache
def font(name: str) -> Any:
    """The registered font of that name, read from its file when it is first needed."""
    kind = Signs if name == SIGNS else TTFont
    made = kind(name, str(FOLDER / FILES[name]))
    pdfmetrics.registerFont(made)
    bold = BOLD if name == BODY else name
    # Bold markup must find a font: what is no text in Latin, Greek or Cyrillic has one weight only.
    pdfmetrics.registerFontFamily(name, normal=name, bold=bold, italic=name, boldItalic=bold)
    return made


def load() -> None:
    """Make the fonts known that every paper names; the others are read when a text asks for them."""
    font(BOLD)
    font(BODY)


def _has(name: str, sign: str) -> bool:
    return ord(sign) in font(name).face.charToGlyph


@cache
def font_of(sign: str) -> str:
    """Which font draws this sign; LACKING when none does it right."""
    if sign.isspace():
        return BODY
    if unicodedata.bidirectional(sign) in BACKWARDS:
        return LACKING
    return next((name for name in (BODY, SIGNS, EAST) if _has(name, sign)), LACKING)


def printable(words: object) -> str:
    """Composed letters without control characters and marks of direction; lines end in a plain line feed."""
    text = unicodedata.normalize("NFC", str(words)).replace("\r\n", "\n")
    text = "".join(SAME.get(sign, sign) for sign in text)
    return "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in {"Cc", "Cf"})


def runs(words: object) -> list[tuple[str, str]]:
    """The text as (font name, signs); signs that no font has are boxes."""
    load()
    found = []
    for name, run in groupby(printable(words), key=font_of):
        signs = "".join(run)
        found.append((SIGNS, NO_LETTER * len(signs)) if name == LACKING else (name, signs))
    return [(str(font(name).fontName), signs) for name, signs in found]


def plain(words: object) -> str:
    """Any text as markup for a paragraph: escaped, each run of signs in a font that has them."""
    parts = []
    for name, signs in runs(words):
        marked = escape(signs).replace("\n", "<br/>")
        parts.append(marked if name == BODY else f'<font name="{name}">{marked}</font>')
    return "".join(parts)


def breaks_anywhere(words: object) -> bool:
    """Whether a line may end after any sign: Chinese, Japanese and Korean are written without spaces."""
    return any(font_of(sign) == EAST for sign in printable(words))
