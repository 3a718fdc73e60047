"""Co- and by-products in a report: expected, typed otherwise, scrapped, added, taken back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from execution import paper
from execution.came_out import came_out
from execution.models import OutputMove, Report, Variation
from execution.services.beside import Beside, expected_of
from execution.services.finish import finish
from execution.services.release import release
from execution.services.report import report
from execution.services.undo import undo
from p2p.core.models import Journal, User
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance
from planning.models import Operation, Output, ProductionOrder
from strategies.models import BomVersion, Site
from tests.core.paper.reading import pages
from tests.factories import (
    make_group,
    make_item,
    make_order,
    make_reason,
    make_site,
    make_stock,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def site() -> Site:
    return make_site("MILL")


@pytest.fixture
def worker(site: Site) -> User:
    return make_user("operator", site=site)


@pytest.fixture
def order(site: Site, worker: User) -> ProductionOrder:
    """Ten boards out of twenty kilos of wood; five chips (co, by lot) and one kilo of dust (by) come beside."""
    kilo = make_unit("KG", digits=3)
    wood = make_item("WOOD", unit=kilo)
    make_stock(wood, 100, site.locations.get(code="STORE"))
    row = make_order(
        make_item("BOARD"),
        10,
        site=site,
        number="MO-1",
        operations=[{"group": make_group(site, "SAW")}],
        materials={wood: 2},
    )
    row.materials.update(flushing="operation")
    chips, dust = make_item("CHIPS", tracking="lot"), make_item("DUST", unit=kilo)
    Output.objects.create(order=row, item=chips, unit=chips.unit, kind="co", quantity=5, cost_share=D("0.2"))
    Output.objects.create(order=row, item=dust, unit=kilo, kind="by", quantity=1, cost_share=0)
    Output.objects.filter(order=row, kind="main").update(cost_share=D("0.8"))
    release(orders=[row], by=None)
    return row


def sawing(order: ProductionOrder) -> Operation:
    return order.operations.get()


def saw(order: ProductionOrder, good: Any, *outputs: Beside, by: User | None = None, **also: Any) -> Report:
    return report(operation=sawing(order), good=D(good), outputs=outputs, by=by, **also)


def item(number: str) -> Any:
    return Output.objects.select_related("item__unit").get(item__number=number).item


def came(order: ProductionOrder) -> dict[str, Decimal]:
    return dict(order.outputs.values_list("item__number", "received_quantity"))


def test_what_is_not_said_comes_in_proportion(order: ProductionOrder) -> None:
    assert [(one.output.item.number, one.expected) for one in expected_of(order, D(4))] == [
        ("CHIPS", 2),
        ("DUST", D("0.4")),
    ]
    saw(order, 4)
    assert came(order) == {"BOARD": 4, "CHIPS": 2, "DUST": D("0.4")}
    assert not Variation.objects.exists()


def test_what_was_typed_is_not_levelled_by_later_reports(order: ProductionOrder) -> None:
    saw(order, 4, Beside(item=item("CHIPS"), quantity=D(5)), Beside(item=item("DUST"), quantity=D(0)))
    saw(order, 6)
    assert came(order) == {"BOARD": 10, "CHIPS": 8, "DUST": D("0.6")}
    assert problems() == []


def test_rounding_is_still_levelled_beside_what_was_typed(order: ProductionOrder) -> None:
    saw(order, 1)
    saw(order, 1, Beside(item=item("CHIPS"), quantity=D(3)))
    saw(order, 1)
    saw(order, 1)
    assert came(order)["CHIPS"] == 4


def test_an_undo_takes_back_exactly_what_was_said(order: ProductionOrder) -> None:
    first = saw(order, 4, Beside(item=item("CHIPS"), quantity=D(5), lot="RED", plate="LP-1"))
    saw(order, 2)
    undo(report=first, by=None)
    assert came(order) == {"BOARD": 2, "CHIPS": 1, "DUST": D("0.2")}
    assert not Balance.objects.filter(lot__number="RED", location__kind="store", quantity__gt=0).exists()
    saw(order, 4)
    assert came(order) == {"BOARD": 6, "CHIPS": 3, "DUST": D("0.6")}
    assert problems() == []


def test_each_has_its_own_lot_and_plate(order: ProductionOrder) -> None:
    saw(order, 4, Beside(item=item("CHIPS"), lot="RED", plate="LP-2"), plate="LP-1")
    there = Balance.objects.filter(
        location__code="STORE", quantity__gt=0, item__number__in=["BOARD", "CHIPS"]
    )
    assert set(there.values_list("item__number", "lot__number", "handling_unit__number", "quantity")) == {
        ("BOARD", None, "LP-1", 4),
        ("CHIPS", "RED", "LP-2", 2),
    }


def test_serial_numbers_of_a_co_product_are_named_or_made(order: ProductionOrder) -> None:
    crate = make_item("CRATE", tracking="serial")
    Output.objects.create(order=order, item=crate, unit=crate.unit, kind="co", quantity=5, cost_share=0)
    saw(order, 4, Beside(item=crate, serials=("A", "B")))
    with pytest.raises(Refused, match="Serial number C of CRATE is named twice"):
        saw(order, 4, Beside(item=crate, serials=("C", "C")))
    with pytest.raises(Refused, match="came in before"):
        saw(order, 4, Beside(item=crate, serials=("C", "A")))
    assert came(order)["CRATE"] == 2 and Report.objects.count() == 1
    saw(order, 2)
    assert came(order)["CRATE"] == 3


def test_pieces_of_a_weighed_by_product_are_counted(order: ProductionOrder) -> None:
    pieces = make_unit("SACK")
    sack = make_item("SAWDUST", unit=item("DUST").unit, catch_unit=pieces, catch_least=D(5),
                     catch_most=D(15))  # fmt: skip
    Output.objects.create(order=order, item=sack, unit=sack.unit, kind="by", quantity=20, cost_share=0)
    saw(order, 5, Beside(item=sack, catch_quantity=D(1)))
    move = OutputMove.objects.get(output__item=sack).move
    assert (move.quantity, move.catch_quantity) == (10, 1)


def test_scrap_of_a_co_product_names_its_reason_and_does_not_come_into_stock(order: ProductionOrder) -> None:
    with pytest.raises(Refused, match="Say why CHIPS is scrap"):
        saw(order, 4, Beside(item=item("CHIPS"), scrap=D(1)))
    saw(order, 4, Beside(item=item("CHIPS"), scrap=D(1), reason=make_reason("WET")))
    assert came(order)["CHIPS"] == 1
    kept = Variation.objects.get()
    assert (kept.expected, kept.quantity, kept.scrap, kept.reason.code) == (2, 1, 1, "WET")
    saw(order, 6)
    assert came(order)["CHIPS"] == 4


class TestAdding:
    def test_a_supervisor_adds_what_nobody_planned_with_a_share_of_the_cost(
        self, order: ProductionOrder, worker: User, site: Site
    ) -> None:
        bark = make_item("BARK")
        with pytest.raises(Refused, match="only a supervisor of MILL adds BARK"):
            saw(order, 2, Beside(item=bark, quantity=D(3)), by=worker)
        boss = make_user("supervisor", site=site)
        added = saw(order, 2, Beside(item=bark, quantity=D(3), kind="co", cost_share=D("0.1")), by=boss)
        row = order.outputs.get(item=bark)
        assert (row.planned, row.quantity, row.received_quantity, row.kind) == (False, 0, 3, "co")
        assert order.outputs.get(kind="main").cost_share == D("0.7")
        saw(order, 2, by=worker)
        assert came(order)["BARK"] == 3
        undo(report=added, by=boss)
        row.refresh_from_db()
        assert (row.received_quantity, row.cost_share) == (0, 0)
        assert order.outputs.get(kind="main").cost_share == D("0.8")
        assert problems() == []

    def test_what_was_added_and_taken_back_is_listed_no_more_and_may_come_as_another_kind(
        self, order: ProductionOrder, worker: User, site: Site
    ) -> None:
        bark, boss = make_item("BARK"), make_user("supervisor", site=site)
        added = saw(order, 2, Beside(item=bark, quantity=D(3), kind="co"), by=boss)
        with pytest.raises(Refused, match="BARK comes out of .* as a co-product already"):
            saw(order, 2, Beside(item=bark, quantity=D(1), kind="by"), by=boss)
        assert "BARK" in {one.output.item.number for one in came_out(order)}
        undo(report=added, by=boss)
        assert "BARK" not in {one.output.item.number for one in came_out(order)}
        assert "BARK" not in {one.output.item.number for one in expected_of(order, D(2))}
        with pytest.raises(Refused, match="stays one"):
            saw(order, 2, Beside(item=bark, quantity=D(3), kind="by"), by=worker)
        saw(order, 2, Beside(item=bark, quantity=D(3), kind="by"), by=boss)
        assert order.outputs.get(item=bark).kind == "by"
        assert came(order)["BARK"] == 3

    def test_everybody_may_where_the_bill_is_a_formula(self, order: ProductionOrder, worker: User) -> None:
        bill = BomVersion.objects.create(item=order.item, version=1, kind="formula")
        ProductionOrder.objects.filter(pk=order.pk).update(bom=bill)
        saw(order, 2, Beside(item=make_item("BARK"), quantity=D(3)), by=worker)
        assert came(order)["BARK"] == 3

    def test_an_undo_leaves_the_share_that_another_report_said(
        self, order: ProductionOrder, site: Site
    ) -> None:
        boss, bark = make_user("supervisor", site=site), make_item("BARK")
        saw(order, 2, Beside(item=bark, quantity=D(3), cost_share=D("0.1")), by=boss)
        second = saw(order, 2, Beside(item=bark, quantity=D(1), cost_share=D("0.3")), by=boss)
        assert order.outputs.get(item=bark).cost_share == D("0.3")
        undo(report=second, by=boss)
        assert order.outputs.get(item=bark).cost_share == D("0.1")
        assert order.outputs.get(kind="main").cost_share == D("0.7")

    @pytest.mark.parametrize(
        "said, sentence",
        [
            ({"item": "WOOD", "quantity": D(1)}, "WOOD is a component of MO-1"),
            ({"item": "BOARD", "quantity": D(1)}, "BOARD is what MO-1 makes"),
            ({"item": "BARK"}, "Type how much of BARK came out"),
            ({"item": "BARK", "quantity": D(-1)}, "-1 is no quantity of BARK"),
            ({"item": "BARK", "quantity": D("NaN")}, "NaN is no quantity of BARK"),
            ({"item": "BARK", "quantity": D("0.5")}, "has more digits than"),
            ({"item": "BARK", "quantity": D(1), "lot": "L"}, "BARK is not tracked"),
            ({"item": "BARK", "quantity": D(1), "cost_share": D("0.9")}, "would carry 110 % of its cost"),
            ({"item": "BARK", "quantity": D(1), "cost_share": D(2)}, "between 0 and 100 %"),
            ({"item": "CHIPS", "cost_share": D("0.5")}, "was planned with the order"),
            ({"item": "CHIPS", "quantity": D(0), "lot": "L"}, "Nothing of CHIPS comes into stock"),
            ({"item": "DUST", "quantity": D("0.0005")}, "has more digits than"),
        ],
    )
    def test_what_cannot_be_is_refused_in_one_sentence_and_nothing_is_booked(
        self, order: ProductionOrder, site: Site, said: dict[str, Any], sentence: str
    ) -> None:
        make_item("BARK")
        named = {**said, "item": type(order.item).objects.select_related("unit").get(number=said["item"])}
        with pytest.raises(Refused, match=sentence):
            saw(order, 2, Beside(**named), by=make_user("supervisor", site=site))
        assert not Report.objects.exists() and not OutputMove.objects.exists()
        assert not Output.objects.filter(planned=False).exists()

    def test_an_item_is_named_once(self, order: ProductionOrder) -> None:
        with pytest.raises(Refused, match="CHIPS is named twice"):
            saw(order, 2, Beside(item=item("CHIPS")), Beside(item=item("CHIPS")))


def test_nothing_comes_out_before_the_last_operation(site: Site) -> None:
    group = make_group(site)
    order = make_order(
        make_item(), 5, site=site, number="MO-2", operations=[{"group": group}, {"group": group}]
    )
    release(orders=[order], by=None)
    first = order.operations.get(number=10)
    with pytest.raises(Refused, match="comes out at"):
        report(operation=first, good=D(1), outputs=[Beside(item=make_item(), quantity=D(1))], by=None)


def test_co_products_are_reported_alone_and_ends_respect_them(order: ProductionOrder) -> None:
    saw(order, 10, Beside(item=item("CHIPS"), quantity=D(2)))
    saw(order, 0, Beside(item=item("CHIPS"), quantity=D(1)), finish=True)
    assert came(order) == {"BOARD": 10, "CHIPS": 3, "DUST": 1}
    finish(orders=[order], by=None)
    assert came(order)["CHIPS"] == 3
    assert problems() == []


def test_the_journal_says_what_came_otherwise(order: ProductionOrder) -> None:
    saw(order, 4, Beside(item=item("CHIPS"), quantity=D(5)))
    told = Journal.objects.filter(fact="execution.Reported").latest("pk")
    assert told.payload["beside"] == "CHIPS 5 of 2"


def test_the_orders_page_the_reports_page_and_the_route_card_say_expected_and_reported(
    order: ProductionOrder, client: Client, worker: User
) -> None:
    row = saw(order, 4, Beside(item=item("CHIPS"), quantity=D(1), scrap=D(1), reason=make_reason("WET")))
    client.force_login(worker)
    shown = client.get(reverse("execution:order-floor", args=[order.pk])).content.decode()
    assert "Expected by now" in shown and "Came out otherwise than expected" in shown and "WET" in shown
    assert [
        (one.output.item.number, one.expected, one.scrap, one.difference) for one in came_out(order)[1:]
    ] == [
        ("CHIPS", 2, 1, -1),
        ("DUST", D("0.4"), 0, 0),
    ]
    assert (
        "Came out otherwise than expected" in client.get(f"/execution/reports/{row.number}/").content.decode()
    )
    [page] = pages(paper.traveller(order))
    assert "Comes out beside" in page and "CHIPS" in page and "5" in page
    undo(report=row, by=None)
    assert came_out(order)[1].scrap == 0
    assert "Undone" in client.get(reverse("execution:order-floor", args=[order.pk])).content.decode()


def test_a_plain_report_asks_the_database_nothing_more(order: ProductionOrder) -> None:
    order.outputs.exclude(kind="main").delete()
    with CaptureQueriesContext(connection) as asked:
        saw(order, 1)
    assert not [one for one in asked if "execution_variation" in one["sql"]]
