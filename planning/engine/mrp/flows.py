"""What a parent takes of a component, phantoms between them dissolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from planning.engine.mrp.model import Rule

AGAIN = 5000
"""So often needs that do not grow evenly may come again in one parent, because phantoms lie in phantoms: each way
is reckoned by itself."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A line with phantoms dissolved: units of component for each unit of parent, exact, within days. `rule`
    says it where it does not grow evenly."""

    component: int
    per: Fraction
    constant: Fraction
    first: int
    last: int
    rule: Rule | None = None
    started: Fraction = Fraction(1)

    def needed(self, quantity: Fraction) -> Fraction:
        return self.rule.needed(quantity) if self.rule else quantity * self.per + self.constant

    def inside(self, quantity: Fraction) -> Fraction:
        """For so many pieces that come out of a parent that is a phantom: more of it may be started."""
        if isinstance(self.rule, Chained | Within):
            return self.rule.inside(quantity)
        return self.needed(quantity * self.started)


@dataclass(frozen=True, slots=True)
class Chained:
    """A need for a need, through a phantom: nothing of the one takes nothing of the other."""

    outer: Flow
    inner: Flow

    def needed(self, quantity: Fraction) -> Fraction:
        return self._on(self.outer.needed(quantity))

    def inside(self, quantity: Fraction) -> Fraction:
        return self._on(self.outer.inside(quantity))

    def _on(self, between: Fraction) -> Fraction:
        return self.inner.inside(between) if between else between


@dataclass(frozen=True, slots=True)
class Inside:
    """The line of a phantom that is asked for by itself."""

    line: Flow

    def needed(self, quantity: Fraction) -> Fraction:
        return self.line.inside(quantity)


@dataclass(frozen=True, slots=True)
class Within:
    """A line that counts for some launches only."""

    line: Flow
    least: Fraction
    below: Fraction | None

    def needed(self, quantity: Fraction) -> Fraction:
        return self.line.needed(quantity) if self._counts(quantity) else Fraction(0)

    def inside(self, quantity: Fraction) -> Fraction:
        return self.line.inside(quantity) if self._counts(quantity) else Fraction(0)

    def _counts(self, quantity: Fraction) -> bool:
        return quantity >= self.least and (self.below is None or quantity < self.below)


def crowded(flows: Sequence[Flow]) -> bool:
    """Whether the same lines come again too often among these."""
    return len(flows) > AGAIN and len(flows) - len({id(_line(flow)) for flow in flows}) > AGAIN


def _line(flow: Flow) -> Flow:
    """The line at the bottom of a chain."""
    while isinstance(flow.rule, Chained):
        flow = flow.rule.inner
    return flow
