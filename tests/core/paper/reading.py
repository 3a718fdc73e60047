"""Reading a paper back: its text as a reader extracts it, its codes as a scanner sees them on the printed page."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2
import zxingcpp
from pypdf import PdfReader


def pages(pdf: bytes) -> list[str]:
    """The text of each page, spaces and line ends as one space."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def fonts(pdf: bytes) -> dict[str, bool]:
    """The fonts that pages use, and whether their letters travel in the file."""
    found = {}
    for page in PdfReader(io.BytesIO(pdf)).pages:
        named: Any = page["/Resources"]["/Font"]  # type: ignore[index]
        for each in named.values():
            font = each.get_object()
            inside = "/FontDescriptor" in font and "/FontFile2" in font["/FontDescriptor"]
            found[str(font["/BaseFont"]).rpartition("+")[2].lstrip("/")] = inside
    return found


def codes(pdf: bytes, *, dots: int = 200, page: int = 0) -> list[tuple[str, str]]:
    """What a scanner reads from the page at so many dots an inch: (kind, words)."""
    picture = pypdfium2.PdfDocument(pdf)[page].render(scale=dots / 72).to_pil().convert("L")
    return sorted((each.format.name, each.text) for each in zxingcpp.read_barcodes(picture))


def ink_beyond(pdf: bytes, margin: float, *, page: int = 0) -> bool:
    """Whether anything is drawn closer than `margin` points to the left or right edge."""
    picture = pypdfium2.PdfDocument(pdf)[page].render(scale=1).to_pil().convert("L")
    wide, high = picture.size
    strips = ((0, 0, int(margin), high), (wide - int(margin), 0, wide, high))
    return any(picture.crop(strip).getextrema()[0] < 200 for strip in strips)
