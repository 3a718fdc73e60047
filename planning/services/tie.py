"""An order that is open already is tied to one need, or set free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused, tell
from planning.models import Demand, Material, ProductionOrder, ReplenishmentOrder
from planning.services import progress
from planning.services.need import Need, bind, check, lock, refusal, words
from planning.services.replenishment import locked
from planning.tie_facts import SetFree, Supply, TiedTo

if TYPE_CHECKING:
    from p2p.core.models import User


@transaction.atomic
def tie(*, supply: Supply, made_for: Need, by: User | None) -> Supply:
    """An open order is for this need from now on: plans count it there, what comes of it is kept for it. What it
    brought before stays everybody's. Refused as `check` says; when it is over, or is for another need already."""
    if isinstance(made_for, Demand):
        lock(made_for)
    row = _locked(supply, [made_for.order_id] if isinstance(made_for, Material) else [])
    said = {"supply": row.number, "need": words(made_for)}
    if row.need_words:
        raise refusal(
            _("{supply} is for {other} already: untie it first."), {**said, "other": row.need_words}
        )
    if isinstance(made_for, Material) and isinstance(row, ProductionOrder) and made_for.order_id == row.pk:
        raise refusal(_("{supply} cannot be for itself."), said)
    check(need=made_for, item=row.item, site=row.site)
    _write(row, made_for)
    tell(TiedTo(supply=row, need=words(made_for), by=by))
    return row


@transaction.atomic
def untie(*, supply: Supply, by: User | None) -> Supply:
    """What it brings from now on is everybody's; what is kept of it already stays kept. Tells SetFree. Refused when it
    is for nobody in particular, or over."""
    row = _locked(supply, [])
    was_for = row.need_words
    if not was_for:
        raise Refused(_("{supply} is for everybody already."), code="not_tied", supply=row.number)
    _write(row, None)
    tell(
        SetFree(
            orders=(row,) if isinstance(row, ProductionOrder) else (),
            replenishments=(row,) if isinstance(row, ReplenishmentOrder) else (),
            was_for={str(row): was_for},
            by=by,
        )
    )
    return row


def _locked(supply: Supply, needs: Sequence[int]) -> Supply:
    """As it is now, locked after the orders `needs`, with them in key order where it is one itself."""
    if isinstance(supply, ProductionOrder):
        known = {one.pk: one for one in progress.lock(orders=[supply.pk, *needs])}
        row: Supply = known[supply.pk]
    else:
        progress.lock(orders=needs)
        row = locked([supply.pk])[supply.pk]
    if row.state not in type(row).OPEN:
        raise Refused(
            _("{supply} is {state}: what it is for does not change any more."),
            code="wrong_state",
            supply=row.number,
            state=row.get_state_display(),
        )
    return row


def _write(row: Supply, need: Need | None) -> None:
    bind(row, need)
    row.revision += 1
    row.save(update_fields=["for_material", "for_demand", "revision"])
