"""What is left of a line that is wanted in another unit than its item is counted in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from planning.measures import Measures
from planning.models import Demand
from planning.rules import Rules
from planning.services.delivered import Ordered
from planning.snapshot.material import take
from strategies.models import UnitConversion
from tests.factories import make_item, make_site, make_unit

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


@pytest.mark.parametrize("strategy", ["mts", "mto"])
def test_of_a_dozen_of_which_one_piece_went_eleven_are_left_for_whoever_asks(strategy):
    """A twelfth of a dozen cannot be written as a decimal; what was delivered is a piece all the same."""
    site, item = make_site("MAIN"), make_item("BOLT", supply="make", policy={"strategy": strategy})
    dozen = make_unit("DOZ")
    UnitConversion.objects.create(source=dozen, target=item.unit, numerator=12, denominator=1)
    line = Demand.objects.create(
        number="SO-1", kind="sales", site=site, item=item, unit=dozen, quantity=1,
        delivered_quantity=D("0.083333333333"), ordered_on=TODAY, due_on=TODAY,
    )  # fmt: skip
    line.refresh_from_db()
    (planned,) = take(site, Rules(first=TODAY, last=TODAY)).problem.demands
    assert Measures([item.pk]).left_of(line) == Ordered([line]).left(line) == planned.quantity == 11
