"""Items that are weighed and counted: what every move of theirs carries, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection, transaction

from p2p.core.clock import now
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Move, Reservation
from p2p.inventory.refusals import in_words
from p2p.inventory.services.ledger import MoveLine, post, post_within, reverse
from p2p.inventory.services.reservations import Need, reserve
from strategies.models import Item, Location, Site
from tests.factories import make_item, make_locations, make_lot, make_site, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN", locations=False)


@pytest.fixture
def places(site: Site) -> dict[str, Location]:
    return make_locations(site, "STORE", "LINE")


def make_cheese(number: str = "CHEESE", **also: object) -> Item:
    return make_item(
        number,
        unit=make_unit("KG", digits=3),
        catch_unit=make_unit("WHEEL"),
        catch_least=Decimal("9.2"),
        catch_most=Decimal("10.8"),
        **also,
    )


def line(
    item: Item,
    source: Location,
    target: Location,
    weight: object,
    pieces: object,
    kind: str = "transfer",
    **also: object,
) -> MoveLine:
    return MoveLine(
        item=item,
        source=source,
        target=target,
        quantity=Decimal(str(weight)),
        catch_quantity=None if pieces is None else Decimal(str(pieces)),
        kind=kind,
        **also,  # type: ignore[arg-type]
    )


def receive(item: Item, places: dict[str, Location], weight: object, pieces: object, **also: object) -> Move:
    return post(
        lines=[line(item, places["SUPPLIER"], places["STORE"], weight, pieces, "receipt", **also)], by=None
    )[0]


def there(item: Item) -> dict[str, tuple[Decimal, Decimal | None]]:
    rows = Balance.objects.filter(item=item).exclude(quantity=0, catch_quantity=0).select_related("location")
    return {row.location.code: (row.quantity, row.catch_quantity) for row in rows}


def test_weight_and_pieces_move_together(places: dict[str, Location]) -> None:
    cheese = make_cheese()
    receive(cheese, places, "30.4", 3)
    post(lines=[line(cheese, places["STORE"], places["LINE"], "10.2", 1)], by=None)
    assert there(cheese) == {"STORE": (Decimal("20.2"), 2), "LINE": (Decimal("10.2"), 1)}
    assert problems() == []


def test_an_item_that_is_not_counted_beside_its_unit_has_no_pieces(places: dict[str, Location]) -> None:
    bolt = make_item("BOLT")
    post(lines=[line(bolt, places["SUPPLIER"], places["STORE"], 5, None, "receipt")], by=None)
    assert there(bolt) == {"STORE": (Decimal(5), None)}
    with (
        pytest.raises(Refused, match="BOLT is not counted beside its EA: leave the pieces empty"),
        transaction.atomic(),
    ):
        post(lines=[line(bolt, places["STORE"], places["LINE"], 5, 1)], by=None)
    assert problems() == []


@pytest.mark.parametrize(
    ("weight", "pieces", "sentence"),
    [
        ("20", None, "20 KG of CHEESE: say how many WHEEL that is, one weighs 9.2 to 10.8 KG."),
        ("20", 0, "20 KG of CHEESE: say how many WHEEL that is, one weighs 9.2 to 10.8 KG."),
        ("20", -2, "20 KG of CHEESE: say how many WHEEL that is, one weighs 9.2 to 10.8 KG."),
        ("20", "NaN", "20 KG of CHEESE: say how many WHEEL that is, one weighs 9.2 to 10.8 KG."),
        ("20", "1.5", "1.5 WHEEL of CHEESE has more digits than WHEEL allows (0)."),
        (
            "20",
            1,
            "20 KG of CHEESE cannot be 1 WHEEL: one weighs 9.2 to 10.8 KG, so they would weigh 9.2 to 10.8 KG.",
        ),
        (
            "20",
            3,
            "20 KG of CHEESE cannot be 3 WHEEL: one weighs 9.2 to 10.8 KG, so they would weigh 27.6 to 32.4 KG.",
        ),
    ],
)
def test_pieces_that_cannot_be_are_refused_by_item_weight_and_range(
    places: dict[str, Location], weight: str, pieces: object, sentence: str
) -> None:
    cheese = make_cheese()
    with pytest.raises(Refused) as no, transaction.atomic():
        receive(cheese, places, weight, pieces)
    assert str(no.value) == sentence
    assert (no.value.code, no.value.field) == ("catch_weight", "catch_quantity")
    assert not Move.objects.exists()


def test_what_takes_all_there_is_needs_no_count(places: dict[str, Location]) -> None:
    cheese = make_cheese()
    receive(cheese, places, "199.5", 20)
    (move,) = post(lines=[line(cheese, places["STORE"], places["LINE"], "199.5", None)], by=None)
    assert move.catch_quantity == 20
    assert there(cheese) == {"LINE": (Decimal("199.5"), 20)}


def test_what_a_document_takes_is_counted_where_the_weight_leaves_one_number_only(
    places: dict[str, Location],
) -> None:
    cheese = make_cheese()
    receive(cheese, places, "300", 30)
    (move,) = post_within(
        lines=[line(cheese, places["STORE"], places["PRODUCTION"], "20.5", None, "issue")], by=None
    )
    assert move.catch_quantity == 2
    with pytest.raises(Refused, match="say how many WHEEL that is"), transaction.atomic():
        post_within(
            lines=[line(cheese, places["STORE"], places["PRODUCTION"], "200", None, "issue")], by=None
        )
    with pytest.raises(Refused, match="say how many WHEEL that is"), transaction.atomic():
        post_within(
            lines=[line(cheese, places["STORE"], places["PRODUCTION"], "3.5", None, "issue")], by=None
        )


def test_pieces_cannot_go_without_their_weight(places: dict[str, Location]) -> None:
    cheese = make_cheese()
    receive(cheese, places, "21.6", 2)
    with pytest.raises(Refused) as no, transaction.atomic():
        post(lines=[line(cheese, places["STORE"], places["LINE"], "27.6", 3)], by=None)
    assert str(no.value) == "Only 21.6 KG of CHEESE at STORE: 27.6 KG cannot be taken."
    Site.objects.update(may_go_negative=True)
    outright = Move(
        item=cheese,
        source=places["STORE"],
        target=places["LINE"],
        quantity=Decimal("21.6"),
        catch_quantity=1,
        kind="transfer",
        effective_at=now(),
    )
    with pytest.raises(Refused) as no, transaction.atomic(), in_words():
        Move.objects.bulk_create([outright])
    assert str(no.value) == (
        "2 pieces of CHEESE, 21.6 KG, lie at STORE: 1 pieces of 21.6 KG cannot be taken, since what stays must be"
        " pieces with a weight, or nothing."
    )


def test_what_the_last_pieces_lost_in_weight_is_booked_beside_them(places: dict[str, Location]) -> None:
    cheese = make_cheese()
    receive(cheese, places, "30", 3)
    moves = post(lines=[line(cheese, places["STORE"], places["CUSTOMER"], "29.4", 3, "delivery")], by=None)
    assert len(moves) == 1
    assert there(cheese) == {}
    loss = Move.objects.get(kind="adjustment")
    assert (loss.quantity, loss.catch_quantity, loss.source, loss.target) == (
        Decimal("0.6"),
        0,
        places["STORE"],
        places["ADJUSTMENT"],
    )
    assert loss.reason is not None and loss.reason.name == "Difference of weight"
    assert problems() == []


def test_what_the_last_pieces_weigh_more_is_booked_beside_them(places: dict[str, Location]) -> None:
    cheese = make_cheese()
    receive(cheese, places, "30", 3)
    post(lines=[line(cheese, places["STORE"], places["CUSTOMER"], "30.5", 3, "delivery")], by=None)
    gain = Move.objects.get(kind="adjustment")
    assert (gain.quantity, gain.catch_quantity, gain.target) == (Decimal("0.5"), 0, places["STORE"])
    assert there(cheese) == {}
    assert problems() == []


@pytest.mark.parametrize("weight", ["29.4", "30.5", "30"])
def test_a_reversal_is_exact_and_takes_the_difference_along(places: dict[str, Location], weight: str) -> None:
    cheese = make_cheese()
    receive(cheese, places, "30", 3)
    moves = post(lines=[line(cheese, places["STORE"], places["CUSTOMER"], weight, 3, "delivery")], by=None)
    mirrors = reverse(moves=moves, by=None)
    assert [(one.reverses_id, one.catch_quantity) for one in mirrors] == [(moves[0].pk, Decimal(3))]
    assert there(cheese) == {"STORE": (Decimal(30), 3)}
    assert problems() == []


def test_a_rest_of_weight_that_is_reserved_is_given_back(places: dict[str, Location], site: Site) -> None:
    cheese = make_cheese()
    receive(cheese, places, "30", 3)
    reserve(needs=[Need(item=cheese, quantity=Decimal("0.4"), site=site, reference="SO-1")], by=None)
    post(lines=[line(cheese, places["STORE"], places["CUSTOMER"], "29.4", 3, "delivery")], by=None)
    assert not Reservation.objects.exists()
    assert there(cheese) == {}
    assert problems() == []


def test_each_lot_keeps_its_own_count(places: dict[str, Location]) -> None:
    cheese = make_cheese(tracking="lot")
    one, two = make_lot(cheese, "L1"), make_lot(cheese, "L2")
    receive(cheese, places, "20", 2, lot=one)
    receive(cheese, places, "50", 5, lot=two)
    post(lines=[line(cheese, places["STORE"], places["LINE"], "19.6", 2, lot=one)], by=None)
    rows = Balance.objects.filter(item=cheese, quantity__gt=0).values_list(
        "lot__number", "quantity", "catch_quantity"
    )
    assert sorted(rows) == [("L1", Decimal("19.6"), 2), ("L2", Decimal(50), 5)]
    assert problems() == []


def test_the_check_finds_a_count_that_is_not_the_sum_of_its_moves(places: dict[str, Location]) -> None:
    cheese = make_cheese()
    receive(cheese, places, "30", 3)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE inventory_balance DISABLE TRIGGER derived_update")
        cursor.execute("UPDATE inventory_balance SET catch_quantity = 4")
        cursor.execute("ALTER TABLE inventory_balance ENABLE TRIGGER derived_update")
    assert [one.sentence for one in problems()] == ["CHEESE at STORE: has 4, should be 3"]
