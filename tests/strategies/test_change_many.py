"""Ticked rows of a list, or all that its filter finds, changed in one form."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from strategies.models import CalendarException, Characteristic, ReasonCode, Resource
from strategies.views.together import TOGETHER
from tests.factories import (
    make_calendar,
    make_group,
    make_reason,
    make_resource,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(make_user("engineer"))
    return client


def address(name: str, *rows, all_of: str | None = None) -> str:
    keys = ",".join(str(row.pk) for row in rows)
    also = f"&all={all_of}" if all_of is not None else ""
    return f"{reverse(f'strategies:change-many-{name}')}?ids={keys}{also}"


def test_the_first_press_counts_and_the_second_does_it(engineer):
    group = make_group(make_site("ONE"), "SAWS")
    rows = [make_resource(group, f"M{place}", finite=place > 0) for place in range(3)]
    seen = engineer.post(address("resource", *rows), {"finite": "0"})
    assert (seen.status_code, "2 of 3 change." in seen.content.decode()) == (409, True)
    assert Resource.objects.filter(finite=False).count() == 1
    assert engineer.post(address("resource", *rows), {"finite": "0", "agreed": "on"}).status_code == 303
    assert Resource.objects.filter(finite=False).count() == 3


def test_the_share_for_one_job_is_given_to_many_and_too_much_is_refused(engineer):
    group = make_group(make_site("ONE"), "SAWS")
    rows = [make_resource(group, f"M{place}") for place in range(2)]
    refused = engineer.post(address("resource", *rows), {"job_fraction": "1.5", "agreed": "on"})
    assert (refused.status_code, "The share for one job is" in refused.content.decode()) == (409, True)
    agreed = engineer.post(address("resource", *rows), {"job_fraction": "0.5", "agreed": "on"})
    assert (agreed.status_code, Resource.objects.filter(job_fraction="0.5").count()) == (303, 2)


def test_all_that_the_filter_finds_are_changed_and_no_more(engineer):
    group = make_group(make_site("ONE"), "SAWS")
    first, *_more = [make_resource(group, f"R{place:02}") for place in range(60)]
    make_resource(group, "UNLIKE")
    where = address("resource", first, all_of="%3Fq%3DR%26sort%3Dname")
    assert "Resources: change 60" in engineer.get(where).content.decode()
    assert engineer.post(where, {"bottleneck": "1", "agreed": "on"}).status_code == 303
    assert list(
        Resource.objects.filter(bottleneck=False).order_by("code").values_list("code", flat=True)
    ) == ["SAWS-1", "UNLIKE"]


def test_none_takes_a_value_away_and_empty_leaves_it(engineer):
    calendar = make_calendar("NIGHT")
    row = make_resource(make_group(make_site("ONE"), "SAWS"), "M1", calendar=calendar, bottleneck=True)
    assert engineer.post(address("resource", row), {"finite": "0", "agreed": "on"}).status_code == 303
    row.refresh_from_db()
    assert row.calendar == calendar
    assert engineer.post(address("resource", row), {"calendar": "-", "agreed": "on"}).status_code == 303
    row.refresh_from_db()
    assert (row.calendar, row.bottleneck) == (None, True)


def test_rows_of_a_site_without_the_role_are_refused(client):
    here, there = make_site("ONE"), make_site("TWO")
    client.force_login(make_user("engineer", site=here))
    mine = make_resource(make_group(here, "SAWS"), "M1")
    other = make_resource(make_group(there, "FAR"), "M2")
    client.post(address("resource", mine, other), {"finite": "0", "agreed": "on"})
    assert Resource.objects.filter(finite=False, code="M2").count() == 0
    assert client.post(address("resource", mine), {"finite": "0", "agreed": "on"}).status_code == 303
    assert Resource.objects.get(code="M1").finite is False


def test_a_refusal_stands_at_its_field_and_names_the_row(engineer):
    parent, own = make_reason("TOOL", kind="scrap"), make_reason("STOP", kind="downtime")
    seen = engineer.post(address("reason", own), {"parent": parent.pk, "agreed": "on"})
    assert (seen.status_code, "STOP: " in seen.content.decode()) == (409, True)
    assert ReasonCode.objects.get(code="STOP").parent is None


def test_christmas_eve_is_closed_in_all_ticked_calendars_by_a_planner(client):
    client.force_login(make_user("planner"))
    rows = [make_calendar(code) for code in ("A", "B")]
    said = {"first": "2027-12-24", "becomes": "closed", "reason": "Eve"}
    seen = client.post(address("days", *rows), said)
    assert (seen.status_code, "2 of 2 change." in seen.content.decode()) == (409, True)
    assert client.post(address("days", *rows), {**said, "agreed": "on"}).status_code == 303
    assert CalendarException.objects.filter(day=date(2027, 12, 24), working=False, reason="Eve").count() == 2


@pytest.mark.parametrize("name", sorted(TOGETHER))
def test_each_form_opens_from_its_list(engineer, name):
    view = TOGETHER[name]
    assert engineer.get(address(name)).status_code == 200
    opened = f"strategies:change-many-{name}"
    assert opened in [verb.url_name for verb in view.list_page.bulk]


def test_a_quantity_in_a_file_of_a_list_is_written_as_people_write_it(engineer):
    Characteristic.objects.create(code="GAP", name="Gap", lower_limit=0, upper_limit="0.5")
    answer = engineer.get(reverse("strategies:characteristics"), {"export": "csv"})
    said = b"".join(answer.streaming_content).decode()
    assert said.splitlines()[1] == "GAP,Gap,Measured,0,,0.5"
