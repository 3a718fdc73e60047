"""Demand lines: one at a time, and a whole import at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from p2p.core.models import Journal
from p2p.core.refusal import Refused
from p2p.core.web import formats
from p2p.inventory.models import Reservation, SoftReservation
from p2p.inventory.services.claims import claim
from p2p.inventory.services.reservations import Need, reserve
from planning.models import Demand
from planning.services.delivery import DeliveryLine, deliver
from planning.services.demand import cancel_demand, change_demand, create_demand, reopen_demand
from planning.services.demand_bulk import DemandRow, PutResult, put_demand
from tests.factories import make_item, make_site, make_stock, make_unit

pytestmark = pytest.mark.django_db
TODAY, DUE = date(2026, 3, 1), date(2026, 3, 20)


def enter(**also):
    values = {"number": "SO1", "quantity": Decimal(5), "due_on": DUE, "ordered_on": TODAY, "by": None, **also}
    values.setdefault("site", make_site())
    values.setdefault("item", make_item())
    return create_demand(**values)


def row(site, item, **also):
    return DemandRow(
        **{
            "number": "SO1", "site": site.pk, "item": item.pk, "unit": item.unit_id, "quantity": Decimal(5),
            "ordered_on": TODAY, "due_on": DUE, **also,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"quantity": Decimal(0)}, "Demand SO1/1: the quantity must be above 0."),
        ({"quantity": Decimal("1.5")}, "1.5 EA has more digits than the unit allows (0 after the point)."),
        (
            {"due_on": date(2026, 2, 1)},
            f"Demand SO1/1: it is due on {formats.day(date(2026, 2, 1))}, "
            f"before it was ordered on {formats.day(date(2026, 3, 1))}.",
        ),
    ],
)
def test_a_line_that_makes_no_sense_is_refused_in_one_sentence(wrong, sentence):
    with pytest.raises(Refused) as no:
        enter(**wrong)
    assert str(no.value) == sentence
    assert not Demand.objects.exists()


def test_a_unit_without_conversion_is_refused_by_name():
    with pytest.raises(Refused, match="no conversion from BOX to EA"):
        enter(unit=make_unit("BOX"))


def test_a_line_is_entered_once():
    line = enter()
    with pytest.raises(Refused, match="SO1/1 exists already"):
        enter(site=line.site, item=line.item)


def test_open_demand_changes_and_cancelled_demand_does_not():
    line = enter()
    changed = change_demand(demand=line, quantity=Decimal(7), due_on=date(2026, 4, 1), by=None)
    assert (changed.quantity, changed.due_on, changed.revision) == (7, date(2026, 4, 1), 2)
    cancel_demand(demands=[line], by=None)
    with pytest.raises(Refused, match="only open demand can change"):
        change_demand(demand=line, quantity=Decimal(8), by=None)
    reopen_demand(demands=[line], by=None)
    assert change_demand(demand=line, quantity=Decimal(8), by=None).quantity == 8


def test_all_lines_are_cancelled_or_none():
    first = enter()
    second = enter(site=first.site, item=first.item, line=2)
    cancel_demand(demands=[second], by=None)
    with pytest.raises(Refused, match="SO1/2 is Cancelled"):
        cancel_demand(demands=[first, second], by=None)


def test_an_import_tells_new_from_changed_from_same_and_a_second_one_changes_nothing():
    site, item = make_site(), make_item()
    lines = [row(site, item, line=place) for place in (1, 2, 3)]
    assert put_demand(rows=lines, by=None) == PutResult(3, 0, 0)
    again = [lines[0], row(site, item, line=2, quantity=Decimal(9)), row(site, item, line=4)]
    assert put_demand(rows=again, by=None) == PutResult(1, 1, 1)
    entries = Journal.objects.count()
    assert put_demand(rows=again, by=None) == PutResult(0, 0, 3)
    assert Journal.objects.count() == entries
    assert list(Demand.objects.order_by("line").values_list("quantity", "revision")) == [
        (5, 1), (9, 2), (5, 1), (5, 1)
    ]  # fmt: skip


def test_one_wrong_line_keeps_the_whole_import_out():
    site, item = make_site(), make_item()
    lines = [row(site, item), row(site, item, line=2, quantity=Decimal(-1))]
    with pytest.raises(Refused, match="SO1/2: the quantity must be above 0"):
        put_demand(rows=lines, by=None)
    with pytest.raises(Refused, match="given twice"):
        put_demand(rows=[lines[0], lines[0]], by=None)
    assert not Demand.objects.exists()


def test_an_import_leaves_delivered_lines_alone():
    site, item = make_site(), make_item()
    put_demand(rows=[row(site, item)], by=None)
    Demand.objects.update(state="delivered")
    assert put_demand(rows=[row(site, item, quantity=Decimal(9))], by=None) == PutResult(0, 0, 1)
    assert Demand.objects.get().quantity == 5


@pytest.mark.parametrize("end", ["delivered", "cancelled"])
def test_what_is_kept_for_a_line_is_free_again_when_nothing_more_goes_to_it(end):
    site, item = make_site(), make_item()
    make_stock(item, 30, site.locations.get(code="STORE"))
    demand, other = (enter(site=site, item=item, line=number) for number in (1, 2))
    for each in (demand, other):
        need = Need(item=item, quantity=Decimal(5), site=site, reference=str(each))
        reserve(needs=[need], by=None)
        claim(needs=[need], by=None)
    if end == "delivered":
        deliver(lines=[DeliveryLine(demand=demand, quantity=Decimal(1), final=True)], by=None)
    else:
        cancel_demand(demands=[demand], by=None)
    assert set(Reservation.objects.values_list("reference", "quantity")) == {(str(other), 5)}
    assert set(SoftReservation.objects.values_list("reference", "quantity")) == {(str(other), 5)}
