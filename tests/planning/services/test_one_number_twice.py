"""Two systems give one number to lines of their own: what is kept for the one is not the other's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from p2p.inventory.models import Move, Reservation, SoftReservation
from p2p.inventory.services.claims import claim
from p2p.inventory.services.needs import Need
from p2p.inventory.services.reservations import reserve
from planning.models import Demand, DemandMove
from planning.selectors.goods import to_deliver
from planning.services.delivered import take_back
from planning.services.delivery import DeliveryLine, deliver
from planning.services.demand import cancel_demand, change_demand, create_demand
from planning.services.demand_bulk import DemandRow, put_demand
from tests.factories import make_item, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db
D, DAY = Decimal, date(2026, 3, 2)


@pytest.fixture
def site():
    return make_site("PLANT")


@pytest.fixture
def item(site):
    found = make_item("BIKE")
    make_stock(found, 30, site.locations.get(code="STORE"))
    return found


def want(site, item, system="", **also):
    return create_demand(
        number="SO-1", site=site, item=item, quantity=D(5), ordered_on=DAY, due_on=DAY, source_system=system,
        by=None, **also,
    )  # fmt: skip


def keep(demand, quantity):
    need = Need(item=demand.item, quantity=D(quantity), site=demand.site, reference=demand.reference)
    reserve(needs=[need], by=None)
    claim(needs=[need], by=None)


def kept():
    return sorted(Reservation.objects.values_list("reference", "quantity"))


@pytest.fixture
def pair(site, item):
    """The shop's line and the one of the other system, two and three kept for them."""
    pair = want(site, item), want(site, item, "ERP")
    for demand, quantity in zip(pair, (2, 3), strict=True):
        keep(demand, quantity)
    return pair


def test_the_first_goes_by_its_number_the_next_says_whose_it_is(site, item):
    assert want(site, item).reference == "SO-1/1"
    assert want(site, item, "ERP").reference == "SO-1/1 (ERP)"
    assert want(site, item, kind="service").reference == "SO-1/1 (service)"
    assert want(site, item, line=2).reference == "SO-1/2"
    clash = want(site, item, "ERP", kind="service")
    assert clash.reference == f"SO-1/1 ({clash.pk})"
    assert {str(row) for row in Demand.objects.filter(line=1)} == {"SO-1/1"}


def test_the_longest_numbers_fit(site, item):
    long = {"number": "N" * 40, "line": 2147483647}
    rows = [
        create_demand(
            site=site,
            item=item,
            quantity=D(1),
            ordered_on=DAY,
            due_on=DAY,
            source_system=system,
            by=None,
            **long,
        )
        for system in ("", "S" * 40)
    ]
    assert [row.reference for row in rows] == [str(rows[0]), f"{str(rows[0])[:38]} ({rows[1].pk})"]


def test_lines_that_come_by_the_thousand_have_theirs_and_keep_it(site, item):
    row = DemandRow(
        number="SO-9",
        site=site.pk,
        item=item.pk,
        unit=item.unit_id,
        quantity=D(1),
        ordered_on=DAY,
        due_on=DAY,
    )
    both = [replace(row, source_system=system) for system in ("ERP", "SHOP")]
    put_demand(rows=both, by=None)
    put_demand(rows=[replace(one, quantity=D(4)) for one in reversed(both)], by=None)
    found = Demand.objects.order_by("source_system").values_list("source_system", "reference", "quantity")
    assert {reference for _system, reference, _quantity in found} in (
        {"SO-9/1", "SO-9/1 (SHOP)"},
        {"SO-9/1", "SO-9/1 (ERP)"},
    )
    assert [quantity for _system, _reference, quantity in found] == [4, 4]


def test_each_delivers_what_is_kept_for_it_and_gets_it_back(pair):
    first, other = pair
    deliver(lines=[DeliveryLine(demand=other, quantity=D(3))], by=None)
    assert kept() == [("SO-1/1", 2)]
    assert Move.objects.get(kind="delivery").reference == "SO-1/1 (ERP)"
    take_back(deliveries=list(DemandMove.objects.all()), by=None)
    assert kept() == [("SO-1/1", 2), ("SO-1/1 (ERP)", 3)]


def test_one_that_is_cancelled_gives_back_its_own_alone(pair):
    cancel_demand(demands=[pair[0]], by=None)
    assert kept() == [("SO-1/1 (ERP)", 3)]
    assert list(SoftReservation.objects.values_list("reference", flat=True)) == ["SO-1/1 (ERP)"]


def test_one_that_wants_less_keeps_less_and_the_other_what_it_had(pair):
    change_demand(demand=pair[1], quantity=D(1), by=None)
    assert kept() == [("SO-1/1", 2), ("SO-1/1 (ERP)", 1)]


def test_the_desk_shows_for_each_what_is_reserved_for_it(pair):
    found = {row.reference: row.reserved for row in to_deliver(today=DAY)}
    assert found == {"SO-1/1": 2, "SO-1/1 (ERP)": 3}


def test_over_rest_one_of_two_is_named_by_its_reference_or_its_id(pair, client):
    client.force_login(make_user("planner"))

    def send(demand):
        body = {"lines": [{"demand": demand, "quantity": "1"}]}
        return client.post("/api/v1/planning/deliveries/deliver/", body, content_type="application/json")

    refused = send("SO-1/1")
    assert refused.status_code == 400
    assert f"{pair[0].pk} (sales), {pair[1].pk} (ERP)" in refused.content.decode()
    assert send("SO-1/1 (ERP)").status_code == 200
    assert kept() == [("SO-1/1", 2), ("SO-1/1 (ERP)", 2)]
