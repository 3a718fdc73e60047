"""Matching what was issued with what came out, in the order in which both happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from p2p.core.numbers import decimal_of


@dataclass(frozen=True)
class Issued:
    """`left` of this issue of a material is in no product yet."""

    move: int
    material: int
    left: Decimal


@dataclass(frozen=True)
class Came:
    """`quantity` came out by this receipt; `has` is what of each material it is known to contain."""

    move: int
    quantity: Decimal
    has: dict[int, Decimal]


@dataclass(frozen=True)
class Went:
    """So much of the issue went into the receipt."""

    issue: int
    receipt: int
    quantity: Decimal


def connect(
    *, issues: Sequence[Issued], receipts: Sequence[Came], needed: dict[int, Decimal], planned: Decimal
) -> list[Went]:
    """Edges that are still missing: each receipt takes its share of every material, oldest issue first.

    The share of a receipt is needed x quantity / planned (`needed` by material, for the whole order). What
    is not issued yet is connected when it is; what was issued beyond need stays with the order. O(issues x
    receipts).
    """
    left = {issue.move: issue.left for issue in issues}
    of_material: dict[int, list[int]] = {}
    for issue in issues:
        of_material.setdefault(issue.material, []).append(issue.move)
    edges: list[Went] = []
    for receipt in receipts:
        for material, total in needed.items():
            share = decimal_of(Fraction(total) * Fraction(receipt.quantity) / Fraction(planned), 12)
            wanted = share - receipt.has.get(material, Decimal(0))
            edges += _take(receipt.move, of_material.get(material, []), left, wanted)
    return edges


def _take(receipt: int, issues: Sequence[int], left: dict[int, Decimal], wanted: Decimal) -> list[Went]:
    """Up to `wanted` from these issues in order; what was taken is gone from `left`."""
    edges = []
    for issue in issues:
        taken = min(wanted, left[issue])
        if taken > 0:
            left[issue] -= taken
            wanted -= taken
            edges.append(Went(issue, receipt, taken))
    return edges
