"""Many records changed together: all of them or none, each through its own service."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from p2p.core.facts import Refused
from p2p.core.models import Journal
from strategies.forms.together import GroupsForm
from strategies.models import (
    Calendar,
    CalendarException,
    Location,
    Resource,
    ResourceGroup,
    StandardOperation,
    Vendor,
    Worker,
)
from strategies.services import together
from strategies.services.calendars import DayInput
from strategies.services.closing import preview_days_together, set_days_together
from strategies.services.together import Outcome, change_together, preview_together
from tests.factories import (
    make_calendar,
    make_cost_category,
    make_group,
    make_item,
    make_location,
    make_resource,
    make_site,
    make_user,
    make_vendor,
    make_vendor_price,
    make_worker,
)

pytestmark = pytest.mark.django_db
LONG_AGO = date(2001, 1, 1)


@pytest.fixture
def engineer():
    return make_user("engineer")


def plant():
    site = make_site("ONE", locations=False)
    saws, mills = make_group(site, "SAWS"), make_group(site, "MILLS")
    Resource.objects.all().delete()
    return site, saws, mills


def test_resources_get_what_is_wanted_and_keep_the_rest(engineer):
    _site, saws, mills = plant()
    for place in range(3):
        make_resource(saws, f"M{place}", stations=place + 1, efficiency=Decimal("0.8"))
    make_resource(mills, "M9", calendar=make_calendar("NIGHT"))
    wanted = {"group": mills, "calendar": None, "finite": False}
    assert preview_together(records=Resource.objects.all(), wanted=wanted, by=engineer) == Outcome(4, 4)
    assert Resource.objects.filter(group=saws).count() == 3
    done = change_together(records=Resource.objects.all(), wanted=wanted, by=engineer)
    assert done == Outcome(4, 4)
    assert Resource.objects.filter(group=mills, calendar=None, finite=False).count() == 4
    rows = Resource.objects.order_by("code").values_list("stations", "efficiency")[:3]
    assert list(rows) == [(1, Decimal("0.8")), (2, Decimal("0.8")), (3, Decimal("0.8"))]
    assert Journal.objects.filter(fact="strategies.WorkSaved").count() == 4
    again = change_together(records=Resource.objects.all(), wanted=wanted, by=engineer)
    assert again == Outcome(4, 0)


def test_the_first_that_cannot_change_is_named_and_none_is_changed(engineer):
    _site, saws, mills = plant()
    other = make_group(make_site("TWO", locations=False), "FAR")
    Resource.objects.all().delete()
    make_resource(saws, "M1")
    make_resource(other, "M2")
    with pytest.raises(Refused, match="^M2: .*another site") as no:
        change_together(records=Resource.objects.all(), wanted={"group": mills}, by=engineer)
    assert no.value.field == "group"
    assert not Resource.objects.filter(group=mills).exists()
    with pytest.raises(Refused, match="M1: The calendar IDLE has no working time"):
        idle = Calendar.objects.create(code="IDLE", name="Idle")
        preview_together(records=Resource.objects.all(), wanted={"calendar": idle}, by=engineer)


def test_nothing_said_no_row_and_too_many_are_refused(engineer, monkeypatch):
    _site, saws, _mills = plant()
    rows = Resource.objects.all()
    with pytest.raises(Refused, match="Choose the rows"):
        change_together(records=rows, wanted={"finite": True}, by=engineer)
    make_resource(saws, "M1")
    make_resource(saws, "M2")
    with pytest.raises(Refused, match="Say what is to change"):
        change_together(records=rows, wanted={}, by=engineer)
    monkeypatch.setattr(together, "MOST", 1)
    with pytest.raises(Refused, match="At most 1 are changed together"):
        change_together(records=rows, wanted={"finite": False}, by=engineer)


def test_work_centres_workers_and_the_library_change_too(engineer):
    site, saws, mills = plant()
    cost, calendar = make_cost_category("RUN"), make_calendar("DAY")
    wanted = {"cost_category": cost, "calendar": calendar, "active": False}
    done = change_together(records=ResourceGroup.objects.all(), wanted=wanted, by=engineer)
    assert (done.changed, ResourceGroup.objects.filter(**wanted).count()) == (2, 2)
    change_together(records=ResourceGroup.objects.all(), wanted={"ledger_account": "4700"}, by=engineer)
    form = GroupsForm({"ledger_account": "-", "agreed": "on"})
    assert form.is_valid()
    assert set(ResourceGroup.objects.values_list("ledger_account", flat=True)) == {"4700"}
    assert (
        change_together(
            records=ResourceGroup.objects.filter(pk=saws.pk), wanted=form.wanted(), by=engineer
        ).changed
        == 1
    )
    assert dict(ResourceGroup.objects.values_list("code", "ledger_account")) == {
        saws.code: "",
        mills.code: "4700",
    }
    make_worker(site, group=saws)
    make_worker(site)
    change_together(records=Worker.objects.all(), wanted={"group": mills}, by=engineer)
    assert Worker.objects.filter(group=mills).count() == 2
    for code in ("CUT", "DRILL"):
        StandardOperation.objects.create(code=code, name=code.title(), group=saws, setup_seconds=90)
    wanted = {"group": mills, "run_category": cost, "active": False}
    assert change_together(records=StandardOperation.objects.all(), wanted=wanted, by=engineer).changed == 2
    assert StandardOperation.objects.filter(**wanted, setup_seconds=90).count() == 2


def test_vendors_change_with_the_lead_time_of_prices_that_still_hold(engineer):
    one, two = make_vendor("V1"), make_vendor("V2")
    item = make_item()
    held = make_vendor_price(one, item, 3, lead_time_days=5)
    over = make_vendor_price(two, item, 4, lead_time_days=5, valid_from=LONG_AGO, valid_to=LONG_AGO)
    wanted = {"lead_time_days": 14}
    assert change_together(records=Vendor.objects.all(), wanted=wanted, by=engineer) == Outcome(2, 1)
    held.refresh_from_db()
    over.refresh_from_db()
    assert (held.lead_time_days, over.lead_time_days) == (14, 5)
    wanted = {"preferred": True, "active": False}
    assert change_together(records=Vendor.objects.all(), wanted=wanted, by=engineer) == Outcome(2, 2)
    assert Vendor.objects.filter(preferred=True, active=False).count() == 2


def test_places_are_counted_up_on_the_way_in_the_order_of_their_codes(engineer):
    site = make_site("ONE", locations=False)
    hall = make_location(site, code="HALL")
    for code in ("A3", "A1", "A2"):
        make_location(site, code=code)
    rows = Location.objects.filter(code__startswith="A")
    wanted = {"parent": hall, "nettable": False, "walk_order": 10, "walk_step": 5}
    assert change_together(records=rows, wanted=wanted, by=engineer) == Outcome(3, 3)
    said = list(rows.order_by("code").values_list("code", "walk_order", "parent__code", "nettable"))
    assert said == [("A1", 10, "HALL", False), ("A2", 15, "HALL", False), ("A3", 20, "HALL", False)]
    with pytest.raises(Refused, match="HALL: A place does not lie within itself"):
        change_together(records=Location.objects.all(), wanted={"parent": hall}, by=engineer)
    with pytest.raises(Refused, match="Say what is to change"):
        change_together(records=rows, wanted={"walk_step": 5}, by=engineer)


def test_a_day_is_closed_in_several_calendars_at_once(engineer):
    eve, gone = date(2027, 12, 24), date(2027, 12, 26)
    for code in ("A", "B", "C"):
        make_calendar(code)
    CalendarException.objects.create(calendar=Calendar.objects.get(code="B"), day=eve, reason="Eve")
    said = {"first": eve, "entry": DayInput(day=eve, reason="Eve"), "by": engineer}
    rows = Calendar.objects.all()
    assert preview_days_together(calendars=rows, **said) == Outcome(3, 2)
    assert CalendarException.objects.count() == 1
    assert set_days_together(calendars=rows, **said) == Outcome(3, 2)
    assert CalendarException.objects.filter(day=eve, working=False, reason="Eve").count() == 3
    hours = DayInput(day=eve, working=True, starts=time(8), ends=time(12))
    set_days_together(calendars=rows, first=eve, last=gone, entry=hours, by=engineer)
    assert CalendarException.objects.filter(working=True, starts=time(8)).count() == 9
    assert set_days_together(calendars=rows, first=eve, last=gone, by=engineer) == Outcome(3, 3)
    assert not CalendarException.objects.exists()
    with pytest.raises(Refused, match="needs hours from and to"):
        broken = DayInput(day=eve, working=True)
        set_days_together(calendars=rows, first=eve, entry=broken, by=engineer)
    with pytest.raises(Refused, match="last day is before the first"):
        set_days_together(calendars=rows, first=gone, last=eve, by=engineer)
    with pytest.raises(Refused, match="Choose the calendars"):
        set_days_together(calendars=rows.none(), first=eve, by=engineer)
