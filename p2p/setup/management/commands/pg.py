"""`manage.py pg <tool> ...`: PostgreSQL's own tools on the plant's database, for dumps and for looking in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from p2p.setup import binaries
from p2p.setup.trouble import Trouble


class Command(BaseCommand):
    help = "Run a PostgreSQL tool on this plant's database: psql, dump, restore, bench, with their options."
    requires_system_checks = []

    def run_from_argv(self, argv: list[str]) -> None:
        """The tool's options are its own: nothing of them is read here."""
        raise SystemExit(self._run(argv[2:]))

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("words", nargs="*")

    def handle(self, *args: object, **options: Any) -> None:
        raise SystemExit(self._run(options["words"]))

    def _run(self, words: Sequence[str]) -> int:
        tools = {"psql": "psql", "dump": "pg_dump", "restore": "pg_restore", "bench": "pgbench"}
        if not words or words[0] not in tools:
            raise Trouble(f"Name one of {', '.join(tools)}, for example: manage.py pg dump -Fc -f plant.dump")
        where = connection.get_connection_params()  # starts the embedded server when it is the one
        told = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
        environment = {name: str(where[key]) for name, key in told.items() if where.get(key)}
        environment["PGDATABASE"] = connection.settings_dict["NAME"]
        program = binaries.find() / f"{tools[words[0]]}{binaries.EXE}"
        try:
            return subprocess.run(
                [program, *words[1:]], env={**os.environ, **environment}, check=False
            ).returncode
        except FileNotFoundError:
            raise Trouble(f"There is no {program.name} in {program.parent}.") from None
