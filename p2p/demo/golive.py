"""A second plant that is about to go live: its desk with files, figures of the old books, and a first trial."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from p2p.core import clock
from p2p.core.models import User
from p2p.core.runs import cancel
from p2p.core.runs.model import Run
from p2p.demo import adventureworks
from p2p.demo.steps import STEPS, Say, Step
from p2p.demo.waiting import wait_for
from p2p.setup.trouble import Trouble
from strategies.models import CutOver, CutOverRun, Location, Site
from strategies.services import cutover

CODE, NAME = "EVERETT", "Everett workshop"
PLACES = (
    ("STORE", "Store", "store"), ("RECEIVING", "Receiving", "receiving"), ("SUPPLIER", "Supplier", "supplier"),
    ("CUSTOMER", "Customer", "customer"), ("PRODUCTION", "Production", "production"), ("SCRAP", "Scrap", "scrap"),
    ("ADJUSTMENT", "Adjustment", "adjustment"),
)  # fmt: skip
STOCK = (
    ("TI-M602", 240), ("TT-M928", 240), ("RW-M423", 36), ("FW-M423", 41), ("CH-0234", 120), ("PD-M282", 55),
    ("SE-M236", 18), ("BB-7421", 64),
)  # fmt: skip
ORDERED = (("TI-M602", 200, "CYCLING0001", "26.5965"), ("TT-M928", 400, "CYCLING0001", "3.74"))


def prepare(say: Say) -> Mapping[str, object]:
    """Make the site and its desk, hand in what the old system gave, and run a trial as the buyer would."""
    engineer, buyer = User.objects.get(username="erin"), User.objects.get(username="ben")
    desk = CutOver.objects.filter(name=NAME).first() or _open_desk(engineer)
    for left in CutOverRun.objects.filter(cut_over=desk, state__in=(Run.State.QUEUED, Run.State.RUNNING)):
        cancel(run=left, by=engineer)  # of an earlier start that was interrupted
    run = cutover.try_out(cut_over=desk, by=buyer)
    wait_for(run, say)
    if run.problems.filter(level="error").exists():
        raise Trouble(f"The trial of {NAME} failed: {run.problems.filter(level='error').first()}")
    return {"figures": run.figures.count(), "differing": cutover.differing(run).count()}


@transaction.atomic
def _open_desk(engineer: User) -> CutOver:
    bothell = Site.objects.select_related("currency", "calendar").get(code=adventureworks.SITE)
    site, _new = Site.objects.get_or_create(
        code=CODE,
        defaults={
            "name": "Everett workshop",
            "time_zone": bothell.time_zone,
            "currency": bothell.currency,
            "calendar": bothell.calendar,
        },
    )
    Location.objects.bulk_create(
        [Location(site=site, code=code, name=name, kind=kind) for code, name, kind in PLACES],
        ignore_conflicts=True,
    )
    today = clock.now().date()
    desk = cutover.begin(
        name=NAME, site=site, day=today + timedelta(days=27), note="Wheels and tyres first.", by=engineer
    )
    for name, lines in _files(today).items():
        text = "\n".join(",".join(str(cell) for cell in line) for line in lines)
        cutover.add_file(cut_over=desk, name=f"{name}.csv", content=text.encode(), by=engineer)
    for measure, of, expected in (
        ("stock.items", "", len(STOCK)), ("stock.quantity", "RW-M423", 36), ("stock.quantity", "SE-M236", 20),
        ("purchases.count", "", len(ORDERED)),
    ):  # fmt: skip
        cutover.set_figure(cut_over=desk, measure=measure, of=of, expected=Decimal(expected), by=engineer)
    return desk


def _files(today: object) -> dict[str, list[tuple[object, ...]]]:
    stock = [(CODE, "STORE", item, quantity, today) for item, quantity in STOCK]
    orders = [
        (f"EV-{place}", CODE, item, vendor, quantity, price, today, today)
        for place, (item, quantity, vendor, price) in enumerate(ORDERED, start=101)
    ]
    return {
        "opening_stock": [("site", "location", "item", "quantity", "day"), *stock],
        "open_purchases": [
            ("number", "site", "item", "vendor", "quantity", "price", "ordered_on", "due_on"),
            *orders,
        ],
    }


def desk_is_tried() -> bool:
    return CutOverRun.objects.filter(cut_over__name=NAME, state=Run.State.DONE).exists()


STEPS.append(Step("golive", "Trying a second plant out", prepare, desk_is_tried))
