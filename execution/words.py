"""Addresses and words that several pages of the floor use."""

from __future__ import annotations

from typing import Any

from django.urls import reverse


def order_url(order: Any) -> str:
    """The order's own page, where it has one."""
    known = getattr(order, "get_absolute_url", None)
    return str(known()) if known else ""


def of_order(record: Any) -> str:
    return order_url(record.order)


def of_operation(record: Any) -> str:
    return order_url(record.operation.order)


def report_url(report: Any) -> str:
    return reverse("execution:report-page", args=[report.number])


def pick_list_url(pick_list: Any) -> str:
    return reverse("execution:pick-list", args=[pick_list.number])
