"""`manage.py check_ledger` proves the stock ledger's invariants on the live data and names each row that
breaks one.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from p2p.inventory.checking import RULES, findings
from p2p.inventory.models import Move

SHOWN = 50


class Command(BaseCommand):
    help = "Prove that balances, reservations, reversals and traces follow from the moves."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                # One snapshot for all rules: the floor goes on working meanwhile.
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            found = list(findings())
            moves = Move.objects.count()
        for finding in found[:SHOWN]:
            self.stderr.write(f"{finding.rule}: {finding.sentence}")
        if found:
            raise CommandError(f"The ledger of {moves:,} moves breaks its rules in {len(found):,} rows.")
        self.stdout.write(f"The ledger is sound: {moves:,} moves, {len(RULES)} rules, nothing found.")
