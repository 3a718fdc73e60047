from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest

from costing.models import CostVersion
from costing.snapshot import take
from planning.snapshot.recipes import Recipes
from strategies.engine.settings import Why
from strategies.models import Item
from strategies.selectors.settings import column, explained, in_force, settings_at
from tests.factories import make_item, make_policy, make_site

pytestmark = pytest.mark.django_db
RED, BLUE = {"colour": "red"}, {"colour": "blue"}


@pytest.fixture
def bikes():
    """A bicycle, a red and a blue variant of it, and rows that each of them finds its own way through."""
    one, two = make_site("ONE"), make_site("TWO")
    bike = make_item("BIKE")
    red = make_item("BIKE-RED", variant_of=bike, attributes=RED)
    blue = make_item("BIKE-BLUE", variant_of=bike, attributes=BLUE)
    make_policy(bike, lead_time_days=5)
    make_policy(bike, rank=10, variant=RED, lead_time_days=2)
    make_policy(bike, site=two, lead_time_days=8)
    make_policy(blue, site=two, lead_time_days=1, stopped=True)
    return one, two, bike, red, blue


def days(site, items):
    found = settings_at(site)
    return [found[item.pk].lead_time_days if item.pk in found else None for item in items]


def test_all_items_of_a_site_are_settled_in_two_queries(bikes, django_assert_num_queries):
    one, two, *items = bikes
    with django_assert_num_queries(2):
        assert days(one, items) == [5, 2, 5]
    assert days(two, items) == [8, 8, 1]
    assert days(None, items) == [5, 2, 5]


def test_one_row_for_an_item_and_a_site_works_as_ever():
    site, other = make_site(), make_site()
    item = make_item()
    make_policy(item, supply="buy", lead_time_days=3)
    make_policy(item, site=site, supply="make", lead_time_days=4)
    assert (in_force(item, site).supply, in_force(item, other).supply) == ("make", "buy")
    assert in_force(make_item(), site) is None


def test_narrowed_to_a_variant_it_still_finds_the_rows_of_its_model(bikes):
    one, _two, _bike, red, _blue = bikes
    assert set(settings_at(one, [red.pk])) == {red.pk}
    assert in_force(red, one).lead_time_days == 2


def test_an_items_page_is_told_which_row_won_and_why_the_others_did_not(bikes):
    _one, two, bike, _red, blue = bikes
    told = [(one.rule.kept.item.number, one.rule.kept.rank, one.why) for one in explained(blue, two)]
    assert told == [
        ("BIKE-BLUE", 0, Why.WINS), ("BIKE", 0, Why.INHERITED), ("BIKE", 10, Why.ATTRIBUTES), ("BIKE", 0, Why.GENERAL)
    ]  # fmt: skip
    assert explained(bike, two)[0].rule.kept.lead_time_days == 8


def test_lists_reckon_in_sql_what_plans_reckon_in_memory():
    chance = random.Random(7)
    sites = [make_site(), make_site()]
    looks = [{}, RED, BLUE, {**RED, "size": "62"}]
    models = [make_item(attributes=chance.choice(looks)) for _ in range(6)]
    variants = [
        make_item(variant_of=chance.choice(models), attributes=chance.choice(looks)) for _ in range(12)
    ]
    for item in models + variants:
        for place in {chance.choice([None, *sites]) for _ in range(3)}:
            for rank in sorted(chance.sample(range(1, 9), 2)):
                make_policy(
                    item,
                    site=place,
                    rank=rank,
                    variant=chance.choice(looks),
                    lead_time_days=chance.randrange(1000),
                )
    for site in sites:
        known = settings_at(site)
        listed = Item.objects.annotate(days=column("lead_time_days", site))
        for item, found in listed.values_list("pk", "days"):
            assert found == (known[item].lead_time_days if item in known else None)


def test_recipes_and_costs_take_the_row_in_force(bikes):
    one, two, _bike, red, blue = bikes
    recipes = Recipes(two, [red.pk, blue.pk])
    assert (recipes.policy(red.pk).lead_time_days, recipes.policy(blue.pk).lead_time_days) == (8, 1)
    assert Recipes(one, [red.pk]).policy(red.pk).lead_time_days == 2


def test_the_costing_lot_of_a_variant_is_that_of_its_attributes(bikes):
    one, _two, bike, red, _blue = bikes
    bike.policies.filter(rank=0, site=None).update(minimum_quantity=Decimal(7))
    bike.policies.filter(rank=10).update(minimum_quantity=Decimal(3))
    version = CostVersion.objects.create(code="STD", name="Standard", site=one, valid_from=date(2026, 1, 1))
    lots = {part.item: part.lot for part in take(version).parts}
    assert (lots[bike.pk], lots[red.pk]) == (Decimal(7), Decimal(3))
