"""The demo's day on the floor: Monday, 2 January 2012, as the data has it, with one bad wheel and one trip outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

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
from p2p.core.models import User
from p2p.demo import adventureworks
from p2p.demo.adventureworks.files import numbers, operation_number, read
from p2p.demo.steps import STEPS, Say, Step
from planning.models import Operation, ProductionOrder
from planning.services.outside import send_out
from quality.models import ControlPlan, Inspection
from quality.services import decide, plan, record
from quality.services.plan import PlanLine
from strategies.models import Characteristic, ReasonCode, ResourceGroup, Site, Unit, Vendor, VendorPrice

DAY = date(2012, 1, 2)
ASSEMBLY = "60"
RUNOUT = "RUNOUT"
OPEN = ProductionOrder.OPEN


@cache
def site() -> Site:
    return Site.objects.select_related("currency").get(code=adventureworks.SITE)


@cache
def person(name: str) -> User:
    return User.objects.get(username=name)


def todays() -> list[ProductionOrder]:
    """The day's orders, components before what they go into."""
    rows = ProductionOrder.objects.filter(site=site(), start_on=DAY).select_related(
        "item", "proposal", "site"
    )
    return sorted(rows, key=lambda order: (-(order.proposal.level if order.proposal else 0), order.number))


# ---- before the day


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


# ---- the day


def release_day(say: Say) -> Mapping[str, object]:
    """All of the day's orders go to the floor; what is made today is not in stock yet, and picking waits for it."""
    say("releasing", 0, 0)
    waiting = [order for order in todays() if order.state in ("firm", "scheduled")]
    with clock.frozen(_at(time(5))):
        lists = release(orders=waiting, despite_shortage=True, by=person("shane"))
    opened = Inspection.objects.filter(operation__order__in=waiting).count()
    return {"released": len(waiting), "pick_lists": len(lists), "inspections_opened": opened}


@dataclass(frozen=True)
class Real:
    """What the data says became of one order."""

    scrap: Decimal
    reason: ReasonCode | None
    hours: Mapping[int, Decimal]


def replay(say: Say) -> Mapping[str, object]:
    """Pick, report and finish the day's orders as the plant did, each in one transaction, so that it can go on."""
    real = _real_day()
    orders = todays()
    told: dict[str, object] = {}
    for place, order in enumerate(orders):
        say(f"{order.number} {order.item.name}", place, len(orders))
        if order.state in OPEN:
            with clock.frozen(_at(time(21))):
                told |= _make(order, real[order.item.number, order.quantity.normalize()].pop())
    done = ProductionOrder.objects.filter(pk__in=[order.pk for order in orders], state="finished")
    good = sum((order.good_quantity for order in done), Decimal(0))
    scrap = sum((order.scrap_quantity for order in done), Decimal(0))
    return {"finished": f"{done.count()} of {len(orders)}", "good": int(good), "scrap": int(scrap), **told}


def _real_day() -> dict[tuple[str, Decimal], list[Real]]:
    """(item number, quantity) -> what happened, from the plant's own work orders."""
    reasons = {reason.code: reason for reason in ReasonCode.objects.filter(kind="scrap")}
    hours: dict[str, dict[int, Decimal]] = {}
    for row in read("work_order_routing"):
        if row["scheduled_start_date"][:10] == DAY.isoformat():
            steps = hours.setdefault(row["work_order_id"], {})
            steps[operation_number(row["operation_sequence"])] = Decimal(row["actual_resource_hrs"])
    found: dict[tuple[str, Decimal], list[Real]] = {}
    for row in read("work_orders"):
        if row["start_date"][:10] == DAY.isoformat():
            key = (numbers()[row["product_id"]], Decimal(row["order_qty"]).normalize())
            one = Real(
                Decimal(row["scrapped_qty"]),
                reasons.get(f"S{int(row['scrap_reason_id'] or 0):02d}"),
                hours.get(row["work_order_id"], {}),
            )
            found.setdefault(key, []).append(one)
    return found


@transaction.atomic
def _make(order: ProductionOrder, real: Real) -> dict[str, object]:
    told: dict[str, object] = {}
    for pick_list in PickList.objects.filter(order=order, state="open").order_by("pk"):
        pick(pick_list=pick_list, at=_at(time(6)), by=person("olinda"))
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
                at=_at(time(7), place),
                by=person("olinda"),
            )
    told |= _inspect(order)
    finish(orders=[order], at=_at(time(20)), by=person("shane"))
    return told


def _at(hour: time, later: int = 0) -> datetime:
    return datetime.combine(DAY, hour, ZoneInfo(site().time_zone)) + timedelta(hours=later)


def _trip(operation: Operation, pieces: Decimal) -> dict[str, object]:
    """Send the pieces to the vendor and take them back."""
    buyer = person("ben")
    subcontract = SubcontractOrder.objects.get(lines__operation=operation)
    send(order=subcontract, by=buyer)
    acknowledge(order=subcontract, by=buyer)
    note = dispatch(order=subcontract, at=_at(time(9)), by=buyer)
    line = subcontract.lines.get(operation=operation)
    back = receive(order=subcontract, lines=[Back(line=line, good=pieces)], at=_at(time(16)), by=buyer)
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
        record.record(inspection=inspection, readings=readings, at=_at(time(19)), by=inspector)
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


# ---- the end


def end_day(say: Say) -> Mapping[str, object]:
    """End the finished orders: their work in process is settled, and every cent of variance has a name."""
    finished = list(
        ProductionOrder.objects.filter(site=site(), start_on=DAY, state="finished").order_by("pk")
    )
    say("settling", 0, len(finished))
    if finished:
        with clock.frozen(_at(time(22))):
            end(orders=finished, by=person("shane"))
    settled = Settlement.objects.filter(order__start_on=DAY, order__site=site())
    standard = sum((one.standard for one in settled), Decimal(0))
    actual = sum((one.actual for one in settled), Decimal(0))
    named = sum((v.amount for one in settled for v in one.variances.all()), Decimal(0))
    if actual - standard != named:
        raise AssertionError(f"variances {named} are not actual {actual} less standard {standard}")
    return {"settled": len(settled), "standard": standard, "actual": actual, "variance_all_named": named}


def _all_in(*states: str) -> bool:
    orders = ProductionOrder.objects.filter(start_on=DAY)
    return orders.exists() and not orders.exclude(state__in=states).exists()


STEPS.extend(
    (
        Step("prepare", "Control plan, vendor", prepare, ControlPlan.objects.filter(state="active").exists),
        Step(
            "release",
            "Releasing 2 January",
            release_day,
            lambda: _all_in("released", "started", "finished", "ended"),
        ),
        Step("replay", "The day on the floor", replay, lambda: _all_in("finished", "ended")),
        Step("settle", "Ending and settling", end_day, lambda: _all_in("ended")),
    )
)
