"""How the pieces that somebody names are shared among the places a document takes them from."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.refusal import Refused
from p2p.inventory.models import Balance
from p2p.inventory.services.taking import Taken
from strategies.models import Item


def parted(*, item: Item, pieces: Decimal | None, parts: Sequence[Taken]) -> list[Decimal | None]:
    """Pieces of each part. A part that is all of its pile has the pile's; what is left is of the one part that is
    not, or of the last. One query when there are several parts, else none.

    Refused when several parts leave something behind: nobody knows then which pieces were taken where.
    """
    if pieces is None or len(parts) == 1:
        return [pieces] * len(parts)
    rows = Balance.objects.filter(item=item, location__in={part.place.pk for part in parts}, quantity__gt=0)
    names = ("location", "lot", "handling_unit", "quantity", "catch_quantity")
    piles = {
        (place, lot, unit): (weight, count) for place, lot, unit, weight, count in rows.values_list(*names)
    }
    known: list[Decimal | None] = []
    for part in parts:
        key = part.place.pk, part.lot.pk if part.lot else None, part.unit.pk if part.unit else None
        weight, count = piles.get(key, (None, None))
        known.append(count if weight == part.quantity else None)
    unknown = [index for index, count in enumerate(known) if count is None]
    if len(unknown) > 1:
        raise Refused(
            _("{pieces} {unit} of {item} would be taken from {count} places: take them from one at a time."),
            code="catch_weight",
            field="catch_quantity",
            about=item,
            pieces=plain(pieces),
            unit=item.catch_unit.code if item.catch_unit else "",
            item=item.number,
            count=len(unknown),
        )
    rest = unknown[0] if unknown else len(parts) - 1
    others = sum((count or Decimal(0) for index, count in enumerate(known) if index != rest), Decimal(0))
    known[rest] = pieces - others
    return known
