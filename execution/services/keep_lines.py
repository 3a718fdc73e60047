"""Lines of pick lists give way to what is kept for their component otherwise; what is kept gets lines of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Exists, F, OuterRef

from execution.models import MaterialMove, PickLine, PickList
from execution.models.pick import PICK_FLOW
from execution.services.chosen import open_lines
from execution.services.keeping import Held
from execution.services.lines import PILE, drop, key_of, line_for
from execution.services.reserve import Part, settle
from p2p.core.clock import now
from p2p.core.models import User
from p2p.inventory.models import Reservation
from p2p.inventory.services.reservations import draw
from planning.models import Material

ZERO = Decimal(0)


@dataclass
class GivenWay:
    """Lines that want less now (maybe nothing), and what their reservations lose. Nothing of it is written."""

    lines: list[PickLine] = field(default_factory=list)
    parts: list[tuple[Held, Decimal]] = field(default_factory=list)
    given: dict[int, Decimal] = field(default_factory=dict)
    """Key of a line -> how much less it wants."""

    def empty(self, *, taken_from: bool) -> list[PickLine]:
        """Lines that want nothing any more, of which something was taken and put back, or nothing ever was."""
        moved = MaterialMove.objects.filter(pick_line=OuterRef("pk"))
        rows = PickLine.objects.filter(pk__in=[line.pk for line in self.lines if line.quantity == 0])
        return list(rows.filter(Exists(moved) if taken_from else ~Exists(moved)).order_by("pk"))


def give_way(*, lines: Sequence[PickLine], others: Sequence[Held], quantity: Decimal) -> GivenWay:
    """So much less is taken by the lines of `others` and by those that wait for a place; the latter first."""
    found = GivenWay()
    waiting: list[tuple[PickLine, Held | None]] = [(line, None) for line in lines if not line.reservation_id]
    placed = [(one.line, one) for one in others if one.line is not None]
    for line, one in [*waiting, *placed]:
        part = min(quantity, line.quantity - line.picked_quantity)
        if part <= 0:
            continue
        line.quantity -= part
        quantity -= part
        found.lines.append(line)
        found.given[line.pk] = part
        surplus = one.row.quantity - (line.quantity - line.picked_quantity) if one is not None else ZERO
        if one is not None and surplus > 0:
            found.parts.append((one, surplus))
    return found


def lift(found: GivenWay) -> None:
    """Write it: reservations shrink or go; lines that want nothing stand as they were until `put_on_lists`."""
    for one, quantity in found.parts:
        if one.line is not None and quantity == one.row.quantity:
            one.line.reservation = None
    PickLine.objects.bulk_update(found.lines, ["reservation"])
    PickLine.objects.bulk_update([line for line in found.lines if line.quantity > 0], ["quantity"])
    draw(parts=[(one.row, quantity) for one, quantity in found.parts])


def merge(*, fresh: Sequence[Reservation], mine: Sequence[Held]) -> list[Reservation]:
    """What was reserved of a pile from which a line takes already goes to that line; the reservations that are left."""
    at = {key_of(one.row): one for one in mine if one.line is not None}
    left = []
    for row in fresh:
        one = at.get(key_of(row))
        if one is None or one.line is None:
            left.append(row)
            continue
        much = row.quantity
        row.delete()
        Reservation.objects.filter(pk=one.row.pk).update(quantity=F("quantity") + much)
        PickLine.objects.filter(pk=one.line.pk).update(quantity=F("quantity") + much)
    return left


def put_on_lists(
    *,
    material: Material,
    fresh: Sequence[Reservation],
    mine: Sequence[Held],
    found: GivenWay,
    by: User | None,
) -> None:
    """Lines for what was reserved instead of those that gave way; what was picked for one and put back stays with its
    successor. Without any that gave way it stands beside the lists. Lists on which nothing is left are done."""
    if not found.lines:
        return
    taken, spare = found.empty(taken_from=True), found.empty(taken_from=False)
    left = fresh if taken else merge(fresh=fresh, mine=mine)
    home = [*taken, *spare, *found.lines][0].pick_list_id
    lines = [line_for(home, material, row) for row in _dealt(left, [found.given[old.pk] for old in taken])]
    for line, old in zip(lines, [*taken, *spare], strict=False):
        line.pk, line.pick_list_id = old.pk, old.pick_list_id
    names = [*PILE, "quantity", "reservation"]
    PickLine.objects.bulk_update([line for line in lines if line.pk], names)
    PickLine.objects.bulk_create([line for line in lines if not line.pk])
    used = {line.pk for line in lines}
    PickLine.objects.filter(pk__in=[old.pk for old in spare if old.pk not in used]).delete()
    _close({line.pick_list_id for line in found.lines}, by)


def take_off_lists(*, material: Material, quantity: Decimal, others: Sequence[Held], by: User | None) -> None:
    """So much less is to be picked of it, and nothing instead: lines that wait for a place go first, then those of
    `others` with what is reserved for them. Lists on which nothing is left are done."""
    found = give_way(lines=open_lines(material), others=others, quantity=quantity)
    lift(found)
    drop([line for line in found.lines if line.quantity == 0])
    _close({line.pick_list_id for line in found.lines}, by)


def _dealt(fresh: Sequence[Reservation], asked: Sequence[Decimal]) -> list[Reservation]:
    """Reservations for as many lines at least as ask for something, at most so much each; then what is left."""
    left = {row.pk: row.quantity for row in fresh}
    parts: list[Part] = []
    for quantity in asked:
        row = next(row for row in fresh if left[row.pk] > 0)
        part = min(left[row.pk], quantity)
        parts.append(Part(len(parts), row, part))
        left[row.pk] -= part
    for row in fresh:
        if left[row.pk] > 0:
            parts.append(Part(len(parts), row, left[row.pk]))
    found = settle(parts)
    return sorted(found, key=lambda row: row.need_index)  # type: ignore[attr-defined]


def _close(lists: set[int], by: User | None) -> None:
    left = PickLine.objects.filter(pick_list=OuterRef("pk"), quantity__gt=0)
    rows = PickList.objects.filter(
        ~Exists(left.filter(picked_quantity__lt=F("quantity"))), pk__in=lists, state=PickList.State.OPEN
    )
    for row in rows.annotate(any=Exists(left)).order_by("pk"):
        if row.any:
            PICK_FLOW.take(row, "pick", picked_at=now(), picked_by=by)
        else:
            PICK_FLOW.take(row, "cancel")
