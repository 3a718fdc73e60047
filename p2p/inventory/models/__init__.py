"""The stock ledger. It knows no order: documents to its right own the link to their moves."""

from p2p.inventory.models.balance import Balance, Hold, Reservation
from p2p.inventory.models.lot import HandlingUnit, Lot, Serial
from p2p.inventory.models.move import Consumed, Move

__all__ = ["Balance", "Consumed", "HandlingUnit", "Hold", "Lot", "Move", "Reservation", "Serial"]
