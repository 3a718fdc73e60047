"""The clock of the house."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from p2p.core import clock


def test_a_replayed_plant_goes_on_from_its_moment_also_in_the_processes_it_starts() -> None:
    moment = datetime(2012, 1, 3, 14, tzinfo=UTC)
    before = clock.shifted()
    try:
        clock.live_at(moment)
        assert timedelta(0) <= clock.now() - moment < timedelta(minutes=1)
        asked = [sys.executable, "-c", "from p2p.core import clock; print(clock.now().isoformat())"]
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "p2p.settings"}
        said = subprocess.run(asked, check=True, capture_output=True, text=True, env=env).stdout.strip()
        assert timedelta(0) <= datetime.fromisoformat(said) - moment < timedelta(minutes=1)
    finally:
        clock.shift_by(int(before.total_seconds()))
        os.environ.pop(clock.SHIFT)
    assert abs(datetime.now(UTC) + before - clock.now()) < timedelta(minutes=1)


def test_today_is_the_day_of_the_plant_not_of_greenwich() -> None:
    with clock.frozen(datetime(2026, 11, 23, 2, 30, tzinfo=UTC)):
        assert clock.today() == date(2026, 11, 23)
        assert clock.today("America/Los_Angeles") == date(2026, 11, 22)
        with timezone.override("America/Los_Angeles"):
            assert clock.today() == date(2026, 11, 22)
            assert clock.today("Asia/Tokyo") == date(2026, 11, 23)
