"""Pieces with serial numbers on the tablet: scanned one by one, put away and moved in one go, undone as one."""

from __future__ import annotations

import re
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client

from p2p.inventory.models import Balance, StockTask
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.tasks import Work, create
from tests.factories import make_item, make_serial, make_stock
from tests.pages.test_floor_stock import Store

pytestmark = pytest.mark.django_db
MOVE = "/floor/stock/move/"


class Pumps(Store):
    """Three pumps at the dock, which are to be put away."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.pump = make_item("PUMP", tracking="serial")
        self.pieces = [make_serial(self.pump, f"SN-{number}") for number in (1, 2, 3)]
        said: dict[str, Any] = {"source": self.places["SUPPLIER"], "target": self.dock, "kind": "receipt"}
        post(
            lines=[
                MoveLine(item=self.pump, quantity=D(1), serial=one, reference="PO-1", **said)
                for one in self.pieces
            ],
            by=None,
        )

    @property
    def url(self) -> str:
        return f"/floor/stock/task/{StockTask.objects.get().number}/"

    def scanned(self, url: str, *codes: str) -> str:
        return self.scan(url, *codes, scanned="1")

    def lie(self, code: str) -> set[str]:
        rows = Balance.objects.filter(item=self.pump, location__code=code, quantity__gt=0)
        return set(rows.values_list("serial__number", flat=True))

    def open(self) -> int:
        return StockTask.objects.filter(state__in=("open", "started")).count()


@pytest.fixture
def pumps(client: Client) -> Pumps:
    return Pumps(client)


def undo(store: Store, page: str) -> None:
    found = re.search(r"/floor/stock/task/([^/]+)/undo/", page)
    assert found is not None
    assert store.client.post(found[0]).status_code == 302


def test_several_pieces_are_put_away_in_one_go_and_counted_against_their_task(pumps: Pumps) -> None:
    page = pumps.scanned(pumps.url, "SN-1", "SN-3")
    assert "2 of 3" in page and pumps.lie("DOCK") == {"SN-1", "SN-2", "SN-3"}
    page = pumps.scanned(pumps.url, "A-01")
    assert pumps.lie("A-01") == {"SN-1", "SN-3"}
    assert "2 EA of PUMP brought to A-01" in page and "2 / 3" in page
    undo(pumps, page)
    task = StockTask.objects.get()
    assert pumps.lie("DOCK") == {"SN-1", "SN-2", "SN-3"} and task.done_quantity == 0


def test_the_piece_scanned_in_the_list_is_the_first_of_those_put_away(pumps: Pumps) -> None:
    page = pumps.scanned("/floor/stock/put-away/", "SN-1")
    assert "1 of 3" in page and "1 EA to" in page
    page = pumps.scanned(pumps.url, "SN-2")
    assert "2 of 3" in page
    assert "2 of 3" in pumps.scanned("/floor/stock/put-away/", "SN-1")
    pumps.scanned(pumps.url, "A-01")
    assert pumps.lie("A-01") == {"SN-1", "SN-2"}


def test_a_piece_in_hand_by_its_address_is_counted_with_the_next(pumps: Pumps) -> None:
    assert "1 EA to" in pumps.get(f"{pumps.url}?serial=SN-1")
    pumps.scanned(f"{pumps.url}?serial=SN-1", "SN-2", "A-01")
    assert pumps.lie("A-01") == {"SN-1", "SN-2"}


def test_a_task_for_one_piece_takes_no_other(pumps: Pumps) -> None:
    StockTask.objects.all().delete()
    said: dict[str, Any] = {"kind": "put_away", "site": pumps.site, "item": pumps.pump, "source": pumps.dock}
    (task,) = create(works=[Work(**said, quantity=D(1), serial=pumps.pieces[0])], by=None)
    page = pumps.scanned(f"/floor/stock/task/{task.number}/", "SN-3", "A-01")
    assert f"SN-3 is not asked for by {task.number}: it asks for SN-1." in page
    assert pumps.lie("A-01") == set()


def test_a_piece_scanned_twice_is_named_and_a_wrong_one_changes_nothing(pumps: Pumps) -> None:
    url = pumps.url
    assert "SN-1 is scanned already" in pumps.scanned(url, "SN-1", "SN-1")
    make_serial(pumps.pump, "SN-8")
    assert "SN-8 does not lie at DOCK: nothing was changed." in pumps.scanned(url, "SN-8")
    assert "1 of 3" in pumps.get(url)


def test_a_reload_loses_none_and_a_tap_takes_one_off(pumps: Pumps) -> None:
    url = pumps.url
    pumps.scanned(url, "SN-1", "SN-2")
    assert "2 of 3" in pumps.get(url)
    pumps.client.post(url, {"drop": "SN-1"})
    pumps.scanned(url, "A-01")
    assert pumps.lie("A-01") == {"SN-2"}


def test_pieces_for_one_task_without_numbers_are_counted_against_it(pumps: Pumps) -> None:
    StockTask.objects.all().delete()
    said: dict[str, Any] = {"kind": "move", "site": pumps.site, "item": pumps.pump, "source": pumps.dock}
    (task,) = create(works=[Work(**said, quantity=D(2), target=pumps.places["A-01"])], by=None)
    url = f"/floor/stock/task/{task.number}/"
    assert "1 of 2" in pumps.scanned(url, "SN-1")
    page = pumps.scanned(url, "SN-2", "SN-3", "A-01")
    assert f"{task.number} asks for 2 pieces, and 3 are scanned: take some off." in page
    assert pumps.lie("A-01") == set() and "3 of 2" in pumps.get(url)
    pumps.client.post(url, {"drop": "SN-2"})
    pumps.scanned(url, "A-01")
    assert pumps.lie("A-01") == {"SN-1", "SN-3"}


def test_pieces_are_moved_together_and_undone_together(pumps: Pumps) -> None:
    StockTask.objects.all().delete()
    page = pumps.scanned(MOVE, "SN-1", "SN-2")
    assert "2 of 3" in page
    page = pumps.scanned(MOVE, "SN-1", "SN-3", "A-01")
    assert pumps.lie("A-01") == {"SN-1", "SN-3"} and "2 EA of PUMP brought to A-01" in page
    undo(pumps, page)
    assert pumps.lie("DOCK") == {"SN-1", "SN-2", "SN-3"} and pumps.open() == 0


def test_with_the_list_gone_a_place_never_means_all_that_lies_there(pumps: Pumps) -> None:
    StockTask.objects.all().delete()
    hand = f"{MOVE}?source=DOCK&item=PUMP&pieces=1"
    page = pumps.scanned(hand, "A-01")
    assert "No serial number is left on the list: scan what you take." in page
    assert pumps.lie("A-01") == set()


def test_a_piece_that_somebody_else_took_meanwhile_is_named_and_none_moves(pumps: Pumps) -> None:
    StockTask.objects.all().delete()
    mine = pumps.client.post(MOVE, {"code": "SN-1", "scanned": "1"})["Location"]
    other = Client()
    other.force_login(pumps.by)
    there = other.post(MOVE, {"code": "SN-1", "scanned": "1"})["Location"]
    fields = dict(part.split("=") for part in there.partition("?")[2].split("&"))
    assert other.post(MOVE, {**fields, "code": "A-02", "scanned": "1"}).status_code == 302
    page = pumps.scanned(mine, "A-01")
    assert "SN-1 does not lie at DOCK any more: take it off the list." in page


def test_what_was_brought_is_named_piece_by_piece(pumps: Pumps) -> None:
    page = pumps.scanned(pumps.url, "SN-1", "SN-3", "A-01")
    assert " · SN-1, SN-3" in page


def test_of_many_pieces_the_first_is_named_and_a_tap_names_all(pumps: Pumps) -> None:
    StockTask.objects.all().delete()
    make_stock(pumps.pump, 1, pumps.dock, serial=make_serial(pumps.pump, "SN-4"))
    StockTask.objects.all().delete()
    page = pumps.scanned(MOVE, "SN-1", "SN-2", "SN-3", "SN-4", "A-01")
    assert "SN-1 and 3 more" in page and "<div>SN-1, SN-2, SN-3, SN-4</div>" in page
