"""Route groups: which parts of an operation are planned, and what is booked without being typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.engine.phases import USUAL
from strategies.models import RouteGroup, RouteGroupPhase
from strategies.services.keeping import keep, opened, take_away


@dataclass(frozen=True, kw_only=True)
class PhaseInput:
    """How one part of an operation is scheduled; None is as usual for that part."""

    phase: str
    planned: bool = True
    working_time: bool | None = None
    takes_capacity: bool | None = None

    def columns(self) -> dict[str, object]:
        """What is kept of it: capacity is taken, unless said otherwise, where it can be."""
        hours = self.phase not in USUAL.by_clock if self.working_time is None else self.working_time
        takes = self.takes_capacity
        if takes is None:
            takes = self.phase in USUAL.holds and self.planned and hours
        return {"phase": self.phase, "planned": self.planned, "working_time": hours, "takes_capacity": takes}


@transaction.atomic
def save_route_group(
    *,
    routegroup: RouteGroup | None = None,
    code: str,
    name: str,
    estimates_setup: bool = True,
    estimates_run: bool = True,
    estimates_quantity: bool = True,
    books_setup: bool = False,
    books_run: bool = False,
    books_quantity: bool = False,
    phases: Sequence[PhaseInput] | None = None,
    by: User,
) -> RouteGroup:
    """A route group, new or changed; with `phases` those replace what it says about its parts. Refused for a part
    named twice, and for one that takes capacity by the clock."""
    row = keep(
        opened(RouteGroup, routegroup),
        {
            "code": code,
            "name": name,
            "estimates_setup": estimates_setup,
            "estimates_run": estimates_run,
            "estimates_quantity": estimates_quantity,
            "books_setup": books_setup,
            "books_run": books_run,
            "books_quantity": books_quantity,
        },
        by,
    )
    if phases is not None:
        _check(phases)
        row.phases.all().delete()
        RouteGroupPhase.objects.bulk_create(RouteGroupPhase(group=row, **one.columns()) for one in phases)
    return row


@transaction.atomic
def delete_route_group(*, routegroup: RouteGroup, by: User) -> None:
    """Refused while an operation is of this group, naming the first."""
    take_away(routegroup, by)


def _check(phases: Sequence[PhaseInput]) -> None:
    seen = set()
    for one in phases:
        if one.phase not in RouteGroupPhase.Phase.values:
            raise Refused(_("There is no part “{phase}” of an operation."), field="phase", phase=one.phase)
        label = RouteGroupPhase.Phase(one.phase).label
        if one.phase in seen:
            raise Refused(_("{phase} is there twice."), field="phase", phase=label)
        seen.add(one.phase)
        if one.takes_capacity and not (one.columns()["working_time"] and one.planned):
            sentence = _("{phase} takes capacity only when it is planned, in working time.")
            raise Refused(sentence, field="takes_capacity", phase=label)
