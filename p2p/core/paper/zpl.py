"""Labels in the language of label printers (ZPL II): text, a bar code, a square code. Any printer of that language
takes them as they are, sent to its port."""

from __future__ import annotations

from collections.abc import Sequence

from p2p.core.paper.label import Label

DOTS = 8
"""Dots in a millimetre: 203 an inch."""

FNC1 = "\x1d"
_ESCAPED = {"^": "_5E", "~": "_7E", "_": "_5F", "\\": "_5C"}


def zpl(rows: Sequence[Label], *, width_mm: int = 100, height_mm: int = 60) -> str:
    """A label each, in UTF-8 (^CI28). Text that would be read as a command is written in hexadecimal (^FH)."""
    return "".join(_label(row, width_mm * DOTS, height_mm * DOTS) for row in rows)


def _label(row: Label, wide: int, high: int) -> str:
    edge, square = 24, 26 * DOTS
    said = wide - square - 3 * edge
    parts = ["^XA", "^CI28", f"^PW{wide}", f"^LL{high}"]
    parts.append(_text(row.title, edge, edge, 22, said))
    parts.append(_text(row.number, edge, edge + 30, 52, said, lines=2))
    below = edge + 30 + 2 * 56
    for place, line in enumerate(row.lines):
        parts.append(_text(line, edge, below + place * 30, 26, said))
    parts.append(_square(row, wide - edge - square, edge))
    parts.append(_bars(row, edge, high - 120 - edge))
    parts.append("^XZ\n")
    return "".join(parts)


def _text(text: str, left: int, top: int, size: int, wide: int, *, lines: int = 1) -> str:
    return f"^FO{left},{top}^A0N,{size},{size}^FB{wide},{lines},0,L^FH^FD{_safe(text)}^FS"


def _safe(text: str) -> str:
    return "".join(_ESCAPED.get(sign, sign if sign >= " " else " ") for sign in text)


def _square(row: Label, left: int, top: int) -> str:
    if row.elements:
        # GS1 DataMatrix: the escape sign _ brings FNC1 as _1, first of all and between elements.
        text = "_1" + "_1".join(part.replace("_", "__") for part in row.elements.split(FNC1))
        return f"^FO{left},{top}^BXN,7,200,,,,_^FD{text}^FS"
    return f"^FO{left},{top}^BQN,2,6^FH^FDMA,{_safe(row.code)}^FS"


def _bars(row: Label, left: int, top: int) -> str:
    if row.elements:
        # Subset B with FNC1 as >8, first of all and between elements; > itself is >0.
        text = ">:>8" + ">8".join(part.replace(">", ">0") for part in row.elements.split(FNC1))
        return f"^FO{left},{top}^BY2^BCN,90,N,N,N^FD{text}^FS"
    if not row.code.isascii():
        return ""
    return f"^FO{left},{top}^BY2^BCN,90,N,N,N^FH^FD>:{_safe(row.code.replace('>', '>0'))}^FS"
