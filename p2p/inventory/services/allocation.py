"""Soft reservations, or needs, become reservations at places and of lots: thousands of lines in one step."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from p2p.core.clock import now
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.inventory.engine.fitting import Reason
from p2p.inventory.facts import Allocated
from p2p.inventory.models import Lot, SoftReservation
from p2p.inventory.refusals import in_words
from p2p.inventory.services.checks import check_quantity
from p2p.inventory.services.claims import spend
from p2p.inventory.services.needs import Need
from p2p.inventory.services.sharing import share_out
from strategies.models import Item, Site

WORDS: dict[str, Any] = {
    Reason.NOTHING: _("none of it is free"),
    Reason.SHORT: _("too little of it is free"),
    Reason.HELD: _("what is free is on hold"),
    Reason.TOO_OLD: _("what is free expires too early"),
    Reason.ATTRIBUTES: _("no lot has the properties asked for"),
    Reason.LOT: _("the lot is not free"),
    Reason.PLACE: _("nothing is free at the place"),
    Reason.UNIT: _("nothing is free in the handling unit"),
    Reason.SAME_LOT: _("no single lot is large enough"),
}


@dataclass(frozen=True)
class Allotted:
    """What one line got, what it lacks, and why (a code and its sentence; empty when nothing is missing)."""

    need: Need
    got: Decimal
    missing: Decimal
    why: str
    sentence: Any


@transaction.atomic
def allocate(
    *,
    claims: Sequence[SoftReservation] | QuerySet[SoftReservation] | None = None,
    needs: Sequence[Need] = (),
    by: User | None,
) -> list[Allotted]:
    """Reserve stock at its places for soft reservations and for needs; each gets what there is, by priority and then
    by when it is needed.

    Lots and places follow the picking rule of the item (first expired, first in, last in), and what a line asks for:
    one lot, properties, shelf life left, a lot, a place, a handling unit. What is allocated of a soft reservation is
    no longer claimed; the rest stays. Returns a line for each, in the order they were served. Locks in key order; a
    fixed number of statements however many lines there are.
    """
    for need in needs:
        check_quantity(need.item, need.quantity)
    claimed = _needs_of(claims) if claims is not None else []
    lines = sorted([*claimed, *needs], key=_urgency)
    outcome = share_out(needs=lines)
    _reserve([(lines[share.want], share.pile, share.quantity) for share in outcome.shares], by)
    spend(outcome.spent)
    got = [Decimal(0)] * len(lines)
    for share in outcome.shares:
        got[share.want] += share.quantity
    served = [
        Allotted(line, got[index], missing, str(why), WORDS.get(why, ""))
        for index, (line, missing) in enumerate(zip(lines, outcome.missing, strict=True))
        for why in [outcome.reasons.get(index, "")]
    ]
    for site in {line.site.pk: line.site for line in lines}.values():
        mine = [line for line in served if line.need.site.pk == site.pk]
        tell(Allocated(site=site, lines=len(mine), full=sum(not line.missing for line in mine), by=by))
    return served


_COLUMNS = (
    "pk", "item_id", "site_id", "lot_id", "quantity", "same_lot", "minimum_days", "needed_at", "priority", "reference",
    "purpose", "asked",
)  # fmt: skip


def _needs_of(claims: Sequence[SoftReservation] | QuerySet[SoftReservation]) -> list[Need]:
    """The claims as they are now, read without a record for each: there may be thousands. Four queries."""
    rows = SoftReservation.objects.filter(pk__in=_keys(claims)).annotate(asked=Cast("wanted", TextField()))
    found = list(rows.order_by("pk").values_list(*_COLUMNS))
    items = Item.objects.select_related("unit").in_bulk({row[1] for row in found})
    sites = Site.objects.in_bulk({row[2] for row in found})
    lots = Lot.objects.in_bulk({row[3] for row in found if row[3]})
    return [
        Need(
            item=items[item],
            quantity=quantity,
            site=sites[site],
            lot=lots.get(lot),
            reference=reference,
            wanted={} if asked == "{}" else json.loads(asked),
            same_lot=same_lot,
            minimum_days=days,
            needed_at=needed_at,
            priority=priority,
            purpose=purpose,
            claim=key,
        )
        for key, item, site, lot, quantity, same_lot, days, needed_at, priority, reference, purpose, asked in found
    ]


def _keys(claims: Sequence[SoftReservation] | QuerySet[SoftReservation]) -> Any:
    if isinstance(claims, QuerySet):
        return claims.order_by().values("pk")
    return [row.pk for row in claims]


def _urgency(need: Need) -> tuple[int, datetime, int]:
    return need.priority, need.needed_at or now(), need.claim or 0


def _reserve(found: Sequence[tuple[Need, Any, Decimal]], by: User | None) -> None:
    """One INSERT for all."""
    if not found:
        return
    columns = zip(
        *(
            (
                pile.location,
                pile.item,
                pile.lot,
                pile.serial,
                pile.unit,
                quantity,
                need.reference,
            )
            for need, pile, quantity in found
        ),
        strict=True,
    )
    with in_words(), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO inventory_reservation
                (location_id, item_id, lot_id, serial_id, handling_unit_id, quantity, reference, reserved_at, by_id)
            SELECT u.*, %s, %s
            FROM unnest(
                %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[],
                %s::text[]) AS u""",
            [now(), by.pk if by else None, *(list(column) for column in columns)],
        )


def summary(lines: Sequence[Allotted]) -> Any:
    """One sentence on what came of it, naming the first lines that lack something."""
    lacking = [line for line in lines if line.missing]
    if not lacking:
        return _("{count} lines are reserved in full.").format(count=len(lines))
    named = "; ".join(f"{line.need.item.number}: {line.sentence}" for line in lacking[:3])
    return _("{full} of {count} lines are reserved in full. {named}{more}").format(
        full=len(lines) - len(lacking), count=len(lines), named=named, more="…" if len(lacking) > 3 else ""
    )
