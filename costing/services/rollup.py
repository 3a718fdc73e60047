"""Roll standard costs up: load, think, store, as a run that can be watched and repeated."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction

from costing.engine.gaps import gaps
from costing.engine.rollup import Rolled, roll_up
from costing.models import CostVersion, ItemCost, RollupRun, RollupWarning
from costing.services.version import still_pending
from costing.snapshot import Snapshot, of_items, take
from p2p.core.models import User
from p2p.core.numbers import decimal_of
from p2p.core.runs import Say, start, storing
from strategies.models import Item

BATCH = 5000


@transaction.atomic
def roll(*, version: CostVersion, by: User) -> RollupRun:
    """Queue a roll-up of a pending version; one at a time per site, others wait."""
    still_pending(version)
    run = RollupRun(version=version, scope=version.site.code)
    start(run=run, by=by)
    return run


def perform(run: RollupRun, say: Say) -> dict[str, Any]:
    """The job behind a RollupRun; returns its summary. Same rows in, same costs out."""
    version = CostVersion.objects.select_related("site__currency").get(pk=run.version_id)
    still_pending(version)
    say("read the structure")
    began = time.perf_counter()
    snapshot = take(version)
    say("roll up", 0, len(snapshot.parts))
    loaded = time.perf_counter()
    rolled = of_items(roll_up(snapshot.parts, snapshot.surcharges), snapshot.stand_ins)
    lacking = without(snapshot, rolled)
    thought = time.perf_counter()
    say("store", 0, len(rolled.costs))
    run.summary = {
        "items": len(snapshot.parts) - len(snapshot.stand_ins),
        "costed": sum(1 for cost in rolled.costs.values() if cost.total),
        "warnings": len(rolled.warnings) + len(snapshot.missing),
        "incomplete": len(lacking),
        "load_seconds": round(loaded - began, 3),
        "think_seconds": round(thought - loaded, 3),
    }
    rows = _store(run, version, snapshot, rolled, [*_incomplete(run, lacking), *_yields(run, snapshot)])
    return {**run.summary, "rows": rows, "store_seconds": round(time.perf_counter() - thought, 3)}


LACKS = ("no_price", "unknown_component", "loop")
"""Warnings of the engine that leave something out of a cost."""


def without(snapshot: Snapshot, rolled: Rolled) -> dict[int, tuple[int, ...]]:
    """Item -> the items that are not costed, or not wholly, at or below it."""
    said = {one.item for one in rolled.warnings if one.code in LACKS} | {one.item for one in snapshot.missing}
    beside = {key for key, item in snapshot.stand_ins.items() if item in said}
    found: dict[int, dict[int, None]] = {}
    for key, each in gaps(snapshot.parts, said | beside).items():
        item = snapshot.stand_ins.get(key, key)
        found.setdefault(item, {}).update(dict.fromkeys(snapshot.stand_ins.get(gap, gap) for gap in each))
    return {item: tuple(each) for item, each in found.items()}


def _incomplete(run: RollupRun, lacking: Mapping[int, tuple[int, ...]]) -> Iterator[RollupWarning]:
    """What its cost lacks, for each item that takes something of it."""
    wanted = {gap for each in lacking.values() for gap in each}
    numbers = dict(Item.objects.filter(pk__in=wanted).values_list("pk", "number"))
    for item, each in sorted(lacking.items()):
        named = [numbers[gap] for gap in each if gap in numbers]
        yield RollupWarning(run=run, code=RollupWarning.INCOMPLETE, item_id=item, facts={"missing": named})


def _yields(run: RollupRun, snapshot: Snapshot) -> Iterator[RollupWarning]:
    """The good share that a cost is divided by, for each item of which not all comes out good."""
    for part in snapshot.parts:
        if part.item not in snapshot.stand_ins and part.made and part.output_share != 1:
            share = str(decimal_of(part.output_share))
            yield RollupWarning(run=run, code=RollupWarning.YIELD, item_id=part.item, facts={"share": share})


def _store(
    run: RollupRun, version: CostVersion, snapshot: Snapshot, rolled: Rolled, notes: list[RollupWarning]
) -> int:
    lots = {part.item: part.lot for part in snapshot.parts}
    rows = [
        ItemCost(
            version=version,
            item_id=item,
            element_id=element,
            this_level=cost.this.get(element, 0),
            lower_level=cost.lower.get(element, 0),
            lot_size=decimal_of(lots.get(item, 1)),
        )
        for item, cost in sorted(rolled.costs.items())
        for element in sorted({*cost.this, *cost.lower})
    ]
    warnings = [
        RollupWarning(
            run=run, code=one.code, item_id=one.item, facts={"path": list(one.path)} if one.path else {}
        )
        for one in rolled.warnings
    ]
    warnings += [
        RollupWarning(run=run, code=one.code, item_id=one.item, facts=dict(one.facts))
        for one in snapshot.missing
    ]
    warnings += notes
    with storing(run):
        ItemCost.objects.filter(version=version).delete()
        RollupWarning.objects.filter(run=run).delete()
        ItemCost.objects.bulk_create(rows, batch_size=BATCH)
        RollupWarning.objects.bulk_create(warnings, batch_size=BATCH)
    return len(rows)
