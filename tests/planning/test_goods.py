"""What comes and goes, on pages and over REST: several lines at once, once however often it is sent."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from p2p.core import clock
from p2p.core.models import Grant
from p2p.inventory.models import Balance, Lot, Move
from p2p.inventory.services.packing import Packing, pack
from p2p.inventory.services.units import create_units
from planning.models import Demand, DemandMove, ReplenishmentMove, ReplenishmentOrder, ShipmentMove
from planning.services.delivery import DeliveryLine, deliver
from planning.services.demand import create_customer, create_demand
from planning.services.receive import ReceiptLine, receive_lines
from planning.services.replenishment import confirm, create_replenishment
from strategies.models import Site
from tests.core.paper.reading import codes, pages
from tests.factories import (
    make_conversion,
    make_item,
    make_location,
    make_lot,
    make_reason,
    make_site,
    make_stock,
    make_unit,
    make_user,
    make_vendor,
)

pytestmark = pytest.mark.django_db
API = "/api/v1/planning"


@pytest.fixture
def site() -> Site:
    found = make_site("MAIN")
    make_location(found, code="QUAR", kind="quarantine", nettable=False)
    return found


def today() -> date:
    return clock.now().date()


def bought(site: Site, item: Any, quantity: Any = 10, *, days: int = 0, **also: Any) -> ReplenishmentOrder:
    return create_replenishment(
        site=site, item=item, quantity=Decimal(quantity), due_on=today() + timedelta(days), by=None,
        vendor=also.pop("vendor", None) or make_vendor(), **also,
    )  # fmt: skip


def wanted(site: Site, item: Any, quantity: Any = 10, *, days: int = 0, **also: Any) -> Demand:
    due = today() + timedelta(days)
    return create_demand(
        number=f"SO-{Demand.objects.count() + 1}", site=site, item=item, quantity=Decimal(quantity), due_on=due,
        ordered_on=due, by=None, **also,
    )  # fmt: skip


def as_(role: str, **also: Any) -> Client:
    client = Client()
    client.force_login(make_user(role, **also))
    return client


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:600]
    return str(answer.content.decode())


# ---- the pages


def test_what_is_late_and_what_comes_today_is_told_apart(site: Site) -> None:
    late, soon = bought(site, make_item("LATE"), days=-3), bought(site, make_item("SOON"))
    moved = bought(site, make_item("MOVED"), days=-3)
    confirm(order=moved, promised_at=clock.now() + timedelta(days=4), by=None)
    done = bought(site, make_item("DONE"))
    receive_lines(lines=[ReceiptLine(order=done, quantity=Decimal(10))], by=None)
    client, where = as_("operator"), reverse("planning:expected")
    assert client.get(where + "?counts=1").json() == {"late": "1", "today": "1", "week": "2"}
    assert late.number in text(client.get(where + "?when=late"))
    shown = text(client.get(where))
    assert all(one.number in shown for one in (late, soon, moved)) and done.number not in shown


def test_several_orders_are_received_on_one_page_and_a_second_click_books_nothing(site: Site) -> None:
    bolts, paint = bought(site, make_item("BOLT"), 48), bought(site, make_item("PAINT", tracking="lot"))
    make_conversion("DZ", "EA", 12)
    client = as_("operator")
    where = reverse("planning:receive") + f"?ids={bolts.pk},{paint.pk}"
    shown = text(client.get(where))
    assert "BOLT" in shown and "PAINT" in shown and "-price" not in shown
    typed = {
        "key": "one-click",
        "delivery_note": "DN-5",
        f"blocks-{bolts.pk}": "1",
        f"{bolts.pk}-0-quantity": "4",
        f"{bolts.pk}-0-unit": "DZ",
        f"blocks-{paint.pk}": "2",
        f"{paint.pk}-0-quantity": "6",
        f"{paint.pk}-0-lot": "L1",
        f"{paint.pk}-0-expires_on": "2099-01-01",
        f"{paint.pk}-1-quantity": "4",
        f"{paint.pk}-1-lot": "L2",
    }
    assert client.post(where, typed)["Location"] == reverse("planning:expected")
    assert client.post(where, typed).status_code == 303
    assert ReplenishmentMove.objects.filter(delivery_note="DN-5").count() == 3
    assert Balance.objects.get(item=bolts.item).quantity == 48
    assert set(Lot.objects.values_list("number", flat=True)) == {"L1", "L2"}


def test_one_more_lot_keeps_what_was_typed(site: Site) -> None:
    paint = bought(site, make_item("PAINT", tracking="lot"))
    where = reverse("planning:receive") + f"?ids={paint.pk}"
    typed = {
        f"blocks-{paint.pk}": "1",
        f"{paint.pk}-0-quantity": "6",
        f"{paint.pk}-0-lot": "L-TYPED",
        "more": paint.pk,
    }
    shown = text(as_("buyer").post(where, typed))
    assert "L-TYPED" in shown and f"{paint.pk}-1-quantity" in shown and f"{paint.pk}-0-price" in shown
    assert not Move.objects.exists()


def test_the_price_of_the_order_stands_beside_what_is_typed_for_those_who_see_money(site: Site) -> None:
    paint = bought(site, make_item("PAINT"))
    paint.price = Decimal("12.375")
    paint.save()
    where = reverse("planning:receive") + f"?ids={paint.pk}"
    shown = text(as_("buyer").get(where))
    assert "Price of the order" in shown and f"12.375 {paint.currency.code}" in shown
    assert f"<span>{paint.currency.code}</span></span>" in shown, "the field says in what it is typed"
    paint.price = Decimal("6.2")
    paint.save()
    assert f"6.20 {paint.currency.code}" in text(as_("buyer").get(where))
    assert "Price of the order" not in text(as_("operator").get(where))


def test_a_refused_line_says_so_in_its_block_and_keeps_all_that_was_typed(site: Site) -> None:
    orders = [bought(site, make_item(f"ITEM-{n}")) for n in range(10)]
    where = reverse("planning:receive") + "?ids=" + ",".join(str(one.pk) for one in orders)
    typed = {f"{one.pk}-0-quantity": "10" for one in orders} | {f"{orders[7].pk}-0-quantity": "12"}
    shown = text(as_("operator").post(where, typed), 409)
    assert "at most 10 more are taken in, not 12" in shown
    assert shown.index("ITEM-7") < shown.index("at most 10 more") < shown.index("ITEM-8")
    assert 'value="12"' in shown
    assert not Move.objects.exists()
    wrong = text(
        as_("operator").post(where, {f"{orders[0].pk}-0-quantity": "1", f"{orders[0].pk}-0-location": "NO"}),
        422,
    )
    assert "There is no location NO" in wrong


def test_a_stranger_receives_nothing_here(site: Site) -> None:
    order = bought(site, make_item())
    stranger = as_("operator", site=make_site())
    where = reverse("planning:replenishment-receive", args=[order.pk])
    shown = text(stranger.get(where))
    assert "None of these orders expects anything" in shown
    assert reverse("planning:expected") in shown and 'name="delivery_note"' not in shown
    stranger.post(where, {f"{order.pk}-0-quantity": "1"})
    assert not Move.objects.exists()
    assert as_("inspector").get(where).status_code == 403


def test_who_only_looks_at_this_site_neither_delivers_nor_takes_back(site: Site) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 10, site.locations.get(code="STORE"))
    demand = wanted(site, bolt)
    deliver(lines=[DeliveryLine(demand=demand, quantity=Decimal(5))], by=None)
    user = make_user("operator", site=make_site())
    Grant.objects.create(user=user, role="inspector", scope=site.code)
    client = Client()
    client.force_login(user)
    typed = {f"{demand.pk}-0-quantity": "1", "reason": make_reason(kind="return").pk}
    for name, words in (
        ("demand-deliver", "None of these lines is open"),
        ("demand-return", "There is no such line"),
    ):
        where = reverse(f"planning:{name}", args=[demand.pk])
        assert words in text(client.get(where))
        client.post(where, typed)
    assert DemandMove.objects.count() == 1


def test_a_receipt_is_taken_back_on_its_order(site: Site) -> None:
    order = bought(site, make_item())
    (row,) = receive_lines(lines=[ReceiptLine(order=order, quantity=Decimal(10))], by=None)
    page = reverse("planning:replenishment", args=[order.number])
    where = reverse("planning:receipt-take-back", args=[row.pk])
    assert where in text(as_("supervisor").get(page)) and where not in text(as_("operator").get(page))
    as_("supervisor").post(where, {"reason": make_reason(kind="reversal").pk})
    assert "Was taken back" in text(as_("supervisor").get(page))
    order.refresh_from_db()
    assert (order.received_quantity, order.state) == (0, "confirmed")


def test_a_transfer_is_shipped_on_its_page(site: Site) -> None:
    make_location(site, code="ROAD", kind="transit", nettable=False)
    far = make_location(make_site("OTHER"), code="FAR")
    bolt = make_item("BOLT")
    make_stock(bolt, 30, far)
    order = create_replenishment(
        site=site, item=bolt, quantity=Decimal(24), due_on=today(), from_location=far, by=None
    )
    make_conversion("DZ", "EA", 12)
    client = as_("operator")
    shown = text(client.get(reverse("planning:replenishment", args=[order.number])))
    assert "Ship" in shown
    assert f'<dt>To</dt><dd class="v ">{site.code}</dd>' in shown
    client.post(reverse("planning:replenishment-ship", args=[order.pk]), {"quantity": "1", "unit": "DZ"})
    order.refresh_from_db()
    assert (order.shipped_quantity, order.state) == (12, "sent")


@pytest.fixture
def road(site: Site) -> Any:
    """A pallet with 10 BOLT at the other site, and a transfer order of 24 for them."""
    make_location(site, code="ROAD", kind="transit", nettable=False)
    far = make_location(make_site("OTHER"), code="FAR")
    bolt = make_item("BOLT")
    make_stock(bolt, 10, far)
    pallet = create_units(number="PAL-1", location=far, by=None)[0]
    type(pallet).objects.update(sscc="106141412345678908")
    pack(unit=pallet, lines=[Packing(item=bolt, quantity=Decimal(10))], by=None)
    make_stock(bolt, 30, far)
    return create_replenishment(
        site=site, item=bolt, quantity=Decimal(24), due_on=today(), from_location=far, by=None
    )


def test_a_pallet_is_scanned_when_it_leaves_and_when_it_comes(site: Site, road: Any) -> None:
    client = as_("supervisor")
    where = reverse("planning:replenishment-ship", args=[road.pk])
    assert "no handling unit NONE" in text(client.post(where, {"pallet": "NONE"}), 422)
    assert "scan the pallet" in text(client.post(where, {"quantity": ""}), 422)
    assert (
        client.post(where, {"pallet": "(00)106141412345678908", "despatch_note": "CMR-9"}).status_code == 303
    )
    shown = text(client.get(reverse("planning:replenishment", args=[road.number]) + "?tab=shipments"))
    row = ShipmentMove.objects.get()
    assert all(word in shown for word in ("Shipments", "CMR-9", "PAL-1", "Lost on the way"))
    assert reverse("planning:shipment-take-back", args=[row.pk]) in shown
    paper = client.get(reverse("planning:despatch-note", args=[row.pk])).content
    words = "\n".join(pages(paper))
    assert all(word in words for word in ("CMR-9", "106141412345678908", "10 EA", road.number))
    assert "Receive a pallet" in text(client.get(reverse("planning:expected")))
    arrive = reverse("planning:receive-pallet")
    assert "There is no location NOWHERE" in text(
        client.post(arrive, {"pallet": "PAL-1", "location": "NOWHERE"}), 422
    )
    client.post(arrive, {"pallet": "pal-1", "delivery_note": "D-1"})
    road.refresh_from_db()
    assert (road.shipped_quantity, road.received_quantity) == (10, 10)
    assert "PAL-1 is not in transit" in text(client.post(arrive, {"pallet": "PAL-1"}), 409)


def test_a_shipment_is_taken_back_in_part_and_the_rest_reported_lost(site: Site, road: Any) -> None:
    client = as_("supervisor")
    ship = reverse("planning:replenishment-ship", args=[road.pk])
    sent = client.post(ship, {"quantity": "12"}, follow=True)
    note = ShipmentMove.objects.get().despatch_note
    assert note and f"Shipped, on the despatch note {note}." in text(sent)
    assert sent.redirect_chain[-1][0].endswith("?tab=shipments")
    where = reverse("planning:shipment-take-back", args=[ShipmentMove.objects.get().pk])
    assert "Empty: all 12 EA" in text(client.get(where))
    assert "Taken back: 5 EA of BOLT." in text(client.post(where, {"quantity": "5"}, follow=True))
    road.refresh_from_db()
    assert road.shipped_quantity == 7
    lose = reverse("planning:replenishment-lose", args=[road.pk])
    assert as_("operator").get(lose).status_code == 403
    lost = client.post(lose, {"quantity": "7", "reason": make_reason("FELL", kind="scrap").pk}, follow=True)
    assert "Reported lost: 7 EA of BOLT." in text(lost)
    road.refresh_from_db()
    assert road.shipped_quantity == 0
    shown = text(client.get(reverse("planning:replenishment", args=[road.number]) + "?tab=shipments"))
    assert "Was taken back" in shown and "FELL" in shown


def test_a_part_of_a_delivery_is_taken_back_on_its_page(site: Site) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 30, site.locations.get(code="STORE"))
    demand = wanted(site, bolt)
    (row,) = deliver(lines=[DeliveryLine(demand=demand, quantity=Decimal(10))], by=None)
    where = reverse("planning:delivery-take-back", args=[row.pk])
    assert "10 EA of BOLT went: 11 cannot" in text(as_("supervisor").post(where, {"quantity": "11"}), 409)
    said = text(as_("supervisor").post(where, {"quantity": "4"}, follow=True))
    assert "Taken back: 4 EA of BOLT." in said
    demand.refresh_from_db()
    assert (demand.delivered_quantity, demand.state) == (6, "open")


def test_what_can_go_is_seen_and_goes_on_one_note(site: Site) -> None:
    acme = create_customer(number="C1", name="Acme", by=None)
    bolt, nut = make_item("BOLT"), make_item("NUT")
    make_stock(bolt, 30, site.locations.get(code="STORE"))
    first, second, short = (
        wanted(site, bolt, customer=acme, days=-1), wanted(site, bolt, 5, customer=acme), wanted(site, nut)
    )  # fmt: skip
    client, page = as_("operator"), reverse("planning:to-deliver")
    assert client.get(page + "?counts=1").json() == {"late": "1", "today": "2", "week": "2", "ready": "2"}
    where = reverse("planning:deliver") + f"?ids={first.pk},{second.pk},{short.pk}"
    typed = {
        "key": "k",
        f"{first.pk}-0-quantity": "10",
        f"{second.pk}-0-quantity": "5",
        f"{short.pk}-0-quantity": "1",
    }
    refused = text(client.post(where, typed), 409)
    assert "short of: 1 EA NUT" in refused
    typed[f"{short.pk}-0-quantity"] = ""
    searched = f"{page}?q=BOLT&enough=true"
    went = client.post(f"{where}&next={quote(searched)}", {**typed, "key": "k2"})
    assert (went.status_code, went["Location"]) == (303, searched)
    assert DemandMove.objects.values("delivery_note").distinct().count() == 1
    assert set(Demand.objects.filter(state="open")) == {short}


def test_a_line_whose_conversion_is_gone_opens_and_says_so_when_it_is_delivered(site: Site) -> None:
    conversion = make_conversion("DZ", "EA", 12)
    demand = wanted(site, make_item("BOLT"), unit=make_unit("DZ"))
    conversion.delete()
    where = reverse("planning:demand-deliver", args=[demand.pk])
    assert "BOLT" in text(as_("operator").get(where))
    refused = text(as_("operator").post(where, {f"{demand.pk}-0-quantity": "1"}), 409)
    assert "Item BOLT has no conversion from DZ to EA" in refused


def test_the_demand_page_shows_deliveries_and_returns(site: Site) -> None:
    paint = make_item("PAINT", tracking="lot")
    lot = make_lot(paint, "L1")
    make_stock(paint, 10, site.locations.get(code="STORE"), lot=lot)
    demand = wanted(site, paint)
    client = as_("supervisor")
    client.post(reverse("planning:demand-deliver", args=[demand.pk]), {f"{demand.pk}-0-quantity": "10"})
    reason = make_reason("BROKEN", kind="return")
    where = reverse("planning:demand-return", args=[demand.pk])
    assert "L1 · 10 EA" in text(client.get(where))
    typed = {"reason": reason.pk, f"{demand.pk}-0-quantity": "2", f"{demand.pk}-0-piece": f"l{lot.pk}"}
    no_reason = text(client.post(where, {**typed, "reason": ""}), 422)
    assert "This field is required" in no_reason
    assert client.post(where, typed).status_code == 303
    shown = text(client.get(reverse("planning:demand", args=[demand.pk]) + "?tab=deliveries"))
    assert "DN-000001" in shown and "BROKEN" in shown and "2 EA of PAINT came back to QUAR." in shown
    row = DemandMove.objects.get(move__kind="return")
    assert client.post(reverse("planning:delivery-take-back", args=[row.pk])).status_code == 303
    assert not Balance.objects.filter(location__code="QUAR", quantity__gt=0).exists()


def test_the_delivery_note_names_customer_pieces_and_codes(site: Site) -> None:
    acme = create_customer(number="C1", name="Acme", by=None)
    paint = make_item("PAINT", tracking="lot", name="White paint")
    make_stock(paint, 10, site.locations.get(code="STORE"), lot=make_lot(paint, "LOT-77"))
    rows = deliver(
        lines=[DeliveryLine(demand=wanted(site, paint, customer=acme), quantity=Decimal(3))], by=None
    )
    answer = as_("operator").get(reverse("planning:delivery-note", args=[rows[0].pk]))
    assert answer["Content-Type"] == "application/pdf"
    shown = "\n".join(pages(answer.content))
    assert all(
        word in shown for word in ("Acme (C1)", "White paint", "3 EA", "LOT-77", "SO-1/1", "DN-000001")
    )
    assert codes(answer.content)


# ---- over REST


def post(client: Client, path: str, body: Any = None, status: int = 200, **headers: Any) -> Any:
    answer = client.post(f"{API}/{path}", body or {}, content_type="application/json", headers=headers)
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_receipts_over_rest_are_all_or_none_and_once(site: Site) -> None:
    bolts, paint = bought(site, make_item("BOLT"), 24), bought(site, make_item("PAINT", tracking="lot"))
    make_conversion("DZ", "EA", 12)
    client = as_("integrator")
    lines = [
        {"order": bolts.number, "quantity": "2", "unit": "DZ", "location": "STORE", "price": "0.5"},
        {"order": paint.number, "quantity": "4", "lot": "L1", "expires_on": "2099-01-01"},
    ]
    wrong = [lines[0], {**lines[1], "quantity": "11"}]
    assert post(client, "receipts/receive/", {"lines": wrong}, 409)["code"] == "over_receipt"
    assert not Move.objects.exists()
    body = {"lines": lines, "delivery_note": "DN-1"}
    first = post(client, "receipts/receive/", body, **{"Idempotency-Key": "abc"})
    again = post(client, "receipts/receive/", body, **{"Idempotency-Key": "abc"})
    assert [row["id"] for row in first] == [row["id"] for row in again]
    assert [(row["order"], row["quantity"], row["lot"]) for row in first] == [
        (bolts.number, "24", None), (paint.number, "4", "L1")
    ]  # fmt: skip
    found = client.get(f"{API}/receipts/?delivery_note=DN-1").json()["results"]
    assert len(found) == 2
    back = post(client, f"receipts/{first[1]['id']}/take-back/")
    assert back["takes_back"] == first[1]["move"]
    post(client, f"receipts/{first[1]['id']}/take-back/", status=409)
    post(as_("operator", site=make_site()), "receipts/receive/", body, 403)


def test_one_order_over_rest_takes_units_lots_and_places(site: Site) -> None:
    pump = bought(site, make_item("PUMP", tracking="serial"), 3)
    client = as_("buyer")
    path = f"replenishments/{pump.number}/receive/"
    post(client, path, {"quantity": "1", "location": "NOWHERE"}, 400)
    shown = post(client, path, {"quantity": "3", "serials": "SN-1..SN-3", "location": "STORE"})
    assert (shown["state"], shown["received_quantity"]) == ("received", "3")


def test_deliveries_and_returns_over_rest(site: Site) -> None:
    paint = make_item("PAINT", tracking="lot")
    make_stock(paint, 10, site.locations.get(code="STORE"), lot=make_lot(paint, "L1"))
    demand = wanted(site, paint)
    client = as_("operator")
    sent = post(
        client, "deliveries/deliver/", {"lines": [{"demand": "SO-1/1", "quantity": "6", "lot": "L1"}]}
    )
    assert [(row["demand"], row["quantity"], row["lot"]) for row in sent] == [("SO-1/1", "6", "L1")]
    post(client, "deliveries/deliver/", {"lines": [{"demand": "SO-9/1", "quantity": "1"}]}, 400)
    note = client.get(f"{API}/deliveries/{sent[0]['id']}/paper/")
    assert note["Content-Type"] == "application/pdf"
    reason = make_reason("BROKEN", kind="return").code
    line = {"demand": str(demand.pk), "quantity": "2", "lot": "L1"}
    back = post(client, "deliveries/return-goods/", {"lines": [line], "reason": reason, "replace": True})
    assert (back[0]["kind"], back[0]["target"]) == ("return", "QUAR")
    demand.refresh_from_db()
    assert demand.delivered_quantity == 4
    post(client, f"deliveries/{back[0]['id']}/take-back/", status=403)
    post(as_("supervisor"), f"deliveries/{back[0]['id']}/take-back/")
    demand.refresh_from_db()
    assert demand.delivered_quantity == 6


def test_a_transfer_is_shipped_over_rest(site: Site) -> None:
    make_location(site, code="ROAD", kind="transit", nettable=False)
    far = make_location(make_site("OTHER"), code="FAR")
    bolt = make_item("BOLT")
    make_stock(bolt, 30, far)
    order = create_replenishment(
        site=site, item=bolt, quantity=Decimal(24), due_on=today(), from_location=far, by=None
    )
    shown = post(as_("operator"), f"replenishments/{order.number}/ship/", {"quantity": "20"})
    assert (shown["shipped_quantity"], shown["state"]) == ("20", "sent")


def test_a_pallet_leaves_gets_lost_and_arrives_over_rest(site: Site, road: Any) -> None:
    client, order = as_("supervisor"), f"replenishments/{road.number}"
    post(client, f"{order}/ship/", {}, 400)
    shown = post(client, f"{order}/ship/", {"handling_unit": "PAL-1", "despatch_note": "CMR-9"})
    assert shown["shipped_quantity"] == "10"
    (row,) = client.get("/api/v1/planning/shipments/?despatch_note=CMR-9").json()["results"]
    assert (row["handling_unit"], row["quantity"], row["order"]) == ("PAL-1", "10", road.number)
    paper = client.get(f"/api/v1/planning/shipments/{row['id']}/paper/")
    assert paper["Content-Type"] == "application/pdf"
    reason = make_reason("FELL", kind="scrap").code
    assert post(client, f"{order}/lose/", {"quantity": "2", "reason": reason})["shipped_quantity"] == "8"
    no = post(client, f"shipments/{row['id']}/take-back/", {}, 409)
    assert "8 are still in transit" in no["detail"]
    (came,) = post(client, "receipts/receive-unit/", {"handling_unit": "PAL-1"})
    assert (came["quantity"], came["target"]) == ("8", "STORE")


def test_a_part_of_a_shipment_is_taken_back_over_rest(site: Site, road: Any) -> None:
    client = as_("supervisor")
    post(client, f"replenishments/{road.number}/ship/", {"quantity": "12"})
    (row,) = client.get("/api/v1/planning/shipments/").json()["results"]
    back = post(client, f"shipments/{row['id']}/take-back/", {"quantity": "5"})
    assert (back["takes_back"], back["quantity"]) == (row["move"], "12")
    road.refresh_from_db()
    assert road.shipped_quantity == 7


def test_a_line_is_closed_with_less_on_its_page_and_over_rest(site: Site) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 30, site.locations.get(code="STORE"))
    lines = [wanted(site, bolt) for _each in range(2)]
    deliver(lines=[DeliveryLine(demand=one, quantity=Decimal(4)) for one in lines], by=None)
    page = reverse("planning:demand", args=[lines[0].pk])
    where = reverse("planning:demand-close-short", args=[lines[0].pk])
    client = as_("supervisor")
    assert where in text(client.get(page))
    assert "required" in text(client.post(where, {"reason": ""}), 422)
    client.post(where, {"reason": "sold out"})
    assert "Closed with less than was ordered: sold out" in text(client.get(page + "?tab=deliveries"))
    done = post(
        client, f"demand/sales~{lines[1].number}~{lines[1].line}~/close-short/", {"reason": "no more"}
    )
    assert (done["state"], done["short_reason"]) == ("delivered", "no more")


def test_a_customers_tolerances_come_over_rest(site: Site) -> None:
    given = {"number": "C-9", "name": "Nine", "over_delivery_fraction": "0.1"}
    shown = post(as_("planner"), "customers/", given, 201)
    assert (shown["over_delivery_fraction"], shown["under_delivery_fraction"]) == ("0.1", "0")
