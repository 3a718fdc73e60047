"""A state machine over several clients, each on a connection of its own and each move committed: whatever they do in
whatever order, nothing is created or lost, and taking everything back returns the stock to zero.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from queue import Queue
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import (
    Balance,
    HandlingUnit,
    Hold,
    Lot,
    Move,
    Reservation,
    SoftReservation,
)
from p2p.inventory.services import claims, holds, ledger, reservations
from p2p.inventory.services.allocation import allocate
from p2p.inventory.services.needs import Need
from strategies.models import Item, Location
from tests.factories import make_item, make_locations, make_lot, make_site

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

CLIENTS = 3
who = st.integers(0, CLIENTS - 1)
which = st.integers(0, 1)
few = st.integers(1, 9)
inside = st.sampled_from(["A", "B"])


class Client:
    """A thread with a connection of its own that does one thing after the other."""

    def __init__(self) -> None:
        self.wishes: Queue[Callable[[], Any] | None] = Queue()
        self.answers: Queue[Any] = Queue()
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def _work(self) -> None:
        try:
            for wish in iter(self.wishes.get, None):
                try:
                    with transaction.atomic():
                        answer = wish()
                except Exception as error:
                    answer = error
                self.answers.put(answer)
        finally:
            connection.close()

    def end(self) -> None:
        self.wishes.put(None)
        self.thread.join(60)


def together(clients: list[Client], wishes: list[Callable[[], Any]]) -> list[Any]:
    """Each client its wish, at the same time; only a refusal is an answer, any other error is a failure."""
    for client, wish in zip(clients, wishes, strict=False):
        client.wishes.put(wish)
    answers = [client.answers.get(timeout=100) for client, _wish in zip(clients, wishes, strict=False)]
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, Refused):
            raise answer
    return answers


class Stock(RuleBasedStateMachine):
    """Two items (one by lot), two places, a box at each; what came in less what went out is what lies there."""

    clients: list[Client]
    site: Any
    places: dict[str, Location]
    items: list[Item]
    lot: Lot
    boxes: dict[str, HandlingUnit]

    def line(self, item: int, source: str, target: str, quantity: int, kind: str, **also: Any) -> Any:
        return ledger.MoveLine(
            item=self.items[item],
            source=self.places[source],
            target=self.places[target],
            quantity=Decimal(quantity),
            kind=kind,
            lot=self.lot if item else None,
            **also,
        )

    def post(self, *lines: Any) -> Callable[[], Any]:
        return lambda: ledger.post(lines=lines, by=None)

    def need(self, item: int, quantity: int, **also: Any) -> Need:
        return Need(item=self.items[item], quantity=Decimal(quantity), site=self.site, **also)

    def each(self, *wishes: Callable[[], Any]) -> list[Any]:
        return together(self.clients, list(wishes))

    @initialize()
    def open_stock(self) -> None:
        self.each(self.post(*(self.line(item, "SUPPLIER", "A", 20, "receipt") for item in (0, 1))))

    @rule(item=which, place=inside, quantity=few)
    def receive(self, item: int, place: str, quantity: int) -> None:
        self.each(self.post(self.line(item, "SUPPLIER", place, quantity, "receipt")))

    @rule(item=which, quantity=few, more=few)
    def two_transfer_the_opposite_way(self, item: int, quantity: int, more: int) -> None:
        there, back = (
            [self.line(one, *ends, count, "transfer") for one, count in ((item, quantity), (1 - item, more))]
            for ends in (("A", "B"), ("B", "A"))
        )
        self.each(self.post(*there), self.post(*reversed(back)))

    @rule(item=which, place=inside, quantity=few, out=st.booleans())
    def pack_or_unpack(self, item: int, place: str, quantity: int, out: bool) -> None:
        units = {"handling_unit": self.boxes[place]} if out else {"into_unit": self.boxes[place]}
        self.each(self.post(self.line(item, place, place, quantity, "transfer", **units)))
        # A box stands at one place: a part of it is nowhere else and still in it.
        other, both = (
            "B" if place == "A" else "A",
            dict.fromkeys(("handling_unit", "into_unit"), self.boxes[place]),
        )
        (answer,) = self.each(self.post(self.line(item, place, other, quantity, "transfer", **both)))
        assert isinstance(answer, Refused)

    @rule(item=which, quantity=few, owner=st.sampled_from(["MO-1", "MO-2", ""]))
    def claim_and_reserve_at_once(self, item: int, quantity: int, owner: str) -> None:
        self.each(
            lambda: claims.claim(needs=[self.need(item, quantity, reference=owner)], by=None),
            lambda: reservations.reserve(needs=[self.need(item, quantity)], partial=True, by=None),
            lambda: reservations.reserve(
                needs=[self.need(1 - item, quantity, reference="MO-2"), self.need(item, 1)], by=None
            ),
        )

    @rule(item=which, quantity=few)
    def allocate_while_others_claim(self, item: int, quantity: int) -> None:
        self.each(
            lambda: allocate(claims=SoftReservation.objects.all(), by=None),
            lambda: claims.claim(needs=[self.need(item, quantity)], partial=True, by=None),
            lambda: allocate(claims=SoftReservation.objects.filter(item=self.items[item]), by=None),
        )

    @rule()
    def give_back(self) -> None:
        """Two give back the same, and one takes it meanwhile, each in another order: nobody is thrown out."""
        rows = list(Reservation.objects.select_related("item", "location").order_by("pk")[:2])
        self.each(
            lambda: reservations.unreserve(reservations=rows[::-1], by=None),
            lambda: reservations.consume(reservations=rows),
            lambda: reservations.unreserve(reservations=rows, by=None),
        )
        self.each(
            lambda: reservations.give_back(reservations=Reservation.objects.order_by("pk")[:1], by=None),
            lambda: claims.release(claims=SoftReservation.objects.order_by("pk")[:1], by=None),
        )

    @rule(item=which, blocks=st.sampled_from(["use", "delivery", "touch"]), place=inside)
    def hold(self, item: int, blocks: str, place: str) -> None:
        of = None if blocks == "touch" else self.items[item]
        self.each(
            lambda: holds.hold(item=of, location=self.places[place], kind="quality", blocks=blocks, by=None),
            self.post(self.line(item, place, "CUSTOMER", 1, "delivery")),
        )

    @rule()
    def unhold(self) -> None:
        self.each(lambda: holds.unhold(holds=list(Hold.objects.filter(released_at=None)[:1]), by=None))

    @rule(item=which, place=inside, quantity=few)
    def consume(self, item: int, place: str, quantity: int) -> None:
        """One takes what it reserved, the other whatever is free; what went in comes out as the other item."""

        def reserved() -> None:
            rows = list(Reservation.objects.select_related("location", "lot").filter(handling_unit=None)[:1])
            reservations.consume(reservations=rows)
            for row in rows:
                number = self.items.index(row.item)
                ledger.post(
                    lines=[self.line(number, row.location.code, "PRODUCTION", int(row.quantity), "issue")],
                    by=None,
                )

        def made() -> None:
            issue, output = ledger.post(
                lines=[
                    self.line(item, place, "PRODUCTION", quantity, "issue"),
                    self.line(1 - item, "PRODUCTION", place, quantity, "output"),
                ],
                by=None,
            )
            ledger.consumed(edges=[ledger.Edge(issue, output, Decimal(quantity))])

        self.each(reserved, made)

    @rule(number=st.integers(0, 20))
    def two_reverse_the_same(self, number: int) -> None:
        chosen = list(
            Move.objects.filter(reverses=None, reversed_by=None).order_by("pk")[number : number + 1]
        )
        before = Move.objects.exclude(reverses=None).count()
        self.each(*[lambda: ledger.reverse(moves=chosen, by=None)] * 2)
        assert Move.objects.exclude(reverses=None).count() - before <= len(chosen)

    @invariant()
    def the_ledger_is_true(self) -> None:
        assert problems() == []

    @invariant()
    def nothing_is_created_or_lost(self) -> None:
        for item in self.items:
            moves = Move.objects.filter(item=item)
            came = sum_of(moves.filter(source__kind__in=Location.OUTSIDE))
            went = sum_of(moves.filter(target__kind__in=Location.OUTSIDE))
            assert sum_of(Balance.objects.filter(item=item)) == came - went

    @invariant()
    def reservations_never_exceed_stock(self) -> None:
        assert not Balance.objects.exclude(reserved=0).filter(reserved__gt=F("quantity")).exists()

    def take_everything_back(self) -> None:
        """In one posting: what was taken back out of turn leaves no order in which each step alone is possible."""

        def undo() -> None:
            holds.unhold(holds=list(Hold.objects.filter(released_at=None)), by=None)
            reservations.unreserve(reservations=Reservation.objects.all(), by=None)
            claims.release(claims=SoftReservation.objects.all(), by=None)
            standing = Move.objects.filter(reverses=None, reversed_by=None).order_by("-pk")
            ledger.reverse(moves=standing.select_related("source__site", "target__site"), by=None)

        (answer,) = self.each(undo)
        assert answer is None
        assert not Balance.objects.exclude(quantity=0, reserved=0).exists()
        assert problems() == []


def sum_of(rows: Any) -> Decimal:
    return rows.aggregate(total=Sum("quantity"))["total"] or Decimal(0)


@pytest.fixture
def clients() -> Iterator[list[Client]]:
    made = [Client() for _ in range(CLIENTS)]
    yield made
    for one in made:
        one.end()


TABLES = (
    "inventory_consumed, inventory_reservation, inventory_softreservation, inventory_hold, inventory_balance,"
    " inventory_move"
)


@pytest.mark.parametrize("below_zero", [False, True])
def test_no_sequence_of_several_clients_breaks_the_ledger(
    clients: list[Client], db: Any, below_zero: bool
) -> None:
    site = make_site("MAIN", locations=False, may_go_negative=below_zero)
    places = make_locations(site, "A", "B")
    items = [make_item("BOLT"), make_item("GLUE", tracking="lot")]
    lot = make_lot(items[1], "L1")
    boxes = {
        code: HandlingUnit.objects.create(number=f"BOX-{code}", kind="box", location=places[code])
        for code in ("A", "B")
    }

    seen: set[str] = set()

    class Plant(Stock):
        def __init__(self) -> None:
            super().__init__()
            self.clients, self.site, self.places, self.items = clients, site, places, items
            self.lot, self.boxes = lot, boxes

        def teardown(self) -> None:
            seen.update(Move.objects.values_list("kind", flat=True))
            seen.update(["reserved"] * Reservation.objects.count())
            seen.update(["claimed"] * SoftReservation.objects.count())
            try:
                self.take_everything_back()
            finally:
                with connection.cursor() as cursor:
                    cursor.execute(f"TRUNCATE {TABLES} CASCADE")

    # The sequences do what they are for: otherwise the invariants prove nothing. Chance may want some more of them.
    wanted = {"receipt", "transfer", "issue", "output", "reserved", "claimed"}
    for count in (12, *[4] * 10):
        if not wanted <= seen:
            run_state_machine_as_test(
                Plant,
                settings=settings(
                    max_examples=count,
                    stateful_step_count=14,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
    assert wanted <= seen
