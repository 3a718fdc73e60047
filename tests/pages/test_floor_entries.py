"""Entries on the tablet: what is typed is never lost, what is booked is seen, and nothing counts twice."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from execution.models import Report
from p2p.pages.floor import entries
from tests.factories import make_item, make_location, make_reason, make_stock
from tests.pages.shopfloor import Floor, sheet, value

pytestmark = pytest.mark.django_db


@pytest.fixture
def floor(client: Client) -> Floor:
    make_reason("S01", name="Gouge in metal")
    return Floor(client)


def test_a_refused_count_is_still_in_its_pad_with_its_note_and_the_sentence(floor: Floor) -> None:
    pad = sheet(floor.refused("report", quantity="11", note="last rack", key="k1"), "report")
    assert " data-open" in pad and 'data-typed="11"' in pad
    assert (value(pad, "note"), value(pad, "key")) == ("last rack", "k1")
    assert 'data-sound="refused"' in pad and "11 good would be more than the 10" in pad
    assert not Report.objects.exists()


def test_a_refused_page_sent_again_is_refused_again_and_the_right_count_is_booked_once(floor: Floor) -> None:
    for _reload in range(2):
        floor.refused("report", quantity="11", key="k1")
    for _tap in range(2):
        floor.post("report", quantity="10", key="k1")
    assert [row.good for row in Report.objects.all()] == [D(10)]


def test_refused_scrap_keeps_pieces_reason_and_note(floor: Floor) -> None:
    page = floor.refused("scrap", quantity="11", reason="S01", note="dropped", key="k1")
    reasons = sheet(page, "scrap")
    assert " data-open" in reasons and "11 scrap at once is more than the 10" in reasons
    assert (value(reasons, "quantity"), value(reasons, "note")) == ("11", "dropped")
    assert "Gouge in metal<small>chosen before</small>" in reasons
    assert " data-open" not in sheet(page, "report")


def test_a_count_refused_for_want_of_components_is_kept(floor: Floor) -> None:
    part = make_item("BOLT-77")
    make_stock(part, 5, make_location(floor.site, code="BIN"))
    floor.order = floor.release(10, materials={part: 40})
    floor.order.materials.update(flushing="operation", operation=floor.operation)
    pad = sheet(floor.refused("report", quantity="9", key="k1"), "report")
    assert 'data-typed="9"' in pad and "BOLT-77" in pad
    assert not Report.objects.exists()


def test_a_count_for_an_order_that_was_closed_meanwhile_is_kept(floor: Floor) -> None:
    floor.post("report", quantity="4", key="a")
    floor.post("finish", key="b")
    pad = sheet(floor.refused("report", quantity="6", key="k1"), "report")
    assert 'data-typed="6"' in pad and "is Finished: no work can be reported on it." in pad


def test_a_key_spent_on_other_figures_is_replaced_and_the_count_kept(floor: Floor) -> None:
    floor.post("report", quantity="4", key="spent")
    pad = sheet(floor.refused("report", quantity="5", key="spent"), "report")
    assert 'data-typed="5"' in pad and value(pad, "key") not in ("spent", "")


def test_what_was_booked_is_shown_and_heard_once_and_stays_with_its_undo(floor: Floor) -> None:
    first = floor.post("report", quantity="6", key="a")
    assert 'class="undo ok" data-sound="good"' in first and "6 good booked." in first
    again = floor.page()
    assert "data-sound" not in again.split('<template id="stop">')[0]
    assert "6 good" in again and "Undo" in again


def test_beyond_the_order_within_tolerance_is_booked_in_amber(client: Client) -> None:
    floor = Floor(client, over_report_fraction=D("0.2"))
    page = floor.post("report", quantity="11", key="a")
    assert 'class="undo warn"' in page and "11 good booked: 1 more than ordered." in page
    assert "over the order" in page
    pad = sheet(floor.refused("report", quantity="2", key="b"), "report")
    assert 'data-typed="2"' in pad and "13 good would be more than the 10" in pad


def test_the_same_entry_again_says_that_it_counts_once(floor: Floor) -> None:
    floor.post("report", quantity="4", key="a")
    assert "it counts once" in floor.post("report", quantity="4", key="a")
    assert Report.objects.count() == 1


def test_two_tablets_reporting_the_same_rest_book_it_once(floor: Floor) -> None:
    other = Client()
    other.force_login(floor.by)
    floor.post("report", quantity="10", key="mine")
    answer = other.post(f"{floor.url}report/", {"quantity": "10", "key": "theirs"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert 'data-typed="10"' in sheet(page, "report") and 'aria-label="10 good of 10"' in page
    assert floor.operation.good_quantity == D(10)


def test_who_was_signed_out_while_typing_finds_the_count_after_the_log_in(floor: Floor) -> None:
    floor.client.logout()
    answer = floor.client.post(
        f"{floor.url}scrap/", {"quantity": "3", "reason": "S01", "note": "a&b=c", "key": "k1"}
    )
    after = parse_qs(urlsplit(answer.headers["Location"]).query)["next"][0]
    assert not Report.objects.exists()
    floor.client.force_login(floor.by)
    reasons = sheet(floor.client.get(after).content.decode(), "scrap")
    assert " data-open" in reasons and "You were signed out while you typed" in reasons
    kept = {name: value(reasons, name) for name in ("quantity", "note", "key")}
    assert kept == {"quantity": "3", "note": "a&amp;b=c", "key": "k1"}
    assert not Report.objects.exists()
    floor.post("scrap", quantity="3", reason="S01", note="a&b=c", key="k1")
    assert (Report.objects.get().scrap, Report.objects.get().note) == (D(3), "a&b=c")


def test_an_address_cannot_open_a_sheet_that_is_none(floor: Floor) -> None:
    page = floor.client.get(f"{floor.url}?sheet=<b>&quantity=<script>").content.decode()
    assert " data-open" not in page and "<script>" not in page.split("</head>")[1]


def test_after_a_fault_of_the_server_nothing_is_booked_and_the_same_key_still_counts(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_given: Any) -> None:
        raise RuntimeError("disk full")

    floor.client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(entries, "report", broken)
        assert floor.client.post(f"{floor.url}report/", {"quantity": "4", "key": "k1"}).status_code == 500
    assert not Report.objects.exists()
    floor.post("report", quantity="4", key="k1")
    assert floor.operation.good_quantity == D(4)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Type how many pieces first."),
        ("x", "Type a number."),
        ("-1", "The number cannot be less than 0."),
        ("1e400", "The number has more digits than can be kept."),
    ],
)
def test_the_tablet_and_the_work_list_check_a_count_by_the_same_form(
    floor: Floor, typed: str, sentence: str
) -> None:
    assert sentence in sheet(floor.refused("report", quantity=typed, key="k1"), "report")
    url = reverse("execution:report", args=[floor.operation.pk])
    answer = floor.client.post(url, {"good": typed})
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert not Report.objects.exists()


def test_an_entry_opened_as_a_page_leads_back_to_the_job(floor: Floor) -> None:
    for verb in ("report", "scrap", "undo", "start", "stop", "finish"):
        assert floor.client.get(f"{floor.url}{verb}/").headers["Location"] == floor.url
