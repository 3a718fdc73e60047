"""What is weighed beside being counted is taken as a phantom by no bill, through whichever door it comes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from p2p.core import clock
from p2p.core.refusal import Refused
from strategies.models import BomLine, BomVersion, Item
from strategies.services import boms, replace, versions
from strategies.services.bom_inputs import LineInput
from strategies.services.importer import take_rows
from strategies.services.items import change_item, create_item
from tests.factories import make_bom, make_item, make_unit, make_user

pytestmark = pytest.mark.django_db

RANGE: dict[str, Any] = {"catch_least": Decimal("0.9"), "catch_most": Decimal("1.1")}
TAKES = "BOARD v1, line 10 takes HAM as a phantom"


@pytest.fixture
def ham() -> Item:
    return make_item("HAM", unit=make_unit("KG", digits=3))


def weigh(item: Item) -> Item:
    return change_item(item=item, catch_unit=make_unit("PC"), **RANGE, by=make_user())


def board_of(ham: Item, **also: Any) -> BomVersion:
    """A bill that takes it as a phantom, which has a bill of its own."""
    make_bom(ham, {make_item("PORK"): 1})
    bom = make_bom(make_item("BOARD"), {ham: 1}, **also)
    bom.lines.update(kind=BomLine.Kind.PHANTOM)
    return bom


def test_a_line_takes_it_as_an_item_only(ham: Item) -> None:
    bom = make_bom(make_item("BOARD"), {make_item("PLATE"): 1}, state="draft")
    ham = weigh(ham)
    phantom = LineInput(component=ham, kind="phantom")
    with pytest.raises(Refused, match="BOARD v1: HAM is weighed and counted, so it cannot be a phantom"):
        boms.add_line(bom=bom, line=phantom, by=make_user())
    assert boms.add_line(bom=bom, line=LineInput(component=ham), by=make_user()).kind == "item"


def test_an_item_is_either(ham: Item) -> None:
    said = {"name": "Ham", "unit": ham.unit, "catch_unit": make_unit("PC"), **RANGE}
    with pytest.raises(Refused, match="CURED is weighed and counted: it cannot be a phantom"):
        create_item(number="CURED", phantom=True, by=make_user(), **said)


@pytest.mark.parametrize("step", [versions.submit, versions.approve])
def test_a_draft_that_takes_it_does_not_go_on(ham: Item, step: Any) -> None:
    bom = board_of(ham, state="draft")
    weigh(ham)
    with pytest.raises(Refused, match=f"{TAKES}, and HAM is weighed and counted"):
        step(version=bom, by=make_user())
    bom.lines.update(valid_to=clock.now().date() - timedelta(1))
    assert step(version=bom, by=make_user()).state in ("in_approval", "approved")


def test_nor_does_one_go_live_that_was_approved_before(ham: Item) -> None:
    bom = board_of(ham, state="approved")
    Item.objects.filter(pk=ham.pk).update(catch_unit=make_unit("PC"), **RANGE)
    with pytest.raises(Refused, match=TAKES):
        versions.activate(version=bom, by=make_user())
    bom.lines.update(kind=BomLine.Kind.ITEM)
    assert versions.activate(version=bom, by=make_user()).state == "active"


@pytest.mark.parametrize("state", ["approved", "active"])
def test_what_a_bill_takes_as_a_phantom_is_not_weighed_and_counted_from_now_on(ham: Item, state: str) -> None:
    bom = board_of(ham, state=state)
    with pytest.raises(Refused, match=f"{TAKES}: it cannot be weighed and counted"), transaction.atomic():
        weigh(ham)
    ham.refresh_from_db()
    assert ham.catch_unit is None
    versions.retire(version=bom, by=make_user())
    assert weigh(ham).catch_unit is not None


def places(outcome: Any) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.column, problem.text) for problem in outcome.problems if problem.is_error]


def test_a_sheet_of_lines_brings_none(ham: Item) -> None:
    make_bom(make_item("BOARD"), {make_item("PLATE"): 1}, state="draft")
    weigh(ham)
    row = {
        "item": "BOARD",
        "version": "1",
        "position": "20",
        "component": "HAM",
        "quantity": "1",
        "unit": "KG",
    }
    outcome = take_rows(sheet="bom_lines", rows=[row | {"kind": "phantom"}], partly=False, by=None)
    [(line, column, text)] = places(outcome)
    assert (line, column) == (1, "kind")
    assert "BOARD v1, line 20 takes HAM as a phantom, and HAM is weighed and counted" in text
    assert take_rows(sheet="bom_lines", rows=[row | {"kind": "item"}], partly=False, by=None).saved


def test_a_sheet_of_items_weighs_none(ham: Item) -> None:
    board_of(ham)
    make_unit("PC")
    row = {"number": "HAM", "name": "Ham", "unit": "KG",
           "catch_unit": "PC", "catch_least": "0.9", "catch_most": "1.1"}  # fmt: skip
    [(line, column, text)] = places(take_rows(sheet="items", rows=[row], partly=False, by=None))
    assert (line, column) == (1, "catch_unit") and f"{TAKES}: it cannot be weighed" in text
    BomLine.objects.update(kind=BomLine.Kind.ITEM)
    [(_line, column, text)] = places(
        take_rows(sheet="items", rows=[row | {"phantom": "yes"}], partly=False, by=None)
    )
    assert column == "catch_unit" and "it is a service or a phantom" in text
    assert take_rows(sheet="items", rows=[row], partly=False, by=None).saved


@pytest.fixture
def _on_the_spot(settings: Any) -> None:
    settings.RUNS = "inline"


@pytest.mark.usefixtures("_on_the_spot")
def test_a_mass_replacement_leaves_such_lines_alone_and_brings_none_back(
    ham: Item, django_capture_on_commit_callbacks: Any
) -> None:
    bom, plain = board_of(ham), make_bom(make_item("PLATTER"), {ham: 1})
    new = make_item("SALAMI", unit=ham.unit)
    with django_capture_on_commit_callbacks(execute=True):
        run = replace.start(old=ham, new=weigh(new), by=make_user())
    left = run.lines.get(bom=bom)
    assert (left.outcome, left.problem) == (
        "weighed",
        "The line takes a phantom, and SALAMI is weighed and counted: nobody would weigh it.",
    )
    assert (bom.lines.get().component, plain.lines.get().component) == (ham, new)
    other = make_item("MOUSSE", unit=ham.unit)
    with django_capture_on_commit_callbacks(execute=True):
        run = replace.start(old=ham, new=other, by=make_user())
    weigh(ham)
    run.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        back = replace.undo(run=run, by=make_user())
    back.refresh_from_db()
    assert (bom.lines.get().component, back.summary["weighed"]) == (other, 1)
    assert "HAM is weighed and counted by now" in back.lines.get(bom=bom).problem
