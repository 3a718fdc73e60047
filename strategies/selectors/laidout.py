"""When a route that is begun at an instant would be done, by the calendars of its places and with nobody in its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from p2p.core.refusal import Refused
from strategies.engine.calendar import instant, midnights, seconds
from strategies.engine.laying import Place, lay
from strategies.engine.worktime import OutOfTime
from strategies.models import Resource, RouteOperation, RouteVersion
from strategies.selectors.capacity import most_for_one_job
from strategies.selectors.routes import Places, joins_of, steps_of
from strategies.selectors.worktimes import Calendars, Whereabouts

AHEAD = timedelta(days=400)
BACK = timedelta(days=30)


@dataclass(frozen=True)
class LaidOut:
    """Begin and end of each operation by number, and when the last of it is done and handed on."""

    done: datetime
    steps: Mapping[int, tuple[datetime, datetime]]


def laid_out(
    route: RouteVersion, quantity: Decimal, start: datetime, rows: Sequence[RouteOperation]
) -> LaidOut:
    """Each operation where it is done first; a vendor's work goes on day and night. A dozen queries, and two for each
    site its places are at. Refused where working time does not suffice within a year."""
    main = [row for row in rows if row.alternate_of_id is None]
    if not main:
        raise Refused(_("{version} has no operations."), code="empty", about=route, version=route)
    places = _places(route, main, start)
    divide = route.site is None or route.site.scrap_rule == "divisor"
    began = seconds(start)
    try:
        found = lay(steps_of(main), joins_of(route, main), places, Fraction(quantity), began, divide=divide)
    except OutOfTime:
        raise _no_time(route, main, places) from None
    steps = {number: (instant(one.start), instant(one.end)) for number, one in found.items()}
    return LaidOut(instant(max(one.handed for one in found.values())), steps)


def _no_time(
    route: RouteVersion, rows: Sequence[RouteOperation], places: Mapping[int, Sequence[Place]]
) -> Refused:
    """What to say: an operation that asks for shifts which no calendar of its place has, else that time is short."""
    for row in rows:
        if row.property and not any(one.work.starts for one in places[row.number]):
            return Refused(
                _("Operation {number}: no calendar of {place} has a shift of the property {property}."),
                code="no_time",
                about=route,
                number=row.number,
                place=row.resource or row.group or route.site or route,
                property=row.property,
            )
    return Refused(
        _("The calendars of {version} have too little working time for it within a year."),
        code="no_time",
        about=route,
        version=route,
    )


def _places(route: RouteVersion, rows: Sequence[RouteOperation], start: datetime) -> dict[int, list[Place]]:
    day = start.astimezone(UTC).date()
    calendars = Calendars(day - BACK, day + AHEAD)
    known = Places({row.group_id for row in rows if row.group_id}, {row.resource_id or 0 for row in rows})
    sites = {one.site_id: one.site for row in rows for one in known.of(row)}
    where = {key: Whereabouts(site, calendars.first, calendars.last) for key, site in sites.items()}
    days = {
        key: midnights(calendars.first, calendars.last, ZoneInfo(site.time_zone))
        for key, site in sites.items()
    }

    def at(row: RouteOperation, place: Resource) -> Place:
        pieces = where[place.site_id].pieces(place)
        work = calendars.chain(pieces, row.property)
        return Place(work, Fraction(place.efficiency), most_for_one_job(place), days[place.site_id])

    usual = route.site.calendar_id if route.site else None
    found = {}
    for row in rows:
        if row.outside:
            found[row.number] = [Place(calendars.work(None))]
            continue
        mine = [at(row, place) for place in known.of(row)]
        working = [one for one in mine if one.work.starts]
        found[row.number] = working or mine or [Place(calendars.work(usual, row.property))]
    return found
