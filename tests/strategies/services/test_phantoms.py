"""No bill goes live that takes a phantom nobody could make."""

from __future__ import annotations

from datetime import timedelta

import pytest

from p2p.core import clock
from p2p.core.refusal import Refused
from strategies.models import BomLine
from strategies.services import versions
from tests.factories import make_bom, make_item, make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer():
    return make_user("engineer")


@pytest.fixture
def bike():
    """An approved bill that takes a phantom."""
    bom = make_bom(make_item("BIKE"), {make_item("KIT"): 1}, state="approved")
    bom.lines.update(kind=BomLine.Kind.PHANTOM)
    return bom


def of_kit(bike, **also):
    return make_bom(bike.lines.get().component, {make_item("SCREW"): 4}, **also)


@pytest.mark.parametrize("state", [None, "draft", "approved", "retired"])
def test_a_bill_whose_phantom_has_no_active_bill_is_not_activated(engineer, bike, state):
    if state:
        of_kit(bike, state=state)
    with pytest.raises(Refused, match="line 10: the phantom KIT has no active bill on"):
        versions.activate(version=bike, by=engineer)
    bike.refresh_from_db()
    assert bike.state == "approved"


def test_it_is_activated_once_the_phantom_has_one(engineer, bike):
    of_kit(bike, state="active")
    assert versions.activate(version=bike, by=engineer).state == "active"


def test_both_go_live_together_in_any_order(engineer, bike):
    kit = of_kit(bike, state="approved")
    assert versions.activate_many(records=[bike, kit], by=engineer) == "2 activated."


def test_a_version_that_the_line_names_is_enough(engineer, bike):
    bike.lines.update(component_bom=of_kit(bike, state="approved"))
    assert versions.activate(version=bike, by=engineer).state == "active"


def test_the_days_of_the_phantoms_bill_count(engineer, bike):
    kit, today = of_kit(bike, state="active"), clock.now().date()
    kit.valid_from = today + timedelta(days=9)
    kit.save()
    with pytest.raises(Refused, match="KIT has no active bill"):
        versions.activate(version=bike, by=engineer)
    bike.refresh_from_db()
    bike.valid_from = kit.valid_from
    bike.save()
    assert versions.activate(version=bike, by=engineer).state == "active"


def test_a_bill_of_another_site_does_not_help(engineer, bike):
    kit = of_kit(bike, state="active")
    kit.site, bike.site = make_site("EAST"), make_site("WEST")
    kit.save()
    bike.save()
    with pytest.raises(Refused, match="KIT has no active bill"):
        versions.activate(version=bike, by=engineer)


def test_a_line_that_has_ended_asks_for_nothing(engineer, bike):
    bike.lines.update(valid_to=clock.now().date() - timedelta(days=1))
    assert versions.activate(version=bike, by=engineer).state == "active"
