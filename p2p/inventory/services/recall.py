"""Recalls: write down what a suspicion touches, hold all of it at once, look again, lift, close, reopen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.facts import ask, tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.engine.tracing import Key
from p2p.inventory.facts import Held
from p2p.inventory.models import Hold, Recall, RecallLine
from p2p.inventory.models.recall import RECALL_FLOW
from p2p.inventory.selectors import recall as reads
from p2p.inventory.selectors.genealogy import arrays
from p2p.inventory.selectors.recall import Scope
from p2p.inventory.selectors.starts import Suspicion
from p2p.inventory.services.holds import unhold
from p2p.inventory.services.recall_lines import loose, pieces_of, write
from p2p.inventory.trace_facts import (
    RecallClosed,
    RecallDrawnUp,
    Recalled,
    Recalling,
    RecallLifted,
    RecallReopened,
)
from strategies.models import Site
from strategies.services.numbering import take_numbers

ATTEMPTS = 5

# Whoever moves stock of these lots or serials finishes first; whoever comes later waits, and then meets the holds.
_LOCK = """
    SELECT b.id FROM inventory_balance b
    WHERE b.lot_id = ANY(%(lots)s) OR b.serial_id = ANY(%(serials)s)
    ORDER BY b.item_id, b.location_id, b.lot_id NULLS FIRST, b.serial_id NULLS FIRST, b.handling_unit_id NULLS FIRST
    FOR NO KEY UPDATE OF b
"""
_THERE = (
    "SELECT b.id FROM inventory_balance b WHERE b.lot_id = ANY(%(lots)s) OR b.serial_id = ANY(%(serials)s)"
)
# Every lot and serial that this recall does not hold yet, whether any of it is left or may come back.
_HOLD = """
    INSERT INTO inventory_hold (kind, blocks, item_id, lot_id, serial_id, note, reference, placed_at, placed_by_id)
    SELECT 'recall', 'use', coalesce(l.item_id, s.item_id), l.id, s.id, %(note)s, %(reference)s, %(at)s, %(by)s
    FROM unnest(%(kinds)s::int[], %(ids)s::bigint[]) n(kind, id)
    LEFT JOIN inventory_lot l ON n.kind = 1 AND l.id = n.id
    LEFT JOIN inventory_serial s ON n.kind = 2 AND s.id = n.id
    WHERE n.kind > 0 AND NOT EXISTS (
        SELECT FROM inventory_hold h
        WHERE h.reference = %(reference)s AND h.kind = 'recall' AND h.released_at IS NULL
            AND h.lot_id IS NOT DISTINCT FROM l.id AND h.serial_id IS NOT DISTINCT FROM s.id
    )
    RETURNING id
"""
# Untracked stock cannot be told apart: where some of it may lie, all of its item is held.
_HOLD_PLACES = """
    INSERT INTO inventory_hold (kind, blocks, item_id, location_id, note, reference, placed_at, placed_by_id)
    SELECT DISTINCT 'recall', 'use', n.item, n.place, %(note)s, %(reference)s, %(at)s::timestamptz, %(by)s::bigint
    FROM unnest(%(items)s::bigint[], %(places)s::bigint[]) n(item, place)
    WHERE NOT EXISTS (
        SELECT FROM inventory_hold h
        WHERE h.reference = %(reference)s AND h.kind = 'recall' AND h.released_at IS NULL
            AND h.item_id = n.item AND h.location_id = n.place
    )
    RETURNING id
"""


@transaction.atomic
def draw_up(
    *,
    title: str,
    suspicion: Suspicion,
    upstream: bool = False,
    untracked: bool = False,
    practice: bool = False,
    site: Site | None = None,
    by: User | None,
) -> Recall:
    """Write a recall with everything the suspicion touches now; nothing is held yet.

    `upstream`: also all that the starts were made of. `untracked`: holding it will hold all stock of untracked items
    where some of it lies. `practice`: an exercise that never holds. Refused when the suspicion names or has touched
    nothing.
    """
    if not title.strip():
        raise Refused(_("Say in a few words why it is recalled."), code="no_title", field="title")
    found = reads.scope(suspicion, upstream=upstream)
    moment = now()
    recall = Recall.objects.create(
        number=take_numbers(code="RCL", count=1)[0],
        title=title.strip(),
        site=site,
        practice=practice,
        starts={**reads.kept(suspicion), "upstream": upstream, "untracked": untracked},
        asked_at=moment,
        drawn_at=moment,
        asked_by=by,
    )
    write(recall, found, {})
    tell(RecallDrawnUp(recall=recall, by=by))
    return recall


@transaction.atomic
def hold_all(*, recall: Recall, by: User | None) -> Recall:
    """Put everything it touches on hold with one action; orders in process are blocked by those who own them.

    Work and moves under way finish first and what they brought is held, too; what comes later is refused. Held
    already, it holds what came since. Refused for an exercise, a closed recall, and when stock moves faster than it
    can be read.
    """
    locked = Recall.objects.select_for_update(of=("self",)).get(pk=recall.pk)
    if locked.practice:
        raise Refused(
            _("{recall} is an exercise: it holds nothing."),
            code="practice",
            about=locked,
            recall=locked.number,
        )
    no = RECALL_FLOW.refusal(locked, "hold")
    if no is not None:
        raise no
    found = _standing_still(locked, by)
    moment = now()
    RECALL_FLOW.take(locked, "hold", held_at=moment, revision=F("revision") + 1)
    holds = _hold(locked, found, moment, by)
    write(locked, found, {})
    if holds:
        tell(Held(holds=tuple(holds), by=by))
    tell(Recalled(recall=locked, issues=found.issues, by=by))
    return locked


def _scope(recall: Recall) -> Scope:
    return reads.scope(reads.suspicion_of(recall), upstream=bool(recall.starts.get("upstream")))


def _standing_still(recall: Recall, by: User | None) -> Scope:
    """What it touches, with orders and stock of all of it locked: nothing came or went between look and lock."""
    found = _scope(recall)
    keys, working, issues = set(found.depths), found.working, set(found.issues)
    for _attempt in range(ATTEMPTS):
        before = transaction.savepoint()
        ask(Recalling(recall=recall, issues=tuple(sorted(issues)), by=by))
        still = _lock(keys)
        again = _scope(recall)
        if still and set(again.depths) <= keys and again.working <= working:
            return again
        # Locks of this look go before more are taken: orders always come before their stock.
        transaction.savepoint_rollback(before)
        keys, working, issues = keys | set(again.depths), working | again.working, issues | set(again.issues)
    raise Refused(
        _("What {recall} touches is being worked on right now: try again in a moment."),
        code="changed_meanwhile",
        about=recall,
        recall=recall.number,
    )


def _lock(keys: Iterable[Key]) -> bool:
    """Lock all stock of these; False when some came to a new place while this waited for its lock."""
    chosen = list(keys)
    wanted = {
        "lots": [number for kind, number in chosen if kind == "lot"],
        "serials": [number for kind, number in chosen if kind == "serial"],
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, wanted)
        locked = {row[0] for row in cursor.fetchall()}
        cursor.execute(_THERE, wanted)
        return {row[0] for row in cursor.fetchall()} == locked


def _hold(recall: Recall, found: Scope, moment: Any, by: User | None) -> list[Hold]:
    words = {
        "note": f"{recall.number} {recall.title}"[:200],
        "reference": recall.number,
        "at": moment,
        "by": by.pk if by else None,
    }
    untold = [line for line in found.lines if loose(line)] if recall.starts.get("untracked") else []
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, {**words, **arrays(found.depths)})
        placed = [row[0] for row in cursor.fetchall()]
        if untold:
            places = [line.location.pk for line in untold if line.location]
            cursor.execute(
                _HOLD_PLACES, {**words, "items": [line.item.pk for line in untold], "places": places}
            )
            placed += [row[0] for row in cursor.fetchall()]
    return list(Hold.objects.filter(pk__in=placed).select_related("item").order_by("pk"))


@transaction.atomic
def refresh(*, recall: Recall, by: User | None) -> Recall:
    """Draw it up again; on hold, what came since is held, too. `summary["changes"]` says what is new and what is gone.

    Refused for a closed recall, and when nothing of it is left to be found.
    """
    locked = Recall.objects.select_for_update(of=("self",)).get(pk=recall.pk)
    if locked.state == Recall.State.CLOSED:
        raise Refused(
            _("{recall} is closed: reopen it first."), code="wrong_state", about=locked, recall=locked.number
        )
    before = pieces_of(locked)
    if locked.state == Recall.State.HELD:
        hold_all(recall=locked, by=by)
        locked.refresh_from_db()
    else:
        write(locked, _scope(locked), {})
        tell(RecallDrawnUp(recall=locked, by=by))
    after = pieces_of(locked)
    changes = {"new": len(after - before), "gone": len(before - after), "at": now().isoformat()}
    locked.summary = {**locked.summary, "changes": changes}
    Recall.objects.filter(pk=locked.pk).update(summary=locked.summary)
    return locked


@transaction.atomic
def lift_all(*, recall: Recall, by: User | None) -> Recall:
    """Lift every hold it placed; its orders may go on. Refused unless it is on hold."""
    locked = Recall.objects.select_for_update(of=("self",)).get(pk=recall.pk)
    RECALL_FLOW.take(locked, "lift", revision=F("revision") + 1)
    _lift(locked, by)
    return locked


def _lift(recall: Recall, by: User | None) -> None:
    standing = Hold.objects.filter(reference=recall.number, kind=Hold.Kind.RECALL, released_at__isnull=True)
    holds = list(standing.order_by("pk"))
    if holds:
        unhold(holds=holds, by=by)
        recall.refresh_from_db(fields=["summary"])
    RecallLine.objects.filter(recall=recall).update(hold=None)
    recall.summary = {**recall.summary, "holds": 0}
    Recall.objects.filter(pk=recall.pk).update(summary=recall.summary)
    tell(RecallLifted(recall=recall, by=by))


@transaction.atomic
def close(*, recall: Recall, note: str, lift: bool = False, by: User | None) -> Recall:
    """End it with a note on what was found and done. Its holds stay, or are lifted with it. Refused without a note."""
    if not note.strip():
        raise Refused(_("Say how it ended before you close it."), code="no_note", field="note")
    locked = Recall.objects.select_for_update(of=("self",)).get(pk=recall.pk)
    RECALL_FLOW.take(
        locked, "close", note=note.strip(), closed_at=now(), closed_by=by, revision=F("revision") + 1
    )
    if lift:
        _lift(locked, by)
    tell(RecallClosed(recall=locked, by=by))
    return locked


@transaction.atomic
def reopen(*, recall: Recall, by: User | None) -> Recall:
    """Take it up again; the note of its end stays until it is closed again. Refused unless it is closed."""
    locked = Recall.objects.select_for_update(of=("self",)).get(pk=recall.pk)
    RECALL_FLOW.take(locked, "reopen", closed_at=None, closed_by=None, revision=F("revision") + 1)
    tell(RecallReopened(recall=locked, by=by))
    return locked
