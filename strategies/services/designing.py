"""Changes of a draft bill in the designer: each knows the revision it was made on, and each can be taken back.

A change on an older revision is refused with who changed the draft since; what was typed stays with the page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.models import BomEdit, BomLine, BomVersion
from strategies.services import boms
from strategies.services.bom_inputs import LineInput, input_of
from strategies.services.bom_lines import write_lines
from strategies.services.bom_loops import refuse_loop
from strategies.services.bom_words import WORDS
from strategies.services.design_rows import added_since, restore, snapshot
from strategies.services.versions import lock_draft

Result = TypeVar("Result")


@transaction.atomic
def change(*, line: BomLine, changes: Mapping[str, Any], revision: int | None = None, by: User) -> BomLine:
    """Some columns of a line. Refused as `boms.change_line` refuses, and on an older revision."""
    given = dict(changes)
    component = given.get("component")
    if component is not None and component != line.component and line.unit_id == line.component.unit_id:
        given.setdefault("unit", None)
    to = replace(input_of(line), **given)
    said = f"{line.component}: {', '.join(str(WORDS[name]) for name in sorted(changes))}"
    return _edit(line.bom, revision, [line.pk], said, by, lambda: boms.change_line(line=line, to=to, by=by))


@transaction.atomic
def add(
    *,
    bom: BomVersion,
    lines: Sequence[LineInput],
    after: BomLine | None = None,
    revision: int | None = None,
    by: User,
) -> list[BomLine]:
    """More lines, behind `after` or behind the last: all of them or none. Refused as `boms.add_line` refuses."""

    def work() -> list[BomLine]:
        made = write_lines(bom, lines)
        if after is not None:
            _place(bom, [line.pk for line in made], after.pk)
        boms.changed(bom, by)
        return made

    said = _("{count} added").format(count=len(lines))
    return _edit(bom, revision, None if after else [], said, by, work)


@transaction.atomic
def remove(*, bom: BomVersion, lines: Collection[int], revision: int | None = None, by: User) -> BomVersion:
    """Lines out of a draft, by key."""

    def work() -> BomVersion:
        bom.lines.filter(pk__in=lines).delete()
        return boms.changed(bom, by)

    return _edit(bom, revision, lines, _("{count} removed").format(count=len(lines)), by, work)


@transaction.atomic
def move(
    *,
    bom: BomVersion,
    lines: Sequence[int],
    after: BomLine | None = None,
    operation_number: int | None = None,
    revision: int | None = None,
    by: User,
) -> BomVersion:
    """Lines to an operation (None: to none), behind `after` or before the operation's first line.

    Positions are written in tens again where there is no room between two.
    """

    def work() -> BomVersion:
        moved = bom.lines.filter(pk__in=lines)
        if operation_number is None and moved.filter(kind__in=("vendor", "subcontract")).exists():
            raise Refused(
                gettext_lazy("What a vendor supplies belongs to an operation."), field="operation_number"
            )
        moved.update(operation_number=operation_number)
        _place(bom, lines, after.pk if after else None, operation_number)
        return boms.changed(bom, by)

    return _edit(bom, revision, None, _("{count} moved").format(count=len(lines)), by, work)


def _place(bom: BomVersion, moved: Sequence[int], after: int | None, operation: int | None = None) -> None:
    """Positions of the moved lines behind `after` (before the first of the operation without one)."""
    rows = list(bom.lines.order_by("position").values_list("pk", "position", "operation_number"))
    others = [pk for pk, _position, _operation in rows if pk not in moved]
    if after is not None:
        place = others.index(after) + 1 if after in others else len(others)
    else:
        first = [pk for pk, _position, number in rows if number == operation and pk not in moved]
        place = others.index(first[0]) if first else len(others)
    order = [*others[:place], *moved, *others[place:]]
    now = {pk: position for pk, position, _operation in rows}
    wanted = _positions(order, now, set(moved))
    changed = {pk: position for pk, position in wanted.items() if now[pk] != position}
    # Out of the way first: the database looks at each row as it is written.
    top = max([0, *now.values(), *wanted.values()]) + 1
    bom.lines.filter(pk__in=changed).update(position=F("position") + top)
    written = [BomLine(pk=pk, position=position) for pk, position in changed.items()]
    BomLine.objects.bulk_update(written, ["position"], batch_size=500)


def _positions(order: Sequence[int], now: Mapping[int, int], moved: set[int]) -> dict[int, int]:
    """Only the moved lines change where the gap is wide enough; else all count in tens."""
    place = next(index for index, pk in enumerate(order) if pk in moved)
    low = now[order[place - 1]] if place else 0
    behind = place + len(moved)
    high = now[order[behind]] if behind < len(order) else low + 10 * (len(moved) + 1)
    step = min(10, (high - low) // (len(moved) + 1))
    if step < 1:
        return {pk: 10 * index for index, pk in enumerate(order, start=1)}
    return {order[place + index]: low + step * (index + 1) for index in range(len(moved))}


@transaction.atomic
def record(
    *, bom: BomVersion, work: Callable[[], Result], said: str, revision: int | None = None, by: User
) -> Result:
    """Any other service on a draft (alternates, steps, outputs, rescaling) as a change that can be taken back."""
    return _edit(bom, revision, None, said, by, work)


def _edit(
    bom: BomVersion,
    revision: int | None,
    touched: Collection[int] | None,
    said: str,
    by: User,
    work: Callable[[], Result],
) -> Result:
    """`touched`: keys of the lines that may change, None: any."""
    draft = lock_draft(bom, revision=revision)
    bom.revision = draft.revision
    last = BomLine.objects.aggregate(last=Max("pk"))["last"] or 0
    before = snapshot(draft, touched)
    result = work()
    draft.refresh_from_db(fields=["revision"])
    bom.revision = draft.revision
    before["added"] = added_since(draft, last)
    BomEdit.objects.create(bom=draft, revision=draft.revision, before=before, said=said[:200], by=by)
    return result


@transaction.atomic
def undo(*, bom: BomVersion, revision: int | None = None, by: User) -> BomEdit:
    """Take the last change back. Refused when there is none, or when the draft was changed otherwise since."""
    draft = lock_draft(bom, revision=revision)
    edit = BomEdit.objects.filter(bom=draft, undone=None).order_by("-revision").first()
    if edit is None:
        raise Refused(gettext_lazy("There is nothing to take back."), code="nothing")
    marks = BomEdit.objects.filter(bom=draft).aggregate(edit=Max("revision"), undone=Max("undone"))
    if draft.revision != max(marks["edit"], marks["undone"] or 0):
        raise Refused(
            gettext_lazy(
                "The draft was changed outside the designer since: the change cannot be taken back."
            ),
            code="changed",
        )
    restore(draft, edit.before)
    refuse_loop(draft)
    boms.changed(draft, by)
    BomEdit.objects.filter(pk=edit.pk).update(undone=draft.revision)
    bom.revision = draft.revision
    return edit
