"""The work of a route in the standard cost: its hours and pieces at the rates of the machine that is reckoned with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from costing.categories import Categories, Machines, named_by, of_work
from costing.engine.rollup import Step
from costing.selectors.standards import Rate, Rates
from p2p.core.refusal import Refused
from strategies.engine.need import Through
from strategies.engine.routing import HOUR, run_time
from strategies.engine.routing import Step as Timed
from strategies.models import RouteOperation
from strategies.selectors.needs import RouteScrap
from strategies.selectors.routes import Places, step_of

Miss = Callable[..., None]


class WorkSteps:
    """Operations as steps of the roll-up; what has no rate or no time is said through `miss`."""

    def __init__(self, rates: Rates, scrap: RouteScrap, machines: Machines, miss: Miss) -> None:
        self._rates, self._scrap, self._machines, self._miss = rates, scrap, machines, miss
        self._places = Places()

    def of(self, operation: RouteOperation, item: int, launch: Fraction) -> Iterator[Step]:
        """Hours of setup and run, and pieces, when `launch` pieces of the item are started."""
        named = self._categories(operation)
        through = self._scrap.at(operation.route_id, operation.number)
        yield from self._pieces(operation, item, named, through.of(launch) / launch)
        if named.setup == named.run and named.pieces is None and self._rates.hour(named.run) is None:
            self._lacks(operation, item)
            return
        try:
            timed = _estimated(operation, self._places)
        except Refused as no:
            words = {name: str(no.params.get(name, "")) for name in ("place", "source")}
            self._miss("no_time", item, operation=str(operation.number), **words)
            return
        for category, part in _parts(named, timed):
            hours = hours_of(part, through, launch)
            if any(hours) or self._rates.hour(category):
                yield from self._step(operation, item, self._rates.hour(category), hours)

    def _categories(self, operation: RouteOperation) -> Categories:
        group = operation.group.cost_category_id if operation.group else None
        machine = self._machines.standard(operation.pk, operation.resource_id, operation.group_id)
        return of_work(named_by(operation), machine, group, self._rates.kinds)

    def _pieces(
        self, operation: RouteOperation, item: int, named: Categories, each: Fraction
    ) -> Iterator[Step]:
        if named.pieces is None or not estimates_pieces(operation):
            return
        yield from self._step(operation, item, self._rates.piece(named.pieces), (each, Fraction(0)))

    def _step(
        self, operation: RouteOperation, item: int, rate: Rate | None, hours: tuple[Fraction, Fraction]
    ) -> Iterator[Step]:
        if rate is None:
            self._lacks(operation, item)
            return
        yield Step(*rate, *hours)

    def _lacks(self, operation: RouteOperation, item: int) -> None:
        self._miss("no_rate", item, operation=str(operation.number))


def _parts(named: Categories, timed: Timed) -> list[tuple[int | None, Timed]]:
    """The time by what it is booked under."""
    if named.setup == named.run:
        return [(named.run, timed)]
    setup = replace(timed, run=Fraction(0), basis="piece")
    return [(named.setup, setup), (named.run, replace(timed, setup=0))]


def estimates_pieces(operation: RouteOperation) -> bool:
    """Whether the standard has its rate per piece in it."""
    return operation.route_group is None or operation.route_group.estimates_quantity


def hours_of(step: Timed, through: Through, launch: Fraction) -> tuple[Fraction, Fraction]:
    """(hours per piece of the order, hours once) of an operation, exactly: the run time that planning reckons with,
    for the pieces that enter the operation when `launch` pieces are ordered. Started batches and what is lost once
    are spread over these.
    """
    run = run_time(step, through.of(launch)) / HOUR
    setup = Fraction(step.setup, HOUR)
    return (Fraction(0), setup + run) if step.basis == "order" else (run / launch, setup)


def _estimated(operation: RouteOperation, places: Places) -> Timed:
    """Its times as planning takes them, without what its route group does not estimate."""
    step, group = step_of(operation, places), operation.route_group
    if group is not None and not group.estimates_setup:
        step = replace(step, setup=0)
    if group is not None and not group.estimates_run:
        step = replace(step, run=Fraction(0), basis="piece")
    return step
