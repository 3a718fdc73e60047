"""Pictures on paper, never wider or higher than their place."""

from __future__ import annotations

import io

from PIL import Image as Opened
from PIL import UnidentifiedImageError
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image

from p2p.core.paper.styles import SMALL, text


def picture(content: bytes, *, name: str, wide: float = 70 * mm, high: float = 45 * mm) -> Flowable:
    """The picture (PNG, JPEG, WebP) at most `wide` by `high` points; its name where it cannot be read.

    Small ones are printed at 150 pixels an inch, big ones are made smaller for the paper.
    """
    try:
        with Opened.open(io.BytesIO(content)) as opened:
            flat = opened.convert("RGB")
    except (UnidentifiedImageError, OSError, Opened.DecompressionBombError):
        return text(name, SMALL)
    share = min(72 / 150, wide / flat.width, high / flat.height)
    size = flat.width * share, flat.height * share
    flat.thumbnail((1000, 1000))
    printed = io.BytesIO()
    flat.save(printed, "JPEG", quality=85)
    return Image(printed, *size, hAlign="LEFT")
