"""Process formulas: rescale the whole when its size or one ingredient changes; what comes out beside."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.numbers import decimal_of
from p2p.core.refusal import Refused
from strategies.engine.formula import ratio_of, rescaled
from strategies.models import BomLine, BomOutput, BomStep, BomVersion
from strategies.selectors.units import conversions
from strategies.services.bom_checks import share_of_batch
from strategies.services.bom_outputs import OutputInput, write_outputs
from strategies.services.boms import changed
from strategies.services.versions import lock_draft

PLACES = 12


@transaction.atomic
def rescale(
    *,
    bom: BomVersion,
    batch_quantity: Decimal | None = None,
    line: BomLine | None = None,
    quantity: Decimal | None = None,
    revision: int | None = None,
    by: User,
) -> BomVersion:
    """Make the formula bigger or smaller: give the new size, or one scalable `line` and its new `quantity`.

    All scalable lines, their steps, the outputs and the size grow alike; percent-controlled lines follow the size;
    lines that are not scalable, and constant ones, stay. Quantities are kept to 12 digits behind the point. Refused
    for a version that is no draft, a line that is not scalable, and sizes of 0 or less.
    """
    draft = lock_draft(bom, revision=revision)
    ratio = _ratio(draft, batch_quantity, line, quantity)
    draft.batch_quantity = _kept(Fraction(draft.batch_quantity) * ratio)
    _rescale_lines(draft, ratio)
    outputs = list(draft.outputs.all())
    grown = rescaled({output.pk: Fraction(output.quantity) for output in outputs}, ratio)
    for output in outputs:
        output.quantity = _kept(grown[output.pk])
    BomOutput.objects.bulk_update(outputs, ["quantity"])
    draft.save(update_fields=["batch_quantity"])
    return changed(draft, by)


def _ratio(
    draft: BomVersion, size: Decimal | None, line: BomLine | None, quantity: Decimal | None
) -> Fraction:
    if (size is None) == (line is None or quantity is None):
        raise Refused(
            _("Give the new size of the formula, or one ingredient and its new quantity."),
            code="size_or_line",
            field="batch_quantity",
        )
    if line is not None and not _grows(line):
        raise Refused(
            _("{item} is not scalable: change its quantity alone."),
            code="not_scalable",
            field="line",
            item=line.component.number,
        )
    before, after = (line.quantity, quantity) if line is not None else (draft.batch_quantity, size)
    assert after is not None
    try:
        return ratio_of(Fraction(before), Fraction(after))
    except ValueError:
        raise Refused(_("A size has to be more than 0."), code="not_positive", field="quantity") from None


def _grows(line: BomLine) -> bool:
    return (
        line.scalable
        and line.consumption == BomLine.Consumption.VARIABLE
        and line.formula != BomLine.Formula.PERCENT
    )


def _rescale_lines(draft: BomVersion, ratio: Fraction) -> None:
    ways = conversions()
    lines = list(draft.lines.select_related("component", "unit").order_by("pk"))
    growing = rescaled({line.pk: Fraction(line.quantity) for line in lines if _grows(line)}, ratio)
    for line in lines:
        if line.formula == BomLine.Formula.PERCENT:
            line.quantity = share_of_batch(draft, line.percent or Decimal(0), line.unit, ways)
        elif line.pk in growing:
            line.quantity = _kept(growing[line.pk])
    BomLine.objects.bulk_update(lines, ["quantity"])
    steps = list(BomStep.objects.filter(line__in=growing).order_by("pk"))
    for step in steps:
        # Steps may begin, and take, nothing: they are not refused for it.
        step.quantity = decimal_of(Fraction(step.quantity) * ratio, PLACES)
        step.from_quantity = decimal_of(Fraction(step.from_quantity) * ratio, PLACES)
    BomStep.objects.bulk_update(steps, ["quantity", "from_quantity"])


def _kept(amount: Fraction) -> Decimal:
    kept = decimal_of(amount, PLACES)
    if kept <= 0:
        raise Refused(_("That is too small to be kept."), code="too_small", field="batch_quantity")
    return kept


@transaction.atomic
def set_outputs(
    *, bom: BomVersion, outputs: Sequence[OutputInput], revision: int | None = None, by: User
) -> BomVersion:
    """Replace the co- and by-products of a draft. Refused as `check_outputs` refuses."""
    draft = lock_draft(bom, revision=revision)
    draft.outputs.all().delete()
    write_outputs(draft, outputs)
    return changed(draft, by)


@transaction.atomic
def add_output(*, bom: BomVersion, output: OutputInput, revision: int | None = None, by: User) -> BomOutput:
    """One more co- or by-product of a draft. Refused as `check_outputs` refuses."""
    draft = lock_draft(bom, revision=revision)
    [row] = write_outputs(draft, [output])
    changed(draft, by)
    return row


@transaction.atomic
def change_output(*, output: BomOutput, to: OutputInput, revision: int | None = None, by: User) -> BomOutput:
    """What comes out instead. Refused as `check_outputs` refuses."""
    draft = lock_draft(output.bom, revision=revision)
    output.delete()
    [row] = write_outputs(draft, [to])
    changed(draft, by)
    return row


@transaction.atomic
def remove_output(*, output: BomOutput, revision: int | None = None, by: User) -> BomVersion:
    """It comes out no more."""
    draft = lock_draft(output.bom, revision=revision)
    output.delete()
    return changed(draft, by)
