"""What people and machines name of a component: codes and numbers, turned into records or refused in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from execution.services.chosen import InHand
from p2p.core.refusal import Refused
from p2p.inventory.models import HandlingUnit, Lot, Serial
from p2p.inventory.services.pieces import Named, named
from planning.models import Material
from strategies.models import Location, Site


def in_hand(
    material: Material,
    *,
    location: str = "",
    lot: str = "",
    serials: Sequence[str] = (),
    unit: str = "",
    catch_quantity: Decimal | None = None,
) -> InHand:
    """Each may be left out. Refused by name: a place, lot, piece or handling unit that is not known."""
    item = material.item
    known = named([Named(item, lot, serials)])
    return InHand(
        location=_place(material.order.site, location),
        lot=known[Lot, item.pk, lot] if lot else None,
        serials=tuple(known[Serial, item.pk, number] for number in serials),
        unit=_unit(unit),
        catch_quantity=catch_quantity,
    )


def _place(site: Site, code: str) -> Location | None:
    if not code:
        return None
    found = Location.objects.filter(site=site, code__iexact=code, active=True).select_related("site").first()
    if found is None:
        raise Refused(_("There is no place {place} at {site}."), field="location", place=code, site=site.code)
    return found


def _unit(number: str) -> HandlingUnit | None:
    if not number:
        return None
    found = HandlingUnit.objects.filter(number__iexact=number).select_related("location").first()
    if found is None:
        raise Refused(_("There is no handling unit {number}."), field="unit", number=number)
    return found
