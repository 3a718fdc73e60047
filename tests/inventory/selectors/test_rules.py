from __future__ import annotations

from decimal import Decimal

import pytest

from p2p.inventory.models import CountClass, StockRule
from p2p.inventory.selectors.rules import rules_for
from strategies.models import ItemGroup
from tests.factories import make_item, make_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def plant():
    food = ItemGroup.objects.create(code="FOOD", name="Food")
    dairy = ItemGroup.objects.create(code="DAIRY", name="Dairy", parent=food)
    return make_site("BOT"), make_site("SEA"), food, dairy, make_item("MILK", group=dairy, tracking="lot")


def test_without_rules_the_house_decides_and_perishables_leave_by_their_day(plant):
    site, _other, _food, _dairy, milk = plant
    cheese = make_item("CHEESE", shelf_life_days=30)
    rules = rules_for([(milk, site), (cheese, site)])
    assert rules[milk.pk, site.pk].picking == "fifo"
    assert rules[cheese.pk, site.pk].picking == "fefo"
    assert (rules[milk.pk, site.pk].over_receipt_fraction, rules[milk.pk, site.pk].count_class) == (0, None)


def test_the_most_specific_rule_wins_step_by_step(plant):
    site, other, food, dairy, milk = plant
    steps = [
        {},
        {"site": site},
        {"group": food},
        {"group": food, "site": site},
        {"group": dairy},
        {"group": dairy, "site": site},
        {"item": milk},
        {"item": milk, "site": site},
    ]
    for days, names in enumerate(steps):
        StockRule.objects.create(minimum_days=days, **names)
        assert rules_for([(milk, site)])[milk.pk, site.pk].minimum_days == days
    assert rules_for([(milk, other)])[milk.pk, other.pk].minimum_days == 6
    StockRule.objects.filter(item=milk).delete()
    assert rules_for([(milk, other)])[milk.pk, other.pk].minimum_days == 4


def test_what_a_rule_leaves_empty_is_said_by_the_next(plant):
    site, _other, _food, dairy, milk = plant
    a = CountClass.objects.create(code="A", name="A")
    StockRule.objects.create(
        picking="lifo", count_class=a, over_receipt_fraction=Decimal("0.1"), same_lot=True
    )
    StockRule.objects.create(group=dairy, lot_pattern="{n}", over_receipt_fraction=0)
    StockRule.objects.create(item=milk, site=site, lot_per="day", same_lot=False)
    rule = rules_for([(milk, site)])[milk.pk, site.pk]
    assert (rule.lot_per, rule.lot_pattern, rule.picking) == ("day", "{n}", "lifo")
    assert (rule.over_receipt_fraction, rule.same_lot, rule.count_class) == (0, False, a.pk)


def test_a_rule_that_says_fifo_outranks_the_shelf_life(plant):
    site, *_rest = plant
    cheese = make_item("CHEESE", shelf_life_days=30)
    StockRule.objects.create(picking="fifo")
    assert rules_for([(cheese, site)])[cheese.pk, site.pk].picking == "fifo"


def test_a_thousand_pairs_cost_two_queries_and_may_be_given_as_keys(plant, django_assert_num_queries):
    site, other, *_rest = plant
    items = [make_item(f"I{number}") for number in range(50)]
    with django_assert_num_queries(2):
        rules = rules_for([(item.pk, place.pk) for item in items for place in (site, other)])
    assert len(rules) == 100
    with django_assert_num_queries(0):
        assert rules_for([]) == {}
