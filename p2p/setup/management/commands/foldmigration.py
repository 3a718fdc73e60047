"""`manage.py foldmigration <app> <name>`: write a first migration with as few operations as it can have.

Django draws every model related to a changed one again, after each operation. With a hundred models an
unfolded first migration costs a newcomer, and every test database, a quarter of a minute.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.writer import MigrationWriter
from django.db.models import Field
from pgtrigger.migrations import AddTrigger


class Command(BaseCommand):
    help = "Fold what a first migration adds to its models later into the models as they are created."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("app_label")
        parser.add_argument("name", nargs="?", default="0001_initial")

    def handle(self, *args: object, **options: Any) -> None:
        migration = MigrationLoader(None).get_migration(options["app_label"], options["name"])
        before = list(migration.operations)
        after = fold(options["app_label"], before)
        vars(migration)["operations"] = after
        writer = MigrationWriter(migration)
        Path(writer.path).write_text(writer.as_string(), encoding="utf-8")
        self.stdout.write(f"{options['app_label']}: {len(before)} operations became {len(after)}")


def fold(app: str, operations: list[Operation]) -> list[Operation]:
    """The same tables from fewer operations: models first, each after those it points to."""
    models = {step.name_lower: step for step in operations if isinstance(step, CreateModel)}
    points: dict[str, set[str]] = {
        name: {to for _, field in step.fields for to in _targets(app, field) if to in models and to != name}
        for name, step in models.items()
    }
    first = next((at for at, step in enumerate(operations) if isinstance(step, CreateModel)), 0)
    rest: list[Operation] = []
    for step in operations[first:]:
        if isinstance(step, CreateModel):
            continue
        if not _taken_in(app, step, models, points):
            rest.append(step)
    # what comes before the first table, an extension for example, is needed there
    return [*operations[:first], *(models[name] for name in _in_order(points)), *rest]


def _taken_in(app: str, step: Operation, models: dict[str, CreateModel], points: dict[str, set[str]]) -> bool:
    """Fold one operation into the model it belongs to, unless two models would then wait for each other."""
    name = getattr(step, "model_name", "").lower()
    if name not in models:
        return False
    if isinstance(step, AddField):
        towards = {to for to in _targets(app, step.field) if to in models and to != name}
        if any(_reaches(points, to, name) for to in towards):
            return False
        points[name] |= towards
        models[name] = _remade(models[name], fields=[*models[name].fields, (step.name, step.field)])
        return True
    options = models[name].options
    if isinstance(step, AddConstraint):
        held = {"constraints": [*options.get("constraints", []), step.constraint]}
    elif isinstance(step, AddIndex):
        held = {"indexes": [*options.get("indexes", []), step.index]}
    elif isinstance(step, AddTrigger):
        held = {"triggers": [*options.get("triggers", []), step.trigger]}
    else:
        return False
    models[name] = _remade(models[name], options={**options, **held})
    return True


def _remade(model: CreateModel, **changed: Any) -> CreateModel:
    told = {"fields": model.fields, "options": model.options, **changed}
    return CreateModel(name=model.name, bases=model.bases, managers=model.managers, **told)


def _targets(app: str, field: Field[Any, Any]) -> set[str]:
    """Names of this app's models that a column points to, the model between many-to-many sides included."""
    remote = field.remote_field
    named = [getattr(remote, "model", None), getattr(remote, "through", None)] if remote else []
    return {
        to.lower().removeprefix(f"{app}.")
        for to in named
        if isinstance(to, str) and to.lower().startswith(f"{app}.")
    }


def _reaches(points: dict[str, set[str]], start: str, goal: str) -> bool:
    seen, ahead = set(), [start]
    while ahead:
        name = ahead.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            ahead += points[name]
    return False


def _in_order(points: dict[str, set[str]]) -> list[str]:
    """Each name after those it points to, otherwise as given."""
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in order:
            for to in sorted(points[name]):
                visit(to)
            order[name] = None

    for name in points:
        visit(name)
    return list(order)
