"""The schedule of a site as columns of integers, as `p2p/static/p2p/gantt/README.md` describes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, Func, IntegerField, Max, Min, OuterRef, Q, QuerySet

from p2p.core import clock
from planning.models import Block, Operation, ProductionOrder
from planning.snapshot.calendars import Calendars, Whereabouts
from planning.snapshot.capacity import due_second
from strategies.engine.worktime import WorkTime
from strategies.models import Resource, Site, Vendor

ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)
"""Minute 0 of every payload: fixed, because it must not change between two calls of one page."""
STATES = ("scheduled", "released", "started", "finished", "hold", "outside")
SHOWN = timedelta(days=7)
"""Width of the window that is sent first."""
WIDEST = 60 * 24 * 400
"""Minutes of a window beyond which calendars are not laid out."""
_COLUMNS = (
    "pk", "resource_id", "outside", "vendor_id", "start_minute", "end_minute", "setup_seconds", "order_id", "number",
    "state", "name", "blocked",
)  # fmt: skip


def minute(at: datetime) -> int:
    return int((at - ORIGIN).total_seconds()) // 60


def instant(minutes: int) -> datetime:
    return ORIGIN + timedelta(minutes=minutes)


def gantt(site: Site, *, first: int | None = None, last: int | None = None) -> dict[str, Any]:
    """The payload for a window of minutes since `ORIGIN`; without one, a week from now or from the first bar.

    A dozen queries, whatever the number of bars.
    """
    rows = _scheduled(site)
    ends = rows.aggregate(begin=Min("starts_at"), end=Max("ends_at"))
    span = [minute(ends["begin"]), minute(ends["end"])] if ends["begin"] else [minute(clock.now())] * 2
    begin, end = _window(span, first, last)
    inside = rows.filter(starts_at__lt=instant(end), ends_at__gt=instant(begin))
    bars = list(
        inside.annotate(
            start_minute=_minute_of("starts_at"),
            end_minute=_minute_of("ends_at"),
            blocked=Exists(Block.objects.filter(operation=OuterRef("pk"), closed_at__isnull=True)),
        )
        .order_by("starts_at", "pk")
        .values_list(*_COLUMNS)
    )
    places, calendars = _places(site, bars, begin, end)
    orders = _orders(site, {bar[7] for bar in bars})
    return {
        "origin": ORIGIN.isoformat(),
        "zone": site.time_zone,
        "now": minute(clock.now()),
        "from": begin,
        "to": end,
        "span": span,
        "rows": [row for _, row in places],
        "calendars": calendars,
        "states": list(STATES),
        **_columns(bars, {key: index for index, (key, _) in enumerate(places)}, orders),
        "orders": orders,
    }


def _minute_of(column: str) -> Func:
    """Whole minutes since `ORIGIN`, worked out by the database: instants are slow to carry over."""
    template = f"((extract(epoch FROM %(expressions)s)::bigint - {int(ORIGIN.timestamp())}) / 60)"
    return Func(F(column), template=template, output_field=IntegerField())


def _scheduled(site: Site) -> QuerySet[Operation]:
    return Operation.objects.filter(
        ~Q(state="cancelled"), order__site=site, starts_at__isnull=False, ends_at__isnull=False
    )


def _window(span: list[int], first: int | None, last: int | None) -> tuple[int, int]:
    width = int(SHOWN.total_seconds()) // 60
    if first is None or last is None or last <= first:
        now = minute(clock.now())
        begin = (now if span[0] <= now <= span[1] else span[0]) - 1440
        return begin, begin + width + 2880
    return first, min(last, first + WIDEST)


def _key(resource: int | None, vendor: int | None, *, outside: bool) -> str:
    if outside:
        return f"vendor:{vendor or 0}"
    return f"resource:{resource or 0}"


def _places(
    site: Site, bars: list[Any], begin: int, end: int
) -> tuple[list[tuple[str, dict[str, Any]]], list[Any]]:
    """Rows in drawing order with their keys, and the calendars they point at."""
    days = instant(begin).date() - timedelta(days=1), instant(end).date() + timedelta(days=1)
    laid, where = Calendars(*days), Whereabouts(site, *days)
    closed: list[list[int]] = []
    index: dict[Any, int | None] = {((*days, None),): None}
    found = []
    resources = Resource.objects.filter(site=site, active=True).select_related("group")
    for row in resources.order_by("group__code", "code"):
        calendar = where.pieces(row)
        if calendar not in index:
            index[calendar] = len(closed)
            closed.append(_closed(laid.whole(calendar), begin, end))
        found.append((_key(row.pk, None, outside=False), {
            "id": row.pk, "code": row.code, "name": row.name, "group": row.group.name,
            "calendar": index[calendar], "capacity": row.stations if row.finite else 99,
        }))  # fmt: skip
    known = {key for key, _ in found}
    vendors = dict(Vendor.objects.values_list("pk", "name"))
    for bar in sorted(bars, key=lambda one: (one[3] or 0, one[1] or 0)):
        key = _key(bar[1], bar[3], outside=bar[2])
        if key in known:
            continue
        known.add(key)
        name = vendors.get(bar[3] or 0, "–") if bar[2] else "–"
        group = "vendor" if bar[2] else "other"
        found.append((key, {
            "id": -len(found) - 1, "code": name, "name": name, "group": GROUPS[group], "calendar": None, "capacity": 99,
        }))  # fmt: skip
    return found, closed


GROUPS = {"vendor": "At vendor", "other": "Without work centre"}


def _closed(work: WorkTime, begin: int, end: int) -> list[int]:
    """Closed minutes of a calendar within the window: start, end, start, end, ..."""
    base = int(ORIGIN.timestamp())
    here, flat = begin, []
    for start, stop in work.pieces(base + begin * 60, base + end * 60):
        opens, closes = (start - base) // 60, -(-(stop - base) // 60)
        if opens > here:
            flat += [here, opens]
        here = max(here, closes)
    if here < end:
        flat += [here, end]
    return flat


def _orders(site: Site, keys: set[int]) -> dict[int, dict[str, Any]]:
    base = int(ORIGIN.timestamp())
    # The page's address by its pattern: thousands of records would be made to ask each for its own.
    before, _, after = ProductionOrder(number="@").get_absolute_url().partition("@")
    columns = ("pk", "number", "item__number", "item__name", "due_on", "finished_at", "ends_at")
    days: dict[date, int] = {}
    found = {}
    rows = ProductionOrder.objects.filter(pk__in=keys).order_by("pk").values_list(*columns)
    for key, number, item, name, due_on, finished_at, ends_at in rows:
        due = days.get(due_on)
        if due is None:
            due = days[due_on] = (due_second(due_on, site.time_zone) - base) // 60
        ended = finished_at or ends_at
        found[key] = {
            "number": number,
            "item": f"{item} {name}",
            "due": due,
            "late": minute(ended) - due if ended else 0,
            "url": f"{before}{number}{after}",
        }
    return found


def _columns(bars: list[Any], place: dict[str, int], orders: dict[int, dict[str, Any]]) -> dict[str, Any]:
    names: dict[str, int] = {}
    columns: dict[str, list[Any]] = {
        name: [] for name in ("id", "row", "start", "end", "setup", "order", "op", "state", "late", "name")
    }
    for key, resource, outside, vendor, starts, ends, setup, order, number, state, name, blocked in bars:
        columns["id"].append(key)
        columns["row"].append(place[_key(resource, vendor, outside=outside)])
        columns["start"].append(starts)
        columns["end"].append(max(ends, starts + 1))
        columns["setup"].append(setup // 60)
        columns["order"].append(order)
        columns["op"].append(number)
        columns["state"].append(STATES.index(_state(state, blocked=blocked, outside=outside)))
        columns["late"].append(int(orders[order]["late"] > 0))
        columns["name"].append(names.setdefault(name, len(names)))
    return {"names": list(names), "bars": columns}


def _state(state: str, *, blocked: bool, outside: bool) -> str:
    if state == "finished":
        return "finished"
    if blocked:
        return "hold"
    if outside:
        return "outside"
    return state if state in ("released", "started") else "scheduled"
