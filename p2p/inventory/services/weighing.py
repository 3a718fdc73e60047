"""What was weighed becomes a quantity of the item: summed up, less the tare, in its own unit, exactly or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.refusal import Refused
from p2p.inventory.engine.weighing import NoWeight, Weighing, weighings_in
from p2p.inventory.services.measure import in_item_units
from strategies.models import Item, ReasonCode, Unit

ZERO = Decimal(0)


@dataclass(frozen=True)
class Limits:
    """From `low` to `high` (the item's unit) nobody has to say why."""

    planned: Decimal
    low: Decimal
    high: Decimal


def net_weight(*, item: Item, weighings: str, tare: str = "") -> Decimal:
    """The sum of all weighings, each less the `tare` of what the goods were in, in the item's unit.

    Refused, quoting what was typed: no weighing, one that is no weight, a unit that is not known or has no
    conversion, more digits than the item's unit takes, a weighing that is not more than the tare.
    """
    gross = _read(item, weighings)
    if not gross:
        raise Refused(
            _("Put {item} on the scale first."), code="nothing", field="weighings", item=item.number
        )
    less = sum(_read(item, tare), ZERO)
    for each in gross:
        if each <= less:
            raise Refused(
                _("{weight} {unit} of {item} is not more than the tare of {tare} {unit}."),
                code="tare",
                field="tare",
                about=item,
                weight=plain(each),
                tare=plain(less),
                unit=item.unit.code,
                item=item.number,
            )
    return sum(gross, ZERO) - less * len(gross)


def _read(item: Item, text: str) -> list[Decimal]:
    try:
        said = weighings_in(text)
    except NoWeight as no:
        raise Refused(
            _("“{text}” is no weight: a number and a unit, such as 12.35 kg."),
            code="no_weight",
            field="weighings",
            text=no.text,
        ) from no
    units = _units(said)
    return in_item_units([(item, each.weight, units[each.unit.upper()]) for each in said])


def _units(said: list[Weighing]) -> dict[str, Unit | None]:
    """Scales write kg, KG or Kg. One query when a unit is named."""
    named = {each.unit.upper(): each.unit for each in said if each.unit}
    known = {unit.code.upper(): unit for unit in Unit.objects.all()} if named else {}
    missing = next((text for code, text in named.items() if code not in known), None)
    if missing is not None:
        raise Refused(
            _("The scale says {unit}, and there is no such unit."),
            code="no_unit",
            field="weighings",
            unit=missing,
        )
    return {"": None, **{code: known[code] for code in named}}


def limits(planned: Decimal, tolerance: Decimal) -> Limits:
    """`tolerance` is a share, 0.02 = 2 %, to both sides of what is planned."""
    return Limits(planned, planned * (1 - tolerance), planned * (1 + tolerance))


def check_within(
    *, item: Item, weight: Decimal, allowed: Limits, more_comes: bool, reason: ReasonCode | None
) -> None:
    """Refused without a reason when it is outside; with `more_comes` less than the least is no question yet."""
    outside = weight > allowed.high or (weight < allowed.low and not more_comes)
    if outside and reason is None:
        raise Refused(
            _("{weight} {unit} of {item} is outside {low} to {high} {unit}: say why."),
            code="out_of_tolerance",
            field="reason",
            about=item,
            weight=plain(weight),
            unit=item.unit.code,
            item=item.number,
            low=plain(allowed.low),
            high=plain(allowed.high),
        )
