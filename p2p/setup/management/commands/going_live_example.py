"""`manage.py going_live_example FOLDER`: AdventureWorks on its last evening elsewhere, as two ZIP files.

`1-master-data.zip` is for Strategies > Imports of an empty plant, `2-going-live.zip` for the desk of going live.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from p2p.demo.adventureworks import SITE, golive


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "1-master-data.zip").write_bytes(golive.master_data())
            (folder / "2-going-live.zip").write_bytes(golive.going_live())
        except OSError as no:
            raise CommandError(f"{folder} cannot be written: {no.strerror}.") from no
        self.stdout.write(
            f"Written to {folder}: import 1-master-data.zip, open a desk named “{golive.NAME}” for site"
            f" {SITE} on {golive.FIRST_DAY_HERE}, and add 2-going-live.zip to it."
        )
