"""The demo's day, Wednesday, 4 January 2012: its orders, its people, and what the data says became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from p2p.core.models import User
from p2p.demo import adventureworks
from p2p.demo.adventureworks.files import numbers, operation_number, read
from planning.models import ProductionOrder
from strategies.models import ReasonCode, Site

DAY = date(2012, 1, 4)
TODAY = date(2012, 1, 5)
"""Where the plant's own time begins: what is done today is left to whoever looks."""


@cache
def site() -> Site:
    return Site.objects.select_related("currency").get(code=adventureworks.SITE)


@cache
def person(name: str) -> User:
    return User.objects.get(username=name)


def todays() -> list[ProductionOrder]:
    """The day's orders, components before what they go into."""
    rows = ProductionOrder.objects.filter(site=site(), start_on=DAY).select_related(
        "item", "proposal", "site"
    )
    return sorted(rows, key=lambda order: (-(order.proposal.level if order.proposal else 0), order.number))


def at(hour: time, later: int = 0) -> datetime:
    return datetime.combine(DAY, hour, ZoneInfo(site().time_zone)) + timedelta(hours=later)


@dataclass(frozen=True)
class Real:
    """What the data says became of one order."""

    scrap: Decimal
    reason: ReasonCode | None
    hours: Mapping[int, Decimal]


def real_day() -> dict[tuple[str, Decimal], list[Real]]:
    """(item number, quantity) -> what happened, from the plant's own work orders."""
    reasons = {reason.code: reason for reason in ReasonCode.objects.filter(kind="scrap")}
    hours: dict[str, dict[int, Decimal]] = {}
    for row in read("work_order_routing"):
        if row["scheduled_start_date"][:10] == DAY.isoformat():
            steps = hours.setdefault(row["work_order_id"], {})
            steps[operation_number(row["operation_sequence"])] = Decimal(row["actual_resource_hrs"])
    found: dict[tuple[str, Decimal], list[Real]] = {}
    for row in read("work_orders"):
        if row["start_date"][:10] == DAY.isoformat():
            key = (numbers()[row["product_id"]], Decimal(row["order_qty"]).normalize())
            one = Real(
                Decimal(row["scrapped_qty"]),
                reasons.get(f"S{int(row['scrap_reason_id'] or 0):02d}"),
                hours.get(row["work_order_id"], {}),
            )
            found.setdefault(key, []).append(one)
    return found


def all_in(*states: str) -> bool:
    orders = ProductionOrder.objects.filter(start_on=DAY)
    return orders.exists() and not orders.exclude(state__in=states).exists()
