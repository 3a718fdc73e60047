"""Facts only the core's tests tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Model

from p2p.core.facts import Fact, Question


@dataclass(frozen=True, kw_only=True)
class Painted(Fact):
    """Something was painted."""

    things: tuple[Model, ...] = ()
    colour: str = "red"
    litres: Decimal = Decimal("1.50")

    def about(self) -> Sequence[Model]:
        return self.things


@dataclass(frozen=True, kw_only=True)
class PaintedTwice(Painted):
    """A fact that is also another fact."""


@dataclass(frozen=True, kw_only=True)
class Colours(Question[str]):
    """Which colours are there?"""
