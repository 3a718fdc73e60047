"""New versions that a file brings as approved or active answer for themselves as if somebody had moved them there:
they have to hold, where a site wants a second approver they wait for one, and who brought them approved them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from p2p.core import clock
from p2p.core.facts import ask
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.engine.routing import ends
from strategies.facts import Activating
from strategies.models import (
    BomLine,
    BomOutput,
    BomVersion,
    Resource,
    RouteLink,
    RouteOperation,
    RouteVersion,
    Site,
)
from strategies.models.version import VersionState
from strategies.selectors.work import routes_without_time
from strategies.services.bill_checks import USABLE
from strategies.services.halves import odd_halves
from strategies.services.importer.definitions.reviews import PAGE
from strategies.services.importer.sheets import Problem, Review, Row, Settle
from strategies.services.importer.spool import SLICE
from strategies.services.phantom_outputs import losing_outputs
from strategies.services.phantom_weights import phantoms_may_be_taken
from strategies.services.phantoms import ALIVE, without_bill
from strategies.services.routechecks import CAPACITIES
from strategies.services.versions import may_be_submitted, must_hold

Model: TypeAlias = type[BomVersion] | type[RouteVersion]
ASKED = "asked"
"""Among the values of a row: the state a version that was not there before is to have."""
CLAIMS = (VersionState.IN_APPROVAL, *USABLE)


def new_versions_are_marked(model: Model) -> Review:
    """Guard: which rows bring a version that was not there. One query."""

    def look(rows: Sequence[Row]) -> Iterator[Problem]:
        claiming = {row.values["item"] for row in rows if row.values["state"] in CLAIMS}
        there = model._base_manager.filter(item__in=claiming)
        known = set(there.values_list("item_id", "site_id", "version")) if claiming else set()
        for row in rows if claiming else ():
            new = (row.values["item"], row.values["site"], row.values["version"]) not in known
            if new and row.values["state"] in CLAIMS:
                row.values[ASKED] = row.values["state"]
        return iter(())

    return look


def versions_answer_for_themselves(sheet: str, model: Model) -> Settle:
    """Settle: what services ask of a version before it is submitted, approved and activated, of all at once. What
    does not hold is an error, and a draft where the rest is saved. A fixed number of queries."""

    def look(rows: Sequence[Row], by: User | None) -> Iterator[Problem]:
        asked = {
            (row.values["item"], row.values["site"], row.values["version"]): row.line
            for row in rows
            if row.values.get(ASKED)
        }
        found = model._base_manager.filter(item__in={item for item, _site, _no in asked}).order_by()
        columns = found.values_list("pk", "state", "item_id", "site_id", "version").iterator(PAGE)
        versions = {
            pk: Brought(state, site, asked[item, site, version])
            for pk, state, item, site, version in columns
            if (item, site, version) in asked
        }
        if not versions:
            return
        for pk, level, text, code in _settled(model, versions, by):
            yield Problem(sheet, text, versions[pk].line, "state", level, code)

    return look


class Brought(NamedTuple):
    """A version that a file has brought: a hundred thousand whole records would be the most of an import's memory."""

    state: str
    site_id: int | None
    line: int


Said: TypeAlias = tuple[int, str, str, str]
"""A version's key, the level, the sentence, the code."""


def _settled(model: Model, versions: Mapping[int, Brought], by: User | None) -> Iterator[Said]:
    doubtful = _doubtful_bills if model is BomVersion else _doubtful_routes
    left = dict(versions)
    yield from _dropped(model, left, doubtful(set(left)), may_be_submitted)
    waiting = _that_wait(left)
    _update(model, waiting, state=VersionState.IN_APPROVAL, submitted_by=by)
    for key, version in _whole(model, waiting):
        text = _("{version} waits for approval by somebody else.").format(version=version)
        yield key, "warning", text, "another_approver"
    submitted = {key for key, one in left.items() if one.state == VersionState.IN_APPROVAL}
    _update(model, submitted, submitted_by=by)
    used = {key: one for key, one in left.items() if key not in submitted | waiting}
    # A bill may name another of the same file that only waits for approval now.
    # Nor may it take a phantom of which the file, or somebody before, has brought no bill into force.
    while model is BomVersion and (odd := _naming_unusable(set(used)) | _not_to_go_live(used)):
        yield from _dropped(model, used, odd, _finds_what_it_takes)
    active = {key for key, one in used.items() if one.state == VersionState.ACTIVE}
    asked = active if model is BomVersion else routes_without_time(active)
    yield from _dropped(model, used, asked, lambda version: ask(Activating(version=version, by=by)))
    _update(model, used, approved_by=by, approved_at=clock.now())


def _dropped(
    model: Model, left: dict[int, Brought], doubtful: Collection[int], look: Callable[[Any], object]
) -> Iterator[Said]:
    """The doubtful ones that `look` refuses: drafts from now on, with its sentence. One without lines waits for
    them as a draft; the others are wrong."""
    for key, version in _whole(model, doubtful):
        try:
            look(version)
        except Refused as no:
            empty = no.code == "empty"
            text = _("{sentence} It stays a draft.").format(sentence=no) if empty else str(no)
            yield key, "warning" if empty else "error", text, no.code
            stay_drafts(model, [key])
            del left[key]


def stay_drafts(model: Model, keys: Iterable[int]) -> None:
    """What does not hold was never more than a draft, whatever its file says."""
    _update(model, keys, state=VersionState.DRAFT)


def _whole(model: Model, keys: Collection[int]) -> Iterator[tuple[int, Any]]:
    """Whole records by key, in order; a query for each thousand."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), SLICE):
        found = model._base_manager.select_related("item").in_bulk(ordered[start : start + SLICE])
        yield from sorted(found.items())


def _that_wait(left: Mapping[int, Brought]) -> set[int]:
    """Those that a site wants approved by somebody else. One query."""
    sites = set(Site.objects.filter(approval_by_another=True, active=True).values_list("pk", flat=True))
    usable = [(key, one) for key, one in left.items() if one.state in USABLE] if sites else []
    return {key for key, one in usable if one.site_id is None or one.site_id in sites}


def _update(model: Model, keys: Iterable[int], **columns: Any) -> None:
    rows = sorted(keys)
    if rows:
        model._base_manager.filter(pk__in=rows).update(**columns)


def _doubtful_bills(boms: set[int]) -> set[int]:
    """Those that `check_bill`, the want of lines or of a phantom's bill would refuse. Six queries."""
    lines, outputs = BomLine.objects.filter(bom__in=boms), BomOutput.objects.filter(bom__in=boms)
    said = {*lines.values_list("bom", flat=True), *outputs.values_list("bom", flat=True)}
    percents = lines.filter(formula=BomLine.Formula.PERCENT).order_by().values_list("bom")
    shares = outputs.order_by().values_list("bom").annotate(sum=Sum("cost_share"))
    stepless = lines.filter(formula=BomLine.Formula.STEP, steps=None).values_list("bom", flat=True)
    uneven = percents.annotate(sum=Sum("percent")).exclude(sum=1)
    return {
        *(boms - said),
        *(bom for bom, _sum in uneven),
        *(bom for bom, _sum in shares.filter(sum__gt=1)),
        *stepless,
        *_naming_unusable(boms),
        *without_bill(boms, ALIVE).order_by().values_list("bom", flat=True),
    }


def _not_to_go_live(left: Mapping[int, Brought]) -> set[int]:
    """Those that take a phantom without a bill, or one of which something comes out beside; or are such a bill."""
    active = {key for key, one in left.items() if one.state == VersionState.ACTIVE}
    bare = without_bill(active, [VersionState.ACTIVE]).order_by().values_list("bom", flat=True)
    losing = losing_outputs(active).order_by().values_list("bom", "component")
    parents, phantoms = {bom for bom, _item in losing}, {item for _bom, item in losing}
    whose = BomVersion.objects.filter(pk__in=active, item__in=phantoms, outputs__isnull=False).order_by()
    return {*bare, *(parents & active), *(whose.values_list("pk", flat=True) if phantoms else ())}


def _finds_what_it_takes(version: BomVersion) -> None:
    must_hold(version)
    phantoms_may_be_taken([version.pk])


def _naming_unusable(boms: set[int]) -> set[int]:
    bom = Q(component_bom__isnull=False) & ~Q(component_bom__state__in=USABLE)
    route = Q(component_route__isnull=False) & ~Q(component_route__state__in=USABLE)
    return set(BomLine.objects.filter(bom | route, bom__in=boms).values_list("bom", flat=True))


def _doubtful_routes(routes: set[int]) -> set[int]:
    """Those that `route_is_whole` would refuse. Up to five queries."""
    own: dict[int, list[int]] = {route: [] for route in routes}
    links: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = RouteOperation.objects.filter(route__in=routes).order_by()
    for route, key in rows.filter(alternate_of=None).values_list("route", "pk"):
        own[route].append(key)
    for route, before, after in RouteLink.objects.filter(route__in=routes).values_list(
        "route", "before", "after"
    ):
        links[route].append((before, after))
    lasts = {route: ends(own[route], links[route]) for route in routes}
    found = {route for route, last in lasts.items() if len(last) != 1}
    found |= odd_halves({route: last[0] for route, last in lasts.items() if len(last) == 1})
    measured = rows.filter(run_basis__in=CAPACITIES, outside=False)
    given: dict[str, dict[tuple[str, int | None], set[int | None]]] = {}
    columns = ("route", "run_basis", "resource", "group", "route__item__unit")
    for route, basis, resource, group, unit in measured.values_list(*columns):
        column = CAPACITIES[basis]
        places = given[column] if column in given else given.setdefault(column, _places_with(column))
        units = places.get(("resource", resource) if resource else ("group", group))
        # Another unit than the item's may have no way to it.
        if units is None or (basis == RouteOperation.Basis.CAPACITY and units != {unit}):
            found.add(route)
    return found


def _places_with(column: str) -> dict[tuple[str, int | None], set[int | None]]:
    """Resources, and groups with a resource in use, that say this capacity, and in which units. One query."""
    rows = Resource.objects.filter(**{f"{column}__isnull": False})
    found: dict[tuple[str, int | None], set[int | None]] = defaultdict(set)
    for key, group, active, unit in rows.values_list("pk", "group", "active", "capacity_unit"):
        found["resource", key].add(unit)
        if active:
            found["group", group].add(unit)
    return dict(found)
