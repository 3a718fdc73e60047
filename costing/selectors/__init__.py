"""What costing knows, for every edge that needs it."""

from costing.selectors.ledger import (
    AccountTotal,
    entries_of,
    orders_with_wip,
    settlement_of,
    trial_balance,
    wip_of,
    wip_value,
)
from costing.selectors.sheets import OrderCost, Sheet, order_cost, sheet_of
from costing.selectors.standards import Rate, Rates, active_version, items_with_standard, rates, standards

__all__ = [
    "AccountTotal",
    "OrderCost",
    "Rate",
    "Rates",
    "Sheet",
    "active_version",
    "entries_of",
    "items_with_standard",
    "order_cost",
    "orders_with_wip",
    "rates",
    "settlement_of",
    "sheet_of",
    "standards",
    "trial_balance",
    "wip_of",
    "wip_value",
]
