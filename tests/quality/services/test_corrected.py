"""Bad pieces that a report has brought into stock as good ones: what is left keeps its names and its count."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from execution.models import Report
from execution.services.release import release
from execution.services.report import report
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance
from planning.models import Operation
from quality.models import NonConformance
from quality.services import dispose, nonconformance
from strategies.models import Item, Site
from tests.factories import make_group, make_item, make_order, make_reason, make_site, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN")


@pytest.fixture
def inspector() -> User:
    return make_user("inspector")


def made(site: Site, by: User, item: Item, quantity: Any, bad: Any, **named: Any) -> NonConformance:
    """One operation made it all, and so much of it is bad."""
    order = make_order(item, 200, site=site, operations=[{"group": make_group(site)}])
    release(orders=[order], by=by)
    operation = Operation.objects.get(order=order)
    report(operation=operation, good=Decimal(quantity), by=by, **named)
    # The order wants no more than what was made: scrap comes out of the good ones.
    Operation.objects.filter(order=order).update(quantity=Decimal(quantity))
    return nonconformance.open_nonconformance(
        item=item, operation=operation, quantity=Decimal(bad), site=site, by=by
    )


class TestWeighedAndCounted:
    @pytest.fixture
    def cheese(self, site: Site, inspector: User) -> NonConformance:
        item = make_item(
            "CHEESE",
            unit=make_unit("KG", digits=3),
            tracking="lot",
            catch_unit=make_unit("WHEEL"),
            catch_least=Decimal(9),
            catch_most=Decimal(11),
        )
        named = {"catch_quantity": Decimal(20), "lot": "L-7", "plate": "PAL-7"}
        return made(site, inspector, item, "199.5", "19.8", **named)

    def left(self) -> tuple[Any, ...]:
        row = Balance.objects.get(quantity__gt=0)
        assert row.lot is not None and row.handling_unit is not None
        return row.quantity, row.catch_quantity, row.lot.number, row.handling_unit.number

    def test_the_pieces_that_are_scrapped_are_asked_for_and_the_rest_stays_what_it_was(
        self, cheese: NonConformance, inspector: User
    ) -> None:
        also: dict[str, Any] = {"disposition": "scrap", "reason": make_reason("DRY"), "by": inspector}
        for wrong in (None, Decimal(0), Decimal(20), Decimal("NaN")):
            with (
                pytest.raises(Refused, match="brought 20 WHEEL of CHEESE: say how many"),
                transaction.atomic(),
            ):
                dispose.decide(nonconformance=cheese, catch_quantity=wrong, **also)
        assert Report.objects.count() == 1
        dispose.decide(nonconformance=cheese, catch_quantity=Decimal(2), **also)
        assert self.left() == (Decimal("179.7"), 18, "L-7", "PAL-7")
        assert problems() == []

    def test_the_page_asks_for_them_and_rest_takes_them(
        self, client: Client, site: Site, cheese: NonConformance
    ) -> None:
        reason = make_reason("DRY")
        client.force_login(make_user("inspector", site=site))
        where = reverse("quality:decide", args=[cheese.pk])
        assert "How many WHEEL are scrapped or go back." in client.get(where).content.decode()
        refused = client.post(where, {"disposition": "scrap", "reason": reason.pk})
        assert refused.status_code == 409 and "say how many of them" in refused.content.decode()
        body = {"disposition": "scrap", "reason": "DRY", "catch_quantity": "2"}
        there = f"/api/v1/quality/nonconformances/{cheese.number}/decide/"
        said = client.post(there, body, "application/json", headers={"Idempotency-Key": "a"})
        assert said.status_code == 200, said.content
        assert self.left()[:2] == (Decimal("179.7"), 18)


def test_pieces_with_serial_numbers_are_named_and_the_others_keep_theirs(site: Site, inspector: User) -> None:
    item = make_item("PUMP", tracking="serial")
    bad = made(site, inspector, item, 3, 1, serials=("P-1", "P-2", "P-3"))
    also: dict[str, Any] = {"disposition": "scrap", "reason": make_reason("LEAK"), "by": inspector}
    with pytest.raises(Refused, match="is about 1 of 3 pieces: say which"), transaction.atomic():
        dispose.decide(nonconformance=bad, **also)
    with pytest.raises(Refused, match="P-9 did not come with RP-"), transaction.atomic():
        dispose.decide(nonconformance=bad, serials=["P-9"], **also)
    dispose.decide(nonconformance=bad, serials=["P-2"], **also)
    there = Balance.objects.filter(quantity__gt=0).order_by("pk").values_list("serial__number", flat=True)
    assert sorted(there) == ["P-1", "P-3"]
    assert problems() == []
