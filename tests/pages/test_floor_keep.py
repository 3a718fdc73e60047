"""Material is kept for a job on its component's page: picked out, shown to others, let go, undone; counted once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from p2p.inventory.models import Lot, Reservation
from p2p.inventory.services.packing import Packing, pack
from p2p.inventory.services.units import create_units
from tests.factories import make_lot, make_serial, make_site, make_stock, make_user
from tests.pages.test_floor_component import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(client: Client) -> Job:
    made = Job(client)
    made.fill()
    return made


def kept() -> dict[str, Decimal]:
    return dict(Reservation.objects.order_by("lot__number").values_list("lot__number", "quantity"))


def test_a_lot_is_kept_and_undone_and_others_see_it(job: Job) -> None:
    material = job.release()
    assert "Keep 4 EA" in job.page(material, "?lot=NEW&quantity=4")
    after = job.do(material, "keep", lot="NEW", quantity="4")
    assert kept() == {"NEW": 4, "OLD": 6}
    page = job.client.get(after).content.decode()
    assert "4 EA kept for this job · 4 EA free for others again" in page
    assert "data-sound" in page
    stock = job.client.get("/floor/stock/?item=STEEL").content.decode()
    assert "4 reserved" in job.page(material) + stock
    said = job.client.session[f"floor_kept_{material.pk}"]["id"]
    job.do(material, "unkeep", exchange=said)
    assert kept() == {"OLD": 10}
    assert "changed or taken back" in job.do(material, "unkeep", 409, exchange=said)


def test_one_tap_lets_a_pile_go(job: Job) -> None:
    material = job.release()
    job.do(material, "let-go", quantity="10", place="STORE", lot="OLD")
    assert kept() == {}
    assert "10 EA free for others again" in job.page(material)
    said = job.client.session[f"floor_kept_{material.pk}"]["id"]
    job.do(material, "unkeep", exchange=said)
    assert kept() == {"OLD": 10}


def test_one_entry_counts_once_and_what_is_kept_already_is_said(job: Job) -> None:
    material = job.release()
    for _time in range(2):
        job.do(material, "let-go", quantity="3", place="STORE", lot="OLD", key="k-1")
    assert kept() == {"OLD": 7}
    to = job.do(material, "keep", lot="OLD", quantity="7")
    assert "kept for this job already" in job.client.get(to).content.decode()


def test_a_refusal_keeps_what_was_scanned(job: Job) -> None:
    material = job.release()
    said = job.do(material, "keep", 409, lot="NEW", quantity="11")
    assert "needs only 10 EA of STEEL more" in said
    assert 'value="NEW"' in said
    assert "Say how much" in job.do(material, "keep", 409, lot="NEW")
    Lot.objects.filter(number="NEW").update(expires_on="2001-01-01")
    assert "has expired" in job.do(material, "keep", 409, lot="NEW", quantity="1")
    assert kept() == {"OLD": 10}


def test_a_pallet_is_scanned_and_kept(job: Job) -> None:
    (unit,) = create_units(number="PAL-1", location=job.store, by=None)
    lot = Lot.objects.get(number="NEW")
    pack(unit=unit, lines=[Packing(item=job.steel, quantity=Decimal(5), lot=lot)], by=None)
    material = job.release()
    assert "unit=PAL-1" in job.scan(material, "PAL-1")
    job.do(material, "keep", unit="PAL-1", quantity="5")
    assert Reservation.objects.get(handling_unit=unit).quantity == 5


def test_pieces_are_scanned_and_kept_and_let_go_one_by_one(client: Client) -> None:
    job = Job(client, "serial")
    for name in ("SN-1", "SN-2", "SN-3"):
        make_stock(job.steel, 1, job.store, serial=make_serial(job.steel, name))
    material = job.release(Decimal("0.2"))
    job.scan(material, "SN-3")
    job.do(material, "keep", quantity="1")
    pieces = Reservation.objects.order_by("serial__number").values_list("serial__number", flat=True)
    assert "SN-3" in set(pieces)
    assert len(pieces) == 2
    job.do(material, "let-go", quantity="1", place="STORE", serials="SN-3")
    assert "SN-3" not in set(pieces.all())


def test_what_expires_first_is_offered_first(job: Job) -> None:
    make_stock(job.steel, 3, job.store, lot=make_lot(job.steel, "SOON", expires_on="2999-01-01"))
    material = job.release()
    shown = job.page(material)
    assert shown.rindex("SOON") < shown.rindex("NEW")


def test_who_works_elsewhere_keeps_nothing(job: Job, client: Client) -> None:
    material = job.release()
    client.force_login(make_user("operator", site=make_site("OTHER")))
    answer = client.post(job.address(material, "-let-go"), {"quantity": "1", "place": "STORE"})
    assert answer.status_code in (403, 404)
    assert kept() == {"OLD": 10}
