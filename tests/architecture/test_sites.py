"""Who holds a role at one site changes nothing at another: every form with a record, every verb of the API."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from django.db import models
from django.test import Client

from outsourcing.models import Dispatch, Invoice, InvoiceLine
from p2p.core import sites
from p2p.core.models import Grant
from p2p.core.rest import RecordViewSet
from p2p.core.web.actions import ActionForm
from planning.models import Operation, ProductionOrder
from quality.models import ControlPlan
from strategies.models import BomAlternate, BomVersion, Site
from tests.architecture.edges import forms, resources
from tests.architecture.rows import make_row
from tests.architecture.source import report
from tests.factories import make_bom, make_item, make_site, make_user

pytestmark = pytest.mark.django_db

GAP = re.compile(r"<(?:\w+:)?(\w+)>")
WITHOUT_MODEL: dict[str, type[models.Model]] = {
    "SendOut": Operation,
    "BringBack": Operation,
    "DraftOrder": Operation,
    "UndoTrip": Dispatch,
    "AddLine": ControlPlan,
    "RemoveLine": ControlPlan,
}
"""Forms that look for their record themselves."""


def record_of(view: type[ActionForm]) -> type[models.Model] | None:
    return view.model or WITHOUT_MODEL.get(view.__name__)


@cache
def with_a_site() -> dict[str, type[ActionForm]]:
    found = {}
    for route, view in forms().items():
        model = record_of(view)
        if "<" in route and model is not None and sites.paths(model):
            found[route] = view
    return found


def row_at_a_site(model: type[models.Model]) -> Any:
    """A record that lies at a site, although most could belong to all."""
    row = make_row(InvoiceLine, 1).invoice if model is Invoice else make_row(model, 1)
    if not sites.codes_of(model._base_manager.filter(pk=row.pk)) - {sites.EVERYWHERE}:
        site, holder = make_site(), row
        *through, last, _code = sites.paths(model)[0].split("__")
        for name in through:
            if getattr(holder, name) is None:
                place = make_row(holder._meta.get_field(name).related_model, 1)
                type(holder)._base_manager.filter(pk=holder.pk).update(**{name: place})
                setattr(holder, name, place)
            holder = getattr(holder, name)
        type(holder)._base_manager.filter(pk=holder.pk).update(**{last: site})
    row = model._base_manager.get(pk=row.pk)
    assert sites.codes_of(model._base_manager.filter(pk=row.pk)) - {sites.EVERYWHERE}, (
        f"{model.__name__} lies nowhere"
    )
    return row


def address(route: str, row: Any) -> str:
    def fill(match: re.Match[str]) -> str:
        return "dispatch" if match[1] == "kind" else str(getattr(row, match[1]))

    return GAP.sub(fill, route)


def holder_of(role: str, codes: set[str]) -> Client:
    user = make_user()
    Grant.objects.bulk_create(Grant(user=user, role=role, scope=code) for code in codes)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def where_held(view: type[ActionForm], row: Any) -> set[str]:
    """The sites of the record where the form asks for the role: mostly the row itself."""
    form: Any = view()
    form.record = row
    held = form.held_at()
    return sites.codes_of(type(held)._base_manager.filter(pk=held.pk))


@pytest.mark.parametrize("route", sorted(with_a_site()))
def test_a_form_is_for_the_people_of_its_records_site(route):
    view = with_a_site()[route]
    row = row_at_a_site(record_of(view))
    where, own = address(route, row), where_held(view, row)
    for role in view.roles:
        stranger = holder_of(role, {make_site().code})
        assert stranger.get(where).status_code in {403, 404}, f"{role} elsewhere sees it"
        assert stranger.post(where, {}).status_code in {403, 404}, f"{role} elsewhere may post"
    assert holder_of(view.roles[0], own).get(where).status_code == 200


@cache
def verbs() -> dict[str, tuple[str, type[RecordViewSet], Any]]:
    """Address -> method, view set and roles of each way to change one record that lies at a site."""
    found: dict[str, tuple[str, type[RecordViewSet], Any]] = {}
    for route, view in resources().items():
        if not sites.paths(view.queryset.model):
            continue
        for method in view.get_extra_actions():
            if method.detail and getattr(method, "verb_roles", None):
                found[f"{route}<number>/{method.url_path}/"] = ("post", view, method.verb_roles)
        if view.changes:
            found[f"{route}<number>/"] = ("patch", view, view.write_roles)
        if view.removes:
            found[f"{route}<number>/ (remove)"] = ("delete", view, view.write_roles)
    return found


@pytest.mark.parametrize("route", sorted(verbs()))
def test_the_api_changes_nothing_at_another_site(route):
    method, view, roles = verbs()[route]
    row = row_at_a_site(view.queryset.model)
    names = [view.key] if isinstance(view.key, str) and view.key else list(view.key or ())
    if not names:
        keys = view().key_names()
        names = list(keys)
    key = "~".join(str(_follow(row, name)) for name in names)
    where = route.removesuffix(" (remove)").replace("<number>", key)
    offences = []
    for role in roles:
        answer = getattr(holder_of(role, {make_site().code}), method)(
            where, {}, content_type="application/json"
        )
        # An input that does not even fit is refused before the record is looked for; then nothing has happened.
        if answer.status_code not in {400, 403, 404}:
            offences.append(f"{role}: {answer.status_code}")
    assert not offences, report(offences)


def _follow(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def test_a_list_changes_only_rows_of_the_sites_where_the_role_is_held(client):
    order = row_at_a_site(ProductionOrder)
    user = make_user("operator", site=order.site)
    Grant.objects.create(user=user, role="planner", scope=make_site().code)
    client.force_login(user)
    answer = client.post("/planning/orders/", {"bulk": "cancel", "row": order.pk})
    assert answer.status_code == 403
    order.refresh_from_db()
    assert order.state != "cancelled"


def test_a_record_lies_at_its_own_site_or_where_its_whole_lies():
    assert sites.paths(Site) == ()
    assert sites.paths(Operation) == ("order__site__code",)
    assert sites.paths(Dispatch) == ("order__site__code",)


@cache
def for_all_sites() -> dict[str, type[models.Model]]:
    """Models whose records may name a site, or lie where another does that may: name -> model."""
    seen = {view.queryset.model for view in resources().values()} | {
        model for view in forms().values() if (model := record_of(view)) is not None
    }
    chosen = {}
    for model in seen:
        own = [path for path in sites.paths(model) if _may_be_everywhere(model, path)]
        if own:
            chosen[model.__name__] = model
    return chosen


def _may_be_everywhere(model: type[models.Model], path: str) -> bool:
    """Whether the record at the end of the path may leave its site out; what lies nowhere is another matter."""
    *through, last, _code = path.split("__")
    for name in through:
        model = model._meta.get_field(name).related_model
    return bool(model._meta.get_field(last).null)


def row_of_all_sites(model: type[models.Model]) -> Any:
    row = row_at_a_site(model)
    for path in sites.paths(model):
        *through, last, _code = path.split("__")
        holder = row
        for name in through:
            holder = getattr(holder, name) if holder is not None else None
        if holder is not None and type(holder)._meta.get_field(last).null:
            type(holder)._base_manager.filter(pk=holder.pk).update(**{last: None})
    return model._base_manager.get(pk=row.pk)


OPENED_BY_ALL = {"/strategies/boms/<int:pk>/copy/"}
"""Forms that read a record of all sites to make another one, and ask for the place of that."""


@pytest.mark.parametrize("name", sorted(for_all_sites()))
def test_a_record_of_all_sites_needs_the_role_without_a_limit(name):
    model = for_all_sites()[name]
    row = row_of_all_sites(model)
    rows = model._base_manager.filter(pk=row.pk)
    if sites.codes_of(rows) != {sites.EVERYWHERE}:
        pytest.skip("its rules do not let it lie at all sites")
    offences, here = [], make_site().code
    for route, view in forms().items():
        if record_of(view) is not model or "<" not in route or route in OPENED_BY_ALL or not view.roles:
            continue
        where = address(route, row)
        limited, free = holder_of(view.roles[0], {here}), holder_of(view.roles[0], {""})
        if limited.get(where).status_code not in {403, 404} or limited.post(where, {}).status_code not in {
            403,
            404,
        }:
            offences.append(f"{where} lets somebody of one site in")
        if free.get(where).status_code != 200:
            offences.append(f"{where} keeps out who is not limited")
    assert not offences, report(offences)


@pytest.mark.parametrize(
    "route",
    sorted(route for route in verbs() if verbs()[route][1].queryset.model in for_all_sites().values()),
)
def test_the_api_changes_nothing_of_all_sites_for_somebody_of_one(route):
    method, view, roles = verbs()[route]
    row = row_of_all_sites(view.queryset.model)
    names = [view.key] if isinstance(view.key, str) and view.key else list(view.key or view().key_names())
    where = route.removesuffix(" (remove)").replace(
        "<number>", "~".join(str(_follow(row, one)) for one in names)
    )
    client = holder_of(roles[0], {make_site().code})
    answer = getattr(client, method)(where, {}, content_type="application/json")
    assert answer.status_code in {400, 403, 404}, answer.content[:300]


def test_a_part_lies_where_the_whole_lies_that_an_input_names():
    one, two = make_site("ONE"), make_site("TWO")
    own, common = make_bom(make_item(), {make_item(): 1}, site=one), make_bom(make_item(), {make_item(): 1})
    part = {"line": own.lines.get()}
    assert sites.codes_of_new(BomAlternate, part) == {"ONE"}
    assert sites.codes_of_new(BomAlternate, {"line": common.lines.get()}) == {sites.EVERYWHERE}
    assert sites.codes_of_new(BomVersion, {"site": two}) == {"TWO"}
    assert sites.codes_of_new(BomVersion, {}) == {sites.EVERYWHERE}
    assert sites.codes_of_new(BomVersion, {}, partial=True) == set()
    assert sites.codes_of_new(BomVersion, {"site": None}, partial=True) == {sites.EVERYWHERE}
    assert sites.codes_of_new(ProductionOrder, {}) == set()
