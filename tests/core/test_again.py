"""Two people whose posts want the same rows in opposite order: both are done, and each once."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import Client
from django.urls import path

from p2p.core.again import until_done
from p2p.core.web.actions import ActionForm
from strategies.models import Location
from tests.factories import make_location, make_site, make_user

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db(transaction=True)]

meeting = threading.Barrier(2)
tried: list[str] = []
read: list[bytes] = []


class OtherForm(forms.Form):
    other = forms.CharField()
    paper = forms.FileField(required=False)


class NameBoth(ActionForm):
    """Takes two locks in the order the form wants: what services must never do."""

    model, lookup, form_class, title = Location, "pk", OtherForm, "Name"

    @transaction.atomic
    def act(self, form: Any) -> str:
        mine, other = self.record, form.cleaned_data["other"]
        tried.append(mine.code)
        if form.cleaned_data["paper"]:
            read.append(form.cleaned_data["paper"].read())
        came = Concat("name", Value(f", {mine.code} came"))
        Location.objects.filter(pk=mine.pk).update(name=came)
        with suppress(threading.BrokenBarrierError):
            meeting.wait(3)
        Location.objects.filter(site=mine.site, code=other).update(name=came)
        return "/there/"

    def said(self, result: Any) -> str:
        return "Named."


class Clash(Exception):
    pgcode = "40P01"


class AlwaysEnded(NameBoth):
    """Writes, and is ended by the database each time."""

    @transaction.atomic
    def act(self, form: Any) -> str:
        tried.append(self.record.code)
        Location.objects.filter(pk=self.record.pk).update(name="half")
        raise OperationalError("deadlock detected") from Clash()


class Broken(AlwaysEnded):
    @transaction.atomic
    def act(self, form: Any) -> str:
        tried.append(self.record.code)
        raise OperationalError("the server is gone")


urlpatterns = [
    path("name/<int:pk>/", NameBoth.as_view()),
    path("ended/<int:pk>/", AlwaysEnded.as_view()),
    path("broken/<int:pk>/", Broken.as_view()),
]


def test_what_is_saved_is_not_done_again_when_something_after_it_was_ended(pair):
    def save() -> None:
        tried.append("saved")
        transaction.on_commit(ended)

    def ended() -> None:
        raise OperationalError("deadlock detected") from Clash()

    with pytest.raises(OperationalError):
        until_done(save)
    assert tried == ["saved"]


@pytest.fixture
def pair():
    site = make_site("NORTH", locations=False)
    meeting.reset(), tried.clear(), read.clear()
    return [make_location(site, code=code, name=code) for code in ("A", "B")]


def browser() -> Client:
    mine = Client()
    mine.force_login(make_user("engineer"))
    return mine


def names() -> dict[str, str]:
    return dict(Location.objects.values_list("code", "name"))


@pytest.mark.database
def test_a_deadlock_of_two_forms_is_done_again_and_each_is_done_once(pair):
    answers = []

    def send(mine: Client, here: Location, other: Location) -> None:
        try:
            paper = SimpleUploadedFile("paper.txt", here.code.encode())
            answers.append(mine.post(f"/name/{here.pk}/", {"other": other.code, "paper": paper}))
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(browser(), *each)) for each in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(tried) > 2
    for code, name in names().items():
        assert set(name.split(", ")) == {code, "A came", "B came"} and name.count("came") == 2
    assert b"" not in read and {b"A", b"B"} == set(read)


def test_what_is_ended_every_time_is_not_half_saved_and_says_so_in_a_sentence(pair):
    answer = browser().post(f"/ended/{pair[0].pk}/", {"other": "B"}, headers={"HX-Request": "true"})
    assert answer.status_code == 503
    assert answer.content.decode().startswith("Others are changing the same records")
    assert tried == ["A", "A", "A"] and names()["A"] == "A"


def test_what_does_not_pass_by_itself_is_not_tried_again(pair):
    with pytest.raises(OperationalError, match="gone"):
        browser().post(f"/broken/{pair[0].pk}/", {"other": "B"})
    assert tried == ["A"]
