"""`manage.py doctor`: what runs, where the data are, what is wrong."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from p2p.setup.doctor import examine


class Command(BaseCommand):
    help = "Say what is running, where the data are and what is wrong; exits with 1 when something is."
    requires_system_checks = []

    def handle(self, *args: object, **options: Any) -> None:
        wrong = 0
        for finding in examine():
            mark = "!!" if finding.wrong else "ok"
            self.stdout.write(f"{mark}  {finding.what:<18} {finding.found}")
            wrong += finding.wrong
        if wrong:
            self.stdout.write(f"\n{wrong} {'thing needs' if wrong == 1 else 'things need'} attention.")
            raise SystemExit(1)
        self.stdout.write("\nNothing is wrong.")
