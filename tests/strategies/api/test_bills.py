"""Bills over REST: nested lines, alternates, steps and outputs; changes guarded by the revision."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from strategies.models import BomAlternate, BomLine, BomVersion
from tests.factories import make_bom, make_item, make_user
from tests.strategies.api.test_master_lists import change, post, remove

pytestmark = pytest.mark.django_db
API = "/api/v1/strategies"


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(make_user("engineer"))
    return client


def draft(engineer, **also):
    for number in ("BIKE", "TUBE", "STEEL", "SCRAP"):
        make_item(number)
    body = {
        "item": "BIKE",
        "lines": [
            {"component": "TUBE", "quantity": "2", "formula": "height", "height": "1.5"},
            {"component": "STEEL", "formula": "step", "steps": [{"from_quantity": "0", "quantity": "3"}],
             "alternates": [{"component": "TUBE", "ratio": "1.25"}]},
        ],
        "outputs": [{"item": "SCRAP", "quantity": "1", "kind": "by", "cost_share": "0.05"}],
        **also,
    }  # fmt: skip
    answer = post(engineer, "boms/", body, key="draft")
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def test_a_bill_comes_with_lines_steps_alternates_and_outputs(engineer):
    made = draft(engineer)
    shown = engineer.get(f"{API}/boms/{made['id']}/?expand=lines,outputs").json()
    assert [(row["component"], row["quantity"], row["position"]) for row in shown["lines"]] == [
        ("TUBE", "2", 10),
        ("STEEL", "1", 20),
    ]
    assert shown["lines"][1]["steps"] == [{"from_quantity": "0", "quantity": "3"}]
    assert shown["lines"][1]["alternates"][0]["ratio"] == "1.25"
    assert shown["outputs"][0]["cost_share"] == "0.05"
    needs = engineer.get(f"{API}/boms/{made['id']}/needs/?quantity=10").json()
    assert [(row["component"], row["quantity"], row["per_piece"]) for row in needs] == [
        ("TUBE", "30", "3"),
        ("STEEL", "3", None),
    ]


def test_a_wrong_line_keeps_the_whole_bill_out(engineer):
    make_item("BIKE")
    make_item("TUBE")
    answer = post(engineer, "boms/", {"item": "BIKE", "lines": [{"component": "TUBE", "quantity": "0"}]})
    assert answer.status_code == 409 and "TUBE: the quantity has to be more than 0" in answer.json()["detail"]
    assert not BomVersion.objects.exists()


def test_the_head_changes_unless_somebody_was_quicker(engineer):
    made = draft(engineer)
    changed = change(engineer, f"boms/{made['id']}/", {"batch_quantity": "5", "revision": made["revision"]})
    assert (changed.json()["batch_quantity"], changed.json()["revision"]) == ("5", made["revision"] + 1)
    late = change(engineer, f"boms/{made['id']}/", {"name": "x", "revision": made["revision"]}, key="c2")
    assert late.status_code == 409 and "changed by somebody else" in late.json()["detail"]
    assert change(engineer, f"boms/{made['id']}/", {"item": "TUBE"}, key="c3").status_code == 400


def test_lines_are_added_changed_and_removed_one_by_one(engineer):
    made = draft(engineer)
    added = post(engineer, "bom-lines/", {"bom": made["id"], "component": "SCRAP", "quantity": "4"})
    assert added.status_code == 201, added.content.decode()
    row = BomLine.objects.get(component__number="SCRAP")
    assert change(engineer, f"bom-lines/{row.pk}/", {"quantity": "6"}).json()["quantity"] == "6"
    row.refresh_from_db()
    assert (row.position, row.quantity) == (30, 6)
    first = BomLine.objects.get(position=10)
    change(engineer, f"bom-lines/{first.pk}/", {"scrap_fraction": "0.1"}, key="c2")
    first.refresh_from_db()
    assert (first.formula, first.height, first.scrap_fraction) == ("height", Decimal("1.5"), Decimal("0.1"))
    assert remove(engineer, f"bom-lines/{row.pk}/").status_code == 204
    assert BomLine.objects.count() == 2


def test_all_lines_and_outputs_are_replaced_at_once(engineer):
    made = draft(engineer)
    lines = {"lines": [{"component": "SCRAP", "quantity": "1"}], "revision": made["revision"]}
    assert post(engineer, f"boms/{made['id']}/set-lines/", lines, key="k2").status_code == 200
    assert [row.component.number for row in BomLine.objects.all()] == ["SCRAP"]
    outputs = {"outputs": [{"item": "STEEL", "quantity": "1", "cost_share": "0.2"}]}
    assert post(engineer, f"boms/{made['id']}/set-outputs/", outputs, key="k3").status_code == 200
    found = engineer.get(f"{API}/bom-outputs/?bom={made['id']}").json()["results"]
    assert [(row["item"], row["cost_share"]) for row in found] == [("STEEL", "0.2")]


def test_a_formula_is_rescaled(engineer):
    made = draft(engineer)
    answer = post(engineer, f"boms/{made['id']}/rescale/", {"batch_quantity": "10"}, key="k2")
    assert answer.status_code == 200, answer.content.decode()
    assert answer.json()["batch_quantity"] == "10"
    assert BomLine.objects.get(position=10).quantity == 20


def test_alternates_are_added_and_approved(engineer):
    bike, tube = make_item("BIKE"), make_item("TUBE")
    make_item("STEEL")
    bom = make_bom(bike, {tube: 2})
    body = {"line": bom.lines.get().pk, "component": "STEEL", "ratio": "1.5"}
    made = post(engineer, "bom-alternates/", body).json()
    assert made["approved_at"] is None
    approved = post(engineer, f"bom-alternates/{made['id']}/approve/", {}, key="k2")
    assert approved.json()["approved_at"] is not None
    change(engineer, f"bom-alternates/{made['id']}/", {"ratio": "2"})
    row = BomAlternate.objects.get()
    assert (row.ratio, row.approved_at) == (2, None)
    assert remove(engineer, f"bom-alternates/{row.pk}/").status_code == 204


def test_versions_are_reopened_deactivated_and_activated_together(engineer):
    tube = make_item("TUBE")
    one = make_bom(make_item("A"), {tube: 1}, state="approved")
    two = make_bom(make_item("B"), {tube: 1}, state="approved")
    answer = post(engineer, "boms/activate-several/", {"versions": [one.pk, two.pk]})
    assert answer.json() == {"detail": "2 activated."}
    assert post(engineer, f"boms/{one.pk}/deactivate/", {}, key="k2").json()["state"] == "approved"
    assert post(engineer, f"boms/{one.pk}/reopen/", {}, key="k3").json()["state"] == "draft"
    missing = post(engineer, "boms/activate-several/", {"versions": [one.pk, 0]}, key="k4")
    assert missing.status_code == 400 and "There is no version 0 here" in missing.content.decode()


def test_nobody_but_engineers_writes_bills(client):
    client.force_login(make_user("operator"))
    assert post(client, "boms/", {"item": make_item("BIKE").number}).status_code == 403
    assert post(client, "bom-lines/", {}, key="k2").status_code == 403
