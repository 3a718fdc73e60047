"""What outsourcing asks and tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Model

from outsourcing.models import Dispatch, Invoice, MatchTolerance, Receipt, ReceiptLine, SubcontractOrder
from p2p.core.facts import Fact
from p2p.core.fields import plain


@dataclass(frozen=True, kw_only=True)
class _OfOrders(Fact):
    orders: tuple[SubcontractOrder, ...]

    def about(self) -> Sequence[Model]:
        return self.orders


@dataclass(frozen=True, kw_only=True)
class Drafted(_OfOrders):
    """Subcontract orders were written, or drafts got further lines."""


@dataclass(frozen=True, kw_only=True)
class Sent(_OfOrders):
    """The orders went to their vendors."""


@dataclass(frozen=True, kw_only=True)
class Acknowledged(_OfOrders):
    """The vendor promised a day and a quantity."""


@dataclass(frozen=True, kw_only=True)
class Withdrawn(_OfOrders):
    """Orders were cancelled, whole or in part."""


@dataclass(frozen=True, kw_only=True)
class Closed(_OfOrders):
    """Everything is back and invoiced."""


@dataclass(frozen=True, kw_only=True)
class Dispatching(Fact):
    """May pieces leave for the vendor?"""

    order: SubcontractOrder

    def about(self) -> Sequence[Model]:
        return (self.order,)


@dataclass(frozen=True, kw_only=True)
class Dispatched(Fact):
    """Pieces left for the vendor; `undone` when a delivery note was taken back."""

    dispatch: Dispatch
    undone: bool = False

    def about(self) -> Sequence[Model]:
        return (self.dispatch.order, self.dispatch)

    def says(self, record: Model | None) -> dict[str, object]:
        return {"dispatch": self.dispatch.number, "undone": self.undone}


@dataclass(frozen=True, kw_only=True)
class Receiving(Fact):
    """May pieces be received from the vendor?"""

    order: SubcontractOrder

    def about(self) -> Sequence[Model]:
        return (self.order,)


@dataclass(frozen=True, kw_only=True)
class Received(Fact):
    """Pieces came back, with the reports that caused; a reversal (`receipt.reverses`) takes them away."""

    receipt: Receipt
    lines: tuple[ReceiptLine, ...]

    def about(self) -> Sequence[Model]:
        return (self.receipt.order, self.receipt)

    def says(self, record: Model | None) -> dict[str, object]:
        good = sum((line.good for line in self.lines), Decimal(0))
        rejected = sum((line.rejected for line in self.lines), Decimal(0))
        undone = self.receipt.reverses_id is not None
        return {
            "receipt": self.receipt.number,
            "good": plain(good),
            "rejected": plain(rejected),
            "undone": undone,
        }


@dataclass(frozen=True, kw_only=True)
class InvoiceBlocked(Fact):
    """An invoice does not match; `invoice.blocked_because` says why."""

    invoice: Invoice

    def about(self) -> Sequence[Model]:
        return (self.invoice,)

    def says(self, record: Model | None) -> dict[str, object]:
        return {"because": self.invoice.blocked_because}


@dataclass(frozen=True, kw_only=True)
class Invoiced(Fact):
    """An invoice was matched with what was agreed and received: it may be paid."""

    invoice: Invoice

    def about(self) -> Sequence[Model]:
        return (self.invoice,)


@dataclass(frozen=True, kw_only=True)
class ToleranceSet(Fact):
    """How far invoices of a site may stray was set."""

    tolerance: MatchTolerance

    def about(self) -> Sequence[Model]:
        return (self.tolerance,)
