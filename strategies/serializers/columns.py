"""The columns of a model as fields of a serializer."""

from __future__ import annotations

from django.db.models import Model


def all_but(*hidden: str, model: type[Model]) -> list[str]:
    """Every column but the primary key and those named, in the model's order."""
    return [field.name for field in model._meta.concrete_fields if field.name not in {"id", *hidden}]
