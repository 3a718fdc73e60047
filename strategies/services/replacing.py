"""The writes of a mass replacement and of taking it back: a fixed number of statements for any number of bills."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection

from strategies.engine.replacing import Candidate, Fate
from strategies.models import BomLine, ReplaceLine, ReplaceRun

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
                           FROM strategies_bomstep AS step WHERE step.line_id = line.id),
               'alternates', (SELECT COALESCE(jsonb_agg(to_jsonb(other) ORDER BY other.id), '[]')
                                FROM strategies_bomalternate AS other WHERE other.line_id = line.id),
               'left', (SELECT COALESCE(jsonb_agg(jsonb_build_array(other.id, ROUND(other.ratio / %(ratio)s, 12)::text)
                                                  ORDER BY other.id), '[]')
                          FROM strategies_bomalternate AS other
                         WHERE other.line_id = line.id AND other.component_id <> %(new)s)), ''
      FROM unnest(%(lines)s::bigint[], %(outcomes)s::text[]) AS done (line_id, outcome)
      JOIN strategies_bomline AS line ON line.id = done.line_id
      JOIN strategies_bomversion AS version ON version.id = line.bom_id
"""
_SWAP = """
    UPDATE strategies_bomline AS line
       SET component_id = %(new)s, component_bom_id = NULL, component_route_id = NULL,
           quantity = ROUND(line.quantity * %(ratio)s, 12)
      FROM strategies_replaceline AS kept
     WHERE kept.run_id = %(run)s AND kept.outcome = 'swaps' AND line.id = kept.old_line
"""
# What stands in for one of the old component stands in for `ratio` of the new one; the new one for itself no more.
_SWAP_DROPS = """
    DELETE FROM strategies_bomalternate AS other USING strategies_replaceline AS kept
     WHERE kept.run_id = %(run)s AND kept.outcome = 'swaps' AND other.line_id = kept.old_line
       AND other.component_id = %(new)s
"""
_SWAP_RATIOS = """
    UPDATE strategies_bomalternate AS other SET ratio = ROUND(other.ratio / %(ratio)s, 12)
      FROM strategies_replaceline AS kept
     WHERE kept.run_id = %(run)s AND kept.outcome = 'swaps' AND other.line_id = kept.old_line AND %(ratio)s <> 1
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
_UNSWAP_ALTERNATES = """
    INSERT INTO strategies_bomalternate
    SELECT old.*
      FROM strategies_replaceline AS kept
      CROSS JOIN LATERAL jsonb_populate_recordset(NULL::strategies_bomalternate, kept.before->'alternates') AS old
     WHERE kept.run_id = %(run)s AND kept.outcome = 'swaps' AND jsonb_typeof(kept.before->'alternates') = 'array'
       AND kept.bom_id = ANY(%(boms)s)
        ON CONFLICT (id) DO UPDATE SET ratio = EXCLUDED.ratio
"""
# Alternates are agreed on beside the revision: a bill whose new lines have some, or whose swapped lines have not
# those that were left to them, was changed.
_OTHERS = """
    SELECT kept.bom_id
      FROM strategies_replaceline AS kept
      LEFT JOIN LATERAL (
          SELECT jsonb_agg(jsonb_build_array(other.id, other.ratio::text) ORDER BY other.id) AS now
            FROM strategies_bomalternate AS other
           WHERE other.line_id = CASE kept.outcome WHEN 'ends' THEN kept.new_line ELSE kept.old_line END
      ) AS others ON true
     WHERE kept.run_id = %s AND (
               kept.outcome = 'ends' AND others.now IS NOT NULL
            OR kept.outcome = 'swaps' AND COALESCE(others.now, '[]') <> kept.before->'left')
"""
_COUNT_ON = """
    UPDATE strategies_bomversion AS version SET revision = version.revision + 1
      FROM (SELECT DISTINCT bom_id FROM strategies_replaceline WHERE run_id = %(run)s AND outcome IN ('ends', 'swaps')
               AND (%(boms)s::bigint[] IS NULL OR bom_id = ANY(%(boms)s))) AS kept
     WHERE version.id = kept.bom_id
"""
_BACK = """
    INSERT INTO strategies_replaceline (run_id, bom_id, old_line, position, outcome, revision, before, problem)
    SELECT %(back)s, kept.bom_id, kept.old_line, kept.position, 'back', kept.revision + 1, '{}', ''
      FROM strategies_replaceline AS kept
     WHERE kept.run_id = %(run)s AND kept.outcome IN ('ends', 'swaps') AND kept.bom_id = ANY(%(boms)s)
     ORDER BY kept.id
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
        "boms": None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AT_ONCE)
        cursor.execute(_KEPT, given)
        # The planner knows nothing of rows written just now: it would look for each of them among all the others.
        cursor.execute("ANALYZE strategies_replaceline")
        follow = _FOLLOW.format(**_columns())
        for sql in (
            _PLACE,
            follow,
            _NAME,
            _STEPS,
            _END,
            _SWAP_STEPS,
            _SWAP_DROPS,
            _SWAP_RATIOS,
            _SWAP,
            _COUNT_ON,
        ):
            cursor.execute(sql, given)


def _columns() -> dict[str, str]:
    """Every column of a line, the new one's own where it differs."""
    own = {
        "component_id": "%(new)s",
        "component_bom_id": "NULL::bigint",
        "component_route_id": "NULL::bigint",
        "position": "kept.new_line",
        "valid_from": "%(first)s",
        "quantity": "ROUND(line.quantity * %(ratio)s, 12)",
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
    given: dict[str, Any] = {"run": done.pk, "back": run.pk, "old": done.old_id, "boms": list(boms)}
    with connection.cursor() as cursor:
        cursor.execute(_AT_ONCE)
    ended = done.lines.filter(bom__in=boms, outcome=Outcome.ENDS)
    BomLine.objects.filter(pk__in=ended.values("new_line")).delete()
    with connection.cursor() as cursor:
        for sql in (_UNEND, _UNSWAP_STEPS, _UNSWAP, _UNSWAP_ALTERNATES, _COUNT_ON, _BACK):
            cursor.execute(sql, given)


def agreed_otherwise(done: ReplaceRun) -> set[int]:
    """Bills of a run whose alternates are not as it left them. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS, [done.pk])
        return {bom for (bom,) in cursor.fetchall()}
