"""Work with stock that is to be done: made, taken on by one person, put back, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import HandlingUnit, Lot, Serial, StockTask, SupplyRule
from p2p.inventory.models.task import TASK_FLOW
from p2p.inventory.selectors.tasks import RELATED
from p2p.inventory.services.checks import check_quantity
from p2p.inventory.task_facts import TasksCancelled, TasksMade, TasksPutBack, TasksStarted
from strategies.models import Item, Location, Site
from strategies.services.numbering import take_numbers

SERIES = "ST"


@dataclass(frozen=True, kw_only=True)
class Work:
    """A task to be: `quantity` of `item` in its unit; `source` and `target` are proposals, None where nobody knows."""

    kind: str
    site: Site
    item: Item
    quantity: Decimal
    source: Location | None = None
    target: Location | None = None
    lot: Lot | None = None
    serial: Serial | None = None
    handling_unit: HandlingUnit | None = None
    rule: SupplyRule | None = None
    at_once: bool = False
    reference: str = ""
    priority: int = 50
    due_at: datetime | None = None


@transaction.atomic
def create(*, works: Sequence[Work], by: User | None) -> list[StockTask]:
    """Write tasks, numbered in the order given, as one statement. Refused, naming the first: no quantity, more digits
    than its unit allows, a place of another site or outside of stock, the same place twice."""
    for work in works:
        _check(work)
    moment = now()
    numbers = take_numbers(code=SERIES, count=len(works))
    rows = StockTask.objects.bulk_create(
        StockTask(number=number, created_at=moment, created_by=by, **vars(work))
        for number, work in zip(numbers, works, strict=True)
    )
    if rows:
        tell(TasksMade(tasks=tuple(rows), by=by))
    return rows


@transaction.atomic
def create_one(
    *,
    kind: str,
    site: Site,
    item: Item,
    quantity: Decimal,
    source: Location | None = None,
    target: Location | None = None,
    lot: Lot | None = None,
    serial: Serial | None = None,
    handling_unit: HandlingUnit | None = None,
    reference: str = "",
    priority: int = 50,
    due_at: datetime | None = None,
    by: User | None,
) -> StockTask:
    """One task, as somebody asks for it; see `create`."""
    work = Work(
        kind=kind, site=site, item=item, quantity=quantity, source=source, target=target, lot=lot, serial=serial,
        handling_unit=handling_unit, reference=reference, priority=priority, due_at=due_at,
    )  # fmt: skip
    return create(works=[work], by=by)[0]


def _check(work: Work) -> None:
    check_quantity(work.item, work.quantity)
    if work.source is not None and work.source == work.target:
        raise Refused(_("It lies at {place} already."), field="target", place=work.source.code)
    for piece in (work.lot, work.serial):
        if piece is not None and piece.item_id != work.item.pk:
            raise Refused(
                _("{piece} does not belong to {item}."),
                field="lot",
                piece=piece.number,
                item=work.item.number,
            )
    if not 0 <= work.priority <= 100:
        raise Refused(_("A priority is from 0, most urgent, to 100."), field="priority")
    for field, place in (("source", work.source), ("target", work.target)):
        if place is None:
            continue
        if place.site_id != work.site.pk:
            raise Refused(
                _("{place} is not a place of {site}."), field=field, place=place.code, site=work.site.code
            )
        if not place.holds_stock:
            raise Refused(_("{place} holds no stock: choose another place."), field=field, place=place.code)


@transaction.atomic
def start(*, tasks: Sequence[StockTask], by: User) -> list[StockTask]:
    """Take tasks on; all or none. One that this person has already stays theirs. Refused when somebody else was
    quicker, naming them."""
    return assign(tasks=tasks, to=by, by=by)


@transaction.atomic
def assign(*, tasks: Sequence[StockTask], to: User, by: User | None) -> list[StockTask]:
    """Give tasks to somebody; all or none. Refused when one is done or cancelled, or another has it."""
    rows = locked(tasks)
    for row in rows:
        must_be_open(row)
        not_of_another(row, to)
    fresh = [row for row in rows if row.state == StockTask.State.OPEN]
    TASK_FLOW.take_many(_these(fresh), "start", started_by=to, revision=F("revision") + 1)
    if fresh:
        tell(TasksStarted(tasks=tuple(_read(fresh)), by=by))
    return _read(rows)


@transaction.atomic
def put_back(*, tasks: Sequence[StockTask], by: User | None) -> list[StockTask]:
    """Let anybody take tasks on again; what was done of them stays done. Refused when one is not started."""
    rows = locked(tasks)
    for row in rows:
        no = TASK_FLOW.refusal(row, "put_back")
        if no is not None:
            raise no
    TASK_FLOW.take_many(_these(rows), "put_back", started_by=None, revision=F("revision") + 1)
    tell(TasksPutBack(tasks=tuple(rows), by=by))
    return _read(rows)


@transaction.atomic
def cancel(*, tasks: Sequence[StockTask], by: User | None) -> list[StockTask]:
    """What is left of tasks is not done; what was done stays. All or none; refused when one is done or cancelled."""
    rows = locked(tasks)
    for row in rows:
        no = TASK_FLOW.refusal(row, "cancel")
        if no is not None:
            raise no
    TASK_FLOW.take_many(_these(rows), "cancel", done_at=now(), revision=F("revision") + 1)
    if rows:
        tell(TasksCancelled(tasks=tuple(rows), by=by))
    return _read(rows)


# ---- buttons: one task


def start_one(*, task: StockTask, by: User) -> StockTask:
    """`start` of one."""
    return start(tasks=[task], by=by)[0]


def put_back_one(*, task: StockTask, by: User) -> StockTask:
    """`put_back` of one."""
    return put_back(tasks=[task], by=by)[0]


def cancel_one(*, task: StockTask, by: User) -> StockTask:
    """`cancel` of one."""
    return cancel(tasks=[task], by=by)[0]


# ---- one row, one person


def _these(rows: Sequence[StockTask]) -> QuerySet[StockTask]:
    return StockTask.objects.filter(pk__in=[row.pk for row in rows])


def locked(tasks: Sequence[StockTask]) -> list[StockTask]:
    """The rows as they are now, locked in key order. Locked first and read then: a row that was waited for would come
    with its new keys, but joined with what belonged to its old ones."""
    rows = StockTask.objects.filter(pk__in=[task.pk for task in tasks]).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))
    return _read(tasks)


def _read(tasks: Sequence[StockTask]) -> list[StockTask]:
    rows = StockTask.objects.filter(pk__in=[task.pk for task in tasks]).order_by("pk")
    return list(rows.select_related(*RELATED))


def must_be_open(row: StockTask) -> None:
    if row.state not in (StockTask.State.OPEN, StockTask.State.STARTED):
        raise Refused(
            _("{task} is {state}: nothing is left to do."),
            code="wrong_state",
            about=row,
            task=row.number,
            state=row.get_state_display(),
        )


def not_of_another(row: StockTask, person: User | None) -> None:
    other = row.started_by
    if row.state == StockTask.State.STARTED and other is not None and person is not None and other != person:
        raise Refused(
            _("{person} has {task}: take another, or ask them to put it back."),
            code="taken",
            about=row,
            person=str(other),
            task=row.number,
        )
