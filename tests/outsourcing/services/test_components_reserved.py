"""Components that go to a vendor: what is reserved for their order goes first, what is reserved for others stays."""

from __future__ import annotations

from decimal import Decimal

import pytest

from execution.services.release import release
from outsourcing import selectors
from outsourcing.models import SubcontractOrder
from outsourcing.services import dispatch as dispatching
from outsourcing.services import loading
from outsourcing.services import order as ordering
from outsourcing.services import receive as receiving
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Reservation
from p2p.inventory.services.allocation import allocate
from p2p.inventory.services.needs import Need
from planning.models import Material, ProductionOrder
from strategies.models import BomLine, Item, Location, Site, Vendor
from tests.factories import (
    make_item,
    make_locations,
    make_order,
    make_site,
    make_stock,
    make_user,
    make_vendor,
    make_vendor_price,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN", locations=False)


@pytest.fixture
def places(site: Site) -> dict[str, Location]:
    return make_locations(site, "STORE", "FAR")


@pytest.fixture
def buyer() -> User:
    return make_user("buyer")


@pytest.fixture
def vendor() -> Vendor:
    return make_vendor("PLATER", name="Platers Ltd", email="o@platers.example", subcontractor=True)


@pytest.fixture
def tube(places: dict[str, Location]) -> Item:
    """Twenty in each of two stores."""
    item = make_item("TUBE")
    for code in ("STORE", "FAR"):
        make_stock(item, 20, places[code])
    return item


@pytest.fixture
def order(site: Site, vendor: Vendor, tube: Item) -> ProductionOrder:
    """Ten plated frames of two tubes each; all of it is done by the vendor."""
    frame = make_item("FRAME")
    make_vendor_price(vendor, frame, "2", operation_number=10)
    return make_order(
        frame, 10, site=site, operations=[{"outside": True, "vendor": vendor}], materials={tube: 2}
    )


def kept(order: ProductionOrder, item: Item, quantity: int, place: Location | None = None) -> None:
    need = Need(
        item=item, quantity=Decimal(quantity), site=order.site, location=place, reference=order.number
    )
    allocate(needs=[need], by=None)


def reserved(reference: str) -> list[tuple[str, Decimal]]:
    rows = Reservation.objects.filter(reference=reference).order_by("location__code")
    return list(rows.values_list("location__code", "quantity"))


def there(item: Item) -> dict[str, Decimal]:
    rows = Balance.objects.filter(item=item).exclude(quantity=0).order_by("location__code")
    return {row.location.code: row.quantity for row in rows.select_related("location")}


def ready(order: ProductionOrder, by: User) -> SubcontractOrder:
    release(orders=[order], by=by)
    found = SubcontractOrder.objects.get(lines__operation__order=order)
    ordering.send(order=found, by=by)
    return found


def test_what_is_reserved_for_the_order_goes_and_nothing_stays_reserved(
    order: ProductionOrder, tube: Item, places: dict[str, Location], buyer: User
) -> None:
    kept(order, tube, 15, places["FAR"])
    note = dispatching.dispatch(order=ready(order, buyer), by=buyer)
    assert reserved(order.number) == []
    assert there(tube) == {"FAR": 5, "STORE": 15, "V-PLATER": 20}
    line = note.lines.get().line
    receiving.receive(order=line.order, lines=[receiving.Back(line=line, good=Decimal(10))], by=buyer)
    assert there(tube) == {"FAR": 5, "STORE": 15}
    assert problems() == []


@pytest.mark.parametrize("kind", BomLine.FROM_STOCK)
def test_what_is_ours_goes_along_and_is_used_up_as_the_pieces_come_back(
    kind: str, order: ProductionOrder, tube: Item, buyer: User
) -> None:
    Material.objects.filter(order=order).update(kind=kind)
    subcontract = ready(order, buyer)
    assert subcontract in {line.order for line in selectors.to_send()}
    note = dispatching.dispatch(order=subcontract, by=buyer)
    assert there(tube)["V-PLATER"] == 20
    line = note.lines.get().line
    receiving.receive(order=note.order, lines=[receiving.Back(line=line, good=Decimal(10))], by=buyer)
    assert sum(there(tube).values()) == 20
    assert problems() == []


def test_of_what_the_vendor_has_itself_nothing_is_sent(
    order: ProductionOrder, tube: Item, buyer: User
) -> None:
    Material.objects.filter(order=order).update(kind="vendor")
    assert ready(order, buyer) not in {line.order for line in selectors.to_send()}


def test_a_note_taken_back_reserves_again_what_was_reserved(
    order: ProductionOrder, tube: Item, places: dict[str, Location], buyer: User
) -> None:
    kept(order, tube, 15, places["FAR"])
    note = dispatching.dispatch(order=ready(order, buyer), by=buyer)
    dispatching.undo(dispatch=note, by=buyer)
    assert reserved(order.number) == [("FAR", 15)]
    assert there(tube) == {"FAR": 20, "STORE": 20}
    again = dispatching.dispatch(order=note.order, by=buyer)
    assert (reserved(order.number), there(tube)) == ([], {"FAR": 5, "STORE": 15, "V-PLATER": 20})
    dispatching.undo(dispatch=again, by=buyer)
    assert reserved(order.number) == [("FAR", 15)]
    assert problems() == []


def test_an_order_that_is_over_gets_nothing_reserved_again(
    order: ProductionOrder, tube: Item, places: dict[str, Location], buyer: User
) -> None:
    kept(order, tube, 15, places["FAR"])
    note = dispatching.dispatch(order=ready(order, buyer), by=buyer)
    ProductionOrder.objects.filter(pk=order.pk).update(state="finished")
    dispatching.undo(dispatch=note, by=buyer)
    assert reserved(order.number) == []
    assert there(tube) == {"FAR": 20, "STORE": 20}


def test_what_another_order_holds_is_not_sent(
    order: ProductionOrder, tube: Item, site: Site, buyer: User
) -> None:
    other = make_order(make_item(), 1, site=site)
    found = ready(order, buyer)
    kept(other, tube, 25)
    with pytest.raises(Refused, match="short of: 5 EA TUBE"):
        dispatching.dispatch(order=found, by=buyer)
    assert sum(quantity for _place, quantity in reserved(other.number)) == 25
    assert set(there(tube)) == {"FAR", "STORE"}


def test_a_reservation_elsewhere_than_the_components_place_is_named_and_not_doubled(
    order: ProductionOrder, tube: Item, places: dict[str, Location], site: Site, buyer: User
) -> None:
    Material.objects.filter(order=order).update(location=places["STORE"])
    kept(order, tube, 20, places["FAR"])
    found = ready(order, buyer)
    kept(make_order(make_item(), 1, site=site), tube, 20, places["STORE"])
    with pytest.raises(Refused) as told:
        dispatching.dispatch(order=found, by=buyer)
    assert str(told.value) == (
        f"20 EA of TUBE are reserved for {order.number} at FAR, but are taken from STORE, where too little is free:"
        " bring them there, or give the reservation back."
    )


def test_a_reservation_elsewhere_is_free_once_the_components_place_has_served_the_order(
    order: ProductionOrder, tube: Item, places: dict[str, Location], buyer: User
) -> None:
    Material.objects.filter(order=order).update(location=places["STORE"])
    kept(order, tube, 12, places["FAR"])
    dispatching.dispatch(order=ready(order, buyer), by=buyer)
    assert there(tube)["FAR"] == 20
    assert reserved(order.number) == []
    assert problems() == []


def test_a_note_holds_its_stock_before_it_takes_its_number(
    order: ProductionOrder, buyer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A delivery to a customer takes from the same series once it holds its stock: the other way round, the two would
    wait for each other."""
    subcontract, steps = ready(order, buyer), []
    for module, name in ((loading, "share_out"), (dispatching, "take_numbers")):
        real = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda real=real, name=name, **given: (steps.append(name), real(**given))[1]
        )
    note = dispatching.dispatch(order=subcontract, by=buyer)
    assert steps[:2] == ["share_out", "take_numbers"] and note.number == "DN-000001"
