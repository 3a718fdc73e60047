"""The tablet's edge: what is booked, once, and what is said when it is not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from execution.models import Clocking, Report
from execution.services.release import release
from p2p.core import clock
from p2p.core.access import Role
from p2p.core.models import Grant
from planning.models import OperationLink
from tests.factories import make_group, make_item, make_order, make_reason, make_site, make_user
from tests.pages.shopfloor import Floor

pytestmark = pytest.mark.django_db


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
    assert "was sent before with other figures" in floor.refused("report", quantity="5", key="same")
    assert floor.operation.good_quantity == D(4)


def test_scrap_needs_its_reason_and_is_two_taps(floor: Floor) -> None:
    make_reason("S01")
    floor.post("scrap", quantity="1", reason="S01", key="a")
    assert floor.operation.scrap_quantity == D(1)
    assert "choose another" in floor.refused("scrap", quantity="1", reason="gone", key="b")
    assert "choose a reason" in floor.refused("scrap", quantity="1", key="c")
    assert floor.operation.scrap_quantity == D(1)


def test_the_last_entry_can_be_undone_from_the_job(floor: Floor) -> None:
    page = floor.post("report", quantity="3", key="a")
    row = Report.objects.get()
    assert row.number in page and "Undo" in page
    assert "Taken back: 3 good" in floor.post("undo", report=row.number, key="b")
    assert floor.operation.good_quantity == D(0)
    assert "is not on this job" in floor.refused("undo", report="RP-999999", key="c")


@pytest.mark.parametrize("quantity", ["", "x", "-1", "0", "NaN", "1e400"])
def test_what_is_no_quantity_is_named_and_nothing_is_booked(floor: Floor, quantity: str) -> None:
    assert 'class="stopnote" role="alert" data-sound="refused"' in floor.refused(
        "report", quantity=quantity, key="a"
    )
    assert not Report.objects.exists()


def test_more_than_ordered_is_refused_with_the_reason(floor: Floor) -> None:
    assert "would be more than" in floor.refused("report", quantity="11", key="a")
    assert floor.operation.good_quantity == D(0)


def test_a_scan_opens_the_job_and_an_unknown_code_is_named(floor: Floor) -> None:
    opened = floor.client.post("/floor/scan/", {"code": f"{floor.order.number}-{floor.operation.number}"})
    assert opened.headers["Location"] == floor.url
    page = floor.client.post("/floor/scan/", {"code": "4006381333931"}, follow=True).content.decode()
    assert "4006381333931 is no order or operation of this plant" in page


def test_a_wrong_scan_on_a_job_changes_nothing_and_stays_there(floor: Floor) -> None:
    answer = floor.client.post("/floor/scan/", {"code": "rubbish", "next": floor.url})
    assert answer.headers["Location"] == floor.url
    away = floor.client.post("/floor/scan/", {"code": "rubbish", "next": "https://elsewhere.example/"})
    assert away.headers["Location"] == "/floor/"


def test_the_order_of_another_site_is_not_found_by_a_scan(floor: Floor, client: Client) -> None:
    client.force_login(make_user("operator", site=make_site("OTHER")))
    page = client.post("/floor/scan/", {"code": floor.order.number}, follow=True).content.decode()
    assert f"{floor.order.number} is no order" in page


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
    assert "No work for" in client.get("/floor/").content.decode()
    gone = client.post("/floor/station/", {"group": "²"}, follow=True)
    assert "not in use any more" in gone.content.decode()


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


def test_in_an_order_without_links_they_are_shown_at_the_lowest_number_alone(floor: Floor) -> None:
    part = make_item("BOLT-78")
    steps = [{"group": floor.group}, {"group": floor.group}]
    order = make_order(make_item(), 5, site=floor.site, operations=steps, materials={part: 4})
    order.materials.update(operation=None)
    OperationLink.objects.filter(after__order=order).delete()
    release(orders=[order], despite_shortage=True, by=None)
    assert "BOLT-78" in floor.client.get(f"/floor/job/{order.number}/10/").content.decode()
    assert "BOLT-78" not in floor.client.get(f"/floor/job/{order.number}/20/").content.decode()


def test_an_inspector_looks_at_a_job_and_books_nothing(floor: Floor, client: Client) -> None:
    client.force_login(make_user("inspector", site=floor.site))
    assert "Operators and supervisors report on this page." in floor.page()
    assert client.post(f"{floor.url}report/", {"quantity": "1"}).status_code == 403
    assert not Report.objects.exists()


def test_who_is_an_operator_elsewhere_books_nothing_here(floor: Floor, client: Client) -> None:
    by = make_user("operator", site=make_site("OTHER"))
    Grant.objects.create(user=by, role=Role.BUYER, scope=floor.site.code)
    client.force_login(by)
    assert client.get(floor.url).status_code == 404
    assert client.post(f"{floor.url}report/", {"quantity": "1"}).status_code == 404
    assert not Report.objects.exists()


def test_the_button_that_signs_out_says_so(floor: Floor) -> None:
    page = floor.page()
    assert "Sign out" in page and "Lock" not in page
    assert floor.client.post("/logout/").status_code == 302
    assert floor.client.get(floor.url).status_code == 302


def test_a_shared_tablet_keeps_no_page_for_the_next_person(floor: Floor) -> None:
    assert "no-store" in floor.client.get(floor.url).headers["Cache-Control"]


def test_finishing_with_pieces_to_go_is_asked_about_and_without_it_is_one_tap(floor: Floor) -> None:
    assert "Finish with 7 to go?" in floor.post("report", quantity="3", key="a")
    assert 'data-sheet="finish"' in floor.page()
    floor.post("report", quantity="7", key="b")
    assert 'data-sheet="finish"' not in floor.page()


def test_a_job_that_cannot_be_worked_on_says_why_on_every_button(floor: Floor) -> None:
    floor.post("report", quantity="10", key="a")
    floor.post("finish", key="b")
    page = floor.page()
    assert page.count('class="btn off') >= 4
    assert "is Finished: no work can be reported on it." in page
    assert 'data-sheet="report"' not in page


def test_an_empty_queue_says_what_belongs_there_and_who_brings_it(floor: Floor, client: Client) -> None:
    floor.post("report", quantity="10", key="a")
    floor.post("finish", key="b")
    page = client.get("/floor/").content.decode()
    assert "No work for" in page and "Nothing is planned here at the moment" in page
    assert "Other work centre" in page and "0 jobs" not in page
    make_order(make_item(), 4, site=floor.site, operations=[{"group": floor.group}])
    assert "1 job is planned here:</b> ask your supervisor" in client.get("/floor/").content.decode()
    boss = make_user("supervisor", site=floor.site)
    client.force_login(boss)
    client.post("/floor/station/", {"group": floor.group.pk})
    assert "Release orders" in client.get("/floor/").content.decode()


def test_a_queue_emptied_by_its_filter_offers_all_jobs(floor: Floor, client: Client) -> None:
    floor.post("report", quantity="10", key="a")
    floor.post("finish", key="b")
    waits = floor.release(5, operations=[{"group": make_group(floor.site, "SAW")}, {"group": floor.group}])
    page = client.get("/floor/?show=ready").content.decode()
    assert waits.number not in page
    assert "No job can start now" in page and "1 job waits" in page and "Show all jobs" in page
    assert waits.number in client.get("/floor/").content.decode()


def test_the_queue_marks_the_first_job_that_can_start(floor: Floor, client: Client) -> None:
    page = client.get("/floor/").content.decode()
    assert page.count("btn pri") == 1 and "Can start 1" in page


def test_while_one_works_and_nothing_else_waits_the_queue_says_so(floor: Floor, client: Client) -> None:
    floor.post("start", key="a")
    page = client.get("/floor/").content.decode()
    assert "Nothing else is in line" in page and "Running" in page


def test_the_queue_asks_the_database_no_more_for_many_jobs_than_for_one(
    floor: Floor, client: Client, django_assert_num_queries: Any
) -> None:
    client.get("/floor/")
    with CaptureQueriesContext(connection) as one:
        client.get("/floor/")
    for _order in range(6):
        floor.release(5)
    with django_assert_num_queries(len(one)):
        page = client.get("/floor/").content.decode()
    assert "7 jobs" in page
    assert len(one) <= 14


def test_the_job_page_stays_within_its_queries(floor: Floor, django_assert_max_num_queries: Any) -> None:
    floor.post("report", quantity="3", key="a")
    with django_assert_max_num_queries(26):
        floor.page()
