"""The floor's pages: they open with data, in a bounded number of queries, and their forms call the services."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from execution import paper
from execution.models import Downtime, MaterialMove, PickList, PrintedDocument, Report
from execution.selectors import scanned
from execution.services.pick import pick
from execution.services.release import release
from execution.services.report import report
from planning.models import Operation, ProductionOrder
from strategies.models import InstructionStep, Item
from tests.execution.conftest import Plant, operations
from tests.factories import make_reason, make_resource, make_route, make_stock, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    browser = Client()
    browser.force_login(make_user("administrator"))
    return browser


@pytest.fixture
def busy(plant: Plant) -> Plant:
    """Ten orders: some firm, some released, one picked and reported on."""
    plant.fill(60)
    orders = [plant.order(5, number=f"MO-{number}") for number in range(1, 11)]
    lists = release(orders=orders[:4], by=plant.worker)
    pick(pick_list=lists[0], by=plant.worker)
    cut, _weld = operations(orders[0])
    report(operation=cut, good=Decimal(3), scrap=Decimal(1), reason=plant.reason, seconds=90, by=plant.worker)
    return plant


PAGES = (
    ("to-release", [], "Lacks 10 EA WHEEL"),
    ("dispatch", [], "Waits for parts"),
    ("pick-lists", [], "PK-000002"),
    ("pick-list", ["PK-000002"], "FRAME"),
    ("reports", [], "RP-"),
    ("downtimes", [], "Report a stop"),
)


@pytest.mark.parametrize(("name", "keys", "words"), PAGES, ids=[page[0] for page in PAGES])
def test_every_page_shows_its_data_in_few_queries(
    busy: Plant, client: Client, name: str, keys: list[str], words: str, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(60):
        page = client.get(reverse(f"execution:{name}", args=keys))
    assert page.status_code == 200
    assert words in page.content.decode()


def test_the_release_page_needs_no_more_queries_for_more_orders(
    busy: Plant, client: Client, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    url = reverse("execution:to-release")
    client.get(url)
    with CaptureQueriesContext(connection) as before:
        client.get(url)
    for number in range(20):
        busy.order(5, number=f"MO-X{number}")
    with django_assert_num_queries(len(before)):
        client.get(url)


def test_orders_are_released_from_the_list(busy: Plant, client: Client) -> None:
    order = ProductionOrder.objects.get(number="MO-5")
    answer = client.post(reverse("execution:to-release"), {"bulk": "release", "row": [order.pk]}, follow=True)
    assert "1 order released." in answer.content.decode()
    order.refresh_from_db()
    assert order.state == "released"


def test_a_shortage_comes_back_as_a_sentence(busy: Plant, client: Client) -> None:
    order = ProductionOrder.objects.get(number="MO-10")
    everything = ProductionOrder.objects.filter(state="firm")
    answer = client.post(
        reverse("execution:to-release"),
        {"bulk": "release", "row": [each.pk for each in everything]},
        follow=True,
    )
    assert "Free stock is short for" in answer.content.decode()
    order.refresh_from_db()
    assert order.state == "firm"


def test_a_report_is_typed_in(busy: Plant, client: Client) -> None:
    cut = Operation.objects.get(order__number="MO-1", number=10)
    url = reverse("execution:report", args=[cut.pk])
    assert "1 EA ready" in client.get(url).content.decode()
    over = client.post(url, {"good": "9"})
    assert over.status_code == 409
    assert "12 good would be more than the 5" in over.content.decode()
    assert client.post(url, {"good": "1", "minutes": "2.5", "finish": "on"}).status_code == 204
    row = Report.objects.order_by("-pk")[0]
    assert (row.good, row.seconds, row.finishes) == (1, 150, True)


def test_a_report_is_undone_on_its_page(busy: Plant, client: Client) -> None:
    row = Report.objects.get()
    page = client.get(reverse("execution:report-page", args=[row.number]))
    assert "Reported good" in page.content.decode()
    client.post(reverse("execution:undo", args=[row.pk]), {})
    assert Report.objects.filter(reverses=row).exists()
    assert "Undone" in client.get(reverse("execution:report-page", args=[row.number])).content.decode()


def test_a_pick_list_is_picked_in_part(busy: Plant, client: Client) -> None:
    pick_list = PickList.objects.get(number="PK-000002")
    line = pick_list.lines.get(material__item=busy.wheel)
    client.post(reverse("execution:pick-part", args=[pick_list.pk]), {f"line-{line.pk}": "4"})
    line.refresh_from_db()
    assert line.picked_quantity == 4
    many = client.post(reverse("execution:pick-part", args=[pick_list.pk]), {f"line-{line.pk}": "40"})
    assert many.status_code == 422


def test_what_is_weighed_and_counted_is_picked_in_part_with_its_pieces(plant: Plant, client: Client) -> None:
    weighed = {"catch_unit": make_unit("PC"), "catch_least": Decimal("0.5"), "catch_most": Decimal(2)}
    Item.objects.filter(pk=plant.wheel.pk).update(**weighed)
    plant.wheel.refresh_from_db()
    make_stock(plant.frame, 60, plant.places["STORE"])
    make_stock(plant.paint, 60, plant.places["STORE"])
    make_stock(plant.wheel, 60, plant.places["STORE"], catch_quantity=Decimal(50))
    (pick_list,) = release(orders=[plant.order(5)], by=plant.worker)
    line = pick_list.lines.get(material__item=plant.wheel)
    url = reverse("execution:pick-part", args=[pick_list.pk])
    page = client.get(url).content.decode()
    assert page.count("Pieces of") == 1
    no = client.post(url, {f"line-{line.pk}": "4", f"pieces-{line.pk}": "9"})
    assert no.status_code == 409
    assert 'value="9"' in no.content.decode()
    client.post(url, {f"line-{line.pk}": "4", f"pieces-{line.pk}": "3"})
    line.refresh_from_db()
    assert line.picked_quantity == 4
    assert MaterialMove.objects.get(pick_line=line).move.catch_quantity == 3


def test_a_stop_is_reported_and_ended(busy: Plant, client: Client) -> None:
    machine, reason = make_resource(busy.groups[0]), make_reason(kind="downtime")
    client.post(reverse("execution:went-down"), {"resource": machine.pk, "reason": reason.pk})
    row = Downtime.objects.get()
    client.post(reverse("execution:came-up", args=[row.pk]), {})
    row.refresh_from_db()
    assert row.ended_at is not None


def test_the_order_page_shows_reports_pick_lists_and_issues(busy: Plant, client: Client) -> None:
    order = ProductionOrder.objects.get(number="MO-1")
    floor = client.get(reverse("execution:order-floor", args=[order.pk])).content.decode()
    assert all(words in floor for words in ("RP-", "PK-000001", "MO-1 · 10"))
    issues = client.get(reverse("execution:order-issues", args=[order.pk])).content.decode()
    assert all(words in issues for words in ("FRAME", "WHEEL", "PK-000001"))


def test_who_reads_only_may_not_work(busy: Plant) -> None:
    buyer = Client()
    buyer.force_login(make_user("buyer"))
    assert buyer.get(reverse("execution:dispatch")).status_code == 200
    cut = Operation.objects.get(order__number="MO-1", number=10)
    assert buyer.get(reverse("execution:report", args=[cut.pk])).status_code == 403


def test_papers_are_printed_and_remembered(busy: Plant, client: Client) -> None:
    order = ProductionOrder.objects.get(number="MO-1")
    traveller = client.get(reverse("execution:traveller", args=[order.pk]))
    listed = client.get(reverse("execution:pick-paper", args=[PickList.objects.get(number="PK-000002").pk]))
    for answer in (traveller, listed):
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
    assert sorted(PrintedDocument.objects.values_list("kind", flat=True)) == ["pick_list", "traveller"]


def test_a_traveller_takes_long_instructions_and_any_script(plant: Plant) -> None:
    plant.product.name = "Fahrrad <rot> & 自転車 велосипед"
    plant.product.save()
    route = make_route(plant.product, [{"group": plant.groups[0]}], site=plant.site)
    step = route.operations.get()
    InstructionStep.objects.bulk_create(
        InstructionStep(operation=step, position=position, text="Tighten both nuts to 5 Nm. " * 6)
        for position in range(1, 40)
    )
    order = plant.order(operations=[{"group": plant.groups[0], "route_operation": step}])
    assert paper.traveller(order).startswith(b"%PDF-")


def test_printed_codes_are_understood_when_scanned(busy: Plant) -> None:
    operation = Operation.objects.select_related("order").get(order__number="MO-1", number=20)
    assert scanned(paper.operation_code(operation)) == operation
    assert scanned("mo-1") == operation.order
    assert scanned("MO-1-99") is None
    assert scanned("rubbish") is None
