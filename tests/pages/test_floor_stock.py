"""The tablet in the store: tiles, looking up, putting away, supplying and moving with a scanner alone."""

from __future__ import annotations

import re
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client

from p2p.core.access import Role
from p2p.core.models import Grant
from p2p.inventory.models import Balance, HandlingUnit, Hold, StockTask, SupplyRule
from p2p.inventory.services.holds import hold
from p2p.inventory.services.ledger import MoveLine, post
from tests.factories import (
    make_item,
    make_location,
    make_locations,
    make_lot,
    make_site,
    make_stock,
    make_user,
)

pytestmark = pytest.mark.django_db


class Store:
    def __init__(self, client: Client, role: str = "operator") -> None:
        self.client = client
        self.site = make_site("SHOP", locations=False)
        self.places = make_locations(self.site, "A-01", "A-02")
        self.dock = make_location(self.site, code="DOCK", kind="receiving")
        self.line = make_location(self.site, code="LINE", kind="line_side")
        self.item = make_item("BOLT")
        self.by = make_user(role, site=self.site)
        client.force_login(self.by)

    def receive(self, quantity: Any = 10, item: Any = None, **also: Any) -> StockTask:
        said = {"source": self.places["SUPPLIER"], "target": self.dock, "kind": "receipt"}
        post(lines=[MoveLine(item=item or self.item, quantity=D(quantity), **{**said, **also})], by=None)
        return StockTask.objects.latest("pk")

    def get(self, url: str) -> str:
        answer = self.client.get(url, follow=True)
        assert answer.status_code == 200, answer.content.decode()
        return answer.content.decode()

    def scan(self, url: str, *codes: str, **also: str) -> str:
        """Scan one after the other, each on the page that the one before has led to; the last page."""
        page = ""
        for code in codes:
            path, _mark, query = url.partition("?")
            fields = dict(part.split("=") for part in query.split("&") if "=" in part)
            answer = self.client.post(path, {**fields, "code": code, **also})
            if answer.status_code == 409:
                return answer.content.decode()
            assert answer.status_code == 302, answer.content.decode()
            url = answer.headers["Location"]
            page = self.get(url)
        return page

    def at(self, place: Any, item: Any = None) -> D:
        rows = Balance.objects.filter(item=item or self.item, location=place)
        return sum((row.quantity for row in rows), D(0))


@pytest.fixture
def store(client: Client) -> Store:
    return Store(client)


def test_the_menu_shows_what_waits_and_is_reached_from_the_queue(store: Store) -> None:
    store.receive()
    assert "/floor/stock/" in store.get("/floor/station/")
    page = store.get("/floor/stock/")
    for words in ("Put away", "Supply", "Move", "Look up", "1 to put away"):
        assert words in page


def test_an_inspector_may_look_up_and_nothing_else(client: Client) -> None:
    store = Store(client, "inspector")
    page = store.get("/floor/stock/")
    assert "look-up" in page and "put-away" not in page
    assert store.client.get("/floor/stock/put-away/").status_code == 403


def test_who_works_at_two_sites_chooses_one_and_sees_its_work(store: Store) -> None:
    away = make_site("AWAY")
    Grant.objects.create(user=store.by, role=Role.OPERATOR, scope="AWAY")
    store.receive()
    store.client.post("/floor/stock/", {"site": "AWAY"})
    page = store.get("/floor/stock/put-away/")
    assert away.name in page and "Everything is put away" in page
    assert store.client.get(f"/floor/stock/task/{StockTask.objects.get().number}/").status_code == 404


@pytest.mark.parametrize(
    ("code", "words"),
    [("BOLT", "DOCK"), ("DOCK", "BOLT"), ("L-7", "DOCK"), ("BOLT~L-7", "DOCK"), ("PAL-1", "stands at DOCK")],
)
def test_anything_with_a_code_is_looked_up(client: Client, code: str, words: str) -> None:
    store = Store(client)
    store.item.tracking = "lot"
    store.item.save()
    pallet = HandlingUnit.objects.create(number="PAL-1", location=store.dock)
    make_stock(store.item, 5, store.dock, lot=make_lot(store.item, "L-7"), into_unit=pallet)
    page = store.get(f"/floor/stock/look-up/?code={code}")
    assert words in page and "5 EA" in page and "Move it" in page


def test_an_unknown_code_is_named_and_stays_in_the_field(store: Store) -> None:
    page = store.get("/floor/stock/look-up/?code=NOTHING")
    assert "NOTHING is no item, lot" in page and 'value="NOTHING"' in page


def test_a_lot_number_of_two_items_asks_which(store: Store) -> None:
    for item in (make_item("OIL", tracking="lot"), make_item("GLUE", tracking="lot")):
        make_lot(item, "L-1")
    page = store.get("/floor/stock/look-up/?code=L-1")
    assert "It may be 2 things" in page
    assert "GLUE" in store.get("/floor/stock/look-up/?code=L-1&which=1")


def test_put_away_by_scanner_alone_books_and_goes_on_to_the_next(store: Store) -> None:
    first = store.receive()
    nut = make_item("NUT")
    second = store.receive(3, nut)
    page = store.scan("/floor/stock/put-away/", "BOLT", "A-01")
    assert store.at(store.places["A-01"]) == 10 and store.at(store.dock) == 0
    first.refresh_from_db()
    assert (first.state, first.started_by) == ("done", store.by)
    assert second.number in page and "10 EA of BOLT brought to A-01" in page
    assert "NUT" in page


def test_another_quantity_and_another_place_than_proposed(store: Store) -> None:
    task = store.receive()
    url = f"/floor/stock/task/{task.number}/"
    page = store.scan(url, "4", "A-02")
    assert store.at(store.places["A-02"]) == 4 and store.at(store.dock) == 6
    assert "4 / 10" in page
    assert "is no quantity" in store.scan(url, "x", amount="0")


def test_a_wrong_part_is_named_and_changes_nothing(store: Store) -> None:
    task = store.receive()
    make_item("NUT")
    page = store.scan(f"/floor/stock/task/{task.number}/", "NUT")
    assert "This is NUT NUT: the task is for BOLT BOLT" in page and 'data-sound="refused"' in page
    assert store.at(store.dock) == 10


def test_what_is_booked_is_undone_from_the_next_page(store: Store) -> None:
    task = store.receive()
    url = f"/floor/stock/task/{task.number}/"
    store.client.post(url + "do/", {"key": "a"})
    assert store.at(store.dock) == 0
    store.client.post(url + "undo/", {"key": "b"})
    task.refresh_from_db()
    assert store.at(store.dock) == 10 and task.state == "open"


def test_a_tap_sent_twice_books_once(store: Store) -> None:
    task = store.receive()
    url = f"/floor/stock/task/{task.number}/do/"
    for _tap in range(2):
        assert store.client.post(url, {"key": "same", "quantity": "4"}).status_code == 302
    assert store.at(store.dock) == 6


def test_what_somebody_else_has_is_refused_and_what_was_typed_stays(store: Store) -> None:
    task = store.receive()
    other = make_user("operator", site=store.site)
    StockTask.objects.filter(pk=task.pk).update(state="started", started_by=other)
    answer = store.client.post(f"/floor/stock/task/{task.number}/do/", {"key": "a", "quantity": "4"})
    page = answer.content.decode()
    assert answer.status_code == 409 and f"{other} has {task.number}" in page
    assert 'name="quantity" value="4"' in page


def test_a_task_is_taken_put_back_and_closed(store: Store) -> None:
    task = store.receive()
    url = f"/floor/stock/task/{task.number}/"
    for verb, state in (("start", "started"), ("back", "open"), ("close", "cancelled")):
        assert store.client.post(f"{url}{verb}/").status_code == 302
        task.refresh_from_db()
        assert task.state == state


def test_the_card_of_an_empty_bin_makes_one_task_and_a_wrong_one_is_named(store: Store) -> None:
    SupplyRule.objects.create(
        item=store.item, location=store.line, method="kanban", card="KB-1", bins=2, bin_quantity=D(5)
    )
    make_stock(store.item, 50, store.places["A-01"])
    for _scan in range(2):
        page = store.scan("/floor/stock/supply/", "KB-1/1")
    assert "BOLT is called for at LINE: 5 EA for bin KB-1/1, from A-01" in page
    assert StockTask.objects.filter(kind="supply").count() == 1
    assert "there is no bin 3" in store.scan("/floor/stock/supply/", "KB-1/3")
    page = store.scan("/floor/stock/supply/", "BOLT", "LINE")
    assert store.at(store.line) == 5 and "Every line has what it needs" in page


def test_a_card_without_its_bin_says_which_bin_it_calls_for_and_where_it_goes(store: Store) -> None:
    SupplyRule.objects.create(
        item=store.item, location=store.line, method="kanban", card="KB-1", bins=2, bin_quantity=D(5)
    )
    page = store.scan("/floor/stock/supply/", "KB-1")
    assert "BOLT is called for at LINE: 5 EA for bin KB-1/1" in page and "Nobody has it yet" in page
    make_stock(store.item, 50, store.places["A-01"])
    page = store.scan("/floor/stock/supply/", "KB-1")
    assert "5 EA for bin KB-1/2, from A-01" in page
    assert "All 2 bins of BOLT at LINE are called for already" in store.scan("/floor/stock/supply/", "KB-1")


def test_filling_up_makes_tasks_for_places_below_their_minimum(store: Store) -> None:
    SupplyRule.objects.create(item=store.item, location=store.line, minimum=D(5), maximum=D(9))
    page = store.client.post("/floor/stock/supply/", {"fill": "1", "key": "a"}, follow=True).content.decode()
    assert "1 task made for what is below its minimum." in page
    assert StockTask.objects.get().quantity == 9


def test_loose_parts_move_by_scanning_what_and_where_and_can_be_undone(store: Store) -> None:
    make_stock(store.item, 8, store.places["A-01"])
    page = store.scan("/floor/stock/move/", "A-01", "3", "A-02")
    assert (store.at(store.places["A-01"]), store.at(store.places["A-02"])) == (5, 3)
    assert "3 EA of BOLT brought to A-02" in page
    number = re.search(r"/floor/stock/task/([^/]+)/undo/", page)
    assert number is not None
    store.client.post(number[0])
    assert store.at(store.places["A-01"]) == 8


def test_a_pallet_moves_whole_and_parts_are_put_into_one(store: Store) -> None:
    pallet = HandlingUnit.objects.create(number="PAL-1", location=store.dock)
    make_stock(store.item, 8, store.dock, into_unit=pallet)
    store.scan("/floor/stock/move/", "PAL-1", "A-01")
    pallet.refresh_from_db()
    assert pallet.location == store.places["A-01"] and store.at(pallet.location) == 8
    make_stock(store.item, 2, store.places["A-02"])
    store.scan("/floor/stock/move/", "A-02", "PAL-1")
    assert Balance.objects.get(handling_unit=pallet, location=pallet.location).quantity == 10


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [
        (("NOTHING",), "NOTHING is nothing that is known at SHOP"),
        (("NUT",), "There is no NUT at SHOP"),
        (("A-02", "BOLT"), "There is no BOLT at A-02"),
        (("A-01", "99", "A-02"), "Only 8 EA of BOLT at A-01: 99 EA cannot be taken"),
        (("A-01", "A-01"), "It lies at A-01 already"),
    ],
)
def test_what_cannot_be_moved_is_said_and_nothing_moves(store: Store, codes: Any, sentence: str) -> None:
    make_item("NUT")
    make_stock(store.item, 8, store.places["A-01"])
    assert sentence in store.scan("/floor/stock/move/", *codes)
    assert store.at(store.places["A-01"]) == 8


def nested(store: Store) -> HandlingUnit:
    """A pallet at the dock with two boxes: bolts in one, nothing in the other."""
    pallet = HandlingUnit.objects.create(number="PAL-1", location=store.dock)
    box = HandlingUnit.objects.create(number="BOX-1", kind="box", location=store.dock, parent=pallet)
    HandlingUnit.objects.create(number="BOX-2", kind="box", location=store.dock, parent=pallet)
    make_stock(store.item, 5, store.dock, into_unit=box)
    StockTask.objects.all().delete()
    return pallet


def test_a_pallet_is_looked_up_with_its_boxes_and_moved_whole_with_undo(store: Store) -> None:
    pallet = nested(store)
    page = store.get("/floor/stock/look-up/?code=PAL-1")
    assert "BOX-1" in page and "5 EA" in page and "BOX-2" in page and "Nothing lies here" not in page
    page = store.scan("/floor/stock/move/?unit=PAL-1", "A-01")
    assert "PAL-1, with all that is in it, brought to A-01" in page
    assert store.at(store.places["A-01"]) == 5
    undo = re.search(r"/floor/stock/task/([^/]+)/undo/", page)
    assert undo is not None
    store.client.post(undo[0])
    pallet.refresh_from_db()
    assert pallet.location == store.dock and store.at(store.dock) == 5
    assert not StockTask.objects.filter(state__in=("open", "started")).exists()


def test_a_pallet_in_hand_is_one_pallet_with_its_number_and_what_stands_on_it(store: Store) -> None:
    nested(store)
    page = store.scan("/floor/stock/move/", "PAL-1")
    assert re.search(r'<div class="mid"><b>1</b><small>Pallet</small>', page)
    assert "PAL-1" in page and "5 EA" in page and "BOX-1" in page
    part = store.get("/floor/stock/move/?unit=BOX-1&item=BOLT&quantity=2")
    assert re.search(r'<div class="mid"><b>2</b><small>EA</small>', part)


def test_a_pallet_to_put_away_names_all_that_lies_on_it_also_in_its_boxes(store: Store) -> None:
    pallet = HandlingUnit.objects.create(number="PAL-1", location=store.dock)
    box = HandlingUnit.objects.create(number="BOX-1", kind="box", location=store.dock, parent=pallet)
    nut = make_item("NUT")
    task = store.receive(into_unit=pallet)
    make_stock(nut, 7, store.dock, into_unit=box)
    StockTask.objects.exclude(pk=task.pk).delete()
    page = store.get(f"/floor/stock/task/{task.number}/")
    assert "PAL-1 goes with all that is on it" in page
    assert "7 EA" in page and "NUT" in page and "in BOX-1" in page
    part = store.get(f"/floor/stock/task/{task.number}/?quantity=3")
    assert "goes with all" not in part and "NUT" not in part
    store.scan(f"/floor/stock/task/{task.number}/", "A-01")
    assert store.at(store.places["A-01"]) == 10 and store.at(store.places["A-01"], nut) == 7


def test_a_box_says_in_what_it_stands(store: Store) -> None:
    nested(store)
    page = store.get("/floor/stock/look-up/?code=BOX-1")
    assert "in PAL-1" in page and "It stands in PAL-1: look at that" in page and "Move it" not in page


def test_an_empty_pallet_is_moved_and_brought_back(store: Store) -> None:
    pallet = HandlingUnit.objects.create(number="PAL-2", location=store.dock)
    assert "PAL-2 is empty" in store.get("/floor/stock/look-up/?code=PAL-2")
    page = store.scan("/floor/stock/move/", "PAL-2", "A-01")
    assert "PAL-2, empty, stands at A-01" in page
    form = re.search(r'<div class="donenote".*?<form.*?</form>', page, re.S)
    assert form is not None
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))
    assert store.client.post("/floor/stock/move/", fields).status_code == 302
    pallet.refresh_from_db()
    assert pallet.location == store.dock


def test_the_second_of_two_tablets_at_one_pallet_gets_one_sentence(store: Store) -> None:
    nested(store)
    mine = store.client.post("/floor/stock/move/", {"code": "PAL-1"})["Location"]
    store.scan("/floor/stock/move/", "PAL-1", "A-01")
    page = store.scan(mine, "A-02")
    assert "has brought PAL-1 from DOCK to A-01 meanwhile: scan it again" in page
    assert store.at(store.places["A-01"]) == 5


def test_what_is_on_hold_is_marked_in_the_list_and_on_its_task(store: Store) -> None:
    task, url = store.receive(), "/floor/stock/put-away/"
    page = f"/floor/stock/task/{task.number}/"
    assert "On hold" not in store.get(url) and "On hold" not in store.get(page)
    hold(item=store.item, kind=Hold.Kind.QUALITY, location=store.dock, by=None)
    assert "On hold" in store.get(url) and "On hold" in store.get(page)


def test_the_tablet_is_in_the_rail_of_who_works_with_it(store: Store, client: Client) -> None:
    link = 'href="/floor/"'
    assert link in store.get("/")
    client.force_login(make_user("cost_accountant", site=store.site))
    assert link not in store.get("/")
