"""Every read of stock that more than one edge needs."""

from p2p.inventory.selectors.card import CardLine, moves, stock_card
from p2p.inventory.selectors.stock import (
    Totals,
    available,
    balances,
    held_stock,
    holds,
    on_hand,
    stock_by_place,
    totals,
)
from p2p.inventory.selectors.trace import TraceLine, items_of, trace_down, trace_up

__all__ = [
    "CardLine",
    "Totals",
    "TraceLine",
    "available",
    "balances",
    "held_stock",
    "holds",
    "items_of",
    "moves",
    "on_hand",
    "stock_by_place",
    "stock_card",
    "totals",
    "trace_down",
    "trace_up",
]
