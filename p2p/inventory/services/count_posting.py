"""Deciding about the differences of a count, and posting them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.facts import tell
from p2p.core.refusal import Refused
from p2p.inventory.facts import CountChanged
from p2p.inventory.models import Balance, Count, CountLine, Move
from p2p.inventory.models.count import COUNT_FLOW
from p2p.inventory.selectors.counts import current_lines
from p2p.inventory.services.counting import thaw
from p2p.inventory.services.ledger import MoveLine, post_within
from strategies.models import Location, ReasonCode

if TYPE_CHECKING:
    from p2p.core.models import User


DIFFERS = ~Q(counted=F("expected")) | (Q(counted_catch__isnull=False) & ~Q(counted_catch=F("expected_catch")))
"""Lines whose weight or pieces are not as booked."""


@transaction.atomic
def decide(
    *, lines: Sequence[CountLine], accepted: bool, reason: ReasonCode | None = None, by: User | None
) -> list[CountLine]:
    """Accept differences, so that the books follow what was found, or reject them, so that the books stay.

    Refused when a line was counted by who decides, is of an earlier attempt, or its count is not under review.
    """
    keys = sorted({line.pk for line in lines})
    concerned = CountLine.objects.filter(pk__in=keys).values("place__count")
    counts = list(Count.objects.filter(pk__in=concerned).select_for_update().order_by("pk"))
    for count in counts:
        if count.state != Count.State.REVIEW:
            raise Refused(
                _("Count {count} is {state}: only a submitted count is decided about."),
                code="wrong_state",
                about=count,
                count=count.number,
                state=count.get_state_display(),
            )
    rows = list(
        CountLine.objects.filter(pk__in=keys).select_related("place__location", "item__unit", "counted_by")
    )
    for row in rows:
        _check_decision(row, by)
    CountLine.objects.filter(pk__in=keys).update(
        accepted=accepted, decided_by=by, **({"reason": reason} if reason else {})
    )
    for count in counts:
        tell(CountChanged(count=count, step="accepted" if accepted else "rejected", lines=len(rows), by=by))
    return rows


def _check_decision(line: CountLine, by: User | None) -> None:
    if line.attempt != line.place.attempt:
        raise Refused(
            _("{place} was counted again since: decide about the newer figures."),
            code="changed_meanwhile",
            place=line.place.location.code,
        )
    if by is not None and line.counted_by_id == by.pk and line.counted != line.expected:
        raise Refused(
            _("{who} counted {place}: somebody else decides about the difference of {item}."),
            code="same_person",
            about=line,
            who=line.counted_by,
            place=line.place.location.code,
            item=line.item.number,
        )


@transaction.atomic
def post_count(*, count: Count, reason: ReasonCode | None = None, by: User | None) -> Count:
    """Post what was accepted, all of it or nothing, as moves of the kind count that happened when it was counted;
    then what was frozen moves again. `reason` stands where a line has none.

    Refused while something waits for a decision, or when the ledger refuses a move: what was found less is no
    longer there, or is reserved.
    """
    COUNT_FLOW.take(count, "post", posted_at=clock.now(), approved_by=by, revision=F("revision") + 1)
    lines = current_lines(count)
    waiting = lines.filter(accepted__isnull=True).count()
    if waiting:
        raise Refused(
            _("{number} differences of {count} still wait to be accepted or rejected."),
            code="undecided",
            about=count,
            number=waiting,
            count=count.number,
        )
    related = lines.filter(accepted=True).filter(DIFFERS).select_related("place__location__site")
    differ = list(related.order_by("pk"))
    moves = _post(count, differ, reason, by)
    _link(differ, moves)
    thaw(count, by)
    tell(CountChanged(count=count, step="posted", lines=len(moves), by=by))
    return count


def _post(count: Count, lines: Sequence[CountLine], reason: ReasonCode | None, by: User | None) -> list[Move]:
    """One move for each line. Where weight and pieces do not differ the same way, all that was booked goes first, in
    the same act, and the line's move brings what was found."""
    wanted = _move_lines(count, lines, reason)
    pairs = zip(lines, wanted, strict=True)
    emptied = [_emptied(line, move) for line, move in pairs if _crosswise(line)]
    return post_within(lines=[*emptied, *wanted], by=by)[len(emptied) :]


def _crosswise(line: CountLine) -> bool:
    if line.counted_catch is None or line.expected_catch is None:
        return False
    weight, pieces = line.counted - line.expected, line.counted_catch - line.expected_catch
    return not weight or weight * pieces < 0


def _emptied(line: CountLine, found: MoveLine) -> MoveLine:
    """All that was booked goes; `found` comes into its place."""
    return replace(
        found,
        source=found.target,
        target=found.source,
        handling_unit=line.handling_unit,
        into_unit=None,
        quantity=line.expected,
        catch_quantity=line.expected_catch,
    )


def _link(lines: Sequence[CountLine], moves: Sequence[Move]) -> None:
    """Each line says which move it became. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_countline n SET move_id = u.move_id"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS u(line_id, move_id) WHERE n.id = u.line_id",
            [[line.pk for line in lines], [move.pk for move in moves]],
        )


def _move_lines(count: Count, lines: Sequence[CountLine], reason: ReasonCode | None) -> list[MoveLine]:
    """One for each difference. A serial number that the books have elsewhere, at a place this count does not
    correct, comes from there: it is one piece."""
    if not lines:
        return []
    outside = (
        Location.objects.filter(site=count.site_id, kind=Location.Kind.ADJUSTMENT).order_by("pk").first()
    )
    if outside is None:
        raise Refused(
            _("Site {site} has no location of the kind adjustment to book differences against."),
            code="no_outside",
            site=count.site.code,
        )
    elsewhere = _serials_elsewhere(count, lines)
    return [_move_line(count, line, outside, elsewhere.get(line.pk), reason) for line in lines]


def _move_line(
    count: Count, line: CountLine, outside: Location, elsewhere: Balance | None, reason: ReasonCode | None
) -> MoveLine:
    crosswise = _crosswise(line)
    more = crosswise or line.counted > line.expected
    place = line.place.location
    source = elsewhere.location if elsewhere else outside
    return MoveLine(
        item=line.item,
        lot=line.lot,
        serial=line.serial,
        source=source if more else place,
        target=place if more else outside,
        handling_unit=(elsewhere.handling_unit if elsewhere else None) if more else line.handling_unit,
        into_unit=line.handling_unit if more else None,
        quantity=line.counted if crosswise else abs(line.counted - line.expected),
        catch_quantity=_pieces(line, crosswise=crosswise),
        kind=Move.Kind.COUNT,
        reason=line.reason or reason,
        reference=count.number,
        effective_at=line.counted_at,
    )


def _pieces(line: CountLine, *, crosswise: bool) -> Decimal | None:
    if line.counted_catch is None or line.expected_catch is None:
        return None
    found: Decimal = line.counted_catch if crosswise else abs(line.counted_catch - line.expected_catch)
    return found


def _serials_elsewhere(count: Count, lines: Sequence[CountLine]) -> dict[int, Balance]:
    """Line -> where the books have a serial number that was found here and that no line of this count takes away
    there. Refused when that is at another site: a count corrects the books of its own site only."""
    found: dict[int | None, CountLine] = {
        line.serial_id: line for line in lines if line.serial and line.counted > line.expected
    }
    gone = {
        (line.serial_id, line.place.location_id, line.handling_unit_id)
        for line in lines
        if line.counted < line.expected
    }
    rows = Balance.objects.filter(serial__in=found, quantity__gt=0).select_related(
        "location__site", "handling_unit", "serial"
    )
    elsewhere = {
        found[row.serial_id].pk: row
        for row in rows.order_by("pk")
        if row.serial_id in found and (row.serial_id, row.location_id, row.handling_unit_id) not in gone
    }
    for row in elsewhere.values():
        if row.location.site_id != count.site_id:
            _refuse_other_site(count, row)
    return elsewhere


def _refuse_other_site(count: Count, row: Balance) -> NoReturn:
    raise Refused(
        _("{serial} lies at {place} of site {site}: a count at {here} does not take it from there."),
        code="other_site",
        about=count,
        serial=row.serial,
        place=row.location.code,
        site=row.location.site.code,
        here=count.site.code,
    )
