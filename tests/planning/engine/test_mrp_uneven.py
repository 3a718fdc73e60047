"""Lines that do not grow evenly: each order by its own rule; and many random bills against a plain walk."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from planning.engine.mrp import BomLine, Demand, Item, Problem, Settings, plan
from tests.planning.engine.small_plans import day

FIRST, LAST = day(0), day(60)


@dataclass(frozen=True)
class Boxes:
    """So many in a box, and only whole boxes."""

    size: int

    def needed(self, quantity: Fraction) -> Fraction:
        return Fraction(ceil(quantity / self.size) * self.size)


def needs(items, lines, demands, of="A"):
    settings = Settings(first=FIRST, last=LAST, combine="need")
    rows = [
        Demand(id=f"D{place}", item=of, day=day(30 + place), quantity=Decimal(amount))
        for place, amount in enumerate(demands)
    ]
    answer = plan(Problem(items=items, lines=lines, demands=rows, settings=settings))
    found: dict[str, list[Decimal]] = {}
    for need in answer.needs:
        if need.item != of:
            found.setdefault(need.item, []).append(need.quantity)
    return {item: sorted(amounts) for item, amounts in found.items()}


def make(key, **also):
    return Item(id=key, source="make" if key == "A" else "buy", **also)


def test_each_order_is_rounded_by_itself():
    lines = [BomLine(parent="A", component="B", per=Decimal(0), rule=Boxes(10))]
    assert needs([make("A"), make("B")], lines, [5, 12]) == {"B": [10, 20]}


def test_a_rule_reaches_through_a_phantom_and_out_of_one():
    items = [make("A"), make("P", phantom=True), make("B"), make("C")]
    lines = [
        BomLine(parent="A", component="P", per=Decimal(0), rule=Boxes(10)),
        BomLine(parent="P", component="B", per=Decimal(2), constant=Decimal(1)),
        BomLine(parent="P", component="C", per=Decimal(0), rule=Boxes(7)),
    ]
    assert needs(items, lines, [12]) == {"B": [41], "C": [21]}


def test_a_phantom_that_is_asked_for_or_taken_starts_more_and_an_order_has_that_in_its_launch():
    items = [make("A"), make("P", phantom=True), make("B"), make("C"), make("D")]
    lines = [
        BomLine(parent="A", component="P", per=Decimal(2), started=Decimal(3)),
        BomLine(parent="P", component="B", per=Decimal(2), constant=Decimal(1), started=Decimal(4)),
        BomLine(parent="P", component="C", per=Decimal(1), below=Decimal(21), started=Decimal(4)),
        BomLine(parent="P", component="D", per=Decimal(0), rule=Boxes(50), started=Decimal(4)),
    ]
    assert needs(items, lines, [10]) == {"B": [161], "C": [80], "D": [100]}
    assert needs(items, lines, [11]) == {"B": [177], "D": [100]}
    assert needs(items, lines, [10], of="P") == {"B": [81], "C": [40], "D": [50]}


def test_a_line_for_some_quantities_counts_for_these_alone():
    lines = [
        BomLine(parent="A", component="B", per=Decimal(1), below=Decimal(10)),
        BomLine(parent="A", component="C", per=Decimal(1), least=Decimal(10)),
    ]
    assert needs([make("A"), make("B"), make("C")], lines, [9, 10]) == {"B": [9], "C": [10]}


@given(st.data())
def test_random_bills_explode_as_a_walk_over_every_path_does(data):
    count = data.draw(st.integers(2, 7))
    keys = [chr(65 + place) for place in range(count)]
    edges: dict[tuple[str, str], tuple[int, int]] = {}
    for place, parent in enumerate(keys):
        for component in keys[place + 1 :]:
            if data.draw(st.booleans()):
                edges[parent, component] = (
                    data.draw(st.integers(1, 3)),
                    data.draw(st.sampled_from([0, 0, 4])),
                )
    phantoms = {key for key in keys[1:] if data.draw(st.booleans())}
    lines = [
        BomLine(
            parent=parent,
            component=component,
            per=Decimal(0 if box else per),
            rule=Boxes(box) if box else None,
            phantom=component in phantoms and any(parent == component for parent, _c in edges),
        )
        for (parent, component), (per, box) in edges.items()
    ]
    dissolved = {line.component for line in lines if line.phantom}
    quantity = data.draw(st.integers(1, 20))

    def walk(key: str, amount: Fraction, into: dict[str, Fraction]) -> None:
        for (parent, component), (per, box) in edges.items():
            if parent == key:
                taken = Boxes(box).needed(amount) if box else amount * per
                if component not in dissolved:
                    into[component] = into.get(component, Fraction(0)) + taken
                walk(component, taken, into)

    expected: dict[str, Fraction] = {}
    walk("A", Fraction(quantity), expected)
    found = needs([make(key) for key in keys], lines, [quantity])
    assert {item: sum(amounts) for item, amounts in found.items()} == expected
