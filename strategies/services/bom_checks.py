"""What a line of a bill may not say: one sentence each, naming the component."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from p2p.core.numbers import decimal_of
from p2p.core.refusal import Refused
from strategies.engine.need import Row, consumption_of
from strategies.engine.units import Conversions, MissingConversion
from strategies.models import BomLine, BomVersion, Item, Unit
from strategies.models.version import VersionState
from strategies.selectors.units import conversions
from strategies.services.bom_inputs import AlternateInput, LineInput
from strategies.services.bom_loops import loop_refused

ONE = Decimal(1)
MEASURES = {
    "height": ("height",),
    "area": ("height", "width"),
    "volume": ("height", "width", "depth"),
    "density": ("height", "width", "depth", "density"),
}
_WORDS = {"height": _("height"), "width": _("width"), "depth": _("depth"), "density": _("density")}
USABLE = (VersionState.APPROVED, VersionState.ACTIVE)


def check_lines(bom: BomVersion, lines: Iterable[LineInput], *, stepped: bool = False) -> None:
    """Refused, naming the component: an item that goes into itself, is out of use, or is counted in a unit the
    line's does not lead to; quantities and measures that make no sense; steps, alternates and versions that do
    not fit. `stepped`: a step table is there already."""
    ways = conversions()
    for line in lines:
        item = line.component
        if item.pk == bom.item_id:
            raise loop_refused((bom.item.number, item.number))
        if not item.active:
            raise Refused(_("{item} is no longer in use."), code="inactive", field="component", item=item)
        _check_numbers(line)
        _check_formula(line, stepped=stepped)
        _check_versions(line)
        _check_kind(bom, line)
        for other in line.alternates or ():
            check_alternate(item, other)
        _check_unit(bom, line, ways)
        _check_cut(bom, line, ways)


def _check_numbers(line: LineInput) -> None:
    item = line.component.number
    if line.quantity <= 0:
        raise Refused(_("{item}: the quantity has to be more than 0."), field="quantity", item=item)
    if line.series <= 0:
        raise Refused(_("{item}: a quantity is for 1, 100 or so pieces."), field="series", item=item)
    if not 0 <= line.scrap_fraction < 1 or line.scrap_quantity < 0:
        raise Refused(_("{item}: scrap is a share from 0 to below 1."), field="scrap_fraction", item=item)
    if line.valid_from and line.valid_to and line.valid_to < line.valid_from:
        raise Refused(_("{item}: the last day is before the first."), field="valid_to", item=item)
    if line.rounding != BomLine.Rounding.NONE and line.rounding_multiple <= 0:
        raise Refused(
            _("{item}: say what multiples it is rounded up to."), field="rounding_multiple", item=item
        )


def _check_formula(line: LineInput, *, stepped: bool) -> None:
    item = line.component.number
    for name in MEASURES.get(line.formula, ()):
        if (getattr(line, name) or 0) <= 0:
            raise Refused(
                _("{item}: its {measure} has to be more than 0."), field=name, item=item, measure=_WORDS[name]
            )
    if line.formula == BomLine.Formula.PERCENT and not 0 < (line.percent or 0) <= 1:
        raise Refused(_("{item}: its percent is a share above 0, at most 1."), field="percent", item=item)
    if line.formula != BomLine.Formula.STEP:
        return
    if not line.steps and not (line.steps is None and stepped):
        raise Refused(_("{item}: its table of steps is empty."), field="steps", item=item)
    starts = [step.from_quantity for step in line.steps or ()]
    if len(set(starts)) != len(starts):
        raise Refused(_("{item}: two steps begin at the same quantity."), field="steps", item=item)
    if any(step.from_quantity < 0 or step.quantity < 0 for step in line.steps or ()):
        raise Refused(_("{item}: a step cannot be negative."), field="steps", item=item)


def _check_versions(line: LineInput) -> None:
    item = line.component
    for name, version in (("component_bom", line.component_bom), ("component_route", line.component_route)):
        if version is None:
            continue
        if version.item_id != item.pk:
            raise Refused(
                _("{version} is no version of {item}."), field=name, version=version, item=item.number
            )
        if version.state not in USABLE:
            raise Refused(
                _("{version} is {state}: a line may name an approved or active version only."),
                field=name,
                version=version,
                state=version.get_state_display(),
            )


def _check_kind(bom: BomVersion, line: LineInput) -> None:
    if line.kind in (BomLine.Kind.VENDOR, BomLine.Kind.SUBCONTRACT) and line.operation_number is None:
        raise Refused(
            _("{item}: what a vendor gives or gets has to name its operation."),
            field="operation_number",
            item=line.component.number,
        )
    item = line.component
    phantom = line.kind == BomLine.Kind.PHANTOM if line.kind else item.phantom
    if phantom and item.catch_unit_id is not None:
        raise Refused(
            _(
                "{version}: {item} is weighed and counted, so it cannot be a phantom, which nobody would weigh. Make "
                "the line an item."
            ),
            code="phantom_weighed",
            field="kind",
            about=bom,
            version=bom,
            item=item.number,
        )


def _check_unit(bom: BomVersion, line: LineInput, ways: Conversions) -> None:
    unit = line.unit or line.component.unit
    try:
        ways.factor(unit.code, line.component.unit.code, line.component.number)
    except MissingConversion:
        raise no_way(line.component.number, line.component.unit.code, unit.code) from None
    if line.formula == BomLine.Formula.PERCENT:
        share_of_batch(bom, line.percent or ONE, unit, ways)


def _check_cut(bom: BomVersion, line: LineInput, ways: Conversions) -> None:
    """A raw piece has to be at least as long as what is cut from it."""
    if line.rounding != BomLine.Rounding.MEASUREMENT:
        return
    row = Row(**{name: getattr(line, name) for name in Row._fields})
    piece = consumption_of(row, batch=bom.batch_quantity)
    if piece.multiple < piece.measure:
        raise Refused(
            _("{item}: no piece of {measure} can be cut from one of {multiple}."),
            field="rounding_multiple",
            item=line.component.number,
            measure=decimal_of(piece.measure),
            multiple=decimal_of(piece.multiple),
        )


def check_alternate(component: Item, other: AlternateInput) -> None:
    """Refused for an alternate that makes no sense beside this component."""
    number = other.component.number
    if other.component.pk == component.pk:
        raise Refused(_("{item} cannot stand in for itself."), field="component", item=number)
    if other.ratio <= 0:
        raise Refused(_("{item}: its ratio has to be more than 0."), field="ratio", item=number)
    if other.valid_from and other.valid_to and other.valid_to < other.valid_from:
        raise Refused(_("{item}: the last day is before the first."), field="valid_to", item=number)


def no_way(item: str, wanted: str, given: str) -> Refused:
    """The sentence for a conversion that nobody has entered."""
    return Refused(
        _("{item} is counted in {wanted}, and nothing says how many {wanted} one {given} is."),
        code="no_conversion",
        field="unit",
        item=item,
        wanted=wanted,
        given=given,
    )


def share_of_batch(bom: BomVersion, percent: Decimal, unit: Unit, ways: Conversions) -> Decimal:
    """What a percent-controlled line takes, in its own unit, of one batch of the bill's item."""
    item = bom.item
    try:
        factor = ways.factor(item.unit.code, unit.code, item.number)
    except MissingConversion:
        raise Refused(
            _(
                "A share of {item} is one of its {given}, and nothing says how many {wanted} of the line one {given} "
                "is."
            ),
            code="no_conversion",
            field="unit",
            item=item.number,
            wanted=unit.code,
            given=item.unit.code,
        ) from None
    return decimal_of(Fraction(bom.batch_quantity) * Fraction(percent) * factor, 12)
