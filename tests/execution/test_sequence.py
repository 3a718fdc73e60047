"""What the floor shows as coming before an operation is what its services count with."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal as D

import pytest

from execution import selectors
from execution.services.job import lock_job
from planning.models import Operation, OperationLink
from tests.factories import make_item, make_order, make_site

pytestmark = pytest.mark.django_db

CASES: dict[str, tuple[Sequence[tuple[int, int]], Sequence[int], dict[int, list[int]]]] = {
    "a chain": ([(10, 20), (20, 30), (30, 40)], (), {10: [], 20: [10], 30: [20], 40: [30]}),
    "no links at all": ([], (), {10: [], 20: [10], 30: [20], 40: [30]}),
    "no links, one cancelled": ([], (20,), {10: [], 30: [10], 40: [30]}),
    "branches that join": ([(10, 40), (20, 40), (30, 40)], (), {10: [], 20: [], 30: [], 40: [10, 20, 30]}),
    "several ends": ([(10, 20), (10, 30)], (), {10: [], 20: [10], 30: [10], 40: [20, 30]}),
    "the only way on is cancelled": ([(10, 20), (10, 30), (30, 40)], (20,), {10: [], 30: [10], 40: [30]}),
    "an end before a cancelled one": (
        [(10, 20), (20, 30), (10, 40)],
        (30,),
        {10: [], 20: [10], 40: [10, 20]},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_lists_and_services_agree_on_what_comes_before(name):
    links, cancelled, expected = CASES[name]
    order = make_order(make_item(), 100, site=make_site(), operations=({},) * 4)
    make_order(make_item(), 5, site=order.site, operations=({},) * 4)
    OperationLink.objects.filter(before__order=order).delete()
    known = {row.number: row for row in Operation.objects.filter(order=order)}
    OperationLink.objects.bulk_create(
        OperationLink(before=known[one], after=known[other]) for one, other in links
    )
    for place, number in enumerate(known):
        state = "cancelled" if number in cancelled else "released"
        Operation.objects.filter(pk=known[number].pk).update(state=state, good_quantity=D(40 - place))

    job = lock_job(order.pk)
    assert {each.number: [one.number for one in job.before[each.pk]] for each in job.operations} == expected

    shown = {row.number: row for row in selectors.operations().filter(order=order)}
    for number, before in expected.items():
        made = min((D(41) - D(one) / 10 for one in before), default=None)
        assert shown[number].ready_from == made, number


def test_an_order_without_links_waits_for_the_pieces_of_the_number_before():
    order = make_order(make_item(), 100, site=make_site(), operations=({}, {}))
    OperationLink.objects.filter(before__order=order).delete()
    second = selectors.operations().get(order=order, number=20)
    assert selectors.readiness(second).words == "Waits for pieces"
