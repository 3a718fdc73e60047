"""Bills of material: make a version, edit its lines, copy it. An item never goes into itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.engine.bom import Line, loop_through
from strategies.engine.units import MissingConversion
from strategies.facts import VersionChanged
from strategies.models import BomLine, BomVersion, Item, Site, Unit
from strategies.models.version import VersionState
from strategies.selectors.units import conversions
from strategies.services.versions import lock_draft, next_version


@dataclass(frozen=True, kw_only=True)
class LineInput:
    """What a line says; quantity (> 0) in `unit` (the component's where none is given) per batch of the
    bill."""

    component: Item
    quantity: Decimal
    unit: Unit | None = None
    position: int | None = None
    kind: str = BomLine.Kind.ITEM
    consumption: str = BomLine.Consumption.VARIABLE
    scrap_fraction: Decimal = Decimal(0)
    scrap_quantity: Decimal = Decimal(0)
    operation_number: int | None = None
    flushing: str = BomLine.Flushing.MANUAL
    valid_from: date | None = None
    valid_to: date | None = None


@transaction.atomic
def draft_bom(
    *,
    item: Item,
    site: Site | None = None,
    name: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    from_quantity: Decimal = Decimal(0),
    batch_quantity: Decimal = Decimal(1),
    lines: Sequence[LineInput] = (),
    by: User,
) -> BomVersion:
    """A new draft with the next version number. Refused as `set_lines` refuses, and for days out of order."""
    if valid_from and valid_to and valid_to < valid_from:
        raise Refused(_("The last day is before the first."), code="days", field="valid_to")
    if batch_quantity <= 0:
        raise Refused(_("The batch has to be more than 0."), code="not_positive", field="batch_quantity")
    bom = BomVersion.objects.create(
        item=item,
        site=site,
        name=name,
        version=next_version(model=BomVersion, item=item, site=site),
        valid_from=valid_from,
        valid_to=valid_to,
        from_quantity=from_quantity,
        batch_quantity=batch_quantity,
    )
    _write(bom, lines)
    tell(VersionChanged(version=bom, by=by))
    return bom


@transaction.atomic
def set_lines(*, bom: BomVersion, lines: Sequence[LineInput], by: User) -> BomVersion:
    """Replace all lines of a draft.

    Refused, naming the component: quantities that make no sense, a unit that does not lead to the
    component's, days out of order, an item that would go into itself (with the path).
    """
    draft = lock_draft(bom)
    draft.lines.all().delete()
    _write(draft, lines)
    return _changed(draft, by)


@transaction.atomic
def add_line(*, bom: BomVersion, line: LineInput, by: User) -> BomLine:
    """One more line of a draft, at its position or behind the last. Refused as `set_lines` refuses."""
    draft = lock_draft(bom)
    last = draft.lines.aggregate(last=Max("position"))["last"] or 0
    if line.position is not None and draft.lines.filter(position=line.position).exists():
        raise Refused(_("Position {position} is taken."), field="position", position=line.position)
    [row] = _write(draft, [line], after=last)
    _changed(draft, by)
    return row


@transaction.atomic
def change_line(*, line: BomLine, to: LineInput, by: User) -> BomLine:
    """What a line of a draft says from now on. Refused as `set_lines` refuses."""
    draft = lock_draft(line.bom)
    _check(draft, [to])
    for name, value in _columns(to, line.position).items():
        setattr(line, name, value)
    line.save()
    _refuse_loop(draft)
    _changed(draft, by)
    return line


@transaction.atomic
def remove_line(*, line: BomLine, by: User) -> BomVersion:
    """Take a line out of a draft."""
    draft = lock_draft(line.bom)
    line.delete()
    return _changed(draft, by)


@transaction.atomic
def copy_bom(
    *,
    bom: BomVersion,
    item: Item | None = None,
    site: Site | None = None,
    valid_from: date | None = None,
    by: User,
) -> BomVersion:
    """A draft with the same lines, for the same item or another. Lines that have ended are left out."""
    first = valid_from
    kept = [line for line in bom.lines.select_related("component", "unit") if not _ended(line, first)]
    return draft_bom(
        item=item or bom.item,
        site=site or (bom.site if item is None else None),
        name=bom.name,
        valid_from=first,
        from_quantity=bom.from_quantity,
        batch_quantity=bom.batch_quantity,
        lines=[
            LineInput(**{each.name: getattr(line, each.name) for each in fields(LineInput)}) for line in kept
        ],
        by=by,
    )


def _ended(line: BomLine, first: date | None) -> bool:
    return bool(first and line.valid_to and line.valid_to < first)


def _changed(draft: BomVersion, by: User) -> BomVersion:
    draft.revision += 1
    draft.save(update_fields=["revision"])
    tell(VersionChanged(version=draft, by=by))
    return draft


def _write(bom: BomVersion, lines: Sequence[LineInput], after: int = 0) -> list[BomLine]:
    _check(bom, lines)
    rows = []
    for line in lines:
        after = line.position if line.position is not None else after - after % 10 + 10
        rows.append(BomLine(bom=bom, **_columns(line, after)))
    if len({row.position for row in rows}) != len(rows):
        raise Refused(_("Two lines have the same position."), field="position")
    written = BomLine.objects.bulk_create(rows)
    _refuse_loop(bom)
    return written


def _columns(line: LineInput, position: int) -> dict[str, object]:
    columns = {each.name: getattr(line, each.name) for each in fields(line)}
    return {**columns, "unit": line.unit or line.component.unit, "position": line.position or position}


def _check(bom: BomVersion, lines: Iterable[LineInput]) -> None:
    ways = conversions()
    for line in lines:
        if line.component.pk == bom.item_id:
            raise _loop((bom.item.number, bom.item.number))
        _check_numbers(line)
        unit = line.unit or line.component.unit
        try:
            ways.factor(unit.code, line.component.unit.code, line.component.number)
        except MissingConversion:
            raise Refused(
                _("{item} is counted in {wanted}, and nothing says how many {wanted} one {given} is."),
                code="no_conversion",
                field="unit",
                item=line.component.number,
                wanted=line.component.unit.code,
                given=unit.code,
            ) from None


def _check_numbers(line: LineInput) -> None:
    item = line.component.number
    if line.quantity <= 0:
        raise Refused(_("{item}: the quantity has to be more than 0."), field="quantity", item=item)
    if not 0 <= line.scrap_fraction < 1 or line.scrap_quantity < 0:
        raise Refused(_("{item}: scrap is a share from 0 to below 1."), field="scrap_fraction", item=item)
    if line.valid_from and line.valid_to and line.valid_to < line.valid_from:
        raise Refused(_("{item}: the last day is before the first."), field="valid_to", item=item)


# Every item below this one, each once: UNION drops what was reached before, so no path is walked twice.
_BELOW = """
    WITH RECURSIVE below (item_id) AS (
        SELECT %(item)s::bigint
        UNION
        SELECT line.component_id
          FROM below
          JOIN strategies_bomversion AS version ON version.item_id = below.item_id AND version.state <>
          %(retired)s JOIN strategies_bomline AS line ON line.bom_id = version.id
    )
    SELECT DISTINCT version.item_id, line.component_id
      FROM below
      JOIN strategies_bomversion AS version ON version.item_id = below.item_id AND version.state <>
      %(retired)s JOIN strategies_bomline AS line ON line.bom_id = version.id
"""


def take_turn() -> None:
    """Two people could close a loop from both ends at once: whoever looks for loops waits here for the other's
    transaction to end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('strategies.bom', 0))")


def _refuse_loop(bom: BomVersion) -> None:
    take_turn()
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, {"item": bom.item_id, "retired": VersionState.RETIRED})
        edges = cursor.fetchall()
    back = [parent for parent, component in edges if component == bom.item_id]
    if not back:
        return
    lines = [Line(parent, component, Fraction(1)) for parent, component in edges]
    first = next(
        component for parent, component in edges if parent == bom.item_id and _leads(component, bom, lines)
    )
    path = loop_through(bom.item_id, first, lines)
    numbers = dict(Item.objects.filter(pk__in=path).values_list("pk", "number"))
    raise _loop([numbers[key] for key in path])


def _leads(component: int, bom: BomVersion, lines: Sequence[Line[int]]) -> bool:
    return bool(loop_through(bom.item_id, component, lines))


def _loop(path: Sequence[str]) -> Refused:
    return Refused(
        _("An item cannot go into itself: {path}."), code="loop", field="component", path=" → ".join(path)
    )
