"""`manage.py wiring`: who hears which fact, in the order of hearing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from p2p.core.facts import wiring


def lines() -> list[str]:
    """One line per listener: moment, fact, listener."""
    return [f"{moment:6}  {fact:36}  {listener}" for moment, fact, listener in wiring()]


class Command(BaseCommand):
    help = "Print every (moment, fact, listener). tests/architecture/wiring.txt pins it: redirect there after a change."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the list."""
        for line in lines():
            self.stdout.write(line)
