"""Every read of stock that more than one edge needs."""

from p2p.inventory.selectors.card import CardLine, moves, stock_card
from p2p.inventory.selectors.stock import (
    Level,
    Totals,
    available,
    available_at,
    balances,
    claims,
    held_stock,
    holds,
    levels,
    on_hand,
    promised,
    stock_by_place,
    totals,
)
from p2p.inventory.selectors.trace import Node, Trace, describe, key_of, keys_of, trace
from p2p.inventory.selectors.whereabouts import Spot

__all__ = [
    "CardLine",
    "Level",
    "Node",
    "Spot",
    "Totals",
    "Trace",
    "available",
    "available_at",
    "balances",
    "claims",
    "describe",
    "held_stock",
    "holds",
    "key_of",
    "keys_of",
    "levels",
    "moves",
    "on_hand",
    "promised",
    "stock_by_place",
    "stock_card",
    "totals",
    "trace",
]
