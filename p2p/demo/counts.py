"""Counts of the demo's store: classes by ABC, one count posted, one that waits for a supervisor, one to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from p2p.core.models import User
from p2p.demo.adventureworks import SITE
from p2p.demo.steps import STEPS, Say, Step
from p2p.inventory.models import Balance, Count, CountPlace
from p2p.inventory.selectors.counts import current_lines
from p2p.inventory.services.classes import classify
from p2p.inventory.services.count_entry import Entry, Found, enter
from p2p.inventory.services.count_posting import decide, post_count
from p2p.inventory.services.count_review import submit_count
from p2p.inventory.services.counting import create_count
from p2p.inventory.services.rules import save_count_class
from p2p.inventory.services.sums import add_up
from strategies.models import Location, Site

CLASSES = (("A", 30, "0", "0.8"), ("B", 90, "0.01", "0.95"), ("C", 365, "0.05", "1"))
SMALL = ("3", "4", "2")
"""Stores with few items: counted whole."""


def count_the_store(say: Say) -> Mapping[str, object]:
    """ABC by what a year used, a posted count of two small stores, one with differences, a cycle count of ten."""
    shane, olinda, admin = (User.objects.get(username=name) for name in ("shane", "olinda", "admin"))
    site = Site.objects.get(code=SITE)
    for code, days, fraction, share in CLASSES:
        save_count_class(
            code=code,
            name=f"Class {code}",
            days_between=days,
            tolerance_fraction=Decimal(fraction),
            value_share=Decimal(share),
            by=shane,
        )
    changed = classify(site=site, by=shane)
    places = [Location.objects.get(site=site, code=code) for code in SMALL]
    posted = create_count(site=site, kind="spot", places=places[:2], note="Monday", by=shane)
    _enter(list(posted.places.all()), olinda, lost=Decimal("0.01"))
    submit_count(count=posted, by=olinda)
    decide(lines=list(current_lines(posted).filter(accepted=None)), accepted=True, by=admin)
    posted.refresh_from_db()
    if posted.state == Count.State.REVIEW:
        post_count(count=posted, by=admin)
    waiting = create_count(site=site, kind="spot", places=places[2:], note="After the delivery", by=shane)
    _enter(list(waiting.places.all()), olinda, lost=Decimal("0.2"))
    submit_count(count=waiting, by=olinda)
    create_count(site=site, kind="cycle", at_most=10, note="Ten a day", by=shane)
    add_up()
    return {"classes": len(changed), "counts": Count.objects.count()}


def _enter(places: Sequence[CountPlace], by: User, *, lost: Decimal) -> None:
    """What lies there, and of the first thing that is free this share less."""
    entries, left = [], 1
    for place in places:
        rows = Balance.objects.filter(location=place.location).exclude(quantity=0)
        found = []
        for row in rows.select_related("item__unit", "lot", "serial", "handling_unit").order_by(
            "item__number", "id"
        ):
            spare = row.quantity - row.reserved > 100 and row.lot is None and row.serial is None
            missing = (row.quantity * lost).to_integral_value() if spare and left else Decimal(0)
            left -= bool(missing)
            found.append(
                Found(
                    item=row.item,
                    quantity=row.quantity - missing,
                    lot=row.lot,
                    serial=row.serial,
                    handling_unit=row.handling_unit,
                )
            )
        entries.append(Entry(place=place, found=found))
    enter(entries=entries, by=by)


def _is_done() -> bool:
    return Count.objects.filter(kind=Count.Kind.CYCLE).exists()


STEPS.append(Step("counts", "Counting the store", count_the_store, _is_done))
