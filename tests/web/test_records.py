"""Record pages, forms that call a service, buttons with and without objections."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from p2p.core.models import User
from p2p.core.web import page

pytestmark = pytest.mark.django_db


def test_a_record_shows_its_head_and_the_tabs_of_others(signed_in: Client) -> None:
    text = signed_in.get("/people/maya/?tab=panel").content.decode()
    person = User.objects.get(username="maya")
    assert f'hx-get="/people/{person.pk}/panel/"' in text
    assert "Language" in text and 'data-s="finished"' in text


def test_an_unknown_tab_shows_the_first_and_an_unknown_record_is_not_found(signed_in: Client) -> None:
    unknown, first = (signed_in.get(f"/people/maya/{query}") for query in ("?tab=nothing", ""))
    assert unknown.status_code == 200
    assert unknown.context["current"].key == first.context["current"].key
    answer = signed_in.get("/people/ghost/")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()


def test_a_refusing_button_is_grey_and_says_why(signed_in: Client) -> None:
    User.objects.create_user("idle", is_active=False)
    text = signed_in.get("/people/idle/?tab=panel").content.decode()
    assert 'aria-disabled="true"' in text
    assert 'data-tip="Inactive people cannot be greeted."' in text
    assert "Secret" not in text


def test_a_button_without_a_form_calls_its_service(signed_in: Client) -> None:
    other = User.objects.create_user("tan")
    answer = signed_in.post(f"/core/do/person.actions/greet/{other.pk}/", {"next": "/people/tan/?tab=panel"})
    assert answer.status_code == 303
    assert answer["Location"] == "/people/tan/?tab=panel"
    other.refresh_from_db()
    assert other.first_name == "Greeted"


def test_a_refused_button_says_why(signed_in: Client, maya: User) -> None:
    answer = signed_in.post(f"/core/do/person.actions/greet/{maya.pk}/", {"next": "/people/"}, follow=True)
    assert "Nobody greets themselves." in answer.content.decode()
    script = signed_in.post(f"/core/do/person.actions/greet/{maya.pk}/", headers={"HX-Request": "true"})
    assert (script.status_code, script.content.decode()) == (409, "Nobody greets themselves.")


def test_a_button_of_another_role_answers_with_the_role_it_needs(signed_in: Client, maya: User) -> None:
    answer = signed_in.post(f"/core/do/person.actions/secret/{maya.pk}/")
    assert answer.status_code == 403
    assert "Buyer" in answer.content.decode()


def test_a_button_never_leads_off_this_host(signed_in: Client) -> None:
    other = User.objects.create_user("tan")
    answer = signed_in.post(
        f"/core/do/person.actions/greet/{other.pk}/", {"next": "https://elsewhere.example/"}
    )
    assert answer["Location"] == "/"


def test_a_form_does_its_work_and_goes_to_the_record(signed_in: Client, maya: User) -> None:
    answer = signed_in.post("/people/maya/rename/", {"last_name": "Tan"})
    assert (answer.status_code, answer["Location"]) == (303, "/people/maya/")
    maya.refresh_from_db()
    assert maya.last_name == "Tan"


def test_a_wrong_field_is_marked_and_named(signed_in: Client) -> None:
    answer = signed_in.post("/people/maya/rename/", {"last_name": ""})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in text and 'aria-describedby="err-id_last_name"' in text


def test_a_refusal_stands_over_the_form_or_under_the_field_it_names(signed_in: Client, maya: User) -> None:
    over = signed_in.post("/people/maya/rename/", {"last_name": "Boss"})
    assert over.status_code == 409
    assert over.context["form"].non_field_errors() == ["There is a boss already."]
    under = signed_in.post("/people/maya/rename/", {"last_name": "Nobody"})
    assert under.context["form"].errors["last_name"] == ["Nobody is not a name: choose another."]
    maya.refresh_from_db()
    assert maya.last_name == "Keil"


def test_a_dialog_gets_the_form_alone_and_leaves_through_the_window(signed_in: Client) -> None:
    head = {"HX-Request": "true", "P2P-Dialog": "1"}
    form = signed_in.get("/people/maya/rename/", headers=head).content.decode()
    assert "p-rail" not in form and 'hx-post="/people/maya/rename/"' in form
    done = signed_in.post("/people/maya/rename/", {"last_name": "Tan"}, headers=head)
    assert (done.status_code, done["HX-Redirect"]) == (204, "/people/maya/")


def test_the_rail_marks_where_one_is_and_counts_come_apart(signed_in: Client) -> None:
    text = signed_in.get("/people/maya/?tab=panel").content.decode()
    assert 'href="/people/" aria-current="page"' in text
    assert signed_in.get("/core/counts/").json()["try:people"] == {"n": 7, "hot": True}


def test_a_stranger_at_an_unknown_address_is_asked_to_sign_in(client: Client, db: None) -> None:
    answer = client.get("/no/such/page/?a=1")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login/?next=/no/such/page/%3Fa%3D1"


def test_after_a_dialog_the_page_is_loaded_again_even_where_only_the_place_in_it_differs() -> None:
    here = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://plant/routes/1/?tab=instructions"}
    request = RequestFactory().post("/operations/1/steps/", **here)
    answer = page.done(request, to="/routes/1/?tab=instructions#op-40")
    assert (answer.get("HX-Refresh"), answer.get("HX-Redirect")) == ("true", None)
    answer = page.done(request, to="/routes/1/?tab=operations#op-40")
    assert answer["HX-Redirect"] == "/routes/1/?tab=operations#op-40"


def test_the_head_is_drawn_alone_for_a_page_that_was_edited_in_place(signed_in: Client) -> None:
    whole = signed_in.get("/people/maya/").content.decode()
    asked = {"HX-Request": "true", "HX-Target": "head"}
    head = signed_in.get("/people/maya/", headers=asked).content.decode().strip()
    assert head.startswith('<div class="p-head" id="head"') and head.endswith("</div>")
    assert "<h1>" in head and 'id="record"' not in head and "<html" not in head
    assert 'id="record"' in whole
