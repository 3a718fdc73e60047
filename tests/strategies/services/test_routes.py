from __future__ import annotations

from decimal import Decimal

import pytest

from p2p.core.refusal import Refused
from strategies.models import RouteVersion
from strategies.services import instructions, routeoperations, routes, versions
from strategies.services.instructions import StepInput
from strategies.services.routes import OperationInput
from tests.factories import make_item, make_route, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer():
    return make_user("engineer")


def operations(*numbers: int) -> list[OperationInput]:
    return [OperationInput(number=number, name=f"Step {number}") for number in numbers]


def links_of(route: RouteVersion) -> list[tuple[int, int]]:
    return sorted(route.links.values_list("before__number", "after__number"))


def test_without_links_operations_follow_each_other_by_number(engineer):
    route = routes.draft_route(item=make_item(), operations=operations(30, 10, 20), by=engineer)
    assert links_of(route) == [(10, 20), (20, 30)]


def test_branches_that_join_are_kept_as_drawn(engineer):
    drawn = [(10, 30), (20, 30), (30, 40)]
    route = routes.draft_route(
        item=make_item(), operations=operations(10, 20, 30, 40), links=drawn, by=engineer
    )
    assert links_of(route) == drawn


@pytest.mark.parametrize(
    ("links", "sentence"),
    [
        (
            [(10, 20), (20, 30), (30, 10)],
            "An operation cannot wait for itself: 10 → 20 → 30 → 10|20 → 30 → 10|30 → 10",
        ),
        ([(10, 40)], "There is no operation 40 to link"),
        ([(10, 10)], "An operation cannot wait for itself: 10 → 10"),
    ],
)
def test_a_graph_that_goes_round_or_nowhere_is_refused_and_nothing_is_saved(engineer, links, sentence):
    with pytest.raises(Refused, match=sentence):
        routes.draft_route(item=make_item(), operations=operations(10, 20, 30), links=links, by=engineer)
    assert not RouteVersion.objects.exists()


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        (OperationInput(number=0, name="X"), "needs a number above 0"),
        (OperationInput(number=5, name="X", setup_seconds=-1), "Operation 5: a time is below 0"),
        (OperationInput(number=5, name="X", run_quantity=Decimal(0)), "Operation 5: the run quantity"),
        (OperationInput(number=5, name="X", scrap_fraction=Decimal(1)), "Operation 5: scrap is a share"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(engineer, operation, sentence):
    with pytest.raises(Refused, match=sentence):
        routes.draft_route(item=make_item(), operations=[operation], by=engineer)


def test_a_copy_has_operations_links_and_instructions(engineer):
    item = make_item()
    route = make_route(item, [{"run_seconds": 60}, {"inspect": True}])
    instructions.set_steps(
        operation=route.operations.get(number=20), steps=[StepInput(text="Measure")], by=engineer
    )
    copied = routes.copy_route(route=route, by=engineer)
    assert (copied.version, copied.state, links_of(copied)) == (2, "draft", [(10, 20)])
    assert copied.operations.get(number=20).inspect
    assert copied.operations.get(number=20).steps.get().text == "Measure"


def test_operations_of_an_active_route_do_not_change(engineer):
    route = make_route(make_item("BIKE"), [{}, {}])
    with pytest.raises(Refused, match="BIKE v1 is Active"):
        routeoperations.remove_operation(operation=route.operations.get(number=20), by=engineer)
    assert route.operations.count() == 2


def test_a_route_without_operations_is_not_submitted(engineer):
    route = routes.draft_route(item=make_item("BIKE"), by=engineer)
    with pytest.raises(Refused, match="BIKE v1 has no operations"):
        versions.submit(version=route, by=engineer)
