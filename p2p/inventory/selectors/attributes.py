"""Which characteristics lots of an item carry, within which limits, and how a lot's values stand in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from p2p.core.fields import plain
from p2p.inventory.engine.attributes import number_in
from p2p.inventory.models import AttributeRule, Lot, Serial
from p2p.inventory.selectors.rules import with_groups
from strategies.models import Characteristic

ZERO = Decimal(0)


@dataclass(frozen=True)
class Limit:
    """A characteristic of lots of one item; limits in its unit, None where there is none."""

    characteristic: Characteristic
    required: bool
    lower: Decimal | None
    upper: Decimal | None

    def outside(self, value: Decimal) -> bool:
        """Whether a measured value breaks a limit; the limits themselves are inside."""
        return (self.lower is not None and value < self.lower) or (
            self.upper is not None and value > self.upper
        )


@dataclass(frozen=True)
class Standing:
    """How one value of a lot stands: `said` is the value (None: missing), `place` where it stands between the
    limits, 0 at the lower, 1 at the upper, None when that cannot be said."""

    limit: Limit
    said: str | None
    outside: bool
    place: float | None

    @property
    def missing(self) -> bool:
        return self.said is None and self.limit.required

    @property
    def words(self) -> str:
        """The value as people read it."""
        if self.limit.characteristic.kind != Characteristic.Kind.ATTRIBUTE:
            return self.said or ""
        return {"pass": _("Passed"), "fail": _("Failed")}.get(self.said or "", self.said or "")

    @property
    def dot(self) -> float | None:
        """Where its dot stands on a line of 140 whose limits are at 20 and 120; outside it never leaves the line."""
        return None if self.place is None else round(min(135.0, max(5.0, 20 + 100 * self.place)), 1)

    @property
    def says(self) -> str:
        """The same for those who cannot see it."""
        return _("{value}, between {lower} and {upper}").format(
            value=self.said, lower=plain(self.limit.lower or ZERO), upper=plain(self.limit.upper or ZERO)
        )


def limits_for(items: Iterable[int]) -> dict[int, list[Limit]]:
    """Item id -> its characteristics, by code. A rule of the item outranks one of its group, and that one those of
    the groups above. Two queries for all."""
    keys = sorted(set(items))
    groups = {item: chain for item, (_perishes, chain) in with_groups(keys).items()}
    every = {group for chain in groups.values() for group in chain}
    rows = AttributeRule.objects.filter(Q(item__in=keys) | Q(group__in=every)).order_by("pk")
    rules = list(rows.select_related("characteristic__unit"))
    return {key: _of(key, groups.get(key, []), rules) for key in keys}


def _of(item: int, groups: Sequence[int], rules: Sequence[AttributeRule]) -> list[Limit]:
    found: dict[str, Limit] = {}
    for rows in (
        [row for row in rules if row.item_id == item],
        *([row for row in rules if row.group_id == group] for group in groups),
    ):
        for row in rows:
            found.setdefault(row.characteristic.code, _limit(row))
    return [found[code] for code in sorted(found)]


def _limit(row: AttributeRule) -> Limit:
    one = row.characteristic
    return Limit(
        characteristic=one,
        required=row.required,
        lower=row.lower_limit if row.lower_limit is not None else one.lower_limit,
        upper=row.upper_limit if row.upper_limit is not None else one.upper_limit,
    )


def standings(piece: Lot | Serial) -> list[Standing]:
    """What the piece's item asks for and what else is written about it, by code. Three queries at most."""
    limits = {one.characteristic.code: one for one in limits_for([piece.item_id])[piece.item_id]}
    others = [code for code in piece.attributes if code not in limits]
    for one in Characteristic.objects.filter(code__in=others).select_related("unit") if others else ():
        limits[one.code] = Limit(one, False, one.lower_limit, one.upper_limit)
    return [_standing(limits[code], piece.attributes.get(code)) for code in sorted(limits)]


def _standing(limit: Limit, value: Any) -> Standing:
    if value is None or value == "":
        return Standing(limit, None, outside=False, place=None)
    if limit.characteristic.kind == Characteristic.Kind.ATTRIBUTE:
        return Standing(limit, str(value), outside=value != "pass", place=None)
    number = number_in(value) if limit.characteristic.kind == Characteristic.Kind.VARIABLE else None
    if number is None:
        return Standing(limit, str(value), outside=False, place=None)
    place = None
    if limit.lower is not None and limit.upper is not None and limit.upper > limit.lower:
        place = float((number - limit.lower) / (limit.upper - limit.lower))
    return Standing(limit, str(value), limit.outside(number), place)
