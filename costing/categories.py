"""What work is booked under: the operation's own category, else that of the machine, else that of its work centre."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from planning.models import Operation
from strategies.engine.eligibility import Candidate, Need, applicable
from strategies.models import CostCategory, Requirement, Resource, RouteOperation, Site
from strategies.selectors.applicable import candidates_on, need_of

Kind = CostCategory.Kind
COLUMNS = ("setup_category_id", "run_category_id", "quantity_category_id")


class Categories(NamedTuple):
    """Ids of cost categories, one for each part of the work; None: that part costs nothing."""

    setup: int | None = None
    run: int | None = None
    pieces: int | None = None


NOTHING = Categories()


def of_work(own: Categories, machine: Categories, group: int | None, kinds: Mapping[int, str]) -> Categories:
    """The categories of an operation on a machine, part by part.

    What the operation names for the part comes first, then what the machine names for it. What neither names is booked,
    hours under what the operation names for its other hours, then under the work centre's if that is one of hours;
    pieces under the work centre's if that is one of pieces. kinds: of the categories that have a rate.
    """
    # A category without a rate counts as one of hours: it is said of it that they cost nothing.
    counts = group is not None and kinds.get(group, Kind.RUN) == Kind.QUANTITY
    hours, pieces = (None, group) if counts else (group, None)
    return Categories(
        setup=_first(own.setup, machine.setup, own.run, hours),
        run=_first(own.run, machine.run, own.setup, hours),
        pieces=_first(own.pieces, machine.pieces, pieces),
    )


def _first(*named: int | None) -> int | None:
    return next((one for one in named if one is not None), None)


def named_by(record: Resource | RouteOperation | Operation | None) -> Categories:
    """What a machine or an operation names itself."""
    return NOTHING if record is None else Categories(*(getattr(record, name) for name in COLUMNS))


class Machines:
    """What the machines of a site name, and which of them the standard reckons with. One query, and five more where any
    machine names something."""

    def __init__(self, site: Site, day: date, operations: Collection[int] | None = None) -> None:
        """day: of which memberships and capabilities hold. operations: routes' operations that are asked for; None:
        any."""
        some = Q(setup_category__isnull=False) | Q(run_category__isnull=False)
        rows = Resource.objects.filter(some | Q(quantity_category__isnull=False), site=site).order_by("pk")
        self._named = {key: Categories(*each) for key, *each in rows.values_list("pk", *COLUMNS)}
        self._groups: dict[int, list[Candidate]] = defaultdict(list)
        self._asked: dict[int, list[Need]] = defaultdict(list)
        self._chosen: dict[tuple[int, tuple[Need, ...]], Categories] = {}
        if self._named:
            self._read(site, day, operations)

    def _read(self, site: Site, day: date, operations: Collection[int] | None) -> None:
        for one in candidates_on(day, site=site.pk)[0]:
            self._groups[one.group].append(one)
        asked = Requirement.objects.filter(secondary=None, for_jobs=True)
        if operations is not None:
            asked = asked.filter(operation__in=operations)
        for row in asked.order_by("pk"):
            self._asked[row.operation_id].append(need_of(row))

    def standard(self, operation: int | None, resource: int | None, group: int | None) -> Categories:
        """What is named by the machine of an operation: the one that it names, else the first of its work centre that
        fits what it asks for, by the priorities of the capabilities, then by code."""
        if resource is not None:
            return self._named.get(resource, NOTHING)
        if not self._named or group is None:
            return NOTHING
        key = (group, tuple(self._asked.get(operation or 0, ())))
        if key not in self._chosen:
            fitting = applicable(key[1], self._groups.get(group, ()))
            self._chosen[key] = self._named.get(fitting[0].key, NOTHING) if fitting else NOTHING
        return self._chosen[key]
