"""Which operations go out so that late orders come home earlier: the search alone, with schedules made up."""

from __future__ import annotations

from planning.engine.relief import search
from planning.engine.schedule import Finish, Schedule

A, B, C = "a", "b", "c"
ALONE = {A: "A", B: "B", C: "C"}


def answer(**late):
    finishes = [Finish(order, 0, seconds, ()) for order, seconds in late.items()]
    return Schedule(
        placed=[], unplaced=[], finishes=finishes, rule="", tardiness=sum(late.values()), makespan=0
    )


class Plant:
    """Remembers what was tried; `late` says how late orders are with these operations outside."""

    def __init__(self, late):
        self.late, self.tried = late, []

    def __call__(self, out):
        self.tried.append("".join(sorted(out)))
        return answer(**self.late(set(out)))


def test_all_go_when_all_help():
    plant = Plant(lambda out: {"A": 5 - 2 * (A in out), "B": 5 - 2 * (B in out)})
    out, best = search([A, B], ALONE, answer(A=5, B=5), plant)
    assert (out, best.tardiness, plant.tried) == ([A, B], 6, ["ab"])


def test_what_does_not_help_stays_and_is_tried_once_only():
    plant = Plant(lambda out: {"A": 5 - 2 * (A in out), "B": 5 + (B in out)})
    out, best = search([A, B], ALONE, answer(A=5, B=5), plant)
    assert (out, best.tardiness, plant.tried) == ([A], 8, ["ab", "a"])


def test_it_goes_on_while_ever_fewer_help():
    """B gains by C, and A by itself: three schedules until only A is left."""
    plant = Plant(lambda out: {"A": 5 - (A in out), "B": 5 - ({B, C} <= out), "C": 5})
    out, best = search([A, B, C], ALONE, answer(A=5, B=5, C=5), plant)
    assert (out, best.tardiness) == ([A], 14)
    assert plant.tried[:3] == ["abc", "ab", "a"]


def test_of_an_order_the_operation_that_helps_goes_although_the_other_spoils_it():
    order_of = {A: "A", B: "A"}
    plant = Plant(lambda out: {"A": 5 - 3 * (A in out) + 9 * (B in out)})
    out, best = search([B, A], order_of, answer(A=5), plant)
    assert (out, best.tardiness) == ([A], 2)


def test_of_an_order_the_operation_it_does_without_comes_back():
    order_of = {A: "A", B: "A"}
    plant = Plant(lambda out: {"A": 5 - 3 * (A in out)})
    out, _best = search([A, B], order_of, answer(A=5), plant)
    assert out == [A]


def test_nothing_goes_when_the_others_lose_more_than_one_gains():
    plant = Plant(lambda out: {"A": 5 - (A in out), "B": 5 + 9 * (A in out)})
    assert search([A], ALONE, answer(A=5, B=5), plant) == ([], answer(A=5, B=5))


def test_a_smaller_set_is_tried_when_all_together_are_worse():
    plant = Plant(lambda out: {"A": 5 - (A in out), "B": 5 - (B in out), "C": 20 * ({A, B} <= out)})
    out, best = search([A, B], ALONE, answer(A=5, B=5, C=0), plant)
    assert (out, best.tardiness) == ([A], 9)


def test_a_schedule_that_loses_an_operation_is_no_gain():
    def attempt(_out):
        found = answer(A=0)
        return Schedule(
            placed=[], unplaced=[object()], finishes=found.finishes, rule="", tardiness=0, makespan=0
        )

    assert search([A], ALONE, answer(A=5), attempt)[0] == []


def test_it_stops_after_its_tries():
    plant = Plant(lambda out: {key: 5 - (len(out) == 1) for key in ("A", "B", "C")})
    search([A, B, C], ALONE, answer(A=5, B=5, C=5), plant, tries=2)
    assert len(plant.tried) <= 2
