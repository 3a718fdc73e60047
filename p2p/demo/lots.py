"""Chain oil by lot in the demo: rules, limits, a retest that failed, a lot split, boxes on a pallet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from p2p.core import clock
from p2p.demo.day import TODAY, at, person, site
from p2p.demo.steps import STEPS, Say, Step
from p2p.inventory.models import HandlingUnit, Lot, Move
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.lot_changes import change_lot, retest
from p2p.inventory.services.lots import Arrival, lots_for_receipt
from p2p.inventory.services.packing import Packing, pack
from p2p.inventory.services.regroup import split
from p2p.inventory.services.rules import save_attribute_rule, save_stock_rule
from p2p.inventory.services.units import create_units, nest
from strategies.models import Characteristic, Item, ItemGroup, Location, Unit, Vendor

OIL = "OIL-CHAIN"
# Vendor's lot, quantity, made so many days ago, viscosity, colour.
CAME = (
    ("K-2207", 240, 40, "68.4", "pass"),
    ("K-2231", 180, 12, "71.9", "pass"),
    ("K-2198", 60, 330, "74.6", "fail"),
)


@transaction.atomic
def store_oil(say: Say) -> Mapping[str, object]:
    """Three lots come in and are measured; one fails its retest, one is split, two boxes stand on a pallet."""
    with clock.frozen(at(time(9))):
        oil, shane = _oil(), person("shane")
        places = {place.kind: place for place in Location.objects.filter(site=site()).order_by("-pk")}
        lots = [_receive(oil, row, places) for row in CAME]
        new = split(lot=lots[0], location=places["store"], quantity=Decimal(40), by=shane)
        retest(lot=lots[2], passed=False, note="Cloudy, smells burnt", by=person("ingrid"))
        _pallet(oil, lots[1], places["store"])
    return {"lots": Lot.objects.filter(item=oil).count(), "split": new.number}


def _oil() -> Item:
    group = ItemGroup.objects.get_or_create(code="CHEMICALS", defaults={"name": "Oils, greases and paint"})[0]
    values: dict[str, Any] = {
        "name": "Chain oil, 100 ml",
        "unit": Unit.objects.get(code="EA"),
        "group": group,
        "tracking": Item.Tracking.LOT,
        "shelf_life_days": 365,
        "retest_days": 90,
        "attributes": {"gtin": "04012345678901"},
    }
    oil = Item.objects.get_or_create(number=OIL, defaults=values)[0]
    engineer = person("erin")
    save_stock_rule(
        group=group,
        lot_per="receipt",
        lot_pattern="{item}-{yy}{week}-{n:2}",
        picking="fefo",
        receipt_days=20,
        minimum_days=14,
        by=engineer,
    )
    for code, name, kind, limits in (
        ("VISC", "Viscosity at 40 °C", "variable", (Decimal(61), Decimal(75))),
        ("COLOUR", "Clear and amber", "attribute", (None, None)),
    ):
        one = Characteristic.objects.get_or_create(
            code=code,
            defaults={"name": name, "kind": kind, "lower_limit": limits[0], "upper_limit": limits[1]},
        )[0]
        save_attribute_rule(group=group, characteristic=one, required=code == "VISC", by=engineer)
    return oil


def _receive(oil: Item, row: tuple[str, int, int, str, str], places: Mapping[str, Location]) -> Lot:
    number, quantity, days, viscosity, colour = row
    arrival = Arrival(
        item=oil,
        site=site(),
        quantity=Decimal(quantity),
        vendor=Vendor.objects.order_by("pk").first(),
        vendor_lot=number,
        made_on=TODAY - timedelta(days=days),
    )
    ((piece,),) = lots_for_receipt(arrivals=[arrival], by=person("shane"))
    assert piece.lot is not None
    line = MoveLine(
        item=oil,
        source=places["supplier"],
        target=places["store"],
        quantity=piece.quantity,
        kind=Move.Kind.RECEIPT,
        lot=piece.lot,
        reference=number,
    )
    post(lines=[line], by=person("shane"))
    measured = {"VISC": viscosity, "COLOUR": colour}
    return change_lot(lot=piece.lot, attributes=measured, by=person("ingrid"))


def _pallet(oil: Item, lot: Lot, place: Location) -> None:
    olinda = person("olinda")
    (pallet,) = create_units(location=place, by=olinda)
    boxes = create_units(kind=HandlingUnit.Kind.BOX, count=2, location=place, by=olinda)
    for box in boxes:
        pack(unit=box, lines=[Packing(item=oil, lot=lot, quantity=Decimal(48))], by=olinda)
        nest(unit=box, parent=pallet, by=olinda)


def is_stored() -> bool:
    return (
        HandlingUnit.objects.filter(parent__isnull=False).exists()
        and Lot.objects.filter(item__number=OIL).exists()
    )


STEPS.append(Step("lots", "Chain oil by lot, with limits, and a pallet of boxes", store_oil, is_stored))
