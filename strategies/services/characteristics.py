"""What is measured, judged or noted: of lots, at inspection points, in steps of an instruction."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import ask
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.facts import CharacteristicChanging
from strategies.models import Characteristic, Unit
from strategies.services.keeping import keep, opened, take_away

MOST_DIGITS = 9


@transaction.atomic
def save_characteristic(
    *,
    characteristic: Characteristic | None = None,
    code: str,
    name: str,
    kind: str = Characteristic.Kind.VARIABLE,
    unit: Unit | None = None,
    digits: int = 2,
    target: Decimal | None = None,
    lower_limit: Decimal | None = None,
    upper_limit: Decimal | None = None,
    by: User,
) -> Characteristic:
    """A characteristic, new or changed. Limits and target are in `unit`, with `digits` after the point.

    Refused: limits or a target of what is not measured, limits the wrong way round, a target outside them, more
    digits than `digits`; another kind, unit or code once something was read of it.
    """
    row = opened(Characteristic, characteristic)
    for no in wrong(kind, unit, digits, target, lower_limit, upper_limit):
        raise no
    was = (row.kind, row.unit_id, row.code)
    if row.pk is not None and was != (kind, unit and unit.pk, code):
        ask(CharacteristicChanging(characteristics=(row,), by=by))
    columns = {
        "code": code,
        "name": name,
        "kind": kind,
        "unit": unit,
        "digits": digits,
        "target": target,
        "lower_limit": lower_limit,
        "upper_limit": upper_limit,
    }
    return keep(row, columns, by)


def wrong(
    kind: str,
    unit: Unit | int | None,
    digits: int,
    target: Decimal | None,
    lower: Decimal | None,
    upper: Decimal | None,
) -> Iterator[Refused]:
    """What cannot be said of a characteristic, a refusal each with its field; `unit` itself or its key."""
    given = {"target": target, "lower_limit": lower, "upper_limit": upper}
    limits = {field: value for field, value in given.items() if value is not None}
    if kind != Characteristic.Kind.VARIABLE and (unit is not None or limits):
        field = "unit" if unit is not None else next(iter(limits))
        yield Refused(_("Only what is measured has a unit, a target and limits."), code="limits", field=field)
        return
    if not 0 <= digits <= MOST_DIGITS:
        yield Refused(
            _("A reading has 0 to {most} digits after the point."), field="digits", most=MOST_DIGITS
        )
        return
    for field, value in limits.items():
        if value != round(value, digits):
            yield Refused(
                _("{value} has more than {digits} digits after the point."),
                field=field,
                value=plain(value),
                digits=digits,
            )
    if lower is not None and upper is not None and lower > upper:
        yield Refused(_("The lower limit is above the upper one."), code="limits", field="lower_limit")
    elif target is not None and not (target if lower is None else lower) <= target <= (
        target if upper is None else upper
    ):
        yield Refused(_("The target is outside the limits."), code="limits", field="target")


@transaction.atomic
def delete_characteristic(*, characteristic: Characteristic, by: User) -> None:
    """Refused while a lot, a control plan or a step of an instruction asks for it."""
    ask(CharacteristicChanging(characteristics=(characteristic,), by=by))
    take_away(characteristic, by)
