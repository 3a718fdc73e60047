"""The rule of what comes before what says the same of one operation in a query and of many orders at once."""

from __future__ import annotations

import random

import pytest
from django.contrib.postgres.expressions import ArraySubquery

from planning.models import Operation, OperationLink
from planning.sequence import all_before, directly_before
from tests.factories import make_item, make_order, make_site

pytestmark = pytest.mark.django_db


def random_order(chance, site):
    """Up to seven operations with links at will, none at times, and some of them cancelled."""
    order = make_order(make_item(), 10, site=site, operations=({},) * chance.randrange(1, 8))
    OperationLink.objects.filter(before__order=order).delete()
    steps = list(Operation.objects.filter(order=order).order_by("number"))
    share = chance.choice([0, 0.2, 0.6])
    OperationLink.objects.bulk_create(
        OperationLink(before=one, after=other)
        for place, one in enumerate(steps)
        for other in steps[place + 1 :]
        if chance.random() < share
    )
    lost = [step.pk for step in steps if chance.random() < 0.2]
    Operation.objects.filter(pk__in=lost).update(state="cancelled")
    return order


@pytest.mark.parametrize("seed", range(10))
def test_many_orders_at_once_follow_the_rule_of_the_query(seed):
    chance, site = random.Random(seed), make_site()
    orders = [random_order(chance, site) for _ in range(8)]
    found = all_before([order.pk for order in orders[:6]])
    asked = Operation.objects.filter(order__in=orders[:6]).exclude(state="cancelled")
    assert set(found) == set(asked.values_list("pk", flat=True))
    rows = asked.annotate(before=ArraySubquery(directly_before().order_by("number").values("pk")))
    assert found == {key: tuple(before) for key, before in rows.values_list("pk", "before")}


def test_any_number_of_orders_takes_two_queries(django_assert_num_queries):
    site = make_site()
    orders = [make_order(make_item(), 10, site=site, operations=({},) * 3).pk for _ in range(5)]
    with django_assert_num_queries(2):
        assert sum(len(each) for each in all_before(orders).values()) == 10
