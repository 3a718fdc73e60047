"""Changes to a draft route: one at a time, each kept so that it can be taken back, none over somebody else's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from strategies.engine.routing import loop
from strategies.facts import VersionChanged
from strategies.models import (
    InstructionStep,
    Requirement,
    RouteEdit,
    RouteLink,
    RouteOperation,
    RouteVersion,
    SecondaryResource,
)
from strategies.services.versions import lock_draft

OWN: tuple[type[Model], ...] = (RouteOperation, RouteLink, SecondaryResource, Requirement, InstructionStep)
"""What a route is made of, parents before children."""
KEPT = 50
"""So many changes of a draft can be taken back."""


def begin(*, route: RouteVersion, revision: int | None = None, by: User) -> RouteVersion:
    """The draft, locked, with what it looks like now kept. Refused when it is no draft, or when somebody has
    changed it since `revision`."""
    draft = lock_draft(route, revision=revision)
    RouteEdit.objects.create(route=draft, revision=draft.revision, before=_rows_of(draft), by=by)
    return draft


def finish(*, route: RouteVersion, by: User) -> RouteVersion:
    """Say that the draft has changed. Refused, with the path, when an operation would wait for itself."""
    must_not_loop(route)
    _keep_steps(route)
    return _changed(route, by)


def _changed(route: RouteVersion, by: User) -> RouteVersion:
    route.revision += 1
    route.save(update_fields=["revision"])
    route.edits.exclude(pk__in=route.edits.order_by("-pk").values("pk")[:KEPT]).delete()
    tell(VersionChanged(version=route, by=by))
    return route


def _keep_steps(route: RouteVersion) -> None:
    """Beside the snapshot, the instructions this very change has written: those of others are not its to undo."""
    edit = route.edits.order_by("-pk").first()
    if edit is None or edit.revision != route.revision:
        return
    before, after = _by_operation(edit.before["InstructionStep"]), _by_operation(_steps_of(route))
    edit.before["written"] = {key: rows for key, rows in after.items() if rows != before.get(key, [])}
    edit.save(update_fields=["before"])


def _steps_of(route: RouteVersion) -> list[dict[str, Any]]:
    return _plain(InstructionStep.objects.filter(operation__route=route).order_by("pk"))


def _by_operation(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(str(row["operation_id"]), []).append(row)
    return found


def must_not_loop(route: RouteVersion) -> None:
    """Refused, with the path, for an operation that waits for itself."""
    path = loop(route.links.order_by("pk").values_list("before__number", "after__number"))
    if path:
        words = " → ".join(map(str, path))
        raise Refused(
            _("An operation cannot wait for itself: {path}."), code="loop", field="links", path=words
        )


@transaction.atomic
def undo(*, route: RouteVersion, revision: int | None = None, by: User) -> RouteVersion:
    """Take the last change of a draft back. Refused when there is none, when the draft was changed otherwise since, or
    when what it named before was deleted. Instructions that others wrote meanwhile stay."""
    draft = lock_draft(route, revision=revision)
    last = draft.edits.order_by("-pk").first()
    if last is None:
        raise Refused(_("There is nothing to take back."), code="nothing", about=draft)
    if draft.revision != last.revision + 1:
        raise Refused(
            _("The draft was changed outside the drawing since: the change cannot be taken back."),
            code="changed",
            about=draft,
        )
    _restore(draft, last.before)
    must_not_loop(draft)
    _changed(draft, by)
    last.delete()
    # The change and its undoing are two revisions: all before move along, so that the next of them can be taken back
    # unless something else happened in between.
    draft.edits.update(revision=F("revision") + 2)
    return draft


def _must_be_there(before: dict[str, Any]) -> None:
    """What an operation named is free to be deleted once it does not name it any more. A query for each kind."""
    named: dict[type[Model], set[int]] = {}
    for model, rows in _models_of(before):
        for field in model._meta.concrete_fields:
            target = field.related_model
            if isinstance(target, type) and target not in (RouteVersion, *OWN):
                named.setdefault(target, set()).update(
                    row[field.attname] for row in rows if row.get(field.attname) is not None
                )
    for target, keys in named.items():
        if len(keys) > target._default_manager.filter(pk__in=keys).count():
            raise Refused(
                _("The change cannot be taken back: the {what} that it named before was deleted."),
                code="gone",
                what=target._meta.verbose_name,
            )


def _restore(route: RouteVersion, before: dict[str, Any]) -> None:
    """Operations that are still there are written over, not made again: what hangs on them stays."""
    there = {str(key) for key in route.operations.values_list("pk", flat=True)}
    kept = _by_operation(_steps_of(route))
    own = {key for key, rows in before.get("written", {}).items() if kept.get(key, []) == rows}
    steps = [
        row
        for row in before["InstructionStep"]
        if str(row["operation_id"]) not in there or str(row["operation_id"]) in own
    ]
    back = {**before, "InstructionStep": steps}
    _must_be_there(back)
    route.operations.exclude(pk__in=[row["id"] for row in before["RouteOperation"]]).delete()
    for part in _parts(route)[1:-1]:
        part.delete()
    InstructionStep.objects.filter(operation__in=[int(key) for key in own]).delete()
    # Out of the way first: the database looks at each number as it is written.
    route.operations.update(number=F("number") + 1_000_000)
    # The same keys again: pictures of steps hang on them.
    for model, rows in _models_of(back):
        names = [field.name for field in model._meta.concrete_fields if not field.primary_key]
        model._default_manager.bulk_create(
            [model(**row) for row in rows],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=names,
        )


def _parts(route: RouteVersion) -> list[QuerySet[Any]]:
    """Everything a route is made of, parents before children."""
    return [
        RouteOperation.objects.filter(route=route).order_by("alternate_of", "pk"),
        RouteLink.objects.filter(route=route).order_by("pk"),
        SecondaryResource.objects.filter(operation__route=route).order_by("pk"),
        Requirement.objects.filter(operation__route=route).order_by("pk"),
        InstructionStep.objects.filter(operation__route=route).order_by("pk"),
    ]


def _rows_of(route: RouteVersion) -> dict[str, list[dict[str, Any]]]:
    return {part.model.__name__: _plain(part) for part in _parts(route)}


def _plain(rows: Iterable[Model]) -> list[dict[str, Any]]:
    plain: list[dict[str, Any]] = json.loads(json.dumps([_row(one) for one in rows], cls=DjangoJSONEncoder))
    return plain


def _row(record: Model) -> dict[str, Any]:
    return {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}


def _models_of(kept: dict[str, list[dict[str, Any]]]) -> Sequence[tuple[type[Model], list[dict[str, Any]]]]:
    return [(model, [_typed(model, row) for row in kept[model.__name__]]) for model in OWN]


def _typed(model: type[Model], row: dict[str, Any]) -> dict[str, Any]:
    return {
        field.attname: field.to_python(row[field.attname])
        for field in model._meta.concrete_fields
        if field.attname in row
    }
