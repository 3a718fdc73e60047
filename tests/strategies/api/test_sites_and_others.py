"""Who changes what: nobody another site's master data, and nobody takes away what somebody else just wrote."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from strategies.api import base
from strategies.models import BomLine, BomVersion, ReplaceRun, Resource, ResourceGroup
from strategies.services import boms
from strategies.services.bom_inputs import input_of
from tests.factories import make_bom, make_group, make_item, make_resource, make_route, make_site, make_user
from tests.strategies.api.test_master_lists import change, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def other():
    return make_site("OTHER")


@pytest.fixture
def stranger(client):
    """An engineer of another site than OTHER."""
    client.force_login(make_user("engineer", site=make_site("MINE")))
    return client


def test_the_bulk_upsert_leaves_another_sites_work_centre_as_it_is(stranger, other):
    make_group(other, "G", name="Saw")
    answer = post(stranger, "work-centres/bulk/", [{"site": "OTHER", "code": "G", "name": "Stolen"}])
    assert answer.status_code == 400 and "at OTHER" in answer.json()["detail"]
    assert ResourceGroup.objects.get().name == "Saw"


@pytest.mark.parametrize("sheet", ["lines", "steps"])
def test_the_bulk_upsert_of_lines_leaves_another_sites_bill_as_it_is(stranger, other, sheet):
    bike, tube = make_item("BIKE"), make_item("TUBE")
    make_bom(bike, {tube: 1}, state="draft", site=other)
    key = {"item": "BIKE", "site": "OTHER", "version": "1", "position": "10"}
    rows = {
        "lines": {"component": "TUBE", "quantity": "9", "unit": "EA"},
        "steps": {"from_quantity": "1", "quantity": "2"},
    }
    answer = post(stranger, f"boms/{sheet}/bulk/", [{**key, **rows[sheet]}])
    assert answer.status_code == 400 and "at OTHER" in answer.json()["detail"]
    assert BomLine.objects.get().quantity == 1


def test_several_versions_are_activated_only_where_the_role_is_held(stranger, other):
    bike, tube = make_item("BIKE"), make_item("TUBE")
    bom = make_bom(bike, {tube: 1}, state="approved", site=other)
    assert post(stranger, "boms/activate-several/", {"versions": [bom.pk]}).status_code == 403
    everywhere = make_bom(tube, {make_item("ORE"): 1}, state="approved")
    assert (
        post(stranger, "boms/activate-several/", {"versions": [everywhere.pk]}, key="k2").status_code == 200
    )
    assert list(BomVersion.objects.filter(state="active")) == [everywhere]


def test_the_designers_leave_another_sites_drafts_as_they_are(stranger, other):
    bike, tube = make_item("BIKE"), make_item("TUBE")
    bom = make_bom(bike, {tube: 1}, state="draft", site=other)
    route = make_route(bike, [{}, {}], state="draft", site=other)
    asked = {"do": "remove", "lines": [bom.lines.get().pk], "revision": bom.revision}
    address = reverse("strategies:designer-edit", args=[bom.pk])
    assert stranger.post(address, json.dumps(asked), content_type="application/json").status_code == 403
    assert bom.lines.exists()
    address = reverse("strategies:route-design", args=[route.pk])
    assert stranger.post(address, {"act": "renumber", "revision": route.revision}).status_code == 403


def test_a_replacement_at_all_sites_needs_the_role_at_all(stranger, other):
    for number in ("OLD", "NEW"):
        make_item(number)
    asked = {"old": "OLD", "new": "NEW", "ratio": "1"}
    assert post(stranger, "replacements/", asked).status_code == 403
    assert post(stranger, "replacements/", {**asked, "site": "OTHER"}, key="k2").status_code == 403
    page = "/strategies/new-replacement/"
    assert stranger.post(page, asked).status_code == 403
    assert stranger.post(page, {**asked, "site": "OTHER"}).status_code == 403
    assert not ReplaceRun.objects.exists()


@pytest.fixture
def meanwhile(monkeypatch):
    """Work of somebody else, done after the request has found its record and before it may hold it."""
    hold = base.hold

    def between(work):
        def first(record, path):
            work()
            hold(record, path)

        for module in ("base", "whole"):
            monkeypatch.setattr(f"strategies.api.{module}.hold", first)

    return between


def test_a_name_given_while_another_field_is_patched_stays(client, other, meanwhile):
    client.force_login(make_user("engineer"))
    saw = make_resource(make_group(other, "G"), "SAW", name="Saw")
    meanwhile(lambda: Resource.objects.filter(pk=saw.pk).update(name="Band saw"))
    assert change(client, "resources/OTHER~SAW/", {"bottleneck": True}).status_code == 200
    saw.refresh_from_db()
    assert (saw.name, saw.bottleneck) == ("Band saw", True)


def test_what_another_changes_in_a_bill_or_its_line_meanwhile_stays(client, meanwhile):
    by = make_user("engineer")
    client.force_login(by)
    bom = make_bom(make_item("BIKE"), {make_item("TUBE"): 1}, state="draft")
    line = bom.lines.get()
    meanwhile(lambda: BomVersion.objects.filter(pk=bom.pk).update(name="Racer"))
    assert change(client, f"boms/{bom.pk}/", {"batch_quantity": "5"}).status_code == 200
    bom.refresh_from_db()
    assert (bom.name, bom.batch_quantity) == ("Racer", 5)
    meanwhile(lambda: BomLine.objects.filter(pk=line.pk).update(note="cut"))
    assert change(client, f"bom-lines/{line.pk}/", {"quantity": "3"}, key="c2").status_code == 200
    line.refresh_from_db()
    assert (line.note, line.quantity) == ("cut", 3)


def test_only_another_component_looks_for_a_loop():
    by = make_user("engineer")
    bom = make_bom(make_item("BIKE"), {make_item("TUBE"): 1}, state="draft")
    steel, line = make_item("STEEL"), bom.lines.get()
    for also, turns in (({"quantity": 5}, 0), ({"component": steel}, 1)):
        with CaptureQueriesContext(connection) as seen:
            boms.change_line(line=line, to=replace(input_of(line), **also), by=by)
        assert sum("advisory" in one["sql"] for one in seen.captured_queries) == turns
