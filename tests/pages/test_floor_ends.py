"""The tablet's report ends lists and cards, counts what is weighed, takes what a scale types, and lets a supervisor."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from execution.models import Report
from execution.services.release import release
from p2p.core.access import Role
from p2p.inventory.models import Balance, Move
from planning.models import Material, Operation
from strategies.models import Site
from tests.factories import (
    make_group,
    make_item,
    make_order,
    make_reason,
    make_site,
    make_stock,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("BOT", over_report_fraction=Decimal("0.05"))


def job(site: Site, *, operations: int = 1, **item: Any) -> list[Operation]:
    """An order for 200 of CHEESE that takes 20 kg of salt, released."""
    group = make_group(site)
    kilo = make_unit("KG", digits=3)
    salt = make_item("SALT", unit=kilo)
    make_stock(salt, 100, site.locations.get(code="STORE"))
    order = make_order(
        make_item("CHEESE", unit=kilo, **item),
        200,
        site=site,
        number="MO-1",
        operations=[{"group": group} for _one in range(operations)],
        materials={salt: Decimal("0.1")},
    )
    release(orders=[order], by=None)
    return list(order.operations.order_by("number"))


def post(client: Client, operation: Operation, name: str = "report", **said: Any) -> Any:
    where = reverse(f"pages:floor-{name}", args=[operation.order.number, operation.number])
    return client.post(where, {"key": uuid4().hex, **said})


def test_the_report_ends_route_card_and_picking_list(client: Client, site: Site) -> None:
    (only,) = job(site)
    client.force_login(make_user(Role.OPERATOR))
    said = post(client, only, quantity="50", end_route="on", end_picking="on")
    assert said.status_code == 302
    row = Report.objects.get()
    assert (row.ends_route, row.ends_picking, row.good) == (True, True, 50)
    assert Material.objects.get().quantity == 0


def test_scrap_names_what_is_at_fault(client: Client, site: Site) -> None:
    (only,) = job(site)
    make_reason("TORN")
    client.force_login(make_user(Role.OPERATOR))
    post(client, only, "scrap", quantity="2", reason="TORN", cause="machine")
    assert Report.objects.get().cause == "machine"


def test_pieces_are_asked_for_and_a_refusal_keeps_what_was_typed(client: Client, site: Site) -> None:
    weighed = {
        "catch_unit": make_unit("WHEEL"),
        "catch_least": Decimal("9.2"),
        "catch_most": Decimal("10.8"),
    }
    (only,) = job(site, **weighed)
    client.force_login(make_user(Role.OPERATOR))
    page = client.get(reverse("pages:floor-job", args=["MO-1", only.number])).content.decode()
    assert "Pieces (WHEEL)" in page
    said = post(client, only, quantity="199.5", catch_quantity="15")
    assert said.status_code == 409
    assert "cannot be 15 WHEEL" in said.content.decode() and 'value="15"' in said.content.decode()
    assert post(client, only, quantity="199.5", catch_quantity="20").status_code == 302
    assert Balance.objects.get(item__number="CHEESE").catch_quantity == 20


def test_what_the_scale_types_is_reported(client: Client, site: Site) -> None:
    (only,) = job(site)
    client.force_login(make_user(Role.OPERATOR))
    assert post(client, only, weighings="60.5 kg, 40.5 kg, ", tare="0.5 kg").status_code == 302
    assert Report.objects.get().good == 100
    said = post(client, only, weighings="heavy")
    assert said.status_code == 409
    assert "“heavy” is no weight" in said.content.decode() and ">heavy</textarea>" in said.content.decode()


def test_a_component_is_weighed_in_at_the_job(client: Client, site: Site) -> None:
    (only,) = job(site)
    salt = Material.objects.get()
    make_reason("WET", kind="adjustment")
    client.force_login(make_user(Role.OPERATOR))
    page = client.get(reverse("pages:floor-job", args=["MO-1", only.number])).content.decode()
    assert f'id="weigh-{salt.pk}"' in page and 'data-low="19' in page
    said = post(client, only, "weigh", material=salt.pk, weighings="22 kg")
    assert said.status_code == 409 and "is outside 19 to 21 KG: say why." in said.content.decode()
    assert post(client, only, "weigh", material=salt.pk, weighings="22 kg", reason="WET").status_code == 302
    assert Move.objects.get(kind="issue").quantity == 22
    said = post(client, only, "weigh", material="7777777", weighings="22 kg", reason="WET")
    assert "This component is not on this job" in said.content.decode()


def test_only_a_supervisor_is_asked_why_all_the_same(client: Client, site: Site) -> None:
    _first, last = job(site, operations=2)
    where = reverse("pages:floor-job", args=["MO-1", last.number])
    client.force_login(make_user(Role.OPERATOR))
    assert "Report all the same" not in client.get(where).content.decode()
    assert post(client, last, quantity="50", despite="I say so").status_code == 409
    client.force_login(make_user(Role.SUPERVISOR))
    assert "Report all the same" in client.get(where).content.decode()
    assert post(client, last, quantity="50", despite="Counted").status_code == 302
    row = Report.objects.get(operation=last)
    assert row.accepted_why == "Counted" and len(row.accepted) == 1


def test_over_rest_the_report_takes_all_of_it(client: Client, site: Site) -> None:
    (_first, last) = job(site, operations=2)
    client.force_login(make_user(Role.SUPERVISOR))
    body = {"good": "50", "end_picking": True, "end_route": True, "despite": "Counted"}
    said = client.post(
        f"/api/v1/execution/operations/MO-1~{last.number}/report/",
        body,
        "application/json",
        headers={"Idempotency-Key": "one"},
    )
    assert said.status_code in (200, 201), said.content
    row = said.json()
    assert (row["ends_picking"], row["ends_route"], row["finishes"], row["accepted_why"]) == (
        True,
        True,
        True,
        "Counted",
    )
    page = client.get(f"/execution/reports/{row['number']}/").content.decode()
    assert "Reported all the same" in page and "It ended the route card" in page
