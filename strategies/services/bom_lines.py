"""Lines of a bill, written: with their steps and with what may stand in for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused
from strategies.models import BomAlternate, BomLine, BomStep, BomVersion
from strategies.selectors.units import conversions
from strategies.services.bom_checks import check_lines, share_of_batch
from strategies.services.bom_inputs import COLUMNS, AlternateInput, LineInput
from strategies.services.bom_loops import refuse_loop


def write_lines(bom: BomVersion, lines: Sequence[LineInput]) -> list[BomLine]:
    """Add lines behind the last one, or at their own positions, with steps and alternates. Refused as
    `check_lines` refuses, for a position that is taken, and for loops."""
    if not lines:
        return []
    check_lines(bom, lines)
    last = bom.lines.aggregate(last=Max("position"))["last"] or 0
    taken = set(bom.lines.values_list("position", flat=True))
    rows = []
    for line in lines:
        last = line.position if line.position is not None else last - last % 10 + 10
        if last in taken:
            raise Refused(_("Position {position} is taken."), field="position", position=last)
        taken.add(last)
        rows.append(BomLine(bom=bom, **columns_of(bom, line, last)))
    written = BomLine.objects.bulk_create(rows)
    _write_nested(zip(written, lines, strict=True))
    refuse_loop(bom)
    return written


def rewrite_line(bom: BomVersion, row: BomLine, to: LineInput) -> None:
    """Let a line say something else. Refused as `write_lines` refuses."""
    check_lines(bom, [to], stepped=row.steps.exists())
    position = to.position or row.position
    if bom.lines.filter(position=position).exclude(pk=row.pk).exists():
        raise Refused(_("Position {position} is taken."), field="position", position=position)
    # Nothing else closes a loop: who only says how much does not wait for others who look for one.
    stored = bom.lines.filter(pk=row.pk).values_list("component", flat=True).first()
    names_others = to.component.pk != stored or bool(to.alternates)
    for name, value in columns_of(bom, to, position).items():
        setattr(row, name, value)
    row.save()
    if to.steps is not None:
        row.steps.all().delete()
    if to.alternates is not None:
        row.alternates.all().delete()
    _write_nested([(row, to)])
    if names_others:
        refuse_loop(bom)


def _write_nested(pairs: Iterable[tuple[BomLine, LineInput]]) -> None:
    steps: list[BomStep] = []
    others: list[BomAlternate] = []
    for row, line in pairs:
        for step in line.steps or ():
            steps.append(BomStep(line=row, from_quantity=step.from_quantity, quantity=step.quantity))
        for other in line.alternates or ():
            said = {each.name: getattr(other, each.name) for each in fields(AlternateInput)}
            others.append(BomAlternate(line=row, **said))
    BomStep.objects.bulk_create(steps)
    BomAlternate.objects.bulk_create(others)


def columns_of(bom: BomVersion, line: LineInput, position: int) -> dict[str, object]:
    """The columns of the row; the quantity of a percent line follows the batch, that of a step line its table."""
    said = {name: getattr(line, name) for name in COLUMNS}
    unit = line.unit or line.component.unit
    kind = BomLine.Kind.PHANTOM if line.component.phantom else BomLine.Kind.ITEM
    quantity = line.quantity
    if line.formula == BomLine.Formula.PERCENT:
        quantity = share_of_batch(bom, line.percent or Decimal(0), unit, conversions())
    return {**said, "unit": unit, "position": position, "kind": line.kind or kind, "quantity": quantity}
