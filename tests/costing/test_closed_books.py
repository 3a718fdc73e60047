"""Nothing is moved by hand as of a day before the books were closed; what production reports late still counts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from costing.models import Period
from p2p.core.refusal import Refused
from p2p.inventory.models import Move
from p2p.inventory.services.ledger import MoveLine, post, post_within
from tests.factories import make_item, make_locations, make_site

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("at", "day"),
    [(datetime(2012, 3, 10, tzinfo=UTC), "9 Mar 2012"), (datetime(2011, 7, 1, 12, tzinfo=UTC), "1 Jul 2011")],
)
def test_a_move_before_the_books_were_closed_is_refused(at: datetime, day: str) -> None:
    site = make_site("MAIN", locations=False, time_zone="America/Los_Angeles")
    places = make_locations(site)
    Period.objects.create(
        site=site, name="2012-03", first_day=date(2012, 3, 1), last_day=date(2012, 3, 31), state="closed"
    )
    item = make_item("BOLT")
    into = {"source": places["SUPPLIER"], "target": places["STORE"], "kind": "receipt"}
    line = MoveLine(item=item, quantity=Decimal(1), effective_at=at, **into)  # type: ignore[arg-type]
    with pytest.raises(Refused) as no, transaction.atomic():
        post(lines=[line], by=None)
    assert str(no.value) == f"The books of MAIN are closed until 31 Mar 2012: nothing can be dated {day}."
    assert not Move.objects.exists()


def test_days_after_the_closed_ones_and_open_periods_are_fine() -> None:
    site = make_site("MAIN", locations=False)
    places = make_locations(site)
    for month, state in ((3, "closed"), (4, "open")):
        Period.objects.create(
            site=site, name=f"2012-{month}", first_day=date(2012, month, 1), last_day=date(2012, month, 30),
            state=state,
        )  # fmt: skip
    item = make_item("BOLT")
    line = MoveLine(
        item=item, source=places["SUPPLIER"], target=places["STORE"], quantity=Decimal(2), kind="receipt",
        effective_at=datetime(2012, 3, 31, 1, tzinfo=UTC),
    )  # fmt: skip
    assert post(lines=[line], by=None)


def test_production_that_is_reported_late_is_booked_with_its_true_time() -> None:
    site = make_site("MAIN", locations=False)
    places = make_locations(site)
    Period.objects.create(
        site=site, name="2012-03", first_day=date(2012, 3, 1), last_day=date(2012, 3, 31), state="closed"
    )
    at = datetime(2012, 3, 10, tzinfo=UTC)
    line = MoveLine(
        item=make_item("BIKE"), source=places["PRODUCTION"], target=places["STORE"], quantity=Decimal(2),
        kind="output", effective_at=at,
    )  # fmt: skip
    with transaction.atomic():
        (move,) = post_within(lines=[line], by=None)
    assert move.effective_at == at
