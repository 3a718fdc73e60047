"""Co- and by-products on the tablet and on the work list's form."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from execution.models import OutputMove, Report, Variation
from p2p.inventory.models import Balance
from planning.models import Output
from strategies.models import Item
from tests.factories import make_item, make_reason, make_unit, make_user
from tests.pages.shopfloor import Floor, sheet

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def floor(client: Client) -> Floor:
    """Five chips by lot and two kilos of dust come out beside the ten pieces."""
    made = Floor(client)
    for number, tracking, unit, quantity in (
        ("CHIPS", "lot", None, 5),
        ("DUST", "none", make_unit("KG", digits=3), 2),
    ):
        item = make_item(number, tracking=tracking, **({"unit": unit} if unit else {}))
        Output.objects.create(
            order=made.order, item=item, unit=item.unit, kind="by", quantity=quantity, cost_share=0
        )
    return made


def part(number: str, field: str = "quantity") -> str:
    return f"out-{Item.objects.get(number=number).pk}-{field}"


def came() -> dict[str, Decimal]:
    return dict(Output.objects.exclude(kind="main").values_list("item__number", "received_quantity"))


def test_the_pad_shows_what_is_expected_and_takes_what_came(floor: Floor) -> None:
    shown = sheet(floor.page(), "report")
    assert 'data-needed="5"' in shown and part("CHIPS") in shown and part("CHIPS", "name") in shown
    said = {part("CHIPS"): "3", part("CHIPS", "name"): "RED", part("CHIPS", "plate"): "LP-1"}
    floor.post("report", quantity="4", key="k1", **said)
    assert came() == {"CHIPS": 3, "DUST": D("0.8")}
    there = Balance.objects.get(item__number="CHIPS", quantity__gt=0)
    assert (there.lot.number, there.handling_unit.number) == ("RED", "LP-1")


def test_scrap_beside_names_its_reason(floor: Floor) -> None:
    make_reason("WET")
    floor.post(
        "report", quantity="4", key="k1", **{part("CHIPS", "scrap"): "1", part("CHIPS", "reason"): "WET"}
    )
    assert Variation.objects.get().scrap == 1 and came()["CHIPS"] == 1


@pytest.mark.parametrize(
    "field, value, sentence",
    [
        ("quantity", "1.5", "has more digits than"),
        ("quantity", "-1", "The number for CHIPS cannot be less than zero."),
        ("quantity", "much", "Type a number for CHIPS."),
        ("scrap", "1", "Say why CHIPS is scrap"),
    ],
)
def test_a_refusal_keeps_what_was_typed_and_books_nothing(
    floor: Floor, field: str, value: str, sentence: str
) -> None:
    page = floor.refused("report", quantity="4", key="k1", **{part("CHIPS", field): value})
    shown = sheet(page, "report")
    assert sentence in shown.replace("&#x27;", "'")
    assert f'name="{part("CHIPS", field)}"' in shown and f'value="{value}"' in shown
    assert not Report.objects.exists() and came() == {"CHIPS": 0, "DUST": 0}


def test_who_is_signed_out_finds_it_again(floor: Floor) -> None:
    name = part("CHIPS")
    floor.client.logout()
    answer = floor.client.post(f"{floor.url}report/", {"quantity": "4", "key": "k1", name: "3"})
    floor.client.force_login(floor.by)
    back = floor.client.get(answer.url.partition("next=")[2] and _next(answer.url)).content.decode()
    assert f'name="{name}"' in back and 'value="3"' in sheet(back, "report")
    assert not Report.objects.exists()


def _next(url: str) -> str:
    from urllib.parse import parse_qs, urlparse

    return parse_qs(urlparse(url).query)["next"][0]


def test_sent_twice_it_counts_once(floor: Floor) -> None:
    said = {"quantity": "4", "key": "same", part("CHIPS"): "3"}
    floor.post("report", **said)
    assert "it counts once" in floor.post("report", **said)
    assert came()["CHIPS"] == 3 and Report.objects.count() == 1


def test_a_supervisor_adds_what_nobody_planned(floor: Floor) -> None:
    make_item("BARK")
    assert "Something else came out" not in sheet(floor.page(), "report")
    floor.client.force_login(make_user("supervisor", site=floor.site))
    assert "Something else came out" in sheet(floor.page(), "report")
    refused = floor.refused("report", quantity="4", key="k1", **{"add-item": "BIRK", "add-quantity": "2"})
    assert "There is no item BIRK." in refused and 'value="BIRK"' in refused
    floor.post(
        "report", quantity="4", key="k2", **{"add-item": "bark", "add-quantity": "2", "add-share": "10"}
    )
    row = Output.objects.get(item__number="BARK")
    assert (row.received_quantity, row.cost_share, row.planned) == (2, D("0.1"), False)


def test_the_work_lists_form_asks_and_reports(floor: Floor) -> None:
    url = reverse("execution:report", args=[floor.operation.pk])
    shown = floor.client.get(url).content.decode()
    assert "Comes out beside" in shown and part("DUST") in shown
    said = floor.client.post(url, {"good": "4", part("DUST"): "1"})
    assert said.status_code in (200, 302, 204), said.content.decode()
    assert came() == {"CHIPS": 2, "DUST": 1}
    again = floor.client.post(url, {"good": "1", part("DUST"): "0.00001"})
    assert again.status_code == 409 and "has more digits than" in again.content.decode()
    assert 'value="0.00001"' in again.content.decode() and came()["DUST"] == 1


class TestRest:
    def report(self, floor: Floor, key: str, **said: Any) -> Any:
        body = json.dumps({"good": "4", **said})
        where = f"/api/v1/execution/operations/{floor.order.number}~10/report/"
        return floor.client.post(
            where, body, content_type="application/json", headers={"Idempotency-Key": key}
        )

    def test_it_says_what_comes_out_and_takes_what_did(self, floor: Floor) -> None:
        where = f"/api/v1/execution/operations/{floor.order.number}~10/comes-out/?good=4"
        said = floor.client.get(where).json()
        assert [(one["item"], one["expected"]) for one in said["results"]] == [
            ("CHIPS", "2"),
            ("DUST", "0.8"),
        ]
        assert said["may_add"] is False
        outputs = [{"item": "CHIPS", "quantity": "3", "lot": "RED"}]
        for _twice in range(2):
            assert self.report(floor, "k1", outputs=outputs).status_code == 200
        assert came()["CHIPS"] == 3 and Report.objects.count() == 1
        number = Report.objects.get().number
        one = floor.client.get(f"/api/v1/execution/reports/{number}/?expand=outputs,variations").json()
        assert {
            "item": "CHIPS",
            "kind": "by",
            "quantity": "3",
            "lot": "RED",
            "serial": None,
            "plate": None,
        } in one["outputs"]
        assert [(row["item"], row["expected"], row["quantity"]) for row in one["variations"]] == [
            ("CHIPS", "2", "3")
        ]

    def test_what_is_refused_is_said_and_nothing_is_booked(self, floor: Floor) -> None:
        answer = self.report(floor, "k1", outputs=[{"item": "DUST", "quantity": "1", "lot": "RED"}])
        assert answer.status_code == 409 and "DUST is not tracked" in answer.json()["detail"]
        assert not OutputMove.objects.exists()
