"""Units of measure and the exact ways between them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import ask, tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.engine.units import Contradiction, exact
from strategies.facts import ItemsRecounting, UnitsSaved
from strategies.models import Item, Unit, UnitConversion
from strategies.selectors.units import conversions
from strategies.services.keep import KEEP, Keep, put
from strategies.services.removal import remove_unused

MOST_DIGITS = 9


@transaction.atomic
def create_unit(*, code: str, name: str, digits: int = 0, rounding: str = Unit.Rounding.UP, by: User) -> Unit:
    """A new unit; `digits` after the point may be booked. Refused when its code is taken."""
    if Unit.objects.filter(code__iexact=code).exists():
        raise Refused(_("There is a unit {unit} already."), code="exists", field="code", unit=code)
    _check_digits(digits)
    unit = Unit.objects.create(code=code, name=name, digits=digits, rounding=rounding)
    tell(UnitsSaved(units=(unit,), what="created", by=by))
    return unit


@transaction.atomic
def change_unit(
    *,
    unit: Unit,
    code: str | Keep = KEEP,
    name: str | Keep = KEEP,
    digits: int | Keep = KEEP,
    rounding: str | Keep = KEEP,
    by: User,
) -> Unit:
    """Change what is given. Refused for a taken code, and for fewer digits once items are counted in it."""
    row = Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    if code is not KEEP and Unit.objects.filter(code__iexact=code).exclude(pk=row.pk).exists():
        raise Refused(_("There is a unit {unit} already."), code="exists", field="code", unit=code)
    if digits is not KEEP:
        _check_digits(digits)
        if digits < row.digits:
            ask(ItemsRecounting(items=tuple(Item.objects.filter(unit=row).order_by("number")), by=by))
    if put(row, {"code": code, "name": name, "digits": digits, "rounding": rounding}):
        row.save()
        tell(UnitsSaved(units=(row,), what="changed", by=by))
    return row


def _check_digits(digits: int) -> None:
    if not 0 <= digits <= MOST_DIGITS:
        raise Refused(_("A unit has 0 to {most} digits after the point."), field="digits", most=MOST_DIGITS)


@transaction.atomic
def delete_unit(*, unit: Unit, by: User) -> None:
    """Delete a unit that nothing is counted in; refused, naming the first thing that is."""
    tell(UnitsSaved(units=(unit,), what="deleted", by=by))
    remove_unused(unit)


@transaction.atomic
def add_conversion(
    *, source: Unit, target: Unit, factor: str, item: Item | None = None, by: User
) -> UnitConversion:
    """One `source` is `factor` `target`, typed exactly ("12", "1/3", "0.453592292"), for one item or for all.

    Refused when it is there already, or when it contradicts others: a way round that does not lead back to
    one is named.
    """
    value = _factor(source, target, factor)
    there = UnitConversion.objects.filter(item=item, source=source, target=target)
    if there.exists():
        raise Refused(
            _("There is a conversion from {source} to {target} already."),
            code="exists",
            field="target",
            source=source.code,
            target=target.code,
        )
    row = UnitConversion.objects.create(
        item=item, source=source, target=target, numerator=value.numerator, denominator=value.denominator
    )
    return _checked(row, "conversion", by)


@transaction.atomic
def change_conversion(*, unit_conversion: UnitConversion, factor: str, by: User) -> UnitConversion:
    """Another factor. Refused as `add_conversion` refuses."""
    row = UnitConversion.objects.select_for_update(no_key=True).get(pk=unit_conversion.pk)
    value = _factor(row.source, row.target, factor)
    row.numerator, row.denominator = value.numerator, value.denominator
    row.save()
    return _checked(row, "conversion", by)


@transaction.atomic
def delete_conversion(*, unit_conversion: UnitConversion, by: User) -> None:
    """Take a way between two units away: what needs it is named from then on where it is missing."""
    told = (unit_conversion.source, unit_conversion.target)
    unit_conversion.delete()
    tell(UnitsSaved(units=told, what="conversion", by=by))


@transaction.atomic
def delete_units(*, records: QuerySet[Unit], by: User) -> None:
    """Delete units that nothing is counted in: all of them or, when one is used, none."""
    for unit in records.order_by("pk"):
        delete_unit(unit=unit, by=by)


@transaction.atomic
def delete_conversions(*, records: QuerySet[UnitConversion], by: User) -> None:
    """Take several ways between units away."""
    for row in records.order_by("pk"):
        delete_conversion(unit_conversion=row, by=by)


def _factor(source: Unit, target: Unit, text: str) -> Fraction:
    if source.pk == target.pk:
        raise Refused(_("A conversion leads from one unit to another."), code="same_unit", field="target")
    try:
        return exact(str(text))
    except ValueError:
        raise Refused(
            _("“{factor}” is no factor above 0 like 12, 1/3 or 0.453592292."),
            code="not_a_factor",
            field="factor",
            factor=text,
        ) from None


def _checked(row: UnitConversion, what: str, by: User) -> UnitConversion:
    wrong = contradictions([row.item.number] if row.item else None)
    if wrong:
        raise Refused(contradicts(wrong[0]), code="contradiction", field="factor", **words_of(wrong[0]))
    tell(UnitsSaved(units=(row.source, row.target), what=what, by=by))
    return row


def contradictions(items: list[str] | None = None) -> list[Contradiction]:
    """Loops that do not multiply to one: of the items named, or of all and of the general ones. One query."""
    found: list[Contradiction] = []
    try:
        ways = conversions()
    except Contradiction as loop:
        return [loop]
    for item in ["", *ways.items()] if items is None else items:
        try:
            ways.check(item)
        except Contradiction as loop:
            found.append(loop)
    return found


def contradicts(_loop: Contradiction) -> Any:
    """The sentence, to be formatted with `words_of`."""
    return _("These conversions contradict each other: by {path}, one {unit} comes back as {product} {unit}.")


def words_of(loop: Contradiction) -> dict[str, str]:
    """What the sentence names."""
    return {"path": " → ".join(loop.path), "unit": loop.path[0], "product": str(loop.product)}
