"""Work that goes to a vendor because its work centre is too full or does not work: decided for orders to be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any

from p2p.core.refusal import passing_over
from planning.engine.mrp import PlannedOrder
from planning.engine.overflow import Job, Step, Verdict
from planning.engine.overflow import decide as think
from planning.models import Message, Operation, ProductionOrder, Proposal
from planning.rules import Rules
from planning.services.build import Draft, work_of
from planning.services.merge import Work
from planning.snapshot import weeks as snapshot
from planning.snapshot.forks import UNMADE
from planning.snapshot.keys import made_from
from planning.snapshot.material import Snapshot
from planning.snapshot.notices import Notice
from planning.snapshot.overflow import Overflow, Way
from planning.snapshot.recipes import Recipes
from planning.snapshot.weeks import Centres, Weeks
from strategies.models import OutsourcingPolicy, Site

Ways = dict[str, tuple[Way, Operation]]
Decided = dict[int, dict[int, Overflow]]
"""Position of a draft -> key of the route operation -> what was decided of it."""
PASSED_OVER = (*UNMADE, "no_conversion")
"""Codes of refusals for which a plan, which has orders of everything, says nothing of an order instead of ending."""


def decide(*, site: Site, drafts: Sequence[Draft], recipes: Recipes, since: date) -> Decided:
    """What overflow policies say of the operations of orders to be, in the order given. Nothing is written.

    An operation goes out when its work centre, with what is scheduled there, what waits to be scheduled and what these
    orders put there before it, would be fuller in the week of its start than the policy allows, or is shut for all of
    its time. Some thirty queries for any number of orders, none where no policy of theirs overflows.
    """
    chosen = _chosen(drafts, recipes)
    if not chosen:
        return {}
    days = [draft.start_on for _place, draft in chosen]
    weeks = Weeks(site, min(since, *days), max(draft.due_on for _place, draft in chosen))
    jobs, ways = _jobs(chosen, recipes, weeks, since)
    if not ways:
        return {}
    return _judged(jobs, ways, snapshot.centres(site, weeks, _concerned(recipes), since=since))


def _chosen(drafts: Sequence[Draft], recipes: Recipes, *, unmade: bool = False) -> list[tuple[int, Draft]]:
    """With their positions, those that work where something may overflow. unmade: passes over orders that cannot be
    made, or whose work cannot be reckoned; else they are refused."""
    if not recipes.overflows or not drafts:
        return []
    groups = _concerned(recipes)
    chosen = []
    for place, draft in enumerate(drafts):
        with passing_over(PASSED_OVER if unmade else ()):
            if _groups_of(draft, recipes) & groups:
                chosen.append((place, draft))
    return chosen


def _jobs(
    chosen: Sequence[tuple[int, Draft]], recipes: Recipes, weeks: Weeks, since: date, *, unmade: bool = False
) -> tuple[list[Job], Ways]:
    """unmade: as for `_chosen`."""
    jobs: list[Job] = []
    ways: Ways = {}
    for place, draft in chosen:
        with passing_over(PASSED_OVER if unmade else ()):
            jobs.append(_job(place, draft, recipes, weeks, since, ways))
    return jobs, ways


def _judged(jobs: Sequence[Job], ways: Ways, seen: Centres) -> Decided:
    verdicts = think([*seen.waiting, *jobs], seen.places, seen.loads)
    return _sorted_out(verdicts, ways, seen.weeks)


def _concerned(recipes: Recipes) -> set[int]:
    """The work centres of operations that may overflow."""
    return {
        step.group_id for step in recipes.steps() if step.group_id and step.route.item_id in recipes.overflows
    }


def _groups_of(draft: Draft, recipes: Recipes) -> set[int | None]:
    takes = recipes.unfolded(draft.bom, draft.route, draft.start_on, draft.quantity)
    routes = [draft.route, *(phantom.route for phantom in takes.merged)]
    return {step.group_id for route in routes for step in recipes.operations(route)}


def _job(
    place: int,
    draft: Draft,
    recipes: Recipes,
    weeks: Weeks,
    since: date,
    ways: Ways,
) -> Job:
    order = ProductionOrder(
        site=recipes.site, item=draft.item, quantity=draft.quantity, start_on=draft.start_on
    )
    work, _takes = work_of(order, draft, recipes)
    before = _before(work)
    steps: list[Step] = []
    for position, row in enumerate(work.operations):
        step = recipes.step(row.route_operation_id)
        way = recipes.overflow(step, draft.start_on, row.quantity) if step and row.group_id else None
        key = f"{place}/{row.route_operation_id or 0}/{position}"
        if way is not None:
            ways[key] = (way, row)
        after = tuple(
            f"{place}/{one.route_operation_id or 0}/{at}"
            for at, one in enumerate(work.operations)
            if id(one) in before[id(row)]
        )
        steps.append(
            snapshot.step_for(row, key, after, row.group_id, step.resource_id if step else None, way)
        )
    return Job(weeks.instant(max(draft.start_on, since)), tuple(steps))


def _before(work: Work) -> Mapping[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for before, after, _hard in work.joins:
        found[id(after)].add(id(before))
    return found


def _sorted_out(verdicts: Mapping[int | str, Verdict], ways: Ways, weeks: Weeks) -> Decided:
    found: Decided = defaultdict(dict)
    for key, (way, row) in ways.items():
        verdict = verdicts.get(key)
        if verdict is not None:
            place, step, _position = key.split("/")
            # A phantom that is taken twice has each operation twice; one that goes out takes the other along.
            known = found[int(place)].get(int(step))
            if known is None or not known.out:
                group = row.group.name if row.group else ""
                facts = facts_of(way, verdict, group, weeks)
                found[int(place)][int(step)] = Overflow(facts | {"number": row.number})
    return dict(found)


def facts_of(way: Way, verdict: Verdict, group: str, weeks: Weeks) -> dict[str, Any]:
    """What the sentence needs; loads in whole percents, a load just above the limit rounded up."""
    said: dict[str, Any] = {
        "cause": verdict.cause,
        "group": group,
        "vendor": way.vendor_name,
        "vendor_id": way.vendor,
        "days": way.days,
        "week": weeks.mondays[verdict.week].isoformat(),
        "start": weeks.day(verdict.start).isoformat(),
        "load": ceil(verdict.load * 100),
        "limit": f"{float(way.load * 100):g}",
    }
    return said | ({"kept": way.kept, **way.facts} if way.kept else {})


# ---- on proposals

Overflowing = dict[int, list[dict[str, Any]]]
"""Position of a planned order -> what its messages say of operations that overflow."""


AHEAD = timedelta(weeks=52)
"""How far behind the last day of a plan work centres are looked at: orders that come late lie there."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What overflow policies of a plan look at. Read as of the moment the plan itself is of, so that no proposal
    contradicts its reason."""

    recipes: Recipes
    centres: Centres
    since: date


def foresee(*, site: Site, rules: Rules, taken: Snapshot) -> Foreseen | None:
    """Read what may be asked of the plan's orders, in the transaction of its snapshot. One query where no policy of
    the site overflows, and None."""
    policies = OutsourcingPolicy.objects.filter(site=site, rule=OutsourcingPolicy.Rule.OVERFLOW)
    if not policies.exists():
        return None
    made = {made_from(item.id)[0] for item in taken.problem.items if item.source == "make"}
    recipes = Recipes(site, made).completed()
    if not recipes.overflows:
        return None
    weeks = Weeks(site, rules.first, rules.last + AHEAD)
    return Foreseen(
        recipes, snapshot.centres(site, weeks, _concerned(recipes), since=rules.first), rules.first
    )


def of_plan(
    *, seen: Foreseen | None, taken: Snapshot, orders: Sequence[PlannedOrder]
) -> tuple[Overflowing, list[Notice]]:
    """What overflow policies say of the operations of a plan's orders, in the order of the plan; and of which
    operations nothing could go out, full or not. No query."""
    if seen is None:
        return {}, []
    made = [(place, order) for place, order in enumerate(orders) if order.source == "make"]
    drafts = [_draft(order, taken, seen.recipes) for _place, order in made]
    chosen = _chosen(drafts, seen.recipes, unmade=True)
    jobs, ways = _jobs(chosen, seen.recipes, seen.centres.weeks, seen.since, unmade=True)
    decided = _judged(jobs, ways, seen.centres) if ways else {}
    said = {
        made[place][0]: [{**each.facts, "step": step} for step, each in sorted(steps.items())]
        for place, steps in sorted(decided.items())
    }
    return said, list(_gaps(ways, seen.recipes))


GAPS = ("vendor", "no_price", "no_conversion", "no_days")
"""Why a vendor could not take anything of an operation, in whatever quantity."""


def _gaps(ways: Ways, recipes: Recipes) -> Iterator[Notice]:
    """One for each operation, with the first day an order begins on which it is so."""
    first: dict[tuple[int, int], Way] = {}
    for way, row in ways.values():
        step = recipes.step(row.route_operation_id)
        if step is not None and way.kept in GAPS:
            known = first.setdefault((step.route.item_id, step.number), way)
            if way.facts["day"] < known.facts["day"]:
                first[step.route.item_id, step.number] = way
    for (item, number), way in sorted(first.items(), key=lambda one: one[0]):
        said = {"want": way.kept, "vendor": way.vendor_name, "number": number, "day": way.facts["day"]}
        yield Notice("overflow_gap", item, said)


def _draft(order: PlannedOrder, taken: Snapshot, recipes: Recipes) -> Draft:
    item, bom, route = taken.made_from(order)
    return Draft(
        number="",
        item=recipes.item(item),
        quantity=order.quantity,
        good=order.good,
        start_on=order.start,
        due_on=order.due,
        bom=bom,
        route=route,
    )


CODES = {True: "overflow", False: "overflow_kept"}
"""Of the plan's message, by whether the operation goes out."""


def of_proposals(rows: Collection[Proposal]) -> dict[int, dict[int, Overflow]]:
    """Proposal -> route operation -> what its plan decided of it: firming does what the planner saw. One query."""
    said = Message.objects.filter(proposal__in=[row.pk for row in rows], code__in=CODES.values())
    found: dict[int, dict[int, Overflow]] = defaultdict(dict)
    for proposal, facts in said.order_by("pk").values_list("proposal_id", "facts"):
        step = int(facts.pop("step"))
        found[proposal][step] = Overflow(facts)
    return dict(found)
