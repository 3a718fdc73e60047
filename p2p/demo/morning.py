"""The demo's morning: a control plan, a vendor for one step, what the day lacks, and its release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal

from django.db import transaction

from execution.services.release import release
from p2p.core import clock
from p2p.demo.day import DAY, all_in, at, person, real_day, site, todays
from p2p.demo.steps import STEPS, Say, Step
from p2p.inventory.selectors import available
from planning.models import Material, Operation, ReplenishmentOrder
from planning.services.outside import send_out
from planning.services.receive import receive as receive_goods
from planning.services.replenishment import create_replenishment
from quality.models import ControlPlan, Inspection
from quality.services import plan
from quality.services.plan import PlanLine
from strategies.models import Characteristic, Item, ItemPolicy, ResourceGroup, Unit, Vendor, VendorPrice

ASSEMBLY = "60"
RUNOUT = "RUNOUT"


@transaction.atomic
def prepare(say: Say) -> Mapping[str, object]:
    """A control plan for final assembly, and a vendor who polishes handlebars."""
    say("control plan and vendor agreement", 0, 0)
    unit, _new = Unit.objects.get_or_create(code="MM", defaults={"name": "Millimetre", "digits": 3})
    runout, _new = Characteristic.objects.get_or_create(
        code=RUNOUT,
        defaults={"name": "Wheel run-out", "unit": unit, "upper_limit": Decimal("0.5"), "lower_limit": 0},
    )
    drawn = plan.draft(
        code="CP-ASSEMBLY",
        name="Final assembly, wheels true",
        site=site(),
        group=ResourceGroup.objects.get(site=site(), code=ASSEMBLY),
        sample_fraction=Decimal("0.25"),
        lines=(PlanLine(characteristic=runout),),
        by=person("ingrid"),
    )
    plan.activate(control_plan=drawn, by=person("ingrid"))
    outside = _outside_operation()
    order = outside.order
    VendorPrice.objects.get_or_create(
        vendor=_vendor(),
        item=order.item,
        operation_number=outside.number,
        unit=order.item.unit,
        currency=site().currency,
        minimum_quantity=0,
        valid_from=date(2012, 1, 1),
        defaults={"price": Decimal("4.10"), "lead_time_days": 2},
    )
    if not outside.outside:
        send_out(operation=outside, vendor=_vendor(), by=person("paula"))
    return {"control_plan": str(drawn), "sent_out": f"{outside} to {_vendor()}"}


def _vendor() -> Vendor:
    return Vendor.objects.filter(active=True).order_by("-preferred", "number")[0]


def _outside_operation() -> Operation:
    """The middle step of the day's largest order that has one; the one already sent out, when asked again."""
    rows = Operation.objects.filter(order__in=todays()).select_related("order__item__unit", "order__site")
    sent = rows.filter(outside=True).first()
    if sent is not None:
        return sent
    between = rows.filter(links_before__isnull=False, links_after__isnull=False).distinct()
    return between.order_by("-order__quantity", "pk")[0]


@transaction.atomic
def procure(say: Say) -> Mapping[str, object]:
    """Buy and receive what the day needs and neither stock nor the day itself provides."""
    short = _short()
    items = Item.objects.in_bulk(list(short))
    sellers = {
        policy.item_id: policy.vendor
        for policy in ItemPolicy.objects.filter(item__in=items, vendor__isnull=False).select_related("vendor")
    }
    with clock.frozen(at(time(4))):
        for place, (key, quantity) in enumerate(sorted(short.items())):
            say(str(items[key]), place, len(short))
            bought = create_replenishment(
                site=site(),
                item=items[key],
                quantity=quantity,
                due_on=DAY,
                vendor=sellers.get(key) or _vendor(),
                by=person("paula"),
            )
            receive_goods(order=bought, quantity=quantity, by=person("paula"))
    return {"purchases_received": len(short), "pieces": int(sum(short.values(), Decimal(0)))}


def _short() -> dict[int, Decimal]:
    """Item id -> what the day's orders need beyond stock and their own output."""
    orders = todays()
    missing: dict[int, Decimal] = defaultdict(Decimal)
    for item, quantity in Material.objects.filter(order__in=orders).values_list("item_id", "quantity"):
        missing[item] += quantity
    real = real_day()
    for order in orders:
        # What the plant scrapped that day is missing further up, so it is bought in as well.
        scrapped = real[order.item.number, order.quantity.normalize()].pop().scrap
        missing[order.item_id] -= order.quantity - scrapped
    stock = available(site(), list(missing))
    return {
        item: need - stock.get(item, Decimal(0))
        for item, need in missing.items()
        if need > stock.get(item, 0)
    }


def release_day(say: Say) -> Mapping[str, object]:
    """All of the day's orders go to the floor; what is made today is not in stock yet, and picking waits for it."""
    say("releasing", 0, 0)
    waiting = [order for order in todays() if order.state in ("firm", "scheduled")]
    with clock.frozen(at(time(5))):
        lists = release(orders=waiting, despite_shortage=True, by=person("shane"))
    opened = Inspection.objects.filter(operation__order__in=waiting).count()
    return {"released": len(waiting), "pick_lists": len(lists), "inspections_opened": opened}


STEPS.extend(
    (
        Step("prepare", "Control plan, vendor", prepare, ControlPlan.objects.filter(state="active").exists),
        Step("procure", "Buying what the day lacks", procure, ReplenishmentOrder.objects.exists),
        Step(
            "release",
            "Releasing 4 January",
            release_day,
            lambda: all_in("released", "started", "finished", "ended"),
        ),
    )
)
