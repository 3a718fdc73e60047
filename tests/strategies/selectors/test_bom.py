from __future__ import annotations

import random
import string
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from p2p.core.refusal import Refused
from strategies.models import BomLine, BomVersion, Item
from strategies.selectors import bom as bills
from strategies.selectors import bom_up, designing
from strategies.selectors.bills import needs_of
from strategies.selectors.bom_tree import bills_below
from tests.factories import (
    make_bom,
    make_conversion,
    make_item,
    make_policy,
    make_route,
    make_site,
    make_unit,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


def amounts(rows) -> dict[str, Decimal]:
    return {row.item.number: row.quantity for row in rows}


def test_sums_of_a_component_on_several_levels_are_one_line():
    bike, wheel, spoke, frame = (make_item(number) for number in ("BIKE", "WHEEL", "SPOKE", "FRAME"))
    make_bom(bike, {wheel: 2, frame: 1, spoke: 4})
    make_bom(wheel, {spoke: 32})
    assert amounts(bills.explode(bike, quantity=Decimal(10), day=DAY)) == {
        "WHEEL": 20,
        "FRAME": 10,
        "SPOKE": 680,
    }
    assert amounts(bills.where_used(spoke, day=DAY)) == {"WHEEL": 32, "BIKE": 68}
    levels = {
        row.item.number: (row.level, row.direct) for row in bills.explode(bike, quantity=Decimal(1), day=DAY)
    }
    assert levels == {"WHEEL": (1, True), "FRAME": (1, True), "SPOKE": (2, True)}


def test_the_bill_of_the_site_the_day_and_the_quantity_is_taken():
    site, other = make_site("ONE"), make_site("TWO")
    bike, steel, carbon, wood = (make_item(number) for number in ("BIKE", "STEEL", "CARBON", "WOOD"))
    make_bom(bike, {steel: 1}, version=1)
    make_bom(bike, {carbon: 1}, version=1, site=site)
    make_bom(bike, {wood: 1}, version=2, from_quantity=100)
    assert amounts(bills.explode(bike, quantity=Decimal(1), day=DAY, site=site)) == {"CARBON": 1}
    assert amounts(bills.explode(bike, quantity=Decimal(1), day=DAY, site=other)) == {"STEEL": 1}
    assert amounts(bills.explode(bike, quantity=Decimal(100), day=DAY, site=other)) == {"WOOD": 100}


def test_lines_hold_on_their_days_and_only_active_versions_count():
    bike, old, new, draft = (make_item(number) for number in ("BIKE", "OLD", "NEW", "DRAFT"))
    make_bom(
        bike,
        {
            old: {"quantity": 1, "valid_to": date(2026, 6, 1)},
            new: {"quantity": 1, "valid_from": date(2026, 6, 2)},
        },
    )
    make_bom(bike, {draft: 1}, version=2, state="draft")
    assert amounts(bills.explode(bike, quantity=Decimal(1), day=date(2026, 6, 1))) == {"OLD": 1}
    assert amounts(bills.explode(bike, quantity=Decimal(1), day=date(2026, 6, 2))) == {"NEW": 1}


def test_units_batches_yield_and_scrap_count_exactly():
    make_conversion("CAN", "OZ", 32)
    bike, paint = make_item("BIKE"), make_item("PAINT", unit=make_unit("OZ", digits=2))
    make_bom(
        bike,
        {paint: {"quantity": Decimal(3), "unit": make_unit("CAN"), "scrap_fraction": Decimal("0.25")}},
        batch_quantity=Decimal(10),
        yield_fraction=Decimal("0.8"),
    )
    # 3 cans for 10 at a yield of 0.8 and a quarter lost: 3 / 10 / 0.8 / 0.75 = 1/2 can = 16 oz
    assert amounts(bills.explode(bike, quantity=Decimal(1), day=DAY)) == {"PAINT": 16}


def test_a_site_that_adds_scrap_on_top_takes_less():
    site = make_site(scrap_rule="markup")
    bike, wheel = make_item("BIKE"), make_item("WHEEL")
    make_bom(bike, {wheel: {"quantity": 1, "scrap_fraction": Decimal("0.2")}})
    assert amounts(bills.explode(bike, quantity=Decimal(10), day=DAY, site=site)) == {"WHEEL": 12}
    assert amounts(bills.explode(bike, quantity=Decimal(10), day=DAY)) == {"WHEEL": Decimal("12.5")}


def test_what_is_needed_once_per_order_does_not_grow_with_the_quantity():
    bike, label, ink = make_item("BIKE"), make_item("LABEL"), make_item("INK")
    make_bom(bike, {label: {"quantity": 5, "consumption": "constant"}})
    make_bom(label, {ink: 2})
    assert amounts(bills.explode(bike, quantity=Decimal(1000), day=DAY)) == {"LABEL": 5, "INK": 10}


def test_a_missing_conversion_is_refused_by_name():
    bike, paint = make_item("BIKE"), make_item("PAINT", unit=make_unit("OZ"))
    make_bom(bike, {paint: {"quantity": 1, "unit": make_unit("CAN")}})
    with pytest.raises(Refused, match="PAINT is counted in OZ, and nothing says how many OZ one CAN is"):
        bills.explode(bike, quantity=Decimal(1), day=DAY)


def test_one_level_says_what_one_piece_and_what_the_root_takes():
    bike, wheel, spoke = make_item("BIKE"), make_item("WHEEL"), make_item("SPOKE")
    make_bom(bike, {wheel: 2})
    make_bom(wheel, {spoke: 32})
    found = bills.bill_of(wheel, day=DAY)
    assert found is not None
    [branch] = bills.children(found, day=DAY, factor=Fraction(2))
    assert (branch.per_parent, branch.per_root, branch.has_bill) == (32, 64, False)
    top = bills.bill_of(bike, day=DAY)
    assert top is not None
    assert bills.children(top, day=DAY)[0].has_bill
    assert bills.bill_of(spoke, day=DAY) is None


def _nested(size: int) -> list:
    """A takes one of each of B..Z, B of each of C..Z and so on: 2^24 paths from A to Z."""
    items = [make_item(letter) for letter in string.ascii_uppercase[:size]]
    versions = BomVersion.objects.bulk_create(BomVersion(item=item, state="active") for item in items[:-1])
    BomLine.objects.bulk_create(
        BomLine(bom=version, position=10 * below, component=items[below], quantity=1, unit=items[0].unit)
        for above, version in enumerate(versions)
        for below in range(above + 1, size)
    )
    return items


def test_the_fully_nested_bill_of_26_items_is_counted_without_walking_its_paths(django_assert_num_queries):
    items = _nested(26)
    assert BomLine.objects.count() == 325
    with django_assert_num_queries(3):
        found = amounts(bills.explode(items[0], quantity=Decimal(1), day=DAY))
    assert found["Z"] == 2**24
    assert sum(found.values()) == 2**25 - 1
    with django_assert_num_queries(3):
        used = amounts(bills.where_used(items[-1], day=DAY))
    assert used["A"] == 2**24


@pytest.mark.parametrize("seed", range(6))
def test_an_explosion_is_the_sum_over_all_paths(seed):
    chance = random.Random(seed)
    items = [make_item(f"I{place}") for place in range(9)]
    taken = {
        place: {down: chance.randrange(1, 5) for down in range(place + 1, 9) if chance.random() < 0.5}
        for place in range(9)
    }
    for place, lines in taken.items():
        if lines:
            make_bom(items[place], {items[down]: per for down, per in lines.items()})

    def walk(place: int, quantity: int, sums: dict[str, int]) -> dict[str, int]:
        for down, per in taken[place].items():
            sums[f"I{down}"] = sums.get(f"I{down}", 0) + quantity * per
            walk(down, quantity * per, sums)
        return sums

    for place, item in enumerate(items):
        assert amounts(bills.explode(item, quantity=Decimal(1), day=DAY)) == walk(place, 1, {})
    used = {top.item.number: top.quantity for top in bills.where_used(items[-1], day=DAY)}
    paths = {f"I{place}": walk(place, 1, {}).get("I8") for place in range(8)}
    assert used == {top: amount for top, amount in paths.items() if amount}


def test_one_level_takes_three_queries_however_long_it_is(django_assert_num_queries):
    items = _nested(10)
    found = bills.bill_of(items[0], day=DAY)
    assert found is not None
    with django_assert_num_queries(3):
        assert len(bills.children(found, day=DAY)) == 9


def test_each_item_is_made_by_the_version_for_all_that_is_needed_of_it():
    top, left, right, part, steel, plastic = (
        make_item(number) for number in ("TOP", "L", "R", "P", "ST", "PL")
    )
    make_bom(top, {left: 1, right: 1})
    make_bom(left, {part: 300})
    make_bom(right, {part: 200})
    make_bom(part, {steel: 1})
    make_bom(part, {plastic: 1}, version=2, from_quantity=1000)
    make_bom(top, {steel: 9}, version=2, from_quantity=1000)
    assert amounts(bills.explode(top, quantity=Decimal(2), day=DAY)) == {
        "L": 2,
        "R": 2,
        "P": 1000,
        "PL": 1000,
    }
    assert amounts(bills.explode(top, quantity=Decimal(1), day=DAY)) == {"L": 1, "R": 1, "P": 500, "ST": 500}


def test_where_an_item_goes_is_said_by_the_versions_for_all_that_one_piece_of_each_parent_needs():
    top, part, steel, plastic = (make_item(number) for number in ("TOP", "P", "ST", "PL"))
    make_bom(top, {part: 60})
    make_bom(part, {steel: 1})
    make_bom(part, {plastic: 2}, version=2, from_quantity=50)
    assert amounts(bills.where_used(plastic, day=DAY)) == {"TOP": 120}
    assert amounts(bills.where_used(steel, day=DAY)) == {"P": 1}
    [row] = bills.where_used(plastic, day=DAY)
    assert (row.direct, row.top, row.level) == (False, True, 2)


def test_an_opened_row_shows_the_version_for_all_that_a_batch_of_the_top_needs():
    top, left, part, steel, plastic = (make_item(number) for number in ("TOP", "L", "P", "ST", "PL"))
    bom = make_bom(top, {left: 1, part: 30}, batch_quantity=2)
    make_bom(left, {part: 20})
    few = make_bom(part, {steel: 1})
    many = make_bom(part, {plastic: 1}, version=2, from_quantity=50)
    assert amounts(bills.explode_version(bom, day=DAY))["PL"] == 50
    assert bills.opened_bill(part, top=bom.pk, day=DAY) == many
    assert bills.opened_bill(part, top=0, day=DAY) == bills.opened_bill(part, top=many.pk, day=DAY) == few
    make_bom(steel, {top: 1})
    make_bom(plastic, {top: 1})
    assert bills.opened_bill(part, top=bom.pk, day=DAY) == few  # a circle is said elsewhere


def _random_bills(chance: random.Random) -> list[Item]:
    """Fifteen items with bills that take by quantity, in steps, rounded, once per order, with scrap, and phantoms."""
    items = [make_item(f"R{place:02}") for place in range(15)]
    for place, item in enumerate(items[:-3]):
        if chance.random() < 0.4:
            make_route(item, [{"scrap_fraction": Decimal(chance.choice(["0", "0.2"])), "scrap_quantity": 1}])
        for version in range(1, chance.choice([2, 2, 3])):
            below = chance.sample(items[place + 1 :], min(3, 14 - place))
            make_bom(
                item,
                {each: _random_line(chance) for each in below},
                version=version,
                from_quantity=Decimal(10 * (version - 1)),
                batch_quantity=chance.choice([1, 1, 4]),
                yield_fraction=chance.choice([Decimal(1), Decimal("0.8")]),
            )
    for line in BomLine.objects.filter(kind="phantom").order_by("pk"):
        versions = list(BomVersion.objects.filter(item=line.component_id).order_by("pk"))
        if versions and chance.random() < 0.5:
            BomLine.objects.filter(pk=line.pk).update(component_bom=chance.choice(versions))
    return items


def _random_line(chance: random.Random) -> dict:
    line = {"quantity": Decimal(chance.randrange(1, 5)), "kind": chance.choice(["item", "item", "phantom"])}
    kinds = [
        {}, {}, {}, {"consumption": "constant"}, {"rounding": "consumption", "rounding_multiple": Decimal(5)},
        {"scrap_fraction": Decimal("0.1"), "scrap_quantity": Decimal(1)}, {"operation_number": 10},
    ]  # fmt: skip
    return line | chance.choice(kinds)


@pytest.mark.parametrize("seed", range(15))
def test_where_an_item_goes_agrees_with_the_sums_of_every_parent(seed):
    items = _random_bills(random.Random(seed))
    sums = {top.number: amounts(bills.explode(top, quantity=Decimal(1), day=DAY)) for top in items}
    named = set(BomLine.objects.exclude(component_bom=None).values_list("component__number", flat=True))
    for item in items[::3]:
        used = amounts(bills.where_used(item, day=DAY))
        wanted = {top: below[item.number] for top, below in sums.items() if item.number in below}
        # A phantom that takes it by a version that a line names is there, too, whatever its own version takes.
        assert {top: used[top] for top in used if top in wanted} == wanted
        assert used.keys() - wanted.keys() <= named


def test_an_item_taken_as_it_is_and_by_the_same_version_named_is_opened_whole_both_times():
    bike, kit, bolt, nut = (make_item(number) for number in ("BIKE", "KIT", "BOLT", "NUT"))
    version = make_bom(kit, {bolt: 1, nut: 2})
    other = make_item("OTHER")
    make_bom(other, {kit: 1})
    make_bom(bike, {kit: {"quantity": 3, "kind": "phantom", "component_bom": version}, other: 1})
    assert amounts(bills.explode(bike, quantity=Decimal(1), day=DAY)) == {
        "KIT": 4, "OTHER": 1, "BOLT": 4, "NUT": 8
    }  # fmt: skip


def test_parents_beyond_all_patience_are_taken_to_grow_evenly(monkeypatch):
    top, part, glue = (make_item(number) for number in ("TOP", "P", "GLUE"))
    make_bom(top, {part: 3})
    make_bom(part, {glue: {"quantity": 2, "scrap_quantity": 5}})
    assert amounts(bills.where_used(glue, day=DAY)) == {"P": 7, "TOP": 11}
    monkeypatch.setattr(bom_up, "PATIENCE", 0)
    assert amounts(bills.where_used(glue, day=DAY)) == {"P": 2, "TOP": 6}


def test_what_a_vendor_supplies_is_in_no_figure():
    bike, paint, frame = make_item("BIKE"), make_item("PAINT"), make_item("FRAME")
    bom = make_bom(bike, {paint: {"quantity": 1, "kind": "vendor", "operation_number": 10}, frame: 1})
    make_bom(paint, {make_item("PIGMENT"): 1})
    assert amounts(bills.explode(bike, quantity=Decimal(10), day=DAY)) == {"FRAME": 10}
    assert amounts(bills.explode_version(bom, day=DAY)) == {"FRAME": 1}
    assert not bills.where_used(paint, day=DAY)
    assert [branch.per_root for branch in bills.children(bom, day=DAY)] == [0, 1]
    figures = designing.figures(bom, bom.lines.select_related("component__unit", "unit"), day=DAY, site=None)
    assert sorted(figures.need.values()) == [0, 1]
    assert figures.unpriced == 1


def test_a_phantom_is_opened_by_the_version_its_line_names():
    bike, kit, bolt, nut = (make_item(number) for number in ("BIKE", "KIT", "BOLT", "NUT"))
    make_bom(kit, {bolt: 1})
    named = make_bom(kit, {nut: 1}, version=2, state="approved")
    top = make_bom(bike, {kit: {"quantity": 3, "kind": "phantom", "component_bom": named}})
    other = make_item("OTHER")
    make_bom(other, {bike: 1, kit: 1})
    assert amounts(bills.explode(bike, quantity=Decimal(1), day=DAY)) == {"KIT": 3, "NUT": 3}
    assert amounts(bills.explode(other, quantity=Decimal(1), day=DAY)) == {
        "BIKE": 1,
        "KIT": 4,
        "NUT": 3,
        "BOLT": 1,
    }
    assert amounts(bills.where_used(nut, day=DAY)) == {"KIT": 1, "BIKE": 3, "OTHER": 3}
    assert amounts(bills.where_used(bolt, day=DAY)) == {"KIT": 1, "OTHER": 1}
    assert amounts(bills.where_used(kit, day=DAY)) == {"BIKE": 3, "OTHER": 4}
    tree = bills_below(top, day=DAY, site=None)
    assert [line.component.number for line, _per in tree[bills.node_of(top.lines.get())]] == ["NUT"]


def test_what_the_route_loses_is_in_all_figures_by_the_route_that_counts():
    bike, wheel, spoke = make_item("BIKE"), make_item("WHEEL"), make_item("SPOKE")
    lossy = [{"scrap_fraction": Decimal("0.2")}, {"scrap_fraction": Decimal("0.5"), "scrap_quantity": 1}]
    make_route(wheel, lossy)
    make_route(wheel, [{}, {}], version=2, state="approved")
    wheels = make_bom(wheel, {spoke: {"quantity": 32, "operation_number": 10}})
    make_bom(bike, {wheel: 2})
    # 2 wheels: the second operation starts with 2 / 0.5 + 1 = 5, the first with 5 / 0.8 = 6.25.
    assert amounts(bills.explode(bike, quantity=Decimal(1), day=DAY)) == {"WHEEL": 2, "SPOKE": 200}
    # One wheel: the second operation starts with 1 / 0.5 + 1 = 3, the first with 3 / 0.8 = 3.75.
    assert amounts(bills.where_used(spoke, day=DAY)) == {"WHEEL": 120, "BIKE": 200}
    # One wheel of a batch of one: (1 / 0.5 + 1) / 0.8 = 3.75.
    assert bills.children(wheels, day=DAY)[0].per_parent == 120
    figures = designing.figures(
        wheels, wheels.lines.select_related("component__unit", "unit"), day=DAY, site=None
    )
    assert list(figures.need.values()) == [120]
    planned = {need.line.component.number: need.quantity for need in needs_of(wheels, Decimal(2), day=DAY)}
    assert planned == {"SPOKE": 200}


def test_delays_of_the_designer_go_by_the_order_settings_in_force():
    site = make_site()
    bike, model = make_item("BIKE"), make_item("FRAME")
    red = make_item("RED", variant_of=model, attributes={"colour": "red"})
    make_policy(model, site=site, lead_time_days=7)
    bom = make_bom(bike, {red: 1})
    figures = designing.figures(bom, bom.lines.select_related("component__unit", "unit"), day=DAY, site=site)
    assert figures.times.own[red.pk] == 7
