"""Counting over pages and REST: by people with their roles, in words when it cannot be."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from p2p.core.clock import frozen
from p2p.core.models import User
from p2p.inventory.models import Balance, Count, CountClass, CountLine, StockRule
from p2p.inventory.selectors.counts import accuracy, current_lines
from p2p.inventory.services.count_entry import Entry, Found, enter
from p2p.inventory.services.count_posting import decide, post_count
from p2p.inventory.services.count_review import submit_count
from p2p.inventory.services.counting import cancel_count, create_count
from p2p.inventory.services.ledger import MoveLine, post
from strategies.models import Item, Location, Site
from tests.core.paper.reading import pages
from tests.factories import make_item, make_locations, make_lot, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN", locations=False)


@pytest.fixture
def places(site: Site) -> dict[str, Location]:
    return make_locations(site, "A", "B")


@pytest.fixture
def olinda(site: Site) -> User:
    return make_user("operator", site=site, username="olinda")


@pytest.fixture
def shane(site: Site) -> User:
    return make_user("supervisor", site=site, username="shane")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def there(item: Item) -> Decimal:
    return sum((row.quantity for row in Balance.objects.filter(item=item)), Decimal(0))


def api(user: User, method: str, path: str, body: Any = None) -> Any:
    answer = getattr(browser(user), method)(
        f"/api/v1/inventory/{path}", data=body, content_type="application/json"
    )
    return answer.status_code, answer.json() if answer.content else None


def test_a_count_is_made_entered_decided_and_posted_on_its_pages(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    item = make_item("BOLT")
    make_stock(item, 10, places["A"])
    boss, counter = browser(shane), browser(olinda)
    answer = boss.post(
        "/inventory/counts/new", {"site": site.pk, "kind": "spot", "places": "a", "blind": "on"}
    )
    count = Count.objects.get()
    assert answer["Location"] == f"/inventory/counts/{count.number}/"
    place = count.places.get()
    assert ">Expected</th>" not in counter.get(f"/inventory/counts/enter/{place.pk}").content.decode()
    rows = {"item": ["bolt", ""], "piece": ["", ""], "unit": ["", ""], "quantity": ["7", ""]}
    assert counter.post(f"/inventory/counts/enter/{place.pk}", rows).status_code == 303
    assert counter.post(f"/core/do/count.actions/submit/{count.pk}/").status_code in (204, 302, 303)
    count.refresh_from_db()
    assert count.state == "review"
    page = boss.get(f"/inventory/counts/{count.number}/differences/?waiting=true").content.decode()
    assert "BOLT" in page
    line = CountLine.objects.get()
    boss.post(f"/inventory/counts/{count.number}/differences/", {"bulk": "accept", "row": [line.pk]})
    assert "−3" in boss.get(f"/inventory/counts/{count.number}/?tab=posting").content.decode()
    boss.post(f"/inventory/counts/{count.pk}/post", {})
    count.refresh_from_db()
    assert (count.state, there(item)) == ("posted", 7)


def test_who_counts_does_not_decide_nor_post(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    count = create_count(site=site, kind="spot", places=[places["A"]], by=shane)
    client = browser(olinda)
    assert client.post("/inventory/counts/new", {}).status_code == 403
    assert client.post(f"/inventory/counts/{count.pk}/post", {}).status_code == 403
    bulk = {"bulk": "accept", "row": ["1"]}
    assert client.post(f"/inventory/counts/{count.number}/differences/", bulk).status_code == 403
    assert api(olinda, "post", f"counts/{count.number}/cancel/")[0] == 403


def test_a_count_of_another_site_is_not_there(places: dict[str, Location], site: Site, shane: User) -> None:
    count = create_count(site=site, kind="spot", places=[places["A"]], by=shane)
    stranger = make_user("supervisor", site=make_site("ELSE"))
    for path in ("", "differences/", "sheet"):
        assert browser(stranger).get(f"/inventory/counts/{count.number}/{path}").status_code == 404
    assert api(stranger, "get", f"counts/{count.number}/")[0] == 404
    assert api(stranger, "get", "count-lines/")[1]["results"] == []


def test_what_cannot_be_entered_is_said_and_what_was_typed_stays(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    make_item("BOLT")
    count = create_count(site=site, kind="spot", places=[places["A"]], by=shane)
    path = f"/inventory/counts/enter/{count.places.get().pk}"
    for typed, sentence in (
        (("NIX", "", "", "7"), "There is no item NIX."),
        (("BOLT", "L9", "", "7"), "BOLT has no L9."),
        (("BOLT", "", "HU", "7"), "There is no handling unit HU."),
        (("BOLT", "", "", "many"), "many is no number."),
        (("BOLT", "", "", "1.5"), "has more digits than EA allows"),
    ):
        rows = dict(zip(("item", "piece", "unit", "quantity"), typed, strict=True))
        answer = browser(olinda).post(path, rows)
        assert answer.status_code in (409, 422)
        body = answer.content.decode()
        assert sentence in body
        assert f'value="{typed[3]}"' in body
    assert not CountLine.objects.exists()


def test_a_count_runs_over_rest(site: Site, places: dict[str, Location], olinda: User, shane: User) -> None:
    item = make_item("BOLT", tracking="lot")
    lot = make_lot(item, "L1")
    make_stock(item, 10, places["A"], lot=lot)
    status, made = api(shane, "post", "counts/", {"site": "MAIN", "kind": "spot", "places": ["A", "B"]})
    assert status == 201
    number = made["number"]
    rows = api(olinda, "get", f"count-places/?count={number}")[1]["results"]
    for row in rows:
        found = [{"item": "BOLT", "piece": "L1", "quantity": "8"}] if row["location"] == "A" else []
        assert api(olinda, "post", f"counts/{number}/enter/", {"place": row["id"], "found": found})[0] == 200
    blind = api(olinda, "get", f"count-lines/?count={number}")[1]["results"]
    assert [(one["expected"], one["counted"]) for one in blind] == [(None, "8")]
    assert api(olinda, "post", f"counts/{number}/submit/")[1]["state"] == "review"
    assert api(shane, "post", f"counts/{number}/post/")[0] == 409
    lines = api(shane, "post", f"counts/{number}/accept/", {})[1]
    assert [(one["difference"], one["accepted"]) for one in lines] == [("-2", True)]
    assert api(shane, "post", f"counts/{number}/post/", {})[1]["state"] == "posted"
    assert there(item) == 8
    assert api(shane, "get", "counts/accuracy/")[1]["results"][0]["lines"] == 1


def test_over_rest_lines_are_counted_again_and_those_of_another_count_are_refused(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    for number in ("BOLT", "NUT"):
        make_stock(make_item(number), 10, places["A"])
    count = create_count(site=site, kind="spot", places=[places["A"]], by=shane)
    other = create_count(site=site, kind="spot", places=[places["B"]], by=shane)
    enter(entries=[Entry(place=count.places.get(), found=[])], by=olinda)
    line = CountLine.objects.get(item__number="NUT")
    path = f"counts/{count.number}/recount/"
    assert api(shane, "post", path, {})[0] == 400
    assert api(shane, "post", path, {"places": [other.places.get().pk]})[0] == 409
    assert api(shane, "post", f"counts/{other.number}/recount/", {"lines": [line.pk]})[0] == 409
    assert api(olinda, "post", path, {"lines": [line.pk]})[0] == 403
    assert api(shane, "post", path, {"lines": [line.pk]})[0] == 200
    kept = CountLine.objects.get(attempt=2)
    assert (kept.item.number, kept.counted) == ("BOLT", 0)


def test_more_rows_come_without_scripts_and_keep_what_was_typed(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    count = create_count(site=site, kind="spot", places=[places["A"]], by=shane)
    path = f"/inventory/counts/enter/{count.places.get().pk}"
    rows = {"item": ["BOLT"] * 300, "piece": [""] * 300, "unit": [""] * 300, "quantity": ["7"] * 300}
    answer = browser(olinda).post(path, {**rows, "more": "1"})
    body = answer.content.decode()
    # One more row waits in the template that scripts take new ones from.
    assert (answer.status_code, body.count('name="item"'), body.count('value="BOLT"')) == (200, 321, 300)
    assert not CountLine.objects.exists()


def test_the_sheet_of_a_blind_count_names_no_quantity(
    site: Site, places: dict[str, Location], shane: User
) -> None:
    make_stock(make_item("BOLT"), 4711, places["A"])
    for blind in (True, False):
        count = create_count(site=site, kind="spot", places=[places["A"]], blind=blind, by=shane)
        body = browser(shane).get(f"/inventory/counts/{count.number}/sheet").content
        assert body.startswith(b"%PDF")
        words = " ".join(pages(body))
        assert "BOLT" in words
        assert ("4,711" in words) is not blind
        cancel_count(count=count, by=shane)


def test_classes_follow_from_what_a_year_used_in_money(
    site: Site, places: dict[str, Location], shane: User
) -> None:
    for code, share in (("A", "0.8"), ("B", "0.95"), ("C", "1")):
        CountClass.objects.create(code=code, name=code, value_share=share)
    dear, middle, cheap, unused = (
        make_item(f"I{n}", list_price=price) for n, price in enumerate((80, 15, 5, 99))
    )
    for item in (dear, middle, cheap, unused):
        make_stock(item, 10, places["A"])
    used = [
        MoveLine(
            item=item, source=places["A"], target=places["PRODUCTION"], quantity=Decimal(1), kind="issue"
        )
        for item in (dear, middle, cheap)
    ]
    post(lines=used, by=None)
    page = browser(shane).get("/inventory/counts/classes").content.decode()
    assert "4 items change" in page
    assert browser(shane).post("/inventory/counts/classes/write", {"site": "MAIN"}).status_code == 303
    rules = {rule.item.number: str(rule.count_class) for rule in StockRule.objects.select_related("item")}
    assert rules == {"I0": "A", "I1": "B", "I2": "C", "I3": "C"}
    assert api(shane, "post", "counts/classify/", {"site": "MAIN"}) == (200, [])


def test_accuracy_counts_first_counts_within_tolerance(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    right, wrong = make_item(), make_item()
    for item in (right, wrong):
        make_stock(item, 10, places["A"])
    count = create_count(site=site, kind="spot", places=[places["A"]], by=shane)
    found = [Found(item=right, quantity=Decimal(10)), Found(item=wrong, quantity=Decimal(4))]
    enter(entries=[Entry(place=count.places.get(), found=found)], by=olinda)
    submit_count(count=count, by=olinda)
    decide(lines=list(current_lines(count).filter(accepted=None)), accepted=True, by=shane)
    post_count(count=count, by=shane)
    (month,) = accuracy(["MAIN"], count.planned_on.replace(day=1))
    assert (month.lines, month.right) == (2, 1)
    shown = browser(shane).get("/inventory/counts/accuracy").content.decode().replace("\xa0", " ")
    assert "50 %" in shown
    assert month.month.strftime("%b %Y") in shown and month.month.strftime("%Y-%m") not in shown


def test_in_the_evening_a_count_is_proposed_for_the_day_of_the_plant(site: Site, shane: User) -> None:
    Site.objects.filter(pk=site.pk).update(time_zone="America/Los_Angeles")
    with frozen(datetime(2026, 11, 23, 2, 30, tzinfo=UTC)):
        shown = browser(shane).get(reverse("inventory:count-new")).content.decode()
        assert 'value="2026-11-22"' in shown and "2026-11-23" not in shown


def test_the_worth_of_a_difference_is_left_open_where_nobody_knows_the_cost(
    site: Site, places: dict[str, Location], olinda: User, shane: User
) -> None:
    item = make_item("BOLT", list_price=None)
    make_stock(item, 10, places["A"])
    count = create_count(site=site, kind="spot", places=[places["A"]], by=shane)
    enter(entries=[Entry(place=count.places.get(), found=[Found(item=item, quantity=Decimal(4))])], by=olinda)
    submit_count(count=count, by=olinda)
    money, page = browser(shane), f"/inventory/counts/{count.number}/?tab=posting"
    shown = money.get(page).content.decode()
    assert '>More</dt><dd class="v ">–</dd>' in shown and '<td class="n">–</td>' in shown
    Item.objects.filter(pk=item.pk).update(list_price=2)
    shown = money.get(page).content.decode()
    assert "−12" in shown and '<td class="n">–</td>' not in shown
