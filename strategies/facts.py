"""What strategies ask and tell the apps on their right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from django.db.models import Model

from p2p.core import carry
from p2p.core.facts import Fact, Question
from strategies.models import (
    BomVersion,
    Calendar,
    Characteristic,
    CutOver,
    ImportRun,
    Item,
    ReplaceRun,
    RouteVersion,
    Site,
    Unit,
    Vendor,
)

AnyVersion: TypeAlias = BomVersion | RouteVersion


@dataclass(frozen=True, kw_only=True)
class Imported(Fact):
    """An import has ended; its summary says what came of each sheet and whether it was saved."""

    run: ImportRun

    def about(self) -> Sequence[Model]:
        return (self.run,)


@dataclass(frozen=True, kw_only=True)
class ItemsSaved(Fact):
    """Items, or how they are supplied, are new or have changed."""

    items: Sequence[Item]

    def about(self) -> Sequence[Model]:
        return self.items


@dataclass(frozen=True, kw_only=True)
class SiteRecosting(Fact):
    """Sites are about to be counted in another currency: who has money of them in the old one?"""

    sites: Sequence[Site]

    def about(self) -> Sequence[Model]:
        return self.sites


@dataclass(frozen=True, kw_only=True)
class CharacteristicChanging(Fact):
    """What is measured is about to get another kind, unit or code, or to go: who has readings of it?"""

    characteristics: Sequence[Characteristic]

    def about(self) -> Sequence[Model]:
        return self.characteristics


@dataclass(frozen=True, kw_only=True)
class ItemsRecounting(Fact):
    """Items are about to get another unit or another way of tracking: who has counted them in the old one?"""

    items: Sequence[Item]

    def about(self) -> Sequence[Model]:
        return self.items


@dataclass(frozen=True, kw_only=True)
class ItemsRetiring(Fact):
    """Items are about to go out of use: which open documents still want them?"""

    items: Sequence[Item]

    def about(self) -> Sequence[Model]:
        return self.items


@dataclass(frozen=True, kw_only=True)
class ItemsDeleted(Fact):
    """An item that nothing referred to is gone."""

    number: str


@dataclass(frozen=True, kw_only=True)
class PurchasingSaved(Fact):
    """What a vendor asks, or when an operation goes to it, is new, has changed or is gone."""

    vendor: Vendor
    items: Sequence[Item] = ()

    def about(self) -> Sequence[Model]:
        return (self.vendor, *self.items)


@dataclass(frozen=True, kw_only=True)
class UnitsSaved(Fact):
    """A unit or a way between two of them is new, has changed or is gone; `what` says which."""

    units: Sequence[Unit]
    what: str

    def about(self) -> Sequence[Model]:
        return self.units


@dataclass(frozen=True, kw_only=True)
class VersionChanged(Fact):
    """Lines or operations of a draft have changed, or it was made."""

    version: AnyVersion

    def about(self) -> Sequence[Model]:
        return (self.version, self.version.item)


@dataclass(frozen=True, kw_only=True)
class Activating(Fact):
    """A version is about to become the one that planning uses: who objects?"""

    version: AnyVersion

    def about(self) -> Sequence[Model]:
        return (self.version,)


@dataclass(frozen=True, kw_only=True)
class Reopening(Fact):
    """An approved version is about to become a draft again: who has used it?"""

    version: AnyVersion

    def about(self) -> Sequence[Model]:
        return (self.version,)


@dataclass(frozen=True, kw_only=True)
class VersionRetiring(Fact):
    """A version is about to be taken away from new orders: who wants it by name?"""

    version: AnyVersion

    def about(self) -> Sequence[Model]:
        return (self.version,)


@dataclass(frozen=True, kw_only=True)
class VersionMoved(Fact):
    """A version was submitted, approved, rejected, reopened, activated, deactivated or retired: `step` says
    which."""

    version: AnyVersion
    step: str

    def about(self) -> Sequence[Model]:
        return (self.version, self.version.item)


@dataclass(frozen=True, kw_only=True)
class Replaced(Fact):
    """A mass replacement, or one taken back, has changed these bills."""

    run: ReplaceRun
    versions: Sequence[BomVersion]

    def about(self) -> Sequence[Model]:
        return (self.run, *self.versions)

    def says(self, record: Model | None) -> dict[str, object]:
        # Ten thousand bills get one row each: to ask for each whether it is among them took seconds.
        return {"versions": carry.shorten(self.versions)}


@dataclass(frozen=True, kw_only=True)
class CalendarChanged(Fact):
    """Working time has changed: what was scheduled on it may no longer fit."""

    calendar: Calendar

    def about(self) -> Sequence[Model]:
        return (self.calendar,)


@dataclass(frozen=True, kw_only=True)
class WorkSaved(Fact):
    """What does the work is new or has changed: resources, groups, people, abilities, change-overs."""

    records: Sequence[Model]

    def about(self) -> Sequence[Model]:
        return self.records


@dataclass(frozen=True, kw_only=True)
class WorkRemoved(Fact):
    """A record of what does the work was taken away."""

    records: Sequence[Model]

    def about(self) -> Sequence[Model]:
        return self.records


@dataclass(frozen=True, kw_only=True)
class GroupLoad(Question[dict[int, list[Decimal]]]):
    """How many hours are planned on each work centre of a site (by key) within each pair of `bounds`, seconds
    since the epoch in order."""

    site: Site
    bounds: Sequence[tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class StandingStill(Question[dict[int, tuple[int, int]]]):
    """Which resources of a site (by key) cannot work now: since when, and the present moment, seconds since the
    epoch."""

    site: Site


@dataclass(frozen=True, kw_only=True)
class CutOverChanged(Fact):
    """A cut-over was begun, given a file or a figure, accepted or given up; `step` says which."""

    cut_over: CutOver
    step: str
    text: str = ""

    def about(self) -> Sequence[Model]:
        return (self.cut_over,)

    def scope(self) -> str:
        return str(self.cut_over.site.code)

    def says(self, record: Model | None) -> dict[str, Any]:
        return {"step": self.step, "text": self.text}


@dataclass(frozen=True, kw_only=True)
class TakenOver(Fact):
    """Everything of a running plant is in: it runs here from the day of the cut-over on."""

    cut_over: CutOver

    def about(self) -> Sequence[Model]:
        return (self.cut_over,)

    def scope(self) -> str:
        return str(self.cut_over.site.code)


@dataclass(frozen=True)
class Figure:
    """One figure of what is there now: `measure` such as stock.value, its `title` for people, what it is `of`
    (empty: the total), and the `value`."""

    measure: str
    title: str
    of: str
    value: Decimal


@dataclass(frozen=True, kw_only=True)
class MeasuringCutOver(Question[list[Figure]]):
    """What is there at a site now, for comparison with the old system's books?"""

    site: Site


@dataclass(frozen=True, kw_only=True)
class NamingMeasures(Question[tuple[str, ...]]):
    """Which measures can be compared with the old system's books, such as stock.value?"""


@dataclass(frozen=True, kw_only=True)
class CheckingCutOver(Question[list[str]]):
    """Which rules of the ledgers are broken by what was taken in? A sentence for each."""

    site: Site
