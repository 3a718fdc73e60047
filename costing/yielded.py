"""What came out of orders, in money: beside the product as evidence of a variance, and each with its share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from django.db.models import Sum

from costing.engine.shares import Out, split
from costing.engine.variances import Beside
from costing.evidence import Evidence, gather_evidence
from costing.models import CostVersion, Entry, Posting
from costing.selectors.standards import standards
from costing.services.entries import minor
from execution.models import Variation
from planning.models import Output, ProductionOrder


@dataclass(frozen=True)
class Carried:
    """One output of an order: what it went into stock at, and what it carries of the actual cost."""

    output: Output
    standard: Decimal
    actual: Decimal

    @property
    def difference(self) -> Decimal:
        """Positive is unfavourable."""
        return self.actual - self.standard

    @property
    def each(self) -> Decimal | None:
        """Actual cost of one of its unit; None when nothing came."""
        came = self.output.received_quantity
        return self.actual / came if came else None


def evidence_of(orders: Sequence[ProductionOrder], version: CostVersion | None) -> Mapping[int, Evidence]:
    """The evidence, with what came out beside the product; two queries more, and a third where something did."""
    found = gather_evidence(orders, version)
    outputs = outputs_of(orders)
    beside = {key: rows for key, rows in outputs.items() if len(rows) > 1}
    if not beside:
        return found
    scrap = _scrap(list(beside))
    prices = standards(version, {row.item_id for rows in beside.values() for row in rows})
    return {
        key: Evidence(replace(one.case, beside=_beside(beside.get(key, ()), scrap, prices)))
        for key, one in found.items()
    }


def outputs_of(orders: Sequence[ProductionOrder]) -> dict[int, list[Output]]:
    """Order id -> its outputs, the main product first. One query."""
    found: dict[int, list[Output]] = defaultdict(list)
    rows = Output.objects.filter(order__in=orders).select_related("item__unit").order_by("pk")
    for row in sorted(rows, key=lambda one: one.kind != Output.Kind.MAIN):
        found[row.order_id].append(row)
    return found


def _scrap(orders: Sequence[int]) -> dict[int, Decimal]:
    """Output id -> what reports that stand threw away of it."""
    rows = Variation.objects.filter(output__order__in=orders, report__reversed_by__isnull=True)
    return dict(rows.values_list("output").annotate(total=Sum("scrap")).order_by("output"))


def _beside(
    rows: Sequence[Output], scrap: Mapping[int, Decimal], prices: Mapping[int, Mapping[int, Decimal]]
) -> tuple[Beside, ...]:
    """What should have come is in proportion to the main product that did."""
    if not rows:
        return ()
    main = rows[0]
    made = Fraction(main.received_quantity) / Fraction(main.quantity)
    return tuple(
        Beside(
            item=row.item_id,
            expected=Fraction(row.quantity) * made,
            came=row.received_quantity,
            scrap=scrap.get(row.pk, Decimal(0)),
            prices=prices.get(row.item_id, {}),
        )
        for row in rows[1:]
    )


def carried(orders: Sequence[ProductionOrder], actual: Mapping[int, Decimal]) -> dict[int, list[Carried]]:
    """Order id -> its outputs with what each carries of the order's `actual` cost: they sum to it. Two queries."""
    into_stock = _into_stock(orders)
    found: dict[int, list[Carried]] = {}
    outputs = outputs_of(orders)
    for order in orders:
        rows = outputs.get(order.pk, [])
        values = {row.item_id: into_stock.get((order.pk, row.item_id), Decimal(0)) for row in rows}
        shares = split(
            actual[order.pk],
            [
                Out(
                    item=row.item_id,
                    main=row.kind == Output.Kind.MAIN,
                    share=row.cost_share,
                    standard=values[row.item_id],
                    came=row.received_quantity > 0,
                )
                for row in rows
            ],
            minor(order.site),
        )
        found[order.pk] = [Carried(row, values[row.item_id], shares[row.item_id]) for row in rows]
    return found


def _into_stock(orders: Sequence[ProductionOrder]) -> dict[tuple[int, int], Decimal]:
    """(order, item) -> what its output went into stock at, reversals taken off."""
    rows = (
        Posting.objects.filter(
            account=Posting.Account.INVENTORY, entry__kind=Entry.Kind.OUTPUT, entry__order__in=orders
        )
        .values_list("entry__order_id", "item_id")
        .annotate(total=Sum("amount"))
        .order_by("entry__order_id", "item_id")
    )
    return {(order, item): total for order, item, total in rows}
