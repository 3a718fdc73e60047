"""A job on the tablet says as what its pieces come in and leave it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_item
from tests.pages.shopfloor import Floor

pytestmark = pytest.mark.django_db


@pytest.fixture
def floor(client: Client, db: Any) -> Floor:
    return Floor(client)


def test_a_job_says_as_what_its_pieces_come_and_leave(floor: Floor) -> None:
    raw, painted = make_item("RAW", name="Frame, raw"), make_item("PAINTED", name="Frame, painted")
    halves: list[Any] = [raw, painted, None]
    order = floor.release(5, operations=[{"group": floor.group, "half_finished": half} for half in halves])

    def job(number: int) -> str:
        html = floor.client.get(f"/floor/job/{order.number}/{number}/").content.decode()
        return html.split('<div class="head">')[1].split('class="badge')[0]

    first, second, last = (job(number) for number in (10, 20, 30))
    assert "comes as" not in first and "leaves as <b>RAW</b> Frame, raw" in first
    assert "comes as <b>RAW</b> Frame, raw" in second
    assert "leaves as <b>PAINTED</b> Frame, painted" in second
    assert "comes as <b>PAINTED</b> Frame, painted" in last and "leaves as" not in last
    assert " as <b>" not in floor.page().split('<div class="head">')[1].split('class="badge')[0]
