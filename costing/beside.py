"""Co- and by-products in the standard cost: who carries what of a bill that lets several items come out.

An output with a share of the cost carries that share of what the bill's components and work cost; an output without
one is a by-product at its own standard, which is taken off before anything is shared. The main product carries the
rest. Of b pieces of a batch with output q and share s, that cost c together:

    main product    (1 - sum of s) x (c - value of by-products) / b
    co-product      s x (c - value of by-products) / q

A co-product that is bought as well, or made by a bill of its own, keeps its own standard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from costing.engine.rollup import Part, Use
from costing.structures import Make
from strategies.models import BomOutput

Factor = Callable[[BomOutput], Fraction | None]
"""Units of the item in one unit of the bill's row; None without a conversion."""


def shared(parts: Sequence[Part], makes: Mapping[int, Make], factor: Factor) -> list[Part]:
    """The same parts, with what comes out beside each taken into account. One query."""
    by_bill: dict[int, list[BomOutput]] = defaultdict(list)
    keys = {make.bom.pk: key for key, make in makes.items() if make.bom is not None and key > 0}
    rows = BomOutput.objects.filter(bom__in=keys).select_related("bom", "item", "unit").order_by("bom", "pk")
    for row in rows:
        by_bill[row.bom_id].append(row)
    found = {part.item: part for part in parts}
    for bill, outputs in sorted(by_bill.items(), key=lambda pair: keys[pair[0]]):
        main = found.get(keys[bill])
        if main is None or not main.made:
            continue
        each = {row.item_id: _per_piece(row, main, factor(row)) for row in outputs}
        joint = replace(main, uses=main.uses + _credits(outputs, each, main))
        whole = sum((row.cost_share for row in outputs), Decimal(0))
        found[main.item] = replace(joint, carries=1 - whole)
        for row in outputs:
            part, per_piece = found.get(row.item_id), each[row.item_id]
            if row.cost_share and per_piece and part is not None and not part.made and part.price is None:
                found[part.item] = replace(
                    joint, item=part.item, carries=Fraction(row.cost_share) / per_piece
                )
    return list(found.values())


def _per_piece(row: BomOutput, main: Part, factor: Fraction | None) -> Fraction:
    """How much of it comes with one good piece of the main product; 0 where its unit has no conversion."""
    started = Fraction(row.quantity) * (factor or 0) / Fraction(row.bom.batch_quantity)
    return started / Fraction(main.output_share)


def _credits(outputs: Sequence[BomOutput], each: Mapping[int, Fraction], main: Part) -> tuple[Use, ...]:
    """By-products as components that come back: per piece started, as all uses are."""
    return tuple(
        Use(row.item_id, -each[row.item_id] * Fraction(main.output_share))
        for row in outputs
        if not row.cost_share and each[row.item_id]
    )
