"""Dispatch rules: which of the waiting operations a free station takes; smaller keys go first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp

from planning.engine.schedule.prepare import Prepared

Urgency = Callable[[int, int], float]
"""Key of an operation at an instant."""


@dataclass(frozen=True, slots=True)
class Rule:
    """keys: one fixed key for each operation; urgency: a key that changes while the operation waits."""

    name: str
    keys: Callable[[Prepared], Sequence[float]] | None = None
    urgency: Callable[[Prepared], Urgency] | None = None


def _due(prepared: Prepared) -> list[float]:
    orders = prepared.problem.orders
    return [orders[order].due if order >= 0 else 0 for order in prepared.order_of]


def _operation_due(prepared: Prepared) -> list[float]:
    return list(prepared.latest_end)


def _slack(prepared: Prepared) -> list[float]:
    return [end - own for end, own in zip(prepared.latest_end, prepared.shortest, strict=True)]


def _shortest(prepared: Prepared) -> list[float]:
    orders = prepared.problem.orders
    return [
        own / max(1, orders[order].weight if order >= 0 else 1)
        for own, order in zip(prepared.shortest, prepared.order_of, strict=True)
    ]


def _arrival(prepared: Prepared) -> list[float]:
    return [0] * len(prepared.choices)


def _apparent_cost(patience: float) -> Callable[[Prepared], Urgency]:
    """weight / time x exp(-slack / (patience x mean time)): Vepsalainen and Morton 1987."""

    def urgency_in(prepared: Prepared) -> Urgency:
        own = [max(1, seconds) for seconds in prepared.shortest]
        scale = patience * max(1.0, sum(own) / max(1, len(own)))
        orders = prepared.problem.orders
        rate = [
            (orders[order].weight if order >= 0 else 1) / seconds
            for order, seconds in zip(prepared.order_of, own, strict=True)
        ]
        begin_by = [end - seconds for end, seconds in zip(prepared.latest_end, own, strict=True)]

        def urgency(operation: int, instant: int) -> float:
            slack = begin_by[operation] - instant
            return -rate[operation] * (exp(-slack / scale) if slack > 0 else 1.0)

        return urgency

    return urgency_in


RULES: tuple[Rule, ...] = (
    Rule("operation due date", _operation_due),
    Rule("order due date", _due),
    Rule("slack", _slack),
    Rule("shortest first", _shortest),
    Rule("first come", _arrival),
    Rule("apparent tardiness cost 1", urgency=_apparent_cost(1)),
    Rule("apparent tardiness cost 4", urgency=_apparent_cost(4)),
)
"""Tried in this order; the first of equals wins."""
