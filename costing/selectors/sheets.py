"""Cost sheets: of an item in a version, of an order while it lives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from costing.engine.variances import Case, Difference, explain
from costing.models import CostElement, CostVersion, ItemCost, ItemPrice, RollupRun, RollupWarning, Variance
from costing.selectors.ledger import settlement_of
from costing.selectors.standards import active_version
from costing.yielded import Carried, carried, evidence_of
from planning.models import ProductionOrder
from strategies.models import Item


@dataclass(frozen=True)
class SheetLine:
    """One element of an item's standard, per one of its unit."""

    element: str
    this_level: Decimal
    lower_level: Decimal

    @property
    def total(self) -> Decimal:
        """Both levels."""
        return self.this_level + self.lower_level


@dataclass(frozen=True)
class Sheet:
    """An item's standard in a version, by element."""

    version: CostVersion
    lines: Sequence[SheetLine]
    lot: Decimal
    price: Decimal | None
    notes: Sequence[RollupWarning] = ()
    """What the roll-up has to say of the figure: that it is incomplete, what it is divided by."""

    @property
    def total(self) -> Decimal:
        """The standard cost of one."""
        return sum((line.total for line in self.lines), Decimal(0))


def sheet_of(item: Item, version: CostVersion) -> Sheet | None:
    """The item's cost sheet; None where the version does not cost it. Four queries."""
    rows = list(
        ItemCost.objects.filter(version=version, item=item)
        .select_related("element")
        .order_by("element__kind", "pk")
    )
    if not rows:
        return None
    price = ItemPrice.objects.filter(version=version, item=item).values_list("price", flat=True).first()
    lines = [SheetLine(row.element.name, row.this_level, row.lower_level) for row in rows]
    run = RollupRun.objects.filter(version=version, state=RollupRun.State.DONE).order_by("-pk").first()
    notes = RollupWarning.objects.filter(run=run, item=item, code__in=RollupWarning.NOTES).order_by("pk")
    return Sheet(version, lines, rows[0].lot_size, price, list(notes) if run else ())


@dataclass(frozen=True)
class ElementCost:
    """One element of an order: what it should have cost for the good pieces, what it did."""

    element: str
    standard: Decimal
    actual: Decimal

    @property
    def difference(self) -> Decimal:
        """Positive is unfavourable."""
        return self.actual - self.standard


@dataclass(frozen=True)
class OrderCost:
    """An order in money, live until it is settled: the differences add up to actual - standard."""

    elements: Sequence[ElementCost]
    differences: Sequence[tuple[str, Decimal]]
    detail: Sequence[Difference]
    settled: bool
    outputs: Sequence[Carried] = ()
    """What each output carries of the actual cost so far."""

    @property
    def standard(self) -> Decimal:
        """Standard cost of what was received."""
        return sum((one.standard for one in self.elements), Decimal(0))

    @property
    def actual(self) -> Decimal:
        """All that was booked to the order."""
        return sum((one.actual for one in self.elements), Decimal(0))

    @property
    def difference(self) -> Decimal:
        """Actual - standard: work in process while the order lives, variance when it has ended."""
        return self.actual - self.standard


def order_cost(order: ProductionOrder) -> OrderCost:
    """What the order has cost so far and why it differs from standard; a fixed number of queries."""
    case = evidence_of([order], active_version(order.site_id))[order.pk].case
    settlement = settlement_of(order)
    minor = Decimal(1).scaleb(-order.site.currency.minor_digits)
    if settlement is None:
        found = explain(case, minor)
    else:
        found = [
            Difference(
                one.kind,
                one.element_id,
                one.amount,
                one.item_id,
                one.operation_id,
                tuple(one.because.items()),
            )
            for one in settlement.variances.all()
        ]
    by_kind: dict[str, Decimal] = defaultdict(Decimal)
    for one in found:
        by_kind[one.kind] += one.amount
    named = [
        (str(Variance.Kind(kind).label), by_kind[kind]) for kind in Variance.Kind.values if by_kind.get(kind)
    ]
    actual = sum(case.actual.values(), Decimal(0))
    outputs = carried([order], {order.pk: actual})[order.pk]
    return OrderCost(_by_element(case), named, found, settlement is not None, outputs)


def _by_element(case: Case) -> list[ElementCost]:
    names = dict(CostElement.objects.values_list("pk", "name"))
    keys = sorted({*case.actual, *case.standard}, key=lambda key: (key is None, key or 0))
    return [
        ElementCost(
            names.get(key, "-") if key is not None else "-",
            case.standard.get(key, Decimal(0)),
            case.actual.get(key, Decimal(0)),
        )
        for key in keys
    ]
