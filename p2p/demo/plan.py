"""The demo's plan: three years held against the data, January planned, firmed and scheduled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from p2p.core.models import User
from p2p.core.runs.model import Run
from p2p.demo import adventureworks
from p2p.demo.adventureworks.files import numbers, read
from p2p.demo.steps import STEPS, Say, Step
from p2p.demo.waiting import wait_for
from planning.models import PlanRun, ProductionOrder, Proposal, ScheduleRun
from planning.services.firm import firm
from planning.services.mrp import plan
from planning.services.schedule import schedule
from strategies.models import Site

YEARS = (date(2011, 6, 3), date(2014, 6, 30))
JANUARY = (date(2012, 1, 4), date(2012, 2, 3))
"""What was sold in January is made in these days."""
AFTER_ORDER, FLAT = 3, 11
"""The data's own rule: what is sold is made three days after the order and due eleven days later."""


def plan_years(say: Say) -> Mapping[str, object]:
    """Every order of three years, each held against the work order that the plant really had."""
    run = _plan(YEARS, say)
    say("comparing with the data", 0, 0)
    return {**_compared(run), "seconds_with_load_and_store": _seconds(run)}


def plan_january(say: Say) -> Mapping[str, object]:
    """January 2012 for the floor."""
    return _compared(_plan(JANUARY, say))


def _plan(days: tuple[date, date], say: Say) -> PlanRun:
    planner = User.objects.get(username="paula")
    site = Site.objects.get(code=adventureworks.SITE)
    known = PlanRun.objects.filter(
        from_date=days[0], to_date=days[1], state__in=("queued", "running", "done")
    )
    run = known.order_by("-pk").first() or plan(
        site=site,
        from_date=days[0],
        to_date=days[1],
        netting=False,
        lead_times=False,
        lot_sizes=False,
        safety_stock=False,
        start_after_order_days=AFTER_ORDER,
        flat_days=FLAT,
        by=planner,
    )
    wait_for(run, say)
    return run


def _compared(run: PlanRun) -> dict[str, object]:
    """How many of the plant's own work orders the plan has, order by order: item, quantity, start and due."""
    first, last = run.from_date.isoformat(), run.to_date.isoformat()
    real = Counter(
        (
            numbers()[row["product_id"]],
            Decimal(row["order_qty"]),
            row["start_date"][:10],
            row["due_date"][:10],
        )
        for row in read("work_orders")
        if first <= row["start_date"][:10] <= last
    )
    made = Proposal.objects.filter(run=run, kind=Proposal.Kind.MAKE)
    ours = Counter(
        (item, quantity.normalize(), start.isoformat(), due.isoformat())
        for item, quantity, start, due in made.values_list("item__number", "quantity", "start_on", "due_on")
    )
    same = sum((real & ours).values())
    units = sum((quantity * many for (_item, quantity, *_days), many in ours.items()), Decimal(0))
    return {"orders": ours.total(), "units": int(units), "as_in_the_data": f"{same:,} of {real.total():,}"}


def _seconds(run: Run) -> float:
    if run.began_at is None or run.ended_at is None:
        return 0.0
    return round((run.ended_at - run.began_at).total_seconds(), 1)


def firm_january(say: Say) -> Mapping[str, object]:
    """All of January's proposals become production orders with their own BOM and route."""
    say("firming", 0, 0)
    run = PlanRun.objects.filter(from_date=JANUARY[0], to_date=JANUARY[1], state="done").order_by("-pk")[0]
    result = firm(run=run, by=User.objects.get(username="paula"))
    return {"production_orders": len(result.orders)}


def schedule_january(say: Say) -> Mapping[str, object]:
    """Onto work centres and three shifts, finitely, from its first day on."""
    site = Site.objects.get(code=adventureworks.SITE)
    starts_at = datetime(2012, 1, 4, tzinfo=ZoneInfo(site.time_zone))
    waiting = ScheduleRun.objects.filter(state__in=("queued", "running")).order_by("-pk").first()
    run = waiting or schedule(site=site, starts_at=starts_at, by=User.objects.get(username="paula"))
    wait_for(run, say)
    told = {
        key: value
        for key, value in run.summary.items()
        if isinstance(value, int) and not isinstance(value, bool)
    }
    return {**told, "seconds": _seconds(run)}


def _is_planned(days: tuple[date, date]) -> bool:
    return PlanRun.objects.filter(from_date=days[0], to_date=days[1], state="done").exists()


STEPS.extend(
    (
        Step("years", "Planning three years", plan_years, lambda: _is_planned(YEARS)),
        Step("january", "Planning January 2012", plan_january, lambda: _is_planned(JANUARY)),
        Step("firm", "Firming January", firm_january, ProductionOrder.objects.exists),
        Step(
            "schedule",
            "Scheduling January",
            schedule_january,
            ScheduleRun.objects.filter(state="done").exists,
        ),
    )
)
