"""Lists: pages by key, filters, search, order, bulk verbs and files."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from p2p.core.models import User
from p2p.core.web import formats

pytestmark = pytest.mark.django_db


def make_people(count: int, **also: Any) -> list[User]:
    return User.objects.bulk_create(
        [User(username=f"p{number:03}", last_name=f"Name{number % 4}", **also) for number in range(count)]
    )


def names(response: Any) -> list[str]:
    return [line.record.username for line in response.context["lines"]]


def test_a_stranger_is_asked_to_log_in(client: Client) -> None:
    answer = client.get("/people/")
    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=/people/"


def test_next_pages_show_every_row_exactly_once(signed_in: Client) -> None:
    make_people(34)
    seen, query = [], ""
    while True:
        answer = signed_in.get(f"/people/{query}")
        seen += names(answer)
        if not answer.context["next"]:
            break
        query = answer.context["next"]
    expected = User.objects.order_by("last_name", "username").values_list("username", flat=True)
    assert seen == list(expected)


@pytest.mark.parametrize("sort", ["username", "-username", "last_login", "-last_login", "last_name,-pk"])
def test_going_back_shows_the_pages_that_were_left(signed_in: Client, sort: str) -> None:
    from p2p.core import clock

    people = make_people(34)
    User.objects.filter(pk__in=[each.pk for each in people[::3]]).update(last_login=clock.now())
    pages, query = [], f"?sort={sort}"
    for _step in range(4):
        answer = signed_in.get(f"/people/{query}")
        pages.append((names(answer), answer.context["where"]))
        query = answer.context["next"]
    assert query == ""
    for earlier in reversed(pages[:-1]):
        answer = signed_in.get(f"/people/{answer.context['previous']}")
        assert (names(answer), answer.context["where"]) == earlier
    assert not answer.context["previous"]


def test_rows_without_a_value_stand_last_in_both_directions(signed_in: Client) -> None:
    from p2p.core import clock

    make_people(3)
    User.objects.filter(username="p001").update(last_login=clock.now())
    for sort in ("last_login", "-last_login"):
        found = names(signed_in.get(f"/people/?sort={sort}"))
        assert set(found[:2]) == {"maya", "p001"}


def test_a_made_up_page_mark_shows_the_first_page(signed_in: Client) -> None:
    make_people(12)
    first = names(signed_in.get("/people/"))
    for mark in ("nonsense", "eyJrIjpbMV0sImQiOiJhIiwiaSI6MH0", "W10", "e30"):
        assert names(signed_in.get("/people/", {"after": mark})) == first


def test_a_page_says_where_it_stands(signed_in: Client) -> None:
    make_people(24)
    first = signed_in.get("/people/")
    assert first.context["where"] == "1–10 of 25"
    assert signed_in.get("/people/" + first.context["next"]).context["where"] == "11–20 of 25"


def test_filters_search_and_views_narrow_the_list(signed_in: Client) -> None:
    make_people(6, language="de")
    answer = signed_in.get("/people/?language=de")
    assert len(names(answer)) == 6
    assert [(chip.label, chip.value, chip.without) for chip in answer.context["chips"]] == [
        ("Language", "Deutsch", "?")
    ]
    assert names(signed_in.get("/people/?q=name0 p004")) == ["p004"]
    assert signed_in.get("/people/?counts=1").json() == {"german": "6"}


def test_a_range_filter_is_one_chip_that_goes_whole(signed_in: Client) -> None:
    answer = signed_in.get("/people/?joined_after=2026-01-01&joined_before=2026-12-31&active=true")
    labels = {chip.label: chip.without for chip in answer.context["chips"]}
    assert labels == {"Active": "?joined_after=2026-01-01&joined_before=2026-12-31", "Joined": "?active=true"}


def test_a_chip_writes_days_as_the_list_does(signed_in: Client) -> None:
    answer = signed_in.get("/people/?joined_after=2025-03-01&joined_before=2025-12-31")
    days = f"{formats.day(date(2025, 3, 1))} – {formats.day(date(2025, 12, 31))}"
    assert [chip.value for chip in answer.context["chips"]] == [days]


def test_nothing_found_by_a_filter_reads_differently_from_nothing_there(signed_in: Client) -> None:
    filtered = signed_in.get("/people/?language=es").content.decode()
    assert "Nothing fits this filter" in filtered and "Clear filters" in filtered
    User.objects.all().update(is_active=True)
    assert "Nobody works here" not in filtered


def test_a_wrong_filter_value_is_named(signed_in: Client) -> None:
    answer = signed_in.get("/people/?joined_after=yesterday")
    assert any("Joined" in problem for problem in answer.context["problems"])


def test_htmx_gets_the_table_only_and_history_the_whole_page(signed_in: Client) -> None:
    part = signed_in.get("/people/", headers={"HX-Request": "true", "HX-Target": "list"}).content.decode()
    assert "p-rail" not in part and 'id="list"' in part and 'id="tabs"' in part
    whole = signed_in.get(
        "/people/",
        headers={"HX-Request": "true", "HX-Target": "list", "HX-History-Restore-Request": "true"},
    ).content.decode()
    assert "p-rail" in whole


def test_a_bulk_verb_works_on_the_ticked_rows_only(signed_in: Client) -> None:
    people = make_people(5)
    answer = signed_in.post("/people/", {"bulk": "rename", "row": [people[0].pk, people[1].pk]}, follow=True)
    assert "2 people renamed." in answer.content.decode()
    assert User.objects.filter(last_name="Renamed").count() == 2


def test_a_bulk_verb_works_on_everything_the_filter_finds(signed_in: Client) -> None:
    make_people(25, language="de")
    signed_in.post("/people/?language=de", {"bulk": "rename", "all": "1"})
    assert User.objects.filter(last_name="Renamed").count() == 25


def test_a_refused_bulk_verb_says_why_and_changes_nothing(signed_in: Client, maya: User) -> None:
    answer = signed_in.post("/people/", {"bulk": "rename", "row": [maya.pk]}, follow=True)
    assert "You cannot rename yourself here." in answer.content.decode()
    maya.refresh_from_db()
    assert maya.last_name == "Keil"


def test_a_bulk_verb_of_another_role_is_neither_shown_nor_done(signed_in: Client) -> None:
    assert "Guarded" not in signed_in.get("/people/").content.decode()
    assert signed_in.post("/people/", {"bulk": "guarded", "row": ["1"]}).status_code == 403


def test_a_csv_file_holds_the_filter_and_no_formulas(signed_in: Client) -> None:
    make_people(14, language="de")
    User.objects.filter(username="p003").update(last_name='=HYPERLINK("http://x")')
    answer = signed_in.get("/people/?language=de&export=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["User", "Last name", "Language", "Active", "Last login", "Key"]
    assert len(rows) == 15
    assert {row[3] for row in rows[1:]} == {"yes"}
    assert next(row for row in rows if row[0] == "p003")[1] == '\'=HYPERLINK("http://x")'


def test_an_xlsx_file_keeps_numbers_numbers_and_text_text(signed_in: Client) -> None:
    people = make_people(2)
    User.objects.filter(pk=people[0].pk).update(last_name="=1+1")
    answer = signed_in.get("/people/?q=p000&export=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    cells = list(sheet.iter_rows(min_row=2))[0]
    assert (cells[1].value, cells[1].data_type) == ("=1+1", "s")
    assert cells[5].value == people[0].pk


def test_a_saved_view_comes_back_with_its_filter(signed_in: Client, maya: User) -> None:
    said = {"page": "core.user", "title": "Mine", "query": "?language=de&sort=-username", "next": "/people/"}
    signed_in.post("/core/views/", said)
    views = signed_in.get("/people/?language=de&sort=-username").context["views"]
    mine = next(view for view in views if view["title"] == "Mine")
    assert mine["current"] and mine["mine"]
    signed_in.post(f"/core/views/{mine['saved'].pk}/drop/", {"next": "/people/"})
    assert not maya.views.exists()


def test_a_view_without_a_name_is_refused(signed_in: Client, maya: User) -> None:
    signed_in.post("/core/views/", {"page": "core.user", "title": "  ", "query": "", "next": "/people/"})
    assert not maya.views.exists()


def test_other_peoples_views_show_only_when_shared(signed_in: Client) -> None:
    other = User.objects.create_user("tan")
    other.views.create(page="core.user", title="Private", query="q=1")
    other.views.create(page="core.user", title="Shared", query="q=2", shared=True)
    titles = [view["title"] for view in signed_in.get("/people/").context["views"]]
    assert "Shared" in titles and "Private" not in titles


def test_a_list_costs_a_fixed_number_of_queries(
    signed_in: Client, django_assert_max_num_queries: Any
) -> None:
    make_people(40)
    with django_assert_max_num_queries(8):
        signed_in.get("/people/")


def test_a_filter_with_several_choices_is_boxes_and_one_chip(signed_in: Client) -> None:
    make_people(3, number_format="1.234,5")
    answer = signed_in.get("/people/?number_format=1.234,5&number_format=1 234,5")
    text = answer.content.decode()
    assert len(names(answer)) == 3
    assert text.count('type="checkbox" name="number_format"') == 3
    assert [(chip.label, chip.value) for chip in answer.context["chips"]] == [("Numbers", "1.234,5, 1 234,5")]
    assert 'type="date" name="joined_after"' in text


def test_a_long_list_is_estimated_instead_of_counted(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_people(40)
    monkeypatch.setattr("p2p.core.web.keyset.COUNT_UP_TO", 20)
    answer = signed_in.get("/people/")
    assert answer.context["found_words"].startswith("~")
    assert answer.context["where"].startswith("1–10 of ~")


def test_a_workbook_holds_signs_that_no_workbook_can_hold(signed_in: Client) -> None:
    User.objects.create(username="p1", last_name="Bell\x07")
    answer = signed_in.get("/people/?export=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet is not None
    assert "Bell\ufffd" in [cell.value for row in sheet.iter_rows() for cell in row]
