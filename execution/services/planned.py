"""Time that is booked without being typed: what a route group says, as it was planned."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil

from planning.models import Operation
from strategies.models import RouteOperation


def planned_seconds(operation: Operation, pieces: Decimal) -> int:
    """Seconds to book with a report of so many pieces that names no time; 0 unless the operation's route group
    books by itself.

    Run: the planned run time's share of the pieces. Setup: whole, with the first report of the operation. One
    query.
    """
    if operation.route_operation_id is None or pieces <= 0 or operation.outside:
        return 0
    rows = RouteOperation.objects.filter(pk=operation.route_operation_id, route_group__isnull=False)
    found = rows.values_list("route_group__books_setup", "route_group__books_run").first()
    if found is None:
        return 0
    setup, run = found
    share = Fraction(pieces) / Fraction(operation.quantity)
    seconds = ceil(operation.run_seconds * share) if run else 0
    first = not operation.good_quantity and not operation.scrap_quantity
    return seconds + (operation.setup_seconds if setup and first else 0)
