"""A material plan as a run: load what the plant looks like, think, store what it should make and buy."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psutil
from django.utils.translation import gettext_lazy as _

from p2p.core import runs
from p2p.core.facts import Refused, tell
from p2p.core.fields import plain
from planning.engine import mrp as engine
from planning.facts import Planned
from planning.models import PlanRun
from planning.rules import Rules
from planning.services.overflow import CODES, Foreseen, Overflowing, foresee, of_plan
from planning.snapshot import material as snapshot
from planning.snapshot.material import Snapshot
from planning.snapshot.moment import one_moment
from planning.writeback import material as writeback
from planning.writeback.material import Dangling, Stored
from strategies.models import OutsourcingPolicy, Site

if TYPE_CHECKING:
    from p2p.core.models import User
    from p2p.core.runs import Say

ATTEMPTS = 3
"""How often a plan is made anew because the plant changed under it, before it is stored as it is."""


def plan(
    *,
    site: Site,
    from_date: date,
    to_date: date,
    netting: bool = True,
    lead_times: bool = True,
    lot_sizes: bool = True,
    safety_stock: bool = True,
    start_after_order_days: int | None = None,
    flat_days: int = 0,
    by: User | None,
) -> PlanRun:
    """Start a material plan of a site for needs from `from_date` (the plan's "today") through `to_date`.

    With netting, lead times, lot sizes and safety stock all off it is the plain explosion: what is made, lot
    for lot, every level on the day of the need and due `flat_days` later; `start_after_order_days` counts the
    day of need from the order's date instead of taking the due date. See `planning.rules.Rules`.
    """
    if to_date < from_date:
        raise Refused(
            _("The plan ends on {last}, before it begins on {first}."),
            code="dates",
            field="to_date",
            first=from_date,
            last=to_date,
        )
    rules = Rules(
        first=from_date,
        last=to_date,
        netting=netting,
        lead_times=lead_times,
        lot_sizes=lot_sizes,
        safety_stock=safety_stock,
        start_after_order_days=start_after_order_days,
        flat_days=flat_days,
    )
    run = PlanRun(
        site=site, scope=site.code, from_date=from_date, to_date=to_date, settings=rules.as_settings()
    )
    runs.start(run=run, by=by)
    return run


@dataclass(slots=True)
class _Watch:
    """Seconds by phase, and the most memory seen at any word the run said."""

    seconds: dict[str, float] = field(default_factory=dict)
    peak: int = 0

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began
        self.look()

    def look(self) -> None:
        self.peak = max(self.peak, psutil.Process(os.getpid()).memory_info().rss)


def perform(run: PlanRun, say: Say) -> dict[str, Any]:
    """Do the run: read, plan without a transaction, store at once.

    What changed while it thought is noticed when storing; then everything is read and planned again, up to
    three times, after which the plan is stored and the summary says how many rows it has not seen.
    """
    rules = Rules.of(run.from_date, run.to_date, run.settings)
    watch = _Watch()
    for attempt in range(1, ATTEMPTS + 1):
        say(str(_("Reading the plant")))
        with watch.phase("load"):
            taken, foreseen = _load(run.site, rules)
        with watch.phase("think"):
            answer = _think(taken, say, watch)
            overflow, gaps = of_plan(seen=foreseen, taken=taken, orders=answer.orders)
            taken.notices += [*gaps, *(taken.holes.said(answer.orders) if taken.holes else ())]
        say(str(_("Storing {count} proposals")).format(count=len(answer.orders)))
        try:
            return _store(run, taken, answer, overflow, watch, attempt)
        except (_Moved, Dangling):
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("the last attempt stores or raises")


class _Moved(Exception):
    """The plant is not what it was when the snapshot was taken."""


def _load(site: Site, rules: Rules) -> tuple[Snapshot, Foreseen | None]:
    with one_moment():
        taken = snapshot.take(site, rules)
        return taken, foresee(site=site, rules=rules, taken=taken)


def _think(taken: Snapshot, say: Say, watch: _Watch) -> engine.Plan:
    phase = str(_("Planning item by item"))

    def go_on(done: int, total: int) -> None:
        watch.look()
        say(phase, done, total)

    try:
        return engine.plan(taken.problem, go_on=go_on)
    except ValueError as wrong:
        raise Refused(_("The plan cannot be made: {reason}."), code="bad_input", reason=str(wrong)) from wrong


def _store(
    run: PlanRun, taken: Snapshot, answer: engine.Plan, overflow: Overflowing, watch: _Watch, attempt: int
) -> dict[str, Any]:
    with runs.storing(run), watch.phase("store"):
        moved = sum(len(runs.changed(model, seen, lock=False)) for model, seen in taken.revisions.items())
        moved += _new_policies(run.site, taken)
        if moved and attempt < ATTEMPTS:
            raise _Moved
        stored = writeback.write(run, taken, answer, overflow)
        watch.look()
        run.summary = _summary(taken, answer, overflow, stored, watch) | {
            "attempts": attempt,
            "unseen_changes": moved,
        }
        tell(Planned(run=run, by=run.asked_by))
    summary: dict[str, Any] = run.summary
    summary["seconds"] = {name: round(spent, 3) for name, spent in watch.seconds.items()}
    return summary


def _new_policies(site: Site, taken: Snapshot) -> int:
    """Outsourcing policies entered since: one more decides of orders that are planned already."""
    seen = taken.revisions.get(OutsourcingPolicy, {})
    return OutsourcingPolicy.objects.filter(site=site).exclude(pk__in=list(seen)).count()


def _summary(
    taken: Snapshot, answer: engine.Plan, overflow: Overflowing, stored: Stored, watch: _Watch
) -> dict[str, Any]:
    orders: Counter[str] = Counter()
    units: dict[str, Decimal] = {}
    for order in answer.orders:
        orders[order.source] += 1
        units[order.source] = units.get(order.source, Decimal(0)) + order.quantity
    codes: Counter[str] = Counter(str(message.code) for message in answer.messages)
    codes.update(notice.code for notice in taken.notices)
    codes.update(CODES["kept" not in facts] for each in overflow.values() for facts in each)
    return {
        "proposals": stored.proposals,
        "kinds": {kind: {"orders": orders[kind], "units": plain(units[kind])} for kind in sorted(orders)},
        "pegs": stored.pegs,
        "messages": dict(sorted(codes.items())),
        "items": len(taken.problem.items),
        "lines": len(taken.problem.lines),
        "demands": len(taken.problem.demands),
        "receipts": len(taken.problem.receipts),
        "levels": max(answer.levels.values(), default=0) + 1,
        "peak_memory_mb": round(watch.peak / 2**20),
        "seconds": {name: round(spent, 3) for name, spent in watch.seconds.items()},
    }
