"""Receiving on the tablet: scan, type, one touch; nothing is lost when it is refused, nothing counts twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from p2p.core import clock
from p2p.core.access import Role
from p2p.core.models import Grant
from p2p.inventory.models import Balance, HandlingUnit, Lot, Move
from p2p.inventory.services.packing import Packing, pack
from p2p.inventory.services.units import create_units
from planning.models import ReplenishmentMove, ReplenishmentOrder
from planning.services.replenishment import create_replenishment
from planning.services.shipping_units import ship_units
from planning.services.transfer import ShipLine, ship
from strategies.models import Site
from tests.factories import make_item, make_location, make_site, make_stock, make_user, make_vendor

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    found = make_site("MAIN")
    make_location(found, code="DOCK", kind="receiving")
    return found


@pytest.fixture
def tablet(client: Client, site: Site) -> Client:
    client.force_login(make_user("operator", site=site))
    return client


def bought(
    site: Site, item: Any, quantity: int = 10, *, days: int = 0, vendor: Any = None
) -> ReplenishmentOrder:
    return create_replenishment(
        site=site, item=item, quantity=Decimal(quantity), due_on=clock.now().date() + timedelta(days),
        vendor=vendor or make_vendor(), by=None,
    )  # fmt: skip


def page_of(order: ReplenishmentOrder) -> str:
    return reverse("pages:floor-receive-order", args=[order.number])


def do(tablet: Client, order: ReplenishmentOrder, status: int = 302, **typed: str) -> Any:
    answer = tablet.post(reverse("pages:floor-receive-do", args=[order.number]), typed)
    assert answer.status_code == status, answer.content.decode()[:800]
    return answer


def test_the_list_has_what_is_expected_here_late_first(tablet: Client, site: Site) -> None:
    soon, late = bought(site, make_item("SOON"), days=2), bought(site, make_item("LATE"), days=-2)
    elsewhere = bought(make_site(), make_item("FAR"))
    shown = tablet.get(reverse("pages:floor-receive")).content.decode()
    assert shown.index(late.number) < shown.index(soon.number)
    assert elsewhere.number not in shown
    assert reverse("pages:floor-receive") in tablet.get(reverse("pages:floor-stock")).content.decode()


def test_a_scan_opens_the_order_its_part_or_the_list_of_its_vendor(tablet: Client, site: Site) -> None:
    acme = make_vendor("ACME")
    bolt, nut = bought(site, make_item("BOLT"), vendor=acme), bought(site, make_item("NUT"), vendor=acme)
    where = reverse("pages:floor-receive")
    assert tablet.post(where, {"code": bolt.number.lower()})["Location"] == page_of(bolt)
    assert tablet.post(where, {"code": "NUT"})["Location"] == page_of(nut)
    both = tablet.post(where, {"code": "ACME"}).content.decode()
    assert bolt.number in both and nut.number in both
    nothing = tablet.post(where, {"code": "WHAT"})
    assert nothing.status_code == 409
    assert "Nothing is expected here for WHAT" in nothing.content.decode()


def test_goods_stand_on_a_new_pallet_or_on_one_that_is_there(tablet: Client, site: Site) -> None:
    order = bought(site, make_item("BOLT"), 9)
    said = tablet.post(page_of(order), {"sheet": "more", "quantity": "3", "unit": "PAL-1"})["Location"]
    shown = tablet.get(said).content.decode()
    assert "Take PAL-1 off" in shown
    for number in ("PAL-1", "pal-1", "+"):
        do(tablet, order, quantity="3", unit=number)
    first, second = HandlingUnit.objects.order_by("pk")
    assert (first.number, first.location.code, second.location.code) == ("PAL-1", "DOCK", "DOCK")
    on = dict(Balance.objects.exclude(quantity=0).values_list("handling_unit", "quantity"))
    assert on == {first.pk: 6, second.pk: 3}


def test_a_new_pallet_is_named_and_gets_its_label_with_those_of_all_pieces(
    tablet: Client, site: Site
) -> None:
    order = bought(site, make_item("PUMP", tracking="serial"), 3)
    asked = tablet.get(page_of(order) + "?unit=%2B").content.decode()
    assert "<span>New pallet</span></div>" in asked
    scanned(tablet, order, "SN-1", "SN-2")
    page = tablet.get(do(tablet, order, unit="+")["Location"]).content.decode()
    plate = HandlingUnit.objects.get()
    assert f"at DOCK · {plate.number}" in page
    row = ReplenishmentMove.objects.earliest("pk")
    where = reverse("pages:floor-receive-labels", args=[row.pk])
    assert where in page
    printed = tablet.get(where, {"as": "zpl"}).content.decode()
    assert printed.count("^XA") == 3
    assert printed.index(plate.number) < printed.index("SN-1") < printed.index("SN-2")


def test_what_has_no_label_offers_none(tablet: Client, site: Site) -> None:
    order = bought(site, make_item("BOLT"), 3)
    page = tablet.get(do(tablet, order)["Location"]).content.decode()
    where = reverse("pages:floor-receive-labels", args=[ReplenishmentMove.objects.get().pk])
    assert where not in page
    assert tablet.get(where).status_code == 404


def test_scans_and_sheets_add_up_until_it_is_booked_once(tablet: Client, site: Site) -> None:
    order = bought(site, make_item("PAINT", tracking="lot"))
    make_location(site, code="A-1")
    said = tablet.post(page_of(order), {"amount": "4"})["Location"]
    assert said.endswith("?quantity=4")
    fields = {
        "quantity": "4",
        "sheet": "more",
        "lot": "L-7",
        "expires": "2099-01-31",
        "vendor_lot": "V9",
        "note": "DN-1",
    }
    said = tablet.post(page_of(order), fields)["Location"]
    said = tablet.post(page_of(order), {**fields, "sheet": "", "code": "A-1"})["Location"]
    shown = tablet.get(said).content.decode()
    assert "L-7" in shown and "2099-01-31" in shown and "A-1" in shown and "Receive 4 EA" in shown
    typed = {**fields, "place": "A-1", "key": "tap"}
    typed.pop("sheet")
    first = do(tablet, order, **typed)["Location"]
    do(tablet, order, **typed)
    (row,) = ReplenishmentMove.objects.all()
    assert (row.move.quantity, row.move.target.code, row.delivery_note) == (4, "A-1", "DN-1")
    lot = Lot.objects.get()
    assert (lot.number, lot.vendor_lot, str(lot.expires_on)) == ("L-7", "V9", "2099-01-31")
    done = tablet.get(first).content.decode()
    assert "received for" in done and reverse("pages:floor-receive-labels", args=[row.pk]) in done


def test_without_a_number_all_that_is_to_come_is_received(tablet: Client, site: Site) -> None:
    order = bought(site, make_item("BOLT"), 48)
    do(tablet, order)
    order.refresh_from_db()
    assert (order.received_quantity, order.state) == (48, "received")
    assert Balance.objects.get().location.code == "DOCK"
    gone = tablet.get(page_of(order))
    assert gone["Location"] == reverse("pages:floor-receive")


def test_what_somebody_else_received_meanwhile_is_said_and_the_list_is_shown(
    tablet: Client, site: Site
) -> None:
    order = bought(site, make_item("BOLT"), 48)
    do(tablet, order, key="the other one")
    for where, typed in (
        (reverse("pages:floor-receive-do", args=[order.number]), {"key": "mine", "quantity": "48"}),
        (page_of(order), {"code": "DOCK"}),
    ):
        answer = tablet.post(where, typed)
        assert (answer.status_code, answer["Location"]) == (302, reverse("pages:floor-receive"))
        assert (
            f"{order.number} expects nothing here any more."
            in tablet.get(answer["Location"]).content.decode()
        )
    assert Balance.objects.get(location__code="DOCK").quantity == 48


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"quantity": "11"}, "at most 10 more are taken in, not 11"),
        ({"expires": "2020-01-01"}, "it is not taken in"),
        ({"expires": "2099-02-31"}, "2099-02-31 is no day"),
        ({"place": "NOWHERE"}, "There is no place NOWHERE at MAIN"),
        ({"quantity": "2.5"}, "has more digits"),
    ],
)
def test_what_is_refused_stands_there_still(
    tablet: Client, site: Site, typed: dict[str, str], sentence: str
) -> None:
    order = bought(site, make_item("PAINT", tracking="lot"))
    answer = do(tablet, order, status=409, **{"lot": "L-TYPED", "key": "k1", **typed}).content.decode()
    assert sentence in answer
    assert 'data-sound="refused"' in answer
    assert 'value="L-TYPED"' in answer and 'value="k1"' in answer
    assert all(f'value="{value}"' in answer for value in typed.values())
    assert not Move.objects.exists()


def test_labels_pallets_and_serial_numbers_are_scanned(tablet: Client, site: Site) -> None:
    paint = bought(site, make_item("PAINT", tracking="lot"))
    pump = bought(site, make_item("PUMP", tracking="serial"), 3)
    pallet = HandlingUnit.objects.create(number="PAL-1", location=site.locations.get(code="DOCK"))
    said = tablet.post(page_of(paint), {"code": "PAINT~L-55"})["Location"]
    assert "lot=L-55" in said
    said = tablet.post(page_of(paint), {"code": "PAL-1", "lot": "L-55"})["Location"]
    assert "unit=PAL-1" in said and "place=DOCK" in said and "lot=L-55" in said
    do(tablet, paint, lot="L-55", unit="PAL-1", place="DOCK")
    assert Balance.objects.get(lot__number="L-55").handling_unit == pallet
    for code in ("SN-1", "PUMP~SN-2"):
        tablet.post(page_of(pump), {"code": code})
    assert "2 of 3" in tablet.get(page_of(pump)).content.decode()
    do(tablet, pump)
    assert Balance.objects.filter(serial__number__in=("SN-1", "SN-2"), quantity=1).count() == 2


def test_another_part_is_named_and_changes_nothing(tablet: Client, site: Site) -> None:
    order = bought(site, make_item("BOLT"))
    make_item("NUT")
    answer = tablet.post(page_of(order), {"code": "NUT", "quantity": "3"})
    assert answer.status_code == 409
    assert "NUT is not BOLT: nothing was changed" in answer.content.decode()
    assert 'name="quantity" value="3"' in answer.content.decode()


def test_the_last_receipt_is_undone_by_who_booked_it(tablet: Client, site: Site) -> None:
    order = bought(site, make_item("PUMP", tracking="serial"), 3)
    do(tablet, order, quantity="2")
    row = ReplenishmentMove.objects.first()
    assert row is not None
    where = reverse("pages:floor-receive-undo", args=[row.pk])
    assert "2 EA of PUMP received" in tablet.get(f"/floor/stock/receive/?last={row.pk}").content.decode()
    other = Client()
    other.force_login(make_user("operator", site=site))
    assert other.post(where).status_code == 403
    assert tablet.post(where)["Location"] == page_of(order)
    order.refresh_from_db()
    assert order.received_quantity == 0
    assert not Balance.objects.filter(quantity__gt=0).exists()


def scanned(tablet: Client, order: ReplenishmentOrder, *codes: str) -> str:
    """Scan one after the other; the page that answers the last."""
    for code in codes:
        answer = tablet.post(page_of(order), {"code": code, "scanned": "1"}, follow=True)
    return answer.content.decode()


def test_pieces_that_came_together_are_all_named(tablet: Client, site: Site) -> None:
    order = bought(site, make_item("PUMP", tracking="serial"), 5)
    tablet.post(page_of(order), {"sheet": "more", "serials": "SN-1..SN-4"})
    do(tablet, order)
    for page in ("/floor/stock/receive/", page_of(order)):
        shown = tablet.get(page).content.decode()
        assert "SN-1 and 3 more" in shown and "<div>SN-1, SN-2, SN-3, SN-4</div>" in shown


@pytest.fixture
def pumps(site: Site) -> ReplenishmentOrder:
    return bought(site, make_item("PUMP", tracking="serial"), 3)


def test_serial_numbers_add_up_with_their_progress_and_survive_a_reload(
    tablet: Client, pumps: ReplenishmentOrder
) -> None:
    page = scanned(tablet, pumps, "SN-1", "1002")
    assert "2 of 3" in page and "Receive 2 EA" in page
    again = tablet.get(page_of(pumps)).content.decode()
    assert "2 of 3" in again and 'value="SN-1"' in again and 'value="1002"' in again


def test_a_serial_number_scanned_twice_is_refused_by_name_and_the_others_stay(
    tablet: Client, pumps: ReplenishmentOrder
) -> None:
    page = scanned(tablet, pumps, "SN-1", "SN-2", "SN-1")
    assert "SN-1 is scanned already: it is one piece, and 2 are scanned." in page and "2 of 3" in page


def test_a_serial_number_that_lies_here_already_is_refused_when_it_is_scanned(
    tablet: Client, pumps: ReplenishmentOrder
) -> None:
    scanned(tablet, pumps, "SN-1")
    do(tablet, pumps)
    page = scanned(tablet, pumps, "SN-1")
    assert "SN-1 came in before and lies at DOCK: it cannot come in again." in page


def test_one_serial_number_is_taken_off_and_a_range_is_typed(
    tablet: Client, pumps: ReplenishmentOrder
) -> None:
    scanned(tablet, pumps, "SN-9")
    tablet.post(page_of(pumps), {"drop": "SN-9"})
    tablet.post(page_of(pumps), {"sheet": "more", "serials": "SN-1..SN-3"})
    assert "3 of 3" in tablet.get(page_of(pumps)).content.decode()
    do(tablet, pumps)
    numbers = set(Balance.objects.filter(quantity=1).values_list("serial__number", flat=True))
    assert numbers == {"SN-1", "SN-2", "SN-3"}


def test_what_is_booked_is_off_the_list_and_what_is_refused_stays_on_it(
    tablet: Client, pumps: ReplenishmentOrder
) -> None:
    scanned(tablet, pumps, "SN-1", "SN-2", "SN-3", "SN-4")
    answer = do(tablet, pumps, status=409).content.decode()
    assert "at most 3 more are taken in" in answer and "4 of 3" in answer
    tablet.post(page_of(pumps), {"drop": "SN-4"})
    do(tablet, pumps)
    pumps.refresh_from_db()
    assert pumps.state == "received"
    assert not [key for key in dict(tablet.session.items()) if key.startswith("floor_serials")]


def test_a_wrongly_scanned_pallet_is_taken_off_before_anything_is_booked(tablet: Client, site: Site) -> None:
    order = bought(site, make_item("BOLT"))
    place = make_location(site, code="A-1")
    HandlingUnit.objects.create(number="PAL-9", location=place)
    kept = {"quantity": "4", "note": "DN-1"}
    said = tablet.post(page_of(order), {**kept, "code": "PAL-9"})["Location"]
    assert "unit=PAL-9" in said and 'name="off" value="unit"' in tablet.get(said).content.decode()
    said = tablet.post(page_of(order), {**kept, "unit": "PAL-9", "place": "A-1", "off": "unit"})["Location"]
    assert "unit" not in said and "place" not in said and "quantity=4" in said and "note=DN-1" in said
    said = tablet.post(page_of(order), {**kept, "off": "quantity"})["Location"]
    assert "quantity" not in said


def test_what_came_already_stands_on_the_order_with_undo_for_who_booked_it(
    tablet: Client, site: Site, pumps: ReplenishmentOrder
) -> None:
    scanned(tablet, pumps, "SN-1", "SN-2")
    do(tablet, pumps)
    page = tablet.get(page_of(pumps)).content.decode()
    row = ReplenishmentMove.objects.earliest("pk")
    undo = reverse("pages:floor-receive-undo", args=[row.pk])
    assert "Came already" in page and "2 EA" in page and undo in page
    other = Client()
    other.force_login(make_user("operator", site=site))
    assert undo not in other.get(page_of(pumps)).content.decode()
    tablet.post(undo)
    assert "Came already" not in tablet.get(page_of(pumps)).content.decode()


def test_the_last_receipt_stays_on_the_list_with_undo_until_it_is_taken_back(
    tablet: Client, site: Site
) -> None:
    order = bought(site, make_item("BOLT"))
    do(tablet, order)
    where = reverse("pages:floor-receive")
    quiet = tablet.get(where).content.decode()
    assert "10 EA of BOLT received" in quiet and 'data-sound="good"' not in quiet
    tablet.post(reverse("pages:floor-receive-undo", args=[ReplenishmentMove.objects.get().pk]))
    assert "10 EA of BOLT received" not in tablet.get(where).content.decode()


def test_a_pallet_that_travelled_is_scanned_shown_received_and_undone_as_one(
    tablet: Client, site: Site
) -> None:
    make_location(site, code="ROAD", kind="transit", nettable=False)
    far = make_location(make_site("OTHER"), code="FAR")
    pallet = create_units(number="PAL-1", location=far, by=None)[0]
    type(pallet).objects.update(sscc="106141412345678908")
    orders = []
    for name in ("BOLT", "NUT"):
        item = make_item(name)
        make_stock(item, 10, far)
        pack(unit=pallet, lines=[Packing(item=item, quantity=Decimal(10))], by=None)
        order = create_replenishment(
            site=site, item=item, quantity=Decimal(10), due_on=clock.now().date(), from_location=far, by=None
        )
        orders.append(order)
    ship_units(units=[pallet], order=orders[0], by=None)
    answer = tablet.post(reverse("pages:floor-receive"), {"code": "(00)106141412345678908"})
    page = reverse("pages:floor-receive-pallet", args=["PAL-1"])
    assert answer["Location"] == page
    shown = tablet.get(page).content.decode()
    assert all(word in shown for word in ("What stands on it", "BOLT", "NUT", "Receive PAL-1"))
    wrong = tablet.post(page, {"code": "NOWHERE"})
    assert wrong.status_code == 409 and "There is no place NOWHERE at MAIN" in wrong.content.decode()
    to = tablet.post(page, {"code": "STORE", "how": "scan"})
    assert to["Location"] == f"{page}?place=STORE"
    for _twice in range(2):
        done = tablet.post(page, {"book": "1", "place": "STORE", "key": "one"})
    pallet.refresh_from_db()
    assert pallet.location is not None and pallet.location.code == "STORE"
    rows = ReplenishmentMove.objects.order_by("pk")
    assert [row.move.target.code for row in rows] == ["STORE", "STORE"]
    tablet.post(reverse("pages:floor-receive-undo", args=[rows[0].pk]), {"key": "two"})
    pallet.refresh_from_db()
    assert pallet.location is not None and pallet.location.code == "ROAD"
    for order in orders:
        order.refresh_from_db()
    assert [order.received_quantity for order in orders] == [0, 0]
    assert done.status_code in (302, 404)


@pytest.fixture
def on_the_road(site: Site) -> ReplenishmentOrder:
    """Of 38 ordered 21 travel loose and 6 on a pallet; 11 were not shipped."""
    make_location(site, code="ROAD", kind="transit", nettable=False)
    far, item = make_location(make_site("FAR"), code="CRIB"), make_item("BOLT")
    order = create_replenishment(
        site=site, item=item, quantity=Decimal(38), due_on=clock.now().date(), from_location=far, by=None
    )
    make_stock(item, 6, far)
    (pallet,) = create_units(number="PAL-1", location=far, by=None)
    pack(unit=pallet, lines=[Packing(item=item, quantity=Decimal(6))], by=None)
    make_stock(item, 40, far)
    ship_units(units=[pallet], order=order, by=None)
    ship(lines=[ShipLine(order=order, quantity=Decimal(21))], by=None)
    return order


def test_what_is_on_the_road_is_offered_first_and_no_pallet_is_opened(
    tablet: Client, on_the_road: ReplenishmentOrder
) -> None:
    shown = tablet.get(page_of(on_the_road)).content.decode()
    assert "27 EA on the road" in shown and "Receive 21 EA" in shown
    assert "PAL-1 with 6 EA: receive it whole" in shown and "were not shipped" not in shown
    do(tablet, on_the_road, offered="21")
    assert Balance.objects.get(location__code="ROAD", quantity__gt=0).handling_unit.number == "PAL-1"
    assert Balance.objects.get(location__code="CRIB", quantity__gt=0).quantity == 19
    again = do(tablet, on_the_road, status=409, offered="21").content.decode()
    assert "Something was booked meanwhile" in again and "Receive 6 EA" in again


def test_what_was_not_shipped_or_is_taken_off_a_pallet_is_said_before(
    tablet: Client, on_the_road: ReplenishmentOrder
) -> None:
    shown = tablet.get(page_of(on_the_road) + "?quantity=38").content.decode()
    assert "6 EA of it are taken off what they stand on" in shown
    assert "11 EA of it were not shipped: they come straight from CRIB" in shown
    Grant.objects.create(user_id=tablet.session["_auth_user_id"], role=Role.OPERATOR, scope="FAR")
    tablet.post(reverse("pages:floor-stock"), {"site": "MAIN"})
    do(tablet, on_the_road, quantity="38")
    assert ReplenishmentOrder.objects.get().received_quantity == 38
