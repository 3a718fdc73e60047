"""Lots and serial numbers come into being."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import Lot
from strategies.models import Item


@transaction.atomic
def create_lot(
    *,
    item: Item,
    number: str,
    vendor_lot: str = "",
    made_on: date | None = None,
    expires_on: date | None = None,
    attributes: Mapping[str, Any] | None = None,
    by: User | None,
) -> Lot:
    """A new lot of an item that is tracked by lot. Refused for other items, a number used before, or dates that
    contradict each other."""
    if item.tracking != Item.Tracking.LOT:
        raise Refused(_("{item} is not tracked by lot."), field="item", about=item, item=item.number)
    if made_on and expires_on and expires_on < made_on:
        raise Refused(_("Lot {lot} would expire before it was made."), field="expires_on", lot=number)
    if Lot.objects.filter(item=item, number=number).exists():
        raise Refused(_("{item} has a lot {lot} already."), field="number", item=item.number, lot=number)
    return Lot.objects.create(
        item=item,
        number=number,
        vendor_lot=vendor_lot,
        made_on=made_on,
        expires_on=expires_on,
        attributes=dict(attributes or {}),
    )
