"""A run that is done says what came of it: an import that was refused is not called done anywhere."""

from __future__ import annotations

import pytest

from p2p.core import runs
from strategies.models import ImportRun, ReplaceRun
from tests.factories import make_item, make_user

pytestmark = pytest.mark.django_db


def ended(errors: int = 0, saved: bool = False, refused: int = 0, lines: int = 10_000, **also) -> ImportRun:
    tally = {"lines": lines, "created": 0, "changed": 0, "unchanged": 0, "refused": refused}
    summary = {"errors": errors, "warnings": 0, "saved": saved, "sheets": {"items": tally}}
    return ImportRun.objects.create(
        **{"title": "f", "asked_by": make_user(), "state": "done", "summary": summary, **also}
    )


def listed(**asked) -> list[tuple[str, str]]:
    return [(line.number, line.outcome_text) for line in runs.recent_runs(**asked)]


def test_a_refused_dry_run_says_how_many_of_how_many_lines():
    run = ended(errors=3, refused=3, dry_run=True)
    assert listed() == [(run.number, "Refused: 3 of 10,000 lines")]
    assert runs.line_of(run).outcome == "refused"


def test_what_was_saved_in_part_and_what_was_taken_whole_say_so():
    part, whole = ended(errors=1, refused=1, saved=True), ended(saved=True)
    assert listed() == [(whole.number, ""), (part.number, "Saved without 1 of 10,000 lines")]
    no_lines = ended(errors=1, lines=0)
    assert listed()[0] == (no_lines.number, "Refused")


def test_they_are_asked_for_by_what_came_of_them():
    refused, part, whole = (
        ended(errors=3, refused=3),
        ended(errors=1, refused=1, saved=True),
        ended(saved=True),
    )
    failed = ended(errors=3, state="failed")
    other = ReplaceRun.objects.create(
        old=make_item(), new=make_item(), asked_by=make_user(), state="done", summary={"errors": 3}
    )
    assert [number for number, _said in listed(outcome="refused")] == [refused.number]
    assert [number for number, _said in listed(outcome="partly")] == [part.number]
    assert {number for number, _said in listed(outcome="whole")} == {whole.number, other.number}
    assert listed(outcome="nonsense") == []
    assert listed(state="failed") == [(failed.number, "")]


def test_the_page_shows_it_and_its_tabs_part_refused_from_done(client):
    refused, whole = ended(errors=3, refused=3), ended(saved=True)
    client.force_login(make_user("administrator", is_superuser=True))
    page = client.get("/runs/").content.decode()
    assert "Refused: 3 of 10,000 lines" in page and "?state=refused" in page
    done, only = (client.get(f"/runs/?state={state}").content.decode() for state in ("done", "refused"))
    assert whole.number in done and refused.number not in done
    assert refused.number in only and whole.number not in only
    one = client.get(f"/runs/import/{refused.pk}/").content.decode()
    assert "Refused: 3 of 10,000 lines" in one
    chip = client.get(f"/core/run-chip/?run={refused.number}").content.decode()
    assert "Refused: 3 of 10,000 lines" in chip


def test_the_api_says_it_and_filters_by_it(client):
    refused, _whole = ended(errors=3, refused=3), ended(saved=True)
    client.force_login(make_user("administrator", is_superuser=True))
    rows = client.get("/api/v1/core/runs/?outcome=refused").json()["results"]
    assert [(row["number"], row["state"], row["outcome"], row["outcome_text"]) for row in rows] == [
        (refused.number, "done", "refused", "Refused: 3 of 10,000 lines")
    ]
    assert client.get(f"/api/v1/core/runs/{refused.number}/").json()["outcome"] == "refused"
