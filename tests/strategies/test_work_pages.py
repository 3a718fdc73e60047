"""Pages of resources, people, abilities, change-overs and calendars: what they show, change, refuse and cost."""

from __future__ import annotations

import inspect
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from p2p.core.web import formats
from strategies.models import (
    Capability,
    Resource,
    ResourceCapability,
    ResourceMembership,
    SetupFamily,
    SetupMatrix,
    SetupTime,
    Skill,
    Worker,
    WorkerSkill,
)
from strategies.services.calendars import except_day
from strategies.views.workforms import FORMS
from tests.factories import (
    make_calendar,
    make_cost_category,
    make_group,
    make_item,
    make_order,
    make_resource,
    make_route,
    make_site,
    make_user,
    make_vendor,
    make_worker,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(make_user("engineer"))
    return client


@pytest.fixture
def plant():
    site = make_site("ONE", calendar=make_calendar("DAY", holiday_country="DE", holiday_region="BY"))
    saw, paint = make_group(site, "50", name="Saw"), make_group(site, "60", name="Paint shop")
    drill = Capability.objects.create(code="DRILL", name="Drilling")
    ResourceCapability.objects.create(resource=saw.resources.get(), capability=drill, level=7)
    ResourceMembership.objects.create(
        resource=saw.resources.get(), group=paint, valid_from=date(2026, 3, 2), valid_to=date(2026, 3, 6)
    )
    worker = make_worker(site, name="Ada Byron")
    tig = Skill.objects.create(code="TIG", name="TIG welding", kind="certificate")
    WorkerSkill.objects.create(worker=worker, skill=tig, level=3, valid_to=date(2001, 1, 31))
    matrix = SetupMatrix.objects.create(code="COLOURS", name="Paint line")
    red = SetupFamily.objects.create(code="RED", name="Red frames")
    SetupTime.objects.create(matrix=matrix, source=red, seconds=5400)
    make_cost_category("HOURS")
    except_day(calendar=site.calendar, day=date(2026, 7, 6), reason="Works holiday", by=make_user("planner"))
    return site


PAGES = {
    "resources/": ["50-1", "60-1", "Machines"],
    "resources/?capability=DRILL": ["50-1"],
    "resources/?site=ONE&kind=machine&bottleneck=false": ["50-1", "60-1"],
    "workers/?site=ONE&skill=TIG": ["Ada Byron"],
    "worker-skills/?skill=TIG": ["Ada Byron"],
    "stays/?day=2026-03-04": ["Paint shop"],
    "resource-board/?day=2026-03-04": ["Paint shop", "from Saw", "DRILL <b>7</b>", "Nobody works here"],
    "resource-board/?day=2026-03-07": ["DRILL <b>7</b>"],
    "production-units/": ["A hall or line"],
    "stays/": ["Saw", "Paint shop"],
    "dated-calendars/": ["Everybody follows"],
    "workers/": ["Ada Byron"],
    "skills/": ["TIG welding", "Certificate"],
    "worker-skills/": ["Ada Byron", "Expire within 60 days"],
    "worker-skills/?within=60": ["Ada Byron"],
    "capabilities/": ["DRILL"],
    "abilities/": ["Drilling", "50-1"],
    "setup-families/": ["RED"],
    "setup-matrices/": ["COLOURS"],
    "setup-matrices/COLOURS/": ["Red frames", 'data-seconds="5400"'],
    "setup-matrices/COLOURS/?tab=uses": ["Nobody: set it"],
    "cost-categories/": ["HOURS"],
    "characteristics/": ["What is measured of lots"],
    "currencies/": ["USD"],
    "exchange-rates/": ["What a vendor asks"],
    "number-series/": ["Each document makes its own"],
    "item-groups/": ["No item group yet"],
    "new/characteristic/": ["At least"],
    "new/exchange-rate/": ["Costs in"],
    "new/number-series/": ["Next number"],
    "new/reason/": ["At fault"],
    "calendars/DAY/": ["Shifts of the week", "Saw", "08:00"],
    "calendars/DAY/?tab=year&year=2026": ["Works holiday", "Days that differ"],
    "calendars/DAY/?tab=uses": ["Plant", "Paint shop"],
    "calendars/DAY/?tab=history": ["core/journal/"],
}


def test_the_board_says_no_capacity_where_nobody_is_left_for_what_is_planned(engineer, plant):
    saw = plant.groups.get(code="50")
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    week = {"starts_at": monday, "ends_at": monday + timedelta(days=5)}
    make_order(make_item(), site=plant, operations=[{"group": saw, "run_seconds": 20 * 3600, **week}])
    resource, paint = saw.resources.get(), plant.groups.exclude(pk=saw.pk).get()
    ResourceMembership.objects.filter(resource=resource).delete()
    lent = {"valid_from": date(2026, 3, 4), "valid_to": date(2026, 3, 8)}
    ResourceMembership.objects.create(resource=resource, group=paint, **lent)
    shown = engineer.get("/strategies/resource-board/?day=2026-03-04").content.decode()
    assert "no capacity</b>" in shown and "From 4 Mar: no capacity for 12 h planned" in shown
    earlier = engineer.get("/strategies/resource-board/?day=2026-03-02").content.decode()
    assert "no capacity" not in earlier and "From 2 Mar: 20 h planned, 16 h offered" in earlier
    assert "<span>9 Mar</span>" in earlier


def test_the_end_of_a_night_shift_is_no_capacity_where_nobody_is_left(engineer):
    calendar = make_calendar("NIGHT", days=range(7), shifts=(("22:00", "06:00"),))
    site = make_site("NITE", calendar=calendar)
    mill, press = make_group(site, "1", name="Mill"), make_group(site, "2", name="Press")
    start = datetime(2026, 3, 4, 8, tzinfo=UTC)
    work = {"starts_at": start, "ends_at": start + timedelta(hours=20), "run_seconds": 20 * 3600}
    make_order(make_item(), site=site, operations=[{"group": mill, **work}])
    lent = {"valid_from": date(2026, 3, 4), "valid_to": date(2026, 3, 10)}
    ResourceMembership.objects.create(resource=mill.resources.get(), group=press, **lent)
    shown = engineer.get("/strategies/resource-board/?site=NITE&day=2026-03-04").content.decode()
    assert "From 4 Mar: no capacity for 20 h planned" in shown


@pytest.mark.parametrize(("address", "words"), PAGES.items())
def test_a_page_shows_what_there_is(engineer, plant, address, words):
    answer = engineer.get(f"/strategies/{address}")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert [word for word in words if word not in page] == []


def test_a_resource_a_work_centre_and_a_worker_have_pages(engineer, plant):
    saw = plant.groups.get(code="50")
    shown = engineer.get(saw.resources.get().get_absolute_url()).content.decode()
    assert "Drilling" in shown and "Paint shop" in shown
    assert (
        "Share for planning"
        in engineer.get(f"{saw.resources.get().get_absolute_url()}?tab=about").content.decode()
    )
    week = engineer.get(f"{saw.get_absolute_url()}?week=2026-03-02").content.decode()
    assert "works in Paint shop" in week and "Load by week" in week
    worker = engineer.get(plant.workers.get().get_absolute_url()).content.decode()
    assert "TIG welding" in worker and "expired" in worker


def values(form) -> dict[str, object]:
    """What a drawn form would send back."""
    found = {}
    for field in form:
        value = field.value()
        if value is True:
            value = "on"
        if value not in (None, False):
            found[field.html_name] = getattr(value, "pk", value)
    return found


def test_a_resource_is_made_and_changed_by_form_and_the_slower_of_two_is_told(engineer, plant):
    paint = plant.groups.get(code="60")
    body = {
        "site": plant.pk,
        "code": "OVEN",
        "name": "Oven",
        "kind": "machine",
        "group": paint.pk,
        "stations": 2,
    }
    body |= {
        "efficiency": "1",
        "schedule_fraction": "1",
        "job_fraction": "0.5",
        "scrap_fraction": "0",
        "finite": "on",
        "active": "on",
    }
    made = engineer.post("/strategies/new/resource/", body)
    oven = Resource.objects.get(code="OVEN")
    assert (made.status_code, made["Location"], oven.stations) == (303, oven.get_absolute_url(), 2)
    address = reverse("strategies:edit-resource", args=[oven.pk])
    drawn = values(engineer.get(address).context["form"])
    assert drawn["efficiency"] == "1"
    assert engineer.post(address, {**drawn, "name": "Great oven"}).status_code == 303
    late = engineer.post(address, {**drawn, "name": "Small oven"})
    assert late.status_code == 409 and "Somebody has changed Great oven meanwhile" in late.content.decode()
    vendor = engineer.post(address, {**drawn, "revision": "", "kind": "vendor"})
    assert "A vendor&#x27;s resource has to name the vendor." in vendor.content.decode()
    named = {**drawn, "revision": "", "kind": "vendor", "vendor": make_vendor("ACME").pk}
    assert engineer.post(address, named).status_code == 303
    assert (Resource.objects.get(pk=oven.pk).name, Resource.objects.get(pk=oven.pk).kind) == (
        "Oven",
        "vendor",
    )


def test_deleting_goes_by_form_or_by_ticks_and_names_who_needs_it(engineer, plant):
    saw = plant.groups.get(code="50")
    make_route(make_item("BIKE"), [{"group": saw}])
    refused = engineer.post(f"/strategies/delete/work-centre/{saw.pk}/")
    assert refused.status_code == 409 and "Saw is used by" in refused.content.decode()
    tig = Skill.objects.get()
    engineer.post("/strategies/skills/", {"bulk": "delete", "row": [tig.pk]})
    assert Skill.objects.exists()
    WorkerSkill.objects.all().delete()
    engineer.post("/strategies/skills/", {"bulk": "delete", "row": [tig.pk]})
    assert not Skill.objects.exists()
    oven = make_resource(saw, "OVEN")
    gone = engineer.post(f"/strategies/delete/resource/{oven.pk}/")
    assert (gone.status_code, gone["Location"]) == (303, "/strategies/resources/")


def test_holidays_are_looked_at_before_they_are_filled_in(engineer, plant):
    address = reverse("strategies:fill-holidays", args=[plant.calendar.pk])
    seen = engineer.get(f"{address}?years=2026").content.decode()
    assert "Epiphany" in seen and "Fill in 12 new days" in seen
    assert plant.calendar.exceptions.count() == 1
    assert engineer.post(address, {"years": "2026"}).status_code == 303
    assert plant.calendar.exceptions.filter(source="holidays").count() == 12
    assert "Years like 2026, 2027 are wanted." in engineer.get(f"{address}?years=soon").content.decode()
    assert engineer.post(address, {"years": "soon"}).status_code == 422
    planner = Client()
    planner.force_login(make_user("planner"))
    assert planner.post(address, {"years": "2027"}).status_code == 403


def test_the_boards_have_files(engineer, plant):
    csv = b"".join(
        engineer.get("/strategies/resource-board/?day=2026-03-04&export=csv").streaming_content
    ).decode()
    assert csv.splitlines()[0].startswith("\ufeffSite,Work centre") or "Work centre" in csv.splitlines()[0]
    assert "Saw" in csv
    matrix = engineer.get("/strategies/setup-matrices/COLOURS/?export=csv").content.decode()
    assert matrix.splitlines()[1].startswith("COLOURS,RED,,5400")
    for name in ("calendar_exceptions", "resource_memberships", "worker_skills"):
        assert engineer.get(f"/strategies/exports/{name}.csv").status_code == 200


def test_an_overlapping_stay_is_refused_under_its_field(engineer, plant):
    saw, paint = plant.groups.get(code="50"), plant.groups.get(code="60")
    body = {"resource": saw.resources.get().pk, "group": paint.pk, "valid_from": "2026-03-06", "valid_to": ""}
    answer = engineer.post("/strategies/new/stay/", body)
    assert answer.status_code == 409
    assert (
        f"50-1 works in Paint shop from {formats.day(date(2026, 3, 2))} to {formats.day(date(2026, 3, 6))} already."
        in answer.content.decode()
    )


@pytest.mark.parametrize("name", FORMS)
def test_every_form_has_the_fields_of_its_service(name):
    _model, form, service, _list, _title = FORMS[name]
    wanted = set(inspect.signature(service).parameters) - {"by"}
    assert set(form.base_fields) <= wanted
    needed = {
        one.name
        for one in inspect.signature(service).parameters.values()
        if one.default is inspect.Parameter.empty and one.name != "by"
    }
    assert needed <= set(form.base_fields)


def test_the_boards_cost_the_same_with_one_resource_and_with_thirty(engineer, plant):
    def cost(address):
        with CaptureQueriesContext(connection) as queries:
            assert engineer.get(address).status_code == 200
        return len(queries)

    addresses = (
        "/strategies/resource-board/?day=2026-03-04",
        "/strategies/calendars/DAY/?tab=year&year=2026",
    )
    for address in addresses:
        cost(address)
    before = [cost(address) for address in addresses]
    group = plant.groups.get(code="60")
    for place in range(30):
        row = make_resource(group, f"R{place}")
        ResourceCapability.objects.create(resource=row, capability=Capability.objects.get(), level=Decimal(1))
        except_day(
            calendar=plant.calendar,
            day=date(2026, 8, 1 + place),
            working=True,
            starts=time(8),
            ends=time(9),
            by=make_user(),
        )
    assert [cost(address) for address in addresses] == before


def test_a_skill_saved_over_a_workers_page_leads_back_to_it(engineer, plant):
    worker = Worker.objects.get()
    new, other = (Skill.objects.create(code=code, name=code, kind="certificate") for code in ("MIG", "MAG"))
    form = {"worker": worker.pk, "skill": new.pk, "level": "2", "valid_to": "2026-12-31"}
    over = {"HX-Request": "true", "P2P-Dialog": "1"}
    shown = engineer.get(f"/strategies/new/worker-skill/?worker={worker.pk}", headers=over).content.decode()
    assert "Expires" in shown and ">To<" not in shown
    here = f"http://testserver/strategies/workers/{worker.pk}/?tab=skills"
    answer = engineer.post("/strategies/new/worker-skill/", form, headers={**over, "HX-Current-URL": here})
    assert answer["HX-Redirect"] == f"/strategies/workers/{worker.pk}/?tab=skills"
    elsewhere = {**over, "HX-Current-URL": "http://elsewhere.example/x/"}
    answer = engineer.post("/strategies/new/worker-skill/", {**form, "skill": other.pk}, headers=elsewhere)
    assert answer["HX-Redirect"] == "/strategies/worker-skills/"


def test_country_and_region_of_a_calendar_are_chosen_by_name(engineer, plant):
    shown = engineer.get("/strategies/calendars/DAY/").content.decode()
    assert "Germany, Bayern" in shown
    edit = reverse("strategies:edit-calendar", args=[plant.calendar.pk])
    form = engineer.get(edit).content.decode()
    for words in ('value="DE-BY" selected', ">United Kingdom<", '<optgroup label="Switzerland">'):
        assert words in form
    assert "ISO" not in form
    given = {
        "code": "DAY",
        "name": "Day",
        "time_zone": "UTC",
        "holiday_country": "IT",
        "holiday_region": "DE-BY",
    }
    wrong = engineer.post(edit, given)
    assert wrong.status_code == 422
    assert "Bayern is a region of Germany" in wrong.content.decode()
    assert engineer.post(edit, {**given, "holiday_region": "IT-Cesena"}).status_code == 303
    plant.calendar.refresh_from_db()
    assert (plant.calendar.holiday_country, plant.calendar.holiday_region) == ("IT", "Cesena")
    assert "Italy, Cesena" in engineer.get("/strategies/calendars/DAY/").content.decode()
