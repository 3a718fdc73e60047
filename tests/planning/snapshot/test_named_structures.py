"""What a plan takes for orders of named versions is what firming takes for them, over random structures."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db.models import Q

from planning.engine.mrp import plan
from planning.models import Demand
from planning.rules import Rules
from planning.snapshot.keys import made_from
from planning.snapshot.material import take
from planning.snapshot.recipes import Recipes
from strategies.models import BomVersion, RouteVersion
from tests.factories import make_site
from tests.planning.snapshot.test_recipes import random_plant

pytestmark = pytest.mark.django_db
D = Decimal
FIRST = date(2026, 3, 2)
LAST = FIRST + timedelta(days=120)


def wanting(chance, site, items):
    """Demand of which most names a bill, a route or both that may be used here."""
    lines = []
    for place, item in enumerate(chance.choices(items[:12], k=12)):
        here = Q(site=site) | Q(site=None)
        boms, routes = (
            list(model.objects.filter(here, item=item, state__in=("active", "approved")).order_by("pk"))
            for model in (BomVersion, RouteVersion)
        )
        lines.append(
            Demand(
                number=f"SO-{place}", site=site, item=item, unit=item.unit, quantity=D(chance.choice([3, 70])),
                ordered_on=FIRST, due_on=FIRST + timedelta(days=chance.randrange(60, 100)),
                bom_version=chance.choice([None, *boms]), route_version=chance.choice([None, *routes]),
            )
        )  # fmt: skip
    return Demand.objects.bulk_create(lines)


@pytest.mark.parametrize("seed", range(8))
def test_a_plan_takes_for_named_versions_what_firming_takes(seed):
    chance = random.Random(seed)
    site, other = make_site(), make_site()
    items = random_plant(chance, site, other)
    lines = wanting(chance, site, items)
    rules = Rules(first=FIRST, last=LAST)
    taken = take(site, rules)
    answer = plan(taken.problem)
    assert repr(plan(take(site, rules).problem)) == repr(answer)
    recipes = Recipes(site, [item.pk for item in items])
    needs = defaultdict(lambda: defaultdict(Decimal))
    for need in answer.needs:
        if need.need_kind == "order":
            needs[need.need][made_from(need.item)[0]] += need.quantity
    without_bill = {(each.item, each.facts["component"]) for each in taken.holes.said(answer.orders)}
    named = 0
    for order in answer.orders:
        item, bom, route = taken.made_from(order)
        takes = recipes.unfolded(bom, route, order.start, order.quantity, standing=True)
        parts, lacking = takes.parts, {(item, phantom.number) for phantom, _line in takes.lacking}
        assert lacking <= without_bill
        exact, rows = defaultdict(Fraction), defaultdict(int)
        for part in parts:
            if part.line.kind == "item":  # a phantom without a bill in force is nothing to a plan
                exact[part.item.pk] += part.needed(Fraction(order.quantity))
                rows[part.item.pk] += 1
        assert needs[order.number].keys() == {key for key, quantity in exact.items() if quantity}
        for key, quantity in exact.items():
            assert quantity <= needs[order.number][key] < quantity + rows[key]
        named += isinstance(order.item, str)
    assert named
    served = defaultdict(Decimal)
    for peg in answer.pegs:
        served[peg.need_kind, peg.need] += peg.quantity
    short = {message.subject: message.quantity for message in answer.messages if message.code == "short"}
    for line in lines:
        assert served["demand", f"D{line.pk}"] + short.get(f"D{line.pk}", 0) == line.quantity
