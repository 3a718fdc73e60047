"""When work centres work and how full they are, against a look at every single hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from django.db import transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from planning.engine.overflow import Job, Limit, Step, decide
from planning.snapshot import weeks as snapshot
from planning.snapshot.weeks import Weeks
from strategies.facts import StandingStill
from strategies.models import (
    Calendar,
    CalendarException,
    CalendarShift,
    Resource,
    ResourceCalendar,
    ResourceMembership,
)
from tests.factories import make_calendar, make_group, make_site

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
BEGIN = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
WEEKS, HOUR, DAY = 3, 3600, 86_400
DAYS = WEEKS * 7
HOURS = DAYS * 24
NIGHT = 6  # hours that shifts of the last evening reach into the day after
CALENDARS, GROUPS = 3, 2

# ---- a plant

span = st.tuples(st.integers(-2, 16), st.integers(0, 12)).map(lambda one: (one[0], one[0] + one[1]))
shifts = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from([(6, 14), (8, 12), (14, 22), (22, 6)]),
        st.sampled_from(["1", "0.5"]),
    ),
    max_size=8,
    unique_by=lambda one: (one[0], one[1]),
)
exceptions = st.lists(
    st.tuples(st.integers(-1, 18), st.sampled_from([None, (9, 15), (20, 4)])),
    max_size=3,
    unique_by=lambda one: one[0],
)
calendars = st.lists(st.tuples(shifts, exceptions), min_size=CALENDARS, max_size=CALENDARS)
which = st.none() | st.integers(0, CALENDARS - 1)
machine = st.fixed_dictionaries(
    {
        "home": st.integers(0, GROUPS - 1),
        "calendar": which,
        "lent": st.none() | st.tuples(st.integers(0, GROUPS - 1), span),
        "dated": st.none() | st.tuples(st.integers(0, CALENDARS - 1), span),
        "stations": st.integers(1, 2),
        "finite": st.sampled_from([True, True, True, False]),
        "active": st.sampled_from([True, True, True, False]),
        "still": st.none() | st.integers(0, 6),
    }
)
centre = st.fixed_dictionaries(
    {"calendar": which, "dated": st.none() | st.tuples(st.integers(0, CALENDARS - 1), span)}
)
plants = st.fixed_dictionaries(
    {
        "calendars": calendars,
        "machines": st.lists(machine, max_size=4),
        "centres": st.lists(centre, min_size=GROUPS, max_size=GROUPS),
    }
)
steps = st.lists(st.tuples(st.integers(0, HOURS - 1), st.integers(1, 30)), min_size=1, max_size=6)


def on(day: int) -> date:
    return MONDAY + timedelta(days=day)


def clock_time(hour: int) -> time:
    return time(hour % 24)


def build(plant):
    """The rows of it: site, groups, machines and which of them stand still since when."""
    rows = []
    for index, (week, different) in enumerate(plant["calendars"]):
        calendar = make_calendar(f"C{index}", days=())
        CalendarShift.objects.bulk_create(
            CalendarShift(
                calendar=calendar, name=f"{place}", weekday=day, starts=clock_time(start), ends=clock_time(end),
                efficiency=Decimal(rate),
            )
            for place, (day, (start, end), rate) in enumerate(week)
        )  # fmt: skip
        for day, hours in different:
            opened = {"starts": clock_time(hours[0]), "ends": clock_time(hours[1])} if hours else {}
            CalendarException.objects.create(calendar=calendar, day=on(day), working=bool(hours), **opened)
        rows.append(calendar)
    site = make_site("PLANT", calendar=rows[0])
    groups = [
        make_group(site, f"G{index}", resources=0, calendar=at(rows, each["calendar"]))
        for index, each in enumerate(plant["centres"])
    ]
    for group, each in zip(groups, plant["centres"], strict=True):
        dated(rows, each["dated"], group=group)
    machines = [machine_of(index, each, site, groups, rows) for index, each in enumerate(plant["machines"])]
    return site, groups, machines


def machine_of(index, each, site, groups, rows):
    row = Resource.objects.create(
        site=site, group=groups[each["home"]], code=f"R{index}", name="R", calendar=at(rows, each["calendar"]),
        stations=each["stations"], finite=each["finite"], active=each["active"],
    )  # fmt: skip
    if each["lent"]:
        group, (first, last) = each["lent"]
        ResourceMembership.objects.create(
            resource=row, group=groups[group], valid_from=on(first), valid_to=on(last)
        )
    dated(rows, each["dated"], resource=row)
    return row


def at(rows, index):
    return None if index is None else rows[index]


def dated(rows: list[Calendar], said, **owner):
    if said:
        index, (first, last) = said
        ResourceCalendar.objects.create(
            calendar=rows[index], valid_from=on(first), valid_to=on(last), **owner
        )


# ---- the same, hour by hour


@dataclass
class Hourly:
    """One look at each machine in each hour; days and hours are counted from Monday."""

    plant: dict

    def covers(self, said, day):
        return bool(said) and said[1][0] <= day <= said[1][1]

    def group_of(self, machine, day):
        return machine["lent"][0] if self.covers(machine["lent"], day) else machine["home"]

    def calendar_of_centre(self, group, day):
        each = self.plant["centres"][group]
        if self.covers(each["dated"], day):
            return each["dated"][0]
        return each["calendar"] if each["calendar"] is not None else 0

    def calendar_of(self, machine, day):
        if self.covers(machine["dated"], day):
            return machine["dated"][0]
        own = machine["calendar"]
        return own if own is not None else self.calendar_of_centre(self.group_of(machine, day), day)

    def slots(self, calendar, day, ordinary):
        week, different = self.plant["calendars"][calendar]
        for other, hours in different if not ordinary else ():
            if other == day:
                return [(hours, Fraction(1))] if hours else []
        return [(hours, Fraction(rate)) for weekday, hours, rate in week if weekday == day % 7]

    def speeds(self, calendar_on, hour, ordinary):
        """Speeds of the shifts an hour lies in, which may have begun the evening before."""
        for day in {hour // 24 - 1, hour // 24} - {DAYS}:
            calendar = calendar_on(day)
            for (start, end), rate in self.slots(calendar, day, ordinary) if calendar is not None else ():
                begins, ends = day * 24 + start, day * 24 + (end if end > start else end + 24)
                if begins <= hour < ends:
                    yield begins, rate

    def speed(self, calendar_on, hour, ordinary):
        """Where two shifts of one calendar meet, the one that began first counts."""
        return min(self.speeds(calendar_on, hour, ordinary), default=(0, Fraction(0)))[1]

    def machine(self, machine, group, hour, *, ordinary):
        def calendar_on(day):
            return self.calendar_of(machine, day) if self.group_of(machine, day) == group else None

        still = machine["still"]
        if not machine["active"] or (not ordinary and still is not None and still <= hour < 24):
            return Fraction(0)
        return self.speed(calendar_on, hour, ordinary)

    def belongs(self, group):
        return [
            each
            for each in self.plant["machines"]
            if each["active"] and (each["home"] == group or (each["lent"] and each["lent"][0] == group))
        ]

    def centre(self, group, hour, *, ordinary):
        def calendar_on(day):
            nobody = all(self.group_of(each, day) != group for each in self.belongs(group))
            return self.calendar_of_centre(group, day) if nobody else None

        found = [self.machine(each, group, hour, ordinary=ordinary) for each in self.belongs(group)]
        if ordinary or not found:
            found.append(self.speed(calendar_on, hour, ordinary))
        return max(found)

    def offered(self, group, week):
        """Seconds of all endful machines that are there on some day of the week."""
        total = Fraction(0)
        for each in self.belongs(group):
            there = any(self.group_of(each, day) == group for day in range(week * 7, week * 7 + 7))
            if each["finite"] and there:
                hours = range(week * 168, week * 168 + 168)
                awake = {**each, "still": None}
                total += each["stations"] * sum(
                    self.machine(awake, group, hour, ordinary=False) for hour in hours
                )
        return total * HOUR

    def lay(self, speeds, begin, seconds):
        """(start, end, seconds of it by week) of work that begins in an hour; None when it does not end in time."""
        left, start, parts = Fraction(seconds), None, {}
        for hour in range(begin, HOURS + NIGHT):
            if speeds[hour] and left:
                start = hour if start is None else start
                done = min(left, speeds[hour] * HOUR)
                if hour < HOURS:
                    parts[hour // 168] = parts.get(hour // 168, 0) + done
                left -= done
                end = hour * HOUR + done / speeds[hour]
        return None if left else (start * HOUR, ceil(end), parts)


ALONE = {
    "home": 0, "calendar": None, "lent": (1, (0, 0)), "dated": None, "stations": 1, "finite": True,
    "active": True, "still": None,
}  # fmt: skip
NIGHTS_ONLY = {
    "calendars": [([(6, (22, 6), "1")], [])] * CALENDARS,
    "machines": [ALONE],
    "centres": [{"calendar": None, "dated": None}] * GROUPS,
}
"""Its work may end in the night behind the last week."""


@settings(max_examples=60)
@example(plant=NIGHTS_ONLY, asked=[(0, 30)])
@given(plant=plants, asked=steps)
def test_hours_loads_and_verdicts_are_those_of_every_single_hour(plant, asked):
    with transaction.atomic():
        compare(plant, asked)
        transaction.set_rollback(True)


def compare(plant, asked):
    site, groups, machines = build(plant)
    standing = {
        row.pk: (BEGIN + each["still"] * HOUR, BEGIN + 20 * HOUR)
        for row, each in zip(machines, plant["machines"], strict=True)
        if each["still"] is not None
    }
    weeks = Weeks(site, MONDAY, MONDAY + timedelta(weeks=WEEKS - snapshot.BEHIND, days=-1))
    assert len(weeks.mondays) == WEEKS
    with answering(standing):
        centres = snapshot.places(site, weeks)
    loads = snapshot.offered(site, weeks, {group.pk for group in groups})
    hourly = Hourly(plant)
    for index, group in enumerate(groups):
        usual = [hourly.centre(index, hour, ordinary=True) for hour in range(HOURS + NIGHT)]
        really = [hourly.centre(index, hour, ordinary=False) for hour in range(HOURS + NIGHT)]
        assert [seconds(centres[group.pk].usual, hour) for hour in range(HOURS)] == [
            each * HOUR for each in usual[:HOURS]
        ]
        assert [seconds(centres[group.pk].work, hour) for hour in range(HOURS)] == [
            each * HOUR for each in really[:HOURS]
        ]
        full = [hourly.offered(index, week) for week in range(WEEKS)]
        assert list(loads.offered.get(group.pk, [0] * WEEKS)) == full
        judge(asked, hourly, group.pk, centres, loads, (usual, really, full))


def seconds(work, hour):
    return work.between(BEGIN + hour * HOUR, BEGIN + (hour + 1) * HOUR)


def judge(asked, hourly, group, centres, loads, hours):
    """Each operation after the other, at 90 %."""
    usual, really, full = hours
    limit = Limit(Fraction(9, 10))
    jobs = [
        Job(BEGIN + begin * HOUR, (Step(key=f"S{index}", place=group, seconds=work * HOUR, limit=limit),))
        for index, (begin, work) in enumerate(asked)
    ]
    said = decide(jobs, centres, loads)
    booked = [Fraction(0)] * WEEKS
    for index, (begin, work) in enumerate(asked):
        laid = hourly.lay(usual, begin, work * HOUR)
        expected = None
        if laid is not None:
            start, end, parts = laid
            week = start // (168 * HOUR)
            load = (booked[week] + parts[week]) / full[week] if parts and full[week] else None
            last = ceil(end / HOUR)
            if not parts:
                pass  # it begins behind the weeks that are looked at
            elif not any(really[hour] for hour in range(start // HOUR, last)):
                expected = ("downtime", BEGIN + start, load or 0)
            elif load is not None and load > limit.load:
                expected = ("load", BEGIN + start, load)
            else:
                for each, more in parts.items():
                    booked[each] += more
        verdict = said.get(f"S{index}")
        assert (verdict and (verdict.cause, verdict.start, verdict.load)) == expected


class answering:
    """What others say stands still."""

    def __init__(self, standing):
        self.standing = standing

    def __enter__(self):
        self.gather = snapshot.gather
        snapshot.gather = lambda question: [self.standing] if isinstance(question, StandingStill) else []

    def __exit__(self, *_raised):
        snapshot.gather = self.gather
