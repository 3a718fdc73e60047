"""The API edge: lists, records, verbs, problems, who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from p2p.core import clock
from p2p.core.facts import Refused, listening
from p2p.core.models import Grant
from p2p.core.rest.viewsets import RecordViewSet
from p2p.core.services import tokens
from strategies.models import ImportRun, Item
from tests.core.shop import Starting
from tests.factories import make_bom, make_item, make_site, make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.shop")]
ITEMS = "/api/v1/shop/items/"
JSON = {"content_type": "application/json"}


def make_items(*numbers, **also):
    unit = make_unit("EA")
    return [
        Item.objects.create(**{"number": number, "name": f"Item {number}", "unit": unit, **also})
        for number in numbers
    ]


@pytest.fixture
def planner(client):
    client.force_login(make_user("planner"))
    return client


@pytest.fixture
def engineer(client):
    client.force_login(make_user("engineer"))
    return client


def pages(client, address, **query):
    """Every row of a list, page by page, as a client would read it."""
    rows, answer = [], client.get(address, query).json()
    while True:
        rows += answer["results"]
        if not answer["next"]:
            return rows
        answer = client.get(answer["next"]).json()


def test_a_record_is_shown_by_natural_keys_with_decimals_as_strings(planner):
    make_items("B-1", list_price="12.50")
    assert planner.get(f"{ITEMS}B-1/").json() == {
        "number": "B-1",
        "name": "Item B-1",
        "kind": "material",
        "group": None,
        "unit": "EA",
        "list_price": "12.5",
        "active": True,
    }


def test_money_is_not_shown_to_people_without_a_right_to_it(client):
    make_items("B-1", list_price="12.50")
    client.force_login(make_user("operator"))
    assert "list_price" not in client.get(f"{ITEMS}B-1/").json()
    assert "list_price" not in client.get(ITEMS).json()["results"][0]


def test_pages_show_every_row_once_in_a_stable_order(planner):
    make_items(*[f"B-{number:02}" for number in range(25)])
    shown = pages(planner, ITEMS, limit=10)
    assert [row["number"] for row in shown] == [f"B-{number:02}" for number in range(25)]


@pytest.mark.parametrize(
    "order", ["list_price", "-list_price", "unit__code,-list_price", "letters,-list_price"]
)
def test_pages_are_whole_with_equal_and_empty_values_in_any_direction(planner, order):
    for number, price in enumerate(["1", "1", None, "2", None, "1", "3", None, "2"]):
        make_items(f"B-{number}", list_price=price)
    paged = [row["number"] for row in pages(planner, ITEMS, limit=2, order=order)]
    whole = [row["number"] for row in pages(planner, ITEMS, limit=100, order=order)]
    assert paged == whole
    assert sorted(paged) == [f"B-{number}" for number in range(9)]
    prices = [row["list_price"] for row in pages(planner, ITEMS, limit=2, order=order)]
    assert prices[-3:] == [None, None, None]


def test_rows_added_meanwhile_do_not_shift_the_pages(planner):
    make_items("B", "D", "F")
    first = planner.get(ITEMS, {"limit": 2}).json()
    make_items("A", "C", "E")
    assert [row["number"] for row in planner.get(first["next"]).json()["results"]] == ["E", "F"]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"kind": "product"}, ["P-1"]),
        ({"kind": "product,service"}, ["P-1", "S-1"]),
        ({"price_above": "5"}, ["P-1"]),
        ({"active": "false"}, ["S-1"]),
        ({"search": "item p"}, ["P-1"]),
        ({"search": "nothing"}, []),
        ({"letters": "8", "kind": "service"}, ["S-1"]),
        ({"unit": "EA", "search": "item", "order": "-number"}, ["S-1", "P-1", "M-1"]),
    ],
)
def test_lists_filter_search_and_order(planner, query, numbers):
    make_items("P-1", kind="product", list_price="9")
    make_items("S-1", kind="service", active=False)
    make_items("M-1", list_price="2")
    assert [row["number"] for row in planner.get(ITEMS, query).json()["results"]] == numbers


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"kind": "car"}, "kind"),
        ({"price_above": "a lot"}, "price_above"),
        ({"order": "name"}, "order"),
        ({"limit": "5000"}, "limit"),
        ({"cursor": "rubbish"}, "cursor"),
        ({"expand": "everything"}, "expand"),
    ],
)
def test_a_list_refuses_what_it_does_not_understand_and_names_it(planner, query, field):
    answer = planner.get(ITEMS, query)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["field"] == field
    assert problem["detail"].startswith(field)


def test_no_list_gives_a_filter_the_name_that_asks_for_sorting():
    with pytest.raises(ValueError, match="order already means something in every list"):
        type("WrongApi", (RecordViewSet,), {"filters": {"order": "order__number"}})


def test_a_cursor_of_another_order_is_refused(planner):
    make_items("A", "B", "C")
    cursor = planner.get(ITEMS, {"limit": 1, "order": "unit__code,number"}).json()["cursor"]
    assert planner.get(ITEMS, {"cursor": cursor}).status_code == 400


def test_expand_puts_the_record_in_place_of_its_key(planner):
    make_items("A")
    (row,) = planner.get(ITEMS, {"expand": "unit"}).json()["results"]
    assert row["unit"] == {"code": "EA", "name": "EA", "digits": 0}
    assert planner.get(f"{ITEMS}A/", {"expand": "unit"}).json()["unit"]["code"] == "EA"


@pytest.mark.parametrize("query", [{}, {"expand": "unit"}, {"search": "item", "order": "unit__code"}])
def test_thirty_rows_take_as_many_queries_as_one(planner, query, django_assert_num_queries):
    make_items("A")
    planner.get(ITEMS, query)
    with django_assert_num_queries(4):  # session, user, grants, rows
        planner.get(ITEMS, query)
    make_items(*[f"B-{number}" for number in range(30)])
    with django_assert_num_queries(4):
        assert len(planner.get(ITEMS, query).json()["results"]) == 31


def test_a_list_as_csv_is_safe_to_open_in_a_spreadsheet(planner):
    make_items("A", name="=HYPERLINK(1)", list_price="-2.5")
    text = planner.get(ITEMS, {"format": "csv"}).content.decode()
    assert text.splitlines()[0] == "number,name,kind,group,unit,list_price,active"
    assert "'=HYPERLINK(1)" in text and ",-2.5," in text


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("get", f"{ITEMS}NO-SUCH/", 404, "not_found"),
        ("get", "/api/v1/shop/locations/half/", 404, "not_found"),
        ("put", f"{ITEMS}A/", 405, "method_not_allowed"),
        ("post", "/api/v1/shop/jobs/new/", 403, "not_allowed"),
    ],
)
def test_every_error_is_a_problem_with_a_sentence(engineer, method, address, status, code):
    make_items("A")
    answer = getattr(engineer, method)(address, {}, **JSON)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"].endswith(".")


def test_the_unknown_are_asked_to_log_in(client):
    answer = client.get(ITEMS)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_logged_in")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_missing_record_is_named(planner):
    assert planner.get(f"{ITEMS}X-9/").json()["detail"] == "There is no item X-9."


def test_a_record_is_added_changed_and_removed_by_its_services(engineer):
    make_unit("EA")
    made = engineer.post(ITEMS, {"number": "N-1", "name": "New", "unit": "EA"}, **JSON)
    assert made.status_code == 201 and made.json()["unit"] == "EA"
    changed = engineer.patch(f"{ITEMS}N-1/", {"name": "Newer"}, **JSON)
    assert changed.json()["name"] == "Newer"
    assert engineer.delete(f"{ITEMS}N-1/").status_code == 204
    assert not Item.objects.exists()


def test_wrong_input_names_every_field(engineer):
    answer = engineer.post(ITEMS, {"number": "N-1", "unit": "PARSEC", "kind": "car"}, **JSON)
    assert answer.status_code == 400
    wrong = {row["field"]: row["detail"] for row in answer.json()["errors"]}
    assert wrong["unit"] == "There is no unit PARSEC."
    assert set(wrong) == {"name", "kind", "unit"}


def test_a_refusal_undoes_everything_and_says_why(engineer):
    make_unit("EA")
    answer = engineer.post(ITEMS, {"number": "N-1", "name": "refused", "unit": "EA"}, **JSON)
    assert answer.status_code == 409
    assert answer.json() | {"type": ""} == {
        "type": "",
        "code": "unmakeable",
        "status": 409,
        "detail": "Nobody makes that.",
        "field": "name",
        "blocked_by": ["Nobody makes that."],
    }
    assert not Item.objects.exists()


def test_a_record_that_is_still_used_says_by_what(engineer):
    item = make_item("A")
    make_bom(make_item("BIKE"), {item: 2})
    answer = engineer.delete(f"{ITEMS}A/")
    assert (answer.status_code, answer.json()["code"]) == (409, "still_used")
    assert len(answer.json()["blocked_by"]) == 1


# -- verbs


def job(**also):
    return ImportRun.objects.create(**{"title": "file", **also})


def test_a_verb_calls_its_service_and_shows_the_record(planner):
    run = job()
    answer = planner.post(f"/api/v1/shop/jobs/{run.pk}/begin/", {"phase": "now"}, **JSON)
    assert answer.status_code == 200
    assert answer.json() == {"id": run.pk, "title": "file", "state": "running", "phase": "now"}


def test_a_verb_checks_its_input_and_role(client):
    run = job()
    client.force_login(make_user("planner"))
    assert client.post(f"/api/v1/shop/jobs/{run.pk}/begin/", {}, **JSON).json()["field"] == "phase"
    client.force_login(make_user("operator"))
    answer = client.post(f"/api/v1/shop/jobs/{run.pk}/begin/", {"phase": "x"}, **JSON)
    assert answer.status_code == 403 and "Planner" in answer.json()["detail"]


def no_disk(fact):
    return [Refused("The disk is full."), Refused("It is Sunday.")]


def test_what_blocks_a_verb_is_shown_before_and_after_trying(planner):
    run = job()
    with listening("ask", Starting, no_disk):
        shown = planner.get(f"/api/v1/shop/jobs/{run.pk}/").json()
        assert shown["verbs"]["begin"] == {
            "allowed": True,
            "blocked_by": ["The disk is full.", "It is Sunday."],
        }
        tried = planner.post(f"/api/v1/shop/jobs/{run.pk}/begin/", {"phase": "x"}, **JSON)
    assert tried.status_code == 409
    assert tried.json()["blocked_by"] == ["The disk is full.", "It is Sunday."]


def test_a_wrong_state_blocks_a_verb_in_words(planner):
    run = job(state="done")
    shown = planner.get(f"/api/v1/shop/jobs/{run.pk}/").json()
    assert shown["verbs"]["begin"]["blocked_by"] == ["file is done: cannot begin."]
    tried = planner.post(f"/api/v1/shop/jobs/{run.pk}/begin/", {"phase": "x"}, **JSON)
    assert (tried.status_code, tried.json()["code"]) == (409, "wrong_state")


def test_a_verb_that_starts_a_run_answers_with_where_to_watch_it(planner):
    answer = planner.post("/api/v1/shop/jobs/new/", {}, **JSON)
    assert answer.status_code == 202
    seen = planner.get(answer["Location"])
    assert seen.json()["state"] == "queued"
    assert planner.get("/api/v1/core/runs/").json()["results"][0]["number"] == answer.json()["run"]
    stopped = planner.post(f"{answer['Location']}cancel/", {}, **JSON)
    assert stopped.json()["state"] == "cancelled"


def test_somebody_elses_run_is_not_cancelled_by_just_anybody(client):
    run = job(asked_by=make_user())
    client.force_login(make_user("operator"))
    assert client.post(f"/api/v1/core/runs/{run.number}/cancel/", {}, **JSON).status_code == 403
    client.force_login(make_user("planner"))
    assert client.post(f"/api/v1/core/runs/{run.number}/cancel/", {}, **JSON).status_code == 200


# -- sites and tokens


def test_rows_of_other_sites_are_not_there(client):
    north, _south = make_site("NORTH"), make_site("SOUTH")
    client.force_login(make_user("operator", site=north))
    shown = client.get("/api/v1/shop/locations/").json()["results"]
    assert {row["site"] for row in shown} == {"NORTH"}
    assert client.get("/api/v1/shop/locations/NORTH~STORE/").status_code == 200
    assert client.get("/api/v1/shop/locations/SOUTH~STORE/").status_code == 404


def test_runs_of_another_site_are_not_there(client):
    north = make_site("NORTH")
    make_site("SOUTH")
    mine, theirs, plan = job(scope="NORTH"), job(scope="SOUTH"), job(scope="NORTH:what-if")
    client.force_login(make_user("planner", site=north))
    listed = {row["number"] for row in client.get("/api/v1/core/runs/").json()["results"]}
    assert listed == {mine.number, plan.number}
    assert client.get(f"/api/v1/core/runs/{mine.number}/").status_code == 200
    assert client.get(f"/api/v1/core/runs/{theirs.number}/").status_code == 404
    assert client.post(f"/api/v1/core/runs/{theirs.number}/cancel/", {}, **JSON).status_code == 404


def test_a_role_at_one_site_does_not_write_at_another(client):
    north, south = make_site("NORTH"), make_site("SOUTH")
    user = make_user("engineer", site=north)
    Grant.objects.create(user=user, role="operator", scope="SOUTH")
    client.force_login(user)
    address = "/api/v1/shop/locations/bulk/"

    def upsert(site, code):
        rows = [{"site": site, "code": code, "name": "New name"}]
        return client.post(address, rows, **JSON).status_code

    assert client.get("/api/v1/shop/locations/SOUTH~STORE/").status_code == 200
    assert (upsert("NORTH", "STORE"), upsert("NORTH", "NEW")) == (200, 200)
    assert (upsert("SOUTH", "STORE"), upsert("SOUTH", "NEW")) == (403, 403)
    assert not south.locations.filter(name="New name").exists()


def test_a_verb_needs_its_role_at_the_site_of_the_record(client):
    north = make_site("NORTH")
    make_site("SOUTH")
    user = make_user("engineer", site=north)
    Grant.objects.create(user=user, role="operator", scope="SOUTH")
    client.force_login(user)
    assert client.post("/api/v1/shop/locations/NORTH~STORE/close/", {}, **JSON).status_code == 200
    answer = client.post("/api/v1/shop/locations/SOUTH~STORE/close/", {}, **JSON)
    assert answer.status_code == 403 and "at SOUTH" in answer.json()["detail"]


def test_the_records_an_input_names_must_be_of_a_site_where_one_has_the_role(client):
    north = make_site("NORTH")
    make_site("SOUTH")
    user = make_user("engineer", site=north)
    Grant.objects.create(user=user, role="operator", scope="SOUTH")
    client.force_login(user)
    address, given = "/api/v1/shop/locations/clear/", {"places": ["STORE"]}
    answer = client.post(address, given, **JSON)
    assert answer.status_code == 403 and "at SOUTH" in answer.json()["detail"]
    Grant.objects.create(user=user, role="engineer", scope="SOUTH")
    assert client.post(address, given, **JSON).json() == {"cleared": 1}


def bearer(secret):
    return {"headers": {"Authorization": f"Bearer {secret}"}}


def test_a_token_opens_what_its_user_may_until_it_is_revoked(client):
    user = make_user("engineer")
    token, secret = tokens.issue(user=user, title="host", by=user)
    assert client.get(ITEMS, **bearer(secret)).status_code == 200
    token.refresh_from_db()
    assert token.last_used_at and secret not in str(token.__dict__)
    tokens.revoke(token=token, by=user)
    answer = client.get(ITEMS, **bearer(secret))
    assert answer.status_code == 401 and "revoked" in answer.json()["detail"]


def test_a_token_is_held_to_its_power_its_apps_and_its_end(client):
    user = make_user("engineer")
    _row, reading = tokens.issue(user=user, title="reads", by=user)
    answer = client.post(ITEMS, {}, **JSON, **bearer(reading))
    assert answer.status_code == 403 and "may only read" in answer.json()["detail"]
    _row, elsewhere = tokens.issue(user=user, title="elsewhere", apps=["quality"], by=user)
    assert client.get(ITEMS, **bearer(elsewhere)).status_code == 403
    _row, short = tokens.issue(user=user, title="short", expires_at=clock.now() + timedelta(days=1), by=user)
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert client.get(ITEMS, **bearer(short)).status_code == 401


def test_a_token_of_one_site_gives_its_users_roles_there_only(client):
    make_site("NORTH"), make_site("SOUTH")
    user = make_user("engineer")
    _row, secret = tokens.issue(user=user, title="north", scopes=["NORTH"], by=user)
    shown = client.get("/api/v1/shop/locations/", **bearer(secret)).json()["results"]
    assert {row["site"] for row in shown} == {"NORTH"}


def test_a_browser_session_needs_the_csrf_token_to_write():
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user("engineer"))
    answer = strict.post(ITEMS, {}, **JSON)
    assert answer.status_code == 403 and "CSRF" in answer.json()["detail"]
