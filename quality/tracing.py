"""What quality knows of the way of a lot: inspections with what they measured, and nonconformances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Q
from django.utils.translation import gettext as _

from execution.models import OutputMove
from p2p.core.fields import plain
from p2p.inventory.trace_facts import Reading, Reviewing
from quality.models import Inspection, NonConformance, Result

MOST = 200
TONES = {"rejected": "bad", "conceded": "warn", "open": "warn"}


def inspected(asked: Reviewing) -> list[Reading]:
    """Inspections and nonconformances of these lots and of the orders behind these moves. Four queries."""
    brought: dict[int, int] = dict(
        OutputMove.objects.filter(move__in=asked.moves).values_list("output__order", "move").order_by("move")
    )
    about = Q(lot__in=asked.lots) | Q(operation__order__in=brought)
    inspections = list(
        Inspection.objects.filter(about, ~Q(state="cancelled"))
        .select_related("plan", "operation")
        .order_by("-pk")[:MOST]
    )
    measured = _measured(inspections)
    found = [_inspection(each, measured, brought) for each in inspections]
    rows = NonConformance.objects.filter(about).select_related("reason", "operation").order_by("-pk")
    return found + [_nonconformance(each, brought) for each in rows[:MOST]]


def _measured(inspections: Iterable[Inspection]) -> Mapping[int, list[str]]:
    """Inspection -> what it measured of each characteristic, from the least to the most, and how much was wrong."""
    rows = (
        Result.objects.filter(inspection__in=[each.pk for each in inspections], superseded=False)
        .select_related("characteristic")
        .order_by("inspection", "characteristic", "sample")
    )
    values: dict[tuple[int, str], list[Result]] = defaultdict(list)
    for row in rows:
        values[row.inspection_id or 0, row.characteristic.name].append(row)
    words: dict[int, list[str]] = defaultdict(list)
    for (inspection, name), results in values.items():
        words[inspection].append(_range(name, results))
    return words


def _range(name: str, results: list[Result]) -> str:
    figures = sorted(row.value for row in results if row.value is not None)
    wrong = sum(1 for row in results if not row.conforms)
    said = f"{name} {plain(figures[0])}–{plain(figures[-1])}" if figures else name
    if wrong:
        said += " " + _("({wrong} of {all} wrong)").format(wrong=wrong, all=len(results))
    return said


def _inspection(each: Inspection, measured: Mapping[int, list[str]], brought: Mapping[int, int]) -> Reading:
    words = "; ".join(measured.get(each.pk, ()))
    state = str(each.get_state_display())
    return Reading(
        kind="inspection",
        title=f"{each.number} {each.plan.name}",
        said=f"{state}: {words}" if words else state,
        lot=each.lot_id,
        move=brought.get(each.operation.order_id) if each.operation else None,
        tone=TONES.get(each.state, ""),
        url=each.get_absolute_url(),
        at=each.decided_at or each.opened_at,
    )


def _nonconformance(each: NonConformance, brought: Mapping[int, int]) -> Reading:
    words = (
        str(each.get_state_display()),
        str(each.get_disposition_display()),
        each.reason and each.reason.name,
    )
    return Reading(
        kind="nonconformance",
        title=each.number,
        said=f"{plain(each.quantity)}: " + " · ".join(str(word) for word in words if word),
        lot=each.lot_id,
        move=brought.get(each.operation.order_id) if each.operation else None,
        tone="bad" if each.state == "open" else "warn",
        url=each.get_absolute_url(),
        at=each.opened_at,
    )
