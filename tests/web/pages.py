"""Pages on top of the generic ones, over users and views: what the tests click through."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, reverse

from p2p.core import places
from p2p.core.facts import Refused
from p2p.core.models import User
from p2p.core.web.actions import ActionForm
from p2p.core.web.columns import Column
from p2p.core.web.lists import Bulk, ListPage, Tab
from p2p.core.web.page import done
from p2p.core.web.records import RecordPage, RecordTab, Said


class PersonFilter(django_filters.FilterSet):
    language = django_filters.ChoiceFilter(choices=User.Language.choices, label="Language")
    number_format = django_filters.MultipleChoiceFilter(choices=User.NumberFormat.choices, label="Numbers")
    active = django_filters.BooleanFilter(field_name="is_active", label="Active")
    joined = django_filters.DateFromToRangeFilter(field_name="date_joined", label="Joined")

    class Meta:
        model = User
        fields: tuple[str, ...] = ()


def rename(*, records: QuerySet[User], by: User) -> str:
    if records.filter(pk=by.pk).exists():
        raise Refused("You cannot rename yourself here.")
    return f"{records.update(last_name='Renamed')} people renamed."


def greet(*, person: User, by: User) -> None:
    if person.pk == by.pk:
        raise Refused("Nobody greets themselves.")
    person.first_name = "Greeted"
    person.save()


class People(ListPage):
    model = User
    title = "People"
    slot = "people"
    search = ("username", "last_name")
    order = ("last_name", "username")
    filterset_class = PersonFilter
    columns = (
        Column("username", "User", link=True, width=160),
        Column("last_name", "Last name"),
        Column("language", "Language", kind="code", width=100),
        Column("is_active", "Active", kind="yes"),
        Column("last_login", "Last login", kind="time"),
        Column("pk", "Key", kind="number", total=True),
        Column("email", "Mail", hidden=True),
    )
    tabs = (Tab("german", "Germans", "language=de", counted=True),)
    bulk = (
        Bulk("rename", "Rename", act=rename),
        Bulk("guarded", "Guarded", act=rename, roles=("cost_accountant",)),
    )
    empty_title = "Nobody works here"
    page_size = 10

    def record_url(self, record: Any) -> str:
        return reverse("try:person", args=[record.username])


class Person(RecordPage):
    model = User
    lookup = "username"
    slot = "person"
    list_url = "try:people"
    list_title = "People"

    def badges(self) -> list[tuple[str, str]]:
        return [("active", "Active")]

    def facts(self) -> list[Said]:
        return [Said("Language", self.record.language), Said("Mail", self.record.email or "–", "bad")]

    def tabs(self) -> list[RecordTab]:
        return [RecordTab("own", "Own", "components/skeleton.html")]


class RenameForm(forms.Form):
    last_name = forms.CharField(label="Last name", max_length=20)


class Rename(ActionForm):
    model = User
    lookup = "username"
    form_class = RenameForm
    title = "Rename"
    submit = "Rename"

    def act(self, form: Any) -> str:
        name = form.cleaned_data["last_name"]
        if name == "Nobody":
            raise Refused("Nobody is not a name: choose another.", field="last_name")
        if name == "Boss":
            raise Refused("There is a boss already.")
        self.record.last_name = name
        self.record.save()
        return reverse("try:person", args=[self.record.username])

    def said(self, result: Any) -> str:
        return "Renamed."

    def undo(self, result: Any) -> str:
        return reverse("try:unname", args=[self.record.pk])


def unname(request: HttpRequest, pk: int) -> HttpResponse:
    person = User.objects.get(pk=pk)
    person.last_name = "Keil"
    person.save()
    return done(request, to=reverse("try:person", args=[person.username]), text="As it was.")


def panel(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(f"<p>Panel of {pk}</p>")


_try = (
    [
        path("people/", People.as_view(), name="people"),
        path("people/<str:username>/", Person.as_view(), name="person"),
        path("people/<str:username>/rename/", Rename.as_view(), name="rename"),
        path("people/<int:pk>/unname/", unname, name="unname"),
        path("people/<int:pk>/panel/", panel, name="panel"),
    ],
    "try",
)
urlpatterns = [path("", include(_try)), path("", include("p2p.core.web.urls"))]
handler403 = "p2p.core.web.shellviews.not_allowed"
handler404 = "p2p.core.web.shellviews.not_found"


def register() -> None:
    """What an app does in its `ready`."""
    places.nav(section="top", title="People", url_name="try:people", order=1, count=lambda user: 7, hot=True)
    places.panel("person.tabs", key="panel", title="Panel", url_name="try:panel", count=lambda record: 3)
    places.verb(
        "person.actions",
        key="greet",
        title="Greet",
        service=greet,
        model=User,
        argument="person",
        objections=lambda person: ["Inactive people cannot be greeted."] if not person.is_active else [],
    )
    places.verb(
        "person.actions",
        key="secret",
        title="Secret",
        service=greet,
        model=User,
        argument="person",
        roles=("buyer",),
    )
