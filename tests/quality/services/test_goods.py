"""Purchased goods are inspected when they come in, and nobody uses them before the verdict."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from p2p.core.facts import Refused, gather, heard
from p2p.core.models import User
from p2p.inventory.models import Hold, Move
from p2p.inventory.selectors import available
from p2p.inventory.services.ledger import MoveLine, post
from planning.arrival_facts import Arriving
from planning.models import ReplenishmentMove, ReplenishmentOrder
from planning.services.receipts import take_back
from planning.services.receive import ReceiptLine, receive_lines
from planning.services.replenishment import create_replenishment
from quality.facts import InspectionOpened
from quality.models import Inspection
from quality.services import decide
from quality.services.goods import open_for_goods
from strategies.models import ItemGroup, Site
from tests.factories import make_item, make_location, make_site, make_user, make_vendor
from tests.quality.factories import make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    site = make_site("MAIN")
    make_location(site, code="DOCK", kind="receiving")
    return site


@pytest.fixture
def inspector() -> User:
    return make_user("inspector")


def bought(site: Site, item: Any = None, quantity: Any = 10, **also: Any) -> ReplenishmentOrder:
    return create_replenishment(
        site=site,
        item=item or make_item(),
        quantity=Decimal(quantity),
        due_on=date(2099, 1, 1),
        vendor=also.pop("vendor", None) or make_vendor(),
        by=None,
        **also,
    )


def came(*orders: ReplenishmentOrder, **also: Any) -> list[ReplenishmentMove]:
    lines = [ReceiptLine(order=order, quantity=order.quantity, **also) for order in orders]
    return receive_lines(lines=lines, by=None)


def move_line(move: Move, target: Any, kind: str, quantity: Any = None) -> MoveLine:
    return MoveLine(
        item=move.item,
        source=move.target,
        target=target,
        quantity=Decimal(quantity or move.quantity),
        kind=kind,
        lot=move.lot,
        serial=move.serial,
    )


def goods_plan(site: Site, **also: Any) -> Any:
    return make_plan(site, trigger="goods", **also)


class TestOpening:
    def test_a_receipt_opens_one_inspection_for_each_lot_and_says_why(self, site: Site) -> None:
        item = make_item("PAINT", tracking="lot")
        goods_plan(site, code="PAINT-IN", item=item, sample_fixed=None, sample_fraction=Decimal("0.25"))
        order = bought(site, item, 12)
        lines = [
            ReceiptLine(order=order, quantity=Decimal(8), lot="P-1"),
            ReceiptLine(order=order, quantity=Decimal(4), lot="P-2"),
        ]
        with heard(InspectionOpened) as told:
            receive_lines(lines=lines, by=None)
        first, second = Inspection.objects.order_by("pk")
        assert [len(fact.inspections) for fact in told] == [2]
        assert (str(first.lot), first.quantity, first.sample_size) == ("P-1", 8, 2)
        assert (str(second.lot), second.quantity, second.sample_size) == ("P-2", 4, 1)
        assert first.because == f"Plan PAINT-IN v1: item PAINT; receipt of {order}"
        assert first.replenishment == order and first.operation is None

    def test_the_most_specific_plan_wins_item_before_group_before_vendor_before_site(
        self, site: Site
    ) -> None:
        metal = ItemGroup.objects.create(code="METAL", name="Metal")
        acme = make_vendor("ACME")
        bolt, nut, tape = make_item("BOLT", group=metal), make_item("NUT", group=metal), make_item("TAPE")
        plans = {
            "SITE": {},
            "VENDOR": {"vendor": acme},
            "GROUP": {"item_group": metal},
            "GROUP-VENDOR": {"item_group": metal, "vendor": acme},
            "BOLT": {"item": bolt},
        }
        for code, scope in plans.items():
            goods_plan(site, code=code, **scope)
        orders = [
            bought(site, bolt, vendor=acme),
            bought(site, nut, vendor=acme),
            bought(site, nut),
            bought(site, tape, vendor=acme),
            bought(site, tape),
        ]
        came(*orders)
        found = {one.replenishment_id: one.plan.code for one in Inspection.objects.select_related("plan")}
        assert [found[order.pk] for order in orders] == ["BOLT", "GROUP-VENDOR", "GROUP", "VENDOR", "SITE"]

    def test_plans_for_releases_outside_operations_or_other_sites_open_nothing(self, site: Site) -> None:
        make_plan(site)
        make_plan(site, trigger="receipt")
        goods_plan(make_site("OTHER"))
        goods_plan(site, vendor=make_vendor("SOMEBODY-ELSE"))
        goods_plan(site, state="draft")
        came(bought(site))
        assert not Inspection.objects.exists()

    def test_a_hundred_lines_cost_as_many_statements_as_one(self, site: Site) -> None:
        few = came(bought(site, make_item(tracking="lot")))
        many = came(*(bought(site, make_item(tracking="lot")) for _ in range(9)))
        goods_plan(site)
        with CaptureQueriesContext(connection) as one:
            open_for_goods(receipts=few, by=None)
        with CaptureQueriesContext(connection) as nine:
            open_for_goods(receipts=many, by=None)
        assert Inspection.objects.count() == 10
        assert len(nine) == len(one)

    def test_who_receives_is_told_beforehand(self, site: Site) -> None:
        item = make_item("BOLT")
        goods_plan(site, item=item)
        inspected, free = bought(site, item), bought(site)
        (notice,) = gather(Arriving(orders=(inspected, free)))
        assert notice.lines == (inspected.pk,)
        assert notice.sentence == "1 line goes to inspection."
        assert gather(Arriving(orders=(free,))) == []


class TestBlocking:
    @pytest.mark.parametrize("tracking", ["none", "lot", "serial"])
    def test_nobody_can_use_what_came_in_before_the_verdict(
        self, site: Site, inspector: User, tracking: str
    ) -> None:
        goods_plan(site)
        item = make_item(tracking=tracking)
        rows = came(bought(site, item, 2))
        (inspection,) = Inspection.objects.all()
        shop = make_location(site, code="SHOP", kind="production")
        shelf = make_location(site, code="SHELF")
        assert available(site, [item.pk]) == {}
        for target, kind in ((shop, "issue"), (shelf, "transfer")):
            with pytest.raises(Refused, match=f"is on hold .Waits for {inspection.number}"):
                post(lines=[move_line(rows[0].move, target, kind)], by=None)
        decide.cancel(inspection=inspection, note="known vendor", by=inspector)
        assert available(site, [item.pk]) == {item.pk: 2}
        post(lines=[move_line(rows[0].move, shelf, "transfer")], by=None)

    def test_pieces_with_serial_numbers_share_one_inspection(self, site: Site) -> None:
        goods_plan(site)
        came(bought(site, make_item(tracking="serial"), 3))
        (inspection,) = Inspection.objects.all()
        assert inspection.quantity == 3
        assert Hold.objects.filter(reference=inspection.number, serial__isnull=False).count() == 3

    def test_a_plan_that_does_not_block_holds_nothing(self, site: Site) -> None:
        goods_plan(site, blocks=False)
        came(bought(site))
        assert Inspection.objects.count() == 1
        assert not Hold.objects.exists()

    def test_two_receipts_of_one_untracked_item_are_free_with_the_last_verdict(
        self, site: Site, inspector: User
    ) -> None:
        goods_plan(site)
        item = make_item()
        came(bought(site, item, 5), bought(site, item, 3))
        first, second = Inspection.objects.order_by("pk")
        decide.cancel(inspection=first, note="sampled", by=inspector)
        assert available(site, [item.pk]) == {}
        decide.cancel(inspection=second, note="sampled", by=inspector)
        assert available(site, [item.pk]) == {item.pk: 8}

    def test_a_hold_goes_along_into_quarantine(self, site: Site, inspector: User) -> None:
        goods_plan(site)
        cage = make_location(site, code="CAGE", kind="quarantine")
        shop = make_location(site, code="SHOP", kind="production")
        (row,) = came(bought(site, make_item(), 5))
        (moved,) = post(lines=[move_line(row.move, cage, "transfer")], by=None)
        with pytest.raises(Refused, match="is on hold"):
            post(lines=[move_line(moved, shop, "issue")], by=None)
        decide.cancel(inspection=Inspection.objects.get(), note="fine", by=inspector)
        post(lines=[move_line(moved, shop, "issue")], by=None)

    def test_rejected_goods_stay_on_hold(self, site: Site, inspector: User) -> None:
        goods_plan(site)
        item = make_item(tracking="serial")
        came(bought(site, item, 2))
        inspection = Inspection.objects.get()
        decide.reject(inspection=inspection, note="rust", by=inspector)
        assert available(site, [item.pk]) == {}
        decide.reopen(inspection=inspection, by=inspector)
        assert Hold.objects.filter(released_at=None).count() == 2
        decide.cancel(inspection=inspection, note="sorted", by=inspector)
        decide_again = Inspection.objects.get()
        assert decide_again.state == "cancelled"
        assert available(site, [item.pk]) == {item.pk: 2}

    def test_what_is_reopened_is_on_hold_again_also_without_a_lot(self, site: Site, inspector: User) -> None:
        plan = goods_plan(site)
        item = make_item()
        came(bought(site, item, 2))
        inspection = Inspection.objects.get()
        plan.lines.all().delete()
        decide.accept(inspection=inspection, by=inspector)
        assert available(site, [item.pk]) == {item.pk: 2}
        decide.reopen(inspection=inspection, by=inspector)
        assert available(site, [item.pk]) == {}


class TestTakingBack:
    def test_a_receipt_taken_back_calls_its_inspection_off(self, site: Site) -> None:
        goods_plan(site)
        order = bought(site, make_item(tracking="lot"))
        rows = came(order)
        take_back(receipts=rows, by=None)
        inspection = Inspection.objects.get()
        assert (inspection.state, inspection.note) == ("cancelled", f"The receipt of {order} was taken back")
        assert not Hold.objects.filter(released_at=None).exists()

    def test_taken_back_in_part_it_covers_the_rest(self, site: Site) -> None:
        goods_plan(site)
        rows = came(bought(site, make_item(tracking="serial"), 3))
        take_back(receipts=rows[:1], by=None)
        inspection = Inspection.objects.get()
        assert (inspection.state, inspection.quantity) == ("open", 2)
        assert set(Hold.objects.filter(released_at=None).values_list("serial", flat=True)) == {
            row.move.serial_id for row in rows[1:]
        }

    def test_taken_back_in_part_no_more_samples_are_asked_for_than_are_left(self, site: Site) -> None:
        goods_plan(site, sample_fixed=3)
        rows = came(bought(site, make_item(tracking="serial"), 4))
        assert Inspection.objects.get().sample_size == 3
        take_back(receipts=rows[:2], by=None)
        assert Inspection.objects.get().sample_size == 2

    def test_a_decided_inspection_stays_as_it_was_decided(self, site: Site, inspector: User) -> None:
        goods_plan(site)
        rows = came(bought(site, make_item(tracking="lot")))
        decide.reject(inspection=Inspection.objects.get(), note="rust", by=inspector)
        take_back(receipts=rows, by=None)
        assert Inspection.objects.get().state == "rejected"

    def test_goods_received_again_are_inspected_again(self, site: Site) -> None:
        goods_plan(site)
        order = bought(site, make_item(tracking="lot"))
        take_back(receipts=came(order, lot="L-1"), by=None)
        order.refresh_from_db()
        came(order, lot="L-1")
        assert list(Inspection.objects.order_by("pk").values_list("state", flat=True)) == [
            "cancelled",
            "open",
        ]
