"""What does the work, over REST: added, changed, taken away, by the rules of its services."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from p2p.core.models import Journal
from p2p.core.web import formats
from strategies.models import (
    CalendarException,
    CalendarShift,
    Resource,
    ResourceCapability,
    ResourceMembership,
    SetupFamily,
    SetupTime,
    WorkerSkill,
)
from tests.factories import (
    make_calendar,
    make_cost_category,
    make_group,
    make_item,
    make_resource,
    make_route,
    make_site,
    make_unit,
    make_user,
    make_vendor,
    make_worker,
)

pytestmark = pytest.mark.django_db
API = "/api/v1/strategies"


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(make_user("engineer"))
    return client


class Asking:
    """Requests with a new key each."""

    def __init__(self, client: Client) -> None:
        self.client, self.count = client, 0

    def __call__(self, method: str, address: str, body: object = None):
        self.count += 1
        send = getattr(self.client, method)
        headers = {"Idempotency-Key": f"k{self.count}"}
        return send(f"{API}/{address}", body, content_type="application/json", headers=headers)


@pytest.fixture
def ask(engineer: Client) -> Asking:
    return Asking(engineer)


@pytest.fixture
def plant():
    """Two work centres of one site, one machine each."""
    site = make_site("ONE")
    return site, make_group(site, "50"), make_group(site, "60")


SIMPLE = [
    ("production-units/", "ONE~H2", {"site": "ONE", "code": "H2", "name": "Hall 2"}),
    ("work-centres/", "ONE~70", {"site": "ONE", "code": "70", "name": "Paint", "lean_cell": True}),
    ("workers/", "4711", {"site": "ONE", "number": "4711", "name": "Ada Byron", "group": "60"}),
    ("capabilities/", "DRILL", {"code": "DRILL", "name": "Drilling"}),
    ("skills/", "TIG", {"code": "TIG", "name": "TIG welding", "kind": "certificate"}),
    ("setup-families/", "RED", {"code": "RED", "name": "Red"}),
    ("setup-matrices/", "PAINT", {"code": "PAINT", "name": "Paint line"}),
    ("cost-categories/", "C1", {"code": "C1", "name": "Hours", "kind": "setup"}),
    ("calendars/", "2S", {"code": "2S", "name": "Two shifts", "time_zone": "Europe/Berlin"}),
]


@pytest.mark.parametrize(("address", "key", "body"), SIMPLE, ids=[one[0] for one in SIMPLE])
def test_a_record_is_added_changed_told_and_taken_away(ask, plant, address, key, body):
    made = ask("post", address, body)
    assert made.status_code == 201, made.content
    assert {name: made.json()[name] for name in body} == body
    changed = ask("patch", f"{address}{key}/", {"name": "Other"})
    assert (changed.status_code, changed.json()["name"]) == (200, "Other")
    assert {name: changed.json()[name] for name in body if name != "name"} == {
        name: value for name, value in body.items() if name != "name"
    }
    twice = ask("post", address, body)
    assert (twice.status_code in {400, 409}, "already" in twice.json()["detail"]) == (True, True)
    assert ask("delete", f"{address}{key}/").status_code == 204
    assert ask("get", f"{address}{key}/").status_code == 404
    told = Journal.objects.filter(fact__in=["strategies.WorkSaved", "strategies.WorkRemoved"])
    assert list(told.order_by("id").values_list("fact", flat=True)) == [
        "strategies.WorkSaved",
        "strategies.WorkSaved",
        "strategies.WorkRemoved",
    ]


def test_a_resource_carries_all_that_is_known_of_it(ask, plant):
    make_unit("EA")
    body = {
        "site": "ONE",
        "code": "OVEN",
        "name": "Oven",
        "group": "60",
        "stations": 3,
        "efficiency": "0.9",
        "schedule_fraction": "0.8",
        "job_fraction": "0.25",
        "batch_capacity": "200",
        "capacity_per_hour": "50",
        "capacity_unit": "EA",
        "scrap_fraction": "0.02",
        "exclusive": True,
        "bottleneck": True,
        "setup_category": make_cost_category(kind="setup").code,
        "run_category": make_cost_category(kind="run").code,
        "ledger_account": "4711",
        "input_location": "STORE",
    }
    made = ask("post", "resources/", body)
    assert made.status_code == 201, made.content
    assert {name: made.json()[name] for name in body} == body
    less = ask("patch", "resources/ONE~OVEN/", {"capacity_per_hour": None, "capacity_unit": None})
    assert (less.json()["capacity_per_hour"], less.json()["batch_capacity"]) == (None, "200")
    assert ask("delete", "resources/ONE~OVEN/").status_code == 204


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"kind": "vendor"}, "vendor", "A vendor's resource has to name the vendor."),
        ({"kind": "person"}, "worker", "A person's resource has to name the worker."),
        ({"calendar": "EMPTY"}, "calendar", "The calendar EMPTY has no working time: give it a shift first."),
        ({"setup_category": "RUN"}, "setup_category", "RUN is no category for Setup."),
        ({"capacity_per_hour": "5"}, "capacity_unit", "A capacity per hour needs its unit."),
        ({"stations": 0}, "stations", "A resource has at least one station."),
        ({"scrap_fraction": "1"}, "scrap_fraction", "Scrap is from 0 to less than 1."),
        ({"schedule_fraction": "1.2"}, "schedule_fraction", "The share for planning is more than 0"),
        ({"job_fraction": "0"}, "job_fraction", "The share for one job is more than 0 and at most 1."),
        ({"job_fraction": "1.1"}, "job_fraction", "The share for one job is more than 0 and at most 1."),
        ({"efficiency": "0"}, "efficiency", "The efficiency has to be more than 0."),
    ],
)
def test_a_resource_that_cannot_be_is_refused_in_one_sentence(ask, plant, change, field, sentence):
    make_calendar("EMPTY", shifts=())
    make_cost_category("RUN", kind="run")
    answer = ask("patch", "resources/ONE~50-1/", change)
    assert (answer.status_code, answer.json().get("field")) == (409, field), answer.content
    assert sentence in answer.json()["detail"]
    assert Resource.objects.get(code="50-1").revision == 1


def test_a_group_of_a_vendor_holds_one_vendor(ask, plant):
    make_vendor("ACME", name="Acme")
    make_vendor("BOLT", name="Bolt")
    body = {"site": "ONE", "name": "V", "group": "50", "kind": "vendor"}
    assert ask("post", "resources/", {**body, "code": "V1", "vendor": "ACME"}).status_code == 201
    second = ask("post", "resources/", {**body, "code": "V2", "vendor": "BOLT"})
    assert second.json()["detail"] == "50 holds the vendor Acme already: a work centre has one vendor only."


def test_a_stay_is_taken_and_the_next_one_over_it_names_it(ask, plant):
    stay = {
        "site": "ONE",
        "resource": "50-1",
        "group": "60",
        "valid_from": "2026-03-02",
        "valid_to": "2026-03-13",
    }
    made = ask("post", "resource-memberships/", stay)
    assert made.status_code == 201, made.content
    over = ask("post", "resource-memberships/", {**stay, "valid_from": "2026-03-13", "valid_to": None})
    assert over.status_code == 409
    assert (
        over.json()["detail"]
        == f"50-1 works in 60 from {formats.day(date(2026, 3, 2))} to {formats.day(date(2026, 3, 13))} already."
    )
    after = ask("post", "resource-memberships/", {**stay, "valid_from": "2026-03-14", "valid_to": None})
    assert after.status_code == 201
    longer = ask("patch", f"resource-memberships/{made.json()['id']}/", {"valid_to": "2026-03-20"})
    assert longer.json()["detail"] == f"50-1 works in 60 from {formats.day(date(2026, 3, 14))} on already."
    wrong = ask("patch", f"resource-memberships/{made.json()['id']}/", {"valid_to": "2026-03-01"})
    assert wrong.json()["detail"] == "The last day is before the first."
    days = {
        day: ask("get", f"work-centres/ONE~60/members/?day={day}").json()
        for day in ("2026-03-01", "2026-03-05")
    }
    assert [[one["resource"] for one in each["members"]] for each in days.values()] == [
        ["60-1"],
        ["50-1", "60-1"],
    ]
    away = ask("get", "work-centres/ONE~50/members/?day=2026-03-05").json()
    assert away["members"] == []
    assert ask("delete", f"resource-memberships/{made.json()['id']}/").status_code == 204
    assert ResourceMembership.objects.count() == 1


def test_capacity_by_week_is_the_sum_of_who_works_there(ask):
    site = make_site("ONE", calendar=make_calendar("DAY"))
    group = make_group(site, "60", stations=2)
    make_group(site, "50")
    lent = {
        "site": "ONE",
        "resource": "50-1",
        "group": "60",
        "valid_from": "2026-03-09",
        "valid_to": "2026-03-11",
    }
    assert ask("post", "resource-memberships/", lent).status_code == 201
    rows = ask("get", "work-centres/ONE~60/capacity/?first=2026-03-02&weeks=2").json()["weeks"]
    assert [row["hours"] for row in rows] == ["80", "104"]
    home = ask("get", "work-centres/ONE~50/capacity/?first=2026-03-02&weeks=2").json()["weeks"]
    assert [row["hours"] for row in home] == ["40", "16"]
    assert group.resources.count() == 1


def test_what_is_used_is_not_taken_away_and_the_first_user_is_named(ask, plant):
    _site, saw, _paint = plant
    make_route(make_item("BIKE"), [{"group": saw}])
    answer = ask("delete", "work-centres/ONE~50/")
    assert answer.status_code == 409
    assert answer.json()["detail"].startswith("50 is used by ")
    calendar = make_calendar("DAY")
    saw.calendar = calendar
    saw.save()
    held = ask("delete", "calendars/DAY/")
    assert "is used by resource group" in held.json()["detail"]


def test_who_can_do_it_comes_by_level_then_priority(ask, plant):
    ask("post", "capabilities/", {"code": "DRILL", "name": "Drilling"})
    row = {"site": "ONE", "capability": "DRILL"}
    ask("post", "resource-capabilities/", {**row, "resource": "50-1", "level": "2", "priority": 1})
    second = ask("post", "resource-capabilities/", {**row, "resource": "60-1", "level": "11", "priority": 5})
    assert second.status_code == 201, second.content
    able = ask("get", "capabilities/DRILL/able/?level=0").json()["resources"]
    assert [one["resource"] for one in able] == ["50-1", "60-1"]
    high = ask("get", "capabilities/DRILL/able/?level=10").json()["resources"]
    assert high == [{"resource": "60-1", "level": "11", "priority": 5}]
    again = ask("post", "resource-capabilities/", {**row, "resource": "60-1", "valid_from": "2026-01-01"})
    assert again.json()["detail"] == "60-1 has the capability DRILL always already."
    assert "in use" not in again.json()["detail"] and ResourceCapability.objects.count() == 2
    assert "used by resource capability" in ask("delete", "capabilities/DRILL/").json()["detail"]


def test_skills_that_expire_soon_are_named_unless_renewed(ask, plant):
    ada, bob = make_worker(plant[0], number="A", name="Ada"), make_worker(plant[0], number="B", name="Bob")
    ask("post", "skills/", {"code": "TIG", "name": "TIG", "kind": "certificate"})
    row = {"skill": "TIG", "level": "3", "valid_from": "2025-01-01", "valid_to": "2026-02-10"}
    for worker in (ada, bob):
        assert ask("post", "worker-skills/", {**row, "worker": worker.number}).status_code == 201
    ask("post", "worker-skills/", {"worker": "B", "skill": "TIG", "valid_from": "2026-02-11"})
    soon = ask("get", "worker-skills/expiring/?day=2026-02-01&days=30").json()["results"]
    assert [one["worker"] for one in soon] == ["A"]
    assert ask("get", "worker-skills/expiring/?day=2026-01-01&days=7").json()["results"] == []
    assert ask("get", "worker-skills/expiring/?days=x").status_code == 400
    assert WorkerSkill.objects.count() == 3


def test_a_matrix_takes_cells_and_says_how_long_a_change_over_takes(ask):
    ask("post", "setup-matrices/", {"code": "PAINT", "name": "Paint"})
    for code in ("RED", "BLUE", "WHITE"):
        ask("post", "setup-families/", {"code": code, "name": code})
    cells = [
        {"source": "RED", "target": "BLUE", "seconds": 600},
        {"source": "RED", "target": None, "seconds": 900},
        {"source": None, "target": "WHITE", "seconds": 1200},
        {"source": None, "target": None, "seconds": 300},
    ]
    made = ask("post", "setup-matrices/PAINT/set-cells/", {"cells": cells, "revision": 1})
    assert (made.status_code, made.json()["revision"]) == (200, 2)
    asked = {
        ("RED", "BLUE"): 600,
        ("RED", "WHITE"): 900,
        ("BLUE", "WHITE"): 1200,
        ("BLUE", "RED"): 300,
        ("RED", "RED"): 0,
    }
    for (source, target), seconds in asked.items():
        answer = ask("get", f"setup-matrices/PAINT/resolve/?from={source}&to={target}").json()
        assert answer["seconds"] == seconds, (source, target)
    stale = ask("post", "setup-matrices/PAINT/set-cells/", {"cells": cells[:1], "revision": 1})
    assert (stale.status_code, "Somebody has changed" in stale.json()["detail"]) == (409, True)
    gone = ask("post", "setup-matrices/PAINT/set-cells/", {"cells": [{**cells[0], "seconds": None}]})
    assert gone.status_code == 200 and SetupTime.objects.count() == 3
    slip = ask("post", "setup-matrices/PAINT/set-cells/", {"cells": [{**cells[0], "seconds": -5}]})
    assert slip.json()["detail"] == "RED → BLUE: a change-over takes from 0 seconds to 30 days."
    assert SetupFamily.objects.count() == 3


def test_a_week_is_replaced_whole_or_not_at_all(ask):
    make_calendar("W")
    early = {"name": "Early", "weekday": 0, "starts": "06:00", "ends": "14:00"}
    night = {"name": "Night", "weekday": 6, "starts": "22:00", "ends": "06:30"}
    meet = ask("post", "calendars/W/set-week/", {"shifts": [early, night]})
    assert meet.json()["detail"] == "Early (Mon 06:00–14:00) and Night (Sun 22:00–06:30) overlap."
    assert CalendarShift.objects.count() == 5
    good = ask(
        "post", "calendars/W/set-week/", {"shifts": [early, {**night, "ends": "06:00"}], "revision": 1}
    )
    assert [one["name"] for one in good.json()["shifts"]] == ["Early", "Night"]
    stale = ask("post", "calendars/W/set-week/", {"shifts": [early], "revision": 1})
    assert stale.status_code == 409
    none = ask("post", "calendars/W/set-week/", {"shifts": []})
    assert "would have no working time" in none.json()["detail"]


def test_days_are_closed_opened_and_given_back_together(ask):
    make_calendar("W")
    days = ["2026-12-24", "2026-12-25"]
    closed = [{"day": day, "reason": "Christmas"} for day in days]
    made = ask("post", "calendars/W/set-days/", {"days": days, "entries": closed})
    assert [one["day"] for one in made.json()["exceptions"]] == days
    hours = {"day": days[0], "working": True, "starts": "06:00", "ends": "10:00", "efficiency": "0.5"}
    both = ask("post", "calendars/W/set-days/", {"days": days[:1], "entries": [hours, closed[0]]})
    assert both.json()["detail"] == f"{formats.day(date(2026, 12, 24))} cannot be closed and open."
    meet = ask(
        "post",
        "calendars/W/set-days/",
        {"days": days[:1], "entries": [hours, {**hours, "starts": "09:00", "ends": "12:00"}]},
    )
    assert meet.json()["detail"] == f"On {formats.day(date(2026, 12, 24))} two openings overlap."
    two = ask(
        "post",
        "calendars/W/set-days/",
        {"days": days[:1], "entries": [hours, {**hours, "starts": "14:00", "ends": "18:00"}]},
    )
    assert two.status_code == 200 and CalendarException.objects.filter(day=days[0]).count() == 2
    back = ask("post", "calendars/W/set-days/", {"days": days, "entries": []})
    assert back.json()["exceptions"] == []


def test_public_holidays_are_filled_and_what_was_entered_by_hand_stays(ask):
    make_calendar("BY", holiday_country="DE", holiday_region="BY")
    ask(
        "post",
        "calendars/BY/except-day/",
        {"day": "2026-06-04", "working": True, "starts": "08:00", "ends": "12:00"},
    )
    shown = {one["day"]: one for one in ask("get", "calendars/BY/holidays/?years=2026").json()["days"]}
    assert shown["2026-01-06"] == {"day": "2026-01-06", "name": "Epiphany", "fate": "new"}
    assert shown["2026-06-04"]["fate"] == "kept"
    for _turn in range(2):
        filled = ask("post", "calendars/BY/fill-holidays/", {"years": [2026]}).json()["exceptions"]
        assert len(filled) == len(shown)
    assert [one["working"] for one in filled if one["day"] == "2026-06-04"] == [True]
    assert {one["source"] for one in filled} == {"", "holidays"}
    ask("patch", "calendars/BY/", {"holiday_region": "BE"})
    moved = ask("get", "calendars/BY/holidays/?years=2026").json()["days"]
    assert {one["day"]: one["fate"] for one in moved}["2026-01-06"] == "gone"
    wrong = ask("patch", "calendars/BY/", {"holiday_country": "XX", "holiday_region": ""})
    assert wrong.json()["detail"] == "No public holidays are known for the country XX."
    nowhere = ask("post", "calendars/BY/fill-holidays/", {"years": []})
    assert nowhere.status_code == 400


def test_a_calendar_is_not_based_on_itself_and_needs_a_zone(ask):
    make_calendar("A")
    make_calendar("B")
    assert ask("patch", "calendars/B/", {"base": "A"}).status_code == 200
    circle = ask("patch", "calendars/A/", {"base": "B"})
    assert circle.json()["detail"] == "A calendar is not based on itself: A → B → A."
    zone = ask("patch", "calendars/A/", {"time_zone": "Mars/Base"})
    assert zone.json()["field"] == "time_zone"


def test_working_time_in_utc_has_the_change_of_clocks_in_it(ask):
    make_calendar("NIGHT", days=range(7), shifts=(("22:00", "06:00"),), time_zone="Europe/Berlin")
    spring = ask("get", "calendars/NIGHT/working-time/?first=2026-03-28&days=1").json()
    autumn = ask("get", "calendars/NIGHT/working-time/?first=2026-10-24&days=1").json()
    assert (spring["seconds"], autumn["seconds"]) == (7 * 3600, 9 * 3600)
    assert spring["intervals"][0]["start"] == "2026-03-28T21:00:00+00:00"


def test_a_calendar_for_a_time_is_of_one_owner(ask, plant):
    make_calendar("DAY")
    row = {"calendar": "DAY", "site": "ONE", "valid_from": "2026-03-02"}
    assert ask("post", "resource-calendars/", {**row, "group": "60"}).status_code == 201
    both = ask("post", "resource-calendars/", {**row, "group": "60", "resource": "60-1"})
    assert both.json()["detail"] == "Name a resource or a work centre, one of them."
    again = ask("post", "resource-calendars/", {**row, "group": "60", "valid_from": "2026-04-01"})
    assert again.json()["detail"] == f"60 works by Calendar from {formats.day(date(2026, 3, 2))} on already."


def test_bulk_takes_many_by_key_and_names_a_stay_that_overlaps(ask, plant):
    make_resource(plant[1], "50-2")
    row = {
        "site": "ONE",
        "resource": "50-1",
        "group": "60",
        "valid_from": "2026-03-02",
        "valid_to": "2026-03-06",
    }
    rows = [row, {**row, "resource": "50-2"}]
    done = ask("post", "resource-memberships/bulk/", rows)
    assert (done.status_code, done.json()["added"]) == (200, 2), done.content
    again = ask("post", "resource-memberships/bulk/", rows)
    assert again.json()["unchanged"] == 2
    over = ask(
        "post", "resource-memberships/bulk/", [{**row, "valid_from": "2026-03-05", "valid_to": "2026-03-09"}]
    )
    assert over.status_code == 400
    assert over.json()["detail"] == (
        "Line 1, valid_from: It overlaps with another row that holds "
        f"from {formats.day(date(2026, 3, 2))} to {formats.day(date(2026, 3, 6))}."
    )


def test_only_engineers_change_resources_but_planners_change_days(client, plant):
    client.force_login(make_user("planner"))
    ask = Asking(client)
    make_calendar("W")
    assert ask("post", "capabilities/", {"code": "X", "name": "X"}).status_code == 403
    assert ask("post", "calendars/W/set-week/", {"shifts": []}).status_code == 403
    assert ask("post", "calendars/W/set-days/", {"days": ["2026-01-01"], "entries": []}).status_code == 200
