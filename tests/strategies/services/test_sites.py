"""Sites are made and changed by form, over REST and by sheet, with the rules that hold there; journaled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from costing.services.version import open_version
from p2p.core.models import Journal
from p2p.core.refusal import Refused
from strategies.models import Currency, Site
from strategies.services.importer import take_rows
from strategies.services.sites import save_site
from tests.factories import make_calendar, make_site, make_user

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def euro() -> Currency:
    return Currency.objects.create(code="EUX", name="Euro")


def test_a_site_is_made_and_its_rules_changed(euro: Currency) -> None:
    by = make_user("engineer")
    site = save_site(code=" NORTH ", name="North", time_zone="Europe/Berlin", currency=euro, by=by)
    assert (site.code, site.reserve_at, site.may_go_negative, site.active) == (
        "NORTH",
        "release",
        False,
        True,
    )
    rules = {"reserve_at": "firming", "over_report_fraction": D("0.05"), "may_go_negative": True}
    calendar = make_calendar("TWO")
    save_site(
        site=site, code="NORTH", name="North plant", time_zone="UTC", currency=euro, calendar=calendar,
        approval_by_another=True, scrap_rule="markup", active=False, **rules, by=by,
    )  # fmt: skip
    found = Site.objects.get(code="NORTH")
    assert {name: getattr(found, name) for name in rules} == rules
    assert (found.name, found.time_zone, found.calendar, found.scrap_rule) == (
        "North plant", "UTC", calendar, "markup",
    )  # fmt: skip
    assert (found.approval_by_another, found.active) == (True, False)
    assert Journal.objects.filter(record_type="strategies.site", record_id=site.pk, by=by).count() == 2


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"time_zone": "Mars"}, "time_zone", "“Mars” is not a time zone"),
        ({"over_report_fraction": D(-1)}, "over_report_fraction", "share of 0 or more"),
        ({"code": "OTHER"}, "code", "There is a site OTHER already"),
        ({"calendar": "EMPTY"}, "calendar", "has no working time"),
    ],
)
def test_what_is_no_site_is_refused(euro: Currency, said: dict[str, Any], field: str, sentence: str) -> None:
    make_site("OTHER")
    if said.get("calendar"):
        calendar = make_calendar("EMPTY")
        calendar.shifts.all().delete()
        said = {"calendar": calendar}
    with pytest.raises(Refused, match=sentence) as no:
        save_site(**{"code": "NORTH", "name": "North", "currency": euro, "by": make_user(), **said})
    assert no.value.field == field
    assert not Site.objects.filter(name="North").exists()


def test_a_site_keeps_its_code_and_once_it_has_costs_its_currency(euro: Currency) -> None:
    site, by = make_site("MAIN"), make_user()
    with pytest.raises(Refused, match="MAIN keeps its code"):
        save_site(site=site, code="NEW", name="Main", currency=site.currency, by=by)
    site.refresh_from_db()
    assert site.code == "MAIN"
    dollar = site.currency
    assert save_site(site=site, code="MAIN", name="Main", currency=euro, by=by).currency == euro
    save_site(site=site, code="MAIN", name="Main", currency=dollar, by=by)
    open_version(code="STD", name="Standard", site=site, valid_from=date(2026, 1, 1), by=by)
    with pytest.raises(Refused, match="MAIN keeps its currency USD: the costs of STD") as no:
        save_site(site=site, code="MAIN", name="Main", currency=euro, by=by)
    assert no.value.field == "currency"
    row = {"code": "MAIN", "name": "Main", "currency": "EUX"}
    outcome = take_rows(sheet="sites", rows=[row], roles=(), by=make_user("engineer"))
    assert [(one.column, "keeps its currency" in one.text) for one in outcome.problems] == [
        ("currency", True)
    ]
    site.refresh_from_db()
    assert site.currency == dollar


def test_a_site_by_form_is_the_engineers_of_that_site_and_a_new_one_of_all(client: Client) -> None:
    site = make_site("MAIN")
    make_site("AWAY")
    body = {
        "code": "MAIN", "name": "Main works", "time_zone": "UTC", "currency": site.currency_id,
        "reserve_at": "manual", "over_report_fraction": "0.1", "scrap_rule": "divisor", "active": "on",
    }  # fmt: skip
    address = f"/strategies/change/site/{site.pk}/"
    client.force_login(make_user("planner"))
    assert client.post(address, body).status_code == 403
    client.force_login(make_user("engineer", site=site))
    assert client.get("/strategies/new/site/").status_code == 403
    assert client.post("/strategies/new/site/", {**body, "code": "NEW"}).status_code == 403
    other = Site.objects.get(code="AWAY")
    assert client.post(f"/strategies/change/site/{other.pk}/", {**body, "code": "AWAY"}).status_code == 403
    assert client.post(address, body).status_code == 303
    listed = client.get("/strategies/sites/").content.decode()
    assert "Main works" in listed and "By hand" in listed and "AWAY" not in listed
    refused = client.post(address, {**body, "time_zone": "Mars"})
    assert refused.status_code == 409 and "is not a time zone" in refused.content.decode()
    client.force_login(make_user("engineer"))
    assert client.post("/strategies/new/site/", {**body, "code": "NEW"}).status_code == 303
    assert Site.objects.get(code="NEW").reserve_at == "manual"


def test_a_site_over_rest() -> None:
    main = make_site("MAIN")
    robot = APIClient()
    robot.force_authenticate(make_user("engineer", site=main))
    address = "/api/v1/strategies/sites/"
    new = {"code": "NORTH", "name": "North", "currency": main.currency.code, "reserve_at": "start"}
    assert robot.post(address, new, format="json").status_code == 403
    changed = robot.patch(f"{address}MAIN/", {"over_report_fraction": "0.25"}, format="json")
    assert changed.status_code == 200, changed.json()
    assert Site.objects.get(code="MAIN").over_report_fraction == D("0.25")
    refused = robot.patch(f"{address}MAIN/", {"code": "NEW"}, format="json")
    assert refused.status_code in (403, 409) and Site.objects.filter(code="MAIN").exists()
    robot.force_authenticate(make_user("engineer"))
    assert robot.post(address, new, format="json").status_code == 201
    assert Site.objects.get(code="NORTH").reserve_at == "start"
