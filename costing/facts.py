"""What costing tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Model

from costing.models import CostVersion, Settlement
from p2p.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class VersionActivated(Fact):
    """A cost version is now the standard of its site."""

    version: CostVersion

    def about(self) -> Sequence[Model]:
        return (self.version,)


@dataclass(frozen=True, kw_only=True)
class Settled(Fact):
    """An order's work in process is cleared and its variances stand."""

    settlement: Settlement

    def about(self) -> Sequence[Model]:
        return (self.settlement, self.settlement.order)
