"""`manage.py makemigrations`, which folds first migrations as it writes them (see foldmigration)."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import makemigrations

from p2p.setup.management.commands.foldmigration import fold


class Command(makemigrations.Command):
    def write_migration_files(self, changes: dict[str, list[Any]], *args: Any, **kwargs: Any) -> None:
        for app, migrations in changes.items():
            for migration in migrations:
                if migration.initial:
                    migration.operations = fold(app, migration.operations)
        super().write_migration_files(changes, *args, **kwargs)
