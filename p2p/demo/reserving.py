"""Stock that the demo's planner has reserved: softly for demand of the next days, and the most urgent at its places."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from p2p.core.models import User
from p2p.demo.adventureworks import SITE
from p2p.demo.steps import STEPS, Say, Step
from p2p.inventory.models import Reservation, SoftReservation
from p2p.inventory.selectors import available
from p2p.inventory.services.allocation import allocate
from p2p.inventory.services.claims import claim
from p2p.inventory.services.needs import Need
from strategies.models import Item, Site

DOCUMENT = "KIT-{number}"
PLENTY, EACH, KITS, PARTS = Decimal(200), Decimal(4), 4, 3


def reserve(say: Say) -> Mapping[str, object]:
    """Four kits of three parts of which there is plenty; the first kit is allocated."""
    paula, site = User.objects.get(username="paula"), Site.objects.get(code=SITE)
    free = {item: there for item, there in available(site).items() if there >= PLENTY}
    rows = Item.objects.filter(pk__in=free, tracking=Item.Tracking.NONE).select_related("unit")
    items = list(rows.order_by("number")[: KITS * PARTS])
    needs = [
        Need(
            item=item,
            quantity=EACH,
            site=site,
            reference=DOCUMENT.format(number=1 + index // PARTS),
            priority=20 * (1 + index // PARTS),
            purpose="delivery",
        )
        for index, item in enumerate(items)
    ]
    rows_made = claim(needs=needs, by=paula)
    allocate(claims=rows_made[:PARTS], by=paula)
    return {
        "soft_reservations": SoftReservation.objects.count(),
        "reserved": Reservation.objects.filter(reference__startswith="KIT-").count(),
    }


def is_reserved() -> bool:
    """Whether a planner has reserved a kit."""
    return SoftReservation.objects.filter(reference__startswith="KIT-").exists()


STEPS.append(Step("reserving", "Kits are reserved", reserve, is_reserved))
