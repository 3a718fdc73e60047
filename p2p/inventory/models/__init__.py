"""The stock ledger. It knows no order: documents to its right own the link to their moves."""

from p2p.inventory.models.balance import Balance, Hold, Reservation
from p2p.inventory.models.claim import SoftReservation
from p2p.inventory.models.count import Count, CountLine, CountPlace
from p2p.inventory.models.lot import HandlingUnit, Lot, Serial
from p2p.inventory.models.move import Consumed, Move
from p2p.inventory.models.period import MoveSum, SumMark
from p2p.inventory.models.recall import Recall, RecallLine
from p2p.inventory.models.rule import AttributeRule, CountClass, PutAwayRule, StockRule, SupplyRule
from p2p.inventory.models.task import StockTask, TaskMove

__all__ = [
    "AttributeRule",
    "Balance",
    "Consumed",
    "Count",
    "CountClass",
    "CountLine",
    "CountPlace",
    "HandlingUnit",
    "Hold",
    "Lot",
    "Move",
    "MoveSum",
    "PutAwayRule",
    "Recall",
    "RecallLine",
    "Reservation",
    "Serial",
    "SoftReservation",
    "StockRule",
    "StockTask",
    "SumMark",
    "SupplyRule",
    "TaskMove",
]
