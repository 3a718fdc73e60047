"""Goods in and inspection in the demo: a lot of seal rings that came this morning waits for its readings, on hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from decimal import Decimal

from django.db import transaction

from p2p.core import clock
from p2p.demo.day import TODAY, at, person, site
from p2p.demo.steps import STEPS, Say, Step
from planning.services.receive import ReceiptLine, receive_lines
from planning.services.replenishment import create_replenishment, send
from quality.models import ControlPlan, Inspection
from quality.services import plan
from quality.services.plan import PlanLine
from quality.services.record import Reading, record
from strategies.models import Characteristic, Item, ItemPolicy, Unit, Vendor

SEAL, PLAN = "SEAL-28", "CP-SEALS"
READ = ("28.02", "27.97", "28.04")


@transaction.atomic
def bring(say: Say) -> Mapping[str, object]:
    """Two hundred rings of one vendor come in as a lot; of five that are to be measured three are."""
    say("seal rings come in", 0, 0)
    with clock.frozen(at(time(9))):
        item, vendor = _item(), Vendor.objects.filter(active=True).order_by("number")[2]
        inner, clean = _characteristics()
        drawn = plan.draft(
            code=PLAN,
            name="Seal rings, goods in",
            site=site(),
            trigger=ControlPlan.Trigger.GOODS,
            item=item,
            sample_fraction=Decimal("0.025"),
            lines=(PlanLine(characteristic=inner), PlanLine(characteristic=clean)),
            by=person("ingrid"),
        )
        plan.activate(control_plan=drawn, by=person("ingrid"))
        order = create_replenishment(
            site=site(),
            item=item,
            quantity=Decimal(200),
            due_on=TODAY,
            vendor=vendor,
            price=Decimal("0.42"),
            by=person("ben"),
        )
        send(orders=[order], by=person("ben"))
        line = ReceiptLine(order=order, quantity=Decimal(200), lot="S-0105", vendor_lot="77-4418")
        receive_lines(lines=[line], delivery_note="LS-41002", by=person("olinda"))
    inspection = Inspection.objects.get(replenishment=order)
    readings = [
        Reading(characteristic=inner, sample=piece, value=value) for piece, value in enumerate(READ, 1)
    ]
    with clock.frozen(at(time(10))):
        record(inspection=inspection, readings=readings, by=person("ingrid"))
    return {"inspection": inspection.number, "on_hold": 200}


def _item() -> Item:
    unit = Unit.objects.get(code="EA")
    values = {"name": "Seal ring for hub, 28 mm", "unit": unit, "tracking": "lot"}
    item = Item.objects.get_or_create(number=SEAL, defaults=values)[0]
    ItemPolicy.objects.get_or_create(item=item, site=site(), defaults={"supply": "buy"})
    return item


def _characteristics() -> tuple[Characteristic, Characteristic]:
    unit, _new = Unit.objects.get_or_create(code="MM", defaults={"name": "Millimetre", "digits": 3})
    inner, _new = Characteristic.objects.get_or_create(
        code="SEAL-ID",
        defaults={
            "name": "Inner diameter",
            "unit": unit,
            "target": 28,
            "lower_limit": Decimal("27.9"),
            "upper_limit": Decimal("28.1"),
        },
    )
    clean, _new = Characteristic.objects.get_or_create(
        code="SEAL-LIP", defaults={"name": "Lip without nicks", "kind": Characteristic.Kind.ATTRIBUTE}
    )
    return inner, clean


def is_in() -> bool:
    return Inspection.objects.filter(replenishment__item__number=SEAL).exists()


STEPS.append(Step("goodsin", "Goods in inspection", bring, is_in))
