"""Which resources an operation could run on, on a day: for the preview, the API and planning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Q

from strategies.engine.eligibility import Candidate, Need, Verdict, judged
from strategies.models import (
    Requirement,
    Resource,
    ResourceCapability,
    ResourceMembership,
    RouteOperation,
    SecondaryResource,
    WorkerSkill,
)


@dataclass(frozen=True)
class Place:
    """A resource, whether it may do the operation, and in words what it lacks."""

    resource: Resource
    fits: bool
    lacks: tuple[Requirement | None, ...]


@dataclass(frozen=True)
class Preview:
    """The operation's own resource (`secondary` is None), or one beside it."""

    secondary: SecondaryResource | None
    places: Sequence[Place]

    @property
    def fitting(self) -> list[Resource]:
        return [one.resource for one in self.places if one.fits]


def applicable(operation: RouteOperation, *, day: date, jobs: bool = True) -> list[Preview]:
    """For the operation and each resource beside it: who may do it on a day, best first, then who may not.

    `jobs`: by the conditions for planning hours on a resource, else by those for planning whole days. Six
    queries, whatever the number of resources.
    """
    used = {"for_jobs": True} if jobs else {"for_operations": True}
    asked: dict[int | None, list[Requirement]] = defaultdict(list)
    rows = Requirement.objects.filter(operation=operation, **used).order_by("pk")
    for row in rows.select_related("resource", "group", "capability", "skill"):
        asked[row.secondary_id].append(row)
    candidates, resources = candidates_on(day, site=operation.route.site_id)
    found = [
        _preview(None, _own(operation) + [(need_of(one), one) for one in asked[None]], candidates, resources)
    ]
    for secondary in operation.secondaries.order_by("position"):
        needs = [(need_of(one), one) for one in asked[secondary.pk]]
        found.append(_preview(secondary, needs, candidates, resources))
    return found


def candidates_on(day: date, *, site: int | None = None) -> tuple[list[Candidate], dict[int, Resource]]:
    """Every resource in use as it is on a day: where it works, what it can, what its person has learned. Four
    queries."""
    rows = Resource.objects.filter(active=True).select_related("group", "site", "worker")
    rows = rows.filter(site=site) if site else rows
    resources = {row.pk: row for row in rows.order_by("site", "code")}
    holds = (Q(valid_from__isnull=True) | Q(valid_from__lte=day)) & (
        Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    )
    group = dict(
        ResourceMembership.objects.filter(holds, resource__in=resources).values_list(
            "resource_id", "group_id"
        )
    )
    able: dict[int, dict[int, tuple[Fraction, int]]] = defaultdict(dict)
    abilities = ResourceCapability.objects.filter(holds, resource__in=resources)
    for resource, capability, level, priority in abilities.values_list(
        "resource_id", "capability_id", "level", "priority"
    ):
        able[resource][capability] = (Fraction(level), priority)
    learned: dict[int, dict[int, Fraction]] = defaultdict(dict)
    workers = {row.worker_id for row in resources.values() if row.worker_id}
    skills = WorkerSkill.objects.filter(holds, worker__in=workers)
    for worker, skill, level in skills.values_list("worker_id", "skill_id", "level"):
        learned[worker][skill] = Fraction(level)
    candidates = [
        Candidate(
            key=row.pk,
            code=row.code,
            kind=row.kind,
            group=group.get(row.pk, row.group_id),
            capabilities=able.get(row.pk, {}),
            skills=learned.get(row.worker_id or 0, {}),
        )
        for row in resources.values()
    ]
    return candidates, resources


def _own(operation: RouteOperation) -> list[tuple[Need, Requirement | None]]:
    """What the operation says without a requirement: its resource, else its work centre."""
    if operation.resource_id:
        return [(Need("resource", operation.resource_id), None)]
    return [(Need("group", operation.group_id), None)] if operation.group_id else []


def need_of(row: Requirement) -> Need:
    """A requirement as a condition on a candidate."""
    value = {
        "resource": row.resource_id,
        "group": row.group_id,
        "type": row.type,
        "capability": row.capability_id,
        "skill": row.skill_id,
    }[row.kind]
    assert value is not None
    return Need(row.kind, value, Fraction(row.minimum_level))  # type: ignore[arg-type]


def _preview(
    secondary: SecondaryResource | None,
    needs: Iterable[tuple[Need, Requirement | None]],
    candidates: Sequence[Candidate],
    resources: dict[int, Resource],
) -> Preview:
    said = list(needs)
    # Need and requirement go side by side: two equal needs of different rows are still two rows.
    verdicts: list[Verdict] = judged([need for need, _row in said], candidates) if said else []
    places = [
        Place(
            resources[each.candidate.key],
            not each.missing,
            tuple(row for need, row in said if need in each.missing),
        )
        for each in verdicts
    ]
    return Preview(secondary, places)
