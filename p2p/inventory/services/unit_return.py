"""Handling units that travelled as units stand where their content came back to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NoReturn

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused
from p2p.inventory.models import Balance, HandlingUnit, Move

# Every unit of the outermost units that these stand in: (outermost, unit, the unit it is in).
_WHOLE = """
    WITH RECURSIVE up(id, parent_id, depth) AS (
        SELECT id, parent_id, 0 FROM inventory_handlingunit WHERE id = ANY(%s)
        UNION ALL
        SELECT u.id, u.parent_id, p.depth + 1 FROM inventory_handlingunit u JOIN up p ON u.id = p.parent_id
        WHERE p.depth < 20
    ), inside(root, id, parent_id, depth) AS (
        SELECT DISTINCT id, id, parent_id, 0 FROM up WHERE parent_id IS NULL
        UNION ALL
        SELECT i.root, u.id, u.parent_id, i.depth + 1 FROM inventory_handlingunit u JOIN inside i ON u.parent_id = i.id
        WHERE i.depth < 20
    )
    SELECT DISTINCT root, id, parent_id FROM inside ORDER BY root, id
"""


def lock_travelled(*, moves: Sequence[Move]) -> None:
    """Lock the units out of which or with which these moves went, from the outermost ones down, in key order: before
    the moves are taken back, as units come before the balances in them. Read again while somebody puts units into each
    other. No query where no unit is concerned."""
    units = {move.handling_unit_id for move in moves if move.handling_unit_id}
    keys: list[int] = []
    while units and (now := _whole_of(units)) != keys:
        keys = now
        rows = HandlingUnit.objects.select_for_update(no_key=True).filter(pk__in=keys)
        list(rows.order_by("pk").values_list("pk"))


def _whole_of(units: Iterable[int]) -> list[int]:
    return sorted(unit for _root, unit, _parent in _tree_rows(units))


@transaction.atomic
def bring_back(*, moves: Sequence[Move]) -> None:
    """Units that stayed whole with these moves, which were taken back just now, stand where the moves began.

    The unit they stand in comes along when nothing of it is elsewhere; else they are taken out of it, and what stands
    in them out of them where it did not come back. Refused when a unit itself holds something that is elsewhere. A few
    statements for each place; none where no unit travelled.
    """
    went = {
        move.into_unit_id: move.source_id
        for move in moves
        if move.into_unit_id and move.into_unit_id == move.handling_unit_id
    }
    if not went:
        return
    trees, lies = _trees(went)
    for key in sorted(went):
        if len(lies[key]) > 1:
            _refuse_torn(key)
    for root, tree in trees.items():
        _stand(root, tree, {unit: place for unit, place in went.items() if unit in tree}, lies)


def _refuse_torn(key: int) -> NoReturn:
    unit = HandlingUnit.objects.get(pk=key)
    raise Refused(
        _("{unit} holds something that did not go with it: take that out of it first."),
        code="unit_torn",
        about=unit,
        unit=unit.number,
    )


def _trees(units: Iterable[int]) -> tuple[dict[int, dict[int, int | None]], dict[int, set[int]]]:
    """The outermost units that these stand in: outermost -> {unit: the unit it is in}; unit -> where its content lies.
    Two statements."""
    rows = _tree_rows(units)
    trees: dict[int, dict[int, int | None]] = defaultdict(dict)
    for root, unit, parent in rows:
        trees[root][unit] = parent
    inside = [unit for _root, unit, _parent in rows]
    content = Balance.objects.filter(handling_unit__in=inside, quantity__gt=0)
    lies: dict[int, set[int]] = defaultdict(set)
    for unit, place in content.values_list("handling_unit", "location"):
        lies[unit].add(place)
    return trees, lies


def _tree_rows(units: Iterable[int]) -> list[tuple[int, int, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_WHOLE, [sorted(units)])
        return [(root, unit, parent) for root, unit, parent in cursor.fetchall()]


def _parts(moves: Sequence[Move]) -> list[Move]:
    """Those that took something out of a unit."""
    return [move for move in moves if move.handling_unit_id and move.into_unit_id != move.handling_unit_id]


@transaction.atomic
def follow_the_last(*, moves: Sequence[Move]) -> None:
    """Units which these moves emptied, with all that stands in them, stand where the last of it went. One that somebody
    is moving just now is left to them. No query where nothing came out of a unit."""
    went = {move.handling_unit_id: move.target_id for move in _parts(moves) if move.handling_unit_id}
    if not went:
        return
    trees, lies = _trees(went)
    for tree in trees.values():
        if not any(lies[unit] for unit in tree):
            free = HandlingUnit.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__in=tree)
            keys = list(
                free.exclude(state=HandlingUnit.State.RETIRED).order_by("pk").values_list("pk", flat=True)
            )
            place = next(went[unit] for unit in reversed(went) if unit in tree)
            HandlingUnit.objects.filter(pk__in=keys).update(location=place)


@transaction.atomic
def meet_again(*, moves: Sequence[Move]) -> None:
    """The reverse, once the moves were taken back: the units stand where what came out of them lies in them again.
    Refused when they were filled with something else elsewhere. No query where nothing came out of a unit."""
    went = {move.handling_unit_id for move in _parts(moves) if move.handling_unit_id}
    if not went:
        return
    trees, lies = _trees(went)
    for root, tree in trees.items():
        places = set().union(*(lies[unit] for unit in tree))
        if len(places) > 1:
            unit = HandlingUnit.objects.get(pk=root)
            raise Refused(
                _("{unit} is used elsewhere by now: empty it first."),
                code="unit_elsewhere",
                about=unit,
                unit=unit.number,
            )
        HandlingUnit.objects.filter(pk__in=tree).update(location=places.pop())


def _stand(root: int, tree: dict[int, int | None], went: dict[int, int], lies: dict[int, set[int]]) -> None:
    places = set().union(*(lies[unit] for unit in tree))
    if len(places) == 1:
        HandlingUnit.objects.filter(pk__in=tree).update(location=places.pop())
        return
    for place in sorted(set(went.values())):
        mine = {unit for unit, at in went.items() if at == place}
        away = {unit for unit in _below(mine, tree) - mine if lies[unit] - {place}}
        moved = (mine | _below(mine, tree)) - away - _below(away, tree)
        HandlingUnit.objects.filter(pk__in=moved).update(location=place)
        torn = [unit for unit in tree if unit != root and (unit in moved) != (tree[unit] in moved)]
        HandlingUnit.objects.filter(pk__in=torn).update(parent=None)


def _below(units: Collection[int], tree: dict[int, int | None]) -> set[int]:
    """What stands in these, however deep."""
    found: set[int] = set()
    while more := {unit for unit, parent in tree.items() if parent in found | set(units)} - found:
        found |= more
    return found
