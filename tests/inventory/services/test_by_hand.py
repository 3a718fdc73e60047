"""Stock booked without an order: received, issued, returned, scrapped, adjusted, moved; and what may be taken back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, HandlingUnit, Lot, Move, TaskMove
from p2p.inventory.selectors import on_hand
from p2p.inventory.services.by_hand import Act, HandLine, book_by_hand, reverse_by_hand
from p2p.inventory.services.holds import hold
from planning.services.receive import ReceiptLine, receive_lines
from planning.services.replenishment import create_replenishment
from strategies.models import Item, Location, ReasonCode, Site
from tests.architecture.rows import make_row
from tests.factories import (
    make_conversion,
    make_item,
    make_lot,
    make_reason,
    make_serial,
    make_site,
    make_stock,
    make_user,
    make_vendor,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN")


@pytest.fixture
def store(site: Site) -> Location:
    return site.locations.get(code="STORE")


@pytest.fixture
def reasons() -> dict[str, ReasonCode]:
    return {kind: make_reason(kind=kind) for kind in ("scrap", "adjustment", "return", "reversal")}


def line(item: Item, quantity: Any, place: Location, **also: Any) -> HandLine:
    return HandLine(item=item, quantity=Decimal(quantity), place=place, **also)


@pytest.mark.parametrize(
    ("act", "kind", "outside", "reason", "left"),
    [
        ("issue", "issue", "ADJUSTMENT", "adjustment", 7),
        ("return", "return", "SUPPLIER", "return", 7),
        ("scrap", "scrap", "SCRAP", "scrap", 7),
        ("less", "adjustment", "ADJUSTMENT", "adjustment", 7),
        ("more", "adjustment", "ADJUSTMENT", "adjustment", 13),
    ],
)
def test_each_act_says_where_it_went_and_why(
    store: Location, reasons: Any, act: str, kind: str, outside: str, reason: str, left: int
) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 10, store)
    (move,) = book_by_hand(
        act=act, lines=[line(bolt, 3, store)], reason=reasons[reason], reference="CC-100", by=None
    )
    assert (move.kind, move.reason, move.reference) == (kind, reasons[reason], "CC-100")
    assert outside in {move.source.code, move.target.code}
    assert Balance.objects.get(item=bolt).quantity == left
    with pytest.raises(Refused, match="Say why"):
        book_by_hand(act=act, lines=[line(bolt, 1, store)], by=None)
    with pytest.raises(Refused, match="is no reason for this"):
        book_by_hand(act=act, lines=[line(bolt, 1, store)], reason=reasons["reversal"], by=None)
    assert problems() == []


def test_goods_come_in_with_a_lot_by_rule_or_by_name(store: Location) -> None:
    paint = make_item("PAINT", tracking="lot")
    pallet = HandlingUnit.objects.create(number="P-1", location=store)
    acme = make_vendor("ACME")
    moves = book_by_hand(
        act=Act.RECEIPT,
        lines=[
            line(paint, 4, store),
            line(
                paint,
                6,
                store,
                lot="L-7",
                vendor=acme,
                vendor_lot="V",
                expires_on=date(2099, 1, 1),
                into_unit=pallet,
            ),
        ],
        by=None,
    )
    assert moves[0].lot is not None
    lot = Lot.objects.get(number="L-7")
    assert (lot.vendor, lot.vendor_lot, lot.expires_on) == (acme, "V", date(2099, 1, 1))
    assert Balance.objects.get(lot=lot).handling_unit == pallet


def test_stock_is_moved_whole_with_its_pallet_and_into_another(site: Site, store: Location) -> None:
    paint = make_item("PAINT", tracking="lot")
    line_side = site.locations.create(code="LINE", name="Line", kind="line_side")
    first, second = (
        HandlingUnit.objects.create(number=number, location=place)
        for number, place in (("P-1", store), ("P-2", line_side))
    )
    lot = make_lot(paint, "L1")
    make_stock(paint, 10, store, lot=lot, into_unit=first)
    book_by_hand(
        act="transfer",
        lines=[line(paint, 4, store, to=line_side, lot="L1", unit=first, into_unit=second)],
        by=None,
    )
    found = Balance.objects.filter(quantity__gt=0).values_list(
        "location__code", "handling_unit__number", "quantity"
    )
    assert set(found) == {("STORE", "P-1", 6), ("LINE", "P-2", 4)}
    with pytest.raises(Refused, match="Say where PAINT is taken"):
        book_by_hand(act="transfer", lines=[line(paint, 1, store, lot="L1")], by=None)


def test_expired_and_held_lots_are_scrapped_but_not_issued(store: Location, reasons: Any) -> None:
    paint = make_item("PAINT", tracking="lot")
    old, held = make_lot(paint, "OLD", expires_on=date(2020, 1, 1)), make_lot(paint, "HELD")
    for lot in (old, held):
        make_stock(paint, 5, store, lot=lot)
    hold(item=paint, lot=held, kind="quality", by=None)
    for number, sentence in (("OLD", "expired"), ("HELD", "on hold")):
        with pytest.raises(Refused, match=sentence):
            book_by_hand(
                act="issue", lines=[line(paint, 5, store, lot=number)], reason=reasons["adjustment"], by=None
            )
        book_by_hand(act="scrap", lines=[line(paint, 5, store, lot=number)], reason=reasons["scrap"], by=None)
    assert not any(on_hand(store.site).values())


def test_what_is_tracked_is_named_where_it_is_about_this_piece(store: Location, reasons: Any) -> None:
    pump = make_item("PUMP", tracking="serial")
    for number in ("SN-1", "SN-2"):
        make_stock(pump, 1, store, serial=make_serial(pump, number))
    with pytest.raises(Refused, match="name the lot or the serial numbers") as no:
        book_by_hand(act="scrap", lines=[line(pump, 1, store)], reason=reasons["scrap"], by=None)
    assert no.value.field == "serials"
    with pytest.raises(Refused, match="PUMP has no SN-9"):
        book_by_hand(
            act="scrap", lines=[line(pump, 1, store, serials=["SN-9"])], reason=reasons["scrap"], by=None
        )
    book_by_hand(
        act="scrap", lines=[line(pump, 1, store, serials=["SN-2"])], reason=reasons["scrap"], by=None
    )
    with pytest.raises(Refused, match="PUMP SN-2 is not in stock"):
        book_by_hand(
            act="scrap", lines=[line(pump, 1, store, serials=["SN-2"])], reason=reasons["scrap"], by=None
        )
    book_by_hand(
        act="more", lines=[line(pump, 1, store, serials=["SN-2"])], reason=reasons["adjustment"], by=None
    )
    assert on_hand(store.site) == {pump.pk: 2}


def test_one_wrong_line_books_none(store: Location, reasons: Any) -> None:
    bolt, nut = make_item("BOLT"), make_item("NUT")
    make_stock(bolt, 10, store)
    before = Move.objects.count()
    with pytest.raises(Refused, match="Only 0 EA of NUT at STORE"):
        book_by_hand(
            act="scrap", lines=[line(bolt, 3, store), line(nut, 1, store)], reason=reasons["scrap"], by=None
        )
    with pytest.raises(Refused, match="SCRAP holds no stock"):
        book_by_hand(
            act="scrap",
            lines=[line(bolt, 3, store.site.locations.get(code="SCRAP"))],
            reason=reasons["scrap"],
            by=None,
        )
    assert Move.objects.count() == before


# ---- taking back


def test_what_was_booked_by_hand_is_taken_back(store: Location, reasons: Any) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 10, store)
    (move,) = book_by_hand(act="scrap", lines=[line(bolt, 3, store)], reason=reasons["scrap"], by=None)
    assert reverse_by_hand(move=move, reason=reasons["reversal"], by=None).reverses == move
    assert on_hand(store.site) == {bolt.pk: 10}


def test_what_a_document_moved_is_taken_back_there(site: Site, store: Location) -> None:
    order = create_replenishment(
        site=site,
        item=make_item(),
        quantity=Decimal(5),
        due_on=date(2099, 1, 1),
        vendor=make_vendor(),
        by=None,
    )
    (row,) = receive_lines(lines=[ReceiptLine(order=order, quantity=Decimal(5))], by=None)
    with pytest.raises(Refused, match=f"belongs to {order.number}: take it back there"):
        reverse_by_hand(move=row.move, by=None)
    task = make_row(TaskMove)
    with pytest.raises(Refused, match="take it back there"):
        reverse_by_hand(move=task.move, by=None)


# ---- over REST


def api(role: str = "operator", **also: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(make_user(role, **also))
    return client


def test_the_same_over_rest(store: Location, reasons: Any) -> None:
    pump, bolt = make_item("PUMP", tracking="serial"), make_item("BOLT")
    make_conversion("DZ", "EA", 12)
    where = "/api/v1/inventory/moves/by-hand/"
    came = {
        "act": "receipt",
        "lines": [
            {"site": "MAIN", "item": "PUMP", "place": "STORE", "quantity": "3", "serials": "SN-8..SN-10"},
            {"site": "MAIN", "item": "BOLT", "place": "STORE", "quantity": "2", "unit": "DZ"},
        ],
    }
    answer = api().post(where, came, format="json")
    assert answer.status_code == 200, answer.content
    assert [row["serial"] for row in answer.json()] == ["SN-8", "SN-9", "SN-10", None]
    assert on_hand(store.site) == {pump.pk: 3, bolt.pk: 24}
    gone = {"site": "MAIN", "item": "BOLT", "place": "STORE", "quantity": "30"}
    short = api().post(
        where, {"act": "scrap", "reason": reasons["scrap"].code, "lines": [gone]}, format="json"
    )
    assert (short.status_code, short.json()["code"]) == (409, "not_enough_stock")
    silent = api().post(where, {"act": "scrap", "lines": [gone]}, format="json")
    assert (silent.status_code, silent.json()["code"]) == (409, "reason")
    range_ = {**came, "lines": [{**came["lines"][0], "serials": "SN-9..A-1"}]}  # type: ignore[dict-item]
    assert "SN-9..A-1 is no range" in api().post(where, range_, format="json").content.decode()
    stranger = api(site=make_site("ELSE")).post(where, came, format="json")
    assert stranger.status_code == 403


def test_a_transfer_by_hand_stays_within_its_site(store: Location) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 10, store)
    there = make_site("FAR").locations.get(code="STORE")
    with pytest.raises(Refused, match="are at two sites: send it with a transfer order"):
        book_by_hand(act=Act.TRANSFER, lines=[line(bolt, 3, store, to=there)], by=None)
    assert Balance.objects.get(item=bolt).quantity == 10
