from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction

from p2p.core.models import Journal
from p2p.core.refusal import Refused
from p2p.core.web import formats
from p2p.inventory.models import Lot, Serial, StockRule
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.lots import Arrival, lots_for_receipt
from p2p.inventory.services.serials import create_serials
from strategies.models import Characteristic, NumberSeries
from tests.factories import make_item, make_location, make_lot, make_site, make_stock, make_vendor

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 9, 12, tzinfo=UTC)
NEXT_DAY = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def site():
    return make_site("BOT")


@pytest.fixture
def milk():
    return make_item("MILK", tracking="lot")


def receive(*arrivals, at=AT):
    return [
        [(one.lot or one.serial).number for one in pieces]
        for pieces in lots_for_receipt(arrivals=arrivals, at=at, by=None)
    ]


def of(item, site, quantity=5, **also):
    return Arrival(item=item, site=site, quantity=Decimal(str(quantity)), **also)


def test_each_receipt_gets_a_lot_of_its_own_numbered_by_day(site, milk):
    assert receive(of(milk, site), of(milk, site)) == [["MILK-260309-001"], ["MILK-260309-002"]]
    assert receive(of(milk, site), at=NEXT_DAY) == [["MILK-260310-001"]]
    assert receive(of(milk, site)) == [["MILK-260309-003"]]
    assert NumberSeries.objects.count() == 1


def test_a_number_that_somebody_gave_by_hand_is_not_given_again(site, milk):
    make_lot(milk, "MILK-260309-002")
    assert receive(of(milk, site), of(milk, site)) == [["MILK-260309-001"], ["MILK-260309-003"]]


def test_a_lot_for_each_order_is_found_again_but_not_for_other_goods(site, milk):
    StockRule.objects.create(lot_per="order", lot_pattern="{site}{yyyy}{n:4}")
    first = receive(of(milk, site, order="PO-1", vendor_lot="A"))
    assert first == [["BOT20260001"]]
    assert receive(of(milk, site, order="PO-1", vendor_lot="A"), at=NEXT_DAY) == first
    assert receive(of(milk, site, order="PO-1", vendor_lot="B")) == [["BOT20260002"]]
    assert receive(of(milk, site, order="PO-2", vendor_lot="A")) == [["BOT20260003"]]


def test_a_lot_for_each_day_takes_all_of_the_day_at_one_site(site, milk):
    StockRule.objects.create(item=milk, lot_per="day", lot_pattern="D{n}")
    assert receive(of(milk, site), of(milk, site)) == [["D1"], ["D1"]]
    assert receive(of(milk, make_site("SEA"))) == [["D2"]]
    assert receive(of(milk, site), at=NEXT_DAY) == [["D3"]]


def test_lots_named_by_hand_have_to_be_named(site, milk):
    StockRule.objects.create(lot_per="hand")
    assert receive(of(milk, site, lot="H-1")) == [["H-1"]]
    with pytest.raises(Refused, match="Lots of MILK are named by hand: name the lot"):
        receive(of(milk, site))


def test_what_is_made_gets_its_order_as_its_lot(site, milk):
    assert receive(of(milk, site, order="MO-1", made=True)) == [["MO-1"]]
    assert receive(of(milk, site, order="MO-1", made=True), at=NEXT_DAY) == [["MO-1"]]
    assert Lot.objects.get().made_on == date(2026, 3, 9)


def test_days_follow_from_the_items_shelf_life_and_retest_days(site):
    cheese = make_item("CHEESE", tracking="lot", shelf_life_days=30, retest_days=10)
    vendor = make_vendor("DAIRY")
    lots_for_receipt(
        arrivals=[of(cheese, site, made_on=date(2026, 3, 1), vendor=vendor, vendor_lot="X1")], at=AT, by=None
    )
    lot = Lot.objects.get()
    assert (lot.made_on, lot.expires_on, lot.retest_on) == (
        date(2026, 3, 1),
        date(2026, 3, 31),
        date(2026, 3, 11),
    )
    assert (lot.vendor, lot.vendor_lot) == (vendor, "X1")
    assert Journal.objects.filter(fact="inventory.LotsMade").count() == 1


def test_the_day_is_that_of_the_site(milk):
    tokyo = make_site("TYO", time_zone="Asia/Tokyo")
    late = datetime(2026, 3, 9, 20, tzinfo=UTC)
    assert receive(of(milk, tokyo), at=late) == [["MILK-260310-001"]]


def test_goods_that_expire_too_soon_or_have_expired_are_refused(site):
    cheese = make_item("CHEESE", tracking="lot")
    StockRule.objects.create(item=cheese, receipt_days=20)
    assert receive(of(cheese, site, expires_on=date(2026, 3, 29)))
    with pytest.raises(Refused, match=f"expires on {formats.day(date(2026, 3, 28))}, in 19 days: at receipt"):
        receive(of(cheese, site, expires_on=date(2026, 3, 28)))
    StockRule.objects.all().delete()
    with pytest.raises(Refused, match=f"expired on {formats.day(date(2026, 3, 8))}: it is not taken in"):
        receive(of(cheese, site, expires_on=date(2026, 3, 8)))
    assert Lot.objects.count() == 1


def test_more_of_a_lot_has_to_agree_with_what_is_there(site, milk):
    """What is said and what is kept are both named, and what to do."""
    ours = make_vendor("DAIRY")
    Characteristic.objects.create(code="FAT", name="Fat", unit=None)
    make_lot(milk, "H-1", vendor=ours, vendor_lot="A", expires_on=date(2027, 1, 1), attributes={"FAT": "3.5"})
    assert receive(of(milk, site, lot="H-1", vendor_lot="A")) == [["H-1"]]
    same = {"vendor": ours, "vendor_lot": "A", "expires_on": date(2027, 1, 1), "attributes": {"FAT": "3.50"}}
    assert receive(of(milk, site, lot="H-1", **same)) == [["H-1"]]
    for said, sentence in (
        ({"vendor_lot": "B"}, "MILK has a lot H-1 already, of the vendor's lot A, not B: name another lot"),
        (
            {"expires_on": date(2027, 2, 2)},
            f", not {formats.day(date(2027, 2, 2))}: name",
        ),
        ({"vendor": make_vendor("FARM")}, "from DAIRY, not FARM"),
        ({"attributes": {"FAT": "3.8"}}, "with FAT 3.5, not 3.8"),
    ):
        with pytest.raises(Refused, match=sentence):
            receive(of(milk, site, lot="H-1", **said))
    assert Lot.objects.count() == 1


def test_what_was_not_known_of_a_lot_in_stock_is_not_said_of_all_of_it_by_a_second_receipt(site, milk):
    """The goods that lie there may be of another vendor's lot: it is neither dropped nor written."""
    Characteristic.objects.create(code="FAT", name="Fat", unit=None)
    make_stock(milk, 5, make_location(site), lot=make_lot(milk, "H-1"))
    for said, sentence in (
        (
            {"vendor_lot": "B"},
            "MILK has a lot H-1 already, and its vendor's lot is not known: name another lot",
        ),
        ({"expires_on": date(2027, 2, 2)}, "the day it expires is not known"),
        ({"made_on": date(2026, 2, 2)}, "the day it was made is not known"),
        ({"vendor": make_vendor("FARM")}, "its vendor is not known"),
        ({"attributes": {"FAT": "3.8"}}, "its FAT is not known"),
    ):
        with pytest.raises(Refused, match=sentence):
            receive(of(milk, site, lot="H-1", **said))
    assert Lot.objects.values_list("vendor_lot", "expires_on", "made_on", "attributes").get() == (
        "",
        None,
        None,
        {},
    )


def test_a_lot_written_down_before_its_goods_came_learns_what_the_first_receipt_says(site, milk):
    make_lot(milk, "H-1", attributes={"ORIGIN": "north"})
    farm = make_vendor("FARM")
    said = {"vendor": farm, "vendor_lot": "B", "expires_on": date(2027, 2, 2), "attributes": {"FAT": "3.8"}}
    Characteristic.objects.create(code="FAT", name="Fat", unit=None)
    Characteristic.objects.create(code="ORIGIN", name="Origin", kind="text", unit=None)
    assert receive(of(milk, site, lot="H-1", **said)) == [["H-1"]]
    lot = Lot.objects.get()
    assert (lot.vendor, lot.vendor_lot, lot.expires_on) == (farm, "B", date(2027, 2, 2))
    assert lot.attributes == {"ORIGIN": "north", "FAT": "3.8"}
    assert Journal.objects.filter(fact="inventory.LotChanged").count() == 1


def test_two_lines_of_one_receipt_do_not_put_two_vendors_lots_into_one(site, milk):
    with (
        pytest.raises(Refused, match="has a lot H-1 already, of the vendor's lot A, not B"),
        transaction.atomic(),
    ):
        receive(of(milk, site, lot="H-1", vendor_lot="A"), of(milk, site, lot="H-1", vendor_lot="B"))
    assert not Lot.objects.exists()


def test_a_pattern_that_cannot_be_read_or_filled_in_is_refused_with_its_place(site, milk):
    rule = StockRule.objects.create(lot_pattern="{item}-{day}-{n}")
    with pytest.raises(
        Refused, match=r"\{day\} at sign 8 of the pattern \{item\}-\{day\}-\{n\} is not known"
    ):
        receive(of(milk, site))
    StockRule.objects.filter(pk=rule.pk).update(lot_pattern="{vendor_lot}/{n}")
    with pytest.raises(Refused, match="say its vendor's lot"):
        receive(of(milk, site))
    assert receive(of(milk, site, vendor_lot="V")) == [["V/1"]]


def test_serial_numbers_come_in_blocks_and_run_on(site):
    bike = make_item("BIKE", tracking="serial")
    assert receive(of(bike, site, 3)) == [["BIKE-000001", "BIKE-000002", "BIKE-000003"]]
    assert receive(of(bike, site, 2, order="MO-9", made=True)) == [["MO-9-001", "MO-9-002"]]
    assert receive(of(bike, site, 1)) == [["BIKE-000004"]]
    assert [one.number for one in create_serials(item=bike, site=site, count=2, by=None)] == [
        "BIKE-000005",
        "BIKE-000006",
    ]


def test_a_serial_pattern_has_to_count(site):
    StockRule.objects.create(serial_pattern="{item}")
    with pytest.raises(Refused, match="gives every piece the same number"):
        receive(of(make_item("BIKE", tracking="serial"), site, 3))


def test_serial_numbers_by_hand_are_one_for_each_piece_and_come_in_once(site):
    bike = make_item("BIKE", tracking="serial")
    with pytest.raises(Refused, match="2 pieces of BIKE need 2 serial numbers, not 1"):
        receive(of(bike, site, 2, serials=["A"]))
    with pytest.raises(Refused, match="Serial number A of BIKE is named twice"):
        receive(of(bike, site, 2, serials=["A", "A"]))
    with pytest.raises(Refused, match="whole pieces only|more digits"):
        receive(of(bike, site, "1.5", serials=["A"]))
    ((piece,),) = lots_for_receipt(arrivals=[of(bike, site, 1, serials=["A"])], at=AT, by=None)
    assert receive(of(bike, site, 1, serials=["A"])) == [["A"]], "it was named, but has not come in"
    places = {place.code: place for place in site.locations.all()}
    line = MoveLine(
        item=bike,
        source=places["SUPPLIER"],
        target=places["STORE"],
        quantity=Decimal(1),
        kind="receipt",
        serial=piece.serial,
    )
    post(lines=[line], by=None)
    with pytest.raises(Refused, match="Serial number A of BIKE came in before"):
        receive(of(bike, site, 1, serials=["A"]))


def test_a_lot_on_an_untracked_item_is_refused(site):
    nut = make_item("NUT")
    assert lots_for_receipt(arrivals=[of(nut, site)], at=AT, by=None)[0][0].lot is None
    with pytest.raises(Refused, match="NUT is not tracked: name no lot"):
        receive(of(nut, site, lot="L"))
    with pytest.raises(Refused, match="BOLT is tracked by lot: name no serial"):
        receive(of(make_item("BOLT", tracking="lot"), site, serials=["S"]))


def test_a_hundred_lines_cost_no_query_each(site, django_assert_max_num_queries):
    items = [make_item(f"I{number}", tracking="serial") for number in range(3)]
    with django_assert_max_num_queries(25):
        receive(*(of(item, site, 200) for item in items))
    assert Serial.objects.count() == 600


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_eight_who_receive_at_once_get_eight_lots():
    site, milk = make_site("BOT"), make_item("MILK", tracking="lot")

    def take(_: int) -> list[str]:
        try:
            taken = []
            for _round in range(5):
                with transaction.atomic():
                    taken += receive(of(milk, site))[0]
            return taken
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        numbers = [number for each in pool.map(take, range(8)) for number in each]
    assert sorted(numbers) == [f"MILK-260309-{number:03d}" for number in range(1, 41)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_two_who_receive_for_one_day_at_once_share_its_lot():
    site, milk = make_site("BOT"), make_item("MILK", tracking="lot")
    StockRule.objects.create(lot_per="day")

    def take(_: int) -> str:
        try:
            with transaction.atomic():
                return receive(of(milk, site))[0][0]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(take, range(6))) == {"MILK-260309-001"}
