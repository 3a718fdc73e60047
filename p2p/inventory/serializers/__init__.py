"""Shapes of stock over REST."""

from p2p.inventory.serializers.measured import MeasuredInput, measured
from p2p.inventory.serializers.stock import (
    BalanceSerializer,
    CardLineSerializer,
    HoldInput,
    HoldSerializer,
    ItemStockSerializer,
    LineInput,
    LotSerializer,
    MoveSerializer,
    PostInput,
    ReservationSerializer,
    ReverseInput,
    TotalsSerializer,
)

__all__ = [
    "BalanceSerializer",
    "CardLineSerializer",
    "HoldInput",
    "HoldSerializer",
    "ItemStockSerializer",
    "LineInput",
    "LotSerializer",
    "MeasuredInput",
    "MoveSerializer",
    "PostInput",
    "ReservationSerializer",
    "ReverseInput",
    "TotalsSerializer",
    "measured",
]
