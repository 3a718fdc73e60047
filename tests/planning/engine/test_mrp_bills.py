"""Explosion of bills in a material plan: scrap, yield, phantoms and dates, worked by hand."""

from __future__ import annotations

from tests.planning.engine.small_plans import day, item, line, orders, solve


def test_components_are_needed_when_the_parent_starts() -> None:
    answer = solve(
        item("A", lead_days=2), item("B", lead_days=3),
        lines=(line("A", "B", "4"),), needs=(("A", 10, "5"),),
    )  # fmt: skip
    assert orders(answer, "B") == [("20", 5, 8)]
    assert [(peg.item, peg.need_kind, peg.need) for peg in answer.pegs] == [
        ("A", "demand", "d0"), ("B", "order", 1),
    ]  # fmt: skip


def test_scrap_divides_a_constant_adds_once_and_the_sum_is_rounded_up_once() -> None:
    parts = (item("A"), item("B", places=2))
    lines = (line("A", "B", "0.3333", scrap="0.1", constant="0.9"),)
    needs = (("A", 5, "10"),)
    assert orders(solve(*parts, lines=lines, needs=needs), "B")[0][0] == "4.71"
    assert orders(solve(*parts, lines=lines, needs=needs, scrap="multiply"), "B")[0][0] == "4.66"


def test_a_good_share_raises_the_launch_and_the_components_follow_the_launch() -> None:
    answer = solve(
        item("A", good_share="0.9"),
        item("B"),
        lines=(line("A", "B", "2"),),
        needs=(("A", 5, "10"),),
    )
    assert orders(answer) == [("12", 5, 5)]
    assert answer.orders[0].good == 10
    assert orders(answer, "B")[0][0] == "24"


def test_a_phantom_gets_no_order_and_its_factors_multiply_exactly() -> None:
    answer = solve(
        item("A"), item("P", phantom=True), item("B"),
        lines=(line("A", "P", "3", constant="1"), line("P", "B", "0.5", constant="2")),
        needs=(("A", 5, "7"), ("P", 5, "5")),
    )  # fmt: skip
    assert {row.item for row in answer.orders} == {"A", "B"}
    assert [(need.need_kind, need.quantity) for need in answer.needs if need.item == "B"] == [
        ("demand", 5), ("order", 13),
    ]  # fmt: skip


def test_only_lines_valid_when_the_parent_starts_count() -> None:
    lines = (
        line("A", "OLD", valid_to=day(7)),
        line("A", "NEW", valid_from=day(8)),
    )
    parts = (item("A", lead_days=2), item("OLD"), item("NEW"))
    answer = solve(*parts, lines=lines, needs=(("A", 9, "1"), ("A", 10, "1")))
    assert orders(answer, "OLD") == [("1", 7, 7)]
    assert orders(answer, "NEW") == [("1", 8, 8)]
