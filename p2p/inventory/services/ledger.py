"""Posting to the stock ledger and taking postings back. Balances follow by database triggers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.facts import ask, tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.facts import BackDate, BackDating, Moved
from p2p.inventory.models import Consumed, HandlingUnit, Lot, Move, Serial, StockTask, TaskMove
from p2p.inventory.refusals import in_words
from p2p.inventory.services import catch
from p2p.inventory.services.checks import check_lines
from p2p.inventory.services.unit_return import lock_travelled
from strategies.models import Item, Location, ReasonCode


@dataclass(frozen=True, kw_only=True)
class MoveLine:
    """`quantity` (> 0, the item's unit) from `source` to `target`; `kind` is one of Move.Kind.

    `catch_quantity` is how many pieces that is, of an item that is weighed and counted; None: as it follows.
    It comes out of `handling_unit` and lies in `into_unit` afterwards; neither: loose. `with_unit`: both are the same
    and the unit goes along; whoever says so writes down where it stands then.
    """

    item: Item
    source: Location
    target: Location
    quantity: Decimal
    kind: str
    lot: Lot | None = None
    serial: Serial | None = None
    handling_unit: HandlingUnit | None = None
    into_unit: HandlingUnit | None = None
    reason: ReasonCode | None = None
    reference: str = ""
    effective_at: datetime | None = None
    catch_quantity: Decimal | None = None
    with_unit: bool = False


@dataclass(frozen=True)
class Edge:
    """`quantity` of what `issue` took out went into what `receipt` brought in."""

    issue: Move
    receipt: Move
    quantity: Decimal


@transaction.atomic
def post(*, lines: Sequence[MoveLine], by: User | None) -> list[Move]:
    """Write the moves, in the order of the lines, as one statement; tells Moved.

    Refused, naming item and place: more than is there and free, held stock, more digits than the unit
    allows, a lot or serial that is missing or does not belong there, an expired lot, a quantity that is not
    positive, pieces that are not named or do not weigh what they may (`catch`), a day before the books were closed.
    Where the last pieces weigh other than booked, the difference is booked beside the moves. Locks the balances it
    touches in key order.
    """
    return post_within(lines=lines, by_hand=True, by=by)


def post_within(*, lines: Sequence[MoveLine], by_hand: bool = False, by: User | None) -> list[Move]:
    """`post` for services that have a transaction of their own and lose it whole when this is refused.

    What production reports late is posted all the same; everything else, and what is done `by_hand`, asks BackDating
    when it is said to have happened before today.
    """
    if not lines:
        return []
    check_lines(lines)
    moment = now()
    count = len(lines)
    if any(line.item.catch_unit_id for line in lines):
        lines = catch.completed(lines, by_hand=by_hand, by=by)
    _ask_back(
        [(line.source, line.effective_at) for line in lines if by_hand or line.kind not in PRODUCED],
        moment,
        by,
    )
    moves = [
        Move(
            item=line.item,
            lot=line.lot,
            serial=line.serial,
            handling_unit=line.handling_unit,
            into_unit=line.into_unit,
            source=line.source,
            target=line.target,
            quantity=line.quantity,
            catch_quantity=line.catch_quantity,
            kind=line.kind,
            reason=line.reason,
            reference=line.reference,
            effective_at=line.effective_at or moment,
            posted_at=moment,
            by=by,
        )
        for line in lines
    ]
    return _write(moves, by)[:count]


PRODUCED = (Move.Kind.ISSUE, Move.Kind.OUTPUT)


def _ask_back(wanted: Sequence[tuple[Location, datetime | None]], moment: datetime, by: User | None) -> None:
    """Asks only for days before today, in UTC or at the place's site."""
    earliest: dict[int, BackDate] = {}
    for place, at in wanted:
        if at is not None and at < moment and _earlier_day(place, at, moment):
            known = earliest.get(place.site_id)
            if known is None or at < known.at:
                earliest[place.site_id] = BackDate(place.site, at)
    if earliest:
        ask(BackDating(dates=tuple(earliest.values()), by=by))


def _earlier_day(place: Location, at: datetime, moment: datetime) -> bool:
    if at.date() < moment.date():
        return True
    zone = ZoneInfo(place.site.time_zone)
    return at.astimezone(zone).date() < moment.astimezone(zone).date()


def _write(moves: list[Move], by: User | None) -> list[Move]:
    with in_words():
        Move.objects.bulk_create(moves)
    tell(Moved(moves=tuple(moves), by=by))
    return moves


@transaction.atomic
def reverse(
    *, moves: Sequence[Move], reason: ReasonCode | None = None, at: datetime | None = None, by: User | None
) -> list[Move]:
    """Take moves back by their mirror images, one for each, in the same order; the originals stay.

    `at` is when the correction happened (now by default). A difference of weight that was booked beside a move goes
    with it. Refused when one was reversed before, is itself a
    reversal, or when what it brought is no longer there. Locks the tasks they were made for, then the units that went,
    before the balances.
    """
    lock_carried(moves=moves)
    moment = now()
    _ask_back([(move.source, at) for move in moves if move.kind not in PRODUCED], moment, by)
    mirrors = []
    for move in [*moves, *catch.differences_of(moves)]:
        if move.reverses_id is not None:
            raise Refused(_("Move {move} is itself a reversal: post the move again instead."), move=move.pk)
        mirrors.append(
            Move(
                item=move.item,
                lot_id=move.lot_id,
                serial_id=move.serial_id,
                handling_unit_id=move.into_unit_id,
                into_unit_id=move.handling_unit_id,
                source=move.target,
                target=move.source,
                quantity=move.quantity,
                catch_quantity=move.catch_quantity,
                kind=move.kind,
                reason=reason,
                reference=move.reference,
                reverses=move,
                effective_at=at or moment,
                posted_at=moment,
                by=by,
            )
        )
    return _write(mirrors, by)[: len(moves)] if mirrors else []


def lock_carried(*, moves: Sequence[Move]) -> None:
    """What is written after the mirror images of `moves`, but comes before balances for everybody else: the tasks they
    were made for, and the units that went."""
    carried = [move.pk for move in moves if move.kind == Move.Kind.TRANSFER]
    if carried:
        tasks = StockTask.objects.filter(pk__in=TaskMove.objects.filter(move__in=carried).values("task"))
        list(tasks.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    lock_travelled(moves=moves)


def consumed(*, edges: Sequence[Edge]) -> list[Consumed]:
    """Record what went into what. An edge counts for a trace while neither of its moves was reversed."""
    return Consumed.objects.bulk_create(
        Consumed(issue=edge.issue, receipt=edge.receipt, quantity=edge.quantity) for edge in edges
    )
