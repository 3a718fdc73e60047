"""Who changes what: nobody another site's master data, and nobody takes away what somebody else just wrote."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from strategies.api import base
from strategies.models import BomLine, BomVersion, ReplaceRun, Resource, ResourceGroup, Site
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
    asked = {"versions": [everywhere.pk]}
    assert post(stranger, "boms/activate-several/", asked, key="k2").status_code == 403
    stranger.force_login(make_user("engineer"))
    assert post(stranger, "boms/activate-several/", asked, key="k3").status_code == 200
    assert list(BomVersion.objects.filter(state="active")) == [everywhere]


@pytest.mark.parametrize("place", ["OTHER", ""])
def test_an_alternate_is_given_where_the_role_is_held_at_the_bills_site(stranger, other, place):
    tube, rod = make_item("TUBE"), make_item("ROD")
    bom = make_bom(make_item("BIKE"), {tube: 1}, state="draft", site=other if place else None)
    body = {"line": bom.lines.get().pk, "component": "ROD", "ratio": "2"}
    assert post(stranger, "bom-alternates/", body).status_code == 403
    assert not bom.lines.get().alternates.exists()
    stranger.force_login(make_user("engineer", site=other) if place else make_user("engineer"))
    assert post(stranger, "bom-alternates/", body, key="k2").status_code == 201
    assert bom.lines.get().alternates.get().component == rod


def test_nobody_of_one_site_takes_a_bill_to_another_or_to_all(stranger, other):
    own = make_bom(
        make_item("BIKE"), {make_item("TUBE"): 1}, state="draft", site=Site.objects.get(code="MINE")
    )
    answer = change(stranger, f"boms/{own.pk}/", {"site": None})
    assert answer.status_code == 403 and "holds at all sites" in answer.json()["detail"]
    assert change(stranger, f"boms/{own.pk}/", {"site": "OTHER"}, key="c3").status_code == 403
    assert change(stranger, f"boms/{own.pk}/", {"name": "Mine"}, key="c2").status_code == 200
    own.refresh_from_db()
    assert (own.site.code, own.name) == ("MINE", "Mine")


def test_a_form_asks_for_a_site_of_ones_own_where_none_means_all(stranger):
    bike = make_item("BIKE")
    address = reverse("strategies:new-bom", args=[bike.pk])
    refused = stranger.post(address, {"batch_quantity": "1"})
    assert refused.status_code == 409 and b"holds at all sites" in refused.content
    mine = Site.objects.get(code="MINE")
    assert stranger.post(address, {"batch_quantity": "1", "site": mine.pk}).status_code == 303
    assert BomVersion.objects.get().site == mine


def test_a_bill_of_all_sites_is_copied_to_ones_own_and_shows_no_other_button(stranger):
    common = make_bom(make_item("BIKE"), {make_item("TUBE"): 1}, state="draft")
    shown = stranger.get(common.get_absolute_url()).content.decode()
    assert "Copy" in shown and "Submit" not in shown and "data-editable" not in shown
    address = reverse("strategies:copy-bom", args=[common.pk])
    assert stranger.post(address, {}).status_code == 409
    mine = Site.objects.get(code="MINE")
    assert stranger.post(address, {"site": mine.pk}).status_code == 303
    assert BomVersion.objects.get(site=mine).lines.count() == 1


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
