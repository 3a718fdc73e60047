"""Where components are taken from and products are put: the first that names a place decides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from execution.models import PickLine, WipMove
from execution.services.ends import input_place, output_place
from execution.services.release import release
from execution.services.report import report
from planning.models import Material, Operation, ProductionOrder
from strategies.models import ProductionUnit
from tests.execution.conftest import Plant, operations
from tests.factories import make_location, make_resource, make_stock


class Ends:
    """One order whose first operation runs on a machine of a group of a hall; each may have places."""

    def __init__(self, plant: Plant, **order: Any) -> None:
        self.plant, self.site = plant, plant.site
        self.hall = ProductionUnit.objects.create(site=self.site, code="HALL", name="Hall")
        self.group = plant.groups[0]
        self.group.production_unit = self.hall
        self.group.save()
        self.machine = make_resource(self.group)
        self.order = plant.order(10, operations=[{"group": self.group, "resource": self.machine}], **order)

    def set(self, record: Any, column: str, code: str, kind: str = "line_side") -> Any:
        place = make_location(self.site, code=code, kind=kind)
        setattr(record, column, place)
        record.save()
        return place

    @property
    def step(self) -> Operation:
        return Operation.objects.get(order=self.order)

    @property
    def material(self) -> Material:
        return Material.objects.filter(order=self.order).order_by("position")[0]

    def taken_from(self) -> Any:
        return input_place(self.material, self.step)

    def put_to(self) -> Any:
        order = ProductionOrder.objects.get(pk=self.order.pk)
        return output_place(order, self.step, self.plant.places["STORE"])


@pytest.fixture
def ends(plant: Plant) -> Ends:
    return Ends(plant)


def test_components_come_from_the_line_the_machine_the_group_the_hall_in_this_order(ends: Ends) -> None:
    assert ends.taken_from() is None
    for record, code in ((ends.hall, "HALL-IN"), (ends.group, "GROUP-IN"), (ends.machine, "MACHINE-IN")):
        place = ends.set(record, "input_location", code)
        assert ends.taken_from() == place
    row = ends.material
    place = ends.set(row, "location", "LINE-IN")
    assert ends.taken_from() == place


def test_a_place_copied_from_the_group_gives_way_to_the_machines(ends: Ends) -> None:
    place = ends.set(ends.group, "input_location", "GROUP-IN")
    Material.objects.filter(order=ends.order).update(location=place)
    machines = ends.set(ends.machine, "input_location", "MACHINE-IN")
    assert ends.taken_from() == machines


def test_products_go_to_the_orders_place_the_machines_the_groups_the_halls_in_this_order(ends: Ends) -> None:
    ProductionOrder.objects.filter(pk=ends.order.pk).update(output_location=None)
    assert ends.put_to() == ends.plant.places["STORE"]
    for record, code in ((ends.hall, "HALL-OUT"), (ends.group, "GROUP-OUT"), (ends.machine, "MACHINE-OUT")):
        place = ends.set(record, "output_location", code)
        assert ends.put_to() == place
    place = make_location(ends.site, code="ORDER-OUT")
    ProductionOrder.objects.filter(pk=ends.order.pk).update(output_location=place)
    assert ends.put_to() == place


def test_a_report_puts_pieces_and_products_where_the_machine_says(ends: Ends) -> None:
    ends.plant.fill()
    ProductionOrder.objects.filter(pk=ends.order.pk).update(output_location=None)
    place = ends.set(ends.machine, "output_location", "MACHINE-OUT", kind="store")
    release(orders=[ends.order], by=ends.plant.worker)
    report(operation=operations(ends.order)[0], good=Decimal(10), by=ends.plant.worker)
    assert ends.plant.places["STORE"] != place
    assert {row.location for row in WipMove.objects.filter(kind="reported")} == {place}
    ends.plant.places["MACHINE-OUT"] = place
    assert ends.plant.there(ends.plant.product, "MACHINE-OUT") == 10


def test_a_pick_takes_from_the_machines_place_first_and_from_the_store_the_rest(ends: Ends) -> None:
    ends.plant.fill()
    place = ends.set(ends.group, "input_location", "GROUP-IN")
    Material.objects.filter(order=ends.order).update(location=place)
    make_stock(ends.plant.frame, 4, place)
    release(orders=[ends.order], by=ends.plant.worker)
    rows = PickLine.objects.filter(material__item=ends.plant.frame).values_list("location__code", "quantity")
    assert sorted(rows) == [("GROUP-IN", Decimal(4)), ("STORE", Decimal(6))]
