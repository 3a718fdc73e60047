"""Changes to a draft route: one at a time, each kept so that it can be taken back, none over somebody else's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Model, QuerySet
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
    route.revision += 1
    route.save(update_fields=["revision"])
    route.edits.exclude(pk__in=route.edits.order_by("-pk").values("pk")[:KEPT]).delete()
    tell(VersionChanged(version=route, by=by))
    return route


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
    """Take the last change of a draft back. Refused when there is none."""
    draft = lock_draft(route, revision=revision)
    last = draft.edits.order_by("-pk").first()
    if last is None:
        raise Refused(_("There is nothing to take back."), code="nothing", about=draft)
    draft.operations.all().delete()
    # The same keys again: pictures of steps hang on them.
    for model, rows in _models_of(last.before):
        model._default_manager.bulk_create([model(**row) for row in rows])
    last.delete()
    return finish(route=draft, by=by)


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
    rows = {part.model.__name__: [_row(one) for one in part] for part in _parts(route)}
    plain: dict[str, list[dict[str, Any]]] = json.loads(json.dumps(rows, cls=DjangoJSONEncoder))
    return plain


def _row(record: Model) -> dict[str, Any]:
    return {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}


def _models_of(kept: dict[str, list[dict[str, Any]]]) -> Sequence[tuple[type[Model], list[dict[str, Any]]]]:
    models: tuple[type[Model], ...] = (
        RouteOperation,
        RouteLink,
        SecondaryResource,
        Requirement,
        InstructionStep,
    )
    return [(model, [_typed(model, row) for row in kept[model.__name__]]) for model in models]


def _typed(model: type[Model], row: dict[str, Any]) -> dict[str, Any]:
    return {
        field.attname: field.to_python(row[field.attname])
        for field in model._meta.concrete_fields
        if field.attname in row
    }
