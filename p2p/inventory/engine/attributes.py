"""Values of characteristics as people and laboratories write them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

PASS, FAIL = "pass", "fail"
_YES = frozenset((PASS, "passed", "yes", "true", "ok", "1"))
_NO = frozenset((FAIL, "failed", "no", "false", "0"))


def number_in(value: object) -> Decimal | None:
    """The number a value is, with a point or a comma; None when it is none, or endless."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def verdict_in(value: object) -> str | None:
    """ "pass" or "fail"; None when the value is neither."""
    text = str(value).strip().casefold()
    return PASS if text in _YES else FAIL if text in _NO else None
