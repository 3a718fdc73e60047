"""What was worked on orders, for their settlement: hours and pieces, what of them is setup, what is allowed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from costing.categories import Categories, Machines, named_by, of_work
from costing.engine.variances import Part, Worked
from costing.models import CostVersion, Entry
from costing.selectors.standards import Rate, Rates
from costing.worksteps import estimates_pieces
from execution.models import Report
from planning.models import Operation, ProductionOrder
from strategies.models import RouteOperation

Kind = Entry.Kind
WORK = (Kind.SETUP, Kind.TIME, Kind.PIECES)
HOUR = 3600
ZERO = Fraction(0)
Booked = Mapping[tuple[int, str], Mapping[int | None, Decimal]]
"""(operation, kind of entry) -> element -> money in work in process."""


def setup_parts(planned: Mapping[int, int]) -> dict[int, int]:
    """Report id -> seconds of it that are setup, of operations with this many planned seconds of setup. One query, none
    without operations."""
    return {report: part for report, _operation, part in _setups(planned)}


def _setups(planned: Mapping[int, int]) -> Iterator[tuple[int, int, int]]:
    """(report, operation, seconds of setup): the first of an operation's time, until as much is there as is planned. A
    report that takes another one back takes its part back."""
    left = {operation: seconds for operation, seconds in planned.items() if seconds}
    if not left:
        return
    parts: dict[int | None, int] = {}
    rows = Report.objects.filter(operation__in=left).order_by("pk")
    for key, operation, seconds, back in rows.values_list("pk", "operation_id", "seconds", "reverses_id"):
        parts[key] = -parts.get(back, 0) if back else min(seconds, left[operation])
        left[operation] -= parts[key]
        yield key, operation, parts[key]


def books_pieces(operations: Sequence[Operation]) -> set[int]:
    """Ids of the operations whose pieces are booked as they are reported: where the route group says so, and where
    there is none. One query, none without operations."""
    if not operations:
        return set()
    asked = {one.route_operation_id for one in operations if one.route_operation_id}
    silent = RouteOperation.objects.filter(
        pk__in=asked, route_group__isnull=False, route_group__books_quantity=False
    )
    quiet = set(silent.values_list("pk", flat=True))
    return {one.pk for one in operations if one.route_operation_id not in quiet}


class Done:
    """Reported seconds and pieces of the orders' operations, reversals taken off. One query."""

    def __init__(self, orders: Sequence[ProductionOrder]) -> None:
        self.seconds: dict[int, int] = defaultdict(int)
        self.pieces: dict[int, Fraction] = defaultdict(Fraction)
        rows = Report.objects.filter(operation__order__in=orders).order_by("pk")
        for operation, seconds, good, scrap in rows.values_list("operation_id", "seconds", "good", "scrap"):
            self.seconds[operation] += seconds
            self.pieces[operation] += Fraction(good + scrap)


class Works:
    """What was worked on the operations of orders of one site, against the standard. Two queries and those of the
    machines, one more where setup has a rate of its own."""

    def __init__(
        self,
        orders: Sequence[ProductionOrder],
        operations: Sequence[Operation],
        version: CostVersion | None,
        rates: Rates,
    ) -> None:
        """operations: with their route's operations, route groups and work centres."""
        self._rates, self._done = rates, Done(orders)
        self._named: dict[int, Categories] = {}
        if version is not None:
            self._resolve(version, [one for one in operations if not one.outside])
        apart = [one for one in operations if self._apart(one)]
        self._setup: dict[int, int] = defaultdict(int)
        for _report, operation, part in _setups({one.pk: one.setup_seconds for one in apart}):
            self._setup[operation] += part
        priced = [one for one in operations if self._rates.piece(self._of(one).pieces)]
        self._counted = books_pieces(priced)

    def _resolve(self, version: CostVersion, operations: Sequence[Operation]) -> None:
        steps = {one.route_operation_id for one in operations if one.route_operation_id}
        machines = Machines(version.site, version.valid_from, steps)
        for one in operations:
            # The machine is the standard's, not the one that was used: what another one costs is a variance.
            step = one.route_operation or one
            machine = machines.standard(one.route_operation_id, step.resource_id, step.group_id)
            group = one.group.cost_category_id if one.group else None
            self._named[one.pk] = of_work(named_by(one), machine, group, self._rates.kinds)

    def _of(self, operation: Operation) -> Categories:
        return self._named.get(operation.pk, Categories())

    def _apart(self, operation: Operation) -> bool:
        named = self._of(operation)
        return named.setup != named.run

    def of(self, operation: Operation, booked: Booked) -> list[Worked]:
        """Hours and pieces of an operation under each element; money under an element that the standard does not have
        for it, because of another machine, stands by itself."""
        found = list(self._parts(operation))
        sums: dict[int, Decimal] = defaultdict(Decimal)
        for kind in WORK:
            for element, amount in booked.get((operation.pk, kind), {}).items():
                sums[element or 0] += amount
        rows = [replace(one, booked=sums.pop(one.element, Decimal(0))) for one in found]
        overhead = {element for _base, element, _share in self._rates.surcharges}
        priced = {element for element, _rate in (*self._rates.hourly.values(), *self._rates.pieces.values())}
        others = sorted((priced - overhead) & sums.keys())
        return rows + [
            _worked(operation, "run", (one, Decimal(0)), ZERO, (ZERO, ZERO), sums[one]) for one in others
        ]

    def _parts(self, operation: Operation) -> Iterator[Worked]:
        named, done = self._of(operation), self._done
        piece, once = allowed_hours(operation)
        hours, setup = Fraction(done.seconds[operation.pk], HOUR), ZERO
        rate = self._rates.hour(named.setup)
        if self._apart(operation):
            setup, planned = (
                Fraction(self._setup[operation.pk], HOUR),
                Fraction(operation.setup_seconds, HOUR),
            )
            once -= planned
            if rate is not None:
                yield _worked(operation, "setup", rate, setup, (ZERO, planned))
        rate = self._rates.hour(named.run)
        if rate is not None:
            yield _worked(operation, "run", rate, hours - setup, (piece, once))
        rate = self._rates.piece(named.pieces)
        if rate is not None:
            step = operation.route_operation
            each = Fraction(step is None or estimates_pieces(step))
            pieces = done.pieces[operation.pk] if operation.pk in self._counted else ZERO
            yield _worked(operation, "pieces", rate, pieces, (each, ZERO))


def _worked(
    operation: Operation,
    part: Part,
    rate: Rate,
    hours: Fraction,
    allowed: tuple[Fraction, Fraction],
    booked: Decimal = Decimal(0),
) -> Worked:
    return Worked(
        operation=operation.pk,
        element=rate[0],
        hours=hours,
        hours_per_piece=allowed[0],
        hours_per_order=allowed[1],
        per_hour=rate[1],
        booked=booked,
        part=part,
    )


def allowed_hours(operation: Operation) -> tuple[Fraction, Fraction]:
    """(hours per piece that enters, hours per order) that the order's own copy allows."""
    run, setup = Fraction(operation.run_seconds, HOUR), Fraction(operation.setup_seconds, HOUR)
    if operation.route_operation is not None and operation.route_operation.run_basis == "order":
        return Fraction(0), setup + run
    return run / Fraction(operation.quantity), setup
