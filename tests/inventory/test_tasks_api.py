"""Tasks over REST and on the desk: made, done, taken back, called for by card, in bulk; at one's own sites only."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from p2p.inventory.models import Balance, StockTask, SupplyRule
from tests.factories import (
    make_item,
    make_location,
    make_locations,
    make_site,
    make_stock,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/inventory/tasks/"


class Desk:
    def __init__(self) -> None:
        self.site = make_site("MAIN", locations=False)
        self.places = make_locations(self.site, "A-01", "A-02")
        self.line = make_location(self.site, code="LINE", kind="line_side")
        self.item = make_item("BOLT")
        make_stock(self.item, 20, self.places["A-01"])
        self.by = make_user("supervisor", site=self.site)
        self.api = APIClient()
        self.api.force_authenticate(self.by)

    def post(self, path: str = "", **said: Any) -> Any:
        return self.api.post(URL + path, said, format="json")

    def make(self, **also: Any) -> str:
        said = {
            "kind": "move",
            "site": "MAIN",
            "item": "BOLT",
            "quantity": "5",
            "source": "A-01",
            "target": "A-02",
        }
        answer = self.post(**{**said, **also})
        assert answer.status_code == 201, answer.content
        return str(answer.json()["number"])

    def at(self, code: str) -> D:
        row = Balance.objects.filter(item=self.item, location__site=self.site, location__code=code).first()
        return row.quantity if row else D(0)


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


def test_a_task_is_made_done_in_parts_and_taken_back(desk: Desk) -> None:
    number = desk.make()
    part = desk.post(f"{number}/do/", quantity="2", target="LINE").json()
    assert (part["state"], part["done_quantity"], desk.at("LINE")) == ("started", "2", D(2))
    done = desk.post(f"{number}/do/").json()
    assert (done["state"], desk.at("A-02")) == ("done", D(3))
    again = desk.post(f"{number}/undo/").json()
    assert (again["state"], again["done_quantity"], desk.at("A-02")) == ("open", "2", D(0))
    shown = desk.api.get(f"{URL}{number}/").json()
    assert shown["verbs"]["do"] == {"allowed": True, "blocked_by": []}


def test_start_put_back_assign_and_cancel(desk: Desk) -> None:
    number = desk.make()
    assert desk.post(f"{number}/start/").json()["started_by"] == desk.by.username
    assert desk.post(f"{number}/put-back/").json()["state"] == "open"
    bob = make_user("operator", username="bob")
    assert desk.post(f"{number}/assign/", to="bob").json()["started_by"] == bob.username
    refused = desk.post(f"{number}/do/")
    assert refused.status_code == 409 and "bob has" in refused.json()["detail"]
    assert desk.post(f"{number}/cancel/").json()["state"] == "cancelled"
    other = desk.make()
    assert desk.post("cancel-many/", tasks=[number, other]).status_code == 409
    assert desk.post("cancel-many/", tasks=[other]).json()[0]["state"] == "cancelled"
    assert "There is no task X" in desk.post("cancel-many/", tasks=["X"]).content.decode()


def test_a_card_calls_a_run_fills_and_stock_is_carried_at_once(desk: Desk) -> None:
    SupplyRule.objects.create(
        item=desk.item, location=desk.line, method="kanban", card="KB-1", bins=2, bin_quantity=D(5)
    )
    called = desk.post("call/", card="KB-1/2").json()
    assert (called["kind"], called["reference"], called["source"]) == ("supply", "KB-1/2", "A-01")
    nut = make_item("NUT")
    SupplyRule.objects.create(item=nut, location=desk.line, minimum=D(1), maximum=D(4))
    assert [row["quantity"] for row in desk.post("replenish/", site="MAIN").json()] == ["4"]
    said = {"site": "MAIN", "item": "BOLT", "quantity": "6", "source": "A-01", "target": "A-02"}
    assert desk.post("carry/", **said).json()["state"] == "done"
    assert desk.at("A-02") == 6


def test_a_place_or_item_that_is_not_there_is_named(desk: Desk) -> None:
    said = {"kind": "move", "site": "MAIN", "item": "BOLT", "quantity": "5"}
    assert "There is no location X-9 at MAIN" in desk.post(**said, target="X-9").content.decode()
    assert "BOLT has no L-1" in desk.post(**said, lot="L-1").content.decode()
    answer = desk.post(**{**said, "quantity": "0"})
    assert answer.status_code == 409 and not StockTask.objects.exists()


def test_at_another_site_nothing_is_seen_or_done(desk: Desk) -> None:
    SupplyRule.objects.create(
        item=desk.item, location=desk.line, method="kanban", card="KB-1", bins=2, bin_quantity=D(5)
    )
    number = desk.make()
    desk.api.force_authenticate(make_user("supervisor", site=make_site("AWAY")))
    assert desk.api.get(URL).json()["results"] == []
    assert desk.post(f"{number}/do/").status_code == 404
    for path, said in (
        ("call/", {"card": "KB-1"}),
        ("replenish/", {"site": "MAIN"}),
        ("cancel-many/", {"tasks": [number]}),
        ("carry/", {"site": "MAIN", "item": "BOLT", "quantity": "1", "source": "A-01", "target": "A-02"}),
    ):
        assert desk.post(path, **said).status_code == 403, path
    assert desk.at("A-01") == 20


def test_the_desk_lists_assigns_does_and_takes_back(desk: Desk, client: Client) -> None:
    number = desk.make()
    task = StockTask.objects.get()
    client.force_login(desk.by)
    page = client.get("/inventory/tasks/?open=true").content.decode()
    assert number in page and "Fill up the lines" in page
    bob = make_user("operator", username="bob")
    client.post(f"/inventory/tasks/assign?ids={task.pk}", {"to": bob.pk})
    task.refresh_from_db()
    assert task.started_by == bob
    client.post("/inventory/tasks/", {"bulk": "back", "row": task.pk})
    client.post(f"/inventory/tasks/{task.pk}/do", {})
    assert desk.at("A-02") == 5
    assert "A-02" in client.get(f"/inventory/tasks/{number}/").content.decode()
    client.post(f"/inventory/tasks/{task.pk}/undo", {})
    assert desk.at("A-02") == 0
    client.post("/inventory/tasks/", {"bulk": "cancel", "row": task.pk})
    task.refresh_from_db()
    assert task.state == "cancelled"


def test_tasks_are_made_called_and_filled_from_forms(desk: Desk, client: Client) -> None:
    client.force_login(desk.by)
    SupplyRule.objects.create(
        item=desk.item, location=desk.line, method="kanban", card="KB-1", bins=2, bin_quantity=D(5)
    )
    SupplyRule.objects.create(item=make_item("NUT"), location=desk.line, minimum=D(1), maximum=D(4))
    said = {"kind": "move", "site": desk.site.pk, "item": "BOLT", "quantity": "5", "priority": "50"}
    assert client.post("/inventory/tasks/new", {**said, "target": desk.line.pk}).status_code == 204
    assert client.post("/inventory/tasks/call", {"card": "KB-1"}).status_code == 204
    assert client.post("/inventory/tasks/fill-up", {"site": desk.site.pk}).status_code == 204
    assert sorted(StockTask.objects.values_list("kind", "item__number")) == [
        ("move", "BOLT"), ("supply", "BOLT"), ("supply", "NUT"),
    ]  # fmt: skip
    assert client.post("/inventory/tasks/call", {"card": "KB-9"}).status_code == 409


def test_what_is_weighed_is_carried_and_done_with_its_pieces(client: Client, db: None) -> None:
    desk = Desk()
    cheese = make_item(
        "CHEESE",
        unit=make_unit("KG", digits=3),
        catch_unit=make_unit("WHEEL"),
        catch_least=D(8),
        catch_most=D(12),
    )
    make_stock(cheese, 100, desk.places["A-01"], catch_quantity=D(10))
    said = {"site": "MAIN", "item": "CHEESE", "source": "A-01", "target": "A-02"}
    unclear = desk.post("carry/", **said, quantity="40")
    assert unclear.status_code == 409 and "say how many WHEEL" in unclear.json()["detail"]
    assert desk.post("carry/", **said, quantity="40", catch_quantity="4").status_code == 200
    number = desk.make(item="CHEESE", quantity="60")
    done = desk.post(f"{number}/do/", quantity="20", catch_quantity="2")
    assert done.status_code == 200, done.content
    lying = dict(
        Balance.objects.filter(item=cheese, quantity__gt=0).values_list("location__code", "catch_quantity")
    )
    assert lying == {"A-01": D(4), "A-02": D(6)}
    client.force_login(desk.by)
    number = desk.make(item="CHEESE", quantity="22")
    url = f"/inventory/tasks/{StockTask.objects.get(number=number).pk}/do"
    no = client.post(url, {"catch_quantity": "1"})
    assert no.status_code == 409
    assert 'value="1"' in no.content.decode()
    assert client.post(url, {"catch_quantity": "2"}).status_code == 204
    assert Balance.objects.get(item=cheese, location=desk.places["A-01"]).catch_quantity == 2
    other = desk.make(quantity="1")
    page = client.get(f"/inventory/tasks/{StockTask.objects.get(number=other).pk}/do").content.decode()
    assert "catch_quantity" not in page


def test_a_task_is_taken_put_back_and_cancelled_with_the_buttons_of_its_page(
    desk: Desk, client: Client
) -> None:
    client.force_login(desk.by)
    task = StockTask.objects.get(number=desk.make())
    for key, state in (("start", "started"), ("back", "open"), ("cancel", "cancelled")):
        client.post(reverse("core:act", args=["task.actions", key, task.pk]))
        task.refresh_from_db()
        assert (key, task.state) == (key, state)
