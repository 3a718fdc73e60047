"""The scrap of a resource comes with it into an operation, and counts from there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from planning.services.order import create_order
from strategies.models import RouteOperation, RouteVersion, StandardOperation
from strategies.services import library
from strategies.services.importer import Table, take_in
from strategies.services.routeoperations import add_operation, change_operation, put_operation
from strategies.services.routes import OperationInput, TimesInput, draft_route, input_of
from tests.factories import make_group, make_item, make_resource, make_site, make_user

D = Decimal
pytestmark = pytest.mark.django_db


class Shop:
    """A saw that loses a tenth, a mill that loses a fifth, and a bench that loses nothing."""

    def __init__(self) -> None:
        self.by, self.site = make_user("administrator"), make_site("SHOP")
        self.group = make_group(self.site, "CUT", resources=0)
        self.saw = make_resource(self.group, "SAW", scrap_fraction=D("0.1"))
        self.mill = make_resource(self.group, "MILL", scrap_fraction=D("0.2"))
        self.bench = make_resource(self.group, "BENCH")
        self.item = make_item("ROD", policy={"supply": "make"})
        self.route: RouteVersion = draft_route(item=self.item, site=self.site, by=self.by)

    def put(self, **said: Any) -> RouteOperation:
        return put_operation(
            route=self.route,
            operation=OperationInput(number=10, name="Cut", group=self.group, **said),
            by=self.by,
        )

    def change(self, row: RouteOperation, **said: Any) -> D:
        row.refresh_from_db()
        now = {field: getattr(input_of(row), field) for field in OperationInput.__dataclass_fields__}
        return change_operation(
            operation=row, to=OperationInput(**{**now, **said}), by=self.by
        ).scrap_fraction


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_a_chosen_resource_brings_its_scrap_and_what_was_entered_stays(shop: Shop) -> None:
    row = add_operation(route=shop.route, name="Cut", by=shop.by)
    assert row.scrap_fraction == 0
    assert shop.change(row, group=shop.group, resource=shop.saw) == D("0.1")
    assert shop.change(row, resource=shop.mill) == D("0.2")
    assert shop.change(row, resource=shop.bench) == 0
    assert shop.change(row, resource=shop.saw) == D("0.1")
    assert shop.change(row, scrap_fraction=D("0.05")) == D("0.05")
    assert shop.change(row, resource=shop.mill) == D("0.05")
    assert shop.change(row, scrap_fraction=None) == D("0.2")
    assert shop.change(row, resource=None) == 0
    shop.saw.scrap_fraction = D("0.5")
    shop.saw.save()
    assert shop.change(row, name="Saw") == 0


def test_an_operation_that_is_new_takes_it_unless_it_says_otherwise(shop: Shop) -> None:
    assert shop.put(resource=shop.saw).scrap_fraction == D("0.1")
    operations = [
        OperationInput(number=10, name="A", resource=shop.saw, scrap_fraction=D(0)),
        OperationInput(number=20, name="B", resource=shop.saw),
        OperationInput(number=30, name="C"),
    ]
    route = draft_route(item=make_item(), site=shop.site, operations=operations, by=shop.by)
    assert [row.scrap_fraction for row in route.operations.order_by("number")] == [0, D("0.1"), 0]


def test_the_library_takes_it_and_routes_copy_what_the_library_has(shop: Shop) -> None:
    kept = library.save_standard(code="CUT", times=TimesInput(name="Cut", resource=shop.saw), by=shop.by)
    assert kept.scrap_fraction == D("0.1")
    taken = library.take_from_library(route=shop.route, standard=kept, by=shop.by)
    assert taken.scrap_fraction == D("0.1")
    times = TimesInput(name="Cut", resource=shop.mill, scrap_fraction=D("0.1"))
    assert library.save_standard(standard=kept, code="CUT", times=times, by=shop.by).scrap_fraction == D(
        "0.2"
    )


def test_it_counts_in_what_an_order_starts_with(shop: Shop) -> None:
    shop.put(resource=shop.saw)
    RouteVersion.objects.update(state="active")
    order = create_order(
        site=shop.site, item=shop.item, quantity=D(90), start_on=date(2026, 3, 2), due_on=date(2026, 3, 6),
        by=shop.by,
    )  # fmt: skip
    assert order.operations.get().quantity == 100


def test_rest_takes_it_when_the_resource_is_named(shop: Shop, client: Any) -> None:
    client.force_login(shop.by)
    row = add_operation(route=shop.route, name="Cut", by=shop.by)
    body = {"group": "SHOP/CUT", "resource": "SHOP/SAW"}
    url = f"/api/v1/strategies/route-operations/{row.pk}/"
    answer = client.patch(url, body, "application/json", headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json().get("scrap_fraction")) == (200, "0.1"), answer.content


def test_the_designer_leaves_it_to_the_resource_where_the_field_is_empty(shop: Shop, client: Any) -> None:
    client.force_login(shop.by)
    row = shop.put(scrap_fraction=D("0.3"))
    form = {"act": "save", "open": 10, "number": "10", "name": "Cut", "group": shop.group.pk,
            "resource": shop.mill.pk, "setup_seconds": "0", "run_seconds": "0", "run_basis": "piece",
            "run_quantity": "1", "scrap_fraction": "", "priority": "1"}  # fmt: skip
    answer = client.post(f"/strategies/routes/{shop.route.pk}/design/", form)
    row.refresh_from_db()
    assert (answer.status_code, row.scrap_fraction) == (200, D("0.2")), answer.content[:3000]


@pytest.mark.parametrize(("column", "cell", "found"), [("", "", "0.1"), ("scrap_fraction", "0", "0")])
def test_a_file_without_a_column_of_scrap_takes_it(shop: Shop, column: str, cell: str, found: str) -> None:
    heads = ["group_site", "group", "resource", *column.split()]

    def row(resource: str) -> list[str]:
        return ["SHOP", "CUT", resource, *cell.split()]

    taken = take_in(
        [
            Table("standard_operations", ["code", "name", *heads], [(2, ["CUT", "Cut", *row("SAW")])]),
            Table(
                "route_operations",
                ["item", "site", "version", "number", "name", *heads],
                [
                    (2, ["ROD", "SHOP", "1", "10", "Cut", *row("SAW")]),
                    (3, ["ROD", "SHOP", "1", "20", "Look", *row("BENCH")]),
                ],
            ),
        ],
        by=None,
    )
    assert not [one for one in taken.problems if one.level == "error"], list(taken.problems)
    assert StandardOperation.objects.get().scrap_fraction == D(found)
    scraps = RouteOperation.objects.order_by("number").values_list("scrap_fraction", flat=True)
    assert list(scraps) == [D(found), 0]
