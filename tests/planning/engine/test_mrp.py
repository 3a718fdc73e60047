"""Netting, lots, coverage and messages of a material plan, on small cases worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from planning.engine.mrp import Demand, LotSize, Problem, Receipt, Settings, balances, plan
from tests.planning.engine.small_plans import TODAY, codes, day, item, line, lot, orders, solve


def test_an_order_starts_its_lead_time_before_the_need() -> None:
    assert orders(solve(item(lead_days=4), needs=(("A", 10, "7"),))) == [("7", 6, 10)]


def test_needs_of_one_day_share_an_order_and_pegs_say_who_gets_what() -> None:
    answer = solve(item(on_hand="3"), needs=(("A", 5, "2"), ("A", 5, "4")))
    assert orders(answer) == [("3", 5, 5)]
    assert [(peg.supply_kind, peg.need, peg.quantity) for peg in answer.pegs] == [
        ("stock", "d0", 2), ("stock", "d1", 1), ("order", "d1", 3),
    ]  # fmt: skip


def test_every_need_gets_its_own_order_when_asked() -> None:
    answer = solve(item(), needs=(("A", 5, "2"), ("A", 5, "4")), combine="need")
    assert [quantity for quantity, _, _ in orders(answer)] == ["2", "4"]


def test_the_more_urgent_need_of_a_day_gets_the_stock() -> None:
    calm = Demand(id="calm", item="A", day=day(3), quantity=Decimal(5), priority=50)
    rush = Demand(id="rush", item="A", day=day(3), quantity=Decimal(5), priority=1)
    settings = Settings(first=TODAY, last=day(9))
    answer = plan(Problem(items=[item(on_hand="5")], lines=[], demands=[calm, rush], settings=settings))
    assert {peg.need: peg.supply_kind for peg in answer.pegs} == {"rush": "stock", "calm": "order"}


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        (lot(minimum=10), ["10"]),
        (lot(multiple=4), ["8"]),
        (lot(maximum=3), ["3", "3", "1"]),
        (lot(maximum=5, minimum=4), ["5", "4"]),
        (lot(maximum=5, multiple=2), ["4", "4"]),
        (lot(minimum=3, multiple=2, maximum=6), ["6", "4"]),
        (lot(fixed=3), ["3", "3", "3"]),
        (lot(minimum=9, maximum=5), ["9"]),
    ],
)
def test_seven_pieces_become_lots(sizes: LotSize, expected: list[str]) -> None:
    answer = solve(item(lot=sizes), needs=(("A", 5, "7"),))
    assert [quantity for quantity, _, _ in orders(answer)] == expected
    assert ("lot_conflict" in codes(answer)) == (sizes.minimum > sizes.maximum > 0)


def test_what_a_lot_leaves_over_serves_the_next_need() -> None:
    answer = solve(item(lot=lot(fixed=10)), needs=(("A", 5, "7"), ("A", 8, "3"), ("A", 9, "1")))
    assert orders(answer) == [("10", 5, 5), ("10", 9, 9)]


def test_a_period_gathers_shortages_into_one_order_on_its_first_day() -> None:
    weekly = item(coverage="period", period_days=7, lot=lot(multiple=5))
    answer = solve(weekly, needs=(("A", 3, "4"), ("A", 9, "4"), ("A", 10, "3"), ("A", 16, "9")))
    assert orders(answer) == [("10", 3, 3), ("10", 10, 10)]


def test_a_period_still_uses_what_arrives_inside_it() -> None:
    weekly = item(coverage="period", period_days=7)
    answer = solve(weekly, needs=(("A", 3, "4"), ("A", 6, "5")), receipts=(("A", 5, "5"),))
    assert orders(answer) == [("4", 3, 3)]


def test_min_max_tops_up_whenever_a_day_ends_below_the_minimum() -> None:
    store = item(coverage="min_max", minimum_stock="5", maximum_stock="20", on_hand="12")
    answer = solve(store, needs=(("A", 2, "6"), ("A", 4, "2"), ("A", 5, "30")))
    assert orders(answer) == [("16", 4, 4), ("30", 5, 5)]


def test_min_max_without_any_need_orders_for_the_end_of_the_lead_time() -> None:
    store = item(coverage="min_max", minimum_stock="15", maximum_stock="22", on_hand="10", lead_days=3)
    answer = solve(store)
    assert orders(answer) == [("12", 0, 3)]
    assert answer.orders[0].kind == "stock"


def test_lot_sizes_off_means_lot_for_lot() -> None:
    rule = item(lot=lot(fixed=100), coverage="period", period_days=30)
    assert orders(solve(rule, needs=(("A", 1, "2"), ("A", 2, "3")), lots=False)) == [("2", 1, 1), ("3", 2, 2)]


def test_stock_covers_the_safety_stock_first_and_the_rest_is_rebuilt_after_the_lead_time() -> None:
    answer = solve(item(on_hand="6", safety_stock="10", lead_days=3), needs=(("A", 9, "5"),))
    assert orders(answer) == [("4", 0, 3), ("5", 6, 9)]
    assert answer.orders[0].kind == "stock"


def test_a_need_inside_the_lead_time_may_dip_into_the_safety_stock() -> None:
    answer = solve(item(on_hand="10", safety_stock="10", lead_days=5), needs=(("A", 2, "4"),), dip=True)
    assert orders(answer) == [("4", 0, 5)]
    assert "late" not in codes(answer)


def test_an_order_that_is_too_late_starts_today_and_the_demand_learns_why() -> None:
    answer = solve(
        item("A", lead_days=2),
        item("B", lead_days=9),
        lines=(line("A", "B"),),
        needs=(("A", 6, "1"),),
    )
    assert orders(answer, "B") == [("1", 0, 9)]
    late = next(message for message in answer.messages if message.code == "late")
    assert (late.subject, late.days, late.day, late.path) == ("d0", 5, day(11), ("order:1", "order:2"))
    overdue = next(message for message in answer.messages if message.code == "start_overdue")
    assert (overdue.item, overdue.days, overdue.subject) == ("B", 5, 2)


def test_a_component_that_comes_while_the_parent_should_run_delays_it_by_the_difference() -> None:
    answer = solve(
        item("A", lead_days=4), item("B", lead_days=3), lines=(line("A", "B"),), needs=(("A", 6, "1"),)
    )
    late = next(message for message in answer.messages if message.code == "late")
    assert (late.days, late.path) == (1, ("order:1", "order:2"))


def test_dates_in_the_past_are_kept_when_asked() -> None:
    assert orders(solve(item(lead_days=9), needs=(("A", 4, "1"),), past="keep")) == [("1", -5, 4)]


def test_a_receipt_a_little_too_late_is_used_if_that_is_tolerated() -> None:
    needs, receipts = (("A", 5, "4"),), (("A", 7, "4"),)
    strict = solve(item(), needs=needs, receipts=receipts)
    assert orders(strict) == [("4", 5, 5)]
    assert codes(strict) == {"advance": "r0"}
    patient = solve(item(), needs=needs, receipts=receipts, late_days=2)
    assert orders(patient) == []
    assert codes(patient) == {"late": "d0"}


def test_a_receipt_that_comes_before_a_new_order_could_is_waited_for() -> None:
    needs, receipts = (("A", 2, "4"),), (("A", 6, "4"),)
    assert orders(solve(item(lead_days=6), needs=needs, receipts=receipts)) == []
    assert orders(solve(item(lead_days=5), needs=needs, receipts=receipts)) == [("4", 0, 5)]
    assert orders(solve(item(lead_days=6), needs=needs, receipts=receipts, past="keep")) == [("4", -4, 2)]


def test_what_cannot_be_ordered_waits_for_any_receipt() -> None:
    answer = solve(item(coverage="manual"), needs=(("A", 3, "4"),), receipts=(("A", 90, "3"),))
    assert [(m.code, m.quantity, m.days) for m in answer.messages] == [("short", 1, 0), ("late", 4, 87)]


def test_receipts_that_come_early_or_serve_nothing_get_advice_unless_firm() -> None:
    needs, receipts = (("A", 9, "4"),), (("A", 3, "4"), ("A", 4, "6"))
    assert codes(solve(item(), needs=needs, receipts=receipts)) == {"postpone": "r0", "cancel": "r1"}
    assert codes(solve(item(), needs=needs, receipts=receipts, firm=True)) == {}


def test_a_manual_item_is_never_ordered_but_its_shortage_is_told() -> None:
    answer = solve(item(coverage="manual", on_hand="1"), needs=(("A", 3, "4"),))
    assert answer.orders == []
    assert [(m.code, m.subject, m.quantity) for m in answer.messages] == [("short", "d0", 3)]


def test_what_cannot_be_planned_is_named_and_the_rest_is_planned() -> None:
    answer = solve(
        item("A"), item("B", source=""), item("C"), item("D"), item("E"),
        lines=(line("C", "D"), line("D", "C"), line("A", "X"), line("A", "E")),
        needs=(("A", 3, "1"), ("B", 3, "1"), ("C", 3, "1"), ("Z", 3, "1"), ("D", -4, "1")),
    )  # fmt: skip
    found = {(message.code, message.item) for message in answer.messages}
    assert {("no_source", "B"), ("short", "B"), ("unknown_component", "A"), ("unknown_item", "Z")} <= found
    assert {("demand_overdue", "D")} <= found
    loop = next(message.path for message in answer.messages if message.code == "loop")
    assert loop in {("C", "D", "C"), ("D", "C", "D")}
    assert orders(answer, "E") == [("1", 3, 3)]


def test_something_made_of_nothing_is_planned_and_named() -> None:
    answer = solve(item("A", source="make"), needs=(("A", 3, "2"),))
    assert codes(answer) == {"no_bom": None}
    assert codes(solve(item("A", source="make", on_hand="2"), needs=(("A", 3, "2"),))) == {}
    assert orders(answer) == [("2", 3, 3)]


def test_stock_below_zero_is_made_good_first() -> None:
    assert orders(solve(item(on_hand="-3"), needs=(("A", 4, "2"),))) == [("3", 0, 0), ("2", 4, 4)]


def test_the_remaining_material_of_an_open_order_is_a_dependent_need() -> None:
    settings = Settings(first=TODAY, last=day(9), combine="day_and_kind")
    demands = [
        Demand(id="sale", item="B", day=day(3), quantity=Decimal(1)),
        Demand(id="rest", item="B", day=day(3), quantity=Decimal(2), order="P-1"),
    ]
    answer = plan(Problem(items=[item("B")], lines=[], demands=demands, settings=settings))
    assert [(row.kind, row.quantity) for row in answer.orders] == [("independent", 1), ("dependent", 2)]


def test_needs_outside_the_horizon_are_left_alone() -> None:
    needs = (("A", -1, "1"), ("A", 0, "2"), ("A", 366, "4"))
    assert [quantity for quantity, _, _ in orders(solve(item(), needs=needs, overdue=False))] == ["2"]
    assert [quantity for quantity, _, _ in orders(solve(item(), needs=needs))] == ["1", "2"]


def test_bought_parts_can_be_left_out() -> None:
    answer = solve(
        item("A", source="make"),
        item("B"),
        lines=(line("A", "B"),),
        needs=(("A", 3, "1"), ("B", 3, "1")),
        bought=False,
    )
    assert {row.item for row in answer.orders} == {"A"}


def test_the_projected_stock_adds_up_day_by_day() -> None:
    parts = (item("A", on_hand="3", lot=lot(multiple=5)),)
    problem = Problem(
        items=parts, lines=[], settings=Settings(first=TODAY, last=day(99)),
        demands=[Demand(id=1, item="A", day=day(2), quantity=Decimal(9))],
        receipts=[Receipt(id=1, item="A", day=day(1), quantity=Decimal(2))],
    )  # fmt: skip
    rows = balances(problem, plan(problem), ["A"])["A"]
    assert [tuple(map(int, row[1:])) for row in rows] == [(2, 0, 0, 5), (0, 5, 9, 1)]


def test_nonsense_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="item A: the good share"):
        solve(item(good_share="0"))
    with pytest.raises(ValueError, match="line A - B"):
        solve(item("A"), item("B"), lines=(line("A", "B", scrap="1"),))
    with pytest.raises(ValueError, match="demand d0"):
        solve(item(), needs=(("A", 1, "0"),))
    with pytest.raises(ValueError, match="decimals"):
        solve(item(), needs=(("A", 1, "0.5"),))
    with pytest.raises(ValueError, match="two items"):
        solve(item(), item())


def test_a_run_can_be_watched_and_stopped() -> None:
    class Stop(Exception):
        pass

    told: list[tuple[int, int]] = []

    def go_on(done: int, total: int) -> None:
        told.append((done, total))
        raise Stop

    problem = Problem(items=[item()], lines=[], demands=[], settings=Settings(first=TODAY, last=TODAY))
    with pytest.raises(Stop):
        plan(problem, go_on=go_on)
    assert told == [(0, 1)]
