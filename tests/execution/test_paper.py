"""The floor's papers read back: a long pick list, an order with everything, labels."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from reportlab.lib.units import mm

from execution import paper
from execution.models import PickLine, PickList
from execution.services.release import release
from p2p.core.paper import picture
from p2p.core.services.attachments import attach
from strategies.models import InstructionStep, Item
from tests.core.paper.reading import codes, ink_beyond, pages
from tests.execution.conftest import Plant, operations
from tests.factories import make_item, make_order, make_route, make_stock, make_user

pytestmark = pytest.mark.django_db


def test_a_pick_list_of_two_hundred_lines_names_each_once_on_counted_pages(plant: Plant) -> None:
    parts = [make_item(f"P-{number:03}") for number in range(200)]
    Item.objects.filter(pk__in=[part.pk for part in parts]).update(
        name="Кронштейн заднего колеса, усиленный" * 2
    )
    for part in parts:
        make_stock(part, 10, plant.places["STORE"])
    order = make_order(plant.product, 5, site=plant.site, operations=[{}], materials=dict.fromkeys(parts, 1))
    one = release(orders=[order], by=plant.worker)[0]
    assert PickLine.objects.filter(pick_list=one).count() == 200
    sheet = paper.pick_list(one)
    read = pages(sheet)
    assert [word for page in read for word in page.split() if word.startswith("P-")] == [
        p.number for p in parts
    ]
    assert all(f"Page {place} of {len(read)}" in page for place, page in enumerate(read, start=1))
    assert all("Place Item Lot or serial Quantity Op. Taken" in page for page in read)
    assert not any(ink_beyond(sheet, 14 * mm, page=place) for place in range(len(read)))
    assert codes(sheet) == [("Code128", one.number), ("QRCode", one.number)]


def test_a_traveller_says_what_to_do_in_any_script_and_its_codes_lead_to_the_operations(plant: Plant) -> None:
    order = plant.order(5, number="MO-7")
    route = make_route(plant.product, [{}])
    step = route.operations.get()
    for place in range(1, 80):
        InstructionStep.objects.create(
            operation=step, position=place, text=f"安裝前輪總成 {place}: tighten to 5 Nm"
        )
    cut, weld = operations(order)
    type(cut).objects.filter(pk=cut.pk).update(route_operation=step)
    Item.objects.filter(pk=plant.product.pk).update(name="Rower miejski „Łódź” ⌀ 28")
    sheet = paper.traveller(order)
    read = " ".join(pages(sheet))
    assert "Rower miejski „Łódź” ⌀ 28" in read
    assert all(f"{place}. 安裝前輪總成 {place}: tighten to 5 Nm" in read for place in range(1, 80))
    scanned = {words for place in range(len(pages(sheet))) for _kind, words in codes(sheet, page=place)}
    assert {"MO-7", paper.operation_code(cut), paper.operation_code(weld)} <= scanned
    assert {item.number for item in (plant.frame, plant.wheel, plant.paint)} <= set(read.split())


def test_a_list_without_lines_says_so(plant: Plant) -> None:
    order = make_order(plant.product, 5, site=plant.site, operations=[{}])
    one = PickList.objects.create(number="PK-EMPTY", order=order)
    assert "Nothing to bring" in pages(paper.pick_list(one))[0]


@pytest.mark.parametrize(
    ("asked", "printed"), [("", 1), ("?copies=3", 3), ("?copies=x", 1), ("?copies=0", 1)]
)
def test_as_many_labels_as_asked_for(plant: Plant, client: Client, asked: str, printed: int) -> None:
    order = plant.order(Decimal(5), number="MO-8")
    client.force_login(make_user("operator"))
    answer = client.get(reverse("execution:label", args=[order.pk]) + asked)
    assert answer["Content-Type"] == "application/pdf"
    assert len(pages(answer.content)) == printed
    assert codes(answer.content, dots=203) == [("Code128", "MO-8"), ("QRCode", "MO-8")]


def test_a_traveller_shows_the_pictures_of_its_steps_and_names_what_is_none(plant: Plant) -> None:
    order = plant.order(5)
    step = make_route(plant.product, [{}]).operations.get()
    told = InstructionStep.objects.create(
        operation=step, position=1, title="Fork", text="Fit it", tools="5 mm key", materials="grease"
    )
    type(operations(order)[0]).objects.filter(order=order, number=10).update(route_operation=step)
    assert b"/Subtype /Image" not in paper.traveller(order)
    drawn = io.BytesIO()
    Image.new("RGB", (3000, 2000), "navy").save(drawn, "PNG")
    drawn.seek(0)
    attach(record=told, name="fork.png", content=drawn, by=make_user("engineer"))
    sheet = paper.traveller(order)
    assert b"/Subtype /Image" in sheet
    assert "1. Fork: Fit it 5 mm key · grease" in " ".join(" ".join(pages(sheet)).split())
    assert "broken.png" in picture(b"no picture", name="broken.png").getPlainText()
