"""What came out of an order beside what was expected: for the order's page, a report's page and the route card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db.models import QuerySet, Sum

from execution.models import Report, Variation
from p2p.core.numbers import Rounding, rounded
from planning.models import Output, ProductionOrder


@dataclass(frozen=True)
class Seen:
    """One output: what was to come by now with the product that came, and what of it was thrown away."""

    output: Output
    expected: Decimal
    scrap: Decimal

    @property
    def difference(self) -> Decimal:
        """How much more came than expected."""
        return self.output.received_quantity - self.expected


def came_out(order: ProductionOrder) -> list[Seen]:
    """The outputs of an order, the product first; none where it yields nothing else, or what was added is taken back.
    Two queries."""
    rows = Output.objects.filter(order=order).select_related("item__unit").order_by("pk")
    outputs = sorted(rows, key=lambda row: row.kind != Output.Kind.MAIN)
    if len(outputs) < 2:
        return []
    main = outputs[0]
    standing = Variation.objects.filter(output__order=order, report__reversed_by__isnull=True)
    scrap = dict(standing.values_list("output").annotate(sum=Sum("scrap")).order_by("output"))
    known = [row for row in outputs if row.planned or row.received_quantity or row.pk in scrap]
    if len(known) < 2:
        return []
    return [Seen(row, _by_now(row, main), scrap.get(row.pk, Decimal(0))) for row in known]


def _by_now(row: Output, main: Output) -> Decimal:
    if row == main:
        return row.quantity
    share = Fraction(main.received_quantity) / Fraction(main.quantity)
    return rounded(Fraction(row.quantity) * share, Decimal(1).scaleb(-row.item.unit.digits), Rounding.DOWN)


def varied(order: ProductionOrder) -> QuerySet[Variation]:
    """What reports of the order said of its outputs otherwise than expected, the latest first."""
    return _read(Variation.objects.filter(output__order=order)).order_by("-pk")


def varied_in(report: Report) -> Sequence[Variation]:
    """What one report said."""
    return list(_read(Variation.objects.filter(report=report)).order_by("pk"))


def _read(rows: QuerySet[Variation]) -> QuerySet[Variation]:
    return rows.select_related("report__reversed_by", "output__item__unit", "reason")
