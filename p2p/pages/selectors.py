"""What pages show that belong to no single area: sums over several of them, each in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from django.db.models import Count, DecimalField, ExpressionWrapper, F, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from costing import selectors as costing
from p2p.core import clock
from p2p.inventory import selectors as inventory
from planning.models import Material, Operation, ProductionOrder
from planning.snapshot.calendars import Calendars, Whereabouts
from quality.models import Inspection
from strategies.engine import calendar as worktimes
from strategies.engine.worktime import WorkTime
from strategies.models import Item, Resource, Site

OPEN = ProductionOrder.OPEN
HORIZON = 14
BARS = 10


def today(site: Site) -> date:
    """The plant's day."""
    return clock.today(site.time_zone)


def open_orders(site: Site) -> QuerySet[ProductionOrder]:
    """Orders that are not finished."""
    return ProductionOrder.objects.filter(site=site, state__in=OPEN)


def late_orders(site: Site) -> QuerySet[ProductionOrder]:
    """Open orders that are scheduled to end after their due day, or whose due day has passed; worst first."""
    day = today(site)
    ends_on = TruncDate("ends_at", tzinfo=ZoneInfo(site.time_zone))
    rows = open_orders(site).annotate(ends_on=ends_on)
    return (
        rows.filter(Q(due_on__lt=day) | Q(ends_on__gt=F("due_on")))
        .select_related("item")
        .order_by("due_on", "number")
    )


def days_late(order: ProductionOrder, site: Site) -> int:
    """Whole days of the plant that an open order is late: by its schedule, or because its due day has passed."""
    day = today(site)
    end = order.ends_at.astimezone(ZoneInfo(site.time_zone)).date() if order.ends_at else day
    return max(0, (max(end, day) - order.due_on).days) if order.state in OPEN else 0


@dataclass(frozen=True)
class Shortage:
    """An item that open orders need sooner than it is there."""

    item: Item
    short: Decimal
    from_day: datetime | None
    stops: int


def shortages(site: Site, days: int = HORIZON) -> list[Shortage]:
    """Items whose open needs of scheduled and released orders exceed nettable stock, largest number of orders first."""
    until = clock.now() + timedelta(days=days)
    states = (ProductionOrder.State.SCHEDULED, ProductionOrder.State.RELEASED, ProductionOrder.State.STARTED)
    open_need = ExpressionWrapper(F("quantity") - F("issued_quantity"), output_field=DecimalField())
    needs = (
        Material.objects.filter(order__site=site, order__state__in=states, quantity__gt=F("issued_quantity"))
        .filter(Q(order__starts_at__isnull=True) | Q(order__starts_at__lt=until))
        .values("item")
        .annotate(need=Sum(open_need), first=Min("order__starts_at"), orders=Count("order", distinct=True))
        .order_by("item")
    )
    rows = {row["item"]: row for row in needs}
    stock = inventory.on_hand(site, list(rows))
    made = Item.objects.select_related("unit").in_bulk(list(rows))
    found = [
        Shortage(made[item], row["need"] - stock.get(item, Decimal(0)), row["first"], row["orders"])
        for item, row in rows.items()
        if row["need"] > stock.get(item, Decimal(0))
    ]
    return sorted(found, key=lambda one: (-one.stops, one.item.number))


def orders_short(site: Site, items: Sequence[int]) -> int:
    """How many scheduled and released orders still need one of these items."""
    rows = Material.objects.filter(order__site=site, item__in=items, quantity__gt=F("issued_quantity"))
    states = (ProductionOrder.State.SCHEDULED, ProductionOrder.State.RELEASED, ProductionOrder.State.STARTED)
    return rows.filter(order__state__in=states).values("order").distinct().count()


@dataclass(frozen=True)
class DayLoad:
    """Hours booked and offered on one day; `share` is None where nothing is offered."""

    day: date
    booked: Decimal
    offered: Decimal

    @property
    def share(self) -> int | None:
        """Per cent of what is offered."""
        return int(self.booked * 100 / self.offered) if self.offered else None

    @property
    def heat(self) -> int:
        """The step of the heat map: 0 nothing, 1 up to half, 2 up to four fifths, 3 full, 4 over capacity."""
        if not self.share:
            return 0
        return 4 if self.share > 100 else 3 if self.share > 80 else 2 if self.share > 50 else 1


@dataclass(frozen=True)
class GroupLoad:
    """A work centre's coming days."""

    name: str
    days: Sequence[DayLoad]

    @property
    def overload(self) -> Decimal:
        """Hours above what is offered."""
        return sum((max(Decimal(0), day.booked - day.offered) for day in self.days), Decimal(0))


def loads(site: Site, days: int = BARS) -> list[GroupLoad]:
    """Booked against offered hours of every work centre for the coming days; an operation counts where it works."""
    zone, first = ZoneInfo(site.time_zone), today(site)
    dates = [first + timedelta(days=each) for each in range(days + 1)]
    bounds = [worktimes.seconds(datetime(each.year, each.month, each.day, tzinfo=zone)) for each in dates]
    resources = list(
        Resource.objects.filter(site=site, active=True, finite=True)
        .select_related("group")
        .order_by("group__code", "code")
    )
    window = dates[0] - timedelta(days=1), dates[-1]
    calendars, where = Calendars(*window), Whereabouts(site, *window)
    known = {one.pk: one for one in resources}

    @cache
    def serving(resource: int, property: str) -> WorkTime:
        return calendars.chain(where.pieces(known[resource]), property)

    times = {one.pk: calendars.whole(where.pieces(one)) for one in resources}
    offered: dict[int, list[int]] = defaultdict(lambda: [0] * days)
    for resource in resources:
        for place in range(days):
            working = times[resource.pk].between(bounds[place], bounds[place + 1])
            offered[resource.group_id][place] += working * resource.stations
    booked = _booked(site, resources, serving, bounds)
    names = {resource.group_id: resource.group.name for resource in resources}
    return [
        GroupLoad(
            name,
            [
                DayLoad(dates[place], _hours(booked[group][place]), _hours(offered[group][place]))
                for place in range(days)
            ],
        )
        for group, name in names.items()
    ]


def _hours(seconds: int) -> Decimal:
    return (Decimal(seconds) / 3600).quantize(Decimal("0.1"))


def _booked(
    site: Site, resources: Sequence[Resource], times: Callable[[int, str], WorkTime], bounds: Sequence[int]
) -> dict[int, list[int]]:
    """Group -> seconds per day of scheduled operations. `times`: working time of a resource for work of a
    property."""
    sums: dict[int, list[int]] = defaultdict(lambda: [0] * (len(bounds) - 1))
    groups = {resource.pk: resource.group_id for resource in resources}
    rows = Operation.objects.filter(
        order__site=site,
        resource__in=groups,
        state__in=("planned", "released", "started"),
        starts_at__lt=worktimes.instant(bounds[-1]),
        ends_at__gt=worktimes.instant(bounds[0]),
    ).values_list("resource_id", "starts_at", "ends_at", "property")
    for resource, starts_at, ends_at, property in rows:
        start, end = worktimes.seconds(starts_at), worktimes.seconds(ends_at)
        for place in range(len(bounds) - 1):
            low, high = max(start, bounds[place]), min(end, bounds[place + 1])
            if high > low:
                sums[groups[resource]][place] += times(resource, property).between(low, high)
    return sums


def open_inspections(site: Site) -> QuerySet[Inspection]:
    """Inspections that wait for results or a decision, oldest first."""
    rows = Inspection.objects.filter(state="open", plan__site=site)
    return rows.select_related("plan", "item", "operation__order").order_by("opened_at", "pk")


def wip(site: Site) -> tuple[Decimal, int]:
    """Money in process at a site, and in how many orders."""
    orders = costing.orders_with_wip(ProductionOrder.objects.filter(site=site))
    return costing.wip_value(site), orders.count()
