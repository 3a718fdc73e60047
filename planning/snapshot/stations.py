"""Where operations of a site may run: its resources in their work centres and shifts, vendors, and anywhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from planning.engine.schedule import Alternative, Key
from planning.engine.schedule import Resource as Place
from planning.models import Operation
from planning.snapshot.calendars import Calendars, Whereabouts
from planning.snapshot.keys import in_shifts, lent
from strategies.engine.worktime import WorkTime
from strategies.models import Resource, Site, Vendor
from strategies.selectors.worktimes import Piece

ANYWHERE = "anywhere"
"""The endless resource of operations that name neither resource nor group nor vendor."""
DAY = 86_400


class Shut(NamedTuple):
    """Why a place never works in the days laid out: its calendar has no shifts, or, with the work centre, none of the
    property asked for (none without one)."""

    calendar: str
    property: str = ""
    group: str = ""


class Stations:
    """The places of a schedule, by key. A resource that works in another work centre for some days, and one in the
    shifts of a property, is a place of its own there: their times do not meet, so that nothing is booked twice, and
    work it has begun elsewhere pauses meanwhile."""

    def __init__(self, site: Site, calendars: Calendars) -> None:
        self.site, self.calendars = site, calendars
        self.places: dict[Key, Place] = {}
        self.closed: dict[Key, Shut] = {}
        self.by_group: dict[int, list[Key]] = defaultdict(list)
        self.by_resource: dict[int, list[Key]] = defaultdict(list)
        self._pieces: dict[Key, tuple[Piece, ...]] = {}
        self._groups: dict[Key, str] = {}
        where = Whereabouts(site, calendars.first, calendars.last)
        rows = Resource.objects.filter(site=site, active=True).select_related("group")
        for row in rows.order_by("group", "pk"):
            for group in dict.fromkeys([row.group_id, *(group for _one, _other, group in where.stays(row))]):
                self._read(row, group, where.pieces(row, group))
        self.vendor_calendars = dict(Vendor.objects.values_list("pk", "calendar_id"))

    def _read(self, row: Resource, group: int | None, pieces: tuple[Piece, ...]) -> None:
        key: Key = row.pk if group == row.group_id else lent(row.pk, group or 0)
        self.by_group[group or 0].append(key)
        self.by_resource[row.pk].append(key)
        self._pieces[key] = pieces
        self._groups[key] = row.group.name if row.group else row.name
        work = self.calendars.chain(pieces)
        if not work.starts and key == row.pk:
            said = self._groups[key] if self.calendars.whole(pieces).starts else ""
            self.closed[key] = Shut(self._code(pieces), group=said)
        self.places[key] = Place(
            id=key,
            work=work,
            stations=row.stations,
            finite=row.finite,
            efficiency=Fraction(row.efficiency),
        )

    def _code(self, pieces: tuple[Piece, ...]) -> str:
        return self.calendars.code(pieces[0][2] if pieces else None)

    def serving(self, key: Key, property: str) -> Key:
        """The place that a resource is in the shifts of a property."""
        if not property or key not in self._pieces:
            return key
        other = in_shifts(key, property)
        if other not in self.places:
            pieces, usual = self._pieces[key], self.places[key]
            work = self.calendars.chain(pieces, property)
            if not work.starts:
                self.closed[other] = Shut(self._code(pieces), property, self._groups[key])
            self.places[other] = Place(
                id=other,
                work=work,
                stations=usual.stations,
                finite=usual.finite,
                efficiency=usual.efficiency,
            )
        return other

    def endless(self, key: str, calendar: int | None) -> str:
        if key not in self.places:
            self.places[key] = Place(id=key, work=self.calendars.work(calendar), finite=False)
        return key

    def anywhere(self, property: str) -> Key:
        """Where work goes that names no place: the calendar of the site holds, and its shifts of the property."""
        key = in_shifts(ANYWHERE, property) if property else ANYWHERE
        if key not in self.places:
            calendar = self.site.calendar_id
            work = self.calendars.work(calendar, property)
            self.places[key] = Place(id=key, work=work, finite=False)
            if property and not work.starts:
                self.closed[key] = Shut(self.calendars.code(calendar), property, self.site.name)
        return key

    def keys_of(self, row: Operation) -> Iterable[Key]:
        """Where an operation in house may run: the resource its route names, or any of its group."""
        named = row.route_operation.resource_id if row.route_operation else None
        if named is None and row.group_id is None:
            named = row.resource_id
        keys = self.by_resource.get(named, ()) if named else self.by_group.get(row.group_id or 0, ())
        if not keys and row.group_id is None:
            return (self.anywhere(row.property),)
        return [self.serving(key, row.property) for key in keys]

    def lying(self, row: Operation) -> Key:
        """The place where a scheduled operation lies."""
        if row.outside:
            return f"vendor:{row.vendor_id or 0}"
        if row.resource_id is None:
            return in_shifts(ANYWHERE, row.property) if row.property else ANYWHERE
        elsewhere = lent(row.resource_id, row.group_id or 0)
        return self.serving(elsewhere if elsewhere in self.places else row.resource_id, row.property)

    # ---- vendors

    def vendor(self, row: Operation) -> Alternative:
        """The vendor of an operation, and for how long it is there."""
        key = self.endless(f"vendor:{row.vendor_id or 0}", self.vendor_calendars.get(row.vendor_id or 0))
        if not row.vendor_days:
            return Alternative(key, 0, row.setup_seconds + row.run_seconds)
        return Alternative(key, 0, self.days_at(row.vendor_id or 0, row.vendor_days))

    def days_at(self, vendor: int, days: int) -> int:
        """A lead time in calendar days is so much less of the vendor's own working time."""
        calendar = self.vendor_calendars.get(vendor)
        share = _open_share(self.calendars.work(calendar)) if calendar else Fraction(1)
        return max(1, int(days * DAY * share))

    def at_vendor(self, vendor: int, days: int) -> tuple[Place, Alternative]:
        key = self.endless(f"vendor:{vendor}", self.vendor_calendars.get(vendor))
        return self.places[key], Alternative(key, 0, self.days_at(vendor, days))


def _open_share(work: WorkTime) -> Fraction:
    if not work.starts:
        return Fraction(1)
    return Fraction(work.total, max(1, work.ends[-1] - work.starts[0]))
