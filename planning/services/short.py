"""Demand lines that end with less than was ordered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused, tell
from planning.facts import ClosedShort
from planning.models import Demand
from planning.models.demand import DEMAND_FLOW
from planning.services.delivered import let_go, locked

if TYPE_CHECKING:
    from p2p.core.models import User


@transaction.atomic
def close_short(*, demands: Sequence[Demand], reason: str, by: User | None) -> list[Demand]:
    """Nothing more goes to these lines although something is missing, all or none; what was kept for them is free.

    Refused, naming the line: one that is not open, of which nothing was delivered (that is cancelled), or no reason.
    """
    why = reason.strip()
    if not why:
        raise Refused(_("Say why less is delivered than was ordered."), code="reason", field="reason")
    rows = list(locked([one.pk for one in demands]).values())
    for row in rows:
        no = DEMAND_FLOW.refusal(row, "close_short")
        if no is not None:
            raise no
        if not row.delivered_quantity:
            raise Refused(
                _("Nothing was delivered for {demand}: cancel it instead."),
                code="nothing_delivered",
                about=row,
                demand=row,
            )
    found = Demand.objects.filter(pk__in=[row.pk for row in rows])
    DEMAND_FLOW.take_many(found, "close_short", short_reason=why, revision=F("revision") + 1)
    let_go(rows, by=by)
    closed = list(found.select_related("site", "item__unit", "unit", "customer").order_by("pk"))
    tell(ClosedShort(demands=tuple(closed), reason=why, by=by))
    return closed
