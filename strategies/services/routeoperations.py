"""One operation of a draft route: added, changed, renumbered, taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.models import RouteOperation, RouteVersion
from strategies.services.halves import fits
from strategies.services.routedrafts import begin, finish
from strategies.services.routelinks import Link, drawn, redraw, with_new, without
from strategies.services.routes import OperationInput, check_operations, columns_of, inputs_of

STEP = 10
"""Simple routes count 10, 20, 30."""


@transaction.atomic
def put_operation(
    *,
    route: RouteVersion,
    operation: OperationInput,
    follows: Sequence[int] | None = None,
    revision: int | None = None,
    by: User,
) -> RouteOperation:
    """Add one operation to a draft, or change the one with its number. `follows` are the numbers it waits
    for; without them a plain chain stays a chain by number, and another graph stays as it was drawn. Refused for times
    that make no sense and a half-finished item that can be none."""
    draft = begin(route=route, revision=revision, by=by)
    known = {one.number: one for one in inputs_of(draft)} | {operation.number: operation}
    check_operations(list(known.values()))
    own = [one.number for one in known.values() if one.alternate_of is None]
    links = with_new(draft, operation.number, follows, own)
    if operation.alternate_of is not None:
        links = list(without([(one, other, bool(rest)) for one, other, *rest in links], operation.number))
    row = draft.operations.filter(number=operation.number).first() or RouteOperation(route=draft)
    _may_be_left(draft, operation, row)
    _store(row, operation)
    redraw(draft, links)
    finish(route=draft, by=by)
    return row


@transaction.atomic
def add_operation(
    *,
    route: RouteVersion,
    name: str,
    after: int | None = None,
    beside: int | None = None,
    alternate_of: int | None = None,
    revision: int | None = None,
    by: User,
) -> RouteOperation:
    """A new operation with the next free number: behind `after` (what waited for that waits for this one),
    `beside` another, or instead of one. Its group and times are those of the operation it is put to."""
    draft = begin(route=route, revision=revision, by=by)
    known = {one.number: one for one in inputs_of(draft)}
    near = after or beside or alternate_of
    if near is not None and near not in known:
        raise Refused(_("There is no operation {number}."), field="after", number=near)
    number = next_number(list(known), after=near)
    like = known[alternate_of] if alternate_of else OperationInput(number=number, name=name)
    new = replace(like, number=number, name=name, alternate_of=alternate_of, standard=None)
    check_operations([*known.values(), new])
    row = _store(RouteOperation(route=draft), new)
    if alternate_of is None:
        redraw(draft, _placed(drawn(draft), number, after, beside))
    finish(route=draft, by=by)
    return row


@transaction.atomic
def change_operation(
    *,
    operation: RouteOperation,
    to: OperationInput,
    follows: Sequence[int] | None = None,
    revision: int | None = None,
    by: User,
) -> RouteOperation:
    """Change an operation of a draft, its number too; links and instructions stay with it. With `follows` it
    waits for those."""
    draft = begin(route=operation.route, revision=revision, by=by)
    row = draft.operations.filter(pk=operation.pk).first()
    if row is None:
        raise Refused(_("Operation {number} is not there any more."), code="gone", number=operation.number)
    links = drawn(draft)
    others = [one for one in inputs_of(draft) if one.number != row.number]
    # Alternates of a renumbered operation follow it: they are tied to the row, not to the number.
    others = [
        replace(one, alternate_of=to.number) if one.alternate_of == row.number else one for one in others
    ]
    check_operations([*others, to])
    if to.alternate_of is not None and row.alternate_of_id is None:
        links = without(links, row.number)
    old = row.number
    _may_be_left(draft, to, row)
    _store(row, to)
    kept: list[Link] = [
        (to.number if one == old else one, to.number if other == old else other, hard)
        for one, other, hard in links
    ]
    if follows is not None and to.alternate_of is None:
        hards = {one for one, other, *hard in kept if other == to.number and hard and hard[0]}
        kept = [link for link in kept if link[1] != to.number]
        kept += [(one, to.number, one in hards) for one in follows]
    redraw(draft, kept)
    finish(route=draft, by=by)
    return row


@transaction.atomic
def remove_operation(*, operation: RouteOperation, revision: int | None = None, by: User) -> RouteVersion:
    """Take an operation out of a draft, its alternates too; those behind it now wait for what it waited for."""
    draft = begin(route=operation.route, revision=revision, by=by)
    links = without(drawn(draft), operation.number)
    if not draft.operations.filter(pk=operation.pk).delete()[0]:
        raise Refused(_("Operation {number} is not there any more."), code="gone", number=operation.number)
    redraw(draft, links)
    return finish(route=draft, by=by)


@transaction.atomic
def renumber(*, route: RouteVersion, revision: int | None = None, by: User) -> RouteVersion:
    """Count the operations of a draft 10, 20, 30 in the order in which they are done, alternates behind theirs."""
    draft = begin(route=route, revision=revision, by=by)
    rows = list(draft.operations.order_by("number"))
    order = _in_order(rows, [(one, other) for one, other, _hard in drawn(draft)])
    highest = max((row.number for row in rows), default=0) + STEP * len(rows)
    # In two steps: a number is free only once its old owner has another.
    for start in (highest, 0):
        for place, row in enumerate(order, start=1):
            row.number = start + STEP * place
        RouteOperation.objects.bulk_update(order, ["number"])
    return finish(route=draft, by=by)


def taken(number: int) -> Refused:
    """The refusal of a number that another operation has."""
    return Refused(
        _("Operation {number} is there already: take another number."), field="number", number=number
    )


def next_number(numbers: Sequence[int], *, after: int | None = None) -> int:
    """Behind `after` between it and the next one if there is room, else the next ten above all."""
    above = sorted(one for one in numbers if after is not None and one > after)
    if after is not None and above and above[0] - after > 1:
        return after + max(1, (above[0] - after) // 2)
    last = max(numbers, default=0)
    return last - last % STEP + STEP


def _placed(
    links: Sequence[tuple[int, int, bool]], number: int, after: int | None, beside: int | None
) -> list[Link]:
    if beside is not None:
        same: list[Link] = [(one, number, hard) for one, other, hard in links if other == beside]
        same += [(number, other, hard) for one, other, hard in links if one == beside]
        return [*links, *same]
    if after is None:
        return list(links)
    moved: list[Link] = [(number if one == after else one, other, hard) for one, other, hard in links]
    return [*moved, (after, number)]


def _may_be_left(draft: RouteVersion, to: OperationInput, row: RouteOperation) -> None:
    """At once where another half-finished item is said, so that who says it is told; where it stands in the route is
    looked at when the route is to be used, for drawing goes through odd steps."""
    half = to.half_finished
    if half is not None and half.pk != row.half_finished_id:
        fits(to.number, half, draft.item)


def _store(row: RouteOperation, operation: OperationInput) -> RouteOperation:
    for name, value in columns_of(operation, row if row.pk else None).items():
        setattr(row, name, value)
    row.alternate_of = (
        row.route.operations.get(number=operation.alternate_of) if operation.alternate_of else None
    )
    row.save()
    return row


def _in_order(rows: Sequence[RouteOperation], links: Sequence[tuple[int, int]]) -> list[RouteOperation]:
    """By how long the way to each is, then by number; alternates behind the operation they stand in for."""
    depth = {row.number: 0 for row in rows}
    for _turn in rows:
        for one, other in links:
            depth[other] = max(depth[other], depth[one] + 1)
    by_key = {row.pk: row for row in rows}

    def rank(row: RouteOperation) -> tuple[int, int, bool, int, int]:
        main = by_key.get(row.alternate_of_id or 0, row)
        return (depth[main.number], main.number, main is not row, row.priority, row.number)

    return sorted(rows, key=rank)
