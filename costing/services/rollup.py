"""Roll standard costs up: load, think, store, as a run that can be watched and repeated."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction

from costing.engine.rollup import Rolled, roll_up
from costing.models import CostVersion, ItemCost, RollupRun, RollupWarning
from costing.services.version import still_pending
from costing.snapshot import Snapshot, of_items, take
from p2p.core.models import User
from p2p.core.numbers import decimal_of
from p2p.core.runs import Say, start, storing

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
    thought = time.perf_counter()
    say("store", 0, len(rolled.costs))
    run.summary = {
        "items": len(snapshot.parts) - len(snapshot.stand_ins),
        "costed": sum(1 for cost in rolled.costs.values() if cost.total),
        "warnings": len(rolled.warnings) + len(snapshot.missing),
        "load_seconds": round(loaded - began, 3),
        "think_seconds": round(thought - loaded, 3),
    }
    rows = _store(run, version, snapshot, rolled)
    return {**run.summary, "rows": rows, "store_seconds": round(time.perf_counter() - thought, 3)}


def _store(run: RollupRun, version: CostVersion, snapshot: Snapshot, rolled: Rolled) -> int:
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
    with storing(run):
        ItemCost.objects.filter(version=version).delete()
        RollupWarning.objects.filter(run=run).delete()
        ItemCost.objects.bulk_create(rows, batch_size=BATCH)
        RollupWarning.objects.bulk_create(warnings, batch_size=BATCH)
    return len(rows)
