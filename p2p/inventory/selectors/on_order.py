"""What is on order: what open purchases, transfers, production and subcontract orders are to bring of an item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from typing import Any

from p2p.core.facts import gather
from p2p.inventory.trace_facts import Expecting, OnOrder

ZERO = Decimal(0)


def on_order(items: Collection[int], user: Any = None) -> dict[int, list[OnOrder]]:
    """Item -> what is to come of it at the sites a user may see (all without a user), the earliest first.

    Nothing is told twice: what a part of a document brings is taken from that document's own line. A fixed number of
    queries, however many items.
    """
    asked = tuple(sorted(set(items)))
    told = [one for answer in gather(Expecting(items=asked, user=user)) for one in answer] if asked else []
    parts: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for one in told:
        if one.within:
            parts[one.item, one.within] += one.quantity
    found: dict[int, list[OnOrder]] = defaultdict(list)
    for one in told:
        part = ZERO if one.within else min(parts[one.item, one.document], one.quantity)
        parts[one.item, one.document] -= part
        if one.quantity > part:
            found[one.item].append(replace(one, quantity=one.quantity - part))
    for lines in found.values():
        lines.sort(key=lambda one: (one.due_on, one.document, one.number))
    return found


def coming(lines: Collection[OnOrder]) -> Decimal:
    """How much that is in all, in the item's unit."""
    return sum((one.quantity for one in lines), ZERO)
