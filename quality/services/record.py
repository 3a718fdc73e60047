"""Readings of an inspection: checked, judged against the plan, superseded rather than changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.facts import Refused, tell
from p2p.core.models import User
from quality.engine.verdict import within
from quality.facts import ResultsRecorded
from quality.models import ControlPlanLine, Inspection, Result
from strategies.models import Characteristic

LARGEST = Decimal(10) ** 12
FINEST = -12
CLOCK_DRIFT = timedelta(minutes=5)
GOOD_WORDS = frozenset({"pass", "true", "yes", "1", "ok"})
BAD_WORDS = frozenset({"fail", "false", "no", "0"})


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was read on one piece. `value`: a number, or its text, in the unit of the characteristic; for pass
    or fail a truth or "pass"/"fail"; for a text characteristic the text."""

    characteristic: Characteristic
    sample: int
    value: object


@dataclass(frozen=True)
class _Judged:
    reading: Reading
    number: Decimal | None
    text: str
    conforms: bool


@transaction.atomic
def record(
    *,
    inspection: Inspection,
    readings: Sequence[Reading],
    replace: bool = False,
    at: datetime | None = None,
    by: User,
) -> list[Result]:
    """Keep readings of an open inspection and say whether each conforms to the limits of the plan.

    A piece that already has a reading is refused, unless `replace`: then the earlier one stays, superseded.
    `at`: when it was read (now by default). Raises Refused with one sentence naming the piece; then nothing
    of the batch is kept. Fixed number of queries, however many readings.
    """
    locked = Inspection.objects.select_for_update(of=("self",)).select_related("plan").get(pk=inspection.pk)
    if locked.state != Inspection.State.OPEN:
        raise Refused(
            _("{inspection} is closed ({state}): reopen it before entering further results."),
            code="inspection_closed",
            inspection=locked,
            state=locked.get_state_display(),
        )
    moment = _moment(locked, at)
    lines = {line.characteristic_id: line for line in locked.plan.lines.select_related("characteristic")}
    judged = [_judge(locked, lines, reading) for reading in readings]
    _refuse_twice(judged)
    replaced = _supersede(locked, judged, replace=replace)
    results = Result.objects.bulk_create(
        [
            Result(
                inspection=locked,
                operation_id=locked.operation_id,
                characteristic=one.reading.characteristic,
                sample=one.reading.sample,
                value=one.number,
                text=one.text,
                conforms=one.conforms,
                effective_at=moment,
                posted_at=clock.now(),
                by=by,
            )
            for one in judged
        ]
    )
    if results:
        tell(ResultsRecorded(inspection=locked, results=tuple(results), replaced=replaced, by=by))
    return results


def _moment(inspection: Inspection, at: datetime | None) -> datetime:
    now = clock.now()
    if at is None:
        return now
    if at > now + CLOCK_DRIFT:
        raise Refused(
            _("A result of {inspection} claims to be from the future ({at}): is the clock right?"),
            code="clock",
            field="at",
            inspection=inspection,
            at=at.isoformat(timespec="minutes"),
        )
    if at < inspection.opened_at - CLOCK_DRIFT:
        raise Refused(
            _("A result of {inspection} claims to be older ({at}) than the inspection: is the clock right?"),
            code="clock",
            field="at",
            inspection=inspection,
            at=at.isoformat(timespec="minutes"),
        )
    return at


def _judge(inspection: Inspection, lines: dict[int, ControlPlanLine], reading: Reading) -> _Judged:
    line = lines.get(reading.characteristic.pk)
    if line is None:
        raise Refused(
            _("{characteristic} is not part of {plan}, by which {inspection} is made."),
            code="not_in_plan",
            field="characteristic",
            characteristic=reading.characteristic.name,
            plan=inspection.plan,
            inspection=inspection,
        )
    if not 1 <= reading.sample <= inspection.sample_size:
        raise Refused(
            _("{inspection} asks for {size} pieces: there is no piece {sample} of {characteristic}."),
            code="more_than_sample",
            field="sample",
            inspection=inspection,
            size=inspection.sample_size,
            sample=reading.sample,
            characteristic=line.characteristic.name,
        )
    kind = line.characteristic.kind
    if kind == Characteristic.Kind.VARIABLE:
        number = parse_number(reading.value, line.characteristic.name, reading.sample)
        return _Judged(reading, number, "", within(number, line.lower_limit, line.upper_limit))
    if kind == Characteristic.Kind.ATTRIBUTE:
        good = _truth(reading, line.characteristic.name)
        return _Judged(reading, None, "pass" if good else "fail", good)
    return _Judged(reading, None, _text(reading, line.characteristic.name), True)


def parse_number(value: object, name: str, sample: int) -> Decimal:
    """A reading as a number the database can hold: under 10^12, at most twelve decimals; or Refused."""
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value).strip().replace("\u2212", "-"))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite():
        raise Refused(
            _("{name}, piece {sample}: “{value}” is not a number."),
            code="not_a_number",
            field="value",
            name=name,
            sample=sample,
            value=str(value)[:40],
        )
    exponent = number.normalize().as_tuple().exponent
    if abs(number) >= LARGEST or (isinstance(exponent, int) and exponent < FINEST):
        raise Refused(
            _("{name}, piece {sample}: {value} has more digits than any gauge shows."),
            code="not_a_number",
            field="value",
            name=name,
            sample=sample,
            value=str(value)[:40],
        )
    return number


def _truth(reading: Reading, name: str) -> bool:
    word = str(reading.value).strip().lower()
    if word in GOOD_WORDS or word in BAD_WORDS:
        return word in GOOD_WORDS
    raise Refused(
        _("{name}, piece {sample}: say pass or fail, not “{value}”."),
        code="not_a_verdict",
        field="value",
        name=name,
        sample=reading.sample,
        value=str(reading.value)[:40],
    )


def _text(reading: Reading, name: str) -> str:
    words = str(reading.value).strip()
    if words and len(words) <= 200:
        return words
    raise Refused(
        _("{name}, piece {sample}: write between 1 and 200 characters."),
        code="text_length",
        field="value",
        name=name,
        sample=reading.sample,
    )


def _refuse_twice(judged: Sequence[_Judged]) -> None:
    seen: set[tuple[int, int]] = set()
    for one in judged:
        key = (one.reading.characteristic.pk, one.reading.sample)
        if key in seen:
            raise Refused(
                _("{name}, piece {sample} is given twice."),
                code="twice",
                field="sample",
                name=one.reading.characteristic.name,
                sample=one.reading.sample,
            )
        seen.add(key)


def _supersede(inspection: Inspection, judged: Sequence[_Judged], *, replace: bool) -> int:
    """Set aside the readings that these replace; how many there were. Refused without `replace`."""
    asked = {(one.reading.characteristic.pk, one.reading.sample): one for one in judged}
    standing = [
        result
        for result in inspection.results.filter(superseded=False).order_by("pk")
        if (result.characteristic_id, result.sample) in asked
    ]
    if standing and not replace:
        first = standing[0]
        reading = asked[first.characteristic_id, first.sample].reading
        raise Refused(
            _("{name}, piece {sample} already has a result: correct it instead of entering it again."),
            code="already_read",
            field="sample",
            name=reading.characteristic.name,
            sample=reading.sample,
        )
    keys = [result.pk for result in standing]
    return inspection.results.filter(pk__in=keys).update(superseded=True) if keys else 0
