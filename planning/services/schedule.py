"""A finite schedule as a run: open orders onto work centres and shifts, proved right before it is stored."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core import clock, runs
from p2p.core.facts import Refused, tell
from planning.engine import schedule as engine
from planning.facts import OrderChanged, Scheduled, SentOut
from planning.models import Operation, ProductionOrder, ScheduleRun
from planning.services.relief import Outlets, Relieved, outlets, relieve, send_out_many
from planning.services.supplied import supplied_anew
from planning.snapshot import capacity as snapshot
from planning.snapshot.capacity import Capacity
from planning.snapshot.keys import resource_of
from planning.snapshot.moment import one_moment
from planning.snapshot.stations import Shut
from planning.writeback import capacity as writeback
from strategies.models import Resource, Site, Vendor

if TYPE_CHECKING:
    from p2p.core.models import User
    from p2p.core.runs import Say

ATTEMPTS = 3
HORIZONS = (400, 3650)
"""Days of working time laid out: at first, and when that was not enough."""
LATE_KEPT = 300
"""So many late orders a run explains in its summary, the latest first."""


def schedule(
    *, site: Site, starts_at: datetime | None = None, frozen_hours: int = 0, by: User | None
) -> ScheduleRun:
    """Start a schedule of all open orders of a site; nothing new begins before `starts_at` (now if empty).

    What has started, is locked, or begins within `frozen_hours` of it stays where it is.
    """
    if frozen_hours < 0:
        raise Refused(_("Frozen hours cannot be negative."), code="frozen", field="frozen_hours")
    begin = (starts_at or clock.now()).replace(microsecond=0)
    run = ScheduleRun(site=site, scope=site.code, starts_at=begin, settings={"frozen_hours": frozen_hours})
    runs.start(run=run, by=by)
    return run


def perform(run: ScheduleRun, say: Say) -> dict[str, Any]:
    """Do the run. Orders that somebody changed while it thought are scheduled anew, up to three times; after
    that they keep what they have and the summary says how many."""
    seconds: dict[str, float] = {}
    frozen = run.starts_at + timedelta(hours=int(run.settings.get("frozen_hours", 0)))
    for attempt in range(1, ATTEMPTS + 1):
        began = time.perf_counter()
        say(str(_("Reading orders and calendars")))
        taken, seen, answer = _think(run, frozen, say)
        relieved = relieve(taken=taken, answer=answer, seen=seen, say=say)
        answer = relieved.answer
        say(str(_("Proving the schedule")))
        prove(relieved.problem, answer)
        seconds["think"] = seconds.get("think", 0.0) + time.perf_counter() - began
        say(str(_("Storing {count} operations")).format(count=len(answer.placed)))
        began = time.perf_counter()
        try:
            summary = _store(run, taken, relieved, attempt)
        except _Moved:
            continue
        summary["seconds"] = {**{k: round(v, 3) for k, v in seconds.items()},
                              "store": round(time.perf_counter() - began, 3)}  # fmt: skip
        return summary
    raise AssertionError("the last attempt stores or raises")


class _Moved(Exception):
    """Orders are not what they were when the snapshot was taken."""


def _think(run: ScheduleRun, frozen: datetime, say: Say) -> tuple[Capacity, Outlets | None, engine.Schedule]:
    phase = str(_("Trying dispatch rules"))
    for days in HORIZONS:
        with one_moment():
            taken = snapshot.take(run.site, run.starts_at, frozen_until=frozen, days=days)
            seen = outlets(site=run.site, taken=taken, days=days)
        if not taken.problem.operations:
            raise Refused(
                _("There is no open operation to schedule: firm proposals first."), code="nothing_open"
            )
        answer = engine.schedule(taken.problem, go_on=lambda done, total: say(phase, done, total))
        # Farther ahead helps nobody whose resources have no working time at all.
        shut = taken.shut()
        if all(row.reason != "no_time" or row.operation in shut for row in answer.unplaced):
            break
    return taken, seen, answer


def prove(problem: engine.Problem, answer: engine.Schedule) -> None:
    """Refused when the independent checker finds anything wrong that planning did not fix itself."""
    wrong = [one for one in engine.check(problem, answer) if not one.locked]
    if wrong:
        raise Refused(
            _("The schedule broke its own rules ({rule} at operation {operation}) and was thrown away."),
            code="broken_schedule",
            rule=wrong[0].rule,
            operation=wrong[0].operation,
        )


def _store(run: ScheduleRun, taken: Capacity, relieved: Relieved, attempt: int) -> dict[str, Any]:
    answer = relieved.answer
    with runs.storing(run):
        stale = runs.changed(ProductionOrder, taken.order_revisions)
        changed = runs.changed(Operation, taken.operation_revisions)
        if changed:
            stale |= set(Operation.objects.filter(pk__in=changed).values_list("order_id", flat=True))
        if stale and attempt < ATTEMPTS:
            raise _Moved
        placed = [row for row in answer.placed if row.order not in stale]
        keys = {int(row.order) for row in placed}
        sent = send_out_many(relieved.said, orders=keys)
        moved = writeback.write(placed, keys)
        summary = _summary(taken, relieved, stale)
        late = {row.order: row.late for row in answer.finishes}
        summary["sent_out"] = [
            _sent(row, relieved.was.get(row.order_id, 0), late.get(row.order_id, 0)) for row in sent
        ]
        summary |= {"moved": moved, "attempts": attempt, "unseen_changes": len(stale)}
        run.summary = summary
        orders = tuple(taken.orders[key] for key in sorted(keys))
        if sent:
            supplied_anew(sent)
            tell(SentOut(operations=tuple(sent), by=run.asked_by))
        tell(Scheduled(run=run, orders=orders, by=run.asked_by))
    return summary


def _sent(row: Operation, was: int, late: int) -> dict[str, Any]:
    """`was` and `late`: seconds its order would have been late, and is now."""
    said = {"order": row.order.number, "number": row.number, "name": row.name, "overflow": row.overflow}
    return said | {"was": was, "late": late}


def _summary(taken: Capacity, relieved: Relieved, stale: Collection[int]) -> dict[str, Any]:
    answer = relieved.answer
    late = sorted(
        (row for row in answer.finishes if row.late > 0), key=lambda row: (-row.late, str(row.order))
    )
    names, shut, kept = _names(taken), taken.shut(), relieved.kept()
    return {
        "orders": len({row.order for row in answer.placed} - set(stale)),
        "operations": len(answer.placed),
        "late": len(late),
        "late_hours": round(sum(row.late for row in late) / 3600, 1),
        "rule": answer.rule,
        "by_rule": {name: round(cost / 3600) for name, cost in answer.by_rule.items()},
        "makespan_hours": round(answer.makespan / 3600, 1),
        "late_orders": [
            _late(row, taken, names) | {"kept": kept.get(row.order, [])} for row in late[:LATE_KEPT]
        ],
        "unplaced": [
            {
                "operation": row.operation,
                "order": taken.orders[int(row.order)].number,
                "reason": row.reason,
                **shut.get(row.operation, Shut(""))._asdict(),
            }
            for row in answer.unplaced[:LATE_KEPT]
        ],
        "unplaced_count": len(answer.unplaced),
        "gaps": _gaps(taken, answer.gaps[:LATE_KEPT]),
        "gap_count": len(answer.gaps),
    }


def _gaps(taken: Capacity, gaps: Sequence[engine.Gap]) -> list[dict[str, Any]]:
    """The hard links that are not kept, but for those whose order was unmade meanwhile. One query, none where there is
    no gap."""
    keys = {int(key) for gap in gaps for key in (gap.operation, gap.before)}
    rows = Operation.objects.in_bulk(keys) if keys else {}
    return [
        {
            "order": taken.orders[int(gap.order)].number,
            "operation": str(rows[int(gap.operation)].number),
            "name": rows[int(gap.operation)].name,
            "before": str(rows[int(gap.before)].number),
            "before_name": rows[int(gap.before)].name,
            "seconds": gap.seconds,
        }
        for gap in gaps
        if {int(gap.operation), int(gap.before)} <= rows.keys()
    ]


def _late(row: engine.Finish, taken: Capacity, names: dict[engine.Key, str]) -> dict[str, Any]:
    order = taken.orders[int(row.order)]
    waits = [
        {
            "kind": wait.kind,
            "subject": names.get(wait.subject, "") if wait.kind in ("resource", "closed") else "",
            "seconds": wait.seconds,
        }
        for wait in row.waits[:4]
    ]
    return {"order": order.number, "item": order.item.number, "late": row.late, "waits": waits}


def _names(taken: Capacity) -> dict[engine.Key, str]:
    """Resources and vendors by their words."""
    names: dict[engine.Key, str] = dict(Resource.objects.values_list("pk", "name"))
    vendors = dict(Vendor.objects.values_list("pk", "name"))
    for place in taken.problem.resources:
        lent = resource_of(place.id)
        if isinstance(place.id, str) and lent is not None:
            names[place.id] = names.get(lent, "")
        elif isinstance(place.id, str):
            said, _colon, vendor = place.id.partition(":")
            names[place.id] = vendors.get(int(vendor)) or str(_("vendor")) if said == "vendor" else ""
    return names


@transaction.atomic
def reschedule(
    *, orders: Sequence[ProductionOrder], starts_at: datetime | None = None, by: User | None
) -> list[ProductionOrder]:
    """Put orders anew into the gaps that all the others leave, one after the other, the earliest due first.

    Nothing else moves; operations that have to follow at once go together, and where one cannot its order says so in
    `open_gaps`. Refused when an order is over, or one of its operations finds no place.
    """
    begin = (starts_at or clock.now()).replace(microsecond=0)
    keys = [order.pk for order in orders]
    locked = ProductionOrder.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    rows = list(locked.select_related("site", "item"))
    for row in sorted(rows, key=lambda one: (one.due_on, one.pk)):
        if row.state not in ProductionOrder.OPEN:
            raise Refused(
                _("{order} is {state}: there is nothing to reschedule."),
                code="wrong_state",
                order=row,
                state=row.get_state_display(),
            )
        gaps = _place_alone(row, begin)
        row.refresh_from_db()
        row.open_gaps = gaps
    tell(OrderChanged(orders=tuple(rows), by=by))
    return rows


def _place_alone(order: ProductionOrder, begin: datetime) -> list[dict[str, Any]]:
    for days in HORIZONS:
        taken = snapshot.take(order.site, begin, days=days, only=order.pk)
        answer = engine.schedule(taken.problem)
        missing = [row for row in answer.unplaced if row.order == order.pk]
        shut = taken.shut()
        if all(row.reason != "no_time" or row.operation in shut for row in missing):
            break
    if missing:
        operation = Operation.objects.get(pk=int(missing[0].operation))
        raise Refused(
            _("{order}: operation {number} {name} finds no place: {reason}."),
            code="no_place",
            order=order,
            number=operation.number,
            name=operation.name,
            reason=why(missing[0].reason, **shut.get(missing[0].operation, Shut(""))._asdict()),
        )
    prove(taken.problem, answer)
    writeback.write([row for row in answer.placed if row.order == order.pk], [order.pk])
    return _gaps(taken, [gap for gap in answer.gaps if gap.order == order.pk])


REASONS = {
    "no_resource": _("nobody can do it: its work centre has no active resource"),
    "no_time": _("its resource never works long enough"),
    "loop": _("its operations wait for each other in a circle"),
    "previous": _("an operation before it has no place"),
    "unknown_order": _("its order is not open"),
}


def why(reason: str, calendar: str = "", property: str = "", group: str = "") -> str:
    """Why an operation has no place, in words; `calendar` is one without working time that keeps it out, or, with its
    work centre `group`, without a shift of the `property` it asks for (or of none, when it asks for none)."""
    if property:
        sentence = _("no calendar of {group} has a shift of the property {property}")
        return str(sentence).format(group=group, property=property)
    if group:
        sentence = _("every shift of the calendar {calendar} of {group} is for work of a property")
        return str(sentence).format(calendar=calendar, group=group)
    if calendar:
        return str(_("the calendar {calendar} of its work centre has no working time")).format(
            calendar=calendar
        )
    return str(REASONS.get(reason, reason))
