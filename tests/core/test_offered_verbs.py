"""A button that its page does not show cannot be posted either, whichever app put it there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from p2p.core import places
from p2p.core.web import actions
from strategies.models import Item
from tests.factories import make_item, make_user

pytestmark = pytest.mark.django_db
SERVED = [each for slot in places._verbs.values() for each in slot.values() if each.service is not None]


class Paper:
    """Stands for a record of any kind."""

    pk, _base_manager = 7, Item._base_manager

    def __str__(self) -> str:
        return "P-7"


def name(verb: places.Verb) -> str:
    return f"{verb.slot}/{verb.key}"


def sign_in(client: Client, verb: places.Verb) -> Client:
    client.force_login(make_user(verb.roles[0] if verb.roles else "engineer"))
    return client


def test_there_are_such_buttons_of_every_area():
    areas = {verb.model._meta.app_label for verb in SERVED if verb.model}
    assert areas >= {"strategies", "planning", "execution", "inventory", "quality", "outsourcing"}


@pytest.mark.parametrize("offered", [True, False])
@pytest.mark.parametrize("verb", SERVED, ids=name)
def test_only_what_is_offered_for_the_record_is_done(client, monkeypatch, verb, offered):
    done: list[Any] = []
    paper = Paper()
    shown = replace(verb, when=lambda record: offered, service=lambda **given: done.append(given))
    monkeypatch.setattr(actions.places, "find_verb", lambda slot, key: shown)
    monkeypatch.setattr(actions, "record_at", lambda user, label, key: paper)
    answer = sign_in(client, verb).post(
        reverse("core:act", args=[verb.slot, verb.key, 7]), headers={"HX-Request": "true"}
    )
    assert [given[verb.argument] for given in done] == ([paper] if offered else [])
    refusal = f"{verb.title} is not offered for P-7 any more: look at its page again."
    assert (answer.status_code == 409, refusal in answer.content.decode()) == (not offered, not offered)


@pytest.mark.parametrize("verb", [each for each in SERVED if each.when is not None], ids=name)
def test_whether_it_is_offered_is_told_from_the_record_alone(verb):
    """What is posted has none of the columns that the query of a page adds."""
    assert verb.when(verb.model(pk=7)) in (True, False)


def test_the_page_of_yesterday_says_why_nothing_happened(client):
    item = make_item("BIKE")
    client.force_login(make_user("engineer"))
    Item.objects.filter(pk=item.pk).update(active=False)
    answer = client.post(f"/core/do/item.actions/retire/{item.pk}/", follow=True)
    assert "Take out of use is not offered for BIKE any more" in answer.content.decode()
    assert Item.objects.get().revision == item.revision
