"""Balances of any moment are the sums of the moves until then, whatever has been added up already."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from p2p.core import clock
from p2p.inventory.checking import problems
from p2p.inventory.models import Move, MoveSum
from p2p.inventory.selectors.card import balance_line, stock_card, whole_card
from p2p.inventory.selectors.past import Scope, balance_at, end_of, then
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.sums import add_up
from strategies.models import Item, Location
from tests.factories import make_item, make_location, make_locations, make_lot, make_site

pytestmark = pytest.mark.django_db
START = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 200


@pytest.fixture
def places() -> dict[str, Location]:
    site = make_site("MAIN", locations=False)
    found = make_locations(site, "A", "B")
    found["A1"] = make_location(site, code="A1", parent=found["A"])
    return found


def history(item: Item, places: dict[str, Location], seed: int, steps: int = 60) -> None:
    """Moves at random times, entered in no order of time; half of them before the sums are made."""
    chance = random.Random(seed)
    lots = [make_lot(item), make_lot(item)]
    for lot in lots:
        for code in ("A", "B", "A1"):
            post(
                lines=[_line(item, lot, places["SUPPLIER"], places[code], 1000, START - timedelta(days=1))],
                by=None,
            )
    for step in range(steps):
        source, target = chance.sample(["A", "B", "A1", "SUPPLIER", "CUSTOMER"], 2)
        if {source, target} == {"SUPPLIER", "CUSTOMER"}:
            continue
        at = START + timedelta(hours=chance.randrange(DAYS * 24))
        post(
            lines=[
                _line(item, chance.choice(lots), places[source], places[target], chance.randrange(1, 9), at)
            ],
            by=None,
        )
        if step in (steps // 3, steps // 2):
            add_up()


def _line(
    item: Item, lot: object, source: Location, target: Location, quantity: int, at: datetime
) -> MoveLine:
    return MoveLine(
        item=item,
        lot=lot,
        source=source,
        target=target,
        quantity=Decimal(quantity),
        kind="transfer",
        effective_at=at,
    )  # type: ignore[arg-type]


def by_hand(item: Item, codes: set[str], at: datetime, lot: object = None) -> Decimal:
    total = Decimal(0)
    for move in Move.objects.filter(item=item, effective_at__lte=at).select_related("source", "target"):
        if lot is None or move.lot == lot:
            total += move.quantity * (move.target.code in codes) - move.quantity * (move.source.code in codes)
    return total


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_balance_of_the_past_is_the_sum_of_the_moves_until_then(
    places: dict[str, Location], seed: int
) -> None:
    item = make_item(tracking="lot")
    history(item, places, seed)
    assert MoveSum.objects.filter(item=item).exists()
    lot = Move.objects.filter(item=item).latest("id").lot
    for number in range(0, DAYS, 7):
        at = START + timedelta(days=number)
        assert balance_at(Scope(item=item), at) == by_hand(item, {"A", "B", "A1"}, at)
        assert balance_at(Scope(item=item, location=places["A"]), at) == by_hand(item, {"A", "A1"}, at)
        assert balance_at(Scope(item=item, lot=lot), at) == by_hand(item, {"A", "B", "A1"}, at, lot)
        (asked,) = (
            Item.objects.filter(pk=item.pk).annotate(there=then(at, None)).values_list("there", flat=True)
        )
        assert asked == by_hand(item, {"A", "B", "A1"}, at)


@pytest.mark.parametrize("seed", [4, 5])
def test_the_card_runs_in_the_order_of_time_with_the_balance_after_each_move(
    places: dict[str, Location], seed: int
) -> None:
    item = make_item(tracking="lot")
    history(item, places, seed)
    for scope, codes in (
        (Scope(item=item), {"A", "B", "A1"}),
        (Scope(item=item, location=places["A"]), {"A", "A1"}),
        (Scope(item=item, location=places["B"]), {"B"}),
    ):
        balance, lines = Decimal(0), list(whole_card(scope, since=None, until=None, at_a_time=7))
        expected = [
            move
            for move in Move.objects.filter(item=item)
            .order_by("-effective_at", "-id")
            .select_related("source", "target")
            if {move.source.code, move.target.code} & codes
        ]
        assert [line.move for line in lines] == expected
        for line in reversed(lines):
            balance += line.move.quantity * (
                (line.move.target.code in codes) - (line.move.source.code in codes)
            )
            assert line.balance == balance


def test_the_card_of_a_time_begins_with_the_balance_of_that_time(places: dict[str, Location]) -> None:
    item = make_item(tracking="lot")
    history(item, places, 6)
    since, until = START + timedelta(days=40), START + timedelta(days=90)
    lines = stock_card(item, scope=Scope(item=item), since=since, until=until, limit=500)
    assert lines
    assert all(since <= line.move.effective_at <= until for line in lines)
    assert lines[0].balance == by_hand(item, {"A", "B", "A1"}, until)


@pytest.mark.parametrize("days", [60, 150])
def test_the_line_shows_the_balance_at_the_end_of_each_day_or_month(
    places: dict[str, Location], days: int
) -> None:
    item = make_item(tracking="lot")
    history(item, places, 7)
    lot = Move.objects.filter(item=item).latest("id").lot
    since = date(2025, 1, 10)
    for scope in (Scope(item=item), Scope(item=item, lot=lot)):
        points = balance_line(scope, since, since + timedelta(days=days))
        assert points[-1][0] == since + timedelta(days=days)
        for day, balance in points:
            assert balance == by_hand(item, {"A", "B", "A1"}, end_of(day), scope.lot)


def test_adding_up_twice_adds_nothing_and_late_moves_go_into_their_own_month(
    places: dict[str, Location],
) -> None:
    item = make_item(tracking="lot")
    history(item, places, 9)
    add_up()
    before = list(MoveSum.objects.order_by("pk").values_list("month", "came", "went"))
    assert add_up() == 0
    assert list(MoveSum.objects.order_by("pk").values_list("month", "came", "went")) == before
    lot = Move.objects.filter(item=item).latest("id").lot
    at = datetime(2025, 2, 3, tzinfo=UTC)
    post(lines=[_line(item, lot, places["SUPPLIER"], places["B"], 7, at)], by=None)
    february = MoveSum.objects.filter(item=item, location=places["B"], month=date(2025, 2, 1))
    came = february.get().came
    add_up()
    assert february.get().came == came + 7
    assert balance_at(Scope(item=item), clock.now()) == by_hand(item, {"A", "B", "A1"}, clock.now())


@pytest.mark.django_db(transaction=True)
def test_the_mark_waits_for_nobody_for_long_and_never_passes_a_move_that_is_under_way() -> None:
    import threading

    site = make_site("MAIN", locations=False)
    places = make_locations(site, "A")
    item = make_item()
    began, go = threading.Event(), threading.Event()

    def writer() -> None:
        from django.db import transaction

        try:
            with transaction.atomic():
                post(lines=[_line(item, None, places["SUPPLIER"], places["A"], 5, START)], by=None)
                began.set()
                go.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=writer)
    thread.start()
    assert began.wait(20)
    assert add_up() == 0
    go.set()
    thread.join(60)
    assert add_up() > 0
    assert balance_at(Scope(item=item), clock.now()) == 5
    assert MoveSum.objects.get(item=item).came == 5


def test_the_check_of_the_ledger_names_a_sum_that_is_wrong(places: dict[str, Location]) -> None:
    item = make_item("BOLT", tracking="lot")
    history(item, places, 10)
    add_up()
    assert problems() == []
    MoveSum.objects.filter(item=item, location=places["B"], month=date(2025, 2, 1)).update(came=1_000_000)
    assert [found.row for found in problems()] == ["BOLT at B in 2025-02"]
