"""`manage.py foldmigration <app> [--squash]`: write a first migration with as few operations as it can have.

Django draws every model related to a changed one again, after each operation. With a hundred models unfolded
migrations cost a newcomer, and every test database, most of a minute. What has landed is never edited: `--squash`
writes one more first migration that stands for all of the app's on a new database, while an old one goes on
through them one by one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.postgres.operations import CreateExtension
from django.core.management.base import BaseCommand, CommandParser
from django.core.management.commands import makemigrations
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration, RunSQL
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.writer import MigrationWriter
from django.db.models import Field
from pgtrigger.migrations import AddTrigger

from p2p.core.migrating import Catchup


class Command(BaseCommand):
    help = "Fold what a first migration adds to its models later into the models as they are created."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("app_label")
        parser.add_argument("name", nargs="?", default="0001_initial")
        parser.add_argument("--squash", action="store_true", help="stand for all migrations of the app")
        parser.add_argument("--last", default="", help="up to this number, 0007; the newest when empty")

    def handle(self, *args: object, **options: Any) -> None:
        app, name = options["app_label"], options["name"]
        migration = (
            squashed(app, options["last"])
            if options["squash"]
            else MigrationLoader(None).get_migration(app, name)
        )
        before = list(migration.operations)
        after = fold(app, before)
        vars(migration)["operations"] = after
        writer = MigrationWriter(migration)
        Path(writer.path).write_text(writer.as_string(), encoding="utf-8")
        self.stdout.write(f"{app}: {len(before)} operations became {len(after)}")


def squashed(app: str, last: str = "") -> Migration:
    """A first migration that replaces all that the app has, up to `last` (a number such as 0007) or the newest.

    Tables, constraints and triggers as they end up, then all SQL of the replaced migrations in its order: what
    fills old rows finds none in a new database. What a migration does by Python has to be carried over by hand.
    """
    loader = MigrationLoader(None, replace_migrations=False)
    names = sorted(
        name for label, name in loader.disk_migrations if label == app and "_squashed_" not in name
    )
    names = [name for name in names if not last or name[:4] <= last]
    after = loader.project_state([(app, names[-1])])
    before = after.clone()
    for key in list(after.models):
        if key[0] == app:
            del before.models[key]
        else:  # the triggers of others do not change, and as a migration keeps them they cannot be compared
            before.models[key].options.pop("triggers", None)
            after.models[key].options.pop("triggers", None)
    changes = makemigrations.Command.autodetector(before, after).changes(loader.graph, trim_to_apps={app})[
        app
    ]
    made = Migration(f"0001_squashed_{names[-1][:4]}", app)
    replaced = [loader.disk_migrations[app, name] for name in names]
    steps = [step for one in replaced for step in one.operations]
    vars(made).update(
        initial=True,
        replaces=[(app, name) for name in names],
        dependencies=_needed([other for one in replaced for other in one.dependencies if other[0] != app]),
        operations=[
            *(step for step in steps if isinstance(step, CreateExtension)),
            *(step for one in changes for step in one.operations),
            Catchup(),
            *(step for step in steps if isinstance(step, RunSQL)),
        ],
    )
    return made


def _needed(others: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of each app on the left the newest migration that any of the replaced ones asks for; `__first__` is oldest."""
    newest: dict[str, str] = {}
    for app, name in others:
        if app not in newest or newest[app] == "__first__" or (name != "__first__" and name > newest[app]):
            newest[app] = name
    return sorted(newest.items())


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
