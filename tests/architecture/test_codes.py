"""What records are called by has one kind of column, whatever app it stands in."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from p2p.core.fields import CodeField
from tests.architecture.source import report

OURS = {"p2p", "strategies", "planning", "execution", "outsourcing", "quality", "costing"}
NAMES = {"code", "number", "external_id", "sscc", "card"}
NOT_TYPED = {
    "strategies.NumberSeries.code": "names a kind of document",
    "strategies.ImportProblem.code": "names a kind of problem",
    "strategies.CutOverProblem.code": "names a kind of problem",
    "planning.Message.code": "names a kind of message",
    "costing.RollupWarning.code": "names a kind of warning",
}


def loose(model: type[models.Model]) -> list[str]:
    """Text columns by which somebody calls a record, and that are no `CodeField`."""
    return [
        f"{model._meta.label}.{one.name}"
        for one in model._meta.concrete_fields
        if one.name in NAMES and isinstance(one, models.CharField) and not isinstance(one, CodeField)
    ]


def test_what_is_called_by_a_code_has_a_column_for_it():
    models_of_ours = [one for one in apps.get_models() if one.__module__.split(".")[0] in OURS]
    kept = [one for one in models_of_ours if not hasattr(one, "pgh_tracked_model")]
    found = [name for model in kept for name in loose(model) if name not in NOT_TYPED]
    assert not found, report([f"{name}: a CodeField of p2p.core.fields" for name in found])
    assert set(NOT_TYPED) <= {name for model in kept for name in loose(model)}


@pytest.mark.parametrize("field", [models.CharField(max_length=3), CodeField(max_length=3)])
def test_a_loose_column_is_seen(field):
    class Thing(models.Model):
        code = field

        class Meta:
            app_label = f"nowhere_{type(field).__name__}"

    assert bool(loose(Thing)) is not isinstance(field, CodeField)
    assert field.deconstruct()[1] == "django.db.models.CharField"
