"""Counting: what is due, what is entered, who decides, and what the books say afterwards."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from p2p.core import clock
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Count, CountClass, CountLine, CountPlace, Hold, Move, StockRule
from p2p.inventory.selectors.counts import current_lines
from p2p.inventory.services.count_again import recount
from p2p.inventory.services.count_entry import Entry, Found, enter
from p2p.inventory.services.count_posting import decide, post_count
from p2p.inventory.services.count_review import submit_count
from p2p.inventory.services.counting import cancel_count, create_count
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.needs import Need
from p2p.inventory.services.reservations import reserve
from strategies.models import Item, Location, Site
from tests.factories import (
    make_item,
    make_location,
    make_locations,
    make_lot,
    make_serial,
    make_site,
    make_stock,
    make_user,
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN", locations=False)


@pytest.fixture
def places(site: Site) -> dict[str, Location]:
    return make_locations(site, "A", "B", "C")


@pytest.fixture
def olinda() -> User:
    return make_user("operator", username="olinda")


@pytest.fixture
def shane() -> User:
    return make_user("supervisor", username="shane")


def found(item: Item, quantity: object, **also: Any) -> Found:
    return Found(item=item, quantity=Decimal(str(quantity)), **also)


def place_of(count: Count, code: str) -> CountPlace:
    return count.places.select_related("count").get(location__code=code)


def put(count: Count, code: str, *what: Found, by: User) -> None:
    enter(entries=[Entry(place=place_of(count, code), found=what)], by=by)


def there(item: Item, code: str) -> Decimal:
    rows = Balance.objects.filter(item=item, location__code=code)
    return sum((row.quantity for row in rows), Decimal(0))


def spot(site: Site, *named: Location, by: User, **also: Any) -> Count:
    return create_count(site=site, kind="spot", places=named, by=by, **also)


def test_what_was_found_is_what_the_books_say_after_posting(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    more, less, same = make_item(), make_item(), make_item()
    for item in (more, less, same):
        make_stock(item, 10, places["A"])
    count = spot(site, places["A"], by=shane)
    put(count, "A", found(more, 12), found(less, 7), found(same, 10), by=olinda)
    submit_count(count=count, by=olinda)
    assert count.state == "review"
    decide(lines=list(current_lines(count).filter(accepted=None)), accepted=True, by=shane)
    post_count(count=count, by=shane)
    assert (there(more, "A"), there(less, "A"), there(same, "A")) == (12, 7, 10)
    moves = Move.objects.filter(kind="count", reference=count.number)
    assert sorted(move.quantity for move in moves) == [2, 3]
    assert CountLine.objects.filter(move__in=moves).count() == 2
    assert problems() == []


def test_what_should_be_there_and_was_not_named_was_not_found(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    item, other = make_item(), make_item()
    make_stock(item, 10, places["A"])
    count = spot(site, places["A"], by=shane)
    put(count, "A", found(other, 3), by=olinda)
    lines = {line.item: (line.expected, line.counted) for line in current_lines(count)}
    assert lines == {item: (10, 0), other: (0, 3)}


def test_a_move_between_counting_and_posting_is_no_difference(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    item = make_item()
    make_stock(item, 10, places["A"])
    count = spot(site, places["A"], by=shane)
    put(count, "A", found(item, 9), by=olinda)
    away = MoveLine(item=item, source=places["A"], target=places["B"], quantity=Decimal(4), kind="transfer")
    post(lines=[away], by=None)
    submit_count(count=count, by=olinda)
    decide(lines=list(current_lines(count).filter(accepted=None)), accepted=True, by=shane)
    post_count(count=count, by=shane)
    assert (there(item, "A"), there(item, "B")) == (5, 4)


def test_an_empty_place_is_counted_by_confirming_it(
    site: Site, places: dict[str, Location], olinda: User
) -> None:
    count = spot(site, places["A"], by=olinda)
    with pytest.raises(Refused, match="Still to be counted: A"):
        submit_count(count=count, by=olinda)
    put(count, "A", by=olinda)
    count.refresh_from_db()
    submit_count(count=count, by=olinda)
    assert count.state == "posted"


def test_a_place_counted_by_somebody_is_not_counted_by_somebody_else(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    count = spot(site, places["A"], by=shane)
    put(count, "A", by=olinda)
    with pytest.raises(Refused, match="A was counted by olinda already"):
        put(count, "A", by=shane)


def test_who_counted_may_correct_it_until_the_count_is_submitted(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    item = make_item()
    make_stock(item, 10, places["A"])
    count = spot(site, places["A"], by=shane)
    put(count, "A", found(item, 1), by=olinda)
    put(count, "A", found(item, 11), by=olinda)
    assert [line.counted for line in current_lines(count)] == [11]
    submit_count(count=count, by=olinda)
    with pytest.raises(Refused, match="To be approved: nothing more can be entered"):
        put(count, "A", found(item, 10), by=olinda)


def test_within_the_tolerance_of_its_class_a_difference_posts_at_once(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    item = make_item()
    make_stock(item, 100, places["A"])
    loose = CountClass.objects.create(code="C", name="C", tolerance_fraction="0.02")
    StockRule.objects.create(item=item, site=site, count_class=loose)
    count = spot(site, places["A"], by=shane)
    put(count, "A", found(item, 98), by=olinda)
    submit_count(count=count, by=olinda)
    assert (count.state, there(item, "A")) == ("posted", 98)
    again = spot(site, places["A"], by=shane)
    put(again, "A", found(item, 95), by=olinda)
    submit_count(count=again, by=olinda)
    assert (again.state, there(item, "A")) == ("review", 98)


def test_nobody_decides_about_what_he_counted(site: Site, places: dict[str, Location], shane: User) -> None:
    item = make_item()
    make_stock(item, 10, places["A"])
    count = spot(site, places["A"], by=shane)
    put(count, "A", found(item, 1), by=shane)
    submit_count(count=count, by=shane)
    with pytest.raises(Refused, match="shane counted A: somebody else decides"):
        decide(lines=list(current_lines(count)), accepted=True, by=shane)
    with pytest.raises(Refused, match="1 differences of .* still wait"):
        post_count(count=count, by=shane)
    count.refresh_from_db()
    assert count.state == "review"


def test_what_is_rejected_changes_nothing(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    item = make_item()
    make_stock(item, 10, places["A"])
    count = spot(site, places["A"], by=shane)
    put(count, "A", found(item, 1), by=olinda)
    submit_count(count=count, by=olinda)
    decide(lines=list(current_lines(count)), accepted=False, by=shane)
    post_count(count=count, by=shane)
    assert (there(item, "A"), Move.objects.filter(kind="count").exists()) == (10, False)


def test_a_recount_is_made_by_somebody_else_and_replaces_the_first(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    item = make_item()
    make_stock(item, 10, places["A"])
    count = spot(site, places["A"], by=shane)
    put(count, "A", found(item, 1), by=olinda)
    submit_count(count=count, by=olinda)
    recount(places=[place_of(count, "A")], by=shane)
    with pytest.raises(Refused, match="olinda counted A before"):
        put(count, "A", found(item, 10), by=olinda)
    put(count, "A", found(item, 10), by=make_user("operator"))
    count.refresh_from_db()
    submit_count(count=count, by=olinda)
    assert (count.state, there(item, "A")) == ("posted", 10)
    assert [line.counted for line in CountLine.objects.order_by("attempt")] == [1, 10]


def submitted(site: Site, place: Location, *what: tuple[Item, int], by: User, boss: User) -> Count:
    """Ten of each item were booked; so many were found."""
    for item, _number in what:
        make_stock(item, 10, place)
    count = spot(site, place, by=boss)
    put(count, place.code, *(found(item, number) for item, number in what), by=by)
    return submit_count(count=count, by=by)


def test_what_is_decided_about_stays_when_the_rest_of_its_place_is_counted_again(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    same, sure, odd = make_item(), make_item(), make_item()
    count = submitted(site, places["A"], (same, 10), (sure, 7), (odd, 1), by=olinda, boss=shane)
    decide(lines=list(current_lines(count).filter(item=sure)), accepted=True, by=shane)
    recount(places=[place_of(count, "A")], by=shane)
    away = MoveLine(item=same, source=places["A"], target=places["B"], quantity=Decimal(4), kind="transfer")
    post(lines=[away], by=None)
    put(count, "A", found(odd, 9), by=make_user("operator"))
    count.refresh_from_db()
    submit_count(count=count, by=olinda)
    lines = {line.item: (line.counted, line.accepted, line.decided_by) for line in current_lines(count)}
    assert lines == {same: (10, True, None), sure: (7, True, shane), odd: (9, None, None)}
    decide(lines=list(current_lines(count).filter(item=odd)), accepted=True, by=shane)
    post_count(count=count, by=shane)
    assert [there(item, "A") for item in (same, sure, odd)] == [6, 7, 9]
    assert CountLine.objects.filter(attempt=1).count() == 3


def test_only_the_lines_that_are_named_are_counted_again(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    one, two = make_item("ONE"), make_item("TWO")
    count = submitted(site, places["A"], (one, 4), (two, 5), by=olinda, boss=shane)
    recount(lines=list(current_lines(count).filter(item=one)), by=shane)
    other = make_user("operator")
    with pytest.raises(Refused, match="TWO at A stays as it was counted: only ONE is counted again"):
        put(count, "A", found(one, 10), found(two, 10), by=other)
    put(count, "A", found(one, 3), by=other)
    put(count, "A", found(one, 10), by=other)
    assert {line.item: line.counted for line in current_lines(count)} == {one: 10, two: 5}


def test_what_is_not_found_again_is_nothing_and_what_came_since_is_no_difference(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    sure, odd, late = make_item(), make_item(), make_item()
    count = submitted(site, places["A"], (sure, 7), (odd, 1), by=olinda, boss=shane)
    recount(lines=list(current_lines(count).filter(item=odd)), by=shane)
    make_stock(late, 5, places["A"])
    put(count, "A", by=make_user("operator"))
    lines = {line.item: (line.expected, line.counted) for line in current_lines(count)}
    assert lines == {sure: (10, 7), odd: (10, 0)}


def test_a_place_where_all_is_decided_is_not_counted_again_unasked(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    item = make_item()
    count = submitted(site, places["A"], (item, 7), by=olinda, boss=shane)
    line = current_lines(count).get()
    decide(lines=[line], accepted=True, by=shane)
    with pytest.raises(Refused, match="All that was found at A is decided about"):
        recount(places=[place_of(count, "A")], by=shane)
    recount(lines=[line], by=shane)
    with pytest.raises(Refused, match="counted again since"):
        recount(lines=[line], by=shane)
    assert not current_lines(count).exists()


def test_where_the_count_says_so_the_same_person_counts_again(
    site: Site, places: dict[str, Location], olinda: User
) -> None:
    count = spot(site, places["A"], by=olinda, recount_by_other=False)
    put(count, "A", by=olinda)
    recount(places=[place_of(count, "A")], by=olinda)
    put(count, "A", by=olinda)
    assert place_of(count, "A").state == "counted"


def test_nothing_moves_at_a_frozen_place_until_the_count_is_posted(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    item = make_item()
    make_stock(item, 10, places["A"])
    make_stock(item, 10, places["B"])
    count = spot(site, places["A"], by=shane, frozen=True)
    away = MoveLine(item=item, source=places["A"], target=places["C"], quantity=Decimal(1), kind="transfer")
    into = MoveLine(item=item, source=places["B"], target=places["A"], quantity=Decimal(1), kind="transfer")
    for line in (away, into):
        with pytest.raises(Refused, match=f"A is being counted \\({count.number}\\)"):
            post(lines=[line], by=None)
        # The refusal has cost the transaction of this test nothing but its savepoint.
    put(count, "A", found(item, 9), by=olinda)
    submit_count(count=count, by=olinda)
    decide(lines=list(current_lines(count)), accepted=True, by=shane)
    post_count(count=count, by=shane)
    assert there(item, "A") == 9
    assert not Hold.objects.filter(released_at=None).exists()
    post(lines=[away], by=None)
    assert there(item, "A") == 8


def test_cancelling_posts_nothing_and_lifts_what_was_frozen(
    site: Site, places: dict[str, Location], olinda: User
) -> None:
    item = make_item()
    make_stock(item, 10, places["A"])
    count = spot(site, places["A"], by=olinda, frozen=True)
    put(count, "A", found(item, 1), by=olinda)
    cancel_count(count=count, by=olinda)
    assert (count.state, there(item, "A")) == ("cancelled", 10)
    assert not Hold.objects.filter(released_at=None).exists()
    spot(site, places["A"], by=olinda)


def test_a_serial_number_is_found_once_in_a_count(
    site: Site, places: dict[str, Location], olinda: User
) -> None:
    item = make_item(tracking="serial")
    piece = make_serial(item, "S1")
    count = spot(site, places["A"], places["B"], by=olinda)
    with pytest.raises(Refused, match="S1 was counted at A already"):
        put(count, "A", found(item, 1, serial=piece), found(item, 1, serial=piece), by=olinda)
    put(count, "A", found(item, 1, serial=piece), by=olinda)
    with pytest.raises(Refused, match="S1 was counted at A already"):
        put(count, "B", found(item, 1, serial=piece), by=olinda)


def test_a_serial_number_found_at_another_place_comes_from_where_the_books_have_it(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    item = make_item(tracking="serial")
    piece = make_serial(item, "S1")
    make_stock(item, 1, places["B"], serial=piece)
    count = spot(site, places["A"], by=shane)
    put(count, "A", found(item, 1, serial=piece), by=olinda)
    submit_count(count=count, by=olinda)
    decide(lines=list(current_lines(count)), accepted=True, by=shane)
    post_count(count=count, by=shane)
    assert (there(item, "A"), there(item, "B")) == (1, 0)
    assert problems() == []


def test_a_count_does_not_take_a_serial_number_out_of_the_stock_of_another_site(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    item = make_item(tracking="serial")
    piece = make_serial(item, "S1")
    far = make_locations(make_site("SEA", locations=False), "FAR")["FAR"]
    make_stock(item, 1, far, serial=piece)
    count = spot(site, places["A"], by=shane)
    put(count, "A", found(item, 1, serial=piece), by=olinda)
    submit_count(count=count, by=olinda)
    decide(lines=list(current_lines(count)), accepted=True, by=shane)
    with pytest.raises(Refused, match="S1 lies at FAR of site SEA"):
        post_count(count=count, by=shane)
    assert (there(item, "A"), there(item, "FAR")) == (0, 1)


def test_a_lot_and_a_handling_unit_are_counted_each_for_itself(
    site: Site, places: dict[str, Location], olinda: User
) -> None:
    item = make_item(tracking="lot")
    one, two = make_lot(item), make_lot(item)
    make_stock(item, 10, places["A"], lot=one)
    count = spot(site, places["A"], by=olinda)
    put(count, "A", found(item, 4, lot=one), found(item, 6, lot=two), by=olinda)
    lines = {line.lot: (line.expected, line.counted) for line in current_lines(count)}
    assert lines == {one: (10, 4), two: (0, 6)}


@pytest.mark.parametrize(
    ("quantity", "sentence"),
    [("-1", "cannot be less than nothing"), ("1.5", "more digits than EA allows"), ("1e12", "So much of")],
)
def test_a_quantity_that_cannot_be_is_refused_and_nothing_is_kept(
    site: Site, places: dict[str, Location], olinda: User, quantity: str, sentence: str
) -> None:
    item = make_item()
    count = spot(site, places["A"], by=olinda)
    with pytest.raises(Refused, match=sentence):
        put(count, "A", found(item, quantity), by=olinda)
    assert place_of(count, "A").state == "open"
    assert not CountLine.objects.exists()


def test_pieces_that_are_missing_or_of_another_item_are_refused(
    site: Site, places: dict[str, Location], olinda: User
) -> None:
    by_lot, plain = make_item(tracking="lot"), make_item()
    count = spot(site, places["A"], by=olinda)
    with pytest.raises(Refused, match="is tracked by lot: name the lot"):
        put(count, "A", found(by_lot, 1), by=olinda)
    with pytest.raises(Refused, match="is not tracked"):
        put(count, "A", found(plain, 1, lot=make_lot(by_lot)), by=olinda)
    with pytest.raises(Refused, match="does not belong to"):
        put(count, "A", found(by_lot, 1, lot=make_lot(make_item(tracking="lot"))), by=olinda)
    with pytest.raises(Refused, match="named twice at A"):
        put(count, "A", found(plain, 1), found(plain, 2), by=olinda)


def test_stock_that_is_reserved_cannot_be_counted_away(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    item = make_item()
    make_stock(item, 10, places["A"])
    reserve(needs=[Need(item=item, quantity=Decimal(8), site=site, location=places["A"])], by=None)
    count = spot(site, places["A"], by=shane)
    put(count, "A", found(item, 5), by=olinda)
    submit_count(count=count, by=olinda)
    decide(lines=list(current_lines(count)), accepted=True, by=shane)
    with pytest.raises(Refused, match="8 of it reserved"):
        post_count(count=count, by=shane)


def test_what_is_due_is_what_its_class_says_the_longest_waiting_first(
    site: Site, places: dict[str, Location], olinda: User
) -> None:
    often = CountClass.objects.create(code="A", name="A", days_between=30)
    seldom = CountClass.objects.create(code="C", name="C", days_between=365)
    never, old, fresh, rare = make_item(), make_item(), make_item(), make_item()
    for item, chosen in ((never, often), (old, often), (fresh, often), (rare, seldom)):
        StockRule.objects.create(item=item, count_class=chosen)
    no_class = make_item()
    for item in (old, fresh, rare):
        make_stock(item, 1, places["A"])
    today = clock.now()
    for item, days in ((old, 40), (fresh, 10), (rare, 100)):
        count = create_count(site=site, kind="spot", items=[item], by=olinda)
        enter(entries=[Entry(place=count.places.get(), found=[found(item, 1)])], by=olinda)
        submit_count(count=count, by=olinda)
        CountPlace.objects.filter(count=count).update(counted_at=today - timedelta(days=days))
    make_stock(never, 1, places["B"])
    make_stock(no_class, 1, places["B"])
    count = create_count(site=site, kind="cycle", by=olinda)
    assert [place.item for place in count.places.order_by("pk")] == [never, old]
    cancel_count(count=count, by=olinda)
    alone = create_count(site=site, kind="cycle", at_most=1, by=olinda)
    assert [place.item for place in alone.places.all()] == [never]


def test_stocktaking_counts_every_place_that_holds_stock(
    site: Site, places: dict[str, Location], olinda: User
) -> None:
    hall = make_location(site, code="HALL")
    make_location(site, code="H1", parent=hall)
    make_location(site, code="GONE", active=False)
    make_location(make_site(), code="OTHER")
    count = create_count(site=site, kind="full", by=olinda)
    assert {place.location.code for place in count.places.all()} == {"A", "B", "C", "H1"}


def test_what_is_on_the_road_is_counted_by_no_count(
    site: Site, places: dict[str, Location], olinda: User
) -> None:
    road, item = make_location(site, code="ROAD", kind="transit", nettable=False), make_item()
    StockRule.objects.create(item=item, count_class=CountClass.objects.create(code="A", days_between=30))
    for place in (road, places["A"]):
        make_stock(item, 5, place)
    for asked in ({"kind": "cycle"}, {"kind": "spot", "items": [item]}, {"kind": "full"}):
        count = create_count(site=site, by=olinda, **asked)
        counted = {place.location.code for place in count.places.all()}
        assert "A" in counted and "ROAD" not in counted
        cancel_count(count=count, by=olinda)
    with pytest.raises(Refused, match="ROAD is the road"):
        spot(site, road, by=olinda)


def test_a_place_is_in_one_open_count(site: Site, places: dict[str, Location], olinda: User) -> None:
    first = spot(site, places["A"], by=olinda)
    with pytest.raises(Refused, match=f"A is in count {first.number} already"):
        spot(site, places["A"], places["B"], by=olinda)
    with pytest.raises(Refused, match="Nothing at MAIN is due"):
        create_count(site=site, kind="cycle", by=olinda)
    with pytest.raises(Refused, match="Nothing to count"):
        spot(site, by=olinda)


def test_the_figures_of_a_thousand_places_cost_a_fixed_number_of_queries(
    site: Site, olinda: User, django_assert_max_num_queries: Any
) -> None:
    make_locations(site, *[f"P{number}" for number in range(40)])
    item = make_item()
    rows = list(Location.objects.filter(site=site, kind="store"))
    for row in rows[:3]:
        make_stock(item, 5, row)
    with django_assert_max_num_queries(16):
        count = create_count(site=site, kind="full", frozen=True, by=olinda)
    places = list(count.places.all())
    with django_assert_max_num_queries(12):
        enter(entries=[Entry(place=place, found=[found(item, 1)]) for place in places], by=olinda)
    with django_assert_max_num_queries(16):
        submit_count(count=count, by=olinda)


@pytest.mark.parametrize("below_zero", [False, True])
def test_what_is_missing_and_reserved_waits_for_a_supervisor_even_within_the_tolerance(
    site: Site, places: dict[str, Location], olinda: User, shane: User, below_zero: bool
) -> None:
    Site.objects.filter(pk=site.pk).update(may_go_negative=below_zero)
    item = make_item()
    make_stock(item, 100, places["A"])
    loose = CountClass.objects.create(code="C", name="C", tolerance_fraction="0.05")
    StockRule.objects.create(item=item, site=site, count_class=loose)
    reserve(needs=[Need(item=item, quantity=Decimal(99), site=site, location=places["A"])], by=None)
    count = spot(site, places["A"], by=shane)
    put(count, "A", found(item, 97), by=olinda)
    submit_count(count=count, by=olinda)
    assert (count.state, there(item, "A")) == ("review", 100)
