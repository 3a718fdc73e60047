"""Lot and serial numbers by pattern: two people asking at once never get the same one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused
from p2p.inventory.engine.patterns import LONGEST, WORDS, Filled, Unreadable, fill, words_in
from p2p.inventory.models import Lot, Serial
from strategies.models import Item

REASONS = {
    Unreadable.UNKNOWN: _("{part} at sign {place} of the pattern {pattern} is not known: use {words}."),
    Unreadable.OPEN: _("The brace at sign {place} of the pattern {pattern} is never closed."),
    Unreadable.CLOSING: _("The brace at sign {place} of the pattern {pattern} closes nothing."),
    Unreadable.WIDTH: _("{part} at sign {place} of the pattern {pattern} needs a width from 1 to 99."),
    Unreadable.TWICE: _("The pattern {pattern} counts twice: {part} may stand in it once."),
}

# The row is the lock: others wait until this transaction ends. It remembers what it counts for, so that a pattern
# with a day in it begins at 1 on each day and an item keeps one row.
_LOCK = """
    INSERT INTO strategies_numberseries AS series (code, site_id, prefix, width, next_value)
         VALUES (%(code)s, NULL, %(key)s, %(width)s, 1)
    ON CONFLICT (code, site_id) DO UPDATE SET width = series.width
      RETURNING prefix, next_value
"""
_HIGHEST = """
    SELECT coalesce(max(substr(number, %(begin)s, length(number) - %(around)s)::bigint), 0)
    FROM {table}
    WHERE item_id = %(item)s AND left(number, %(before_length)s) = %(before)s
        AND right(number, %(after_length)s) = %(after)s AND length(number) > %(around)s
        AND substr(number, %(begin)s, length(number) - %(around)s) ~ '^[0-9]{{1,15}}$'
"""


def check_pattern(pattern: str, *, field: str = "lot_pattern", counted: bool = False) -> None:
    """Refuse a pattern that cannot be read, naming the place; with `counted` also one without {n}."""
    try:
        words = words_in(pattern)
    except Unreadable as error:
        raise Refused(
            REASONS[error.what],
            code="pattern",
            field=field,
            part=error.part,
            place=error.place,
            pattern=pattern,
            words=", ".join(f"{{{word}}}" for word in WORDS),
        ) from error
    if counted and "n" not in words:
        raise Refused(
            _("The pattern {pattern} gives every piece the same number: put {part} into it."),
            code="pattern",
            field=field,
            pattern=pattern,
            part="{n}",
        )


def filled(pattern: str, *, item: Item, day: date, words: Mapping[str, str], field: str) -> Filled:
    """The pattern with all but its running number. Refused when it cannot be read, asks for what is not known here
    (an order, the vendor's lot), or comes out too long."""
    check_pattern(pattern, field=field)
    for word in sorted(words_in(pattern) & {"order", "vendor_lot", "site"}):
        if not words.get(word):
            raise Refused(
                _("The number of {item} is made by the pattern {pattern}: say its {word}."),
                field=word if word == "vendor_lot" else "",
                about=item,
                item=item.number,
                pattern=pattern,
                word=NAMES[word],
            )
    made = fill(pattern, day=day, words={"item": item.number, **words})
    if len(made.numbered(1)) > LONGEST or not made.numbered(1).strip():
        raise Refused(
            _("The pattern {pattern} makes {number}, which is empty or longer than {longest} signs."),
            code="pattern",
            field=field,
            pattern=pattern,
            number=made.numbered(1),
            longest=LONGEST,
        )
    return made


NAMES = {"order": _("order"), "vendor_lot": _("vendor's lot"), "site": _("site")}


def lock(*, model: type[Lot] | type[Serial], item: Item, pattern: Filled) -> None:
    """Wait until nobody else makes numbers of this item, and let others wait until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, _asked(model, item, pattern))


def _asked(model: type[Lot] | type[Serial], item: Item, pattern: Filled) -> dict[str, Any]:
    code = f"{model._meta.model_name}-{item.pk}".upper()
    return {"code": code, "key": pattern.key, "width": max(pattern.width, 1)}


@transaction.atomic
def take(*, model: type[Lot] | type[Serial], item: Item, pattern: Filled, count: int) -> list[str]:
    """The next `count` numbers of this item by a filled-in pattern, in order; none that is there already.

    The item's number series is locked until the transaction ends.
    """
    asked = _asked(model, item, pattern)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, asked)
        key, first = cursor.fetchone()
        if key != pattern.key:
            first = _highest(cursor, model, item, pattern) + 1
        numbers = _run(pattern, first, count)
        if model._default_manager.filter(item=item, number__in=numbers).exists():
            first = _highest(cursor, model, item, pattern) + 1
            numbers = _run(pattern, first, count)
        cursor.execute(
            "UPDATE strategies_numberseries SET prefix = %s, next_value = %s WHERE code = %s AND site_id IS NULL",
            [pattern.key, first + count, asked["code"]],
        )
    return numbers


def _run(pattern: Filled, first: int, count: int) -> list[str]:
    return [pattern.numbered(number) for number in range(first, first + count)]


def _highest(cursor: Any, model: type[Lot] | type[Serial], item: Item, pattern: Filled) -> int:
    """The highest running number that the item has by this pattern, however it came."""
    around = len(pattern.before) + len(pattern.after)
    cursor.execute(
        _HIGHEST.format(table=model._meta.db_table),
        {
            "item": item.pk,
            "before": pattern.before,
            "before_length": len(pattern.before),
            "after": pattern.after,
            "after_length": len(pattern.after),
            "begin": len(pattern.before) + 1,
            "around": around,
        },
    )
    return int(cursor.fetchone()[0])
