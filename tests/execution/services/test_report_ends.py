"""What a report may end, whom it blames, and what a supervisor takes upon himself; all of it goes with the report."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from execution.models import Clocking, GivenUp, PickLine, PickList, Report
from execution.selectors import pick_lines
from execution.services import giving_up
from execution.services.by_scan import put_line_back
from execution.services.pick import Picked, pick
from execution.services.release import release
from execution.services.report import report
from execution.services.start import start
from execution.services.undo import undo
from p2p.core.access import Role
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Reservation
from p2p.inventory.services.allocation import allocate
from p2p.inventory.services.needs import Need
from planning.models import Material, Operation, Output
from tests.execution.conftest import Plant, operations
from tests.factories import make_item, make_order, make_reason, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    return make_user(Role.SUPERVISOR)


def say(
    plant: Plant, operation: Operation, good: Any = 0, scrap: Any = 0, by: User | None = None, **also: Any
) -> Report:
    return report(
        operation=operation, good=Decimal(str(good)), scrap=Decimal(str(scrap)), by=by or plant.worker, **also
    )


def flushed(plant: Plant, stock: int = 100, number: str = "MO-1") -> list[Operation]:
    if stock:
        plant.fill(stock)
    order = plant.order(10, flushing="operation", number=number)
    release(orders=[order], despite_shortage=True, by=plant.worker)
    return operations(order)


# ---- cause


def test_scrap_says_what_was_at_fault_by_its_reason_or_by_the_person(plant: Plant) -> None:
    cut, _weld = flushed(plant)
    torn = make_reason("TORN", cause="material")
    assert say(plant, cut, 1, 1, reason=torn).cause == "material"
    assert say(plant, cut, 1, 1, reason=torn, cause="machine").cause == "machine"
    assert say(plant, cut, 1, 1, reason=make_reason("X")).cause == ""
    assert say(plant, cut, 1, reason=torn).cause == ""


@pytest.mark.parametrize(("scrap", "cause"), [(0, "machine"), (1, "weather")])
def test_a_cause_without_scrap_or_that_is_none_is_refused(plant: Plant, scrap: int, cause: str) -> None:
    cut, _weld = flushed(plant)
    with pytest.raises(Refused, match="is no cause of scrap on"), transaction.atomic():
        say(plant, cut, 1, scrap, reason=plant.reason if scrap else None, cause=cause)


# ---- despite what speaks against it


def test_a_supervisor_reports_pieces_that_the_operations_before_never_did(plant: Plant, boss: User) -> None:
    cut, weld = flushed(plant)
    say(plant, cut, 2)
    with pytest.raises(Refused, match="can take 2 more"), transaction.atomic():
        say(plant, weld, 5)
    row = say(plant, weld, 5, by=boss, despite="Counted with Olinda")
    assert row.accepted == [f"{weld} can take 2 more from {cut}, which has reported 2 good: not 5."]
    assert (row.accepted_why, row.by) == ("Counted with Olinda", boss)
    made_up = Report.objects.get(made_up_for=row)
    assert (made_up.operation, made_up.good, made_up.seconds) == (cut, 3, 0)
    cut.refresh_from_db()
    assert cut.good_quantity == 5
    assert plant.there(plant.frame) == 95
    assert problems() == []


def test_what_was_made_up_goes_with_the_report(plant: Plant, boss: User) -> None:
    cut, weld = flushed(plant)
    say(plant, cut, 2)
    undo(report=say(plant, weld, 5, by=boss, despite="Counted"), by=boss)
    cut.refresh_from_db()
    weld.refresh_from_db()
    assert (cut.good_quantity, weld.good_quantity, weld.state) == (2, 0, "released")
    assert (plant.there(plant.frame), plant.there(plant.paint), plant.there(plant.product)) == (98, 100, 0)
    assert problems() == []


def test_flushed_stock_that_is_short_is_taken_as_far_as_it_is_there_and_the_rest_stays_due(
    plant: Plant, boss: User
) -> None:
    cut, _weld = flushed(plant, stock=3)
    with pytest.raises(Refused, match="free stock lacks"), transaction.atomic():
        say(plant, cut, 4)
    row = say(plant, cut, 4, by=boss, despite="Frames are at the line")
    assert row.accepted == ["MO-1 cannot take its components: free stock lacks 1 EA FRAME, 5 EA WHEEL."]
    assert (plant.there(plant.frame), plant.there(plant.wheel)) == (0, 0)
    plant.fill(50)
    assert say(plant, cut, 1).accepted == []
    assert (plant.there(plant.frame), plant.there(plant.wheel)) == (48, 43)
    assert problems() == []


def test_where_nothing_speaks_against_it_nothing_is_kept(plant: Plant, boss: User) -> None:
    cut, _weld = flushed(plant)
    row = say(plant, cut, 4, by=boss, despite="to be sure")
    assert (row.accepted, row.accepted_why) == ([], "")


def test_only_a_supervisor_takes_it_upon_himself(plant: Plant) -> None:
    _cut, weld = flushed(plant)
    with pytest.raises(Refused, match="Only a supervisor of MAIN"), transaction.atomic():
        say(plant, weld, 5, by=make_user(Role.OPERATOR), despite="I know better")
    assert not Report.objects.exists()


# ---- end picking list


def test_ending_the_picking_list_closes_needs_and_lifts_reservations(plant: Plant) -> None:
    plant.fill(100)
    order = plant.order(10, number="MO-1")
    (listed,) = release(orders=[order], by=plant.worker)
    cut, weld = operations(order)
    say(plant, cut, 10, end_picking=True)
    wants = {row.item.number: row.quantity for row in Material.objects.filter(order=order)}
    assert wants == {"FRAME": 0, "WHEEL": 0, "PAINT": 1}
    assert set(Reservation.objects.values_list("item__number", flat=True)) == {"PAINT"}
    assert set(PickLine.objects.values_list("material__item__number", flat=True)) == {"PAINT"}
    assert {row.material.item.number: row.quantity for row in GivenUp.objects.all()} == {
        "FRAME": 10,
        "WHEEL": 20,
    }
    say(plant, weld, 10, end_picking=True)
    listed.refresh_from_db()
    assert listed.state == "cancelled"
    assert not Reservation.objects.exists()
    assert problems() == []


def test_what_was_picked_and_put_back_is_given_up_with_the_rest(plant: Plant) -> None:
    plant.fill(100)
    order = plant.order(10, number="MO-1")
    (listed,) = release(orders=[order], by=plant.worker)
    line = PickLine.objects.get(material__item=plant.wheel)
    pick(pick_list=listed, lines=[Picked(line=line, quantity=Decimal(4))], by=plant.worker)
    line.refresh_from_db()
    put_line_back(line=line, by=plant.worker)
    cut, weld = operations(order)
    say(plant, cut, 10, end_picking=True)
    assert [row.material.item.number for row in pick_lines(listed)] == ["PAINT"]
    say(plant, weld, 10, end_picking=True)
    listed.refresh_from_db()
    assert listed.state == "cancelled" and not pick_lines(listed).exists()
    assert problems() == []


def test_all_that_is_given_up_is_given_back_in_one_go(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """In two, each would lock stock in an order of its own, and two reports could wait for each other."""
    plant.fill(100)
    order = plant.order(10, number="MO-1")
    release(orders=[order], by=plant.worker)
    beside = Need(item=plant.wheel, quantity=Decimal(5), site=order.site, reference=order.number)
    allocate(needs=[beside], by=plant.worker)
    given: list[set[str]] = []
    real = giving_up.unreserve

    def watched(*, reservations: Any, by: Any) -> None:
        given.append({row.item.number for row in reservations})
        real(reservations=reservations, by=by)

    monkeypatch.setattr(giving_up, "unreserve", watched)
    say(plant, operations(order)[0], 10, end_picking=True)
    assert given == [{"FRAME", "WHEEL"}]
    assert set(Reservation.objects.values_list("item__number", flat=True)) == {"PAINT"}
    assert problems() == []


def test_what_was_picked_stays_and_a_list_with_nothing_left_is_picked(plant: Plant) -> None:
    plant.fill(100)
    order = plant.order(10, number="MO-1", operations=[{"group": plant.groups[0]}])
    (listed,) = release(orders=[order], by=plant.worker)
    (only,) = operations(order)
    pick(pick_list=listed, by=plant.worker)
    say(plant, only, 10, end_picking=True)
    assert not GivenUp.objects.exists()
    assert {row.quantity for row in Material.objects.filter(order=order, item=plant.frame)} == {10}


def test_taking_the_report_back_needs_the_material_again(plant: Plant) -> None:
    plant.fill(100)
    order = plant.order(10, number="MO-1")
    release(orders=[order], by=plant.worker)
    cut, _weld = operations(order)
    undo(report=say(plant, cut, 10, end_picking=True), by=plant.worker)
    wants = {row.item.number: row.quantity for row in Material.objects.filter(order=order)}
    assert wants == {"FRAME": 10, "WHEEL": 20, "PAINT": 1}
    again = PickList.objects.filter(order=order).order_by("-pk")[0]
    assert {(line.material.item.number, line.quantity) for line in again.lines.all()} == {
        ("FRAME", 10),
        ("WHEEL", 20),
    }
    pick(pick_list=again, by=plant.worker)
    assert plant.there(plant.wheel) == 80
    assert problems() == []


# ---- end route card


def test_ending_the_route_card_finishes_without_more_time(plant: Plant) -> None:
    cut, _weld = flushed(plant)
    start(operation=cut, by=plant.worker)
    row = say(plant, cut, 4, end_route=True)
    cut.refresh_from_db()
    assert (cut.state, row.finishes, row.ends_route, row.seconds) == ("finished", True, True, 0)
    assert not Clocking.objects.filter(ended_at=None).exists()
    undo(report=row, by=plant.worker)
    cut.refresh_from_db()
    assert cut.state == "started"
    assert Clocking.objects.filter(operation=cut, ended_at=None).count() == 1


# ---- pieces of what is weighed


def test_a_product_that_is_weighed_and_counted_comes_with_its_pieces(plant: Plant) -> None:
    cheese = make_item(
        "CHEESE",
        unit=make_unit("KG", digits=3),
        catch_unit=make_unit("WHEEL"),
        catch_least=Decimal("9.2"),
        catch_most=Decimal("10.8"),
    )
    order = make_order(cheese, 200, site=plant.site, operations=[{"group": plant.groups[0]}], number="MO-1")
    release(orders=[order], by=plant.worker)
    (only,) = operations(order)
    with pytest.raises(Refused, match="199.5 KG of CHEESE: say how many WHEEL that is"), transaction.atomic():
        say(plant, only, "199.5")
    row = say(plant, only, "199.5", catch_quantity=Decimal(20))
    balance = Balance.objects.get(item=cheese)
    assert (balance.quantity, balance.catch_quantity) == (Decimal("199.5"), 20)
    undo(report=row, by=plant.worker)
    assert not Balance.objects.filter(item=cheese).exclude(quantity=0, catch_quantity=0).exists()
    assert Output.objects.get(order=order).received_quantity == 0
    assert problems() == []
