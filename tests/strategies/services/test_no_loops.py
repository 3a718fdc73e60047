"""Groups, places and calendars never lie within themselves, whoever writes at once and by whatever way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from p2p.core.facts import Refused
from strategies.engine.holidays import countries
from strategies.models import Calendar, ItemGroup, Location
from strategies.services import calendars, itemgroups, locations
from strategies.services.importer import take_rows
from tests.factories import make_calendar, make_location, make_site, make_user


def outcome_of(work) -> str:
    try:
        work()
    except Refused as no:
        return str(no)
    finally:
        connection.close()
    return ""


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
@pytest.mark.parametrize("kind", ["groups", "places", "calendars"])
def test_of_two_who_put_each_into_the_other_one_is_refused(monkeypatch, kind):
    """Both have looked before either writes."""
    by, site, looked = make_user("engineer"), make_site("ONE"), Barrier(2, timeout=60)
    module = {"groups": itemgroups, "places": locations, "calendars": calendars}[kind]
    if kind == "groups":
        a, b = (ItemGroup.objects.create(code=code, name=code) for code in "AB")
        works = [
            lambda: itemgroups.save_item_group(itemgroup=a, code="A", name="A", parent=b, by=by),
            lambda: itemgroups.save_item_group(itemgroup=b, code="B", name="B", parent=a, by=by),
        ]
    elif kind == "places":
        a, b = make_location(site, code="A"), make_location(site, code="B")
        same = {"site": site, "kind": "store", "by": by}
        works = [
            lambda: locations.save_location(location=a, code="A", name="A", parent=b, **same),
            lambda: locations.save_location(location=b, code="B", name="B", parent=a, **same),
        ]
    else:
        a, b = make_calendar("A"), make_calendar("B")
        same = {"time_zone": "UTC", "by": by}
        works = [
            lambda: calendars.save_calendar(calendar=a, code="A", name="A", base=b, **same),
            lambda: calendars.save_calendar(calendar=b, code="B", name="B", base=a, **same),
        ]
    keep = module.keep

    def keep_together(*given):
        looked.wait()
        return keep(*given)

    monkeypatch.setattr(module, "keep", keep_together)
    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(outcome_of, works))
    assert said[0] == ""
    assert "would lie within itself: somebody has changed what is above it." in said[1]


@pytest.mark.django_db
def test_a_sheet_makes_no_circle_with_what_is_there():
    by, site = make_user("engineer"), make_site("ONE")
    top = ItemGroup.objects.create(code="TOP", name="Top")
    ItemGroup.objects.create(code="SUB", name="Sub", parent=top)
    place = make_location(site, code="AISLE")
    make_location(site, code="BIN", parent=place)

    def wrong(sheet, **row):
        outcome = take_rows(sheet=sheet, rows=[row], by=by)
        return [(problem.column, problem.text) for problem in outcome.problems if problem.is_error]

    said = "A group cannot be within itself: TOP → SUB → TOP."
    assert wrong("item_groups", code="TOP", name="Top", parent="SUB") == [("parent", said)]
    there = {"site": "ONE", "code": "AISLE", "name": "Aisle"}
    said = "A place does not lie within itself: AISLE → BIN → AISLE."
    assert wrong("locations", **there, parent="BIN") == [("parent", said)]
    assert wrong("item_groups", code="LOW", name="Low", parent="SUB") == []
    assert not ItemGroup.objects.filter(code="TOP", parent__isnull=False).exists()
    assert not Location.objects.filter(code="AISLE", parent__isnull=False).exists()


@pytest.mark.django_db
def test_the_longest_name_of_a_region_is_kept():
    by = make_user("engineer")
    longest = max(
        ((region, code) for code, regions in countries().items() for region in regions), key=_length
    )
    region, country = longest
    assert len(region) > 10
    given = {"code": "FAR", "name": "Far", "time_zone": "UTC", "by": by}
    calendar = calendars.save_calendar(**given, holiday_country=country, holiday_region=region)
    assert Calendar.objects.get(pk=calendar.pk).holiday_region == region
    row = {"code": "NEAR", "name": "Near", "time_zone": "UTC", "holiday_country": country}
    taken = take_rows(sheet="calendars", rows=[{**row, "holiday_region": region}], by=by)
    assert (taken.saved, [problem.text for problem in taken.problems]) == (True, [])
    assert Calendar.objects.get(code="NEAR").holiday_region == region


def _length(pair: tuple[str, str]) -> int:
    return len(pair[0])
