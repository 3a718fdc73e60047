"""Items that are weighed and counted, on the tablet: pieces first, then the weight, typed or as a scale types it."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client

from p2p.core import clock
from p2p.inventory.models import Balance, StockTask
from p2p.inventory.services.ledger import MoveLine, post
from planning.services.replenishment import create_replenishment
from tests.factories import make_item, make_unit, make_vendor
from tests.pages.test_floor_stock import Store

pytestmark = pytest.mark.django_db


class Dairy(Store):
    """Wheels of cheese of 8 to 12 kg: 40 kg may be four or five."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.cheese = make_item(
            "CHEESE",
            unit=make_unit("KG", digits=3),
            catch_unit=make_unit("WHEEL"),
            catch_least=D(8),
            catch_most=D(12),
        )

    def lies(self, code: str) -> tuple[D, D]:
        row = Balance.objects.get(item=self.cheese, location__code=code, quantity__gt=0)
        return row.quantity, row.catch_quantity

    def came(self) -> StockTask:
        """Ten wheels of 100 kg at the dock."""
        said: dict[str, Any] = {"source": self.places["SUPPLIER"], "target": self.dock, "kind": "receipt"}
        post(lines=[MoveLine(item=self.cheese, quantity=D(100), catch_quantity=D(10), **said)], by=None)
        return StockTask.objects.get()


@pytest.fixture
def dairy(client: Client) -> Dairy:
    return Dairy(client)


def amount(dairy: Dairy, url: str, **typed: str) -> Any:
    path, _mark, query = url.partition("?")
    fields = dict(part.split("=") for part in query.split("&") if "=" in part)
    return dairy.client.post(path, {**fields, **typed})


def test_goods_are_received_with_their_pieces_and_what_the_scale_says(dairy: Dairy) -> None:
    order = create_replenishment(
        site=dairy.site,
        item=dairy.cheese,
        quantity=D(100),
        due_on=clock.now().date(),
        vendor=make_vendor(),
        by=None,
    )
    url = f"/floor/stock/receive/{order.number}/"
    page = dairy.get(url)
    assert "Pieces (WHEEL)" in page and "Weight, typed or from the scale" in page
    said = amount(dairy, url, count="4", amount="+ 40.250 kg")["Location"]
    assert "quantity=40.25" in said and "count=4" in said
    assert "40.25 KG, 4 WHEEL" in dairy.get(said)
    answer = dairy.client.post(url + "do/", {"quantity": "40.25", "count": "4"})
    assert answer.status_code == 302
    assert dairy.lies("DOCK") == (D("40.25"), D(4))


def test_pieces_that_cannot_weigh_that_are_refused_and_what_was_typed_stays(dairy: Dairy) -> None:
    order = create_replenishment(
        site=dairy.site,
        item=dairy.cheese,
        quantity=D(100),
        due_on=clock.now().date(),
        vendor=make_vendor(),
        by=None,
    )
    url = f"/floor/stock/receive/{order.number}/"
    page = dairy.client.post(url + "do/", {"quantity": "40", "count": "9"}).content.decode()
    assert "cannot be 9 WHEEL" in page and 'name="count" value="9"' in page
    assert "is no number of pieces" in amount(dairy, url, count="x", amount="40").content.decode()
    assert "is no quantity" in amount(dairy, url, count="4", amount="40 G").content.decode()
    assert not Balance.objects.filter(item=dairy.cheese).exists()


def test_a_part_is_put_away_with_its_pieces(dairy: Dairy) -> None:
    url = f"/floor/stock/task/{dairy.came().number}/"
    said = amount(dairy, url, count="4", amount="40")["Location"]
    assert "4 WHEEL" in dairy.get(said)
    dairy.scan(said, "A-01", scanned="1")
    assert dairy.lies("A-01") == (D(40), D(4)) and dairy.lies("DOCK") == (D(60), D(6))


def test_without_its_pieces_an_unclear_weight_is_refused_and_nothing_moves(dairy: Dairy) -> None:
    url = f"/floor/stock/task/{dairy.came().number}/"
    said = amount(dairy, url, amount="40")["Location"]
    assert "say how many WHEEL that is" in dairy.scan(said, "A-01", scanned="1")
    assert dairy.lies("DOCK") == (D(100), D(10))


def test_a_part_is_moved_with_its_pieces(dairy: Dairy) -> None:
    dairy.came()
    StockTask.objects.all().delete()
    said = amount(dairy, "/floor/stock/move/?source=DOCK&item=CHEESE", count="5", amount="45")["Location"]
    dairy.scan(said, "A-02", scanned="1")
    assert dairy.lies("A-02") == (D(45), D(5)) and dairy.lies("DOCK") == (D(55), D(5))
