"""A route as its pages and its time show it: operations with all they need, their timing, what two versions differ
in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.refusal import Refused
from strategies.engine.phases import Phases, phases_said
from strategies.engine.routing import Basis, CannotJoin, Join, Step, Timeline, spoken, timeline
from strategies.engine.units import Conversions, MissingConversion
from strategies.models import (
    InstructionStep,
    Resource,
    RouteGroup,
    RouteGroupPhase,
    RouteOperation,
    RouteVersion,
)
from strategies.models.operation import CATEGORIES
from strategies.selectors.units import conversions

TITLES = {
    "name": _("name"),
    "group": _("work centre"),
    "resource": _("only on"),
    "setup_category": _("setup booked under"),
    "run_category": _("run booked under"),
    "quantity_category": _("pieces booked under"),
    "route_group": _("route group"),
    "setup_seconds": _("setup"),
    "run_seconds": _("run"),
    "run_quantity": _("run quantity"),
    "run_basis": _("run time is"),
    "queue_seconds": _("queue before"),
    "queue_after_seconds": _("queue after"),
    "transit_seconds": _("transit"),
    "transfer_quantity": _("transfer quantity"),
    "scrap_fraction": _("scrap"),
    "scrap_quantity": _("scrap, once"),
    "inspect": _("inspection point"),
    "outside": _("done by a vendor"),
    "property": _("only in shifts of"),
    "alternate_of": _("instead of"),
    "priority": _("priority"),
    "half_finished": _("leaves as"),
}
RELATED = ("group", "resource", *CATEGORIES, "route_group", "standard", "alternate_of", "half_finished")
Phase = RouteGroupPhase.Phase


def operations_of(route: RouteVersion) -> list[RouteOperation]:
    """By number, with everything a designer shows. Six queries, whatever their number."""
    rows = route.operations.select_related(*RELATED).annotate(
        step_count=Count("steps", distinct=True),
        need_count=Count("requirements", filter=Q(requirements__secondary=None), distinct=True),
        beside_count=Count("secondaries", distinct=True),
    )
    return list(rows.prefetch_related("links_before__before", "route_group__phases").order_by("number"))


class Places:
    """The resources of operations by work centre, read once."""

    def __init__(self, groups: Collection[int] | None = None, named: Collection[int] = ()) -> None:
        rows = Resource.objects.select_related("capacity_unit", "site").order_by("pk")
        if groups is not None:
            rows = rows.filter(Q(pk__in=named) | Q(group__in=groups, active=True))
        self._known = {row.pk: row for row in rows}
        self._group: dict[int, list[Resource]] = defaultdict(list)
        for row in self._known.values():
            if row.active:
                self._group[row.group_id].append(row)

    def of(self, row: RouteOperation) -> list[Resource]:
        """Where an operation may run: the resource it names, else those of its work centre."""
        if row.resource_id:
            return [self._known[row.resource_id]] if row.resource_id in self._known else []
        return self._group.get(row.group_id or 0, [])

    def capacity(self, row: RouteOperation) -> Fraction | None:
        """Pieces an hour, in the unit of what is made, of the slowest place that says so; None where none does.
        Refused, by name, where nothing converts the capacity's unit. Two queries for all operations together."""
        if row.run_basis != RouteOperation.Basis.CAPACITY:
            return None
        return _least(self._an_hour(place, row) for place in self.of(row) if place.capacity_per_hour)

    def _an_hour(self, place: Resource, row: RouteOperation) -> Fraction:
        number, unit = self._made[row.route_id]
        said = place.capacity_unit.code if place.capacity_unit else unit
        try:
            return Fraction(place.capacity_per_hour or 0) * self._ways.factor(said, unit, number)
        except MissingConversion:
            raise Refused(
                _(
                    "{place} makes so many {source} an hour, and item {item} is counted in {target}: enter the"
                    " conversion, 1 to 1 is never assumed."
                ),
                code="no_conversion",
                field="run_basis",
                place=place.code,
                source=said,
                item=number,
                target=unit,
            ) from None

    @cached_property
    def _made(self) -> dict[int, tuple[str, str]]:
        # Asked for when the first operation is timed by a capacity: few plants have one.
        by_capacity = RouteOperation.objects.filter(run_basis=RouteOperation.Basis.CAPACITY)
        rows = RouteVersion.objects.filter(operations__in=by_capacity).order_by().distinct()
        return {
            key: (item, unit)
            for key, item, unit in rows.values_list("pk", "item__number", "item__unit__code")
        }

    @cached_property
    def _ways(self) -> Conversions:
        return conversions()


def steps_of(rows: Sequence[RouteOperation]) -> list[Step]:
    """Operations as the engine wants them. One query."""
    groups = {row.group_id for row in rows if row.group_id}
    places = Places(groups, {row.resource_id for row in rows if row.resource_id})
    return [step_of(row, places) for row in rows]


def step_of(row: RouteOperation, known: Places) -> Step:
    """An operation as the engine wants it: parts that its route group (read along) does not plan take no time;
    capacity and size are those of its resource, else the least in the work centre, so that the time holds on any
    of them. Refused, by name, where a capacity cannot be counted in the unit of what is made."""
    places = known.of(row)
    off = _not_planned(row)
    basis: Basis = row.run_basis  # type: ignore[assignment]
    step = Step(
        number=row.number,
        setup=row.setup_seconds,
        run=Fraction(row.run_seconds),
        per=Fraction(row.run_quantity),
        basis=basis,
        capacity=known.capacity(row),
        batch=_least(place.batch_capacity for place in places),
        queue=0 if Phase.QUEUE_BEFORE in off else row.queue_seconds,
        queue_after=0 if Phase.QUEUE_AFTER in off else row.queue_after_seconds,
        transit=0 if Phase.TRANSIT in off else row.transit_seconds,
        transfer=None
        if Phase.OVERLAP in off or row.transfer_quantity is None
        else Fraction(row.transfer_quantity),
        scrap=Fraction(row.scrap_fraction),
        lost=Fraction(row.scrap_quantity),
        phases=phases_of(row.route_group),
    )
    if Phase.SETUP in off:
        step = replace(step, setup=0)
    return replace(step, run=Fraction(0), basis="piece") if Phase.RUN in off else step


def phases_of(group: RouteGroup | None) -> Phases:
    """What a route group (with its parts read along) says of time and capacity; what it does not plan takes no time,
    so that nothing else matters of it."""
    rows = group.phases.all() if group else ()
    return phases_said({row.phase: (row.working_time, row.takes_capacity) for row in rows if row.planned})


def _not_planned(row: RouteOperation) -> set[str]:
    if row.route_group is None:
        return set()
    return {phase.phase for phase in row.route_group.phases.all() if not phase.planned}


def _least(values: Any) -> Fraction | None:
    known = [Fraction(value) for value in values if value is not None]
    return min(known, default=None)


def time_of(route: RouteVersion, quantity: Decimal, rows: Sequence[RouteOperation] | None = None) -> Timeline:
    """The timeline of an order of so many good pieces, alternates left out. Refused where links without a gap
    contradict each other."""
    rows = operations_of(route) if rows is None else rows
    main = [row for row in rows if row.alternate_of_id is None]
    joins = joins_of(route, main)
    divide = route.site is None or route.site.scrap_rule == "divisor"
    try:
        return timeline(steps_of(main), joins, Fraction(quantity), divide=divide)
    except CannotJoin as no:
        raise Refused(
            _("Links without a gap contradict each other: operation {number} would have to start twice."),
            code="hard_links",
            field="links",
            number=no.number,
        ) from no


def joins_of(route: RouteVersion, rows: Sequence[RouteOperation]) -> list[Join]:
    """Links between these operations, by number. One query."""
    known = {row.pk: row.number for row in rows}
    return [
        Join(known[before], known[after], hard)
        for before, after, hard in route.links.order_by("pk").values_list("before", "after", "hard")
        if before in known and after in known
    ]


@dataclass(frozen=True)
class Changed:
    """A property of an operation in two versions."""

    field: str
    title: Any
    old: Any
    new: Any

    @property
    def was(self) -> str:
        """The old value as people read it."""
        return self._read(self.old)

    @property
    def becomes(self) -> str:
        """The new value as people read it."""
        return self._read(self.new)

    def _read(self, value: Any) -> str:
        if self.field.endswith("_seconds"):
            return spoken(value)
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        if isinstance(value, Decimal):
            return plain(value)
        return "–" if value in (None, "") else str(value)


@dataclass(frozen=True)
class Compared:
    """An operation in two versions: added, removed, changed or same."""

    number: int
    change: str
    old: RouteOperation | None
    new: RouteOperation | None
    fields: Sequence[Changed]


def differences(old: RouteVersion, new: RouteVersion) -> list[Compared]:
    """Operation by operation, by number; what it waits for counts as a property."""
    before = {row.number: row for row in operations_of(old)}
    after = {row.number: row for row in operations_of(new)}
    texts = {row.pk: [] for row in (*before.values(), *after.values())}  # type: dict[int, list[str]]
    for operation, text in (
        InstructionStep.objects.filter(operation__in=texts)
        .order_by("position")
        .values_list("operation", "text")
    ):
        texts[operation or 0].append(text)
    return [
        _compared(number, before.get(number), after.get(number), texts)
        for number in sorted({*before, *after})
    ]


def _compared(
    number: int, old: RouteOperation | None, new: RouteOperation | None, texts: dict[int, list[str]]
) -> Compared:
    if old is None or new is None:
        return Compared(number, "added" if old is None else "removed", old, new, ())
    found = []
    for name, title in TITLES.items():
        one, other = shown(old, name), shown(new, name)
        if one != other:
            found.append(Changed(name, title, one, other))
    one, other = _follows(old), _follows(new)
    if one != other:
        found.append(Changed("follows", _("waits for"), one, other))
    if texts[old.pk] != texts[new.pk]:
        found.append(Changed("steps", _("instructions"), len(texts[old.pk]), len(texts[new.pk])))
    return Compared(number, "changed" if found else "same", old, new, found)


def shown(row: Any, name: str) -> Any:
    """A property of an operation, of a route or of the library, as `Changed` takes it."""
    if name == "alternate_of":
        return row.alternate_of.number if row.alternate_of else None
    return row.get_run_basis_display() if name == "run_basis" else getattr(row, name)


def _follows(row: RouteOperation) -> str:
    links = sorted((link.before.number, link.hard) for link in row.links_before.all())
    return ", ".join(f"{number}{'!' if hard else ''}" for number, hard in links) or "–"
