"""Pages of runs and the journal panel."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from p2p.core import clock, runs
from p2p.core.models import Journal, User
from p2p.core.web import journal
from planning.models import PlanRun
from tests.factories import make_site, make_user

pytestmark = pytest.mark.django_db


def make_run(by: User, **also: object) -> PlanRun:
    defaults = {"state": "running", "phase": "netting, level 3 of 5", "done": 312, "total": 504}
    days = {"site": make_site(), "from_date": date(2026, 11, 19), "to_date": date(2026, 12, 19)}
    return PlanRun.objects.create(**{**defaults, **days, "asked_by": by, "began_at": clock.now(), **also})


def test_a_run_under_way_shows_phase_bar_and_percent_and_asks_again(signed_in: Client, maya: User) -> None:
    run = make_run(maya)
    text = signed_in.get(f"/runs/{run.kind}/{run.pk}/").content.decode()
    assert "netting, level 3 of 5" in text and "61 %" in text
    assert 'hx-trigger="every 1s"' in text and "Cancel" in text


def test_a_run_that_is_over_no_longer_asks_and_shows_its_result(signed_in: Client, maya: User) -> None:
    over = {"state": "done", "ended_at": clock.now(), "summary": {"orders": 1410, "late": {"bikes": 3}}}
    run = make_run(maya, **over)
    part = {"HX-Request": "true", "HX-Target": "run"}
    text = signed_in.get(f"/runs/{run.kind}/{run.pk}/", headers=part).content.decode()
    assert "every 1s" not in text and "Cancel" not in text
    assert "Orders" in text and "1410" in text and "bikes 3" in text


def test_a_failed_run_says_its_problem_in_words(signed_in: Client, maya: User) -> None:
    run = make_run(maya, state="failed", ended_at=clock.now(), problem="Item 837 is made but has no BOM.")
    assert "Item 837 is made but has no BOM." in signed_in.get(f"/runs/{run.kind}/{run.pk}/").content.decode()


def test_who_asked_may_cancel_and_others_may_not(signed_in: Client, maya: User) -> None:
    mine, other = make_run(maya), make_run(make_user(), scope="other")
    assert signed_in.post(f"/runs/{mine.kind}/{mine.pk}/").status_code == 302
    mine.refresh_from_db()
    assert mine.cancel_asked
    # A run of another site is as if it were not there; one that is seen may still not be stopped.
    assert signed_in.post(f"/runs/{other.kind}/{other.pk}/").status_code == 404
    seen = make_run(make_user(), state="queued")
    assert signed_in.post(f"/runs/{seen.kind}/{seen.pk}/").status_code == 403
    other.refresh_from_db()
    seen.refresh_from_db()
    assert not seen.cancel_asked
    assert not other.cancel_asked


def test_cancelling_what_is_over_says_so(signed_in: Client, maya: User) -> None:
    run = make_run(maya, state="done", ended_at=clock.now())
    answer = signed_in.post(f"/runs/{run.kind}/{run.pk}/", follow=True)
    assert "nothing to cancel" in answer.content.decode()


def test_the_chip_shows_the_run_under_way_and_then_its_end(signed_in: Client, maya: User) -> None:
    assert signed_in.get("/core/run-chip/").content.decode().strip() == ""
    run = make_run(maya)
    watched = f"{run.kind}-{run.pk}"
    assert f'data-run="{watched}"' in signed_in.get("/core/run-chip/").content.decode()
    PlanRun.objects.filter(pk=run.pk).update(state="done", ended_at=clock.now())
    text = signed_in.get(f"/core/run-chip/?run={watched}").content.decode()
    assert "data-run" not in text and f"/runs/{run.kind}/{run.pk}/" in text


def test_runs_are_listed_and_filtered_by_state(signed_in: Client, maya: User) -> None:
    running = make_run(maya)
    failed = make_run(maya, state="failed", scope="b")
    text = signed_in.get("/runs/?state=failed").content.decode()
    assert f">{failed.kind}-{failed.pk}<" in text and f">{running.kind}-{running.pk}<" not in text


def test_an_unknown_run_is_not_found(signed_in: Client) -> None:
    kind = next(iter(runs.kinds()))
    for address in (f"/runs/{kind}/999999/", "/runs/nothing/1/"):
        assert signed_in.get(address).status_code == 404


def test_the_journal_of_a_record_comes_newest_first_and_page_by_page(signed_in: Client, maya: User) -> None:
    Journal.objects.bulk_create(
        [
            Journal(fact="try.Counted", record_type="core.user", record_id=maya.pk, payload={"n": n}, by=maya)
            for n in range(45)
        ]
    )
    first = signed_in.get(f"/core/journal/core.user/{maya.pk}/")
    words = [said for _row, said in first.context["rows"]]
    assert words[0] == "counted: n 44" and len(words) == 40
    rest = signed_in.get(f"/core/journal/core.user/{maya.pk}/{first.context['more']}")
    assert [said for _row, said in rest.context["rows"]] == [f"counted: n {n}" for n in (4, 3, 2, 1, 0)]
    assert signed_in.get("/core/journal/no.such/1/").status_code == 404


def test_an_app_gives_its_facts_words(signed_in: Client, maya: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_phrases", {})
    journal.phrase("try.Counted", lambda said: f"counted to {said['n']}")
    row = Journal(fact="try.Counted", payload={"n": 3})
    assert journal.tell_apart(row) == "counted to 3"
