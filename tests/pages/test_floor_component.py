"""A component on the tablet: taken, given back, another lot, more than planned with a reason, undone; counted once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from execution.models import Adjustment, PickLine
from p2p.core import clock
from p2p.inventory.models import Balance, Lot
from p2p.inventory.services.packing import Packing, pack
from p2p.inventory.services.units import create_units
from planning.models import Material, ProductionOrder
from strategies.models import BomAlternate, Item
from tests.factories import (
    make_bom,
    make_item,
    make_lot,
    make_reason,
    make_serial,
    make_site,
    make_stock,
    make_unit,
    make_user,
)
from tests.pages.shopfloor import wanting

pytestmark = pytest.mark.django_db


class Job:
    """Ten pieces of STEEL are planned for the order; twenty lie in the store, of lots OLD and NEW."""

    def __init__(self, client: Client, tracking: str = "lot") -> None:
        self.client = client
        self.site = make_site("MAIN")
        self.store = self.site.locations.get(code="STORE")
        self.by = make_user("operator", site=self.site)
        self.steel = make_item("STEEL", tracking=tracking)
        self.order: ProductionOrder | None = None
        client.force_login(self.by)

    def fill(self) -> None:
        for number in ("OLD", "NEW"):
            make_stock(self.steel, 10, self.store, lot=make_lot(self.steel, number))

    def release(self, each: Any = 1, item: Item | None = None) -> Material:
        self.order = wanting(item or self.steel, self.site, each=each)
        return Material.objects.get(order=self.order)

    def address(self, material: Material, name: str = "") -> str:
        args = [material.order.number, 10, material.pk]
        return reverse(f"pages:floor-component{name}", args=args)

    def page(self, material: Material, query: str = "") -> str:
        return self.client.get(self.address(material) + query).content.decode()

    def do(self, material: Material, name: str, status: int = 302, **typed: str) -> str:
        answer = self.client.post(self.address(material, f"-{name}"), typed)
        assert answer.status_code == status, answer.content.decode()
        return answer.url if status == 302 else answer.content.decode()

    def scan(self, material: Material, code: str, **held: str) -> str:
        """Where a scan leads: the page with it in hand."""
        answer = self.client.post(self.address(material), {"code": code, "scanned": "1", **held})
        assert answer.status_code == 302, answer.content.decode()
        return answer.url


@pytest.fixture
def job(client: Client) -> Job:
    made = Job(client)
    made.fill()
    return made


def issued(material: Material) -> Decimal:
    return Material.objects.get(pk=material.pk).issued_quantity


def test_the_job_lists_its_components_and_leads_to_each(job: Job) -> None:
    material = job.release()
    page = job.client.get(f"/floor/job/{job.order.number}/10/").content.decode()
    assert job.address(material) in page
    shown = job.page(material)
    assert "Take 10 EA" in shown
    assert shown.index("OLD") < shown.index("NEW")


def test_a_scanned_lot_is_taken_and_the_entry_stays_with_its_undo(job: Job) -> None:
    material = job.release()
    to = job.scan(material, "NEW")
    assert "lot=NEW" in to
    after = job.do(material, "take", lot="NEW", quantity="4")
    assert issued(material) == 4
    assert Balance.objects.get(lot__number="NEW").quantity == 6
    page = job.client.get(after).content.decode()
    assert "4 EA taken" in page
    assert "data-sound" in page
    last = Adjustment.objects.get()
    job.do(material, "undo", adjustment=str(last.pk))
    assert issued(material) == 0
    assert Balance.objects.get(lot__number="NEW").quantity == 10


def test_some_of_it_goes_back_where_it_came_from(job: Job) -> None:
    material = job.release()
    job.do(material, "take", lot="OLD", quantity="6")
    page = job.page(material, "?place=STORE&lot=OLD&quantity=6")
    assert "Give 6 EA back" in page
    job.do(material, "back", place="STORE", lot="OLD", quantity="2")
    assert issued(material) == 4
    assert Balance.objects.get(lot__number="OLD").quantity == 6
    assert "2 EA given back" in job.page(material)


def test_more_than_planned_asks_why_and_one_tap_takes_it(job: Job) -> None:
    make_reason("SPILT", kind="adjustment", name="Spilt")
    material = job.release()
    asked = job.do(material, "take", 409, quantity="12")
    assert "more than" in asked
    assert "Spilt" in asked
    assert issued(material) == 0
    job.do(material, "take", quantity="12", reason="SPILT")
    assert issued(material) == 12


def test_one_entry_counts_once_however_often_it_is_sent(job: Job) -> None:
    material = job.release()
    for _time in range(3):
        job.do(material, "take", quantity="3", key="k-1")
    assert issued(material) == 3


def test_pieces_are_scanned_one_by_one_and_twice_is_named(client: Client) -> None:
    job = Job(client, "serial")
    for name in ("SN-1", "SN-2", "SN-3"):
        make_stock(job.steel, 1, job.store, serial=make_serial(job.steel, name))
    material = job.release(Decimal("0.2"))
    job.scan(material, "SN-2")
    job.scan(material, "SN-3")
    again = client.post(job.address(material), {"code": "SN-3", "scanned": "1"})
    assert again.status_code == 409
    assert "is scanned already" in again.content.decode()
    job.do(material, "take", quantity="2")
    assert issued(material) == 2
    assert Balance.objects.get(serial__number="SN-1").quantity == 1
    assert not PickLine.objects.filter(reservation__isnull=False).exists()


def test_a_pallet_names_its_place_and_what_is_taken_comes_from_it(job: Job) -> None:
    (unit,) = create_units(number="PAL-1", location=job.store, by=None)
    lot = Lot.objects.get(number="NEW")
    pack(unit=unit, lines=[Packing(item=job.steel, quantity=Decimal(5), lot=lot)], by=None)
    material = job.release()
    to = job.scan(material, unit.number)
    assert f"unit={unit.number}" in to
    job.do(material, "take", unit=unit.number, quantity="5")
    assert not Balance.objects.filter(handling_unit=unit, quantity__gt=0).exists()


def test_pieces_are_counted_of_what_is_weighed(client: Client) -> None:
    job = Job(client, "none")
    meat = make_item(
        "MEAT",
        unit=make_unit("KG", digits=3),
        catch_unit=make_unit("PC"),
        catch_least=Decimal("0.5"),
        catch_most=Decimal(2),
    )
    make_stock(meat, 20, job.store, catch_quantity=Decimal(20))
    material = job.release(item=meat)
    refused = job.do(material, "take", 409, quantity="3.5")
    assert 'data-sound="refused"' in refused
    job.do(material, "take", quantity="3.5", count="4")
    assert Balance.objects.get(item=meat, location=job.store).catch_quantity == 16


def test_a_refusal_keeps_what_was_scanned_and_nothing_is_booked(job: Job) -> None:
    make_reason("SPILT", kind="adjustment")
    material = job.release()
    said = job.do(material, "take", 409, lot="NEW", quantity="11", reason="SPILT")
    assert 'value="NEW"' in said
    assert issued(material) == 0
    no = client_scan(job, material, "WHAT")
    assert "WHAT" in no


def client_scan(job: Job, material: Material, code: str) -> str:
    answer = job.client.post(job.address(material), {"code": code, "scanned": "1"})
    assert answer.status_code == 409
    return answer.content.decode()


def test_an_expired_lot_is_refused(job: Job) -> None:
    lot = make_lot(job.steel, "STALE", expires_on=clock.now().date())
    make_stock(job.steel, 5, job.store, lot=lot)
    type(lot).objects.filter(pk=lot.pk).update(expires_on="2001-01-01")
    material = job.release()
    said = job.do(material, "take", 409, lot="STALE", quantity="2")
    assert "STALE" in said
    assert issued(material) == 0


def test_who_works_elsewhere_sees_nothing_of_it(job: Job, client: Client) -> None:
    material = job.release()
    client.force_login(make_user("operator", site=make_site("OTHER")))
    assert client.get(job.address(material)).status_code == 404
    assert client.post(job.address(material, "-take"), {"quantity": "1"}).status_code in (403, 404)
    assert issued(material) == 0


def test_a_supervisor_uses_an_approved_alternate_and_nobody_else(client: Client) -> None:
    job = Job(client, "none")
    other = make_item("ALLOY")
    make_stock(other, 50, job.store)
    material = job.release()
    bom = make_bom(make_item(), lines={job.steel: 1})
    line = bom.lines.get()
    chosen = BomAlternate.objects.create(
        line=line,
        component=other,
        ratio=2,
        priority=1,
        approved_at=clock.now(),
        approved_by=make_user("engineer"),
    )
    Material.objects.filter(pk=material.pk).update(bom_line=line)
    assert "A supervisor decides" in job.page(material)
    job.do(material, "swap", 409, alternate=str(chosen.pk))
    assert Material.objects.get(order=job.order).item == job.steel
    client.force_login(make_user("supervisor", site=job.site))
    after = job.do(material, "swap", alternate=str(chosen.pk))
    row = Material.objects.get(order=job.order)
    assert (row.item, row.quantity) == (other, 20)
    assert "ALLOY is used instead of STEEL" in client.get(after).content.decode()
