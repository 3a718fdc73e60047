"""What waits for its inspection is not offered to be put away: it stands with the inspection's number until then."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from p2p.inventory.models import StockTask
from p2p.inventory.selectors.tasks import next_task, open_count, open_tasks
from planning.services.receive import ReceiptLine, receive_lines
from planning.services.replenishment import create_replenishment
from quality.models import Inspection
from quality.services import decide
from strategies.models import Site
from tests.factories import make_item, make_location, make_site, make_user, make_vendor
from tests.quality.factories import make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    site = make_site("MAIN")
    make_location(site, code="DOCK", kind="receiving")
    return site


def came(site: Site, item: Any, quantity: int = 3, **piece: Any) -> StockTask:
    order = create_replenishment(
        site=site,
        item=item,
        quantity=Decimal(quantity),
        due_on=date(2099, 1, 1),
        vendor=make_vendor(),
        by=None,
    )
    receive_lines(lines=[ReceiptLine(order=order, quantity=Decimal(quantity), **piece)], by=None)
    return StockTask.objects.latest("pk")


@pytest.mark.parametrize("tracking", ["none", "lot", "serial"])
def test_a_task_is_offered_once_its_goods_passed(site: Site, tracking: str) -> None:
    item, olinda = make_item("PUMP", tracking=tracking), make_user("operator")
    make_plan(site, trigger="goods", item=item)
    free = came(site, make_item("BOLT"))
    task = came(site, item)
    assert open_count(site, "put_away") == 1
    assert next_task(site, "put_away", olinda) == free
    (waiting,) = open_tasks(site, "put_away", waiting=True)
    inspection = Inspection.objects.get()
    assert (waiting, waiting.waits_for) == (task, inspection.number)
    inspection.plan.lines.all().delete()
    decide.accept(inspection=inspection, by=make_user("inspector"))
    assert set(open_tasks(site, "put_away")) == {free, task}
    assert not open_tasks(site, "put_away", waiting=True)


def test_a_lot_that_waits_keeps_no_other_lot_from_its_place(site: Site) -> None:
    paint = make_item("PAINT", tracking="lot")
    first = came(site, paint, lot="L0")
    make_plan(site, trigger="goods", item=paint)
    second = came(site, paint, lot="L1")
    assert list(open_tasks(site, "put_away")) == [first]
    assert list(open_tasks(site, "put_away", waiting=True)) == [second]


def test_list_page_rest_and_tablet_say_what_it_waits_for(site: Site) -> None:
    item, client = make_item("PAINT", tracking="lot"), Client()
    client.force_login(make_user("operator"))
    make_plan(site, trigger="goods", item=item)
    task = came(site, item, lot="L1")
    number = Inspection.objects.get().number
    for page in (reverse("inventory:tasks"), reverse("inventory:task", args=[task.number])):
        assert number in client.get(page).content.decode()
    rows = client.get(f"/api/v1/inventory/tasks/?waits_for={number}").json()["results"]
    assert [(row["number"], row["waits_for"]) for row in rows] == [(task.number, number)]
    queue = reverse("pages:floor-put-away")
    shown = client.get(queue).content.decode()
    assert task.number not in shown and f"PAINT DOCK · {number}" in shown
    said = client.post(queue, {"code": task.number})
    assert said.status_code == 409
    assert f"waits for {number}" in said.content.decode()
