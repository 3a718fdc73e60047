"""Setup, run and pieces under the categories of the machine: standard, work in process, settlement and roll-up."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from costing.categories import Categories, of_work
from costing.models import CostElement, CostRate, CostVersion, Entry, ItemCost, Posting, Settlement
from costing.selectors import rates
from costing.services.rollup import roll
from costing.services.version import (
    Hourly,
    PerPiece,
    Surcharge,
    activate,
    open_version,
    set_rates,
)
from execution.models import Report
from execution.services.finish import end, finish
from execution.services.release import release
from execution.services.report import report
from execution.services.undo import undo
from p2p.core.facts import Refused
from p2p.core.runs import perform
from planning.models import Operation, ProductionOrder
from planning.services.order import create_order
from strategies.models import (
    Capability,
    CostCategory,
    Requirement,
    Resource,
    ResourceCapability,
    RouteGroup,
    RouteOperation,
)
from tests.factories import (
    make_cost_category,
    make_group,
    make_item,
    make_resource,
    make_route,
    make_site,
    make_user,
)

D = Decimal
pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 1)


class Mill:
    """A gear in costing lots of ten. The work centre's hour is 20; the machine A's setup 60, run 30, piece 0.50."""

    def __init__(self) -> None:
        self.by, self.site = make_user("supervisor"), make_site("MILL")
        make_elements = {"material": "mat", "labour": "lab", "overhead": "ovh", "outsourcing": "out"}
        self.element = {
            code: CostElement.objects.create(code=code, name=code, kind=kind)
            for kind, code in make_elements.items()
        }
        self.centre = make_cost_category("CENTRE")
        self.setup = make_cost_category("SETUP-A", kind="setup")
        self.run = make_cost_category("RUN-A")
        self.piece = make_cost_category("PIECE-A", kind="quantity")
        self.other = make_cost_category("RUN-B")
        self.group = make_group(self.site, cost_category=self.centre, resources=0)
        categories = {"setup_category": self.setup, "run_category": self.run, "quantity_category": self.piece}
        self.a = make_resource(self.group, "A", **categories)
        self.b = make_resource(self.group, "B", run_category=self.other)
        self.gear = make_item("GEAR", policy={"supply": "make", "minimum_quantity": D(10)})

    def standard(self, *operations: dict[str, Any], surcharge: str = "0") -> CostVersion:
        """Roll the gear up and make it the standard."""
        given = operations or ({"setup_seconds": 1800, "run_seconds": 360},)
        make_route(self.gear, [{"group": self.group, **one} for one in given])
        version = open_version(code="STD", name="Standard", site=self.site, valid_from=DAY, by=self.by)
        lab = self.element["lab"]
        hourly = {self.centre: 20, self.setup: 60, self.run: 30, self.other: 45}
        set_rates(
            version=version,
            hourly=[Hourly(category, lab, D(rate)) for category, rate in hourly.items()],
            pieces=[PerPiece(self.piece, lab, D("0.5"))],
            surcharges=[Surcharge(lab, self.element["ovh"], D(surcharge))] if D(surcharge) else [],
            by=self.by,
        )
        run = roll(version=version, by=self.by)
        perform(run._meta.label_lower, run.pk)
        return activate(version=version, by=self.by)

    def cost(self) -> D:
        return sum(
            (row.this_level + row.lower_level for row in ItemCost.objects.filter(item=self.gear)), D(0)
        )

    def order(self, quantity: int = 10) -> ProductionOrder:
        order = create_order(
            site=self.site, item=self.gear, quantity=D(quantity), start_on=date(2026, 1, 5),
            due_on=date(2026, 2, 1), by=self.by,
        )  # fmt: skip
        release(orders=[order], by=self.by)
        order.refresh_from_db()
        return order

    def do(self, operation: Operation, pieces: int, seconds: int, resource: Resource | None = None) -> Report:
        return report(operation=operation, good=D(pieces), seconds=seconds, resource=resource, by=self.by)

    def settle(self, order: ProductionOrder) -> Settlement:
        finish(orders=[order], by=self.by)
        end(orders=[order], by=self.by)
        return Settlement.objects.get(order=order)


@pytest.fixture
def mill() -> Mill:
    return Mill()


def booked(order: ProductionOrder) -> dict[str, D]:
    """Work in process by kind of entry, without the output."""
    sums: Counter[str] = Counter()
    rows = Posting.objects.filter(account="wip", entry__order=order).exclude(entry__kind="output")
    for row in rows.select_related("entry"):
        sums[row.entry.kind] += row.amount
    return {kind: amount for kind, amount in sums.items() if amount}


def named(settled: Settlement) -> dict[str, D]:
    sums: Counter[str] = Counter()
    for one in settled.variances.all():
        sums[one.kind] += one.amount
    return dict(sums)


def test_setup_run_and_pieces_of_the_machine_are_in_standard_ledger_and_settlement_alike(mill: Mill) -> None:
    mill.standard()
    # Setup 0.5 h x 60 over ten, run 0.1 h x 30, a piece 0.50.
    assert mill.cost() == D("6.5")
    order = mill.order()
    operation = order.operations.get()
    mill.do(operation, 4, 2400, mill.a)
    mill.do(operation, 6, 3000, mill.a)
    # The first half hour is setup, all of it in the first report.
    assert booked(order) == {"setup": D(30), "time": D(30), "pieces": D(5)}
    settled = mill.settle(order)
    assert (settled.standard, settled.actual, named(settled)) == (D(65), D(65), {})


def test_another_machine_than_the_standards_is_a_difference_of_the_rate(mill: Mill) -> None:
    mill.standard()
    order = mill.order()
    mill.do(order.operations.get(), 10, 5400, mill.b)
    # B names its run only: the setup is the work centre's 20, and no piece costs anything on it.
    assert booked(order) == {"setup": D(10), "time": D(45)}
    settled = mill.settle(order)
    assert named(settled) == {"rate": D(-20) + D(15) + D(-5)}
    assert settled.actual - settled.standard == D(-10)


def test_without_a_word_about_the_machine_the_planned_one_is_booked_else_the_standards(mill: Mill) -> None:
    mill.standard()
    planned, unknown = mill.order(), mill.order()
    planned.operations.update(resource=mill.b)
    mill.do(planned.operations.get(), 10, 5400)
    assert booked(planned) == {"setup": D(10), "time": D(45)}
    unknown.operations.update(resource=None)
    mill.do(unknown.operations.get(), 10, 5400)
    assert booked(unknown) == {"setup": D(30), "time": D(30), "pieces": D(5)}


def test_the_standard_takes_the_machine_with_the_first_priority(mill: Mill) -> None:
    ground = Capability.objects.create(code="GRIND", name="Grinding")
    for resource, priority in ((mill.a, 2), (mill.b, 1)):
        ResourceCapability.objects.create(resource=resource, capability=ground, priority=priority)
    old = mill.standard({"run_seconds": 360})
    assert mill.cost() == D("3.5")
    operation = RouteOperation.objects.get(route__item=mill.gear)
    Requirement.objects.create(operation=operation, kind="capability", capability=ground)
    version = open_version(code="NEW", name="New", site=mill.site, valid_from=DAY, like=old, by=mill.by)
    run = roll(version=version, by=mill.by)
    perform(run._meta.label_lower, run.pk)
    assert ItemCost.objects.get(version=version, item=mill.gear).this_level == D("4.5")


def test_a_report_taken_back_takes_its_setup_back_and_the_next_one_has_it_again(mill: Mill) -> None:
    mill.standard()
    order = mill.order()
    first = mill.do(order.operations.get(), 4, 1200, mill.a)
    undo(report=first, by=mill.by)
    assert booked(order) == {}
    # What the machine is booked under now does not change what was booked: it is mirrored.
    second = mill.do(order.operations.get(), 4, 2000, mill.a)
    assert booked(order) == {"setup": D(30), "time": D("1.67"), "pieces": D(2)}
    Resource.objects.filter(pk=mill.a.pk).update(setup_category=None, run_category=mill.other)
    CostRate.objects.filter(per_piece__isnull=False).update(per_piece=9)
    undo(report=second, by=mill.by)
    assert booked(order) == {}
    assert not Entry.objects.filter(order=order, kind__in=["setup", "time", "pieces"], reverses=None).exclude(
        report__in=[first, second]
    )


@pytest.mark.parametrize(
    ("flags", "standard", "in_process"),
    [
        ({}, "6", None),
        ({"estimates_quantity": True, "books_quantity": False}, "6.5", None),
        ({"estimates_quantity": False, "books_quantity": True}, "6", "5"),
        ({"estimates_quantity": True, "books_quantity": True}, "6.5", "5"),
    ],
)
def test_the_route_group_says_whether_pieces_are_estimated_and_booked(
    mill: Mill, flags: dict[str, bool], standard: str, in_process: str | None
) -> None:
    said = flags or {"estimates_quantity": False, "books_quantity": False}
    group = RouteGroup.objects.create(code="RG", name="RG", **said)
    mill.standard({"setup_seconds": 1800, "run_seconds": 360, "route_group": group})
    assert mill.cost() == D(standard)
    order = mill.order()
    mill.do(order.operations.get(), 10, 5400, mill.a)
    assert booked(order).get("pieces") == (D(in_process) if in_process else None)
    settled = mill.settle(order)
    late = D(in_process or 0) - (D(standard) - 6) * 10
    assert named(settled) == ({"efficiency": late} if late else {})


def test_surcharges_come_on_top_of_pieces_too(mill: Mill) -> None:
    mill.standard(surcharge="0.1")
    assert mill.cost() == D("7.15")
    order = mill.order()
    mill.do(order.operations.get(), 10, 5400, mill.a)
    settled = mill.settle(order)
    assert (settled.actual, settled.standard, named(settled)) == (D("71.5"), D("71.5"), {})


SETUP, RUN, PIECE, OTHER, UNRATED = 1, 2, 3, 4, 5
KINDS = {SETUP: "setup", RUN: "run", PIECE: "quantity", OTHER: "run"}
MACHINE = Categories(11, 12, 13)


@pytest.mark.parametrize(
    ("own", "machine", "group", "found"),
    [
        (Categories(), Categories(), None, Categories()),
        (Categories(), Categories(), OTHER, Categories(OTHER, OTHER, None)),
        (Categories(run=RUN), Categories(), OTHER, Categories(RUN, RUN, None)),
        (Categories(setup=SETUP), Categories(), OTHER, Categories(SETUP, SETUP, None)),
        (Categories(pieces=PIECE), Categories(), OTHER, Categories(OTHER, OTHER, PIECE)),
        (Categories(SETUP, RUN, PIECE), Categories(), OTHER, Categories(SETUP, RUN, PIECE)),
        (Categories(SETUP, RUN, PIECE), MACHINE, OTHER, Categories(SETUP, RUN, PIECE)),
        (Categories(), MACHINE, OTHER, MACHINE),
        (Categories(run=RUN), MACHINE, OTHER, Categories(11, RUN, 13)),
        (Categories(setup=SETUP), MACHINE, OTHER, Categories(SETUP, 12, 13)),
        (Categories(pieces=PIECE), MACHINE, OTHER, Categories(11, 12, PIECE)),
        (Categories(), Categories(run=12), OTHER, Categories(OTHER, 12, None)),
        (Categories(), Categories(), PIECE, Categories(None, None, PIECE)),
        (Categories(run=RUN), Categories(), PIECE, Categories(RUN, RUN, PIECE)),
        (Categories(), Categories(), UNRATED, Categories(UNRATED, UNRATED, None)),
    ],
)
def test_the_operation_comes_before_the_machine_and_that_before_the_work_centre(
    own: Categories, machine: Categories, group: int | None, found: Categories
) -> None:
    assert of_work(own, machine, group, KINDS) == found


def test_an_operation_names_all_three_in_standard_ledger_and_settlement_alike(mill: Mill) -> None:
    own = {"setup_category": mill.setup, "run_category": mill.other, "quantity_category": mill.piece}
    mill.standard({"setup_seconds": 1800, "run_seconds": 360, "resource": mill.b, **own})
    # Setup 0.5 h x 60 over ten, run 0.1 h x 45, a piece 0.50: B itself names neither setup nor pieces.
    assert mill.cost() == D("8")
    order = mill.order()
    operation = order.operations.get()
    assert (operation.setup_category, operation.run_category, operation.quantity_category) == (
        mill.setup,
        mill.other,
        mill.piece,
    )
    mill.do(operation, 10, 5400, mill.a)
    # On A as well: what the operation names comes before what the machine names.
    assert booked(order) == {"setup": D(30), "time": D(45), "pieces": D(5)}
    settled = mill.settle(order)
    assert (settled.standard, settled.actual, named(settled)) == (D(80), D(80), {})


def test_rates_are_of_the_kind_of_their_category(mill: Mill) -> None:
    version = open_version(code="STD", name="Standard", site=mill.site, valid_from=DAY, by=mill.by)
    lab = mill.element["lab"]
    with pytest.raises(Refused, match="PIECE-A is a cost category of pieces: its rate is per piece"):
        set_rates(version=version, hourly=[Hourly(mill.piece, lab, D(1))], by=mill.by)
    with pytest.raises(Refused, match="RUN-A is a cost category of hours: its rate is per hour"):
        set_rates(version=version, pieces=[PerPiece(mill.run, lab, D(1))], by=mill.by)
    set_rates(
        version=version,
        hourly=[Hourly(mill.run, lab, D(30))],
        pieces=[PerPiece(mill.piece, lab, D(2))],
        by=mill.by,
    )
    known = rates(version)
    assert (known.hour(mill.run.pk), known.piece(mill.piece.pk)) == ((lab.pk, D(30)), (lab.pk, D(2)))
    # A rate stays what it was entered as.
    CostCategory.objects.filter(pk__in=[mill.run.pk, mill.piece.pk]).update(kind="quantity")
    CostCategory.objects.filter(pk=mill.piece.pk).update(kind="run")
    known = rates(version)
    assert (known.piece(mill.run.pk), known.hour(mill.piece.pk)) == (None, None)


@pytest.mark.parametrize("seed", range(8))
def test_an_order_worked_as_planned_on_the_standards_machines_costs_what_was_rolled_up(
    mill: Mill, seed: int
) -> None:
    chance = Random(seed)
    mill.gear.policies.update(minimum_quantity=D(20))
    operations = [
        {
            "setup_seconds": 3600 * chance.randint(0, 2), "run_seconds": 720 * chance.randint(0, 3),
            "run_basis": chance.choice(["piece", "order"]),
            "setup_category": chance.choice([None, None, mill.setup]),
            "run_category": chance.choice([None, mill.run, mill.other]),
            "quantity_category": chance.choice([None, None, mill.piece]),
            "resource": chance.choice([None, mill.a, mill.b]),
        }
        for _each in range(3)
    ]  # fmt: skip
    mill.standard(*operations, surcharge="0.5")
    reckoned = sum((naive(mill, one, 20) for one in operations), Fraction(0)) * Fraction(3, 2)
    assert abs(Fraction(mill.cost()) * 20 - reckoned) < Fraction(1, 1000)
    order = mill.order(20)
    for operation in order.operations.order_by("number"):
        whole = operation.setup_seconds + operation.run_seconds
        early = chance.randint(0, whole)
        for pieces, seconds in ((7, early), (13, whole - early)):
            mill.do(operation, pieces, seconds, operation.resource or mill.a)
            operation.refresh_from_db()
    settled = mill.settle(order)
    assert abs(Fraction(settled.actual) - reckoned) <= Fraction(12, 100)
    assert settled.standard - D("0.01") <= D(str(float(reckoned))) <= settled.standard + D("0.01")
    assert sum(named(settled).values(), D(0)) == settled.actual - settled.standard
    # Nothing but cents that postings were rounded by.
    assert all(abs(one.amount) <= D("0.06") for one in settled.variances.all()), named(settled)


def naive(mill: Mill, step: dict[str, Any], pieces: int) -> Fraction:
    """What the guide says an operation of an order of so many pieces costs."""
    machine = step["resource"] or mill.a
    price = {mill.centre: 20, mill.setup: 60, mill.run: 30, mill.other: 45, mill.piece: Fraction(1, 2)}
    own_setup, own_run = step["setup_category"], step["run_category"]
    setup = own_setup or machine.setup_category or own_run or mill.centre
    run = own_run or machine.run_category or own_setup or mill.centre
    piece = step["quantity_category"] or machine.quantity_category
    times = 1 if step["run_basis"] == "order" else pieces
    hours = Fraction(step["run_seconds"] * times, 3600)
    each = pieces * price[piece] if piece else 0
    return Fraction(step["setup_seconds"], 3600) * price[setup] + hours * price[run] + each
