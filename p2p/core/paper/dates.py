"""Days and moments on paper: always with their year, for paper outlives the screen, and read alike everywhere."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from p2p.core.web.formats import NONE


def day(value: date | None) -> str:
    """2026-11-18."""
    return value.isoformat() if value else NONE


def moment(value: datetime | None) -> str:
    """2026-11-18 14:05 in the plant's time."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else NONE
