"""Reporting: what it moves, what it refuses, and that undoing it leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from execution.facts import OperationFinished, Reported, Reporting
from execution.models import MaterialMove, OutputMove, Report, WipMove
from execution.services.finish import end, finish, finish_operation, reopen
from execution.services.release import release
from execution.services.report import report
from execution.services.undo import undo
from p2p.core.clock import now
from p2p.core.facts import heard, listening
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Consumed, Move
from p2p.inventory.selectors import describe, key_of, trace
from planning.models import Material, OperationLink, Output, ProductionOrder
from planning.services.block import close_blocks, open_block
from strategies.models import Site
from tests.execution.conftest import Plant, operations
from tests.factories import make_item, make_lot, make_order, make_reason, make_stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(plant: Plant) -> ProductionOrder:
    """Released, ten pieces, components flushed with each report."""
    plant.fill(100)
    order = plant.order(10, flushing="operation", number="MO-1")
    release(orders=[order], by=plant.worker)
    return order


def say(plant: Plant, operation: Any, good: Any = 0, scrap: Any = 0, **also: Any) -> Report:
    if scrap:
        also.setdefault("reason", plant.reason)
    return report(
        operation=operation, good=Decimal(str(good)), scrap=Decimal(str(scrap)), by=plant.worker, **also
    )


def test_a_report_in_the_middle_flushes_its_components_and_leaves_pieces_behind_it(
    plant: Plant, order: ProductionOrder
) -> None:
    cut, _weld = operations(order)
    with heard(Reported) as told:
        row = say(plant, cut, 4, 1, seconds=600)
    cut.refresh_from_db()
    order.refresh_from_db()
    assert (cut.state, cut.good_quantity, cut.scrap_quantity) == ("started", 4, 1)
    assert (order.state, order.good_quantity, order.scrap_quantity) == ("started", 0, 1)
    assert (plant.there(plant.frame), plant.there(plant.wheel), plant.there(plant.paint)) == (95, 90, 100)
    assert list(WipMove.objects.values_list("operation", "quantity", "kind")) == [(cut.pk, 4, "reported")]
    (fact,) = told
    assert (fact.report, len(fact.material_moves), fact.output_moves) == (row, 2, ())
    assert problems() == []


def test_the_last_operation_brings_good_pieces_into_stock_with_the_edges_of_the_trace(
    plant: Plant, order: ProductionOrder
) -> None:
    cut, weld = operations(order)
    say(plant, cut, 10)
    with heard(Reported) as told:
        say(plant, weld, 6, 1)
    order.refresh_from_db()
    assert (order.good_quantity, order.scrap_quantity) == (6, 1)
    assert plant.there(plant.product) == 6
    assert plant.there(plant.paint) == Decimal("99.30")
    assert Output.objects.get(order=order).received_quantity == 6
    (output,) = told[0].output_moves
    edges = Consumed.objects.filter(receipt=output.move)
    assert {edge.issue.item.number: edge.quantity for edge in edges} == {
        "FRAME": 6,
        "WHEEL": 12,
        "PAINT": Decimal("0.7"),
    }
    below = describe(trace([key_of(output.move)], ways=(False,)))
    assert {node.item.number for node in below.values()} == {
        output.move.item.number,
        "FRAME",
        "WHEEL",
        "PAINT",
    }
    issue = Move.objects.get(item=plant.frame, kind="issue")
    assert list(trace([key_of(issue)]).up.reaches) == [key_of(issue), key_of(output.move)]
    assert problems() == []


def test_pieces_that_stand_between_operations_add_up_to_nothing_at_the_end(
    plant: Plant, order: ProductionOrder
) -> None:
    cut, weld = operations(order)
    say(plant, cut, 9, 1)
    say(plant, weld, 8, 1)
    behind = {
        each: sum(row.quantity for row in WipMove.objects.filter(operation=each)) for each in (cut, weld)
    }
    assert behind == {cut: 0, weld: 0}


def test_a_report_takes_no_more_than_the_operation_before_has_made(
    plant: Plant, order: ProductionOrder
) -> None:
    cut, weld = operations(order)
    say(plant, cut, 4, 1)
    say(plant, weld, 3)
    with pytest.raises(Refused) as no:
        say(plant, weld, 2)
    assert str(no.value) == ("MO-1 · 20 can take 1 more from MO-1 · 10, which has reported 4 good: not 2.")
    assert no.value.code == "pieces_not_there"


def test_branches_join_only_with_pieces_of_both(plant: Plant) -> None:
    plant.fill()
    order = plant.order(10, operations=[{}, {}, {}, {}])
    start, left, right, joined = operations(order)
    OperationLink.objects.all().delete()
    OperationLink.objects.bulk_create(
        OperationLink(before=before, after=after)
        for before, after in [(start, left), (start, right), (left, joined), (right, joined)]
    )
    release(orders=[order], by=plant.worker)
    say(plant, start, 10)
    say(plant, left, 8)
    with pytest.raises(Refused, match="can take 0 more"):
        say(plant, joined, 1)
    say(plant, right, 5)
    with pytest.raises(Refused, match="can take 5 more"):
        say(plant, joined, 6)
    say(plant, joined, 5)
    standing = [
        sum(row.quantity for row in WipMove.objects.filter(operation=each)) for each in operations(order)
    ]
    assert standing == [2, 3, 0, 0]
    assert plant.there(plant.product) == 5


@pytest.mark.parametrize(
    ("good", "scrap", "also", "sentence"),
    [
        ("-1", "0", {}, "-1 is no quantity"),
        ("1e9", "0", {}, "1000000000 good would be more than the 10 of MO-1 · 10."),
        ("0", "1e9", {}, "1000000000 scrap at once is more than the 10"),
        ("NaN", "0", {}, "no quantity"),
        ("0.5", "0", {}, "0.5 EA of BIKE has more digits than EA allows"),
        ("11", "0", {}, "11 good would be more than the 10 of MO-1 · 10."),
        ("1", "1", {"reason": None}, "Say why 1 of MO-1 · 10 are scrap"),
        ("1", "0", {"seconds": -1}, "cannot be negative"),
        ("1", "0", {"vendor_receipt": "RC-1"}, "done in house: receipt RC-1 cannot report it"),
    ],
)
def test_figures_that_cannot_be_are_refused_in_one_sentence(
    plant: Plant, order: ProductionOrder, good: str, scrap: str, also: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused) as no:
        say(plant, operations(order)[0], good, scrap, **also)
    assert sentence in str(no.value)
    assert not Report.objects.exists()


def test_a_reason_of_another_kind_is_refused(plant: Plant, order: ProductionOrder) -> None:
    with pytest.raises(Refused, match="no reason for scrap"):
        say(plant, operations(order)[0], 1, 1, reason=make_reason(kind="downtime"))


def test_a_site_may_tolerate_more_than_ordered(plant: Plant, order: ProductionOrder) -> None:
    Site.objects.filter(pk=plant.site.pk).update(over_report_fraction=Decimal("0.1"))
    cut, _weld = operations(order)
    say(plant, cut, 11)
    with pytest.raises(Refused, match=r"12 good would be more than the 10 of MO-1 · 10 \(\+10 %\)\."):
        say(plant, cut, 1)
    assert plant.there(plant.wheel) == 78


def test_more_go_in_than_come_out_where_the_route_loses_some(plant: Plant) -> None:
    plant.fill(100)
    steps = [{"group": group, "quantity": Decimal(20)} for group in plant.groups]
    order = plant.order(10, flushing="operation", operations=steps)
    release(orders=[order], by=plant.worker)
    cut, weld = operations(order)
    say(plant, cut, 20)
    with pytest.raises(Refused, match="11 good would be more than the 10 of"):
        say(plant, weld, 11)
    say(plant, weld, 10, 10)
    assert ProductionOrder.objects.get(pk=order.pk).good_quantity == 10


def test_nothing_is_reported_on_an_order_that_is_not_open(plant: Plant, order: ProductionOrder) -> None:
    cut, weld = operations(order)
    fresh = plant.order(5, number="MO-2")
    with pytest.raises(Refused, match="MO-2 is Firm: no work can be reported on it."):
        say(plant, operations(fresh)[0], 1)
    say(plant, cut, 10)
    say(plant, weld, 10, finish=True)
    with pytest.raises(Refused, match="MO-1 · 20 is Finished"):
        say(plant, weld, 1)
    finish(orders=[order], by=plant.worker)
    with pytest.raises(Refused, match="MO-1 is Finished"):
        say(plant, cut, 1)


def test_a_blocked_operation_says_why(plant: Plant, order: ProductionOrder) -> None:
    cut, _weld = operations(order)
    open_block(operation=cut, source="quality", reference="QI-1", sentence="QI-1 is open.", by=plant.worker)
    with pytest.raises(Refused, match="MO-1 · 10 is blocked: QI-1 is open."):
        say(plant, cut, 1)
    close_blocks(source="quality", reference="QI-1", by=plant.worker)
    say(plant, cut, 1)


def test_an_outside_operation_is_reported_by_its_receipt_only(plant: Plant) -> None:
    plant.fill()
    order = plant.order(10, operations=[{}, {"outside": True}], number="MO-3")
    release(orders=[order], by=plant.worker)
    cut, outside = operations(order)
    say(plant, cut, 10)
    with pytest.raises(Refused, match="MO-3 · 20 is done by a vendor"):
        say(plant, outside, 5)
    assert say(plant, outside, 5, vendor_receipt="RC-1").vendor_receipt == "RC-1"


def test_components_that_are_not_there_are_named(plant: Plant) -> None:
    plant.fill(5)
    order = plant.order(10, flushing="operation", number="MO-4")
    release(orders=[order], despite_shortage=True, by=plant.worker)
    with pytest.raises(Refused, match="MO-4 cannot take its components: free stock lacks 3 EA WHEEL."):
        say(plant, operations(order)[0], 4)


def test_stock_promised_to_another_order_is_not_flushed(plant: Plant) -> None:
    plant.fill(20)
    flushed = plant.order(10, flushing="operation", number="MO-5")
    release(orders=[flushed], by=plant.worker)
    release(orders=[plant.order(5)], by=plant.worker)
    with pytest.raises(Refused, match="lacks 10 EA WHEEL"):
        say(plant, operations(flushed)[0], 10)


def test_the_line_side_is_emptied_first(plant: Plant, order: ProductionOrder) -> None:
    make_stock(plant.wheel, 3, plant.places["LINE"])
    plant.groups[0].input_location = plant.places["LINE"]
    plant.groups[0].save()
    say(plant, operations(order)[0], 4)
    assert (plant.there(plant.wheel, "LINE"), plant.there(plant.wheel)) == (0, 95)


def test_partial_reports_never_flush_more_than_one(plant: Plant) -> None:
    """Half a bolt each, rounded up to whole ones: ten single reports take five, not ten."""
    bolt = make_item("BOLT")
    make_stock(bolt, 100, plant.places["STORE"])
    order = make_order(plant.product, 10, site=plant.site, materials={bolt: "0.5"})
    Material.objects.update(flushing="operation")
    release(orders=[order], by=plant.worker)
    for _ in range(10):
        say(plant, operations(order)[0], 1)
    assert plant.there(bolt) == 95
    assert Material.objects.get().issued_quantity == 5


def test_a_product_by_lot_gets_the_order_as_its_lot_and_serials_are_made_per_piece(plant: Plant) -> None:
    for tracking, wanted in (("lot", ["MO-L"]), ("serial", ["MO-S-001", "MO-S-002"])):
        item = make_item(tracking=tracking)
        order = make_order(item, 2, site=plant.site, number=f"MO-{tracking[0].upper()}")
        release(orders=[order], by=plant.worker)
        row = say(plant, operations(order)[0], 2)
        moves = [
            out.move
            for out in OutputMove.objects.filter(report=row).select_related("move__lot", "move__serial")
        ]
        assert [(move.lot or move.serial).number for move in moves] == wanted
        undo(report=row, by=plant.worker)
    assert problems() == []


def test_a_lot_is_traced_through_two_levels(plant: Plant) -> None:
    steel, tube, bike = (make_item(name, tracking="lot") for name in ("STEEL", "TUBE", "BIKE-L"))
    lot = make_lot(steel, "HEAT-7")
    make_stock(steel, 50, plant.places["STORE"], lot=lot)
    for item, component, number in ((tube, steel, "MO-T"), (bike, tube, "MO-B")):
        order = make_order(item, 5, site=plant.site, materials={component: 1}, number=number)
        Material.objects.filter(order=order).update(flushing="operation")
        release(orders=[order], by=plant.worker)
        say(plant, operations(order)[0], 5)
    above = trace([key_of(lot)])
    nodes = describe(above)
    assert [(reach.depth, nodes[key].name, reach.quantity) for key, reach in above.up.reaches.items()] == [
        (0, "HEAT-7", 50),
        (1, "MO-T", 5),
        (2, "MO-B", 5),
    ]
    bikes = Move.objects.get(item=bike)
    below = trace([key_of(bikes)]).down
    assert [(reach.depth, key) for key, reach in below.reaches.items() if reach.depth] == [
        (1, key_of(Move.objects.get(item=tube, kind="output"))),
        (2, key_of(lot)),
    ]


def test_undo_restores_everything_exactly(plant: Plant, order: ProductionOrder) -> None:
    cut, weld = operations(order)
    say(plant, cut, 10)
    before = (
        plant.there(plant.paint),
        plant.there(plant.product),
        list(Material.objects.values_list("issued_quantity")),
    )
    row = say(plant, weld, 6, 1, seconds=300, finish=True)
    with heard(Reported) as told:
        back = undo(report=row, by=plant.worker)
    weld.refresh_from_db()
    order.refresh_from_db()
    assert (weld.state, weld.good_quantity, weld.scrap_quantity, weld.began_at, weld.done_at) == (
        "released",
        0,
        0,
        None,
        None,
    )
    assert (order.state, order.good_quantity, order.scrap_quantity) == ("started", 0, 0)
    assert before == (
        plant.there(plant.paint),
        plant.there(plant.product),
        list(Material.objects.values_list("issued_quantity")),
    )
    assert (back.good, back.scrap, back.seconds, back.reverses) == (-6, -1, -300, row)
    (fact,) = told
    assert [one.move.reverses_id for one in fact.material_moves] == list(
        MaterialMove.objects.filter(report=row).values_list("move_id", flat=True)
    )
    assert sum(move.quantity for move in WipMove.objects.filter(operation=weld)) == 0
    with pytest.raises(Refused, match="already undone"):
        undo(report=row, by=plant.worker)
    assert problems() == []


def test_undoing_the_only_report_makes_the_order_released_again(plant: Plant, order: ProductionOrder) -> None:
    row = say(plant, operations(order)[0], 3)
    undo(report=row, by=plant.worker)
    order.refresh_from_db()
    assert (order.state, order.started_at) == ("released", None)


def test_pieces_that_went_on_are_not_undone(plant: Plant, order: ProductionOrder) -> None:
    cut, weld = operations(order)
    first = say(plant, cut, 6)
    say(plant, cut, 2)
    say(plant, weld, 3)
    with pytest.raises(
        Refused, match="MO-1 · 20 has already worked on 3 of these pieces: undo its reports first."
    ):
        undo(report=first, by=plant.worker)


def test_products_that_left_stock_are_not_undone(plant: Plant, order: ProductionOrder) -> None:
    from p2p.inventory.services.ledger import MoveLine, post

    cut, weld = operations(order)
    say(plant, cut, 10)
    row = say(plant, weld, 5)
    sold = MoveLine(
        item=plant.product,
        source=plant.places["STORE"],
        target=plant.places["CUSTOMER"],
        quantity=Decimal(2),
        kind="delivery",
    )
    post(lines=[sold], by=None)
    with pytest.raises(Refused, match="Only 3 EA of BIKE at STORE: 5 EA cannot be taken."):
        undo(report=row, by=plant.worker)


def test_finishing_asks_and_tells_and_a_no_from_the_right_undoes_the_report(
    plant: Plant, order: ProductionOrder
) -> None:
    cut, _weld = operations(order)
    with heard(OperationFinished) as told:
        say(plant, cut, 10, finish=True)
    assert [fact.operations for fact in told] == [(cut,)]

    def no(fact: Reported) -> None:
        raise Refused("The books are closed.")

    weld = operations(order)[1]
    with listening("tell", Reported, no), pytest.raises(Refused, match="books"):
        say(plant, weld, 1)
    assert Report.objects.count() == 1
    assert plant.there(plant.product) == 0


def test_a_question_from_the_right_is_asked_first(plant: Plant, order: ProductionOrder) -> None:
    def no(fact: Reporting) -> None:
        raise Refused("Not with that badge.")

    with listening("ask", Reporting, no), pytest.raises(Refused, match="badge"):
        say(plant, operations(order)[0], 1)


def test_late_entries_keep_their_true_time(plant: Plant, order: ProductionOrder) -> None:
    then = now() - timedelta(hours=5)
    row = say(plant, operations(order)[0], 1, at=then)
    assert row.effective_at == then < row.posted_at
    assert set(Move.objects.filter(reference="MO-1").values_list("effective_at", flat=True)) == {then}


def test_nothing_is_reported_ahead_of_time(plant: Plant, order: ProductionOrder) -> None:
    with pytest.raises(Refused, match="MO-1 · 10 cannot be reported ahead of time."):
        say(plant, operations(order)[0], 1, at=now() + timedelta(hours=1))
    say(plant, operations(order)[0], 1, at=now() + timedelta(minutes=2))


def test_finish_end_and_reopen_take_each_other_back(plant: Plant, order: ProductionOrder) -> None:
    cut, weld = operations(order)
    with pytest.raises(Refused, match="Nothing was made for MO-1: cancel it"):
        finish(orders=[order], by=plant.worker)
    say(plant, cut, 10)
    finish_operation(operation=cut, by=plant.worker)
    say(plant, weld, 10)
    finish(orders=[order], by=plant.worker)
    assert [each.state for each in operations(order)] == ["finished", "finished"]
    reopen(orders=[order], by=plant.worker)
    assert [each.state for each in operations(order)] == ["finished", "started"]
    with pytest.raises(Refused, match="MO-1 is Started: cannot end."):
        end(orders=[order], by=plant.worker)


def test_components_for_the_finish_are_taken_then_and_come_back_with_reopen(plant: Plant) -> None:
    plant.fill(100)
    order = plant.order(10, flushing="finish")
    release(orders=[order], by=plant.worker)
    cut, weld = operations(order)
    say(plant, cut, 8)
    say(plant, weld, 8)
    assert plant.there(plant.wheel) == 100
    finish(orders=[order], by=plant.worker)
    assert plant.there(plant.wheel) == 84
    assert Consumed.objects.count() == 3
    reopen(orders=[order], by=plant.worker)
    assert plant.there(plant.wheel) == 100
    assert problems() == []


def test_reports_cannot_be_changed_behind_the_services(plant: Plant, order: ProductionOrder) -> None:
    say(plant, operations(order)[0], 1)
    for table in ("execution_report", "execution_wipmove"):
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE {table} SET id = id")


def test_a_report_costs_a_fixed_number_of_statements(
    plant: Plant, order: ProductionOrder, django_assert_max_num_queries: Any
) -> None:
    """However many components and reports there are. Costing's postings are part of it."""
    cut, weld = operations(order)
    with django_assert_max_num_queries(45):
        say(plant, cut, 10)
    with django_assert_max_num_queries(50):
        say(plant, weld, 5)
