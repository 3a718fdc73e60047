"""`manage.py bench [name ...]`: measure, beside a limit or a peer's figure, and print a table and JSON."""

from __future__ import annotations

import json
import platform
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from p2p.bench.registry import KNOWN, chosen, find
from p2p.bench.rows import Row


class Command(BaseCommand):
    """Runs on the configured database; each benchmark says what it loads and removes it afterwards."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "names", nargs="*", help=f"which: {', '.join(KNOWN)}, or an area; all when none is named"
        )
        parser.add_argument("--json", dest="json_to", help="also write the rows to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        rows: dict[str, list[Row]] = {}
        failed: dict[str, str] = {}
        for name in self._names(options["names"]):
            self.stderr.write(f"{name} ...")
            try:
                rows[name] = list(find(name)())
            except Exception as error:  # what the others measured took long, and counts
                failed[name] = str(error)
                self.stderr.write(f"  {name} failed: {error}")
                continue
            self._table(name, rows[name])
        self._say(rows, options["json_to"])
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}.")

    def _names(self, asked: Sequence[str]) -> list[str]:
        for name in asked:
            if not chosen(name):
                raise CommandError(f"There is no benchmark {name}: choose from {', '.join(KNOWN)}.")
        return list(dict.fromkeys(known for name in asked for known in chosen(name))) or list(KNOWN)

    def _say(self, rows: dict[str, list[Row]], path: str | None) -> None:
        answer = {
            "python": platform.python_version(),
            "machine": platform.machine(),
            "rows": {name: [row.as_json() for row in found] for name, found in rows.items()},
        }
        if path:
            with open(path, "w", encoding="utf-8") as file:
                json.dump(answer, file, indent=1)
        else:
            self.stdout.write(json.dumps(answer))

    def _table(self, name: str, rows: Sequence[Row]) -> None:
        self.stdout.write(f"\n{name}")
        for row in rows:
            limit = (
                f"{row.limit}: {row.limit_value:,.3g} {row.unit}"
                if row.limit_value is not None
                else row.limit
            )
            ratio = f"{row.ratio:.2f}x" if row.ratio is not None else ""
            self.stdout.write(
                f"  {row.name:<52} {row.value:>12,.3f} {row.unit:<10} {ratio:>8}  {limit}  {row.note}"
            )
