"""Work that vendors do for us: ordered, sent, received, invoiced."""

from outsourcing.models.dispatch import Dispatch, DispatchLine, DispatchMove
from outsourcing.models.invoice import Invoice, InvoiceLine, MatchTolerance
from outsourcing.models.order import SubcontractLine, SubcontractOrder
from outsourcing.models.receipt import Receipt, ReceiptLine

__all__ = [
    "Dispatch",
    "DispatchLine",
    "DispatchMove",
    "Invoice",
    "InvoiceLine",
    "MatchTolerance",
    "Receipt",
    "ReceiptLine",
    "SubcontractLine",
    "SubcontractOrder",
]
