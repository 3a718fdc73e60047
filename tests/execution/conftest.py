"""A small plant: two work centres, three components in the store, one product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from p2p.core.models import User
from p2p.inventory.models import Balance
from planning.models import Material, Operation, ProductionOrder
from strategies.models import Item, Location, ReasonCode, ResourceGroup, Site
from tests.factories import (
    make_group,
    make_item,
    make_location,
    make_locations,
    make_order,
    make_reason,
    make_site,
    make_stock,
    make_user,
)

FLUSHED = "operation"


@dataclass
class Plant:
    """`order()` makes an order of two operations for the product; stock is in STORE."""

    site: Site
    places: dict[str, Location]
    groups: list[ResourceGroup]
    product: Item
    frame: Item
    wheel: Item
    paint: Item
    worker: User
    reason: ReasonCode

    def order(
        self,
        quantity: Any = 10,
        *,
        flushing: str = "manual",
        operations: Sequence[dict[str, Any]] | None = None,
        **also: Any,
    ) -> ProductionOrder:
        """1 frame and 2 wheels a piece at the first operation, 0.1 paint at the second."""
        steps = operations or [{"group": self.groups[0]}, {"group": self.groups[1]}]
        order = make_order(
            self.product,
            quantity,
            site=self.site,
            operations=steps,
            materials={self.frame: 1, self.wheel: 2, self.paint: Decimal("0.1")},
            **also,
        )
        Material.objects.filter(order=order).update(flushing=flushing)
        last = Operation.objects.filter(order=order).order_by("number").last()
        Material.objects.filter(order=order, item=self.paint).update(operation=last)
        return order

    def fill(self, quantity: Any = 1000) -> None:
        for item in (self.frame, self.wheel, self.paint):
            make_stock(item, quantity, self.places["STORE"])

    def there(self, item: Item, place: str = "STORE") -> Decimal:
        row = Balance.objects.filter(item=item, location=self.places[place]).first()
        return row.quantity if row else Decimal(0)


def build_plant() -> Plant:
    site = make_site("MAIN", locations=False)
    make_location(site, code="LINE", kind="line_side")
    places = make_locations(site, "STORE")
    from tests.factories import make_unit

    litre = make_unit("L", digits=2)
    return Plant(
        site=site,
        places=places,
        groups=[make_group(site, "CUT"), make_group(site, "WELD")],
        product=make_item("BIKE"),
        frame=make_item("FRAME"),
        wheel=make_item("WHEEL"),
        paint=make_item("PAINT", unit=litre),
        worker=make_user("operator", username="ann"),
        reason=make_reason("BENT"),
    )


@pytest.fixture
def plant(db: Any) -> Plant:
    return build_plant()


def operations(order: ProductionOrder) -> list[Operation]:
    return list(Operation.objects.filter(order=order).select_related("order").order_by("number"))
