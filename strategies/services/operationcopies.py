"""What hangs on an operation, copied to another one: instructions with their pictures, requirements, secondaries.

Copies share nothing with what they were made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django.db.models import Model

from p2p.core.models import Attachment, User
from strategies.models import InstructionStep, Requirement, SecondaryResource


def copy_details(pairs: Mapping[int, int], by: User) -> None:
    """From operations to operations, by key. A fixed number of queries, whatever their number."""
    secondaries = _copied(
        SecondaryResource.objects.filter(operation__in=pairs).order_by("pk"), {"operation_id": pairs}
    )
    _copied(
        Requirement.objects.filter(operation__in=pairs).order_by("pk"),
        {"operation_id": pairs, "secondary_id": secondaries},
    )
    copy_steps(
        InstructionStep.objects.filter(operation__in=pairs).order_by("pk"), {"operation_id": pairs}, by
    )


def copy_steps(
    rows: Any, moved: Mapping[str, Mapping[int, int]], by: User, also: Mapping[str, object] | None = None
) -> None:
    """Steps and the newest version of each of their files."""
    copied = _copied(rows, moved, also or {})
    label = InstructionStep._meta.label_lower
    files = Attachment.objects.filter(record_type=label, record_id__in=copied)
    newest = files.order_by("record_id", "name", "-version").distinct("record_id", "name")
    Attachment.objects.bulk_create(
        Attachment(
            record_type=label,
            record_id=copied[each.record_id],
            name=each.name,
            version=1,
            content=each.content.name,
            content_type=each.content_type,
            size=each.size,
            sha256=each.sha256,
            note=each.note,
            added_by=by,
        )
        for each in newest
    )


def _copied(
    rows: Any, moved: Mapping[str, Mapping[int, int]], also: Mapping[str, object] = MappingProxyType({})
) -> dict[int, int]:
    """New rows with the keys in `moved` changed; old key → new key."""
    old: Sequence[Model] = list(rows)
    model = rows.model
    fields = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    fresh = []
    for row in old:
        columns = {name: getattr(row, name) for name in fields} | dict(also)
        for name, keys in moved.items():
            columns[name] = keys.get(columns[name]) if columns[name] is not None else None
        fresh.append(model(**columns))
    made = model._default_manager.bulk_create(fresh)
    return {one.pk: other.pk for one, other in zip(old, made, strict=True)}
