"""State machines as tables: one per document, read by services, buttons, API, docs and tests."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused


@dataclass(frozen=True)
class Step:
    """One legal move: from any of `sources` to `target`."""

    sources: frozenset[str]
    target: str


class Flow:
    """`FLOW = Flow("state", release=({"scheduled"}, "released"), ...)`.

    The state column is written here and nowhere else, always as one `UPDATE ... WHERE state IN (...)`,
    so that of two people pressing the same button exactly one wins.
    """

    def __init__(self, field: str, **steps: tuple[Set[str] | str, str]) -> None:
        self.field = field
        self.steps = {
            name: Step(frozenset({sources} if isinstance(sources, str) else sources), target)
            for name, (sources, target) in steps.items()
        }

    def open_to(self, record: Model) -> list[str]:
        """The steps this record may take now, in the order of the table."""
        state = getattr(record, self.field)
        return [name for name, step in self.steps.items() if state in step.sources]

    def refusal(self, record: Model, name: str) -> Refused | None:
        """Why the record may not take this step now, or None: for grey buttons and `blocked_by`."""
        if getattr(record, self.field) in self.steps[name].sources:
            return None
        return Refused(
            _("{record} is {state}: cannot {step}."),
            code="wrong_state",
            field=self.field,
            about=record,
            record=record,
            state=_words(record, self.field),
            step=name.replace("_", " "),
        )

    def take(self, record: Model, name: str, **also: object) -> None:
        """Move one record, with the further columns `also`, in one UPDATE; Refused when it is elsewhere.

        The record in hand may be stale: what decides is the row. On success the record shows the new state.
        """
        step = self.steps[name]
        new = {self.field: step.target, **also}
        rows = type(record)._base_manager.filter(pk=record.pk, **{f"{self.field}__in": step.sources})
        if not rows.update(**new):
            record.refresh_from_db(fields=[self.field])
            raise self.refusal(record, name) or _lost_race(record, name)
        for key, value in new.items():
            setattr(record, key, value)
        computed = [key for key, value in also.items() if hasattr(value, "resolve_expression")]
        if computed:
            record.refresh_from_db(fields=computed)

    def take_many(self, records: QuerySet[Any], name: str, **also: object) -> int:
        """Move every row of the queryset that may take the step; how many did. One statement.

        Compare the answer with the number asked for when all must move or none.
        """
        step = self.steps[name]
        model, may_move = records.model, {f"{self.field}__in": step.sources}
        chosen = model._base_manager.filter(pk__in=records.values("pk")).filter(**may_move)
        # Locks in primary-key order first: two overlapping sets cannot then wait for each other in a circle.
        keys = list(chosen.order_by("pk").select_for_update().values_list("pk", flat=True))
        rows = model._base_manager.filter(pk__in=keys, **may_move)
        return rows.update(**{self.field: step.target, **also}) if keys else 0

    def states(self) -> set[str]:
        """Every state the table mentions."""
        return {state for step in self.steps.values() for state in (*step.sources, step.target)}

    def reachable(self, *starts: str) -> set[str]:
        """The states one can get to from `starts`."""
        seen, edge = set(starts), set(starts)
        while edge:
            edge = {s.target for s in self.steps.values() if s.sources & edge} - seen
            seen |= edge
        return seen

    def table(self) -> Iterator[tuple[str, str, str]]:
        """(from, step, to) rows for documents and tests, sorted by source within the order of the steps."""
        for name, step in self.steps.items():
            for source in sorted(step.sources):
                yield source, name, step.target


def _words(record: Model, field: str) -> str:
    shown = getattr(record, f"get_{field}_display", None)
    return str(shown() if shown else getattr(record, field))


def _lost_race(record: Model, name: str) -> Refused:
    return Refused(
        _("{record} was changed by someone else at the same moment; look again before you {step}."),
        code="changed_meanwhile",
        about=record,
        record=record,
        step=name.replace("_", " "),
    )


def document(flow: Flow) -> str:
    """The table as Markdown, for the guide."""
    rows = [f"| {source} | {step} | {target} |" for source, step, target in flow.table()]
    return "\n".join(["| from | step | to |", "|---|---|---|", *rows])
