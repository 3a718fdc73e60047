"""How the hand scanners of a plant are set, for pages that hear them."""

from __future__ import annotations

from typing import Any

from django.conf import settings


def scanner() -> dict[str, Any]:
    """Milliseconds from which on a key is a finger's, the shortest code, and what scanners send before it."""
    return {"gap": settings.SCAN_GAP, "shortest": settings.SCAN_SHORTEST, "prefix": settings.SCAN_PREFIX}
