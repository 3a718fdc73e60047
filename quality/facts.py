"""What quality tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Model

from p2p.core.facts import Fact
from quality.models import ControlPlan, Inspection, NonConformance, Result


@dataclass(frozen=True, kw_only=True)
class PlanActivated(Fact):
    """A control plan is in force; an earlier version of it was retired."""

    plan: ControlPlan

    def about(self) -> Sequence[Model]:
        return (self.plan,)


@dataclass(frozen=True, kw_only=True)
class PlanDrafted(PlanActivated):
    """A draft was written or changed."""


@dataclass(frozen=True, kw_only=True)
class PlanRetired(PlanActivated):
    """A control plan is no longer in force."""


@dataclass(frozen=True, kw_only=True)
class InspectionOpened(Fact):
    inspections: tuple[Inspection, ...]

    def about(self) -> Sequence[Model]:
        return self.inspections

    def says(self, record: Model | None) -> dict[str, object]:
        return {"because": record.because} if isinstance(record, Inspection) else {}


@dataclass(frozen=True, kw_only=True)
class ResultsRecorded(Fact):
    """Values were read; `replaced` counts earlier readings they supersede."""

    inspection: Inspection
    results: tuple[Result, ...]
    replaced: int = 0

    def about(self) -> Sequence[Model]:
        return (self.inspection,)

    def says(self, record: Model | None) -> dict[str, object]:
        bad = sum(not result.conforms for result in self.results)
        return {"results": len(self.results), "bad": bad, "replaced": self.replaced}


@dataclass(frozen=True, kw_only=True)
class InspectionDecided(Fact):
    """Accepted, rejected, conceded or cancelled: the state of the inspection says which."""

    inspection: Inspection

    def about(self) -> Sequence[Model]:
        return (self.inspection,)

    def says(self, record: Model | None) -> dict[str, object]:
        return {"state": self.inspection.state, "note": self.inspection.note}


@dataclass(frozen=True, kw_only=True)
class InspectionReopened(Fact):
    inspection: Inspection

    def about(self) -> Sequence[Model]:
        return (self.inspection,)


@dataclass(frozen=True, kw_only=True)
class NonConformanceOpened(Fact):
    nonconformance: NonConformance

    def about(self) -> Sequence[Model]:
        return (self.nonconformance,)


@dataclass(frozen=True, kw_only=True)
class NonConformanceDecided(Fact):
    """What becomes of it: used, reworked, scrapped or returned."""

    nonconformance: NonConformance

    def about(self) -> Sequence[Model]:
        return (self.nonconformance,)

    def says(self, record: Model | None) -> dict[str, object]:
        one = self.nonconformance
        return {"disposition": one.disposition, "state": one.state, "note": one.decision_note}


@dataclass(frozen=True, kw_only=True)
class NonConformanceReopened(Fact):
    nonconformance: NonConformance

    def about(self) -> Sequence[Model]:
        return (self.nonconformance,)
