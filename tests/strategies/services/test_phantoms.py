"""No bill goes live that takes a phantom nobody could make."""

from __future__ import annotations

from datetime import timedelta

import pytest

from p2p.core import clock
from p2p.core.refusal import Refused
from p2p.core.web import formats
from strategies.models import BomLine, BomOutput, BomVersion
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
    return make_bom(bike.lines.get().component, {make_item(): 4}, **also)


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


@pytest.fixture
def live(engineer, bike):
    """The bike's bill and its phantom's, both in force."""
    kit = of_kit(bike, state="active")
    versions.activate(version=bike, by=engineer)
    return bike, kit


@pytest.mark.parametrize("step", [versions.submit, versions.approve])
def test_a_draft_whose_phantom_has_no_bill_at_all_is_neither_submitted_nor_approved(engineer, bike, step):
    BomVersion.objects.update(state="draft")
    bike.refresh_from_db()
    of_kit(bike, state="retired")
    with pytest.raises(Refused, match="line 10: there is no bill of the phantom KIT for"):
        step(version=bike, by=engineer)
    bike.refresh_from_db()
    assert bike.state == "draft"
    of_kit(bike, state="draft", version=2)
    assert step(version=bike, by=engineer).state in ("in_approval", "approved")


@pytest.mark.parametrize("step", [versions.retire, versions.deactivate])
def test_a_phantoms_bill_stays_while_a_bill_in_force_has_no_other(engineer, live, step):
    bike, kit = live
    with pytest.raises(Refused, match=r"phantom KIT would have no active bill on .*BIKE v1 \(10\)"):
        step(version=kit, by=engineer)
    kit.refresh_from_db()
    assert kit.state == "active"
    other = of_kit(bike, state="active", version=2, from_quantity=5)
    assert step(version=kit, by=engineer).state != "active"
    with pytest.raises(Refused, match="phantom KIT would have no"):
        step(version=other, by=engineer)
    versions.retire(version=bike, by=engineer)
    assert step(version=other, by=engineer).state != "active"


def test_a_phantoms_bill_may_go_when_the_bill_above_has_ended_or_names_another(engineer, live):
    bike, kit = live
    other = of_kit(bike, state="approved", version=2)
    bike.lines.update(component_bom=other)
    assert versions.retire(version=kit, by=engineer).state == "retired"
    with pytest.raises(Refused, match="names KIT v2: let that bill name another version"):
        versions.retire(version=other, by=engineer)
    bike.lines.update(valid_to=clock.now().date() - timedelta(days=1))
    assert versions.retire(version=other, by=engineer).state == "retired"


def test_in_its_place_comes_one_that_leaves_no_gap(engineer, live):
    bike, kit = live
    today = clock.now().date()
    short = of_kit(bike, state="approved", version=2, valid_from=today, valid_to=today + timedelta(days=30))
    with pytest.raises(Refused, match=f"no active bill on {formats.day(today + timedelta(days=31))}"):
        versions.activate(version=short, replace=True, by=engineer)
    kit.refresh_from_db()
    assert (kit.state, kit.valid_to) == ("active", None)
    bike.lines.update(valid_to=today + timedelta(days=30))
    assert versions.activate(version=short, replace=True, by=engineer).state == "active"


def test_two_that_come_in_its_place_may_do_it_together(engineer, live):
    bike, kit = live
    today = clock.now().date()
    short = of_kit(bike, state="approved", version=2, valid_from=today, valid_to=today + timedelta(days=30))
    after = of_kit(bike, state="approved", version=3, valid_from=today + timedelta(days=31))
    versions.activate_many(records=[short, after], by=engineer)
    kit.refresh_from_db()
    assert kit.valid_to == today - timedelta(days=1)


def test_another_site_keeps_its_own_phantom(engineer, live):
    bike, kit = live
    east, west = make_site("EAST"), make_site("WEST")
    bike.site = west
    bike.save()
    own = of_kit(bike, state="active", site=west)
    other = of_kit(bike, state="active", site=east)
    assert versions.retire(version=other, by=engineer).state == "retired"
    assert versions.retire(version=kit, by=engineer).state == "retired"
    with pytest.raises(Refused, match="phantom KIT would have no"):
        versions.retire(version=own, by=engineer)


def by_product(bill, number="SHAVINGS"):
    item = make_item(number)
    return BomOutput.objects.create(bom=bill, item=item, kind="by", quantity=1, unit=item.unit)


LOST = (
    "BIKE v1, line 10 takes KIT as a phantom, and KIT v1 gives SHAVINGS beside it, which nobody would report"
)


def test_a_phantom_that_gives_something_beside_itself_is_not_taken(engineer, bike):
    by_product(of_kit(bike))
    with pytest.raises(Refused, match=LOST):
        versions.activate(version=bike, by=engineer)
    bike.lines.update(kind=BomLine.Kind.ITEM)
    assert versions.activate(version=bike, by=engineer).state == "active"


def test_nor_does_such_a_bill_come_into_force_under_one_that_takes_it(engineer, bike):
    of_kit(bike, state="active", valid_to=clock.now().date())
    versions.activate(version=bike, by=engineer)
    later = of_kit(bike, state="approved", version=2, valid_from=clock.now().date() + timedelta(1))
    by_product(later)
    with pytest.raises(Refused, match="KIT v2 gives SHAVINGS beside it"):
        versions.activate(version=later, by=engineer)
    later.outputs.all().delete()
    assert versions.activate(version=later, by=engineer).state == "active"


def test_a_version_that_the_line_names_may_not_give_anything_beside_either(engineer, bike):
    named = of_kit(bike, state="approved")
    by_product(named)
    bike.lines.update(component_bom=named)
    with pytest.raises(Refused, match=LOST):
        versions.activate(version=bike, by=engineer)
