"""Lists of rows over REST: the journal says whose record changed, and what was refused is not counted as added."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from p2p.core.models import Journal
from strategies.models import BomLine, BomVersion, Calendar, CalendarException, Item
from tests.factories import make_bom, make_calendar, make_item, make_unit, make_user

pytestmark = pytest.mark.django_db
DAY = {"calendar": "W", "day": "2026-12-24", "reason": "Eve"}


@pytest.fixture
def sent(client: Client):
    client.force_login(make_user("engineer", username="erin"))

    def send(address: str, *rows: dict, query: str = ""):
        answer = client.post(
            f"/api/v1/strategies/{address}/bulk/{query}", list(rows), content_type="application/json"
        )
        return answer.json()

    return send


def journal():
    rows = Journal.objects.filter(fact="strategies.TakenIn").order_by("pk")
    return [(one.record_type, one.record_key, one.payload["sheet"], one.by.username) for one in rows]


def test_days_that_differ_are_written_down_at_their_calendar_once(sent):
    make_calendar("W"), make_calendar("V")
    said = sent("calendars/exceptions", DAY, {**DAY, "day": "2026-12-25"}, {**DAY, "calendar": "V"})
    assert (said["saved"], said["added"]) == (True, 3)
    assert sorted(journal()) == sorted(
        ("strategies.calendar", str(each), "calendar_exceptions", "erin") for each in Calendar.objects.all()
    )
    assert sent("calendars/exceptions", DAY)["unchanged"] == 1
    assert len(journal()) == 2  # nothing has changed


def test_calendars_and_items_are_written_down_where_they_have_changed(sent):
    make_calendar("W", name="Week")
    make_unit("EA")
    make_item("OLD", name="Old")
    sent("calendars", {"code": "W", "name": "Work"}, {"code": "N", "name": "Night"})
    sent(
        "items",
        {"number": "OLD", "name": "Old", "unit": "EA"},
        {"number": "NEW", "name": "New", "unit": "EA"},
    )
    assert [row[:3] for row in journal()] == [
        ("strategies.calendar", "Work", "calendars"),
        ("strategies.calendar", "Night", "calendars"),
        ("strategies.item", str(Item.objects.get(number="NEW")), "items"),
    ]


def test_lines_are_written_down_at_their_version_with_as_few_queries_for_many(sent):
    bike, tube = make_item("BIKE"), make_item("TUBE")
    bom = make_bom(bike, {tube: 1}, state="draft")
    row = {"item": "BIKE", "version": 1, "position": 10, "component": "TUBE", "quantity": "2", "unit": "EA"}
    with CaptureQueriesContext(connection) as few:
        assert sent("bom-lines", row)["changed"] == 1
    assert journal() == [("strategies.bomversion", str(BomVersion.objects.get()), "bom_lines", "erin")]
    rows = [{**row, "position": place, "quantity": "3"} for place in range(10, 40)]
    with CaptureQueriesContext(connection) as many:
        assert sent("bom-lines", *rows)["saved"]
    assert len(many) <= len(few) + 1
    assert (len(journal()), BomLine.objects.filter(bom=bom, quantity=Decimal(3)).count()) == (2, 30)


def test_of_a_list_that_was_refused_nothing_is_added_or_written_down(sent):
    make_calendar("W")
    wrong = {**DAY, "calendar": "NONE"}
    said = sent("calendars/exceptions", DAY, wrong)
    assert (said["saved"], said["added"], said["changed"], said["unchanged"], said["errors"]) == (
        False, 0, 0, 0, 1
    )  # fmt: skip
    assert (journal(), CalendarException.objects.count()) == ([], 0)
    tried = sent("calendars/exceptions", DAY, query="?dry_run=1")
    assert (tried["saved"], tried["added"], journal()) == (False, 1, [])
    assert sent("calendars/exceptions", DAY, wrong, query="?partial=1")["added"] == 1
    assert [row[1] for row in journal()] == [str(Calendar.objects.get(code="W"))]


def test_the_page_of_the_calendar_says_so(sent, client):
    calendar = make_calendar("W")
    sent("calendars/exceptions", DAY)
    shown = client.get(f"/core/journal/strategies.calendar/{calendar.pk}/").content.decode()
    assert "a list sent: calendar_exceptions" in shown
