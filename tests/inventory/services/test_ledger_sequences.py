"""Random sequences of allowed and refused steps: the ledger is true after each, and taken back whole it
is empty.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Move, Reservation
from p2p.inventory.services.ledger import MoveLine, post, reverse
from p2p.inventory.services.reservations import Need, reserve, unreserve
from tests.factories import make_item, make_locations, make_site

pytestmark = pytest.mark.django_db

PLACES = ("A", "B", "SUPPLIER", "PRODUCTION")
move = st.tuples(
    st.just("move"), st.integers(0, 1), st.sampled_from(PLACES), st.sampled_from(PLACES), st.integers(1, 9)
)
promise = st.tuples(st.just("reserve"), st.integers(0, 1), st.none(), st.none(), st.integers(1, 9))
undo = st.tuples(
    st.sampled_from(["reverse", "unreserve"]), st.integers(0, 30), st.none(), st.none(), st.none()
)


class Plant:
    """What a sequence acts on, and how each kind of step is done."""

    def __init__(self) -> None:
        self.site = make_site(locations=False)
        self.places = make_locations(self.site, "A", "B")
        self.items = [make_item(), make_item()]

    def take(self, step: tuple[Any, ...]) -> None:
        kind, which, source, target, quantity = step
        if kind == "move":
            post(
                lines=[
                    MoveLine(
                        item=self.items[which],
                        source=self.places[source],
                        target=self.places[target],
                        quantity=Decimal(quantity),
                        kind="transfer",
                    )
                ],
                by=None,
            )
        elif kind == "reserve":
            reserve(needs=[Need(item=self.items[which], quantity=Decimal(quantity), site=self.site)], by=None)
        elif kind == "unreserve":
            unreserve(reservations=Reservation.objects.order_by("pk")[which : which + 1], by=None)
        else:
            open_moves = Move.objects.filter(reverses=None, reversed_by=None).order_by("pk")
            reverse(moves=open_moves[which : which + 1], by=None)

    def take_everything_back(self) -> None:
        unreserve(reservations=Reservation.objects.all(), by=None)
        for row in Move.objects.filter(reverses=None, reversed_by=None).order_by("-pk"):
            reverse(moves=[row], by=None)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(move, move, promise, undo), max_size=15))
def test_no_sequence_breaks_the_ledger_and_undoing_all_returns_it_to_zero(db: Any, steps: list[Any]) -> None:
    with transaction.atomic():
        plant = Plant()
        for step in steps:
            try:
                with transaction.atomic():
                    plant.take(step)
            except Refused:
                continue
        assert problems() == []
        plant.take_everything_back()
        assert problems() == []
        assert not Balance.objects.exclude(quantity=0, reserved=0).exists()
        transaction.set_rollback(True)
