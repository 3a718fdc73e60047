"""Attributes of lots and serial numbers: what may be written about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.refusal import Refused
from p2p.inventory.engine.attributes import number_in, verdict_in
from p2p.inventory.selectors.attributes import Limit, limits_for
from strategies.models import Characteristic, Item

LONGEST = 200


def limits_of(items: Iterable[int]) -> dict[int, dict[str, Limit]]:
    """Item id -> code of every characteristic there is -> the limits for that item's lots. Three queries."""
    every = {
        one.code: Limit(one, False, one.lower_limit, one.upper_limit)
        for one in Characteristic.objects.select_related("unit").order_by("code")
    }
    return {
        item: every | {one.characteristic.code: one for one in own} for item, own in limits_for(items).items()
    }


def merged(
    *,
    item: Item,
    before: Mapping[str, Any],
    given: Mapping[str, Any],
    limits: Mapping[str, Limit] | None = None,
) -> dict[str, Any]:
    """`before` with the given values (code of a characteristic -> value; None or "" takes one away).

    Numbers are kept as they are written, with a point. A required characteristic is refused outside its limits and
    may not be taken away; one that is not required is kept whatever it is, and shown as outside. Refused too: a code
    that is no characteristic, a value that is no number (or neither passed nor failed).
    """
    if not given:
        return dict(before)
    known = limits_of([item.pk])[item.pk] if limits is None else limits
    after = dict(before)
    for code, value in given.items():
        limit = known.get(code)
        if limit is None:
            raise _unknown(code)
        if value is None or str(value).strip() == "":
            if code in before:
                _may_go(item, limit)
            after.pop(code, None)
        else:
            after[code] = _value(item, limit, value)
    return after


def _unknown(code: str) -> Refused:
    return Refused(_("There is no characteristic {name}."), code="unknown", field="attributes", name=code)


def _may_go(item: Item, limit: Limit) -> None:
    if limit.required:
        raise Refused(
            _("{name} of {item} is required: it may be changed, not taken away."),
            code="required",
            field="attributes",
            name=limit.characteristic.name,
            item=item.number,
        )


def _value(item: Item, limit: Limit, value: Any) -> str:
    one = limit.characteristic
    if one.kind == Characteristic.Kind.TEXT:
        return str(value).strip()[:LONGEST]
    if one.kind == Characteristic.Kind.ATTRIBUTE:
        verdict = verdict_in(value)
        if verdict is None:
            raise Refused(
                _("{name} is passed or failed, not {value}."),
                code="not_a_verdict",
                field="attributes",
                name=one.name,
                value=value,
            )
        return verdict
    number = number_in(value)
    if number is None:
        raise Refused(
            _("{name} is measured: {value} is no number."),
            code="not_a_number",
            field="attributes",
            name=one.name,
            value=value,
        )
    if limit.required and limit.outside(number):
        raise _outside(item, limit, number)
    return plain(number)


def _outside(item: Item, limit: Limit, number: Decimal) -> Refused:
    said: dict[str, Any] = {
        "name": limit.characteristic.name,
        "item": item.number,
        "value": plain(number),
    }
    unit = f" {limit.characteristic.unit.code}" if limit.characteristic.unit else ""
    if limit.lower is not None and number < limit.lower:
        sentence = _("{name} of {item} is at least {limit}: {value} is not allowed.")
        return Refused(sentence, code="outside", field="attributes", limit=plain(limit.lower) + unit, **said)
    sentence = _("{name} of {item} is at most {limit}: {value} is not allowed.")
    return Refused(
        sentence, code="outside", field="attributes", limit=plain(limit.upper or Decimal(0)) + unit, **said
    )
