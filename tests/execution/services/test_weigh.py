"""A bulk component is weighed in: summed, less the tare, in the item's unit, within tolerance or with a reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from execution.models import PickLine, PickList
from execution.services.pick import unpick
from execution.services.release import release
from execution.services.weigh import weigh_in
from p2p.core.access import Role
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Move
from p2p.inventory.services.weighing import net_weight
from planning.models import Material
from strategies.models import Site
from tests.execution.conftest import Plant
from tests.factories import (
    make_conversion,
    make_item,
    make_lot,
    make_order,
    make_reason,
    make_stock,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def flour(plant: Plant) -> Material:
    """20 kg of it are needed and on a pick list; 100 are there, 2 % more or less is nothing."""
    Site.objects.filter(pk=plant.site.pk).update(over_report_fraction=Decimal("0.02"))
    plant.site.refresh_from_db()
    item = make_item("FLOUR", unit=make_unit("KG", digits=3))
    make_stock(item, 100, plant.places["STORE"])
    order = make_order(
        plant.product,
        10,
        site=plant.site,
        number="MO-1",
        operations=[{"group": plant.groups[0]}],
        materials={item: 2},
    )
    release(orders=[order], by=plant.worker)
    return Material.objects.get(order=order)


def weigh(plant: Plant, flour: Material, weighings: str, **also: Any) -> Decimal:
    weigh_in(material=flour, weighings=weighings, by=plant.worker, **also)
    flour.refresh_from_db()
    return flour.issued_quantity


def test_several_weighings_less_the_tare_are_issued(plant: Plant, flour: Material) -> None:
    assert weigh(plant, flour, "10.4 kg\n10.7 kg", tare="0.5 kg") == Decimal("20.1")
    assert plant.there(flour.item) == Decimal("79.9")
    assert PickList.objects.get().state == "open" or not PickList.objects.get().lines.exclude(
        picked_quantity__gt=0
    )
    assert problems() == []


def test_grams_become_kilograms(plant: Plant, flour: Material) -> None:
    make_conversion("G", "KG", 1, 1000)
    assert weigh(plant, flour, "20050 g") == Decimal("20.05")


def test_out_of_tolerance_asks_a_reason_and_keeps_it(plant: Plant, flour: Material) -> None:
    for weighings in ("20.5 kg", "19.5 kg"):
        with pytest.raises(Refused, match="is outside 19.6 to 20.4 KG: say why."), transaction.atomic():
            weigh(plant, flour, weighings)
    wet = make_reason("WET", kind="adjustment")
    assert weigh(plant, flour, "21.5 kg", reason=wet) == Decimal("21.5")
    assert Move.objects.get(kind="issue").reason == wet
    assert problems() == []


def test_less_is_no_question_while_more_comes(plant: Plant, flour: Material) -> None:
    assert weigh(plant, flour, "8 kg", more_comes=True) == 8
    assert weigh(plant, flour, "12.1 kg") == Decimal("20.1")
    with pytest.raises(Refused, match="is on no open pick list|outside"), transaction.atomic():
        weigh(plant, flour, "1 kg", reason=make_reason("MORE", kind="adjustment"))


def test_what_was_weighed_in_comes_back_whole(plant: Plant, flour: Material) -> None:
    weigh(plant, flour, "20.3 kg")
    unpick(pick_list=PickList.objects.get(), by=plant.worker)
    flour.refresh_from_db()
    assert (flour.issued_quantity, plant.there(flour.item)) == (0, 100)
    assert problems() == []


@pytest.mark.parametrize(
    ("weighings", "tare", "sentence"),
    [
        ("", "", "Put FLOUR on the scale first."),
        ("lots", "", "“lots” is no weight: a number and a unit, such as 12.35 kg."),
        ("12 stone", "", "The scale says stone, and there is no such unit."),
        ("0.5 kg", "0.5 kg", "0.5 KG of FLOUR is not more than the tare of 0.5 KG."),
        ("1.00005 kg", "", "1.00005 KG of FLOUR has more digits than KG allows (3)."),
    ],
)
def test_what_cannot_be_weighed_is_said_in_one_sentence(
    plant: Plant, flour: Material, weighings: str, tare: str, sentence: str
) -> None:
    with pytest.raises(Refused) as no:
        net_weight(item=flour.item, weighings=weighings, tare=tare)
    assert str(no.value) == sentence


def ham_in_lots(plant: Plant, needed: int, lots: dict[str, int]) -> Material:
    """Ham of 0.5 to 3 kg a piece: `lots` of so many kg, 6 pieces each; `needed` kg are on the pick list."""
    item = make_item(
        "HAM",
        unit=make_unit("KG", digits=3),
        catch_unit=make_unit("PC"),
        catch_least=Decimal("0.5"),
        catch_most=Decimal(3),
        tracking="lot",
    )
    for number, weight in lots.items():
        lot = make_lot(item, number)
        make_stock(item, weight, plant.places["STORE"], lot=lot, catch_quantity=Decimal(6))
    order = make_order(
        plant.product,
        10,
        site=plant.site,
        number="MO-1",
        operations=[{"group": plant.groups[0]}],
        materials={item: Decimal(needed) / 10},
    )
    release(orders=[order], by=plant.worker)
    return Material.objects.get(order=order)


def test_the_pieces_on_the_scale_are_shared_among_the_lots_they_come_from(plant: Plant) -> None:
    ham = ham_in_lots(plant, 14, {"A": 10, "B": 10})
    assert weigh(plant, ham, "14 kg", catch_quantity=Decimal(8)) == 14
    issued = Move.objects.filter(kind="issue").order_by("lot__number")
    assert list(issued.values_list("lot__number", "quantity", "catch_quantity")) == [
        ("A", 10, 6),
        ("B", 4, 2),
    ]
    assert not Move.objects.filter(kind="adjustment").exists()
    assert Balance.objects.get(lot__number="B", location=plant.places["STORE"]).catch_quantity == 4
    assert problems() == []


def test_fewer_pieces_than_the_lots_have_are_refused(plant: Plant) -> None:
    ham = ham_in_lots(plant, 14, {"A": 10, "B": 10})
    with pytest.raises(Refused, match="4 KG of HAM: say how many PC that is"), transaction.atomic():
        weigh(plant, ham, "14 kg", catch_quantity=Decimal(6))
    assert not Move.objects.filter(kind="issue").exists()


def test_pieces_of_two_lots_that_both_keep_some_are_weighed_one_at_a_time(plant: Plant) -> None:
    ham = ham_in_lots(plant, 14, {"A": 10, "B": 10})
    for line in PickLine.objects.filter(material=ham):
        PickLine.objects.filter(pk=line.pk).update(quantity=7)
    with pytest.raises(Refused, match="would be taken from 2 places"), transaction.atomic():
        weigh(plant, ham, "14 kg", catch_quantity=Decimal(8))
    assert not Move.objects.filter(kind="issue").exists()


def test_what_is_weighed_on_a_pick_list_is_booked_on_no_other(client: Client, plant: Plant) -> None:
    plant.fill(100)
    order = plant.order(10, number="MO-1")
    (first,) = release(orders=[order], by=plant.worker)
    line = first.lines.get(material__item=plant.paint)
    second = PickList.objects.create(number="PL-2", order=order)
    own = PickLine.objects.create(pick_list=second, material=line.material, quantity=line.quantity)
    client.force_login(make_user(Role.SUPERVISOR))
    body = {"line": own.pk, "weighings": "0.5", "more_comes": True}
    where = f"/api/v1/execution/pick-lists/{second.number}/weigh/"
    said = client.post(where, body, "application/json", headers={"Idempotency-Key": "a"})
    assert said.status_code == 200, said.content
    for row in (line, own):
        row.refresh_from_db()
    assert (line.picked_quantity, own.picked_quantity) == (0, Decimal("0.5"))
