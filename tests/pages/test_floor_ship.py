"""Shipping on the tablet: scan, type, one touch; to customers and other sites; taken back; nothing counts twice."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from p2p.core import clock
from p2p.inventory.models import Balance, Lot, Move
from p2p.inventory.services.needs import Need
from p2p.inventory.services.packing import Packing, pack
from p2p.inventory.services.reservations import reserve
from p2p.inventory.services.units import create_units
from planning.models import Demand, DemandMove, ReplenishmentOrder, ShipmentMove
from planning.services.demand import create_customer, create_demand
from planning.services.replenishment import create_replenishment
from strategies.models import Site
from tests.factories import (
    make_conversion,
    make_item,
    make_location,
    make_lot,
    make_serial,
    make_site,
    make_stock,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db
LIST = "pages:floor-ship"


@pytest.fixture
def site() -> Site:
    return make_site("MAIN")


@pytest.fixture
def tablet(client: Client, site: Site) -> Client:
    client.force_login(make_user("operator", site=site))
    return client


def there(site: Site, item: Any, quantity: int = 10, **also: Any) -> Any:
    make_stock(item, quantity, site.locations.get(code="STORE"), **also)
    return item


def transfer(
    site: Site, item: Any, quantity: int = 10, *, days: int = 0, to: Site | None = None
) -> ReplenishmentOrder:
    if to is None:
        to = make_site()
        make_location(to, code="ROAD", kind="transit", nettable=False)
    return create_replenishment(
        site=to, item=item, quantity=Decimal(quantity), due_on=clock.now().date() + timedelta(days),
        from_location=site.locations.get(code="STORE"), by=None,
    )  # fmt: skip


def ordered(site: Site, item: Any, quantity: int = 10, *, customer: str = "ACME", days: int = 0) -> Demand:
    buyer = create_customer(number=customer, name=customer, by=None)
    return create_demand(
        number=f"SO-{customer}", site=site, item=item, quantity=Decimal(quantity), customer=buyer,
        due_on=clock.now().date() + timedelta(days), by=None,
    )  # fmt: skip


def address(name: str, what: Any) -> str:
    kind = "demand" if isinstance(what, Demand) else "transfer"
    return reverse(f"pages:floor-ship-{name}", args=[kind, what.pk])


def do(tablet: Client, what: Any, status: int = 302, **typed: str) -> Any:
    answer = tablet.post(address("do", what), typed)
    assert answer.status_code == status, answer.content.decode()[:800]
    return answer


def test_the_list_has_what_leaves_here_late_first_and_the_menu_counts_it(tablet: Client, site: Site) -> None:
    soon = ordered(site, make_item("SOON"), days=2)
    late = transfer(site, make_item("LATE"), days=-2)
    elsewhere = transfer(make_site(), make_item("FAR"), to=site)
    shown = tablet.get(reverse(LIST)).content.decode()
    assert shown.index(late.number) < shown.index(str(soon))
    assert elsewhere.number not in shown
    for only, there_is, other in (("transfer", late.number, str(soon)), ("demand", str(soon), late.number)):
        narrowed = tablet.get(reverse(LIST), {"only": only}).content.decode()
        assert there_is in narrowed and other not in narrowed
    tiles = tablet.get(reverse("pages:floor-stock")).context["tiles"]
    assert {str(tile.title): count for tile, _url, count, _said in tiles}["Ship"] == 1


def test_a_long_list_takes_no_more_queries_than_a_short_one(
    tablet: Client, site: Site, django_assert_max_num_queries: Any
) -> None:
    to = make_site()
    for number in range(3):
        ordered(site, make_item(), customer=f"C-{number}")
        transfer(site, make_item(), to=to)
    with CaptureQueriesContext(connection) as short:
        tablet.get(reverse(LIST))
    for number in range(3, 15):
        ordered(site, make_item(), customer=f"C-{number}")
        transfer(site, make_item(), to=to)
    with django_assert_max_num_queries(len(short)):
        assert len(tablet.get(reverse(LIST)).context["out"]) == 30


def test_a_line_whose_conversion_is_gone_is_listed_in_its_own_unit_and_refused_when_shipped(
    tablet: Client, site: Site
) -> None:
    box = make_unit("BOX")
    known = make_conversion("BOX", "EA", 24)
    line = create_demand(
        number="SO-1", site=site, item=there(site, make_item("BOLT")), quantity=Decimal(2), unit=box,
        due_on=clock.now().date(), by=None,
    )  # fmt: skip
    known.delete()
    assert "2 BOX" in tablet.get(reverse(LIST)).content.decode()
    assert "BOX" in do(tablet, line, 409).content.decode()


def test_a_scan_opens_the_order_the_line_or_all_of_a_customer(tablet: Client, site: Site) -> None:
    order, line = transfer(site, make_item("BOLT")), ordered(site, make_item("NUT"))
    where = reverse(LIST)
    for code, what in (
        (order.number.lower(), order),
        (str(line), line),
        ("acme", line),
        (order.site.code, order),
    ):
        assert tablet.post(where, {"code": code})["Location"] == address("one", what)
    nothing = tablet.post(where, {"code": "WHAT"})
    assert nothing.status_code == 409 and "Nothing leaves here for WHAT" in nothing.content.decode()


def test_goods_that_are_scanned_open_what_wants_them_and_are_in_hand(tablet: Client, site: Site) -> None:
    paint = make_item("PAINT", tracking="lot")
    there(site, paint, lot=make_lot(paint, "L-7"))
    line = ordered(site, paint)
    assert tablet.post(reverse(LIST), {"code": "L-7"})["Location"] == address("one", line) + "?lot=L-7"
    do(tablet, line, lot="L-7", quantity="4")
    (row,) = DemandMove.objects.all()
    assert row.move.lot is not None and (row.move.lot.number, row.move.quantity) == ("L-7", 4)


def test_one_touch_ships_what_is_left_and_a_second_one_nothing(tablet: Client, site: Site) -> None:
    order = transfer(site, there(site, make_item("BOLT")))
    page = tablet.get(address("one", order)).content.decode()
    assert "Ship 10 EA" in page
    answer = do(tablet, order, key="k1", offered="10")
    assert ShipmentMove.objects.get().move.quantity == 10
    do(tablet, order, key="k1", offered="10")
    assert ShipmentMove.objects.count() == 1
    said = tablet.get(answer["Location"]).content.decode()
    assert "10 EA of BOLT left for" in said and "Undo" in said


def test_undo_puts_it_back_and_it_is_to_leave_again(tablet: Client, site: Site) -> None:
    order, line = transfer(site, there(site, make_item("BOLT"))), ordered(site, there(site, make_item("NUT")))
    for what, model in ((order, ShipmentMove), (line, DemandMove)):
        do(tablet, what)
        kind = "demand" if what is line else "transfer"
        back = tablet.post(reverse("pages:floor-ship-undo", args=[kind, model.objects.get().pk]))
        assert back["Location"] == reverse(LIST)
        assert model.objects.count() == 2
    shown = tablet.get(reverse(LIST)).content.decode()
    assert order.number in shown and str(line) in shown
    stock = Balance.objects.filter(location__code="STORE", location__site=site).values_list(
        "quantity", flat=True
    )
    assert list(stock) == [10, 10]


def test_another_persons_shipment_is_not_undone(tablet: Client, site: Site) -> None:
    order = transfer(site, there(site, make_item("BOLT")))
    do(tablet, order)
    undo = reverse("pages:floor-ship-undo", args=["transfer", ShipmentMove.objects.get().pk])
    other = Client()
    other.force_login(make_user("operator", site=site))
    assert other.post(undo).status_code == 403
    other.force_login(make_user("supervisor", site=site))
    assert other.post(undo).status_code == 302
    assert ShipmentMove.objects.count() == 2


def test_pieces_are_scanned_one_after_the_other_and_only_known_ones(tablet: Client, site: Site) -> None:
    saw = make_item("SAW", tracking="serial")
    for piece in [make_serial(saw, number) for number in ("S-1", "S-2", "S-3")]:
        there(site, saw, 1, serial=piece)
    line = ordered(site, saw, 3)
    for code in ("S-3", "S-1"):
        assert tablet.post(address("one", line), {"code": code}).status_code == 302
    wrong = tablet.post(address("one", line), {"code": "S-9"})
    assert wrong.status_code == 409 and "S-9 is not SAW" in wrong.content.decode()
    page = tablet.get(address("one", line)).content.decode()
    assert "2 of 3" in page and "Ship 2 EA" in page
    do(tablet, line)
    went = DemandMove.objects.values_list("move__serial__number", flat=True)
    assert sorted(went) == ["S-1", "S-3"]


def test_a_pallet_leaves_whole_with_one_scan(tablet: Client, site: Site) -> None:
    bolt = there(site, make_item("BOLT"))
    (pallet,) = create_units(number="PAL", location=site.locations.get(code="STORE"), by=None)
    pack(unit=pallet, lines=[Packing(item=bolt, quantity=Decimal(4))], by=None)
    order = transfer(site, bolt)
    assert tablet.post(reverse(LIST), {"code": "PAL"})["Location"] == address("one", order) + "?unit=PAL"
    page = tablet.get(address("one", order), {"unit": "PAL"}).content.decode()
    assert "Ship PAL" in page and "leaves with all that stands in it" in page
    refused = do(tablet, order, 409, unit="PAL", quantity="2")
    assert "PAL leaves with all that stands in it" in refused.content.decode()
    do(tablet, order, unit="PAL")
    pallet.refresh_from_db()
    assert pallet.location is not None and pallet.location.kind == "transit"


def test_a_pallet_for_a_customer_gives_what_he_wants_of_it(tablet: Client, site: Site) -> None:
    bolt = there(site, make_item("BOLT"))
    (pallet,) = create_units(number="PAL", location=site.locations.get(code="STORE"), by=None)
    pack(unit=pallet, lines=[Packing(item=bolt, quantity=Decimal(6))], by=None)
    line = ordered(site, bolt, 4)
    do(tablet, line, unit="PAL")
    (row,) = DemandMove.objects.all()
    assert (row.move.handling_unit, row.move.quantity) == (pallet, 4)


def test_what_is_refused_stands_there_still(tablet: Client, site: Site) -> None:
    order = transfer(site, there(site, make_item("BOLT"), 3))
    refused = do(tablet, order, 409, quantity="7", note="N-1").content.decode()
    assert "BOLT" in refused and 'value="N-1"' in refused and 'value="7"' in refused
    make_location(site, code="SHELF")
    place = tablet.post(address("one", order), {"code": "SHELF"})
    assert place.status_code == 409 and "leaves STORE, not SHELF" in place.content.decode()
    assert not ShipmentMove.objects.exists()


def test_what_left_meanwhile_is_said_and_not_shipped_again(tablet: Client, site: Site) -> None:
    order = transfer(site, there(site, make_item("BOLT"), 20))
    do(tablet, order, quantity="4")
    told = do(tablet, order, 409, offered="10").content.decode()
    assert "Something was booked meanwhile" in told
    do(tablet, order, offered="6")
    assert tablet.get(address("one", order))["Location"] == reverse(LIST)


def test_nobody_ships_what_leaves_another_site(tablet: Client) -> None:
    order = transfer(make_site("FAR"), make_item("BOLT"))
    assert tablet.post(address("do", order))["Location"] == reverse(LIST)
    assert not ShipmentMove.objects.exists()
    assert tablet.get(reverse("pages:floor-ship-one", args=["nothing", 1])).status_code == 404


def names_in(page: str) -> list[str]:
    """What is said of lots and pieces, those to be tapped with all that they open."""
    folded = re.findall(r"<summary.*?</svg><span>(.*?)</span></summary><div>(.*?)</div>", page)
    return [" = ".join(pair) for pair in folded]


def test_what_left_in_many_pieces_names_the_first_and_all_by_a_tap(tablet: Client, site: Site) -> None:
    saw = make_item("SAW", tracking="serial")
    for number in range(1, 6):
        there(site, saw, 1, serial=make_serial(saw, f"S-{number}"))
    line = ordered(site, saw, 5)
    tablet.post(address("one", line), {"sheet": "more", "serials": "S-1..S-4"})
    do(tablet, line)
    assert names_in(tablet.get(reverse(LIST)).content.decode()) == ["S-1 and 3 more = S-1, S-2, S-3, S-4"]


def test_all_lots_that_left_together_are_named(tablet: Client, site: Site) -> None:
    dough = make_item("DOUGH", tracking="lot")
    for name in ("A", "B"):
        there(site, dough, 4, lot=make_lot(dough, name))
    do(tablet, ordered(site, dough, 8))
    assert "Lot A, B" in tablet.get(reverse(LIST)).content.decode()


@pytest.mark.parametrize("kind", ["demand", "transfer"])
def test_lots_that_are_kept_for_it_are_named_with_what_the_rule_chooses(
    tablet: Client, site: Site, kind: str
) -> None:
    dough = make_item("DOUGH", tracking="lot")
    for name in ("A", "B", "C"):
        there(site, dough, 4, lot=make_lot(dough, name))
    what = ordered(site, dough, 10) if kind == "demand" else transfer(site, dough, 10)
    bare = tablet.get(address("one", what)).content.decode()
    assert "Lot by the item&#x27;s rule" in bare or "Lot by the item's rule" in bare
    reference = what.reference if isinstance(what, Demand) else what.number
    need = {
        "item": dough,
        "site": site,
        "reference": reference,
        "purpose": kind.replace("demand", "delivery"),
    }
    lots = {lot.number: lot for lot in Lot.objects.all()}
    reserve(needs=[Need(quantity=Decimal(4), lot=lots["C"], **need)], by=None)
    reserve(needs=[Need(quantity=Decimal(3), lot=lots["B"], **need)], by=None)
    page = tablet.get(address("one", what)).content.decode()
    assert "Kept lot C: 4 EA, B: 3 EA" in page and "The rest by the item" in page and "Lot by" not in page
    whole = tablet.get(address("one", what), {"quantity": "7"}).content.decode()
    assert "Kept lot C: 4 EA, B: 3 EA" in whole and "by the item" not in whole
    chosen = tablet.get(address("one", what), {"lot": "A"}).content.decode()
    assert "Kept lot" not in chosen
    do(tablet, what, quantity="7")
    rows = Move.objects.filter(item=dough, target__kind__in=("customer", "transit"))
    assert sorted(rows.values_list("lot__number", "quantity")) == [("B", 3), ("C", 4)]


def test_pieces_that_are_kept_are_named(tablet: Client, site: Site) -> None:
    saw = make_item("SAW", tracking="serial")
    for number in range(1, 6):
        there(site, saw, 1, serial=make_serial(saw, f"S-{number}"))
    line = ordered(site, saw, 5)
    reserve(
        needs=[Need(item=saw, site=site, quantity=Decimal(5), reference=line.reference, purpose="delivery")],
        by=None,
    )
    page = tablet.get(address("one", line)).content.decode()
    assert names_in(page) == ["Kept S-1 and 4 more = Kept S-1, S-2, S-3, S-4, S-5"]
    assert "Pieces by" not in page and "<b>STORE</b>" in page
