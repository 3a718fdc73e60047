"""The tablet's edge: what is booked, once, and what is said when it is not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client

from execution.models import Clocking, Report
from execution.services.release import release
from p2p.core import clock
from planning.models import Operation, ProductionOrder
from tests.factories import make_group, make_item, make_order, make_reason, make_site, make_user, make_worker

pytestmark = pytest.mark.django_db


class Floor:
    """One released order of ten at a work centre, and an operator who works there."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.site = make_site("SHOP")
        self.group = make_group(self.site, "ASSEMBLY")
        self.by = make_user("operator", site=self.site)
        make_worker(self.site, user=self.by, group=self.group)
        self.order = self.release(10)
        client.force_login(self.by)

    def release(self, quantity: int) -> ProductionOrder:
        order = make_order(make_item(), quantity, site=self.site, operations=[{"group": self.group}])
        release(orders=[order], by=None)
        order.refresh_from_db()
        return order

    @property
    def operation(self) -> Operation:
        return self.order.operations.get()

    @property
    def url(self) -> str:
        return f"/floor/job/{self.order.number}/{self.operation.number}/"

    def post(self, verb: str, **values: Any) -> str:
        answer = self.client.post(f"{self.url}{verb}/", values, follow=True)
        assert answer.status_code == 200
        return answer.content.decode()


@pytest.fixture
def floor(client: Client) -> Floor:
    return Floor(client)


def test_the_queue_of_ones_own_work_centre_opens_and_a_job_starts_with_one_tap(floor: Floor) -> None:
    page = floor.client.get("/floor/").content.decode()
    assert floor.order.number in page and "ASSEMBLY" in page
    floor.post("start", key="a")
    assert floor.operation.state == "started"
    assert Clocking.objects.get(operation=floor.operation, ended_at__isnull=True).by == floor.by
    assert "Running" in floor.client.get("/floor/").content.decode()


def test_an_entry_sent_twice_with_its_key_is_booked_once(floor: Floor) -> None:
    for _tap in range(3):
        floor.post("report", quantity="4", key="same")
    assert floor.operation.good_quantity == D(4)
    assert Report.objects.count() == 1


def test_a_key_used_for_other_figures_is_refused_in_words(floor: Floor) -> None:
    floor.post("report", quantity="4", key="same")
    assert "was sent before with other figures" in floor.post("report", quantity="5", key="same")
    assert floor.operation.good_quantity == D(4)


def test_scrap_needs_its_reason_and_is_two_taps(floor: Floor) -> None:
    make_reason("S01")
    floor.post("scrap", quantity="1", reason="S01", key="a")
    assert floor.operation.scrap_quantity == D(1)
    assert "choose a reason" in floor.post("scrap", quantity="1", reason="gone", key="b")
    assert floor.operation.scrap_quantity == D(1)


def test_the_last_entry_can_be_undone_from_the_job(floor: Floor) -> None:
    page = floor.post("report", quantity="3", key="a")
    row = Report.objects.get()
    assert row.number in page and "Undo" in page
    floor.post("undo", report=row.number, key="b")
    assert floor.operation.good_quantity == D(0)


@pytest.mark.parametrize("quantity", ["", "x", "-1", "0", "NaN", "1e400"])
def test_what_is_no_quantity_is_named_and_nothing_is_booked(floor: Floor, quantity: str) -> None:
    page = floor.post("report", quantity=quantity, key="a")
    assert "role=" in page and 'class="stopnote"' in page
    assert not Report.objects.exists()


def test_more_than_ordered_is_refused_with_the_reason(floor: Floor) -> None:
    assert "would be more than" in floor.post("report", quantity="11", key="a")
    assert floor.operation.good_quantity == D(0)


def test_a_scan_opens_the_job_and_an_unknown_code_is_named(floor: Floor) -> None:
    opened = floor.client.post("/floor/scan/", {"code": f"{floor.order.number}-{floor.operation.number}"})
    assert opened.headers["Location"] == floor.url
    page = floor.client.post("/floor/scan/", {"code": "4006381333931"}, follow=True).content.decode()
    assert "4006381333931 is no order or operation of this plant" in page


def test_the_operation_of_another_site_is_not_there(floor: Floor, client: Client) -> None:
    client.force_login(make_user("operator", site=make_site("OTHER")))
    assert client.get(floor.url).status_code == 404
    assert client.post(f"{floor.url}report/", {"quantity": "1"}).status_code == 404


def test_a_finished_operation_leaves_the_queue(floor: Floor) -> None:
    floor.post("report", quantity="10", key="a")
    floor.post("finish", key="b")
    assert floor.operation.state == "finished"
    assert floor.order.number not in floor.client.get("/floor/").content.decode()


def test_who_has_no_work_centre_is_asked_for_one(client: Client) -> None:
    site = make_site("SHOP")
    group = make_group(site, "PAINT")
    client.force_login(make_user("operator", site=site))
    page = client.get("/floor/", follow=True).content.decode()
    assert "Where does this tablet stand?" in page and "PAINT" in page
    client.post("/floor/station/", {"group": group.pk})
    assert "Nothing released for this work centre" in client.get("/floor/").content.decode()


def test_time_on_the_job_is_booked_whole_whatever_was_reported_paused_or_undone(floor: Floor) -> None:
    start = clock.now()
    make_reason("S01")

    def at(minutes: int) -> Any:
        return clock.frozen(start + timedelta(minutes=minutes))

    with at(0):
        floor.post("start", key="a")
    with at(30):
        floor.post("scrap", quantity="1", reason="S01", key="b")
    with at(40):
        floor.post("report", quantity="2", key="c")
    with at(45):
        floor.post("undo", report=Report.objects.order_by("-id")[0].number, key="d")
    with at(50):
        floor.post("stop", key="e")
    with at(60):
        floor.post("start", key="f")
    with at(70):
        floor.post("report", quantity="2", key="g")
    # 70 minutes from first to last, ten of them paused.
    assert sum(Report.objects.values_list("seconds", flat=True)) == 60 * 60


def test_components_of_no_operation_in_particular_are_shown_at_the_first(floor: Floor) -> None:
    part = make_item("BOLT-77")
    order = make_order(
        make_item(),
        5,
        site=floor.site,
        operations=[{"group": floor.group}, {"group": floor.group}],
        materials={part: 4},
    )
    order.materials.update(operation=None)
    release(orders=[order], despite_shortage=True, by=None)
    assert "BOLT-77" in floor.client.get(f"/floor/job/{order.number}/10/").content.decode()
    assert "BOLT-77" not in floor.client.get(f"/floor/job/{order.number}/20/").content.decode()
