"""Goods in and out in the demo: purchases that are late or come today, one half received, a transfer on its way,
customers' lines to deliver, one delivered and in part given back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from decimal import Decimal

from django.db import transaction

from p2p.core import clock
from p2p.demo.day import TODAY, at, person, site
from p2p.demo.steps import STEPS, Say, Step
from p2p.inventory.services.by_hand import Act, HandLine, book_by_hand
from planning.models import Customer, Demand, ReplenishmentOrder
from planning.services.delivery import DeliveryLine, deliver
from planning.services.demand import create_demand
from planning.services.receive import ReceiptLine, receive_lines
from planning.services.replenishment import create_replenishment, send
from planning.services.returns import ReturnLine, return_goods
from planning.services.transfer import ShipLine, ship
from strategies.models import Item, ItemPolicy, Location, ReasonCode, Unit, UnitConversion, Vendor

BELL, GREASE, LAMP, WAX = "BELL-100", "GREASE-500", "LAMP-E1", "WAX-5"
NAMES = {
    BELL: ("Bell, chrome", "none", None),
    GREASE: ("Bearing grease, 500 g tin", "lot", 540),
    LAMP: ("Headlamp for hub dynamo", "serial", None),
}
BOUGHT = (
    (BELL, 240, -2, "0.85"),
    (GREASE, 48, -1, "6.20"),
    (LAMP, 20, 0, "23.50"),
    (GREASE, 96, 3, "6.05"),
    (WAX, 100, 0, "4.40"),
)
"""Item, how many, due how many days from today, price."""
SOLD = ((BELL, 20, 0), (GREASE, 6, 0), (LAMP, 4, 2), (BELL, 500, 5))
REASONS = (("T01", "Damaged on the way"), ("T02", "Wrong article sent"), ("T03", "Customer ordered too many"))


@transaction.atomic
def trade(say: Say) -> Mapping[str, object]:
    """Items that are only traded, so that no figure of the plant changes; one is weighed and counted."""
    items, places = _items(), _places()
    with clock.frozen(at(time(11))):
        bought = _buy(items)
        _stock(items, places)
        _come(bought)
        _travel(items[BELL], places)
        lines = _sell(items)
        _go(lines)
    return {
        "expected": ReplenishmentOrder.objects.filter(site=site(), state="sent").count(),
        "to_deliver": Demand.objects.filter(item__in=items.values(), state="open").count(),
    }


def _items() -> dict[str, Item]:
    unit = Unit.objects.get(code="EA")
    box = Unit.objects.get_or_create(code="BOX", defaults={"name": "Box", "digits": 0})[0]
    found = {}
    for number, (name, tracking, days) in NAMES.items():
        values = {"name": name, "unit": unit, "tracking": tracking, "shelf_life_days": days}
        found[number] = Item.objects.get_or_create(number=number, defaults=values)[0]
        ItemPolicy.objects.get_or_create(item=found[number], site=site(), defaults={"supply": "buy"})
    UnitConversion.objects.get_or_create(
        item=found[BELL], source=box, target=unit, defaults={"numerator": 24, "denominator": 1}
    )
    found[WAX] = _weighed()
    for code, name in REASONS:
        ReasonCode.objects.get_or_create(kind=ReasonCode.Kind.RETURN, code=code, defaults={"name": name})
    return found


def _weighed() -> Item:
    """Blocks of wax: each is weighed, none weighs exactly five kilograms."""
    kilo = Unit.objects.get_or_create(code="KG", defaults={"name": "Kilogram", "digits": 3})[0]
    block = Unit.objects.get_or_create(code="BLK", defaults={"name": "Block", "digits": 0})[0]
    item, _made = Item.objects.get_or_create(
        number=WAX,
        defaults={
            "name": "Chain wax, block of about 5 kg",
            "unit": kilo,
            "catch_unit": block,
            "catch_least": Decimal("4.6"),
            "catch_most": Decimal("5.4"),
        },
    )
    ItemPolicy.objects.get_or_create(item=item, site=site(), defaults={"supply": "buy"})
    return item


def _places() -> dict[str, Location]:
    Location.objects.get_or_create(
        site=site(), code="TRANSIT", defaults={"name": "On the road", "kind": "transit", "nettable": False}
    )
    return {place.code: place for place in Location.objects.filter(site=site()).select_related("site")}


def _buy(items: Mapping[str, Item]) -> list[ReplenishmentOrder]:
    vendors = list(Vendor.objects.filter(active=True).order_by("number")[:2])
    orders = [
        create_replenishment(
            site=site(),
            item=items[number],
            quantity=Decimal(quantity),
            due_on=TODAY + timedelta(days=days),
            vendor=vendors[turn % len(vendors)],
            price=Decimal(price),
            by=person("ben"),
        )
        for turn, (number, quantity, days, price) in enumerate(BOUGHT)
    ]
    return send(orders=orders, by=person("ben"))


def _stock(items: Mapping[str, Item], places: Mapping[str, Location]) -> None:
    """What lay there before: without an order, so that there is something to sell."""
    lines = [
        HandLine(item=items[BELL], quantity=Decimal(120), place=places["1"]),
        HandLine(
            item=items[GREASE], quantity=Decimal(10), place=places["1"], expires_on=TODAY + timedelta(200)
        ),
        HandLine(item=items[LAMP], quantity=Decimal(5), place=places["1"]),
        HandLine(item=items[WAX], quantity=Decimal("118.640"), catch_quantity=Decimal(24), place=places["1"]),
    ]
    book_by_hand(act=Act.RECEIPT, lines=lines, reference="SHELF CHECK", by=person("shane"))
    _melt(items[WAX], places)


def _melt(wax: Item, places: Mapping[str, Location]) -> None:
    """Two blocks go to the bench and are used there; they have dried, and what they weigh less is booked beside."""
    bench = places["SHIPPING"]
    reason = ReasonCode.objects.get_or_create(
        kind=ReasonCode.Kind.ADJUSTMENT, code="A90", defaults={"name": "Used at the bench"}
    )[0]
    taken = HandLine(
        item=wax, quantity=Decimal("9.9"), catch_quantity=Decimal(2), place=places["1"], to=bench
    )
    used = HandLine(item=wax, quantity=Decimal("9.78"), catch_quantity=Decimal(2), place=bench)
    book_by_hand(act=Act.TRANSFER, lines=[taken], by=person("shane"))
    book_by_hand(act=Act.ISSUE, lines=[used], reason=reason, reference="BENCH", by=person("shane"))


def _come(bought: list[ReplenishmentOrder]) -> None:
    grease = next(order for order in bought if order.item.number == GREASE and order.due_on < TODAY)
    line = ReceiptLine(
        order=grease, quantity=Decimal(24), lot="G-2201", vendor_lot="88-1204", made_on=TODAY - timedelta(30)
    )
    receive_lines(lines=[line], delivery_note="LS-40817", by=person("olinda"))


def _travel(bell: Item, places: Mapping[str, Location]) -> None:
    order = create_replenishment(
        site=site(),
        item=bell,
        quantity=Decimal(48),
        due_on=TODAY,
        from_location=places["1"],
        to_location=places["SHIPPING"],
        by=person("shane"),
    )
    ship(lines=[ShipLine(order=order, quantity=Decimal(24))], by=person("shane"))


def _sell(items: Mapping[str, Item]) -> list[Demand]:
    customer = Customer.objects.get_or_create(number="C-0007", defaults={"name": "Harbour Bikes"})[0]
    return [
        create_demand(
            number=f"SO-8{turn:03d}",
            site=site(),
            item=items[number],
            quantity=Decimal(quantity),
            ordered_on=TODAY - timedelta(days=4),
            due_on=TODAY + timedelta(days=days),
            priority=10,
            customer=customer,
            by=person("paula"),
        )
        for turn, (number, quantity, days) in enumerate(SOLD, 1)
    ]


def _go(lines: list[Demand]) -> None:
    """The first line goes in two parts, and two of its pieces come back."""
    deliver(
        lines=[
            DeliveryLine(demand=lines[0], quantity=Decimal(15)),
            DeliveryLine(demand=lines[1], quantity=Decimal(2)),
        ],
        by=person("shane"),
    )
    return_goods(
        lines=[ReturnLine(demand=lines[0], quantity=Decimal(2))],
        reason=ReasonCode.objects.get(kind=ReasonCode.Kind.RETURN, code="T01"),
        replace=True,
        by=person("shane"),
    )


def is_traded() -> bool:
    return Demand.objects.filter(item__number=BELL).exists()


STEPS.append(Step("goods", "Goods in and out", trade, is_traded))
