"""The writes of a mass replacement and of taking it back: a fixed number of statements for any number of bills."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import F

from strategies.engine.replacing import Candidate, Fate
from strategies.models import BomLine, BomVersion, ReplaceLine, ReplaceRun

Outcome = ReplaceLine.Outcome
# Foreign keys are looked at after each statement: history triggers walk all that waits for the end of the
# transaction once a row, and with ten thousand new lines waiting that took a minute.
_AT_ONCE = "SET CONSTRAINTS ALL IMMEDIATE"
_KEPT = """
    INSERT INTO strategies_replaceline (run_id, bom_id, old_line, position, outcome, revision, before, problem)
    SELECT %(run)s, line.bom_id, line.id, line.position, done.outcome, version.revision + 1,
           jsonb_build_object(
               'quantity', line.quantity::text, 'percent', line.percent::text, 'valid_to', line.valid_to,
               'component_bom', line.component_bom_id, 'component_route', line.component_route_id,
               'steps', (SELECT jsonb_agg(jsonb_build_array(step.id, step.quantity::text) ORDER BY step.id)
                           FROM strategies_bomstep AS step WHERE step.line_id = line.id)), ''
      FROM unnest(%(lines)s::bigint[], %(outcomes)s::text[]) AS done (line_id, outcome)
      JOIN strategies_bomline AS line ON line.id = done.line_id
      JOIN strategies_bomversion AS version ON version.id = line.bom_id
"""
_CHANGED = """
       quantity = ROUND(line.quantity * %(ratio)s, 12),
       percent = CASE WHEN line.formula = 'percent' THEN ROUND(line.percent * %(ratio)s, 12) ELSE line.percent END
"""
_SWAP = f"""
    UPDATE strategies_bomline AS line
       SET component_id = %(new)s, component_bom_id = NULL, component_route_id = NULL, {_CHANGED}
      FROM strategies_replaceline AS kept
     WHERE kept.run_id = %(run)s AND kept.outcome = 'swaps' AND line.id = kept.old_line
"""
_SWAP_STEPS = """
    UPDATE strategies_bomstep AS step SET quantity = ROUND(step.quantity * %(ratio)s, 12)
      FROM strategies_replaceline AS kept
     WHERE kept.run_id = %(run)s AND kept.outcome = 'swaps' AND step.line_id = kept.old_line
"""
_END = """
    UPDATE strategies_bomline AS line SET valid_to = %(last)s
      FROM strategies_replaceline AS kept
     WHERE kept.run_id = %(run)s AND kept.outcome = 'ends' AND line.id = kept.old_line
"""
# The new line stands behind the old one where that position is free, else behind the last. Until the line is there,
# `new_line` holds its position: what was just made is then found by the index of bill and position.
_PLACE = """
    WITH placed AS (
        SELECT kept.id, CASE
               WHEN EXISTS (SELECT 1 FROM strategies_bomline AS next
                             WHERE next.bom_id = line.bom_id AND next.position = line.position + 1)
               THEN (SELECT MAX(other.position) FROM strategies_bomline AS other WHERE other.bom_id = line.bom_id)
                    + 10 * ROW_NUMBER() OVER (PARTITION BY line.bom_id ORDER BY line.position)
               ELSE line.position + 1 END AS position
          FROM strategies_replaceline AS kept
          JOIN strategies_bomline AS line ON line.id = kept.old_line
         WHERE kept.run_id = %(run)s AND kept.outcome = 'ends'
    )
    UPDATE strategies_replaceline AS kept SET new_line = placed.position FROM placed WHERE kept.id = placed.id
"""
_FOLLOW = """
    INSERT INTO strategies_bomline ({columns})
    SELECT {values}
      FROM strategies_replaceline AS kept
      JOIN strategies_bomline AS line ON line.id = kept.old_line
     WHERE kept.run_id = %(run)s AND kept.outcome = 'ends'
"""
_NAME = """
    UPDATE strategies_replaceline AS kept SET new_line = line.id
      FROM strategies_bomline AS line
     WHERE kept.run_id = %(run)s AND kept.outcome = 'ends'
       AND line.bom_id = kept.bom_id AND line.position = kept.new_line
"""
_STEPS = """
    INSERT INTO strategies_bomstep (line_id, from_quantity, quantity)
    SELECT kept.new_line, step.from_quantity, ROUND(step.quantity * %(ratio)s, 12)
      FROM strategies_replaceline AS kept
      JOIN strategies_bomstep AS step ON step.line_id = kept.old_line
     WHERE kept.run_id = %(run)s AND kept.outcome = 'ends'
"""
_UNSWAP = """
    UPDATE strategies_bomline AS line
       SET component_id = %(old)s, quantity = (kept.before->>'quantity')::numeric,
           percent = (kept.before->>'percent')::numeric,
           component_bom_id = (kept.before->>'component_bom')::bigint,
           component_route_id = (kept.before->>'component_route')::bigint
      FROM strategies_replaceline AS kept
     WHERE kept.run_id = %(run)s AND kept.outcome = 'swaps' AND line.id = kept.old_line
       AND kept.bom_id = ANY(%(boms)s)
"""
_UNSWAP_STEPS = """
    UPDATE strategies_bomstep AS step SET quantity = (was.step->>1)::numeric
      FROM strategies_replaceline AS kept
      CROSS JOIN LATERAL jsonb_array_elements(kept.before->'steps') AS was (step)
     WHERE kept.run_id = %(run)s AND kept.outcome = 'swaps' AND jsonb_typeof(kept.before->'steps') = 'array'
       AND kept.bom_id = ANY(%(boms)s) AND step.id = (was.step->>0)::bigint
"""
_UNEND = """
    UPDATE strategies_bomline AS line SET valid_to = (kept.before->>'valid_to')::date
      FROM strategies_replaceline AS kept
     WHERE kept.run_id = %(run)s AND kept.outcome = 'ends' AND line.id = kept.old_line
       AND kept.bom_id = ANY(%(boms)s)
"""


def write(run: ReplaceRun, lines: Sequence[tuple[Candidate, Fate]]) -> None:
    """Change these lines (their bills are locked) and keep beside the run what they said before."""
    first = run.valid_from or date.max
    given: dict[str, Any] = {
        "run": run.pk,
        "lines": [line.line for line, _what in lines],
        "outcomes": [what for _line, what in lines],
        "ratio": run.ratio,
        "new": run.new_id,
        "last": first - timedelta(days=1),
        "first": first,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AT_ONCE)
        cursor.execute(_KEPT, given)
        # The planner knows nothing of rows written just now: it would look for each of them among all the others.
        cursor.execute("ANALYZE strategies_replaceline")
        for sql in (_PLACE, _FOLLOW.format(**_columns()), _NAME, _STEPS, _END, _SWAP_STEPS, _SWAP):
            cursor.execute(sql, given)
    _count_on({line.bom for line, _what in lines})


def _columns() -> dict[str, str]:
    """Every column of a line, the new one's own where it differs."""
    own = {
        "component_id": "%(new)s",
        "component_bom_id": "NULL::bigint",
        "component_route_id": "NULL::bigint",
        "position": "kept.new_line",
        "valid_from": "%(first)s",
        "quantity": "ROUND(line.quantity * %(ratio)s, 12)",
        "percent": "CASE WHEN line.formula = 'percent' THEN ROUND(line.percent * %(ratio)s, 12) "
        "ELSE line.percent END",
    }
    names = [str(each.column) for each in BomLine._meta.concrete_fields if not each.primary_key]
    return {
        "columns": ", ".join(f'"{name}"' for name in names),
        "values": ", ".join(own.get(name, f'line."{name}"') for name in names),
    }


def leave(
    run: ReplaceRun,
    lines: Sequence[tuple[Candidate, str]],
    problems: Sequence[str],
    revisions: dict[int, int],
) -> None:
    """Keep which lines were left alone, and why."""
    ReplaceLine.objects.bulk_create(
        [
            ReplaceLine(
                run=run,
                bom_id=line.bom,
                old_line=line.line,
                position=line.position,
                outcome=what,
                revision=revisions.get(line.bom, 0),
                problem=problem,
            )
            for (line, what), problem in zip(lines, problems, strict=True)
        ],
        batch_size=2000,
    )


def take_back(run: ReplaceRun, done: ReplaceRun, boms: Sequence[int]) -> None:
    """Undo what `done` did in these bills, which nobody has changed since."""
    given: dict[str, Any] = {"run": done.pk, "old": done.old_id, "boms": list(boms)}
    with connection.cursor() as cursor:
        cursor.execute(_AT_ONCE)
    kept = done.lines.filter(bom__in=boms)
    BomLine.objects.filter(pk__in=kept.filter(outcome=Outcome.ENDS).values("new_line")).delete()
    with connection.cursor() as cursor:
        for sql in (_UNEND, _UNSWAP_STEPS, _UNSWAP):
            cursor.execute(sql, given)
    _count_on(set(boms))
    ReplaceLine.objects.bulk_create(
        [
            ReplaceLine(
                run=run,
                bom_id=bom,
                old_line=line,
                position=place,
                outcome=Outcome.BACK,
                revision=revision + 1,
            )
            for bom, line, place, revision in kept.filter(
                outcome__in=(Outcome.ENDS, Outcome.SWAPS)
            ).values_list("bom_id", "old_line", "position", "revision")
        ],
        batch_size=2000,
    )


def _count_on(boms: set[int]) -> None:
    BomVersion.objects.filter(pk__in=boms).update(revision=F("revision") + 1)
