"""Where outsourcing shows itself: in the rail, and on pages of the areas to its left."""

from __future__ import annotations


def register() -> None:
    """Called once by AppConfig.ready."""
