"""Posting and reversing: what the ledger keeps, and what it refuses in which words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from p2p.core.facts import heard
from p2p.core.models import Journal
from p2p.core.refusal import Refused
from p2p.core.web import formats
from p2p.inventory.checking import problems
from p2p.inventory.facts import Moved
from p2p.inventory.models import Balance, Move
from p2p.inventory.services.ledger import MoveLine, post, reverse
from strategies.models import Item, Location, Site
from tests.factories import make_item, make_locations, make_lot, make_serial, make_site, make_stock, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN", locations=False)


@pytest.fixture
def places(site: Site) -> dict[str, Location]:
    return make_locations(site, "STORE", "LINE")


def line(
    item: Item, source: Location, target: Location, quantity: object, kind: str = "transfer", **also: object
) -> MoveLine:
    return MoveLine(
        item=item, source=source, target=target, quantity=Decimal(str(quantity)), kind=kind, **also
    )  # type: ignore[arg-type]


def there(item: Item) -> dict[str, Decimal]:
    rows = Balance.objects.filter(item=item).exclude(quantity=0)
    return {row.location.code: row.quantity for row in rows.select_related("location")}


def test_a_move_takes_from_one_place_and_gives_to_the_other(places: dict[str, Location]) -> None:
    item = make_item()
    make_stock(item, 10, places["STORE"])
    post(lines=[line(item, places["STORE"], places["LINE"], 4)], by=None)
    assert there(item) == {"STORE": 6, "LINE": 4}
    assert problems() == []


def test_outside_places_hold_no_balance(places: dict[str, Location]) -> None:
    item = make_item()
    make_stock(item, 10, places["STORE"])
    post(lines=[line(item, places["STORE"], places["PRODUCTION"], 10, "issue")], by=None)
    assert there(item) == {}
    assert not Balance.objects.filter(location=places["PRODUCTION"]).exists()


def test_taking_more_than_there_is_names_item_and_place(places: dict[str, Location]) -> None:
    item = make_item("BOLT")
    make_stock(item, 3, places["STORE"])
    with pytest.raises(Refused) as no, transaction.atomic():
        post(lines=[line(item, places["STORE"], places["PRODUCTION"], 5, "issue")], by=None)
    assert str(no.value) == "Only 3 EA of BOLT at STORE: 5 EA cannot be taken."
    assert no.value.code == "not_enough_stock"


def test_two_lines_that_together_take_too_much_are_refused_together(places: dict[str, Location]) -> None:
    item = make_item()
    make_stock(item, 5, places["STORE"])
    with pytest.raises(Refused), transaction.atomic():
        post(lines=[line(item, places["STORE"], places["PRODUCTION"], 3, "issue")] * 2, by=None)
    assert there(item) == {"STORE": 5}


def test_a_site_may_allow_stock_below_zero(places: dict[str, Location], site: Site) -> None:
    Site.objects.filter(pk=site.pk).update(may_go_negative=True)
    item = make_item()
    post(lines=[line(item, places["STORE"], places["PRODUCTION"], 2, "issue")], by=None)
    assert there(item) == {"STORE": -2}
    assert problems() == []


def test_more_digits_than_the_unit_allows_are_refused(places: dict[str, Location]) -> None:
    item = make_item("OIL", unit=make_unit("L", digits=2))
    make_stock(item, "1.25", places["STORE"])
    with (
        pytest.raises(Refused, match="0.125 L of OIL has more digits than L allows \\(2\\)."),
        transaction.atomic(),
    ):
        post(lines=[line(item, places["STORE"], places["LINE"], "0.125")], by=None)


@pytest.mark.parametrize("quantity", ["0", "-1", "NaN", "1e30"])
def test_impossible_quantities_are_refused(places: dict[str, Location], quantity: str) -> None:
    with pytest.raises(Refused), transaction.atomic():
        post(lines=[line(make_item(), places["SUPPLIER"], places["STORE"], quantity, "receipt")], by=None)


def test_tracking_is_obeyed(places: dict[str, Location]) -> None:
    plain, tracked = make_item("NUT"), make_item("RESIN", tracking="lot")
    into = (places["SUPPLIER"], places["STORE"], 1, "receipt")
    with pytest.raises(Refused, match="NUT is not tracked"), transaction.atomic():
        post(lines=[line(plain, *into, lot=make_lot(tracked))], by=None)
    with pytest.raises(Refused, match="RESIN is tracked by lot: name one."), transaction.atomic():
        post(lines=[line(tracked, *into)], by=None)
    with pytest.raises(Refused, match="does not belong to RESIN"), transaction.atomic():
        post(lines=[line(tracked, *into, lot=make_lot(make_item(tracking="lot")))], by=None)


def test_an_expired_lot_is_not_issued(places: dict[str, Location]) -> None:
    item = make_item("GLUE", tracking="lot")
    lot = make_lot(item, "L1", expires_on=date(2020, 1, 31))
    make_stock(item, 5, places["STORE"], lot=lot)
    with (
        pytest.raises(Refused, match=f"Lot L1 of GLUE expired on {formats.day(date(2020, 1, 31))}."),
        transaction.atomic(),
    ):
        post(lines=[line(item, places["STORE"], places["PRODUCTION"], 1, "issue", lot=lot)], by=None)


def test_a_serial_number_is_in_one_place_only(places: dict[str, Location]) -> None:
    item = make_item("PUMP", tracking="serial")
    serial = make_serial(item, "P-1")
    make_stock(item, 1, places["STORE"], serial=serial)
    with pytest.raises(Refused, match="PUMP P-1 is already in stock"), transaction.atomic():
        post(lines=[line(item, places["SUPPLIER"], places["LINE"], 1, "receipt", serial=serial)], by=None)
    post(lines=[line(item, places["STORE"], places["LINE"], 1, serial=serial)], by=None)
    assert there(item) == {"LINE": 1}


def test_reversal_restores_exactly_and_only_once(places: dict[str, Location]) -> None:
    item = make_item()
    make_stock(item, 10, places["STORE"])
    (issue,) = post(lines=[line(item, places["STORE"], places["PRODUCTION"], 4, "issue")], by=None)
    (mirror,) = reverse(moves=[issue], by=None)
    assert (mirror.reverses, mirror.source, mirror.target) == (issue, places["PRODUCTION"], places["STORE"])
    assert there(item) == {"STORE": 10}
    with pytest.raises(Refused, match="already reversed"), transaction.atomic():
        reverse(moves=[issue], by=None)
    with pytest.raises(Refused, match="itself a reversal"), transaction.atomic():
        reverse(moves=[mirror], by=None)
    assert problems() == []


def test_a_receipt_that_was_used_cannot_be_reversed(places: dict[str, Location]) -> None:
    item = make_item("ROD")
    receipt = make_stock(item, 5, places["STORE"])
    post(lines=[line(item, places["STORE"], places["PRODUCTION"], 1, "issue")], by=None)
    with pytest.raises(Refused, match="Only 4 EA of ROD at STORE"), transaction.atomic():
        reverse(moves=[receipt], by=None)


@pytest.mark.parametrize("table", ["inventory_move", "inventory_consumed"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_database_refuses_to_change_what_was_posted(table: str, statement: str) -> None:
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL p2p.guard = 'on'")
        cursor.execute(statement.format(table))


def test_nobody_writes_balances_directly(places: dict[str, Location]) -> None:
    item = make_item()
    make_stock(item, 5, places["STORE"])
    for write in (
        lambda: Balance.objects.filter(item=item).update(quantity=6),
        lambda: Balance.objects.filter(item=item).delete(),
        lambda: Balance.objects.create(item=item, location=places["LINE"], quantity=1),
    ):
        with pytest.raises(IntegrityError, match="Balances follow"), transaction.atomic():
            write()


def test_posting_tells_once_and_journals_one_line(places: dict[str, Location]) -> None:
    items = [make_item() for _ in range(3)]
    before = Journal.objects.count()
    with heard(Moved) as told:
        moves = post(
            lines=[line(item, places["SUPPLIER"], places["STORE"], 1, "receipt") for item in items], by=None
        )
    assert told == [Moved(moves=tuple(moves))]
    assert Journal.objects.count() == before + 1


def test_a_thousand_moves_cost_as_many_statements_as_one(
    places: dict[str, Location], django_assert_max_num_queries: object
) -> None:
    item = make_item()
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        post(lines=[line(item, places["SUPPLIER"], places["STORE"], 1, "receipt")] * 1000, by=None)
    assert Move.objects.filter(item=item).count() == 1000
    assert there(item) == {"STORE": 1000}
