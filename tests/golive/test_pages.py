"""The desk on its pages and over REST: files in, a trial, a difference accepted, the last run."""

from __future__ import annotations

import base64
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase
from django.urls import reverse

from strategies.models import CutOver, CutOverRun
from strategies.services import cutover
from tests.factories import make_user
from tests.golive.plant import FILES, Old, make_old_plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(settings) -> Old:
    settings.RUNS = "inline"
    return make_old_plant()


@pytest.fixture
def client(old) -> Client:
    found = Client()
    found.force_login(old.by)
    return found


def press(client: Client, key: str, desk: CutOver) -> None:
    """A button of the desk."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        address = reverse("core:act", args=["cutover.actions", key, desk.pk])
        assert client.post(address).status_code in (200, 204, 302, 303)
    desk.refresh_from_db()


def page(client: Client, desk: CutOver, tab: str, **also: str) -> str:
    answer = client.get(desk.get_absolute_url(), {"tab": tab, **also})
    assert answer.status_code == 200
    return answer.content.decode()


def leading(shown: str) -> list[str]:
    """The main buttons of the desk."""
    found = re.findall(
        r'<button type="submit" class="[^"]*btn-primary[^"]*"[^>]*>(.*?)</button>', shown, re.S
    )
    return [re.sub(r"<[^>]+>|\s+$", "", one).strip() for one in found]


def test_a_plant_is_taken_over_on_its_pages(client, old):
    desk = old.desk
    assert "No file yet" in page(client, desk, "files")
    for name, lines in FILES.items():
        file = SimpleUploadedFile(f"{name}.csv", "\n".join(lines).encode())
        answer = client.post(reverse("strategies:add-cut-over-file", args=[desk.pk]), {"content": file})
        assert answer.status_code in (200, 204, 302, 303)
    client.post(
        reverse("strategies:set-control-figure", args=[desk.pk]),
        {"measure": "wip.value", "of": "", "expected": "300"},
    )
    press(client, "try", desk)
    assert "1 figure differs" in page(client, desk, "compare")
    run = CutOverRun.objects.get()
    differs = run.figures.get(measure="wip.value", of="")
    shown = page(client, desk, "compare", show="differing")
    assert reverse("strategies:accept-figure", args=[differs.pk]) in shown
    assert leading(shown) == ["Run a trial"]
    press(client, "take-over", desk)
    assert desk.state == "open"
    client.post(reverse("strategies:accept-figure", args=[differs.pk]), {"because": "Old rate"})
    ready = page(client, desk, "compare")
    assert "An administrator can take the plant over" in ready
    assert leading(ready) == ["Take over"]
    press(client, "take-over", desk)
    assert desk.state == "done"
    assert "Taken over" in page(client, desk, "compare")
    assert "Last run" in page(client, desk, "runs")
    last = CutOverRun.objects.get(final=True)
    assert client.get(last.get_absolute_url()).status_code == 200


def test_the_page_asks_until_the_run_is_over_and_is_then_drawn_anew(client, old, settings):
    settings.RUNS = "celery"
    old.workbook()
    with TestCase.captureOnCommitCallbacks():
        cutover.try_out(cut_over=old.desk, by=old.by)
    address = old.desk.get_absolute_url()
    waiting = client.get(
        address, {"tab": "files", "poll": "1"}, headers={"HX-Request": "true", "HX-Target": "record"}
    )
    assert b"poll=1" in waiting.content
    assert "HX-Refresh" not in waiting.headers
    CutOverRun.objects.update(state="done")
    over = client.get(
        address, {"tab": "files", "poll": "1"}, headers={"HX-Request": "true", "HX-Target": "record"}
    )
    assert over.headers["HX-Refresh"] == "true"


def test_only_an_administrator_takes_over(client, old):
    old.workbook()
    old.try_out()
    engineer = Client()
    engineer.force_login(make_user("engineer"))
    answer = engineer.post(reverse("core:act", args=["cutover.actions", "take-over", old.desk.pk]))
    assert answer.status_code == 403


def test_the_template_has_a_page_for_each_sheet(client):
    answer = client.get(reverse("strategies:cut-over-template"))
    assert answer.status_code == 200
    assert answer.content[:2] == b"PK"


def test_a_kept_file_comes_back_as_it_was(client, old):
    old.file("sales_history", *FILES["sales_history"])
    file = old.desk.files.get()
    answer = client.get(reverse("strategies:cut-over-file", args=[file.pk]))
    assert answer.getvalue().decode() == "\n".join(FILES["sales_history"])


def send(client: Client, path: str, body: object, status: int = 200) -> dict[str, object]:
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = client.post(f"/api/v1/strategies/{path}", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_plant_is_taken_over_by_a_program(client, old):
    made = send(client, "cut-overs/", {"name": "Rest", "site": "OLD", "day": "2026-06-01"}, 201)
    desk = f"cut-overs/{made['id']}/"
    for name, lines in FILES.items():
        send(client, f"{desk}add-file/", {"name": f"{name}.csv", "text": "\n".join(lines)})
    packed = base64.b64encode("\n".join(FILES["number_series"]).encode()).decode()
    send(client, f"{desk}add-file/", {"name": "number_series.csv", "base64": packed})
    send(client, f"{desk}set-figure/", {"measure": "wip.value", "expected": "300"})
    assert client.get(send(client, f"{desk}try-out/", {}, 202)["url"]).json()["state"] == "done"
    (trial,) = client.get("/api/v1/strategies/cut-over-runs/", {"cut_over": "Rest"}).json()["results"]
    run = client.get(
        f"/api/v1/strategies/cut-over-runs/{trial['id']}/", {"expand": "figures,problems"}
    ).json()
    assert (run["state"], run["problems"]) == ("done", [])
    (differs,) = [one for one in run["figures"] if one["measure"] == "wip.value" and not one["of"]]
    assert (differs["difference"], differs["expected"]) == ("-20", "300")
    send(client, f"cut-over-runs/{trial['id']}/accept/", {"because": "Old rate"})
    send(client, f"{desk}take-over/", {}, 202)
    assert CutOver.objects.get(name="Rest").state == "done"


def test_a_file_without_content_is_refused(client, old):
    answer = send(client, f"cut-overs/{old.desk.pk}/add-file/", {"name": "a.csv"}, 400)
    assert "as text or as base64" in str(answer)
    answer = send(client, f"cut-overs/{old.desk.pk}/add-file/", {"name": "a.doc", "text": "x"}, 409)
    assert "neither a CSV" in str(answer)
