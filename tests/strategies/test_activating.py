"""The dialog of Activate says what it ends, and so does what is said after it."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.messages import get_messages

from tests.factories import make_bom, make_item, make_user

pytestmark = pytest.mark.django_db


def versions(first_day: date | None):
    bike, frame = make_item("BIKE"), make_item("FRAME")
    make_bom(bike, {frame: 1}, version=1)
    return make_bom(bike, {frame: 2}, version=2, state="approved", valid_from=first_day)


@pytest.mark.parametrize(
    ("first_day", "before", "after"),
    [
        (None, "BIKE v1 is retired: no day is left for it.", "BIKE v1 was retired."),
        (date(2026, 6, 1), "BIKE v1 then ends on ", "BIKE v1 ends on "),
    ],
)
def test_the_version_that_gives_way_is_named_before_and_after(client, first_day, before, after):
    bom = versions(first_day)
    client.force_login(make_user("engineer"))
    address = f"/strategies/boms/{bom.pk}/activate/"
    shown = client.get(address).content.decode()
    assert before in shown and "Let them give way" in shown
    answer = client.post(address, {"replace": "on"})
    said = " ".join(str(one) for one in get_messages(answer.wsgi_request))
    assert f"BIKE v2 is active. {after}" in said


def test_where_nothing_is_in_the_way_nothing_is_asked(client):
    bom = make_bom(make_item("BIKE"), {make_item("FRAME"): 1}, state="approved")
    client.force_login(make_user("engineer"))
    address = f"/strategies/boms/{bom.pk}/activate/"
    assert "checkbox" not in client.get(address).content.decode()
    assert client.post(address).status_code == 303
    bom.refresh_from_db()
    assert bom.state == "active"
