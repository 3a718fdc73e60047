"""Serial numbers come into being, in blocks, and are described."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.engine.patterns import LONGEST
from p2p.inventory.models import Move, Serial
from p2p.inventory.selectors.rules import rule_for
from p2p.inventory.services import numbering
from strategies.models import Item, Site

MOST = 10_000
"""Pieces with serial numbers in one receipt: more is a slip of the finger."""

CAME_IN = (Move.Kind.RECEIPT, Move.Kind.OUTPUT, Move.Kind.OPENING)


@dataclass(frozen=True, kw_only=True)
class NewSerials:
    """`quantity` pieces that get numbers: `named` ones, else by `pattern`."""

    item: Item
    quantity: Decimal
    pattern: str
    day: date
    words: Mapping[str, str] = field(default_factory=dict)
    named: Sequence[str] = ()
    made_on: date | None = None


def serials_for(block: NewSerials) -> list[Serial]:
    """A serial number for each piece, in order; call it inside a transaction.

    Numbers given by hand may be there already when their piece never came in (registered before). Refused: broken
    pieces, too many at once, fewer or more numbers than pieces, a number twice, one that came in before.
    """
    count = _count(block)
    if block.named:
        return _by_hand(block, [number.strip() for number in block.named], count)
    numbering.check_pattern(block.pattern, field="serial_pattern", counted=True)
    pattern = numbering.filled(
        block.pattern, item=block.item, day=block.day, words=block.words, field="serials"
    )
    numbers = numbering.take(model=Serial, item=block.item, pattern=pattern, count=count)
    return _create(block, numbers)


@transaction.atomic
def create_serials(*, item: Item, site: Site, count: int, by: User | None) -> list[Serial]:
    """A block of numbers ahead of the pieces, for labels that are printed before the goods come.

    Refused for items not tracked by serial number, and for patterns that need to know the order.
    """
    if item.tracking != Item.Tracking.SERIAL:
        raise Refused(
            _("{item} is not tracked by serial number."), field="item", about=item, item=item.number
        )
    rule = rule_for(item, site)
    return serials_for(
        NewSerials(
            item=item,
            quantity=Decimal(count),
            pattern=rule.serial_pattern or "{item}-{n:6}",
            day=clock.today(site.time_zone),
            words={"site": site.code},
        )
    )


def _count(block: NewSerials) -> int:
    if block.quantity != block.quantity.to_integral_value():
        raise Refused(
            _("{item} is tracked by serial number: whole pieces only."),
            code="broken_piece",
            field="quantity",
            about=block.item,
            item=block.item.number,
        )
    count = int(block.quantity)
    if not 0 < count <= MOST:
        raise Refused(
            _("Between 1 and {most} serial numbers of {item} are made at once, not {count}."),
            code="too_many",
            field="quantity",
            about=block.item,
            item=block.item.number,
            most=MOST,
            count=count,
        )
    return count


def _create(block: NewSerials, numbers: Sequence[str]) -> list[Serial]:
    return Serial.objects.bulk_create(
        Serial(item=block.item, number=number, made_on=block.made_on) for number in numbers
    )


def _by_hand(block: NewSerials, numbers: list[str], count: int) -> list[Serial]:
    _check_named(block.item, numbers, count)
    # Whoever makes the same numbers at this moment is waited for.
    Serial.objects.bulk_create(
        [Serial(item=block.item, number=number, made_on=block.made_on) for number in sorted(set(numbers))],
        ignore_conflicts=True,
    )
    rows = {
        row.number: row
        for row in Serial.objects.select_for_update(no_key=True)
        .filter(item=block.item, number__in=numbers)
        .order_by("pk")
    }
    came = (
        Move.objects.filter(serial__in=list(rows.values()), kind__in=CAME_IN, reverses=None, reversed_by=None)
        .select_related("serial")
        .order_by("serial__number", "pk")
        .first()
    )
    if came is not None and came.serial is not None:
        raise Refused(
            _("Serial number {serial} of {item} came in before, on {day}: a number is given once."),
            code="serial_twice",
            field="serials",
            about=block.item,
            serial=came.serial.number,
            item=block.item.number,
            day=came.effective_at.date(),
        )
    for row in rows.values():
        row.item = block.item
    return [rows[number] for number in numbers]


def _check_named(item: Item, numbers: list[str], count: int) -> None:
    if len(numbers) != count:
        raise Refused(
            _("{count} pieces of {item} need {count} serial numbers, not {given}."),
            code="serial_count",
            field="serials",
            about=item,
            count=count,
            item=item.number,
            given=len(numbers),
        )
    often = [number for number, times in Counter(numbers).items() if times > 1]
    if often:
        raise Refused(
            _("Serial number {serial} of {item} is named twice."),
            code="serial_twice",
            field="serials",
            about=item,
            serial=often[0],
            item=item.number,
        )
    wrong = next((number for number in numbers if not number or len(number) > LONGEST), None)
    if wrong is not None:
        raise Refused(
            _("A serial number of {item} has 1 to {longest} signs."),
            field="serials",
            about=item,
            item=item.number,
            longest=LONGEST,
        )
