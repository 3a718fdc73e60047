"""Editing the graph of a draft: joined, cut, put beside and between, taken back, never over somebody else's."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
from django.db.models import F

from p2p.core.models import Attachment
from p2p.core.refusal import Refused
from strategies.models import RouteOperation, RouteVersion, StandardOperation
from strategies.services import (
    instructions,
    library,
    routedrafts,
    routelinks,
    routeoperations,
    routes,
    versions,
)
from strategies.services.instructions import StepInput
from strategies.services.routes import OperationInput
from tests.factories import make_group, make_item, make_site, make_user

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def engineer():
    return make_user("engineer")


@pytest.fixture
def draft(engineer):
    """10 → 20 → 30."""
    rows = [OperationInput(number=number, name=f"Step {number}") for number in (10, 20, 30)]
    return routes.draft_route(item=make_item("BIKE"), operations=rows, by=engineer)


def links(route) -> list[tuple[int, int]]:
    return sorted(route.links.values_list("before__number", "after__number"))


def numbers(route) -> list[int]:
    return list(route.operations.order_by("number").values_list("number", flat=True))


def test_a_link_is_drawn_made_hard_and_cut(engineer, draft):
    routelinks.connect(route=draft, before=10, after=30, by=engineer)
    assert links(draft) == [(10, 20), (10, 30), (20, 30)]
    routelinks.connect(route=draft, before=10, after=30, hard=True, by=engineer)
    assert draft.links.get(before__number=10, after__number=30).hard
    routelinks.disconnect(route=draft, before=20, after=30, by=engineer)
    assert links(draft) == [(10, 20), (10, 30)]
    with pytest.raises(Refused, match="30 does not wait for 20: there is no link"):
        routelinks.disconnect(route=draft, before=20, after=30, by=engineer)


def test_a_link_backwards_is_refused_with_the_path_and_changes_nothing(engineer, draft):
    with pytest.raises(Refused, match="An operation cannot wait for itself: 10 → 20 → 30 → 10"):
        routelinks.connect(route=draft, before=30, after=10, by=engineer)
    draft.refresh_from_db()
    assert (links(draft), draft.revision, draft.edits.count()) == ([(10, 20), (20, 30)], 2, 0)


def test_an_operation_goes_beside_another_and_back_between(engineer, draft):
    routelinks.put_beside(route=draft, number=20, beside=10, by=engineer)
    assert links(draft) == [(10, 30), (20, 30)]
    routelinks.put_between(route=draft, number=20, before=10, after=30, by=engineer)
    assert links(draft) == [(10, 20), (20, 30)]
    routelinks.put_between(route=draft, number=10, before=30, by=engineer)
    assert links(draft) == [(20, 30), (30, 10)]


def test_taking_an_operation_out_draws_no_line_that_others_say_already(engineer, draft):
    routelinks.connect(route=draft, before=10, after=30, by=engineer)
    routeoperations.add_operation(route=draft, name="Pack", after=30, by=engineer)
    assert links(draft) == [(10, 20), (10, 30), (20, 30), (30, 40)]
    routeoperations.remove_operation(operation=draft.operations.get(number=30), by=engineer)
    assert links(draft) == [(10, 20), (20, 40)]


def test_a_new_operation_stands_behind_or_beside_and_takes_the_next_number(engineer, draft):
    after = routeoperations.add_operation(route=draft, name="Wash", after=10, by=engineer)
    assert (after.number, links(draft)) == (15, [(10, 15), (15, 20), (20, 30)])
    beside = routeoperations.add_operation(route=draft, name="Mark", beside=20, by=engineer)
    assert (beside.number, links(draft)) == (25, [(10, 15), (15, 20), (15, 25), (20, 30), (25, 30)])
    assert routeoperations.add_operation(route=draft, name="Pack", after=30, by=engineer).number == 40


def test_an_alternate_copies_the_operation_and_is_not_linked(engineer, draft):
    group = make_group(make_site())
    mill = OperationInput(number=20, name="Mill", group=group, run_seconds=Decimal(90))
    routeoperations.put_operation(route=draft, operation=mill, by=engineer)
    other = routeoperations.add_operation(route=draft, name="Mill by hand", alternate_of=20, by=engineer)
    assert (other.alternate_of.number, other.run_seconds, other.group) == (20, 90, group)
    assert links(draft) == [(10, 20), (20, 30)]
    with pytest.raises(Refused, match="Operation 25 stands in for another one"):
        routelinks.connect(route=draft, before=10, after=25, by=engineer)


def test_a_chain_of_alternates_is_refused(engineer, draft):
    routeoperations.add_operation(route=draft, name="By hand", alternate_of=20, by=engineer)
    again = OperationInput(number=40, name="By foot", alternate_of=25)
    with pytest.raises(Refused, match="Operation 40 stands in for 25, which stands in for 20: name 20"):
        routeoperations.put_operation(route=draft, operation=again, by=engineer)


def test_a_changed_number_takes_links_steps_and_alternates_along(engineer, draft):
    row = draft.operations.get(number=20)
    instructions.set_steps(operation=row, steps=[StepInput(text="Look")], by=engineer)
    routeoperations.add_operation(route=draft, name="By hand", alternate_of=20, by=engineer)
    to = OperationInput(number=22, name="Weld")
    routeoperations.change_operation(operation=row, to=to, by=engineer)
    assert links(draft) == [(10, 22), (22, 30)]
    kept = draft.operations.get(number=22)
    assert (kept.pk, kept.name, kept.steps.count(), kept.alternates.count()) == (row.pk, "Weld", 1, 1)


def test_a_taken_number_is_refused(engineer, draft):
    with pytest.raises(Refused, match="Operation 30 is there twice"):
        routeoperations.change_operation(
            operation=draft.operations.get(number=20), to=OperationInput(number=30, name="X"), by=engineer
        )


def test_renumbering_counts_in_the_order_of_work(engineer, draft):
    routelinks.put_between(route=draft, number=30, after=10, by=engineer)
    routeoperations.add_operation(route=draft, name="By hand", alternate_of=30, by=engineer)
    routeoperations.renumber(route=draft, by=engineer)
    named = list(draft.operations.order_by("number").values_list("number", "name"))
    assert named == [(10, "Step 30"), (20, "By hand"), (30, "Step 10"), (40, "Step 20")]
    assert links(draft) == [(10, 30), (30, 40)]


def test_every_change_can_be_taken_back_with_pictures_and_all(engineer, draft):
    row = draft.operations.get(number=20)
    instructions.set_steps(operation=row, steps=[StepInput(text="Look")], by=engineer)
    step = row.steps.get()
    instructions.attach_to_step(step=step, name="weld.png", content=BytesIO(PNG), by=engineer)
    routelinks.connect(route=draft, before=10, after=30, by=engineer)
    routeoperations.remove_operation(operation=row, by=engineer)
    assert numbers(draft) == [10, 30]
    routedrafts.undo(route=draft, by=engineer)
    assert links(draft) == [(10, 20), (10, 30), (20, 30)]
    back = draft.operations.get(number=20).steps.get()
    assert (back.pk, back.text) == (step.pk, "Look")
    assert Attachment.objects.get(record_type="strategies.instructionstep", record_id=back.pk)
    routedrafts.undo(route=draft, by=engineer)
    assert links(draft) == [(10, 20), (20, 30)]
    with pytest.raises(Refused, match="There is nothing to take back"):
        routedrafts.undo(route=draft, by=engineer)


def test_the_later_of_two_people_is_told_and_loses_nothing(engineer, draft):
    seen = draft.revision
    routelinks.connect(route=draft, before=10, after=30, revision=seen, by=engineer)
    with pytest.raises(Refused, match="changed by somebody else meanwhile"):
        routelinks.disconnect(route=draft, before=10, after=20, revision=seen, by=make_user("engineer"))
    assert links(draft) == [(10, 20), (10, 30), (20, 30)]


def test_a_route_with_two_ends_is_not_submitted_and_two_starts_are_welcome(engineer, draft):
    routelinks.set_links(route=draft, links=[(10, 20), (10, 30)], by=engineer)
    with pytest.raises(Refused, match="BIKE v1 ends in operations 20, 30: one of them has to come last"):
        versions.submit(version=draft, by=engineer)
    routelinks.set_links(route=draft, links=[(10, 30), (20, 30)], by=engineer)
    assert versions.submit(version=draft, by=engineer).state == "in_approval"


def test_time_by_capacity_needs_a_resource_that_says_its_capacity(engineer, draft):
    group = make_group(make_site(), "OVEN")
    baked = OperationInput(number=20, name="Bake", group=group, run_basis="resource_batch")
    routeoperations.put_operation(route=draft, operation=baked, by=engineer)
    with pytest.raises(Refused, match="Operation 20 takes its time .*but OVEN does not say how much"):
        versions.submit(version=draft, by=engineer)
    group.resources.update(batch_capacity=40)
    assert versions.submit(version=draft, by=engineer).state == "in_approval"


def test_taking_a_change_back_leaves_instructions_alone_that_were_written_since(engineer, draft):
    routelinks.connect(route=draft, before=10, after=30, by=engineer)
    row = draft.operations.get(number=20)
    instructions.set_steps(operation=row, steps=[StepInput(text="Look")], by=engineer)
    routedrafts.undo(route=draft, by=engineer)
    assert links(draft) == [(10, 20), (20, 30)]
    assert list(row.steps.values_list("text", flat=True)) == ["Look"]


def test_taking_a_change_back_is_refused_once_the_draft_was_changed_otherwise(engineer, draft):
    routelinks.connect(route=draft, before=10, after=30, by=engineer)
    RouteOperation.objects.create(route=draft, number=40, name="Imported")
    RouteVersion.objects.filter(pk=draft.pk).update(revision=F("revision") + 1)
    with pytest.raises(Refused, match="was changed outside the drawing since"):
        routedrafts.undo(route=draft, by=engineer)
    assert numbers(draft) == [10, 20, 30, 40]
    routelinks.connect(route=draft, before=20, after=40, by=engineer)
    routedrafts.undo(route=draft, by=engineer)
    with pytest.raises(Refused, match="was changed outside the drawing since"):
        routedrafts.undo(route=draft, by=engineer)


def test_new_numbers_are_taken_back_and_what_the_library_wrote_into_the_steps(engineer, draft):
    routelinks.put_between(route=draft, number=30, after=10, by=engineer)
    keys = dict(draft.operations.values_list("pk", "number"))
    routeoperations.renumber(route=draft, by=engineer)
    routedrafts.undo(route=draft, by=engineer)
    assert dict(draft.operations.values_list("pk", "number")) == keys
    standard = StandardOperation.objects.create(code="WASH", name="Wash")
    instructions.set_standard_steps(standard=standard, steps=[StepInput(text="Cold")], by=engineer)
    row = library.take_from_library(route=draft, standard=standard, after=10, by=engineer)
    instructions.set_standard_steps(standard=standard, steps=[StepInput(text="Warm")], by=engineer)
    library.update_from_library(operation=row, by=engineer)
    assert row.steps.get().text == "Warm"
    routedrafts.undo(route=draft, by=engineer)
    assert row.steps.get().text == "Cold"


def test_changes_are_taken_back_one_after_the_other_to_the_first(engineer, draft):
    for name in ("Wash", "Mark", "Pack", "Seal"):
        routeoperations.add_operation(route=draft, name=name, after=30, by=engineer)
    for left in (6, 5, 4, 3):
        routedrafts.undo(route=draft, by=engineer)
        assert draft.operations.count() == left
    with pytest.raises(Refused, match="There is nothing to take back"):
        routedrafts.undo(route=draft, by=engineer)


def test_what_was_changed_otherwise_before_two_changes_is_not_taken_back_over(engineer, draft):
    routeoperations.add_operation(route=draft, name="Wash", after=30, by=engineer)
    RouteVersion.objects.filter(pk=draft.pk).update(revision=F("revision") + 1)
    for name in ("Mark", "Pack"):
        routeoperations.add_operation(route=draft, name=name, after=30, by=engineer)
    for _time in range(2):
        routedrafts.undo(route=draft, by=engineer)
    with pytest.raises(Refused, match="changed outside the drawing"):
        routedrafts.undo(route=draft, by=engineer)
