"""What was issued of a component goes back where it came from, in part too; and is taken again when that was wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from execution.facts import MaterialIssued
from execution.models import Adjustment, MaterialMove
from execution.selectors import FLUSHED
from execution.services.chosen import ANYTHING, InHand, Issue, open_lines
from execution.services.job import Job
from execution.services.together import lock_stock
from p2p.core.clock import now
from p2p.core.facts import tell
from p2p.core.fields import plain
from p2p.core.refusal import Refused
from p2p.inventory.models import Consumed, Move
from p2p.inventory.services.ledger import Edge, MoveLine, consumed, post_within, reverse
from p2p.inventory.services.taking import check_pieces
from planning.models import Material
from planning.services import progress

ZERO = Decimal(0)
PILE = (
    "item__unit", "item__catch_unit", "source__site", "target__site", "lot", "serial", "handling_unit", "into_unit",
)  # fmt: skip


def issues_of(material: Material, named: InHand = ANYTHING) -> QuerySet[MaterialMove]:
    """What was issued of a component and stands, newest first, of what is named."""
    rows = MaterialMove.objects.filter(
        material=material, move__reverses__isnull=True, move__reversed_by__isnull=True
    )
    if named.location is not None:
        rows = rows.filter(move__source=named.location)
    if named.lot is not None:
        rows = rows.filter(move__lot=named.lot)
    if named.serials:
        rows = rows.filter(move__serial__in=named.serials)
    if named.unit is not None:
        rows = rows.filter(move__handling_unit=named.unit)
    return _whole(rows).order_by("-move_id")


def _whole(rows: QuerySet[MaterialMove]) -> QuerySet[MaterialMove]:
    return rows.select_related("material", "pick_line", "report", *(f"move__{one}" for one in PILE))


def standing_of(adjustment: Adjustment) -> list[MaterialMove]:
    """What an adjustment took and stands, newest first; also what stayed of it when some was given back. 2 queries."""
    names = ("again_of", "adjustment")
    every = MaterialMove.objects.filter(material=adjustment.material)
    known = {key: (before, by) for key, before, by in every.values_list("pk", *names)}

    def first(key: int) -> int | None:
        before, by = known[key]
        return by if before is None else first(before)

    return [row for row in issues_of(adjustment.material) if first(row.pk) == adjustment.pk]


def used_of(moves: Sequence[Move]) -> dict[int, Decimal]:
    """Issue key -> what of it products contain. Each output holds it whole: the one that holds most counts. A query."""
    rows = Consumed.objects.filter(issue__in=moves, receipt__reversed_by__isnull=True)
    sums = rows.order_by().values_list("issue", "receipt__item").annotate(total=Sum("quantity"))
    used: dict[int, Decimal] = {}
    for key, _item, total in sums:
        used[key] = max(used.get(key, ZERO), total)
    return used


Given = tuple[MaterialMove, Decimal]


def give_back(
    job: Job, material: Material, quantity: Decimal, named: InHand, told: Issue
) -> list[Adjustment]:
    check_pieces(material.item, quantity, named.serials)
    rows = list(issues_of(material, named))
    lock_stock(job=job, also=[(row.move.item, row.move.source) for row in rows])
    used = used_of([row.move for row in rows])
    shares: list[Given] = []
    left = quantity
    for row in rows:
        part = min(left, row.move.quantity - used.get(row.move_id, ZERO))
        if part > 0:
            shares.append((row, part))
            left -= part
    if left:
        raise _not_there(job, material, quantity, quantity - left, bool(used))
    flushed = material.flushing in FLUSHED
    made = []
    for report in dict.fromkeys(row.report_id for row, _part in shares):
        mine = [(row, part) for row, part in shares if row.report_id == report]
        total = sum((part for _row, part in mine), ZERO)
        said = Adjustment.objects.create(
            material=material,
            quantity=-total,
            beyond=-total if flushed else ZERO,
            reason=told.reason,
            report_id=report,
            posted_at=now(),
            by=told.by,
        )
        _rewrite(job, material, mine, named.catch_quantity, replace(told, adjustment=said))
        made.append(said)
    return made


def _not_there(job: Job, material: Material, quantity: Decimal, most: Decimal, in_product: bool) -> Refused:
    words = (
        _("Only {most} {unit} of {item} are in no product yet and can be given back, not {quantity}.")
        if in_product
        else _(
            "Only {most} {unit} of this {item} were taken for {order} and can be given back, not {quantity}."
        )
    )
    return Refused(
        words,
        code="used" if in_product else "not_taken",
        field="quantity",
        about=material,
        most=plain(most),
        unit=material.item.unit.code,
        item=material.item.number,
        quantity=plain(quantity),
        order=job.order.number,
    )


def _rewrite(
    job: Job, material: Material, shares: Sequence[Given], pieces: Decimal | None, told: Issue
) -> None:
    """The issues are taken back whole, and what stays of each is issued anew: the ledger knows no half reversal. What
    products contain of them they contain of the new ones."""
    mirrors = reverse(moves=[row.move for row, _part in shares], reason=told.reason, at=told.at, by=told.by)
    back = MaterialMove.objects.bulk_create(
        MaterialMove(material=material, move=mirror, pick_line=row.pick_line, adjustment=told.adjustment)
        for (row, _part), mirror in zip(shares, mirrors, strict=True)
    )
    progress.issue(quantities={material.pk: -sum((row.move.quantity for row in back), ZERO)})
    tell(
        MaterialIssued(
            order=job.order, moves=tuple(mirrors), material_moves=tuple(back), reversed=True, by=told.by
        )
    )
    rest = [(row, row.move.quantity - part) for row, part in shares if part < row.move.quantity]
    if rest:
        gone = sum(
            (row.move.catch_quantity or ZERO for row, part in shares if part == row.move.quantity), ZERO
        )
        given = None if pieces is None else pieces - gone
        moves = _anew(
            job, material, [_Again(row, quantity, _had(row, given)) for row, quantity in rest], told
        )
        _same_edges({row.move_id: move for (row, _part), move in zip(rest, moves, strict=True)})


@dataclass(frozen=True)
class _Again:
    """So much of an issue that was taken back is issued once more, from the same pile."""

    row: MaterialMove
    quantity: Decimal
    catch_quantity: Decimal | None


def _had(row: MaterialMove, given: Decimal | None) -> Decimal | None:
    """Of what is weighed, the pieces that were not given back."""
    had = row.move.catch_quantity
    return None if had is None or given is None else had - given


def _anew(job: Job, material: Material, again: Sequence[_Again], told: Issue) -> list[Move]:
    moves = post_within(lines=[_line(one) for one in again], by=told.by)
    rows = MaterialMove.objects.bulk_create(
        MaterialMove(
            material=material,
            move=move,
            report=one.row.report,
            pick_line=one.row.pick_line,
            adjustment=told.adjustment,
            again_of=one.row,
        )
        for one, move in zip(again, moves, strict=True)
    )
    progress.issue(quantities={material.pk: sum((move.quantity for move in moves), ZERO)})
    tell(MaterialIssued(order=job.order, moves=tuple(moves), material_moves=tuple(rows), by=told.by))
    return moves


def _line(one: _Again) -> MoveLine:
    move = one.row.move
    return MoveLine(
        item=move.item,
        source=move.source,
        target=move.target,
        quantity=one.quantity,
        kind=move.kind,
        lot=move.lot,
        serial=move.serial,
        handling_unit=move.handling_unit,
        reason=move.reason,
        reference=move.reference,
        effective_at=move.effective_at,
        catch_quantity=one.catch_quantity,
    )


def _same_edges(new: dict[int, Move]) -> None:
    edges = Consumed.objects.filter(issue__in=new, receipt__reversed_by__isnull=True).order_by("pk")
    consumed(edges=[Edge(new[edge.issue_id], Move(pk=edge.receipt_id), edge.quantity) for edge in edges])


def take_again(job: Job, material: Material, known: Adjustment, told: Issue) -> None:
    """What `known` gave back is issued once more: of each pile the mirror images less what was issued anew."""
    rows = list(_whole(MaterialMove.objects.filter(adjustment=known)).order_by("pk"))
    firsts = MaterialMove.objects.filter(
        move__in=[row.move.reverses_id for row in rows if row.move.reverses_id]
    )
    origins = {row.move_id: row for row in _whole(firsts)}
    places = [row.move.source for row in origins.values()]
    places += [line.location for line in open_lines(material) if line.location is not None]
    lock_stock(job=job, also=[(material.item, place) for place in places])
    piles: dict[tuple[int | None, ...], _Again] = {}
    for row in rows:
        first = origins.get(row.move.reverses_id or 0, row)
        sign = 1 if row.move.reverses_id else -1
        known_one = piles.get(_pile(first), _Again(first, ZERO, None))
        pieces = row.move.catch_quantity
        piles[_pile(first)] = _Again(
            known_one.row,
            known_one.quantity + sign * row.move.quantity,
            None if pieces is None else (known_one.catch_quantity or ZERO) + sign * pieces,
        )
    _anew(job, material, [one for one in piles.values() if one.quantity > 0], told)


def _pile(row: MaterialMove) -> tuple[int | None, ...]:
    move = row.move
    return (
        move.source_id, move.lot_id, move.serial_id, move.handling_unit_id, row.report_id, row.pick_line_id,
    )  # fmt: skip
