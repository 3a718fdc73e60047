"""Whether a pile may serve a want, and why none did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Protocol


class Reason(StrEnum):
    """Why a want was not covered whole."""

    NOTHING = "nothing"
    """None of it is free."""
    SHORT = "short"
    """There is too little that fits, or others have claimed it."""
    HELD = "held"
    TOO_OLD = "too_old"
    ATTRIBUTES = "attributes"
    LOT = "lot"
    PLACE = "place"
    UNIT = "unit"
    SAME_LOT = "same_lot"


class _Pile(Protocol):
    @property
    def location(self) -> int: ...
    @property
    def lot(self) -> int | None: ...
    @property
    def unit(self) -> int | None: ...
    @property
    def expires(self) -> date | None: ...
    @property
    def blocked(self) -> frozenset[str]: ...
    @property
    def attributes(self) -> Mapping[str, object]: ...


class _Want(Protocol):
    @property
    def location(self) -> int | None: ...
    @property
    def lot(self) -> int | None: ...
    @property
    def units(self) -> frozenset[int] | None: ...
    @property
    def purpose(self) -> str: ...
    @property
    def use_by(self) -> date | None: ...
    @property
    def wanted(self) -> Mapping[str, object]: ...
    @property
    def same_lot(self) -> bool: ...


def fits(want: _Want, pile: _Pile) -> bool:
    """Whether all of the pile may be used for the want."""
    return _against(want, pile) is None


def _against(want: _Want, pile: _Pile) -> Reason | None:
    """The first thing that speaks against it."""
    if want.lot not in (None, pile.lot):
        return Reason.LOT
    if want.location not in (None, pile.location):
        return Reason.PLACE
    if want.units is not None and pile.unit not in want.units:
        return Reason.UNIT
    if pile.blocked and not pile.blocked.isdisjoint(("use", "touch", want.purpose)):
        return Reason.HELD
    if want.use_by and pile.expires and pile.expires < want.use_by:
        return Reason.TOO_OLD
    if want.wanted and not has(pile.attributes, want.wanted):
        return Reason.ATTRIBUTES
    return None


def why(want: _Want, piles: Iterable[_Pile]) -> Reason:
    """Why the want was not covered: what speaks against the most promising of the piles with free stock."""
    seen = {_against(want, pile) for pile in piles}
    if not seen:
        return Reason.NOTHING
    if None in seen:
        return Reason.SAME_LOT if want.same_lot else Reason.SHORT
    # Stock that has passed more of the questions says more about what is wrong.
    nearest = (
        Reason.ATTRIBUTES,
        Reason.TOO_OLD,
        Reason.HELD,
        Reason.UNIT,
        Reason.PLACE,
        Reason.LOT,
    )
    return next(reason for reason in nearest if reason in seen)


def has(attributes: Mapping[str, object], wanted: Mapping[str, object]) -> bool:
    """Whether a lot's attributes are as wanted: each a value, or {"min": ..., "max": ...} (either may be left out)."""
    return all(_one(attributes.get(code), asked) for code, asked in wanted.items())


def _one(value: object, asked: object) -> bool:
    if value is None:
        return False
    if isinstance(asked, Mapping):
        number = _number(value)
        low, high = _number(asked.get("min")), _number(asked.get("max"))
        return number is not None and (low is None or low <= number) and (high is None or number <= high)
    left, right = _number(value), _number(asked)
    if left is not None and right is not None:
        return left == right
    return str(value).casefold() == str(asked).casefold()


def _number(value: object) -> Decimal | None:
    if value is None or isinstance(value, bool) or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
