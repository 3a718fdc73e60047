"""Steps of work instructions, their files, and the library that routes copy."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest

from p2p.core.facts import heard
from p2p.core.models import Attachment
from p2p.core.refusal import Refused
from strategies.facts import VersionChanged
from strategies.models import InstructionStep, RouteGroup, StandardOperation
from strategies.selectors.instructions import steps_of_operations
from strategies.services import instructions, library, routegroups, routes
from strategies.services.instructions import StepInput
from strategies.services.routegroups import PhaseInput
from strategies.services.routes import OperationInput, TimesInput
from tests.factories import make_item, make_route, make_user

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def engineer():
    return make_user("engineer")


@pytest.fixture
def operation():
    return make_route(make_item("BIKE"), [{}]).operations.get()


def texts(operation) -> list[str]:
    return list(operation.steps.order_by("position").values_list("text", flat=True))


def add(operation, text: str, by) -> InstructionStep:
    return instructions.add_step(operation=operation, text=text, by=by)


def test_steps_move_and_close_up(engineer, operation):
    first, _second, third = (add(operation, text, engineer) for text in "abc")
    instructions.move_step(step=third, position=1, by=engineer)
    assert texts(operation) == ["c", "a", "b"]
    instructions.move_step(step=third, position=99, by=engineer)
    assert texts(operation) == ["a", "b", "c"]
    instructions.remove_step(step=first, by=engineer)
    assert list(operation.steps.values_list("position", "text")) == [(1, "b"), (2, "c")]


def test_changing_a_step_is_told_and_saying_nothing_is_refused(engineer, operation):
    step = add(operation, "Look", engineer)
    with heard(VersionChanged) as told:
        instructions.change_step(step=step, to=StepInput(text="Look twice", required=True), by=engineer)
    assert ([fact.version for fact in told], texts(operation)) == ([operation.route], ["Look twice"])
    with pytest.raises(Refused, match="Step 1 says nothing"):
        instructions.change_step(step=step, to=StepInput(text=" "), by=engineer)
    with pytest.raises(Refused, match="A step belongs to one operation"):
        instructions.add_step(text="Look", by=engineer)


def test_pictures_are_shown_with_their_step_and_go_with_a_copy(engineer, operation):
    step = add(operation, "Look", engineer)
    instructions.attach_to_step(step=step, name="a.png", content=BytesIO(PNG), by=engineer)
    instructions.attach_to_step(step=step, name="a.png", content=BytesIO(PNG + b"1"), by=engineer)
    instructions.attach_to_step(step=step, name="b.pdf", content=BytesIO(b"%PDF-1.7 "), by=engineer)
    copied = routes.copy_route(route=operation.route, by=engineer).operations.get()
    shown = steps_of_operations([copied.pk])[copied.pk][0]
    assert [one.name for one in shown.pictures] == ["a.png"]
    assert [one.name for one in shown.others] == ["b.pdf"]
    assert shown.pictures[0].size == len(PNG) + 1
    instructions.detach_from_step(step=shown.step, name="a.png", by=engineer)
    label = "strategies.instructionstep"
    assert Attachment.objects.filter(record_type=label, name="a.png").count() == 2


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("run.exe", b"MZ", "run.exe cannot be shown on a tablet"),
        ("list.xlsx", b"PK\x03\x04", "list.xlsx cannot be shown on a tablet"),
        ("a.png", b"GIF89a", "a.png is not what its ending says"),
        ("a.png", b"", "a.png is empty"),
        ("a.png", PNG + b"0" * (20 * 1024 * 1024), "a.png is larger than 20 MB"),
    ],
)
def test_files_that_no_tablet_shows_are_refused(engineer, operation, name, content, sentence):
    step = add(operation, "Look", engineer)
    with pytest.raises(Refused, match=sentence):
        instructions.attach_to_step(step=step, name=name, content=BytesIO(content), by=engineer)
    assert not Attachment.objects.exists()


def test_an_operation_says_how_it_differs_from_the_library_and_takes_over_only_what_is_named(engineer):
    times = TimesInput(name="Weld", run_seconds=Decimal(90), setup_seconds=300)
    weld = library.save_standard(code="WELD", times=times, by=engineer)
    route = routes.draft_route(
        item=make_item(), operations=[OperationInput(number=10, name="Cut")], by=engineer
    )
    row = library.take_from_library(route=route, standard=weld, after=10, by=engineer)
    assert library.differences(row) == []
    with pytest.raises(Refused, match="Operation 20 is as the library has it"):
        library.update_from_library(operation=row, by=engineer)
    other = TimesInput(name="Weld", run_seconds=Decimal(80), setup_seconds=100)
    weld = library.save_standard(standard=weld, code="WELD", times=other, by=engineer)
    row.refresh_from_db()
    assert [one.field for one in library.differences(row)] == ["setup_seconds", "run_seconds"]
    library.update_from_library(operation=row, only=["run_seconds"], by=engineer)
    row.refresh_from_db()
    assert (row.run_seconds, row.setup_seconds) == (80, 300)
    with pytest.raises(Refused, match="Operation 10 does not come from the library"):
        library.update_from_library(operation=route.operations.get(number=10), by=engineer)


def test_a_standard_operation_with_times_that_make_no_sense_or_a_taken_code_is_refused(engineer):
    library.save_standard(code="WELD", times=TimesInput(name="Weld"), by=engineer)
    with pytest.raises(Refused, match="CUT: a time is below 0"):
        library.save_standard(code="CUT", times=TimesInput(name="Cut", setup_seconds=-1), by=engineer)
    with pytest.raises(Refused, match="WELD already"):
        library.save_standard(code="WELD", times=TimesInput(name="Weld again"), by=engineer)


def test_a_route_group_that_is_used_is_not_deleted(engineer):
    group = routegroups.save_route_group(code="STD", name="Own", by=engineer)
    route = make_route(make_item("BIKE"), [{"route_group": group}])
    with pytest.raises(Refused, match="is used by .*BIKE v1 10"):
        routegroups.delete_route_group(routegroup=group, by=engineer)
    route.operations.update(route_group=None)
    routegroups.delete_route_group(routegroup=group, by=engineer)
    assert not RouteGroup.objects.exists()


def test_an_operation_of_the_library_that_a_route_came_from_is_not_deleted(engineer):
    weld = library.save_standard(code="WELD", times=TimesInput(name="Weld"), by=engineer)
    route = make_route(make_item("BIKE"), [{"standard": weld}])
    with pytest.raises(Refused, match="WELD is used by BIKE v1 10"):
        library.delete_standard(standard=weld, by=engineer)
    route.operations.update(standard=None)
    library.delete_standard(standard=weld, by=engineer)
    assert not StandardOperation.objects.exists()


def test_a_part_named_twice_is_refused_and_nothing_is_kept(engineer):
    twice = [PhaseInput(phase="run"), PhaseInput(phase="run", planned=False)]
    with pytest.raises(Refused, match="Run is there twice"):
        routegroups.save_route_group(code="STD", name="Own", phases=twice, by=engineer)
    assert not RouteGroup.objects.exists()
