"""Bringing a handling unit to another place, with everything that lies in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import Balance, HandlingUnit, Move
from p2p.inventory.services.transfer import ORDER, RELATED, carried, check_places
from strategies.models import Location

# Units with all that stands in them. A unit cannot stand in itself, but a depth keeps a broken table from turning
# forever.
_NESTED = """
    WITH RECURSIVE inside(id, depth) AS (
        SELECT id, 0 FROM inventory_handlingunit WHERE id = ANY(%s)
        UNION ALL
        SELECT u.id, i.depth + 1 FROM inventory_handlingunit u JOIN inside i ON u.parent_id = i.id WHERE i.depth < 20
    )
    SELECT DISTINCT id FROM inside ORDER BY id
"""


@transaction.atomic
def transfer_unit(
    *, unit: HandlingUnit, target: Location, reference: str = "", by: User | None
) -> list[Move]:
    """Carry a handling unit with everything in it, and the units that stand in it. An empty one moves, too.

    Refused when it is retired, stands at the target already, stands in another unit, or a part of it is on hold.
    """
    rows = {row.pk: row for row in locked_whole(unit)}
    keys, here = list(rows), rows[unit.pk]
    if here.state == HandlingUnit.State.RETIRED:
        raise Refused(_("{unit} is not in use any more."), about=here, unit=here.number)
    if here.parent_id is not None:
        raise Refused(
            _("{unit} stands in {parent}: move that one, or take it out first."),
            about=here,
            unit=here.number,
            parent=here.parent.number if here.parent else "",
        )
    if here.location_id == target.pk:
        raise Refused(
            _("{unit} stands at {place} already."), field="target", unit=here.number, place=target.code
        )
    if here.location is not None:
        check_places(here.location, target)
    content = content_of(keys)
    moves = carried([(row, row.quantity) for row in content], target, None, reference, by, whole=True)
    stand(unit=unit, place=target, whole=keys)
    return moves


def _nested(units: Sequence[HandlingUnit]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_NESTED, [[unit.pk for unit in units]])
        return [key for (key,) in cursor.fetchall()]


def locked_whole(unit: HandlingUnit) -> list[HandlingUnit]:
    """The unit and all that stands in it, locked."""
    return locked_wholes([unit])[unit.pk]


def locked_wholes(units: Sequence[HandlingUnit]) -> dict[int, list[HandlingUnit]]:
    """Unit key -> the unit and all that stands in it, all of them locked together in the order of keys, however they
    are named. While one waits for the locks, another may be put into one: so they are read again until both are the
    same."""
    keys: list[int] = []
    rows: list[HandlingUnit] = []
    while (now := _nested(units)) != keys:
        keys, rows = now, locked_rows(now)
    inside: dict[int | None, list[HandlingUnit]] = defaultdict(list)
    for row in rows:
        inside[row.parent_id].append(row)
    known = {row.pk: row for row in rows}
    return {unit.pk: sorted(_with(known[unit.pk], inside), key=lambda row: row.pk) for unit in units}


def _with(unit: HandlingUnit, inside: Mapping[int | None, Sequence[HandlingUnit]]) -> Iterator[HandlingUnit]:
    yield unit
    for row in inside.get(unit.pk, ()):
        yield from _with(row, inside)


def locked_rows(keys: Sequence[int]) -> list[HandlingUnit]:
    """Units as they are now, locked in the order of keys. Locked first and read then: one that was waited for would
    come with its new keys, but joined with what belonged to its old ones."""
    rows = HandlingUnit.objects.filter(pk__in=keys).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))
    return list(rows.select_related("location__site", "parent"))


def content_of(keys: Sequence[int]) -> list[Balance]:
    rows = Balance.objects.filter(handling_unit__in=keys, quantity__gt=0).select_related(*RELATED)
    return list(rows.order_by(*ORDER))


def stand(*, unit: HandlingUnit, place: Location, whole: Sequence[int] | None = None) -> None:
    """Write down where a unit, and all that stands in it (`whole`: their keys, where they are locked), stands now."""
    HandlingUnit.objects.filter(pk__in=_nested([unit]) if whole is None else whole).update(location=place)
    unit.location = place
