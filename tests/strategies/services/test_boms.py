from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from p2p.core.facts import heard
from p2p.core.refusal import Refused
from strategies.facts import VersionChanged, VersionMoved
from strategies.models import BomLine, BomVersion
from strategies.services import boms, versions
from strategies.services.boms import LineInput
from tests.factories import make_bom, make_item, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer():
    return make_user("engineer")


def line(component, quantity=1, **also) -> LineInput:
    return LineInput(component=component, quantity=Decimal(quantity), **also)


def test_a_draft_gets_the_next_version_and_positions_by_ten(engineer):
    bike, wheel, frame = make_item("BIKE"), make_item("WHEEL"), make_item("FRAME")
    with heard(VersionChanged) as told:
        first = boms.draft_bom(item=bike, lines=[line(wheel, 2), line(frame)], by=engineer)
    second = boms.draft_bom(item=bike, by=engineer)
    assert (first.version, second.version, first.state) == (1, 2, "draft")
    assert list(first.lines.values_list("position", "component__number", "quantity")) == [
        (10, "WHEEL", Decimal(2)),
        (20, "FRAME", Decimal(1)),
    ]
    assert [fact.version for fact in told] == [first]


@pytest.mark.parametrize("state", ["draft", "in_approval", "active"])
def test_a_loop_over_three_items_is_refused_with_its_path_and_nothing_is_saved(engineer, state):
    a, b, c = make_item("A"), make_item("B"), make_item("C")
    make_bom(a, {b: 1}, state=state)
    make_bom(b, {c: 1}, state=state)
    with pytest.raises(Refused, match="An item cannot go into itself: C → A → B → C."):
        boms.draft_bom(item=c, lines=[line(a)], by=engineer)
    assert not BomVersion.objects.filter(item=c).exists()


def test_a_loop_through_a_retired_version_is_none(engineer):
    a, b = make_item("A"), make_item("B")
    make_bom(a, {b: 1}, state="retired")
    assert boms.draft_bom(item=b, lines=[line(a)], by=engineer).lines.count() == 1


def test_an_item_is_no_component_of_itself(engineer):
    a = make_item("A")
    with pytest.raises(Refused, match="A → A"):
        boms.draft_bom(item=a, lines=[line(a)], by=engineer)


def test_a_line_in_a_unit_that_leads_nowhere_is_refused_by_name(engineer):
    bike, paint = make_item("BIKE"), make_item("PAINT", unit=make_unit("OZ", digits=2))
    with pytest.raises(Refused, match="PAINT is counted in OZ, and nothing says how many OZ one CAN is"):
        boms.draft_bom(item=bike, lines=[line(paint, unit=make_unit("CAN"))], by=engineer)


@pytest.mark.parametrize(
    ("also", "sentence"),
    [
        ({"quantity": 0}, "WHEEL: the quantity has to be more than 0"),
        ({"scrap_fraction": Decimal(1)}, "WHEEL: scrap is a share from 0 to below 1"),
        ({"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)}, "the last day is before the first"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(engineer, also, sentence):
    bike, wheel = make_item("BIKE"), make_item("WHEEL")
    with pytest.raises(Refused, match=sentence):
        boms.draft_bom(item=bike, lines=[line(wheel, **also)], by=engineer)


def test_lines_of_a_draft_are_added_changed_and_removed(engineer):
    bike, wheel, frame = make_item("BIKE"), make_item("WHEEL"), make_item("FRAME")
    bom = boms.draft_bom(item=bike, lines=[line(wheel, 2)], by=engineer)
    added = boms.add_line(bom=bom, line=line(frame), by=engineer)
    assert added.position == 20
    boms.change_line(line=added, to=line(frame, 3, scrap_fraction=Decimal("0.1")), by=engineer)
    boms.remove_line(line=bom.lines.get(position=10), by=engineer)
    kept = bom.lines.get()
    assert (kept.component, kept.quantity, kept.scrap_fraction, kept.position) == (
        frame,
        3,
        Decimal("0.1"),
        20,
    )
    with pytest.raises(Refused, match="Position 20 is taken"):
        boms.add_line(bom=bom, line=line(wheel, position=20), by=engineer)


def test_lines_of_an_active_version_do_not_change(engineer):
    bike, wheel = make_item("BIKE"), make_item("WHEEL")
    bom = make_bom(bike, {wheel: 2})
    with pytest.raises(Refused, match="BIKE v1 is Active: copy it to a new version to change it"):
        boms.set_lines(bom=bom, lines=[line(wheel, 3)], by=engineer)
    assert BomLine.objects.get().quantity == 2


def test_a_copy_is_a_draft_with_the_lines_that_still_hold(engineer):
    bike, wheel, bell = make_item("BIKE"), make_item("WHEEL"), make_item("BELL")
    bom = make_bom(bike, {wheel: 2, bell: {"quantity": 1, "valid_to": date(2026, 1, 31)}})
    copied = boms.copy_bom(bom=bom, valid_from=date(2026, 3, 1), by=engineer)
    assert (copied.version, copied.state) == (2, "draft")
    assert [row.component for row in copied.lines.all()] == [wheel]


def test_the_life_of_a_version_from_draft_to_retired(engineer):
    bike, wheel = make_item("BIKE"), make_item("WHEEL")
    bom = boms.draft_bom(item=bike, lines=[line(wheel, 2)], by=engineer)
    with heard(VersionMoved) as told:
        versions.submit(version=bom, by=engineer)
        versions.approve(version=bom, by=engineer)
        versions.activate(version=bom, by=engineer)
        versions.retire(version=bom, by=engineer)
    assert [fact.step for fact in told] == ["submit", "approve", "activate", "retire"]
    bom.refresh_from_db()
    assert (bom.state, bom.approved_by) == ("retired", engineer)
    with pytest.raises(Refused, match="cannot activate"):
        versions.activate(version=bom, by=engineer)


def test_a_version_without_lines_is_not_approved(engineer):
    bom = boms.draft_bom(item=make_item("BIKE"), by=engineer)
    with pytest.raises(Refused, match="BIKE v1 has no lines"):
        versions.approve(version=bom, by=engineer)


def test_a_second_active_version_is_refused_by_name_or_ends_the_first(engineer):
    bike, wheel = make_item("BIKE"), make_item("WHEEL")
    old = make_bom(bike, {wheel: 2})
    new = boms.copy_bom(bom=old, valid_from=date(2026, 3, 1), by=engineer)
    versions.approve(version=new, by=engineer)
    with pytest.raises(Refused, match="BIKE v1 is active on some of these days"):
        versions.activate(version=new, by=engineer)
    versions.activate(version=new, replace=True, by=engineer)
    old.refresh_from_db()
    assert (old.state, old.valid_to, new.state) == ("active", date(2026, 2, 28), "active")


def test_a_version_that_would_have_no_day_left_is_retired(engineer):
    bike, wheel = make_item("BIKE"), make_item("WHEEL")
    old = make_bom(bike, {wheel: 2})
    new = boms.copy_bom(bom=old, by=engineer)
    versions.approve(version=new, by=engineer)
    versions.activate(version=new, replace=True, by=engineer)
    old.refresh_from_db()
    assert old.state == "retired"


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_of_two_people_who_close_a_loop_from_both_ends_one_is_refused():
    engineer, a, b = make_user("engineer"), make_item("A"), make_item("B")

    def draft(pair) -> str:
        try:
            boms.draft_bom(item=pair[0], lines=[line(pair[1])], by=engineer)
            return "saved"
        except Refused as no:
            return no.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(draft, [(a, b), (b, a)])) == ["loop", "saved"]
    assert BomLine.objects.count() == 1
