"""Every page of quality with something on it; readings typed into the entry sheet."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from execution.services.release import release
from planning.models import Operation, ProductionOrder
from quality.models import ControlPlan, Inspection, NonConformance, Result
from quality.services import nonconformance
from quality.services.record import Reading, record
from strategies.models import Site
from tests.factories import make_item, make_lot, make_order, make_site, make_stock, make_user
from tests.quality.factories import make_characteristic, make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN")


@pytest.fixture
def order(site: Site) -> ProductionOrder:
    bore, look = (
        make_characteristic("BORE", name="Bore", digits=3),
        make_characteristic("LOOK", kind="attribute"),
    )
    limits = {"lower_limit": "33.97", "upper_limit": "34.03", "target": 34}
    make_plan(site, {bore: limits, look: {}}, code="FRAME", sample_fixed=2)
    made = make_order(make_item("FR-1"), 10, site=site)
    release(orders=[made], by=make_user("supervisor"))
    return made


@pytest.fixture
def inspector(client: Client) -> Client:
    client.force_login(make_user("inspector"))
    return client


def typed(client: Client, code: str, piece: int, value: str) -> Any:
    one = Inspection.objects.get()
    line = one.plan.lines.get(characteristic__code=code)
    form = {"line": line.pk, "piece": piece, "value": value}
    return client.post(f"/quality/inspections/{one.number}/record/", form, headers={"HX-Request": "true"})


def test_the_sheet_answers_each_value_with_its_cell_the_verdict_and_the_plot(
    inspector: Client, order: ProductionOrder
) -> None:
    answer = typed(inspector, "BORE", 1, "34,001")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="34.001"' in text and "3 readings to go" in text and "p-plot" in text
    assert "Results missing" in text
    bad = typed(inspector, "BORE", 2, "34.2").content.decode()
    assert "Out of limits" in bad
    corrected = typed(inspector, "BORE", 2, "34.02").content.decode()
    assert "Results missing" in corrected
    assert Result.objects.filter(superseded=True).count() == 1


def test_a_value_typed_again_unchanged_is_no_correction(inspector: Client, order: ProductionOrder) -> None:
    typed(inspector, "BORE", 1, "34.001")
    typed(inspector, "BORE", 1, "34.001")
    assert Result.objects.count() == 1


def test_what_is_no_number_is_said_in_the_cell(inspector: Client, order: ProductionOrder) -> None:
    answer = typed(inspector, "BORE", 1, "abc")
    assert answer.status_code == 409
    assert "Bore, piece 1: “abc” is not a number." in answer.content.decode()
    assert not Result.objects.exists()


def test_a_sheet_read_to_the_end_can_be_accepted_from_its_page(
    inspector: Client, order: ProductionOrder
) -> None:
    for piece in (1, 2):
        typed(inspector, "BORE", piece, "34")
        typed(inspector, "LOOK", piece, "pass")
    one = Inspection.objects.get()
    inspector.post(reverse("core:act", args=["inspection.actions", "accept", one.pk]))
    one.refresh_from_db()
    assert one.state == "accepted"


def test_a_rejection_and_the_decision_that_follows(inspector: Client, order: ProductionOrder) -> None:
    one = Inspection.objects.get()
    assert inspector.post(f"/quality/inspections/{one.pk}/reject", {}).status_code == 409
    form = {"quantity": "4", "note": "rust"}
    assert inspector.post(f"/quality/inspections/{one.pk}/reject", form).status_code == 303
    raised = NonConformance.objects.get()
    at = f"/quality/nonconformances/{raised.pk}/decide"
    assert inspector.post(at, {"disposition": "use", "note": "customer agrees"}).status_code == 303
    one.refresh_from_db()
    assert one.state == "conceded"
    for tab in ("about", "history"):
        assert inspector.get(f"{raised.get_absolute_url()}?tab={tab}").status_code == 200


def test_every_tab_of_an_inspection_opens(inspector: Client, order: ProductionOrder) -> None:
    page = Inspection.objects.get().get_absolute_url()
    for tab in ("results", "nonconformances", "history"):
        assert inspector.get(f"{page}?tab={tab}").status_code == 200


def test_an_engineer_writes_and_activates_a_plan(client: Client, site: Site) -> None:
    client.force_login(make_user("engineer"))
    bore = make_characteristic("BORE", lower_limit=1, upper_limit=2)
    form = {
        "code": "NEW",
        "name": "New",
        "site": site.pk,
        "trigger": "release",
        "sample_fixed": "3",
        "blocks": "on",
    }
    made = client.post("/quality/plans/new", form)
    plan = ControlPlan.objects.get()
    assert made["Location"] == plan.get_absolute_url()
    client.post(reverse("core:act", args=["controlplan.actions", "activate", plan.pk]))
    plan.refresh_from_db()
    assert plan.state == "draft"  # nothing to read yet
    line = {"characteristic": bore.pk, "severity": "major", "accept_number": "0"}
    assert client.post("/quality/plans/NEW/1/line", line).status_code == 303
    assert client.post("/quality/plans/NEW/1/line", line).status_code == 409
    client.post(reverse("core:act", args=["controlplan.actions", "activate", plan.pk]))
    plan.refresh_from_db()
    assert plan.state == "active"
    for tab in ("lines", "process", "inspections", "versions", "history"):
        assert client.get(f"{plan.get_absolute_url()}?tab={tab}").status_code == 200


def test_a_nonconformance_noted_by_hand(inspector: Client, order: ProductionOrder) -> None:
    item = make_item("TUBE", tracking="lot")
    lot = make_lot(item, "L-7")
    form = {"item": "tube", "quantity": "3", "lot": "L-7", "note": "bent"}
    assert inspector.post("/quality/nonconformances/new", form).status_code == 303
    assert NonConformance.objects.get().lot == lot
    wrong = inspector.post("/quality/nonconformances/new", {"item": "nothing", "quantity": "3", "lot": "L"})
    assert wrong.status_code == 422 and b"There is no item nothing." in wrong.content


def test_a_nonconformance_of_another_site_is_not_there(client: Client, order: ProductionOrder) -> None:
    operation = Operation.objects.get(order=order)
    about = {"item": order.item, "quantity": Decimal(2), "operation": operation, "by": make_user("inspector")}
    raised = nonconformance.open_nonconformance(**about)
    assert raised.site == order.site
    client.force_login(make_user("inspector", site=make_site("OTHER")))
    assert raised.number not in client.get("/quality/nonconformances/").content.decode()
    assert client.get(raised.get_absolute_url()).status_code == 404
    decision = {"disposition": "use", "note": "agreed"}
    assert client.post(f"/quality/nonconformances/{raised.pk}/decide", decision).status_code == 404
    close = reverse("core:act", args=["nonconformance.actions", "close", raised.pk])
    assert client.post(close).status_code == 404
    form = {"item": order.item.number, "quantity": "1", "order": order.number}
    assert client.post("/quality/nonconformances/new", form).status_code == 403
    assert NonConformance.objects.get().state == "open"


def test_where_stock_lies_at_two_sites_one_has_to_say_at_which(inspector: Client, site: Site) -> None:
    item, other = make_item("TUBE"), make_site("OTHER")
    for each in (site, other):
        make_stock(item, 5, each.locations.get(code="STORE"))
    form = {"item": "TUBE", "quantity": "1"}
    answer = inspector.post("/quality/nonconformances/new", form)
    assert answer.status_code == 409 and b"Say at which site" in answer.content
    assert inspector.post("/quality/nonconformances/new", {**form, "site": other.pk}).status_code == 303
    assert NonConformance.objects.get().site == other


@pytest.mark.parametrize("page", ["inspections", "plans", "nonconformances"])
def test_lists_open_full_and_empty(inspector: Client, page: str, request: pytest.FixtureRequest) -> None:
    assert b"p-empty" in inspector.get(f"/quality/{page}/").content
    request.getfixturevalue("order")
    assert inspector.get(f"/quality/{page}/").status_code == 200
    assert inspector.get(f"/quality/{page}/?export=csv").status_code == 200


def test_the_order_page_and_the_operation_menu_lead_to_the_inspection(
    inspector: Client, order: ProductionOrder
) -> None:
    one = Inspection.objects.get()
    assert one.number.encode() in inspector.get(f"/quality/panels/order/{order.pk}").content
    operation = Operation.objects.get(order=order)
    assert inspector.get(f"/quality/operations/{operation.pk}/inspect")["Location"] == one.get_absolute_url()
    assert inspector.get(f"/quality/operations/{operation.pk + 999}/inspect").status_code == 404


def test_a_buyer_may_look_but_not_write(client: Client, order: ProductionOrder) -> None:
    client.force_login(make_user("buyer"))
    one = Inspection.objects.get()
    page = client.get(one.get_absolute_url())
    assert page.status_code == 200 and b"Inspectors and operators enter results here." in page.content
    assert typed(client, "BORE", 1, "34").status_code == 403
    assert client.post(f"/quality/inspections/{one.pk}/reject", {"note": "x"}).status_code == 403


def test_the_process_of_a_plan_is_charted_with_its_signals_and_capability(
    inspector: Client, site: Site
) -> None:
    bore = make_characteristic("BORE", name="Bore", digits=2)
    make_plan(site, {bore: {"lower_limit": 9, "upper_limit": 11}}, code="RUN", sample_fixed=2)
    orders = [make_order(make_item(), 10, site=site) for _turn in range(9)]
    release(orders=orders, by=make_user("supervisor"))
    few = inspector.get("/quality/plans/RUN/1/?tab=process").content.decode()
    assert "Too few readings for limits" in few
    by = make_user("inspector")
    for turn, one in enumerate(Inspection.objects.order_by("pk")):
        middle = 10.4 if turn == 8 else 10
        readings = [
            Reading(characteristic=bore, sample=piece, value=str(middle + (0.02 if piece == 1 else -0.02)))
            for piece in (1, 2)
        ]
        record(inspection=one, readings=readings, by=by)
    page = inspector.get("/quality/plans/RUN/1/?tab=process").content.decode()
    last = Inspection.objects.order_by("pk").last()
    assert last is not None and f"beyond three sigma: {last.number}" in page
    assert "Means of 2" in page and "Cpk" in page and "UCL" in page
