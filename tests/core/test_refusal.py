"""How a refusal writes days: as whoever reads it does."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone, translation

from p2p.core.refusal import Refused
from p2p.core.web import formats
from strategies.services.keeping import span
from strategies.services.versions import activate
from tests.factories import make_bom, make_calendar, make_item, make_user

DAY, LAST = date(2019, 3, 2), date(2019, 3, 13)


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ("18 Nov 2026", "Since 2 Mar 2019."),
        ("2026-11-18", "Since 2019-03-02."),
        ("11/18/2026", "Since 03/02/2019."),
    ],
)
def test_a_day_is_written_as_the_reader_writes_days(dates, words):
    no = Refused("Since {day}.", day=DAY)
    with formats.written(formats.Style(numbers="1,234.5", dates=dates)):
        assert str(no) == words


def test_a_day_is_said_in_the_reader_s_language_and_an_instant_in_plant_time():
    no = Refused("{days}, {at}", days=span(DAY, LAST), at=datetime(2019, 5, 4, 12, 30, tzinfo=UTC))
    assert str(no) == "from 2 Mar 2019 to 13 Mar 2019, 4 May 2019 12:30"
    with translation.override("de"), timezone.override("Asia/Tokyo"):
        assert str(no).endswith("4. Mai 2019 21:30")


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [(DAY, None, "from 2 Mar 2019 on"), (None, LAST, "until 13 Mar 2019"), (None, None, "always")],
)
def test_an_open_span_is_said(first, last, words):
    assert str(span(first, last)) == words


@pytest.mark.django_db
def test_overlapping_versions_name_the_days_they_share():
    item, by = make_item("BIKE"), make_user()
    part = make_item("PART")
    make_bom(item, {part: 1}, valid_from=DAY)
    other = make_bom(item, {part: 1}, version=2, state="approved", valid_to=LAST)
    with pytest.raises(Refused) as no:
        activate(version=other, replace=False, by=by)
    assert "(from 2 Mar 2019 to 13 Mar 2019)" in str(no.value)


@pytest.mark.django_db
def test_over_rest_an_american_reads_american_days(client):
    make_calendar("W")
    client.force_login(make_user("engineer", date_format="11/18/2026"))
    body = {"days": ["2019-03-02"], "entries": [
        {"day": "2019-03-02"}, {"day": "2019-03-02", "working": True, "starts": "06:00", "ends": "10:00"}
    ]}  # fmt: skip
    said = client.post("/api/v1/strategies/calendars/W/set-days/", body, content_type="application/json")
    assert (said.status_code, said.json()["detail"]) == (409, "03/02/2019 cannot be closed and open.")
