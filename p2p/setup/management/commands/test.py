"""`manage.py test`: the whole suite, on the embedded PostgreSQL unless DATABASE_URL names a server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from p2p.setup import holding


class Command(BaseCommand):
    help = "Run the tests with pytest, two at a time; further words go to pytest as they are."
    requires_system_checks = []

    def run_from_argv(self, argv: list[str]) -> None:
        """pytest's options are its own: nothing of them is read here."""
        raise SystemExit(self._run(argv[2:]))

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("words", nargs="*")

    def handle(self, *args: object, **options: Any) -> None:
        raise SystemExit(self._run(options["words"]))

    def _run(self, words: Sequence[str]) -> int:
        parallel = (
            [] if any(word == "-n" or word.startswith(("-n", "--pdb")) for word in words) else ["-n", "2"]
        )
        command = [sys.executable, "-m", "pytest", *parallel, *words]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        environment.pop("P2P_PRODUCTION", None)
        # Otherwise each of the many programs that tests start compiles everything anew, and so does the next run.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if settings.DATABASE_URL:
            return _watch(command, environment)
        data = settings.P2P_DATA / "test"
        try:
            holding.address(data, durable=False)  # held here, so that it outlives each of pytest's processes
            return _watch(command, environment)
        finally:
            holding.release(data)


def _watch(command: list[str], environment: dict[str, str]) -> int:
    """pytest gets Ctrl-C from the terminal too; it is given the time to say what it did."""
    child = subprocess.Popen(command, cwd=settings.ROOT, env=environment)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue
        except SystemExit:
            child.terminate()
            child.wait()
            raise
