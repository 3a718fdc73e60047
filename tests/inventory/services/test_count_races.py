"""Several people count at once, and things end in the middle: one wins, nothing is half done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Count, CountLine, Hold, Move
from p2p.inventory.selectors.counts import current_lines
from p2p.inventory.services.count_entry import Entry, Found, enter
from p2p.inventory.services.count_posting import decide, post_count
from p2p.inventory.services.count_review import submit_count
from p2p.inventory.services.counting import create_count
from p2p.inventory.services.ledger import MoveLine, post
from tests.factories import make_item, make_locations, make_serial, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30


def together(*acts: Callable[[], Any]) -> list[Any]:
    """All at the same moment, each on a connection of its own: results and refusals, in order."""
    gate, said = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        try:
            gate.wait(PATIENCE)
            said[number] = act()
        except Refused as no:
            said[number] = no  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    return said


@pytest.fixture
def store() -> dict[str, Any]:
    site = make_site("MAIN", locations=False)
    places = make_locations(site, "A", "B")
    item = make_item()
    make_stock(item, 100, places["A"])
    boss, people = make_user("supervisor"), [make_user("operator") for _number in range(4)]
    return {"site": site, "places": places, "item": item, "boss": boss, "people": people}


def spot(store: dict[str, Any], *codes: str, **also: Any) -> Count:
    places = [store["places"][code] for code in codes]
    return create_count(site=store["site"], kind="spot", places=places, by=store["boss"], **also)


def test_of_four_who_count_the_same_place_one_wins(store: dict[str, Any]) -> None:
    count = spot(store, "A")
    place = count.places.get()

    def by(person: Any, quantity: int) -> Callable[[], Any]:
        found = [Found(item=store["item"], quantity=Decimal(quantity))]
        return lambda: enter(entries=[Entry(place=place, found=found)], by=person)

    said = together(*(by(person, 90 + number) for number, person in enumerate(store["people"])))
    refused = [one for one in said if isinstance(one, Refused)]
    assert len(refused) == 3
    assert {one.code for one in refused} == {"counted_already"}
    assert CountLine.objects.count() == 1


def test_of_two_who_find_the_same_serial_number_at_two_places_one_wins(store: dict[str, Any]) -> None:
    item = make_item(tracking="serial")
    piece = make_serial(item, "S1")
    count = spot(store, "A", "B")
    found = [Found(item=item, quantity=Decimal(1), serial=piece)]
    acts = [
        lambda place=place, person=person: enter(entries=[Entry(place=place, found=found)], by=person)
        for place, person in zip(count.places.order_by("pk"), store["people"], strict=False)
    ]
    said = together(*acts)
    assert sorted(one.code for one in said if isinstance(one, Refused)) == ["serial_twice"]
    assert CountLine.objects.filter(serial=piece, counted=1).count() == 1


def test_moves_at_the_moment_of_counting_are_before_or_after_it_never_between(store: dict[str, Any]) -> None:
    count = spot(store, "A")
    place, item = count.places.get(), store["item"]
    away = MoveLine(
        item=item,
        source=store["places"]["A"],
        target=store["places"]["B"],
        quantity=Decimal(1),
        kind="transfer",
    )
    found = [Found(item=item, quantity=Decimal(100))]
    person = store["people"][0]
    together(
        lambda: enter(entries=[Entry(place=place, found=found)], by=person),
        *(lambda: post(lines=[away], by=None) for _number in range(6)),
    )
    line = CountLine.objects.get()
    submit_count(count=count, by=person)
    decide(lines=list(current_lines(count).filter(accepted=None)), accepted=True, by=store["boss"])
    count.refresh_from_db()
    if count.state != "posted":
        post_count(count=count, by=store["boss"])
    # What lay there when it was counted is what was found; what went afterwards went from that.
    assert line.expected in range(94, 101)
    there = Balance.objects.get(item=item, location=store["places"]["A"]).quantity
    assert there == 94 + (100 - line.expected)
    assert problems() == []


def test_two_counts_of_one_place_at_the_same_moment_are_one(store: dict[str, Any]) -> None:
    said = together(*(lambda: spot(store, "A", "B") for _number in range(3)))
    assert sorted(one.code for one in said if isinstance(one, Refused)) == ["counted_elsewhere"] * 2
    assert Count.objects.count() == 1


def test_of_two_who_post_one_posts(store: dict[str, Any]) -> None:
    count = spot(store, "A")
    enter(entries=[Entry(place=count.places.get(), found=[])], by=store["people"][0])
    submit_count(count=count, by=store["people"][0])
    decide(lines=list(current_lines(count)), accepted=True, by=store["boss"])
    said = together(
        *(lambda: post_count(count=Count.objects.get(), by=store["boss"]) for _number in range(2))
    )
    assert len([one for one in said if isinstance(one, Refused)]) == 1
    assert Move.objects.filter(kind="count").count() == 1


def test_what_is_killed_in_the_middle_of_posting_has_posted_nothing_and_is_posted_again(
    store: dict[str, Any],
) -> None:
    count = spot(store, "A", frozen=True)
    enter(entries=[Entry(place=count.places.get(), found=[])], by=store["people"][0])
    submit_count(count=count, by=store["people"][0])
    decide(lines=list(current_lines(count)), accepted=True, by=store["boss"])
    with pytest.raises(OperationalError), transaction.atomic():
        post_count(count=count, by=store["boss"])
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.close()
    again = Count.objects.get()
    assert again.state == "review"
    assert not Move.objects.filter(kind="count").exists()
    assert Hold.objects.filter(released_at=None).count() == 1
    post_count(count=again, by=store["boss"])
    assert Balance.objects.get(item=store["item"]).quantity == 0
    assert not Hold.objects.filter(released_at=None).exists()
    assert problems() == []
