"""Runs in the browser: people of one site do not see those of another."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from planning.models import PlanRun
from tests.factories import make_site, make_user

pytestmark = pytest.mark.django_db


def test_a_run_of_another_site_is_not_there(client: Any) -> None:
    here, there = make_site("HERE"), make_site("THERE")
    days = {"from_date": date(2026, 1, 1), "to_date": date(2026, 1, 31)}
    mine = PlanRun.objects.create(site=here, scope="HERE", **days)
    theirs = PlanRun.objects.create(site=there, scope="THERE", **days)
    client.force_login(make_user("planner", site=here))
    assert client.get(f"/runs/plan/{mine.pk}/").status_code == 200
    assert client.get(f"/runs/plan/{theirs.pk}/").status_code == 404
    listed = client.get("/runs/").content.decode()
    assert f"/runs/plan/{mine.pk}/" in listed
    assert f"/runs/plan/{theirs.pk}/" not in listed
