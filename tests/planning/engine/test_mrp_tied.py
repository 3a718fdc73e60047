"""Needs that have supply of their own: nothing else serves them, and what is theirs serves nobody else."""

from __future__ import annotations

from decimal import Decimal

from planning.engine.mrp import Demand, Problem, Receipt, Settings, plan
from tests.planning.engine.small_plans import TODAY, codes, day, item, line, lot, orders

D = Decimal


def alone(**more):
    """SUB, and beside it SUB as it is wanted by needs that have supply of their own."""
    base = {"lead_days": 2, **more}
    kept = base.pop("kept", "0")
    return [
        item("SUB", **base),
        item("tSUB", **{**base, "on_hand": kept, "safety_stock": "0"}, alone=True, rest="SUB"),
    ]


def solved(items, demands, receipts=(), lines=()):
    rules = Settings(first=TODAY, last=day(365))
    return plan(Problem(items=items, lines=lines, demands=demands, receipts=list(receipts), settings=rules))


def want(key, name, offset, quantity, **more):
    return Demand(id=name, item=key, day=day(offset), quantity=D(quantity), **more)


def served(answer, need):
    return [
        (peg.item, peg.supply_kind, peg.supply, str(peg.quantity)) for peg in answer.pegs if peg.need == need
    ]


def test_a_tied_need_is_ordered_although_stock_and_other_receipts_are_there():
    coming = [Receipt(id="r0", item="SUB", day=day(5), quantity=D(50))]
    answer = solved(alone(on_hand="100"), [want("tSUB", "d0", 10, 7)], coming)
    assert orders(answer, "tSUB") == [("7", 8, 10)]
    assert served(answer, "d0") == [("tSUB", "order", 1, "7")]


def test_every_tied_need_of_a_day_has_an_order_of_its_own():
    answer = solved(alone(), [want("tSUB", "d0", 10, 7), want("tSUB", "d1", 10, 5)])
    assert [row[0] for row in orders(answer, "tSUB")] == ["7", "5"]


def test_what_is_kept_and_what_is_made_for_a_need_serve_it_even_late_and_nobody_else():
    coming = [
        Receipt(id="r0", item="tSUB", day=day(30), quantity=D(4), made_for="d0"),
        Receipt(id="r1", item="tSUB", day=day(1), quantity=D(9), made_for="d1"),
    ]
    answer = solved(
        alone(kept="2"),
        [want("tSUB", "d0", 10, 7, kept=D(2)), want("tSUB", "d1", 12, 9), want("SUB", "d2", 12, 3)],
        coming,
    )
    assert served(answer, "d0") == [
        ("tSUB", "stock", None, "2"),
        ("tSUB", "receipt", "r0", "4"),
        ("tSUB", "order", 1, "1"),
    ]
    assert served(answer, "d1") == [("tSUB", "receipt", "r1", "9")]
    assert [kind for _item, kind, *_ in served(answer, "d2")] == ["order"]
    assert codes(answer)["late"] == "d0"


def test_what_lot_sizes_make_too_much_serves_everybody_from_that_day_on():
    answer = solved(
        alone(lot=lot(minimum=10)),
        [want("SUB", "early", 5, 1), want("tSUB", "d0", 10, 7), want("SUB", "later", 11, 3)],
    )
    assert orders(answer, "tSUB") == [("10", 8, 10)]
    assert served(answer, "early") == [("SUB", "order", 2, "1")]
    assert served(answer, "later") == [
        ("SUB", "order", 2, "3")
    ]  # nine are left of the one for the early need
    assert served(solved(alone(lot=lot(minimum=10)), [want("tSUB", "d0", 10, 7), want("SUB", "x", 11, 3)]), "x") == [
        ("SUB", "order", 1, "3")
    ]  # fmt: skip


def test_a_receipt_whose_need_is_gone_serves_everybody_or_is_named_to_be_cancelled():
    gone = [Receipt(id="r0", item="tSUB", day=day(5), quantity=D(4), made_for="gone")]
    answer = solved(alone(), [want("SUB", "d0", 10, 3)], gone)
    assert served(answer, "d0") == [("SUB", "receipt", "r0", "3")]
    assert codes(answer)["cancel"] == "r0"


def test_ties_go_down_through_planned_orders_level_by_level():
    parts = [item("TOP", source="make"), *alone(source="make", on_hand="99"), item("RAW", on_hand="0")]
    bill = [line("TOP", "tSUB", "2"), line("tSUB", "RAW", "3"), line("SUB", "RAW", "3")]
    answer = solved(parts, [want("TOP", "d0", 10, 5), want("TOP", "d1", 10, 1)], lines=bill)
    assert [row[0] for row in orders(answer, "TOP")] == ["6"]
    assert orders(answer, "tSUB") == [("12", 8, 10)]
    assert orders(answer, "RAW")[0][0] == "36"
    assert not orders(answer, "SUB")


def test_a_tied_need_of_what_nobody_makes_is_short_and_says_why():
    parts = [item("SUB", source="", on_hand="9"), item("tSUB", source="", alone=True, rest="SUB")]
    said = codes(solved(parts, [want("tSUB", "d0", 10, 7)]))
    assert said["short"] == "d0" and "no_source" in said
