"""Proposals into orders and back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from p2p.core import clock
from p2p.core.facts import heard
from p2p.core.refusal import Refused
from planning.facts import Firmed
from planning.models import Material, Operation, PlanRun, ProductionOrder, Proposal, ReplenishmentOrder
from planning.services.firm import firm, move_proposals, unfirm
from strategies.models import OutsourcingPolicy
from tests.factories import (
    make_bom,
    make_conversion,
    make_group,
    make_item,
    make_route,
    make_site,
    make_unit,
    make_vendor,
    make_vendor_price,
)

pytestmark = pytest.mark.django_db
START, DUE = date(2026, 3, 10), date(2026, 3, 20)


def make_run(site, **also):
    return PlanRun.objects.create(
        site=site, scope=site.code, from_date=date(2026, 3, 1), to_date=date(2026, 3, 31), state="done",
        asked_at=clock.now(), **also,
    )  # fmt: skip


def propose(run, item, quantity, **also):
    values = {"kind": "make", "need": "independent", "start_on": START, "due_on": DUE, "need_on": DUE, **also}
    number = Proposal.objects.filter(run=run).count() + 1
    return Proposal.objects.create(
        run=run, number=number, site=run.site, item=item, quantity=Decimal(quantity),
        good_quantity=Decimal(quantity), **values,
    )  # fmt: skip


def test_an_order_gets_its_own_copy_of_bom_and_route():
    site = make_site()
    group = make_group(site, "PAINT")
    bike, wheel = make_item("BIKE", supply="make"), make_item("WHEEL")
    make_bom(bike, {wheel: 2})
    make_route(
        bike, [{"group": group, "run_seconds": 60, "setup_seconds": 300}, {"group": group, "run_seconds": 7}]
    )
    proposal = propose(make_run(site), bike, 5)
    with heard(Firmed) as said:
        order = firm(proposals=[proposal], by=None).orders[0]
    assert (order.number, order.state, order.quantity) == ("MO-000001", "firm", 5)
    rows = order.operations.values_list("number", "group", "setup_seconds", "run_seconds", "quantity")
    assert list(rows) == [(10, group.pk, 300, 300, 5), (20, group.pk, 0, 35, 5)]
    first, second = order.operations.all()
    assert [link.after for link in first.links_after.all()] == [second]
    material = order.materials.get()
    assert (material.item, material.quantity, material.quantity_per) == (wheel, 10, 2)
    assert order.outputs.get().item == bike
    proposal.refresh_from_db()
    assert proposal.state == "firmed"
    assert said[0].orders == (order,)


def test_scrap_is_a_divisor_unless_the_site_marks_up():
    for rule, wanted in (("divisor", 112), ("markup", 110)):
        site = make_site(scrap_rule=rule)
        bike, tube = make_item(supply="make"), make_item()
        make_bom(bike, {tube: {"quantity": Decimal(1), "scrap_fraction": Decimal("0.1")}})
        order = firm(proposals=[propose(make_run(site), bike, 100)], by=None).orders[0]
        assert order.materials.get().quantity == wanted


def test_a_quantity_is_converted_exactly_and_rounded_once():
    site = make_site()
    metre = make_unit("M", digits=2)
    make_conversion("PIECE", "M", 1, 3)
    bike, tube = make_item(supply="make"), make_item(unit=metre)
    make_bom(bike, {tube: {"quantity": Decimal(2), "unit": make_unit("PIECE")}})
    order = firm(proposals=[propose(make_run(site), bike, 4)], by=None).orders[0]
    assert order.materials.get().quantity == Decimal("2.67")


def test_phantoms_are_dissolved_into_what_they_are_made_of():
    site = make_site()
    bike, kit, bolt, plate = (make_item(name) for name in ("BIKE", "KIT", "BOLT", "PLATE"))
    make_bom(bike, {kit: {"quantity": Decimal(3), "kind": "phantom"}, plate: 1})
    make_bom(kit, {bolt: 4, plate: 1})
    order = firm(proposals=[propose(make_run(site), bike, 2)], by=None).orders[0]
    rows = order.materials.values_list("item__number", "quantity")
    assert sorted(rows) == [("BOLT", 24), ("PLATE", 2), ("PLATE", 6)]


def test_lines_count_that_are_valid_on_the_start():
    site = make_site()
    bike, old, new = make_item("BIKE"), make_item("OLD"), make_item("NEW")
    make_bom(
        bike,
        {
            old: {"quantity": Decimal(1), "valid_to": START},
            new: {"quantity": Decimal(1), "valid_from": date(2026, 3, 11)},
        },
    )
    run = make_run(site)
    on_time = firm(proposals=[propose(run, bike, 1)], by=None).orders[0]
    later = firm(proposals=[propose(run, bike, 1, start_on=date(2026, 3, 11))], by=None).orders[0]
    assert on_time.materials.get().item == old
    assert later.materials.get().item == new


def test_an_operation_goes_outside_when_the_policy_says_so():
    site, vendor = make_site(), make_vendor()
    group = make_group(site)
    bike = make_item(supply="make")
    make_route(bike, [{"group": group}, {"group": group, "outside": True}, {"group": group}])
    OutsourcingPolicy.objects.create(
        site=site, item=bike, operation_number=10, rule="vendor", vendor=vendor, lead_time_days=4,
        valid_from=date(2026, 1, 1),
    )  # fmt: skip
    other = make_vendor()
    make_vendor_price(other, bike, 5, operation_number=20, lead_time_days=9)
    order = firm(proposals=[propose(make_run(site), bike, 1)], by=None).orders[0]
    rows = list(order.operations.values_list("number", "outside", "vendor", "vendor_days"))
    assert rows == [(10, True, vendor.pk, 4), (20, True, other.pk, 9), (30, False, None, 0)]


def test_a_purchase_takes_the_price_of_its_quantity_in_the_items_unit():
    site, vendor = make_site(), make_vendor()
    bolt = make_item("BOLT")
    make_conversion("BOX", "EA", 100, item=bolt)
    box = make_unit("BOX")
    make_vendor_price(vendor, bolt, 50, unit=box)
    make_vendor_price(vendor, bolt, 40, unit=box, minimum_quantity=Decimal(10))
    result = firm(proposals=[propose(make_run(site), bolt, 1000, kind="buy", vendor=vendor)], by=None)
    order = result.replenishments[0]
    assert (order.number, order.vendor, order.price, order.quantity) == (
        "PO-000001",
        vendor,
        Decimal("0.4"),
        1000,
    )
    assert ReplenishmentOrder.objects.get().proposal.state == "firmed"


def test_transfers_that_are_firmed_take_numbers_of_their_own_beside_purchases():
    run = make_run(make_site())
    for item, kind in (("A", "transfer"), ("B", "buy"), ("C", "transfer")):
        propose(run, make_item(item), 1, kind=kind, **({"vendor": make_vendor()} if kind == "buy" else {}))
    made = firm(run=run, by=None).replenishments
    assert sorted((order.item.number, order.number) for order in made) == [
        ("A", "TO-000001"),
        ("B", "PO-000001"),
        ("C", "TO-000002"),
    ]


def test_a_purchase_without_vendor_stays_a_proposal_and_the_rest_is_firmed():
    site = make_site()
    run = make_run(site)
    bought = propose(run, make_item("BOLT"), 10, kind="buy")
    propose(run, make_item("BIKE"), 1)
    result = firm(run=run, by=None)
    assert len(result.orders) == 1
    assert [(one.proposal, one.reason) for one in result.skipped] == [
        (bought, "BOLT has no vendor: name one in its order settings, or enter a price.")
    ]
    bought.refresh_from_db()
    assert bought.state == "proposed"


def test_a_proposal_is_firmed_once():
    proposal = propose(make_run(make_site()), make_item(), 1)
    firm(proposals=[proposal], by=None)
    with pytest.raises(Refused, match="cannot firm"):
        firm(proposals=[proposal], by=None)
    assert ProductionOrder.objects.count() == 1


def test_proposals_of_an_outdated_plan_are_refused():
    site = make_site()
    proposal = propose(make_run(site), make_item(), 1)
    make_run(site)
    with pytest.raises(Refused, match="outdated"):
        firm(proposals=[proposal], by=None)


def test_an_order_becomes_a_proposal_again_as_long_as_nobody_released_it():
    site = make_site()
    bike = make_item(supply="make")
    make_bom(bike, {make_item(): 1})
    proposal = propose(make_run(site), bike, 1)
    order = firm(proposals=[proposal], by=None).orders[0]
    assert unfirm(orders=[order], by=None) == [proposal]
    assert not ProductionOrder.objects.exists()
    assert not Material.objects.exists()
    assert not Operation.objects.exists()
    proposal.refresh_from_db()
    assert proposal.state == "proposed"
    again = firm(proposals=[proposal], by=None).orders[0]
    ProductionOrder.objects.filter(pk=again.pk).update(state="released")
    with pytest.raises(Refused, match="is Released"):
        unfirm(orders=[again], by=None)


def test_dismissed_proposals_can_be_restored_but_not_firmed():
    proposal = propose(make_run(make_site()), make_item(), 1)
    assert move_proposals(proposals=[proposal], step="dismiss", by=None) == 1
    with pytest.raises(Refused, match="Dismissed"):
        firm(proposals=[proposal], by=None)
    assert move_proposals(proposals=[proposal], step="restore", by=None) == 1
    assert len(firm(proposals=[proposal], by=None).orders) == 1
