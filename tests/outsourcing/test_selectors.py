"""What the workbench says can go to a vendor: pieces of the operation before, whether links or numbers say which."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from execution.services.release import release
from execution.services.report import report
from outsourcing import selectors
from outsourcing.services import order as ordering
from planning.models import Operation, OperationLink, ProductionOrder
from tests.factories import make_item, make_order, make_site, make_user, make_vendor, make_vendor_price

pytestmark = pytest.mark.django_db
MIDDLE, AT_FIRST = [{}, {"outside": True}, {}], [{"outside": True}, {}]
numbers = pytest.mark.parametrize("linked", [True, False], ids=["by links", "by numbers"])


def sent_order(operations: list[dict[str, object]], *, linked: bool, **also: object) -> ProductionOrder:
    """A released order of ten with an agreed line for its outside work."""
    vendor, item, by = make_vendor(subcontractor=True), make_item(), make_user("buyer")
    steps = [step | ({"vendor": vendor} if step else {}) for step in operations]
    made = make_order(item, 10, site=make_site(), operations=steps, **also)
    outside = Operation.objects.get(order=made, outside=True)
    make_vendor_price(vendor, item, "1", operation_number=outside.number)
    if not linked:
        OperationLink.objects.filter(before__order=made).delete()
    release(orders=[made], by=by)
    ordering.send(order=selectors.lines().get().order, by=by)
    return made


def weld(order: ProductionOrder, good: int) -> None:
    report(
        operation=Operation.objects.get(order=order, number=10),
        good=Decimal(good),
        by=make_user("supervisor"),
    )


@numbers
def test_only_what_the_operation_before_has_made_is_ready_to_go(linked: bool) -> None:
    order = sent_order(MIDDLE, linked=linked)
    line = selectors.lines().get()
    assert (line.first, line.ready) == (False, 0)
    assert not selectors.to_send().exists()
    weld(order, 4)
    assert (selectors.lines().get().ready, selectors.to_send().get()) == (4, line)


@numbers
def test_components_for_work_that_comes_first_can_go_at_once(linked: bool) -> None:
    order = sent_order(AT_FIRST, linked=linked)
    assert selectors.lines().get().first
    assert not selectors.to_send().exists()
    step = Operation.objects.get(order=order, number=10)
    order.materials.create(
        position=10,
        item=make_item(),
        unit=order.unit,
        operation=step,
        kind="item",
        quantity=10,
        quantity_per=1,
    )
    assert selectors.to_send().get() == selectors.lines().get()


@numbers
def test_components_for_later_work_wait_for_its_pieces(linked: bool) -> None:
    order = sent_order(MIDDLE, linked=linked)
    step = Operation.objects.get(order=order, number=20)
    order.materials.create(
        position=10,
        item=make_item(),
        unit=order.unit,
        operation=step,
        kind="item",
        quantity=10,
        quantity_per=1,
    )
    assert not selectors.to_send().exists()


@numbers
def test_the_form_offers_what_stands_ready(linked: bool, client: Client) -> None:
    order = sent_order(MIDDLE, linked=linked)
    weld(order, 4)
    client.force_login(make_user("buyer"))
    line = selectors.lines().get()
    page = client.get(f"/outsourcing/orders/{line.order.pk}/send-material").content.decode()
    [field] = [part for part in page.split("<input") if f'name="quantity_{line.pk}"' in part]
    assert 'value="4"' in field
