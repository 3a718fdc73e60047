"""Pages are written for who reads them: language, number style, plant time."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from p2p.core import clock
from p2p.core.models import User
from p2p.core.web import formats, reader
from tests.factories import make_site

NOW = datetime(2026, 11, 19, 9, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("numbers", "words"), [("1,234.5", "−1,234.50"), ("1.234,5", "−1.234,50"), ("1 234,5", "−1\u00a0234,50")]
)
def test_numbers_follow_the_persons_own_style(numbers: str, words: str) -> None:
    with formats.written(formats.Style(numbers=numbers, dates="")):
        assert formats.number(Decimal("-1234.5"), 2) == words
        assert formats.number(Decimal("7"), 0) == "7"


@pytest.mark.parametrize(
    ("dates", "this_year", "another"),
    [
        ("18 Nov 2026", "19 Nov", "19 Nov 2025"),
        ("2026-11-18", "2026-11-19", "2025-11-19"),
        ("11/18/2026", "11/19", "11/19/2025"),
    ],
)
def test_dates_follow_the_persons_own_style(dates: str, this_year: str, another: str) -> None:
    with clock.frozen(NOW), formats.written(formats.Style(numbers="", dates=dates)):
        assert formats.day(NOW) == this_year
        assert formats.day(NOW.replace(year=2025)) == another


@pytest.mark.django_db
def test_a_page_is_written_in_the_readers_language_and_the_plants_time() -> None:
    cache.clear()
    make_site("BER", time_zone="Europe/Berlin")
    user = User.objects.create_user("petra", language="de", number_format="1.234,5", default_scope="BER")
    seen: dict[str, Any] = {}

    def page(request: HttpRequest) -> HttpResponse:
        seen.update(language=translation.get_language(), hour=formats.hour(NOW), number=formats.number(1234))
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user = user
    answer = reader.Reader(page)(request)
    assert seen == {"language": "de", "hour": "10:41", "number": "1.234"}
    assert answer.headers["Content-Language"] == "de"
    assert formats.number(1234) == "1,234", "what was set for one reader is gone for the next"
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.django_db
def test_a_person_without_a_home_site_reads_the_time_of_the_first_plant() -> None:
    cache.clear()
    make_site("AAA", time_zone="America/Los_Angeles")
    assert reader.zone_of("") == ZoneInfo("America/Los_Angeles")
    assert reader.zone_of("nowhere") == ZoneInfo("America/Los_Angeles")


@pytest.mark.django_db
def test_a_stranger_gets_the_log_in_page(client: Client) -> None:
    assert client.get("/login/").status_code == 200
