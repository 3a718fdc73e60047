"""Reads that more than one edge needs."""

from planning.selectors.gantt import gantt
from planning.selectors.gantt import minute as gantt_minute
from planning.selectors.goods import covered, deliveries, expected, receipts, shipments, to_deliver
from planning.selectors.orders import (
    blocks_of,
    demands,
    feeding,
    late_orders,
    materials_of,
    operations,
    operations_of,
    order_head,
    orders,
    outputs_of,
    replenishments,
    why_late,
)
from planning.selectors.plans import (
    Need,
    children_of_proposal,
    latest_plan,
    latest_schedule,
    messages,
    needs_of,
    proposals,
    runs_of,
    supplies_of,
    worst_messages,
)
from planning.selectors.shipping import corrected_at, sender, to_ship

__all__ = [
    "Need",
    "blocks_of",
    "corrected_at",
    "children_of_proposal",
    "covered",
    "deliveries",
    "demands",
    "expected",
    "feeding",
    "gantt",
    "gantt_minute",
    "late_orders",
    "latest_plan",
    "latest_schedule",
    "materials_of",
    "messages",
    "needs_of",
    "operations",
    "operations_of",
    "order_head",
    "orders",
    "outputs_of",
    "proposals",
    "replenishments",
    "receipts",
    "runs_of",
    "sender",
    "shipments",
    "supplies_of",
    "to_deliver",
    "to_ship",
    "why_late",
    "worst_messages",
]
