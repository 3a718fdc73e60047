from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

import pytest

from p2p.core.refusal import Refused
from strategies.models import BomAlternate, BomLine, BomStep
from strategies.services import boms, designing
from strategies.services.bom_inputs import LineInput
from strategies.services.bom_words import WORDS
from tests.factories import make_bom, make_item, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    parts = {make_item(number): 1 for number in ("A", "B", "C", "D")}
    bom = make_bom(make_item("TOP"), parts, state="draft")
    bom.lines.filter(component__number__in=("C", "D")).update(operation_number=20)
    return bom


def rows(bom):
    lines = bom.lines.order_by("operation_number", "position")
    return [
        (line.component.number, line.operation_number, line.quantity)
        for line in lines.select_related("component")
    ]


def line(bom, number):
    return bom.lines.select_related("component", "unit").get(component__number=number)


def numbers(bom):
    return "".join(bom.lines.order_by("position").values_list("component__number", flat=True))


def test_a_changed_cell_is_taken_back(draft):
    was, by = rows(draft), make_user()
    designing.change(line=line(draft, "A"), changes={"quantity": Decimal(7)}, revision=1, by=by)
    assert line(draft, "A").quantity == 7
    draft.refresh_from_db()
    assert draft.revision == 2
    designing.undo(bom=draft, revision=2, by=by)
    assert rows(draft) == was


def test_several_changes_are_taken_back_one_after_the_other(draft):
    was, by = rows(draft), make_user()
    designing.change(line=line(draft, "A"), changes={"quantity": Decimal(7)}, by=by)
    designing.add(bom=draft, lines=[LineInput(component=make_item("E"))], by=by)
    designing.remove(bom=draft, lines=[line(draft, "B").pk], by=by)
    designing.move(bom=draft, lines=[line(draft, "D").pk], after=line(draft, "A"), by=by)
    for _ in range(4):
        designing.undo(bom=draft, by=by)
    assert rows(draft) == was
    with pytest.raises(Refused, match="nothing to take back"):
        designing.undo(bom=draft, by=by)


def test_a_removed_line_comes_back_with_its_steps_and_alternates(draft):
    gone, by = line(draft, "B"), make_user()
    BomStep.objects.create(line=gone, from_quantity=0, quantity=5)
    BomAlternate.objects.create(line=gone, component=make_item("X"), ratio=2)
    designing.remove(bom=draft, lines=[gone.pk], by=by)
    assert not BomStep.objects.exists()
    designing.undo(bom=draft, by=by)
    again = line(draft, "B")
    assert (again.pk, again.steps.get().quantity, again.alternates.get().component.number) == (
        gone.pk,
        5,
        "X",
    )


def test_an_older_revision_is_refused_and_nothing_is_saved(draft):
    first, second = make_user(), make_user()
    designing.change(line=line(draft, "A"), changes={"quantity": Decimal(2)}, revision=1, by=first)
    with pytest.raises(Refused, match="changed by somebody else meanwhile") as refused:
        designing.change(line=line(draft, "A"), changes={"quantity": Decimal(3)}, revision=1, by=second)
    assert (refused.value.code, line(draft, "A").quantity) == ("changed_meanwhile", 2)


def test_what_was_changed_outside_the_designer_since_is_not_overwritten(draft):
    by = make_user()
    designing.change(line=line(draft, "A"), changes={"quantity": Decimal(2)}, by=by)
    boms.add_line(bom=draft, line=LineInput(component=make_item("E")), by=by)
    with pytest.raises(Refused, match="outside the designer"):
        designing.undo(bom=draft, by=by)


def test_a_line_moves_behind_another_and_to_its_operation(draft):
    designing.move(
        bom=draft, lines=[line(draft, "A").pk], after=line(draft, "C"), operation_number=20, by=make_user()
    )
    assert (numbers(draft), line(draft, "A").operation_number) == ("BCAD", 20)
    assert line(draft, "A").position == 35


def test_a_line_moves_before_the_first_of_an_operation_and_of_the_bill(draft):
    by = make_user()
    designing.move(bom=draft, lines=[line(draft, "D").pk], operation_number=20, by=by)
    assert numbers(draft) == "ABDC"
    designing.move(bom=draft, lines=[line(draft, "C").pk], operation_number=None, by=by)
    assert numbers(draft) == "CABD"


def test_without_room_between_two_lines_all_positions_count_in_tens(draft):
    for place, number in enumerate("ABCD", start=1):
        draft.lines.filter(component__number=number).update(position=place)
    designing.move(
        bom=draft, lines=[line(draft, "D").pk], after=line(draft, "A"), operation_number=20, by=make_user()
    )
    assert list(draft.lines.order_by("position").values_list("position", flat=True)) == [10, 20, 30, 40]
    assert numbers(draft) == "ADBC"


def test_what_a_vendor_supplies_does_not_leave_its_operation(draft):
    draft.lines.filter(component__number="C").update(kind=BomLine.Kind.VENDOR)
    with pytest.raises(Refused, match="belongs to an operation"):
        designing.move(bom=draft, lines=[line(draft, "C").pk], operation_number=None, by=make_user())


def test_rows_are_added_together_or_not_at_all(draft):
    good, bad = LineInput(component=make_item("E"), quantity=Decimal(2)), LineInput(component=draft.item)
    with pytest.raises(Refused):
        designing.add(bom=draft, lines=[good, bad], by=make_user())
    assert numbers(draft) == "ABCD"
    designing.add(bom=draft, lines=[good], after=line(draft, "A"), by=make_user())
    assert numbers(draft) == "AEBCD"


def test_undo_never_closes_a_loop(draft):
    gone, by = line(draft, "A"), make_user()
    designing.remove(bom=draft, lines=[gone.pk], by=by)
    make_bom(gone.component, {draft.item: 1})
    with pytest.raises(Refused, match="A → TOP → A|TOP → A → TOP"):
        designing.undo(bom=draft, by=by)


def test_what_was_changed_is_said_in_words_and_every_column_of_a_line_has_its_word(draft):
    by = make_user()
    changes = {"scrap_fraction": Decimal("0.1"), "operation_number": 20}
    designing.change(line=line(draft, "A"), changes=changes, by=by)
    assert designing.undo(bom=draft, by=by).said == f"{line(draft, 'A').component}: operation, scrap"
    assert set(WORDS) == {each.name for each in fields(LineInput)}
