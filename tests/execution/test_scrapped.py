"""Scrap added up by cause and reason, on its page and over REST."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from execution.services.release import release
from execution.services.report import report
from execution.services.undo import undo
from p2p.core.access import Role
from tests.execution.conftest import Plant, operations
from tests.factories import make_reason, make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def scrapped(plant: Plant) -> Plant:
    """6 for the machine (worn), 3 for the material (torn), 1 for nobody, and 5 that were taken back."""
    plant.fill(100)
    order = plant.order(20, flushing="operation", number="MO-1")
    release(orders=[order], by=plant.worker)
    cut, _weld = operations(order)
    worn, torn, lost = (
        make_reason(code, cause=cause)
        for code, cause in (("WORN", "machine"), ("TORN", "material"), ("LOST", ""))
    )
    for reason, pieces in ((torn, 3), (worn, 4), (worn, 2), (lost, 1)):
        report(operation=cut, good=Decimal(0), scrap=Decimal(pieces), reason=reason, by=plant.worker)
    back = report(operation=cut, good=Decimal(0), scrap=Decimal(5), reason=torn, by=plant.worker)
    undo(report=back, by=plant.worker)
    return plant


def test_the_worst_comes_first_with_its_share(client: Client, scrapped: Plant) -> None:
    client.force_login(make_user(Role.SUPERVISOR))
    rows = client.get("/api/v1/execution/reports/scrap/").json()["results"]
    assert [(row["cause"], row["reason"], row["pieces"], row["share"], row["up_to"]) for row in rows] == [
        ("machine", "WORN", "6", "0.6", "0.6"),
        ("material", "TORN", "3", "0.3", "0.9"),
        ("", "LOST", "1", "0.1", "1"),
    ]
    assert client.get("/api/v1/execution/reports/scrap/?since=1999-01-01&until=1999-12-31").json() == {
        "results": []
    }


def test_the_page_shows_causes_and_reasons(client: Client, scrapped: Plant) -> None:
    client.force_login(make_user(Role.SUPERVISOR))
    page = client.get("/execution/scrap/").content.decode()
    assert page.index("Machine") < page.index("Material") < page.index("None of these")
    assert "60" in page and "WORN" in page
    assert (
        "No scrap in these days"
        in client.get("/execution/scrap/?since=nonsense&until=1999-01-31").content.decode()
    )


@pytest.mark.parametrize("last", ["9999-12-31", "0001-01-15"])
def test_a_last_day_at_the_edge_of_the_calendar_is_not_readable(
    client: Client, scrapped: Plant, last: str
) -> None:
    client.force_login(make_user(Role.SUPERVISOR))
    for since in ("", "0001-01-01"):
        query = f"?since={since}&until={last}"
        said = client.get(f"/api/v1/execution/reports/scrap/{query}").json()["results"]
        assert [row["pieces"] for row in said] == (["6", "3", "1"] if since == "" or last[0] == "9" else [])
        assert client.get(f"/execution/scrap/{query}").status_code == 200


def test_scrap_of_other_sites_is_not_shown(client: Client, scrapped: Plant) -> None:
    client.force_login(make_user(Role.SUPERVISOR, site=make_site("ELSE")))
    assert client.get("/api/v1/execution/reports/scrap/").json() == {"results": []}


def test_a_line_of_a_pick_list_is_weighed_over_rest(client: Client, plant: Plant) -> None:
    plant.fill(100)
    order = plant.order(10, number="MO-1")
    (listed,) = release(orders=[order], by=plant.worker)
    client.force_login(make_user(Role.SUPERVISOR))
    line = listed.lines.get(material__item=plant.paint)
    where = f"/api/v1/execution/pick-lists/{listed.number}/weigh/"
    body = {"line": line.pk, "weighings": "0.6; 0.5", "tare": "0.1"}
    said = client.post(where, body, "application/json", headers={"Idempotency-Key": "a"})
    assert said.status_code == 409 and "say why" in said.json()["detail"]
    said = client.post(
        where, {**body, "more_comes": True}, "application/json", headers={"Idempotency-Key": "b"}
    )
    assert said.status_code == 200, said.content
    line.material.refresh_from_db()
    assert line.material.issued_quantity == Decimal("0.9")
