"""Costing measured: a roll-up of 100,000 items, and postings beside the bare insert of the same rows."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from django.db import connection, transaction

from costing.engine.rollup import Part, Step, Use, roll_up
from costing.models import CostElement, Entry
from costing.services.entries import Draft, Line, write
from p2p.bench.rows import Row
from strategies.models import Currency, Site

ITEMS, LINES, ENTRIES = 100_000, 5, 5_000


def bench_costing() -> list[Row]:
    """Two figures: the engine alone, and the ledger's writer; the ledger is left as it was."""
    return [_roll_up(), _postings()]


def _plant() -> Sequence[Part]:
    """Nine levels: an item uses five of the levels below it; the same plant every time."""
    choose = random.Random(42)
    level = ITEMS // 9
    parts = [
        Part(item, price=Decimal(choose.randrange(1, 10_000)) / 100, price_element=1) for item in range(level)
    ]
    for item in range(level, ITEMS):
        below = (item // level) * level
        uses = tuple(Use(choose.randrange(below), choose.randrange(1, 5)) for _line in range(LINES))
        step = Step(2, Decimal(30), Decimal(choose.randrange(1, 200)) / 100, Decimal("0.5"))
        parts.append(Part(item, lot=50, uses=uses, steps=(step,)))
    return parts


def _roll_up() -> Row:
    parts = _plant()
    began = time.process_time()
    rolled = roll_up(parts)
    seconds = time.process_time() - began
    lines = sum(len(part.uses) for part in parts)
    note = f"{lines:,} lines, {len(rolled.costs):,} items costed exactly, plain Python"
    return Row("roll-up of 100,000 items, engine", seconds, "CPU s", "aim of the costing issue", 0.1, note)


class _Undo(Exception):
    """Takes the measured rows away again."""


def _postings() -> Row:
    ours = bare = 0.0
    try:
        with transaction.atomic():
            currency, _new = Currency.objects.get_or_create(code="USD", defaults={"name": "US dollar"})
            site = Site.objects.create(code="BENCH-COST", name="Bench", currency=currency)
            element = CostElement.objects.create(code="bench", name="Bench", kind="material")
            ours = _ours(site, element)
            bare = _bare(site, element)
            raise _Undo
    except _Undo:
        pass
    note = f"{ENTRIES:,} entries of two postings, balance checked by the database"
    return Row(
        "postings written",
        2 * ENTRIES / ours,
        "rows/s",
        "bare INSERT of the same rows",
        2 * ENTRIES / bare,
        note,
    )


def _ours(site: Site, element: CostElement) -> float:
    at = datetime(2012, 1, 4, 12, tzinfo=UTC)
    lines = (Line("wip", Decimal("12.34"), element.pk), Line("inventory", Decimal("-12.34"), element.pk))
    drafts = [
        Draft(site=site, kind=Entry.Kind.ISSUE, effective_at=at, lines=lines) for _one in range(ENTRIES)
    ]
    began = time.perf_counter()
    write(drafts=drafts, by=None)
    return time.perf_counter() - began


def _bare(site: Site, element: CostElement) -> float:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH made AS (INSERT INTO costing_entry (site_id, kind, reference, effective_at, posted_on, posted_at)"
            " SELECT %s, 'issue', '', now(), now()::date, now() FROM generate_series(1, %s) RETURNING id)"
            " INSERT INTO costing_posting (entry_id, account, element_id, amount)"
            " SELECT made.id, side.account, %s, side.amount FROM made"
            " CROSS JOIN (VALUES ('wip', 12.34), ('inventory', -12.34)) AS side (account, amount)",
            [site.pk, ENTRIES, element.pk],
        )
    return time.perf_counter() - began
