"""The demo's day on the floor: every order as the data has it, one bad wheel, one trip outside, and the books."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import time
from decimal import Decimal

from django.db import transaction

from costing.models import Settlement
from execution.models import PickList
from execution.services.finish import end, finish
from execution.services.pick import pick
from execution.services.release import release
from execution.services.report import report
from outsourcing.models import SubcontractOrder
from outsourcing.services.dispatch import dispatch
from outsourcing.services.order import acknowledge, send
from outsourcing.services.receive import Back, receive
from p2p.core import clock
from p2p.core.facts import Refused
from p2p.demo.day import DAY, TODAY, Real, all_in, at, person, real_day, site, todays
from p2p.demo.morning import RUNOUT
from p2p.demo.steps import STEPS, Say, Step
from planning.models import Operation, ProductionOrder
from quality.models import Inspection
from quality.services import decide, record
from strategies.models import Characteristic

OPEN = ProductionOrder.OPEN


def replay(say: Say) -> Mapping[str, object]:
    """Pick, report and finish the day's orders as the plant did, each in one transaction, so that it can go on."""
    real = real_day()
    orders = todays()
    told: dict[str, object] = {}
    for place, order in enumerate(orders):
        say(f"{order.number} {order.item.name}", place, len(orders))
        if order.state in OPEN:
            with clock.frozen(at(time(21))):
                told |= _make(order, real[order.item.number, order.quantity.normalize()].pop())
    done = ProductionOrder.objects.filter(pk__in=[order.pk for order in orders], state="finished")
    good = sum((order.good_quantity for order in done), Decimal(0))
    scrap = sum((order.scrap_quantity for order in done), Decimal(0))
    return {"finished": f"{done.count()} of {len(orders)}", "good": int(good), "scrap": int(scrap), **told}


@transaction.atomic
def _make(order: ProductionOrder, real: Real) -> dict[str, object]:
    told: dict[str, object] = {}
    for pick_list in PickList.objects.filter(order=order, state="open").order_by("pk"):
        pick(pick_list=pick_list, at=at(time(6)), by=person("olinda"))
    operations = list(order.operations.select_related("order__site", "resource", "group").order_by("number"))
    pieces = order.quantity
    for place, operation in enumerate(operations):
        last = place == len(operations) - 1
        scrap = real.scrap if last else Decimal(0)
        if operation.outside:
            told |= _trip(operation, pieces)
        else:
            report(
                operation=operation,
                good=pieces - scrap,
                scrap=scrap,
                reason=real.reason if scrap else None,
                seconds=int(real.hours.get(operation.number, Decimal(0)) * 3600),
                resource=operation.resource,
                at=at(time(7), place),
                by=person("olinda"),
            )
    told |= _inspect(order)
    finish(orders=[order], at=at(time(20)), by=person("shane"))
    return told


def _trip(operation: Operation, pieces: Decimal) -> dict[str, object]:
    """Send the pieces to the vendor and take them back."""
    buyer = person("ben")
    subcontract = SubcontractOrder.objects.get(lines__operation=operation)
    send(order=subcontract, by=buyer)
    acknowledge(order=subcontract, by=buyer)
    note = dispatch(order=subcontract, at=at(time(9)), by=buyer)
    line = subcontract.lines.get(operation=operation)
    back = receive(order=subcontract, lines=[Back(line=line, good=pieces)], at=at(time(16)), by=buyer)
    return {"outside": f"{pieces.normalize():f} pieces with {note}, back with {back}"}


def _inspect(order: ProductionOrder) -> dict[str, object]:
    """Read every sample; the last piece of the first bicycle is out of true and stops the order."""
    told: dict[str, object] = {}
    inspector = person("ingrid")
    runout = Characteristic.objects.get(code=RUNOUT)
    for inspection in Inspection.objects.filter(operation__order=order, state="open").order_by("pk"):
        bad = (
            not Inspection.objects.filter(state__in=("rejected", "conceded")).exists() and order.quantity > 1
        )
        readings = [
            record.Reading(characteristic=runout, sample=piece, value=value)
            for piece, value in _values(inspection.sample_size, bad)
        ]
        record.record(inspection=inspection, readings=readings, at=at(time(19)), by=inspector)
        if not bad:
            decide.accept(inspection=inspection, by=inspector)
            continue
        decide.reject(inspection=inspection, note="Wheel out of true", by=inspector)
        told["stopped_by_inspection"] = _refusal(order)
        decide.concede(inspection=inspection, note="Wheel trued and measured again: 0.3 mm", by=inspector)
    return told


def _values(size: int, bad: bool) -> Iterator[tuple[int, Decimal]]:
    for piece in range(1, size + 1):
        good = Decimal(piece * 37 % 40) / 100
        yield piece, Decimal("0.8") if bad and piece == size else good


def _refusal(order: ProductionOrder) -> str:
    try:
        with transaction.atomic():
            finish(orders=[order], by=person("shane"))
    except Refused as no:
        return str(no)
    raise AssertionError(f"{order} finished although its inspection failed")


def end_day(say: Say) -> Mapping[str, object]:
    """End the finished orders: their work in process is settled, and every cent of variance has a name."""
    finished = list(
        ProductionOrder.objects.filter(site=site(), start_on=DAY, state="finished").order_by("pk")
    )
    say("settling", 0, len(finished))
    if finished:
        with clock.frozen(at(time(22))):
            end(orders=finished, by=person("shane"))
    settled = Settlement.objects.filter(order__start_on=DAY, order__site=site())
    standard = sum((one.standard for one in settled), Decimal(0))
    actual = sum((one.actual for one in settled), Decimal(0))
    named = sum((v.amount for one in settled for v in one.variances.all()), Decimal(0))
    if actual - standard != named:
        raise AssertionError(f"variances {named} are not actual {actual} less standard {standard}")
    return {"settled": len(settled), "standard": standard, "actual": actual, "variance_all_named": named}


def release_today(say: Say) -> Mapping[str, object]:
    """Today's orders go to the floor as well, for the tablets to work on."""
    say("releasing", 0, 0)
    waiting = ProductionOrder.objects.filter(site=site(), start_on=TODAY, state__in=("firm", "scheduled"))
    lists = release(orders=list(waiting.order_by("pk")), despite_shortage=True, by=person("shane"))
    return {"pick_lists": len(lists)}


def _today_is_out() -> bool:
    orders = ProductionOrder.objects.filter(start_on=TODAY)
    return orders.exists() and not orders.filter(state__in=("firm", "scheduled")).exists()


STEPS.extend(
    (
        Step("replay", "The day on the floor", replay, lambda: all_in("finished", "ended")),
        Step("settle", "Ending and settling", end_day, lambda: all_in("ended")),
        Step("today", "Releasing 5 January", release_today, _today_is_out),
    )
)
