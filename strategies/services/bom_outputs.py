"""Co- and by-products of a bill, and the share of its cost that each carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.refusal import Refused
from strategies.engine.units import MissingConversion
from strategies.models import BomOutput, BomVersion, Item, Unit
from strategies.selectors.units import conversions
from strategies.services.bom_checks import no_way


@dataclass(frozen=True, kw_only=True)
class OutputInput:
    """`quantity` (> 0) of the item comes out of one batch; a by-product may carry a share of the cost, too."""

    item: Item
    quantity: Decimal
    unit: Unit | None = None
    kind: str = BomOutput.Kind.CO
    cost_share: Decimal = Decimal(0)


def output_input_of(output: BomOutput) -> OutputInput:
    """An output as it stands, for a copy."""
    return OutputInput(**{each.name: getattr(output, each.name) for each in fields(OutputInput)})


def write_outputs(bom: BomVersion, outputs: Sequence[OutputInput]) -> list[BomOutput]:
    """Add outputs to a draft. Refused, naming the item, as `check_outputs` refuses."""
    rows = [BomOutput(bom=bom, **_columns(output)) for output in outputs]
    check_outputs(bom, [*bom.outputs.select_related("item__unit", "unit"), *rows])
    return BomOutput.objects.bulk_create(rows)


def _columns(output: OutputInput) -> dict[str, object]:
    said = {each.name: getattr(output, each.name) for each in fields(OutputInput)}
    return {**said, "unit": output.unit or output.item.unit}


def check_outputs(bom: BomVersion, outputs: Sequence[BomOutput]) -> None:
    """Refused: the main item or an item twice, a quantity or share that makes no sense, a unit without a way,
    or shares that leave nothing or less for the main product (main + co + by = 1)."""
    seen: set[int] = {bom.item_id}
    ways = conversions() if outputs else None
    for output in outputs:
        number = output.item.number
        if output.item_id in seen:
            raise Refused(_("{item} comes out of this bill already."), field="item", item=number)
        seen.add(output.item_id)
        if output.quantity <= 0:
            raise Refused(_("{item}: the quantity has to be more than 0."), field="quantity", item=number)
        if not 0 <= output.cost_share <= 1:
            raise Refused(_("{item}: its cost share is from 0 to 1."), field="cost_share", item=number)
        try:
            assert ways is not None
            ways.factor(output.unit.code, output.item.unit.code, number)
        except MissingConversion:
            raise no_way(number, output.item.unit.code, output.unit.code) from None
    whole = sum((output.cost_share for output in outputs), Decimal(0))
    if whole > 1:
        raise Refused(
            _(
                "The cost shares of co- and by-products add up to {share}, and no more than 1 can be shared out."
            ),
            code="cost_shares",
            field="cost_share",
            share=plain(whole),
        )
