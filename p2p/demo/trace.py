"""Custom bicycles by lot and serial number: two heats of tube, frames welded of them, bicycles, two customers, an
exercise of a recall."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from decimal import Decimal

from django.db import transaction

from execution.services.release import release
from execution.services.report import report
from p2p.core import clock
from p2p.demo.day import TODAY, at, person, site
from p2p.demo.steps import STEPS, Say, Step
from p2p.inventory.models import Lot, Move, Recall
from p2p.inventory.selectors.starts import Suspicion
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.recall import draw_up
from planning.models import Customer, Demand, Operation, ProductionOrder
from planning.services.delivery import DeliveryLine, deliver
from planning.services.order import create_order
from strategies.models import (
    BomLine,
    BomVersion,
    Item,
    ItemPolicy,
    Location,
    ResourceGroup,
    RouteLink,
    RouteOperation,
    RouteVersion,
    Unit,
    Vendor,
)

TUBE, FRAME, BIKE = "TU-CRMO", "CF-FRAME", "CF-BIKE"
RAW = "CF-RAW"
"""A welded frame until it is painted: nobody makes or buys it by itself, so nothing says how it is supplied."""
NAMES = {
    TUBE: ("Chromoly tube, seamless", "lot", "buy"),
    FRAME: ("Custom frame, welded", "lot", "make"),
    BIKE: ("Custom bicycle", "serial", "make"),
}
HEATS = (("TU-4711", "HEAT-4711", 45), ("TU-4712", "HEAT-4712", 60))
SOLD = (("Northwind Cycles", 2), ("Pedal & Chain", 1))


@transaction.atomic
def weld(say: Say) -> Mapping[str, object]:
    """Two heats come in, three orders of frames take them, one of bicycles takes frames, three bicycles go out."""
    with clock.frozen(at(time(10))):
        items = _items()
        _recipes(items)
        _receive(items[TUBE])
        for number, quantity, done in (("CF-0001", 10, 10), ("CF-0002", 10, 10), ("CF-0003", 8, 3)):
            _make(items[FRAME], number, quantity, done)
        _make(items[BIKE], "CB-0001", 6, 6)
        _sell(items[BIKE])
        heat = Lot.objects.get(item=items[TUBE], number=HEATS[0][0])
        recall = draw_up(
            title="Exercise: where did heat 4711 go?",
            suspicion=Suspicion(pieces=(heat,)),
            practice=True,
            site=site(),
            by=person("ingrid"),
        )
    return {"recall": recall.number, "touched": recall.summary["lines"]}


def _items() -> dict[str, Item]:
    unit = Unit.objects.get(code="EA")
    found = {}
    for number, (name, tracking, supply) in NAMES.items():
        values = {"name": name, "unit": unit, "tracking": tracking}
        found[number] = Item.objects.get_or_create(number=number, defaults=values)[0]
        ItemPolicy.objects.get_or_create(item=found[number], site=site(), defaults={"supply": supply})
    values = {"name": "Custom frame, raw", "unit": unit}
    return {**found, RAW: Item.objects.get_or_create(number=RAW, defaults=values)[0]}


def _recipes(items: Mapping[str, Item]) -> None:
    group = ResourceGroup.objects.filter(site=site()).order_by("pk").first()
    for product, component, each in ((FRAME, TUBE, 3), (BIKE, FRAME, 1)):
        bom = BomVersion.objects.create(item=items[product], site=site(), state="active")
        route = RouteVersion.objects.create(item=items[product], site=site(), state="active")
        first, last = RouteOperation.objects.bulk_create(
            RouteOperation(route=route, number=number, name=name, group=group, run_seconds=600)
            for number, name in ((10, "Weld" if product == FRAME else "Build up"), (20, "Paint and check"))
        )
        RouteLink.objects.create(route=route, before=first, after=last)
        if product == FRAME:
            RouteOperation.objects.filter(pk=first.pk).update(half_finished=items[RAW])
        BomLine.objects.create(
            bom=bom,
            position=10,
            component=items[component],
            quantity=Decimal(each),
            unit=items[component].unit,
            flushing="operation",
        )


def _receive(tube: Item) -> None:
    places = {place.kind: place for place in Location.objects.filter(site=site()).order_by("-pk")}
    vendor = Vendor.objects.order_by("pk").first()
    lines = [
        MoveLine(
            item=tube,
            source=places["supplier"],
            target=places["store"],
            quantity=Decimal(quantity),
            kind=Move.Kind.RECEIPT,
            lot=Lot.objects.create(item=tube, number=number, vendor=vendor, vendor_lot=heat),
            reference=heat,
        )
        for number, heat, quantity in HEATS
    ]
    post(lines=lines, by=person("shane"))


def _make(item: Item, number: str, quantity: int, done: int) -> None:
    """All pieces go through the first operation, `done` of them on into stock."""
    order = create_order(
        site=site(),
        item=item,
        quantity=Decimal(quantity),
        due_on=TODAY + timedelta(days=5),
        number=number,
        by=person("paula"),
    )
    release(orders=[order], by=person("shane"))
    first, last = Operation.objects.filter(order=order).select_related("order").order_by("number")
    for operation, pieces in ((first, quantity), (last, done)):
        report(operation=operation, good=Decimal(pieces), seconds=600 * pieces, by=person("olinda"))


def _sell(bike: Item) -> None:
    rows = Move.objects.filter(item=bike, kind=Move.Kind.OUTPUT).select_related("serial", "target")
    made = list(rows.order_by("pk"))
    for turn, (name, pieces) in enumerate(SOLD, 1):
        customer = Customer.objects.get_or_create(number=f"C-{turn:04d}", defaults={"name": name})[0]
        demand = Demand.objects.create(
            number=f"SO-9{turn:03d}",
            site=site(),
            item=bike,
            unit=bike.unit,
            quantity=pieces,
            ordered_on=TODAY - timedelta(days=9),
            due_on=TODAY,
            customer=customer,
        )
        going = [made.pop(0) for _ in range(pieces)]
        serials = [one.serial for one in going if one.serial]
        lines = [
            DeliveryLine(demand=demand, quantity=Decimal(pieces), location=going[0].target, serials=serials)
        ]
        deliver(lines=lines, by=person("shane"))


def is_welded() -> bool:
    return (
        Recall.objects.filter(practice=True).exists()
        and ProductionOrder.objects.filter(number="CB-0001").exists()
    )


STEPS.append(Step("trace", "Custom bicycles by lot and serial number", weld, is_welded))
