"""Addresses that several pages of stock use."""

from __future__ import annotations

from typing import Any

from django.urls import reverse


def item_url(record: Any) -> str:
    return f"{record.item.get_absolute_url()}?tab=stock" if record.item else ""


def lot_url(record: Any) -> str:
    lot = record.lot
    return reverse("inventory:lot", args=[lot.pk]) if lot else ""
