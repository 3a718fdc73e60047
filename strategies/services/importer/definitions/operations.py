"""Sheets of what operations share and need: route groups, the library, resources beside, conditions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategies.models import (
    Capability,
    Requirement,
    Resource,
    ResourceGroup,
    RouteGroup,
    RouteGroupPhase,
    RouteOperation,
    RouteVersion,
    SecondaryResource,
    Skill,
    StandardOperation,
)
from strategies.models.version import VersionState
from strategies.services.importer.definitions.reviews import scrap_comes_with_the_resource
from strategies.services.importer.definitions.routes import TIMES
from strategies.services.importer.definitions.work_reviews import categories_fit
from strategies.services.importer.kinds import Choice, Flag, Number, Text, Whole
from strategies.services.importer.sheets import Column, Problem, Reference, Review, Row, Sheet, Tally
from strategies.services.requirements import NAMES
from strategies.services.routegroups import PhaseInput

ZERO, ONE = Decimal(0), Decimal(1)
_OPERATION = ("item", "site", "version", "operation")
_OPERATION_KEYS = ("route__item__number", "route__site__code", "route__version", "number")
OPERATION = Reference("operation", RouteOperation, _OPERATION, _OPERATION_KEYS, required=True, example="10")
YES, NO = Flag(), Flag()


def _as_usual_where_nothing_is_said(row: Row) -> Iterable[tuple[str, str]]:
    """Empty cells are as usual for the part; none takes capacity by the clock, or unplanned."""
    names = ("working_time", "takes_capacity")
    hours, takes = (None if row.values[name] == "" else row.values[name] for name in names)
    planned = row.values["planned"]
    said = PhaseInput(phase=row.values["phase"], planned=planned, working_time=hours, takes_capacity=takes)
    columns = said.columns()
    row.values.update({name: columns[name] for name in names})
    if takes and not (planned and columns["working_time"]):
        yield "takes_capacity", _("It takes capacity only when it is planned, in working time.")


def _names_something(row: Row) -> Iterable[tuple[str, str]]:
    wanted = row.values["kind"]
    name = {str(kind): name for kind, name in NAMES.items()}.get(wanted, "")
    if name and not row.values[name]:
        yield name, _("The condition is about a {name}, but none is named.").format(name=name)
    if row.values["minimum_level"] and name not in {"capability", "skill"}:
        yield "minimum_level", _("Only a capability or a skill has a level.")


def _drafts_only(sheet: str, model: type[Any]) -> Review:
    """Guard: what a version that is in use asks for changes in a new version; its first rows are taken in any
    state, so that an import can bring a finished route."""

    def look(rows: Sequence[Row]) -> Iterator[Problem]:
        used = {row.values["operation"] for row in rows}
        kept = model.objects.filter(operation__in=used).exclude(operation__route__state=VersionState.DRAFT)
        frozen = set(kept.values_list("operation_id", flat=True))
        for row in rows:
            if row.values["operation"] in frozen:
                text = _("This version is no draft any more: change what it asks for in a new version.")
                yield Problem(sheet, text, row.line, "version", code="frozen")

    return look


def _store_requirements(rows: Sequence[Row], _by: Any) -> Tally:
    """All conditions of an operation, or of a resource beside it, in place of those it had."""
    owners: dict[tuple[int, int | None], list[Row]] = defaultdict(list)
    for row in rows:
        owners[row.values["operation"], row.values["secondary"]].append(row)
    before: dict[tuple[int, int | None], list[Requirement]] = defaultdict(list)
    operations = {operation for operation, _secondary in owners}
    for known in Requirement.objects.filter(operation__in=operations).order_by("pk"):
        before[known.operation_id, known.secondary_id].append(known)
    tally, old, new = Tally(), list[int](), list[Requirement]()
    for owner, asked in owners.items():
        wanted = [
            Requirement(**{_column(name): value for name, value in row.values.items()}) for row in asked
        ]
        if [_said(one) for one in wanted] == [_said(one) for one in before[owner]]:
            tally.unchanged += len(asked)
            continue
        tally.changed += min(len(asked), len(before[owner]))
        tally.created += max(0, len(asked) - len(before[owner]))
        old += [one.pk for one in before[owner]]
        new += wanted
    Requirement.objects.filter(pk__in=old).delete()
    Requirement.objects.bulk_create(new)
    # One more revision, as for parts that are stored row by row.
    touched = RouteOperation.objects.filter(pk__in={one.operation_id for one in new}).values("route")
    RouteVersion.objects.filter(pk__in=touched).update(revision=F("revision") + 1)
    return tally


def _column(name: str) -> str:
    field: Any = Requirement._meta.get_field(name)
    return str(field.attname)


def _said(row: Requirement) -> tuple[Any, ...]:
    names = [one.attname for one in Requirement._meta.concrete_fields if not one.primary_key]
    return tuple(getattr(row, name) for name in names)


SHEETS = (
    Sheet(
        name="route_groups",
        title=gettext_lazy("Route groups"),
        model=RouteGroup,
        key=("code",),
        fields=(
            Column("code", Text(30), required=True, example="STANDARD"),
            Column("name", Text(100), required=True, example="Own machines"),
            Column("estimates_setup", YES, example="yes"),
            Column("estimates_run", YES, example="yes"),
            Column("estimates_quantity", YES, example="yes"),
            Column("books_setup", NO, example="no"),
            Column("books_run", NO, example="no"),
            Column("books_quantity", NO, example="no"),
        ),
    ),
    Sheet(
        name="route_group_phases",
        title=gettext_lazy("Parts of operations by route group"),
        model=RouteGroupPhase,
        key=("group", "phase"),
        checks=(_as_usual_where_nothing_is_said,),
        fields=(
            Reference("group", RouteGroup, ("route_group",), ("code",), required=True, example="STANDARD"),
            Column("phase", Choice(RouteGroupPhase.Phase), required=True, example="run"),
            Column("planned", YES, example="yes"),
            Column("working_time", YES, example="yes", default=""),
            Column("takes_capacity", NO, example="yes", default=""),
        ),
    ),
    Sheet(
        name="standard_operations",
        title=gettext_lazy("Operation library"),
        model=StandardOperation,
        key=("code",),
        fields=(
            Column("code", Text(30), required=True, example="WELD"),
            Column("name", Text(100), required=True, example="Weld"),
            *TIMES,
            Column("active", YES, example="yes"),
        ),
        reviews=(categories_fit("standard_operations"),),
        finish=(scrap_comes_with_the_resource(StandardOperation, "code", "name"),),
    ),
    Sheet(
        name="secondaries",
        title=gettext_lazy("Resources beside the operation's own"),
        model=SecondaryResource,
        key=("operation", "position"),
        together=_OPERATION,
        whole=("operation", "route"),
        after=("route_operations",),
        guards=(_drafts_only("secondaries", SecondaryResource),),
        fields=(
            OPERATION,
            Column("position", Whole(1), required=True, example="1"),
            Column("name", Text(100), example="Worker"),
            Column("quantity", Whole(1), example="1"),
            Column("load_fraction", Number(above=ZERO, at_most=ONE), example="0.5"),
            Column("during_setup", YES, example="yes"),
            Column("during_run", YES, example="yes"),
        ),
    ),
    Sheet(
        name="requirements",
        title=gettext_lazy("What operations ask of resources"),
        about=gettext_lazy("The lines of an operation replace what it asked for before."),
        model=Requirement,
        key=("operation", "secondary", "kind", "resource", "group", "type", "capability", "skill"),
        together=_OPERATION,
        whole=("operation", "route"),
        after=("route_operations", "secondaries"),
        checks=(_names_something,),
        guards=(_drafts_only("requirements", Requirement),),
        store=_store_requirements,
        fields=(
            OPERATION,
            Reference(
                "secondary",
                SecondaryResource,
                (*_OPERATION, "secondary"),
                (*(f"operation__{key}" for key in _OPERATION_KEYS), "position"),
                help=gettext_lazy("position of the resource beside it; empty: the operation's own"),
            ),
            Column("kind", Choice(Requirement.Kind), required=True, example="capability"),
            Reference("resource", Resource, ("resource_site", "resource"), ("site__code", "code")),
            Reference("group", ResourceGroup, ("resource_site", "group"), ("site__code", "code")),
            Column("type", Choice(Resource.Kind), default=""),
            Reference("capability", Capability, ("capability",), ("code",), example="DRILL"),
            Reference("skill", Skill, ("skill",), ("code",)),
            Column("minimum_level", Number(at_least=ZERO), example="10"),
            Column("for_operations", YES, example="yes"),
            Column("for_jobs", YES, example="yes"),
        ),
    ),
)
